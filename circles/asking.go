package circles

import (
	"context"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/journal"
	"kring/internal/page"
)

// AskSeat asks for an open seat with one's own waiting application: to the circle's programme, or else to any other one,
// because circles with open seats are open to people of other organisations. A free seat is held for 48 hours; otherwise
// it is asked and stands in line. Asking twice changes nothing. It answers Forbidden for who did not sign up, and
// Conflict: circle-over, seats-closed, not-confirmed, already-placed, and no-shared-hour with "circles", the ids of
// those with open seats that do fit.
func (r *Registry) AskSeat(ctx context.Context, actor identity.Actor, circleID string) (Member, error) {
	now := r.clock.Now()
	return write(ctx, r.db, func(tx database.Tx) (Member, error) {
		c, seats, err := lockWithSeats(tx, circleID)
		if err != nil {
			return Member{}, err
		}
		a, err := mayAsk(tx, actor, c, seats)
		if err != nil {
			return Member{}, err
		}
		if seat, has := openSeatOf(seats, actor.PersonID); has {
			return seat, nil
		}
		switch a.State {
		case Unconfirmed:
			return Member{}, conflict("not-confirmed")
		case Placed:
			return Member{}, conflict("already-placed")
		}
		if err := r.seekable(tx, c, a.Availability, a.Zone, now); err != nil {
			return Member{}, err
		}
		return r.ask(tx, actor, c, seats, a, now)
	})
}

func mayAsk(tx database.Tx, actor identity.Actor, c Circle, seats []Member) (Application, error) {
	object, err := objectOf(tx, actor, c, seats)
	if err != nil {
		return Application{}, err
	}
	if !actor.Known() {
		return Application{}, May(actor, AskSeat, object)
	}
	a, has, err := applicationFor(tx, actor.PersonID, object)
	if err != nil {
		return a, err
	}
	object.Applicant = has
	return a, May(actor, AskSeat, object)
}

// applicationFor is the application with which somebody asks for a seat, locked: the one to the circle's programme, or one
// to another that waits longest, when the circle's seats are open and the first does not wait.
func applicationFor(tx database.Tx, personID string, circle Object) (Application, bool, error) {
	own, has, err := liveApplication(tx, circle.ProgrammeID, personID)
	if err != nil || has && own.State == Waiting || !circle.Public {
		return own, has, err
	}
	other, waits, err := waitingElsewhere(tx, circle.ProgrammeID, personID)
	if err != nil || waits {
		return other, waits, err
	}
	return own, has, nil
}

// ask gives somebody the seat that is free, or a place in the line for the next one. The caller has locked the circle
// and checked that she may.
func (r *Registry) ask(tx database.Tx, actor identity.Actor, c Circle, seats []Member, a Application, now time.Time) (Member, error) {
	m := Member{
		ID: database.NewID(), CircleID: c.ID, PersonID: a.PersonID, ApplicationID: &a.ID, State: Asked, Hosts: true,
		Revision: 1, CreatedAt: now, UpdatedAt: now,
	}
	m.come(c, &a.ProgrammeID)
	_, waits := NextInLine(seats)
	free := FreeSeats(c, seats) > 0 && !waits
	if free {
		m.hold(now)
	}
	if err := insert(tx, &m); err != nil {
		return m, err
	}
	entry := journal.Entry{At: now, SubjectID: m.ID, Action: "seat-asked"}
	if err := record(tx, entry, c, actor); err != nil {
		return m, err
	}
	if free {
		return m, held(tx, c, seats, m, now)
	}
	return m, note(tx, c, KindSeatWaiting, m.PersonID, m.ID, keyOf(KindSeatWaiting, m.ID, now), now, time.Time{})
}

// held tells who asked that the seat is kept, and the members that somebody asks: they may decline.
func held(tx database.Tx, c Circle, seats []Member, m Member, now time.Time) error {
	until := *m.ExpiresAt
	err := note(tx, c, KindSeatOffered, m.PersonID, m.ID, keyOf(KindSeatOffered, m.ID, until), now, until)
	if err != nil {
		return err
	}
	if err := tellMembers(tx, c, seats, KindSeatAsked, m.ID, now, until); err != nil {
		return err
	}
	return TouchIn(tx, c.ID, now)
}

// offerNext keeps the free seats of a circle for those who stand in line, longest first. Who found a circle meanwhile
// leaves the line.
func (r *Registry) offerNext(tx database.Tx, c Circle, seats []Member, now time.Time) error {
	for c.TakesPeople() && FreeSeats(c, seats) > 0 {
		m, waits := NextInLine(seats)
		if !waits {
			break
		}
		still, err := stillWaits(tx, m)
		if err != nil {
			return err
		}
		if still {
			m.hold(now)
		} else {
			m.close(Expired)
		}
		if err := saveMember(tx, &m, now); err != nil {
			return err
		}
		if still {
			if err := held(tx, c, seats, m, now); err != nil {
				return err
			}
		}
		seats = replaceSeat(seats, m)
	}
	return TouchIn(tx, c.ID, now)
}

func stillWaits(tx database.Tx, m Member) (bool, error) {
	if m.ApplicationID == nil {
		return true, nil
	}
	a, err := one[Application](tx, *m.ApplicationID, false)
	return a.State == Waiting, err
}

// Invite offers a free seat to somebody: any member may, and facilitators. A facilitator may name an application that
// waits. It answers Invalid, and Conflict: circle-over, circle-full, seat-exists (she has one), application-not-waiting.
func (r *Registry) Invite(ctx context.Context, actor identity.Actor, circleID string, who Invitee) (Member, error) {
	now := r.clock.Now()
	return write(ctx, r.db, func(tx database.Tx) (Member, error) {
		c, seats, err := lockWithSeats(tx, circleID)
		if err != nil {
			return Member{}, err
		}
		object, err := objectOf(tx, actor, c, seats)
		if err != nil {
			return Member{}, err
		}
		if err := May(actor, Invite, object); err != nil {
			return Member{}, err
		}
		var v fault.Violations
		if who.check(&v, "", c.Language, c.Zone); v.Err() != nil {
			return Member{}, v.Err()
		}
		switch {
		case !c.TakesPeople():
			return Member{}, conflict("circle-over")
		case FreeSeats(c, seats) == 0:
			return Member{}, conflict("circle-full")
		case who.ApplicationID != "" && May(actor, ListApplications, object) != nil:
			return Member{}, notFound()
		}
		return r.invite(tx, actor, c, seats, who, programmeOf(actor, object), now)
	})
}

// programmeOf is the programme through which whoever the actor invites comes into its circle, unless she signed up for it:
// that of a facilitator; a member brings in somebody of her own.
func programmeOf(actor identity.Actor, circle Object) *string {
	if rolesOf(actor, circle)&facilitator == 0 {
		return nil
	}
	return &circle.ProgrammeID
}

// invite writes an invited seat and asks for its letter. The seat of whoever invites herself is taken at once: it is
// her own act.
func (r *Registry) invite(tx database.Tx, actor identity.Actor, c Circle, seats []Member, who Invitee, through *string, now time.Time) (Member, error) {
	personID, a, err := invited(tx, c, who, now)
	if err != nil {
		return Member{}, err
	}
	if _, has := openSeatOf(seats, personID); has {
		return Member{}, conflict("seat-exists")
	}
	m := Member{
		ID: database.NewID(), CircleID: c.ID, PersonID: personID, Hosts: true,
		Revision: 1, CreatedAt: now, UpdatedAt: now,
	}
	m.come(c, through)
	if a == nil && personID != actor.PersonID {
		if err := r.countInvitation(tx, who.Email); err != nil {
			return Member{}, err
		}
	}
	if a != nil { // she is known to the programme, whoever invites her
		m.come(c, &a.ProgrammeID)
		if a.State == Waiting {
			m.ApplicationID = &a.ID
		}
	}
	m.invite(now)
	if err := insert(tx, &m); err != nil {
		return m, err
	}
	if err := record(tx, journal.Entry{At: now, SubjectID: m.ID, Action: "seat-offered"}, c, actor); err != nil {
		return m, err
	}
	if personID == actor.PersonID {
		s := &seatCase{tx: tx, actor: actor, now: now, c: c, seats: seats, seat: m}
		return s.accept()
	}
	err = note(tx, c, KindSeatOffered, personID, m.ID, keyOf(KindSeatOffered, m.ID, *m.ExpiresAt), now, *m.ExpiresAt)
	if err != nil {
		return m, err
	}
	return m, TouchIn(tx, c.ID, now)
}

// invited finds the person behind an invitation, and her confirmed application to the circle's programme; nil for none.
func invited(tx database.Tx, c Circle, who Invitee, now time.Time) (personID string, application *Application, err error) {
	if who.ApplicationID != "" {
		a, err := one[Application](tx, who.ApplicationID, true)
		if err != nil || a.ProgrammeID != c.ProgrammeID {
			return "", nil, invalidAt("/application_id", "no-such-application", err)
		}
		if a.State != Waiting {
			return "", nil, conflict("application-not-waiting")
		}
		return a.PersonID, &a, nil
	}
	person, err := identity.EnsureIn(tx, now, identity.Person{
		Email: who.Email, Name: who.Name, LetterLanguage: who.LetterLanguage, Zone: who.Zone,
	})
	if err != nil {
		return "", nil, err
	}
	a, has, err := liveApplication(tx, c.ProgrammeID, person.ID)
	if err != nil || !has || a.State == Unconfirmed {
		return person.ID, nil, err
	}
	return person.ID, &a, nil
}

// OpenSeats is what everybody may see of a circle that seeks members.
type OpenSeats struct {
	Circle
	MembersIn, Free int
}

// OpenSeats answers a circle's open seats. It answers NotFound for a circle that seeks nobody.
func (r *Registry) OpenSeats(ctx context.Context, circleID string) (OpenSeats, error) {
	return read(ctx, r.db, func(tx database.Tx) (OpenSeats, error) {
		c, err := one[Circle](tx, circleID, false)
		if err != nil {
			return OpenSeats{}, err
		}
		if !c.SeatsOpen || !c.TakesPeople() {
			return OpenSeats{}, notFound()
		}
		seats, err := seatsOf(tx, circleID)
		return OpenSeats{Circle: c, MembersIn: len(MembersOf(seats)), Free: FreeSeats(c, seats)}, err
	})
}

// OpenCircles lists the circles of a programme that seek members and have a free seat, oldest first. It is public, as
// the links to open seats are. A programme that is closed seeks nobody.
func (r *Registry) OpenCircles(ctx context.Context, programmeID string, after page.Cursor, limit int) (page.Page[OpenSeats], error) {
	limit = page.Limit(limit)
	return read(ctx, r.db, func(tx database.Tx) (page.Page[OpenSeats], error) {
		var none page.Page[OpenSeats]
		p, err := one[Programme](tx, programmeID, false)
		if err != nil || p.State != Open {
			return none, err
		}
		found, err := openCircles(tx, programmeID, after.ID, limit+1)
		if err != nil {
			return none, err
		}
		open, err := seatsOpen(tx, found)
		if err != nil {
			return none, err
		}
		return page.Cut(open, limit, func(o OpenSeats) page.Cursor { return page.Cursor{ID: o.ID} }), nil
	})
}

func seatsByCircle(tx database.Tx, ids []string) (map[string][]Member, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := seatsOf(tx, ids...)
	by := map[string][]Member{}
	for _, m := range found {
		by[m.CircleID] = append(by[m.CircleID], m)
	}
	return by, err
}
