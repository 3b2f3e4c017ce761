package circles

import (
	"cmp"
	"slices"
	"time"
)

// The times that seats run by.
const (
	PressWithin   = 72 * time.Hour     // an application or an invitation waits so long for its press
	HoldFor       = 48 * time.Hour     // a seat asked for is held so long
	ObjectWithin  = 3 * 24 * time.Hour // a motion is carried after it
	UndoLeaving   = 7 * 24 * time.Hour // leaving can be taken back so long
	lastFreeJoins = 2                  // until this guide week is held, joining needs nobody
)

// FreeSeats is how many seats of the circle nobody has, keeps or is invited to; never negative.
func FreeSeats(c Circle, seats []Member) int {
	free := c.Seats
	for _, m := range seats {
		if m.State.Takes() {
			free--
		}
	}
	return max(free, 0)
}

// MembersOf are the people who are in, in the order of the seats.
func MembersOf(seats []Member) []Member {
	var in []Member
	for _, m := range seats {
		if m.In() {
			in = append(in, m)
		}
	}
	return in
}

// QuorumOf is how many of so many members make a session go ahead: the programme's quorum, or all of them when they
// are fewer, and never under two.
func QuorumOf(quorum, members int) int { return max(min(quorum, members), 2) }

// NextInLine is who has waited longest for a free seat, and false when nobody waits.
func NextInLine(seats []Member) (Member, bool) {
	line := slices.DeleteFunc(slices.Clone(seats), func(m Member) bool { return m.State != Asked })
	if len(line) == 0 {
		return Member{}, false
	}
	return slices.MinFunc(line, func(a, b Member) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	}), true
}

// JoinsFreely says whether a newcomer needs nobody: until guide week 2 is held. Later the newcomer is in after three
// days, unless a member objects.
func JoinsFreely(c Circle) bool { return !c.State.Begun() || c.GuideWeek <= lastFreeJoins }

// TakesPeople says whether somebody can still come into the circle.
func (c Circle) TakesPeople() bool { return !c.State.Over() }

// invite offers the seat, until the press that is waited for comes too late.
func (m *Member) invite(now time.Time) {
	until := now.Add(PressWithin)
	m.State, m.ExpiresAt, m.OtherHour = Invited, &until, false
}

// hold keeps a seat for whoever asked for it.
func (m *Member) hold(now time.Time) {
	until := now.Add(HoldFor)
	m.State, m.ExpiresAt = Held, &until
}

// accept takes the seat. The person is in at once when joining is free; else in_at stays empty until the circle let
// three days pass.
func (m *Member) accept(now time.Time, freely bool, turn int) {
	m.State, m.ExpiresAt, m.AcceptedAt, m.HostTurn = Accepted, nil, &now, turn
	m.OtherHour = false
	if freely {
		m.comeIn(now)
	}
}

// comeIn makes somebody with an accepted seat a member.
func (m *Member) comeIn(now time.Time) { m.InAt, m.LastSignAt = &now, &now }

// close ends a seat that was not taken.
func (m *Member) close(state SeatState) {
	m.State, m.ExpiresAt, m.AcceptedAt, m.InAt = state, nil, nil, nil
}

// leave steps out; it can be taken back for seven days.
func (m *Member) leave(now time.Time) {
	until := now.Add(UndoLeaving)
	m.State, m.LeftAt, m.UndoUntil, m.StillInAskedAt = Left, &now, &until, nil
}

// undoLeaving takes leaving back; the caller has checked that there is still a seat.
func (m *Member) undoLeaving(now time.Time) {
	m.State, m.LeftAt, m.UndoUntil, m.LastSignAt = Accepted, nil, nil, &now
}

// nextTurn is the last place in the rotation.
func nextTurn(seats []Member) int {
	turn := 0
	for _, m := range seats {
		turn = max(turn, m.HostTurn)
	}
	return turn + 1
}
