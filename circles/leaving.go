package circles

import (
	"context"
	"time"

	"kring/internal/identity"
	"kring/internal/journal"
)

// Leave steps out of a circle: one step, no reason, taken back within seven days by UndoLeave. What the person was ever
// sent is void from then on; the letter that says goodbye has links that work. Leaving twice changes nothing. It answers
// Conflict seat-closed for a seat that was never taken.
func (r *Registry) Leave(ctx context.Context, actor identity.Actor, memberID string) (Member, error) {
	return r.onSeat(ctx, actor, Leave, memberID, func(s *seatCase) (Member, error) {
		switch s.seat.State {
		case Left:
			return s.seat, nil
		case Accepted:
			return r.leave(s)
		}
		return s.seat, conflict("seat-closed")
	})
}

func (r *Registry) leave(s *seatCase) (Member, error) {
	s.seat.leave(s.now)
	if err := saveMember(s.tx, &s.seat, s.now); err != nil {
		return s.seat, err
	}
	if s.seat.ApplicationID != nil {
		if err := withdraw(s.tx, s.actor, *s.seat.ApplicationID, s.now); err != nil {
			return s.seat, err
		}
	}
	if err := closeMotionsOf(s.tx, s.c.ID, s.seat.ID, s.now); err != nil {
		return s.seat, err
	}
	if err := voidFor(s.tx, s.c, s.seat.PersonID, "left"); err != nil {
		return s.seat, err
	}
	if err := record(s.tx, journal.Entry{At: s.now, SubjectID: s.seat.ID, Action: "left"}, s.c, s.actor); err != nil {
		return s.seat, err
	}
	err := note(s.tx, s.c, KindLeft, s.seat.PersonID, s.seat.ID, keyOf(KindLeft, s.seat.ID, s.now), s.now, *s.seat.UndoUntil)
	if err != nil {
		return s.seat, err
	}
	if err := s.raiseSequence(); err != nil {
		return s.seat, err
	}
	if err := r.offerNext(s.tx, s.c, replaceSeat(s.seats, s.seat), s.now); err != nil {
		return s.seat, err
	}
	_, err = identity.RaiseLinkEpochIn(s.tx, s.now, s.seat.PersonID) // last: people are locked after circles and applications
	return s.seat, err
}

// UndoLeave takes leaving back within seven days, as long as a seat is free. Undoing twice changes nothing. It answers
// Conflict undo-too-late, seat-closed, circle-over, circle-full, and seat-exists for who has another seat by now.
func (r *Registry) UndoLeave(ctx context.Context, actor identity.Actor, memberID string) (Member, error) {
	return r.onSeat(ctx, actor, Leave, memberID, func(s *seatCase) (Member, error) {
		if s.seat.State == Accepted {
			return s.seat, nil
		}
		if err := s.undoable(); err != nil {
			return s.seat, err
		}
		s.seat.undoLeaving(s.now)
		if err := s.replace(); err != nil {
			return s.seat, err
		}
		if err := saveMember(s.tx, &s.seat, s.now); err != nil {
			return s.seat, err
		}
		entry := journal.Entry{At: s.now, SubjectID: s.seat.ID, Action: "leaving-undone"}
		if err := record(s.tx, entry, s.c, s.actor); err != nil {
			return s.seat, err
		}
		if err := s.cameBack(); err != nil {
			return s.seat, err
		}
		return s.seat, TouchIn(s.tx, s.c.ID, s.now)
	})
}

// cameBack asks for the letter that puts the dates back into the calendar.
func (s *seatCase) cameBack() error {
	if !s.c.State.Begun() || !s.seat.In() {
		return nil
	}
	if err := s.raiseSequence(); err != nil {
		return err
	}
	key := keyOf(KindCameBack, s.seat.ID, s.now)
	return note(s.tx, s.c, KindCameBack, s.seat.PersonID, s.seat.ID, key, s.now, time.Time{})
}

func (s *seatCase) undoable() error {
	_, another := openSeatOf(s.seats, s.seat.PersonID)
	switch {
	case s.seat.State != Left:
		return conflict("seat-closed")
	case s.seat.UndoUntil == nil || !s.now.Before(*s.seat.UndoUntil):
		return conflict("undo-too-late")
	case !s.c.TakesPeople():
		return conflict("circle-over")
	case another:
		return conflict("seat-exists")
	case FreeSeats(s.c, s.seats) == 0:
		return conflict("circle-full")
	}
	return nil
}

// replace puts the application back in its place, unless the person has signed up anew meanwhile. A newcomer who left
// before the circle's three days were over is in by coming back only where joining is free.
func (s *seatCase) replace() error {
	if s.seat.InAt == nil {
		if !JoinsFreely(s.c) {
			return conflict("undo-too-late")
		}
		s.seat.comeIn(s.now)
	}
	if s.seat.ApplicationID == nil {
		return nil
	}
	a, err := one[Application](s.tx, *s.seat.ApplicationID, false)
	if err != nil {
		return err
	}
	if _, anew, err := liveApplication(s.tx, a.ProgrammeID, s.seat.PersonID); err != nil || anew {
		return err
	}
	if a, err = one[Application](s.tx, a.ID, true); err != nil {
		return err
	}
	a.State = Placed
	return saveApplication(s.tx, &a, s.now)
}

// raiseSequence makes what the person's calendar is told next newer than all that it was told.
func (s *seatCase) raiseSequence() error {
	s.c.Sequence++
	return raiseSequence(s.tx, s.c.ID)
}

// over says whether an instant has passed.
func over(at *time.Time, now time.Time) bool { return at != nil && !now.Before(*at) }
