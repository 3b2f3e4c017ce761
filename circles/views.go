package circles

import (
	"cmp"
	"context"
	"slices"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/page"
)

// CircleView is a circle as the asking person sees it.
type CircleView struct {
	Circle
	Object      Object // what the asker is to it
	MembersIn   int
	Taken, Free int // seats: taken by members, newcomers and invitations; and not
}

func (s seenCircle) object() Object {
	o := Object{
		ProgrammeID: s.ProgrammeID, Facilitator: s.Facilitates, Partner: s.Partner, Member: s.SeatIn, Self: s.SeatID != nil,
		Public: s.SeatsOpen && s.TakesPeople(), CircleState: s.State,
	}
	if s.SeatIn {
		o.MemberID = valueOf(s.SeatID)
	}
	return o
}

func (s seenCircle) view() CircleView {
	return CircleView{
		Circle: s.Circle, Object: s.object(), MembersIn: s.MembersIn, Taken: s.Taken, Free: max(s.Seats-s.Taken, 0),
	}
}

func seeOne(tx database.Tx, actor identity.Actor, circleID string) (seenCircle, error) {
	if !database.IsID(circleID) {
		return seenCircle{}, notFound()
	}
	seen, err := seeCircles(tx, actor.PersonID, circleID)
	if err != nil {
		return seenCircle{}, err
	}
	if len(seen) == 0 {
		return seenCircle{}, notFound()
	}
	return seen[0], nil
}

// Circle answers one circle: to its members, to facilitators, and without its links to partners and to whoever has a seat
// in it waiting.
func (r *Registry) Circle(ctx context.Context, actor identity.Actor, id string) (CircleView, error) {
	return read(ctx, r.db, func(tx database.Tx) (CircleView, error) {
		seen, err := seeOne(tx, actor, id)
		if err != nil {
			return CircleView{}, err
		}
		view := seen.view()
		if rolesOf(actor, view.Object)&inCircle == 0 { // invited and not in, or a partner: no door into the room
			view.VideoLink, view.ChatLink = "", ""
		}
		return view, May(actor, SeeCircle, view.Object)
	})
}

// Circles lists the circles that the actor facilitates, is a member of or sees as a partner, newest first; of one
// programme or in one state when these are given.
func (r *Registry) Circles(ctx context.Context, actor identity.Actor, programmeID string, state State, before page.Cursor, limit int) (page.Page[CircleView], error) {
	limit = page.Limit(limit)
	return read(ctx, r.db, func(tx database.Tx) (page.Page[CircleView], error) {
		var none page.Page[CircleView]
		if err := May(actor, SeeCircle, Object{Member: true}); err != nil {
			return none, err
		}
		if programmeID != "" && !database.IsID(programmeID) {
			return none, notFound()
		}
		ids, err := circleIDs(tx, actor, programmeID, state, before.ID, limit+1)
		if err != nil || len(ids) == 0 {
			return page.Page[CircleView]{Items: []CircleView{}}, err
		}
		seen, err := seeCircles(tx, actor.PersonID, ids...)
		if err != nil {
			return none, err
		}
		slices.SortFunc(seen, func(a, b seenCircle) int { return cmp.Compare(b.ID, a.ID) })
		views := make([]CircleView, len(seen))
		for i, s := range seen {
			views[i] = s.view()
			if rolesOf(actor, views[i].Object)&inCircle == 0 {
				views[i].VideoLink, views[i].ChatLink = "", ""
			}
		}
		return page.Cut(views, limit, func(v CircleView) page.Cursor { return page.Cursor{ID: v.ID} }), nil
	})
}

// circleIDs merges the newest circles of each programme with those of the person's own seats and those of people who came
// through a programme of hers into circles of another: every part is read off the end of an index, so a page costs the
// same however many circles there are.
func circleIDs(tx database.Tx, actor identity.Actor, programmeID string, state State, before string, limit int) ([]string, error) {
	ids, err := circlesOfMember(tx, actor.PersonID, programmeID, state, before, limit)
	if err != nil {
		return nil, err
	}
	programmes, err := facilitatedBy(tx, actor, programmeID)
	if err != nil {
		return nil, err
	}
	partnered, err := partnerCircles(tx, actor, programmeID, state, before, limit)
	if err != nil {
		return nil, err
	}
	ids = append(ids, partnered...)
	for _, programme := range programmes {
		more, err := circlesOfProgramme(tx, programme, state, before, limit)
		if err != nil {
			return nil, err
		}
		ids = append(ids, more...)
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Compare(b, a) })
	ids = slices.Compact(ids)
	return ids[:min(len(ids), limit)], nil
}

// partnerCircles are the circles that the actor sees as a partner, newest first for each of her programmes.
func partnerCircles(tx database.Tx, actor identity.Actor, programmeID string, state State, before string, limit int) ([]string, error) {
	if actor.MemberOnly {
		return nil, nil
	}
	mine, err := programmesWithGuests(tx, actor.PersonID)
	var ids []string
	for _, through := range mine {
		more, err := circlesOfGuests(tx, through, programmeID, state, before, limit)
		if err != nil {
			return nil, err
		}
		ids = append(ids, more...)
	}
	return ids, err
}

// facilitatedBy are the programmes whose circles the actor sees as a facilitator; only the one named, when one is.
func facilitatedBy(tx database.Tx, actor identity.Actor, programmeID string) ([]string, error) {
	if programmeID != "" {
		object, err := programmeObject(tx, actor, programmeID)
		if err != nil || May(actor, SeeAllHealth, object) != nil {
			return nil, err
		}
		return []string{programmeID}, nil
	}
	if actor.MemberOnly {
		return nil, nil
	}
	return programmesFacilitated(tx, actor.PersonID)
}

// Seat is a seat as the asking person sees it: members see first names of who is in or may come, and facilitators no more
// than that of people who came through a programme of others. Name, address and whether mail arrives there are for
// oneself, for the facilitators of the programme through which somebody came, and for the owner. Of who was invited by an
// address, and did not say yes, no name is shown but to herself: what Kring knows of somebody is not told to whoever types
// her address. Of somebody erased nothing is left to show. The first name is "" then.
type Seat struct {
	Member
	FirstName     string
	Name, Email   string
	Undeliverable bool
}

// Members are the seats of a circle: to members those in which something can still come of, to facilitators also those
// that were closed.
func (r *Registry) Members(ctx context.Context, actor identity.Actor, circleID string) ([]Seat, error) {
	return read(ctx, r.db, func(tx database.Tx) ([]Seat, error) {
		_, object, err := SeeIn(tx, actor, circleID)
		if err != nil {
			return nil, err
		}
		if err := May(actor, SeeMembers, object); err != nil {
			return nil, err
		}
		whole := May(actor, WithdrawSeat, object) == nil
		seats, err := seatsToShow(tx, circleID, whole)
		if err != nil {
			return nil, err
		}
		return showSeats(tx, actor, seats)
	})
}

func seatsToShow(tx database.Tx, circleID string, whole bool) ([]Member, error) {
	if whole {
		return allSeatsOf(tx, circleID)
	}
	return seatsOf(tx, circleID)
}

// Member answers one seat, to its circle's members and facilitators and to whom it is for.
func (r *Registry) Member(ctx context.Context, actor identity.Actor, memberID string) (Seat, error) {
	return read(ctx, r.db, func(tx database.Tx) (Seat, error) {
		m, err := one[Member](tx, memberID, false)
		if err != nil {
			return Seat{}, err
		}
		_, object, err := SeeIn(tx, actor, m.CircleID)
		if err != nil {
			return Seat{}, err
		}
		object.Self = actor.Known() && m.PersonID == actor.PersonID
		if err := May(actor, SeeMember, object); err != nil {
			return Seat{}, err
		}
		whole := May(actor, WithdrawSeat, object) == nil
		if !whole && !object.Self && !m.State.Open() {
			return Seat{}, notFound()
		}
		shown, err := showSeats(tx, actor, []Member{m})
		if err != nil {
			return Seat{}, err
		}
		return shown[0], nil
	})
}

func showSeats(tx database.Tx, actor identity.Actor, seats []Member) ([]Seat, error) {
	ids := make([]string, len(seats))
	for i, m := range seats {
		ids[i] = m.PersonID
	}
	people, err := peopleByID(tx, ids)
	if err != nil {
		return nil, err
	}
	ours, err := whoseDetails(tx, actor, seats)
	if err != nil {
		return nil, err
	}
	shown := make([]Seat, len(seats))
	for i, m := range seats {
		p := people[m.PersonID]
		if !m.named() && p.ID != actor.PersonID {
			p.Name = ""
		}
		shown[i] = Seat{Member: m.bare(), FirstName: identity.FirstName(p)}
		if ours(m) {
			shown[i].Name, shown[i].Email, shown[i].Undeliverable = p.Name, p.Email, p.UndeliverableAt != nil
		}
	}
	return shown, nil
}

// whoseDetails says of which seats the actor sees more than the first name.
func whoseDetails(tx database.Tx, actor identity.Actor, seats []Member) (func(Member) bool, error) {
	own := func(m Member) bool { return actor.Known() && m.PersonID == actor.PersonID }
	switch {
	case !actor.Known() || actor.MemberOnly:
		return own, nil
	case actor.Owner:
		return func(Member) bool { return true }, nil
	}
	mine, err := facilitatedAmong(tx, actor.PersonID, seats)
	return func(m Member) bool { return own(m) || m.ProgrammeID != nil && slices.Contains(mine, *m.ProgrammeID) }, err
}

// bare leaves out what is nobody's to see: when somebody was last heard of, and what she was asked alone.
func (m Member) bare() Member {
	m.LastSignAt, m.StillInAskedAt, m.FeedEpoch = nil, nil, 0
	return m
}
