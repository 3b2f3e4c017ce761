package circles

import (
	"context"
	"slices"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/journal"
)

// seatCase is what a use case about one seat works on: everything locked and read anew on tx.
type seatCase struct {
	tx    database.Tx
	actor identity.Actor
	now   time.Time
	c     Circle
	seats []Member
	seat  Member
}

// onSeat locks the seat's circle, asks the policy, and runs the use case on it.
func (r *Registry) onSeat(ctx context.Context, actor identity.Actor, action Action, memberID string, fn func(*seatCase) (Member, error)) (Member, error) {
	now := r.clock.Now()
	return write(ctx, r.db, func(tx database.Tx) (Member, error) {
		m, err := one[Member](tx, memberID, false)
		if err != nil {
			return m, err
		}
		c, seats, err := lockWithSeats(tx, m.CircleID)
		if err != nil {
			return m, err
		}
		if m, err = seatIn(tx, seats, memberID); err != nil {
			return m, err
		}
		object, err := objectOf(tx, actor, c, seats)
		if err != nil {
			return m, err
		}
		object.Self = actor.Known() && m.PersonID == actor.PersonID
		if err := May(actor, action, object); err != nil {
			return m, err
		}
		return fn(&seatCase{tx: tx, actor: actor, now: now, c: c, seats: seats, seat: m})
	})
}

// lockWithSeats locks a circle: every write about its seats goes through here, so what it reads stays true.
func lockWithSeats(tx database.Tx, circleID string) (Circle, []Member, error) {
	c, err := LockIn(tx, circleID)
	if err != nil {
		return c, nil, err
	}
	seats, err := seatsOf(tx, circleID)
	return c, seats, err
}

// seatIn is one seat of a locked circle, also a closed one.
func seatIn(tx database.Tx, seats []Member, id string) (Member, error) {
	if m, open := seatByID(seats, id); open {
		return m, nil
	}
	return one[Member](tx, id, false)
}

// seatByID is one of the seats.
func seatByID(seats []Member, id string) (Member, bool) {
	i := slices.IndexFunc(seats, func(m Member) bool { return m.ID == id })
	if i < 0 {
		return Member{}, false
	}
	return seats[i], true
}

// replaceSeat answers the seats with one of them changed.
func replaceSeat(seats []Member, changed Member) []Member {
	fresh := slices.Clone(seats)
	for i := range fresh {
		if fresh[i].ID == changed.ID {
			fresh[i] = changed
			return fresh
		}
	}
	return append(fresh, changed)
}

// AcceptSeat takes the seat that somebody was invited to or that is held for her: the press "yes, I'm in". Pressing
// twice changes nothing. It answers Conflict circle-over, seat-expired, seat-waiting (somebody was quicker) and
// seat-closed.
func (r *Registry) AcceptSeat(ctx context.Context, actor identity.Actor, memberID string) (Member, error) {
	return r.onSeat(ctx, actor, AcceptSeat, memberID, func(s *seatCase) (Member, error) {
		if s.seat.State == Accepted {
			return s.seat, nil
		}
		if err := acceptable(s.c, s.seat, s.now); err != nil {
			return s.seat, err
		}
		return s.accept()
	})
}

func acceptable(c Circle, m Member, now time.Time) error {
	switch {
	case !c.TakesPeople():
		return conflict("circle-over")
	case m.State == Asked:
		return conflict("seat-waiting")
	case m.State == Expired || m.State.Takes() && m.ExpiresAt != nil && !now.Before(*m.ExpiresAt):
		return conflict("seat-expired")
	case !m.State.Takes():
		return conflict("seat-closed")
	}
	return nil
}

func (s *seatCase) accept() (Member, error) {
	freely := JoinsFreely(s.c)
	s.seat.accept(s.now, freely, nextTurn(s.seats))
	if err := s.placeApplication(); err != nil {
		return s.seat, err
	}
	if err := saveMember(s.tx, &s.seat, s.now); err != nil {
		return s.seat, err
	}
	if _, err := identity.ConfirmAddressIn(s.tx, s.now, s.seat.PersonID); err != nil {
		return s.seat, err
	}
	entry := journal.Entry{At: s.now, SubjectID: s.seat.ID, Action: "seat-accepted"}
	if err := record(s.tx, entry, s.c, s.actor); err != nil {
		return s.seat, err
	}
	if freely {
		return s.seat, cameIn(s.tx, s.c, s.seat, s.now)
	}
	return s.seat, s.proposeJoining()
}

// placeApplication makes the application that the seat came from placed; an invitation by address finds it by person.
// Who signed up for the circle's programme comes through it, whoever invited her.
func (s *seatCase) placeApplication() error {
	a, has, err := s.application()
	if err != nil || !has {
		return err
	}
	if a.State == Unconfirmed { // the press in the seat letter proves the address as well
		a.ConfirmedAt, a.ExpiresAt = &s.now, nil
	}
	a.State, a.CircleID = Placed, nil
	s.seat.ApplicationID = &a.ID
	s.seat.come(s.c, &a.ProgrammeID)
	return saveApplication(s.tx, &a, s.now)
}

// application is the one that the seat came from, while it is not withdrawn, else the person's own to the circle's
// programme; locked.
func (s *seatCase) application() (Application, bool, error) {
	if s.seat.ApplicationID != nil {
		a, found, err := maybe[Application](s.tx, *s.seat.ApplicationID)
		if err != nil || found && a.State != Withdrawn {
			return a, found, err
		}
	}
	return liveApplication(s.tx, s.c.ProgrammeID, s.seat.PersonID)
}

// cameIn tells a new member and wakes the circle's health. In a circle that has dates the letter carries those that
// are left.
func cameIn(tx database.Tx, c Circle, m Member, now time.Time) error {
	kind := KindSeatAccepted
	if c.State.Begun() {
		kind = KindJoinedLate
	}
	if err := note(tx, c, kind, m.PersonID, m.ID, keyOf(kind, m.ID, *m.AcceptedAt), now, time.Time{}); err != nil {
		return err
	}
	return TouchIn(tx, c.ID, now)
}

// proposeJoining gives the circle three days to object to a newcomer.
func (s *seatCase) proposeJoining() error {
	motion := Motion{
		ID: database.NewID(), CircleID: s.c.ID, Kind: MotionJoin, MemberID: s.seat.ID, DueAt: s.now.Add(ObjectWithin),
		State: MotionOpen, CreatedAt: s.now,
	}
	if err := insert(s.tx, &motion); err != nil {
		return err
	}
	err := note(s.tx, s.c, KindSeatAccepted, s.seat.PersonID, s.seat.ID,
		keyOf(KindSeatAccepted, s.seat.ID, *s.seat.AcceptedAt), s.now, time.Time{})
	if err != nil {
		return err
	}
	return tellMembers(s.tx, s.c, s.seats, KindJoinProposed, motion.ID, s.now, motion.DueAt)
}

// DeclineSeat refuses a seat: one's own ("no thanks", or with otherHour "at another hour"), or as a member or
// facilitator the one that a newcomer asks for, without a reason and until she accepts. Whoever asked stays on the
// programme's waiting list and gets a kind letter. Declining twice changes nothing. It answers Conflict seat-accepted
// and seat-closed.
func (r *Registry) DeclineSeat(ctx context.Context, actor identity.Actor, memberID string, otherHour bool) (Member, error) {
	return r.onSeat(ctx, actor, SeeMember, memberID, func(s *seatCase) (Member, error) {
		action, kindly := DeclineSeat, false
		if s.seat.PersonID != actor.PersonID {
			action, kindly = DeclineAsked, true
		}
		object, err := objectOf(s.tx, actor, s.c, s.seats)
		if err != nil {
			return s.seat, err
		}
		object.Self = !kindly
		if err := May(actor, action, object); err != nil {
			return s.seat, err
		}
		if s.seat.State == Declined {
			return s.seat, nil
		}
		if err := declinable(s.seat, kindly); err != nil {
			return s.seat, err
		}
		s.seat.OtherHour = otherHour && !kindly
		return r.decline(s, kindly)
	})
}

// declinable says whether a seat can still be refused: one's own while it waits, somebody else's while it is asked for.
func declinable(m Member, byCircle bool) error {
	switch {
	case m.State == Accepted:
		return conflict("seat-accepted")
	case m.State == Invited && byCircle:
		return conflict("seat-not-asked")
	case !m.State.Open():
		return conflict("seat-closed")
	}
	return nil
}

func (r *Registry) decline(s *seatCase, kindly bool) (Member, error) {
	thanked, who := s.seat.State == Invited && !s.seat.OtherHour, s.actor
	if kindly {
		who = identity.Actor{} // which of them it was is nobody's business: the journal does not know either
	}
	if err := r.closeSeat(s.tx, who, s.c, s.seats, s.seat, Declined, "seat-declined", s.now); err != nil {
		return s.seat, err
	}
	if kindly {
		err := note(s.tx, s.c, KindSeatDeclined, s.seat.PersonID, s.seat.ID, keyOf(KindSeatDeclined, s.seat.ID, s.now), s.now, time.Time{})
		if err != nil {
			return s.seat, err
		}
	}
	if thanked && s.seat.ApplicationID != nil { // "no thanks" to a circle that was formed for her: she is not looking
		if err := withdraw(s.tx, s.actor, *s.seat.ApplicationID, s.now); err != nil {
			return s.seat, err
		}
	}
	return one[Member](s.tx, s.seat.ID, false)
}

// closeSeat ends a seat that was not taken: its application waits again, and who is next in line gets the seat.
func (r *Registry) closeSeat(tx database.Tx, actor identity.Actor, c Circle, seats []Member, m Member, state SeatState, action string, now time.Time) error {
	m.close(state)
	if err := saveMember(tx, &m, now); err != nil {
		return err
	}
	if err := freeApplication(tx, m, now); err != nil {
		return err
	}
	if err := voidAbout(tx, c, m.ID, "seat-closed"); err != nil {
		return err
	}
	if err := record(tx, journal.Entry{At: now, SubjectID: m.ID, Action: action}, c, actor); err != nil {
		return err
	}
	return r.offerNext(tx, c, replaceSeat(seats, m), now)
}

// freeApplication lets the application of a seat wait again, without the wish for this circle.
func freeApplication(tx database.Tx, m Member, now time.Time) error {
	if m.ApplicationID == nil {
		return nil
	}
	a, err := one[Application](tx, *m.ApplicationID, true)
	if err != nil || a.State == Withdrawn {
		return err
	}
	if a.State == Placed {
		a.State = Waiting
	}
	if a.CircleID != nil && *a.CircleID == m.CircleID {
		a.CircleID = nil
	}
	return saveApplication(tx, &a, now)
}

// WithdrawSeat takes an offered seat back that nobody accepted yet; a member is never removed. Somebody who never pressed
// any link is forgotten with it. It answers Conflict seat-accepted and seat-closed.
func (r *Registry) WithdrawSeat(ctx context.Context, actor identity.Actor, memberID string) (Member, error) {
	return r.onSeat(ctx, actor, WithdrawSeat, memberID, func(s *seatCase) (Member, error) {
		if err := declinable(s.seat, false); err != nil {
			return s.seat, err
		}
		if err := r.closeSeat(s.tx, actor, s.c, s.seats, s.seat, Expired, "seat-withdrawn", s.now); err != nil {
			return s.seat, err
		}
		withdrawn, err := one[Member](s.tx, memberID, false)
		if err != nil {
			return s.seat, err
		}
		return withdrawn, dropStranger(s.tx, withdrawn)
	})
}
