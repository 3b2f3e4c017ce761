package circles

import (
	"context"

	"kring/internal/database"
	"kring/internal/fault"
)

// SignupPage is what everybody may see of a programme that takes people: the programme's own words, and the circles of
// it that seek members.
type SignupPage struct {
	Programme
	Open  bool        // the sign-up window is open; open seats outlive it
	Asked *OpenSeats  // the circle that the link names; nil when it names none, or one that seeks nobody
	Seats []OpenSeats // circles with a free seat, oldest first
}

// SignupPage answers what the public sign-up page shows, with the circle that its link names ("" for none): that one
// also when it is full just now, because one can stand in line for it. It answers NotFound for a programme that is
// closed, and for one whose sign-up window is closed while nobody is sought.
func (r *Registry) SignupPage(ctx context.Context, programmeID, circleID string) (SignupPage, error) {
	now := r.clock.Now()
	return read(ctx, r.db, func(tx database.Tx) (SignupPage, error) {
		p, err := one[Programme](tx, programmeID, false)
		if err != nil {
			return SignupPage{}, err
		}
		shown := SignupPage{Programme: p, Open: p.TakesApplications(now)}
		if shown.Asked, err = askedFor(tx, p.ID, circleID); err != nil {
			return SignupPage{}, err
		}
		open, err := openCircles(tx, p.ID, "", offersLookAt)
		if err != nil {
			return SignupPage{}, err
		}
		if shown.Seats, err = seatsOpen(tx, open); err != nil {
			return SignupPage{}, err
		}
		if p.State != Open || !shown.Open && shown.Asked == nil && len(shown.Seats) == 0 {
			return SignupPage{}, notFound()
		}
		return shown, nil
	})
}

// askedFor is the circle of the programme that a link names, when it seeks members.
func askedFor(tx database.Tx, programmeID, circleID string) (*OpenSeats, error) {
	c, err := one[Circle](tx, circleID, false)
	if fault.IsKind(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil || c.ProgrammeID != programmeID || !c.SeatsOpen || !c.TakesPeople() {
		return nil, err
	}
	found, err := seatsOpen(tx, []Circle{c})
	if err != nil {
		return nil, err
	}
	return &found[0], nil
}

// seatsOpen counts the seats of circles.
func seatsOpen(tx database.Tx, found []Circle) ([]OpenSeats, error) {
	ids := make([]string, len(found))
	for i, c := range found {
		ids[i] = c.ID
	}
	seats, err := seatsByCircle(tx, ids)
	open := make([]OpenSeats, len(found))
	for i, c := range found {
		open[i] = OpenSeats{Circle: c, MembersIn: len(MembersOf(seats[c.ID])), Free: FreeSeats(c, seats[c.ID])}
	}
	return open, err
}
