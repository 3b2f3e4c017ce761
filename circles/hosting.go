package circles

import (
	"cmp"
	"context"
	"slices"

	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/journal"
)

// MemberPatch changes what is not nil: whether one leads sessions oneself, and anybody's turn.
type MemberPatch struct {
	Hosts    *bool
	HostTurn *int // 1 is the first turn; the others move up
}

func byTurn(a, b Member) int {
	return cmp.Or(cmp.Compare(a.HostTurn, b.HostTurn), cmp.Compare(a.ID, b.ID))
}

// PatchMember opts oneself out of leading sessions or in again, or gives any member another turn, at the revision of
// that seat (0: whatever it is). It answers Stale, Invalid, Forbidden for opting out somebody else, and Conflict
// not-a-member for a seat that is not taken.
func (r *Registry) PatchMember(ctx context.Context, actor identity.Actor, memberID string, revision int, patch MemberPatch) (Member, error) {
	return r.onSeat(ctx, actor, ChangeHosting, memberID, func(s *seatCase) (Member, error) {
		if err := checkRevision(revision, s.seat.Revision); err != nil {
			return s.seat, err
		}
		if !s.seat.In() {
			return s.seat, conflict("not-a-member")
		}
		if patch.Hosts != nil && s.seat.PersonID != actor.PersonID {
			return s.seat, fault.New(fault.Forbidden, "forbidden")
		}
		if err := patch.check(); err != nil {
			return s.seat, err
		}
		if err := s.host(patch); err != nil {
			return s.seat, err
		}
		if err := record(s.tx, journal.Entry{At: s.now, SubjectID: s.seat.ID, Action: "hosting-changed"}, s.c, actor); err != nil {
			return s.seat, err
		}
		return s.seat, TouchIn(s.tx, s.c.ID, s.now)
	})
}

func (patch MemberPatch) check() error {
	var v fault.Violations
	if patch.HostTurn != nil {
		checkBetween(&v, "/host_turn", *patch.HostTurn, 1, mostSeats)
	}
	return v.Err()
}

// host writes the seat and, for another turn, all seats whose turn moves by it.
func (s *seatCase) host(patch MemberPatch) error {
	take(&s.seat.Hosts, patch.Hosts)
	if patch.HostTurn == nil {
		return saveMember(s.tx, &s.seat, s.now)
	}
	line := MembersOf(replaceSeat(s.seats, s.seat))
	slices.SortFunc(line, byTurn)
	line = slices.DeleteFunc(line, func(m Member) bool { return m.ID == s.seat.ID })
	line = slices.Insert(line, min(*patch.HostTurn-1, len(line)), s.seat)
	for i := range line {
		m := &line[i]
		if m.HostTurn == i+1 && m.ID != s.seat.ID {
			continue
		}
		m.HostTurn = i + 1
		if err := saveMember(s.tx, m, s.now); err != nil {
			return err
		}
		if m.ID == s.seat.ID {
			s.seat = *m
		}
	}
	return nil
}
