package scheduling

import (
	"cmp"
	"slices"
	"time"

	"kring/circles"
)

// rotation is who leads when: the members in the order in which they are next in turn.
type rotation struct {
	members []circles.Member
	lastAt  map[string]time.Time // when a member last led, or came in
}

// newRotation reads the turns taken so far. Whoever came in after the run began waits as long as one who led on that
// day.
func newRotation(members []circles.Member, sessions []Session) rotation {
	r := rotation{members: members, lastAt: map[string]time.Time{}}
	if len(sessions) > 0 {
		for _, m := range members {
			if m.InAt != nil && m.InAt.After(sessions[0].StartsAt) {
				r.lastAt[m.ID] = *m.InAt
			}
		}
	}
	return r
}

func (r rotation) led(memberID string, at time.Time) {
	if at.After(r.lastAt[memberID]) {
		r.lastAt[memberID] = at
	}
}

// pick is the member in turn: among those who host and come, whoever led longest ago; else the next expected member.
// It answers false when nobody comes.
func (r rotation) pick(comes func(circles.Member) bool) (string, bool) {
	line := slices.Clone(r.members)
	slices.SortStableFunc(line, func(a, b circles.Member) int {
		return cmp.Or(r.lastAt[a.ID].Compare(r.lastAt[b.ID]), cmp.Compare(a.HostTurn, b.HostTurn), cmp.Compare(a.ID, b.ID))
	})
	for _, willing := range []bool{true, false} {
		for _, m := range line {
			if comes(m) && (m.Hosts || !willing) {
				return m.ID, true
			}
		}
	}
	return "", false
}

// AssignHosts gives each session that lies ahead somebody who leads it, in turn. A host stays who is a member, comes,
// and hosts or was named by a member's own word; sessions that start after firm are dealt anew, so that a newcomer
// gets turns. Sessions are ordered by date; the answer is a copy.
func AssignHosts(sessions []Session, members []circles.Member, word Word, loc *time.Location, now, firm time.Time) []Session {
	out := slices.Clone(sessions)
	r := newRotation(members, sessions)
	for i, s := range out {
		comes := func(m circles.Member) bool { return word.Comes(s, m, loc) }
		switch {
		case s.State == Skipped || s.State == Cancelled || s.State == Missed:
			continue // no turn was taken
		case s.Coming(now) && !mayLead(s, members, comes, s.StartsAt.After(firm)):
			out[i].HostID, out[i].HostSwapped = nil, false
			if id, ok := r.pick(comes); ok {
				out[i].HostID = &id
			}
		}
		if out[i].HostID != nil {
			r.led(*out[i].HostID, s.StartsAt)
		}
	}
	return out
}

// mayLead says whether the session's host stays when its turn may be dealt anew or not.
func mayLead(s Session, members []circles.Member, comes func(circles.Member) bool, anew bool) bool {
	i := slices.IndexFunc(members, func(m circles.Member) bool { return s.hosts(m.ID) })
	if i < 0 || !comes(members[i]) {
		return false
	}
	return s.HostSwapped || members[i].Hosts && !anew
}
