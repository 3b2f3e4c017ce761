package health

import "time"

// QuorumAhead is how long before a session too few expected members become a reason.
const QuorumAhead = 24 * time.Hour

// Signals is all that Assess looks at: one running circle, in sessions. What lies before the last clearing, dismissal
// or new slot is not in it, except where a field says so. Breaks and pauses are not in it at all.
type Signals struct {
	GuideWeek int // the week the circle is at
	LastWeek  int // of its guide set

	Past  Course // sessions whose start has come
	Ahead Course // sessions that lie ahead
	Held  int    // sessions held in the whole run
	// MovedSinceHeld says that a session was moved after the last held one began.
	MovedSinceHeld bool

	NextAt    time.Time // when the next session starts, whatever became of it; zero: none
	PlannedAt time.Time // when the next planned session starts; zero: none
	Planned   int       // sessions of the whole run that lie ahead or wait for their outcome

	Members int // who are in
	Most    int // the most that were in at any one moment
	Quorum  int // how many make a session go ahead
	// Expected is who is expected at the next planned session; it is read only once that is within QuorumAhead.
	Expected int
	// Agreed says that the circle votes on that session's date, or agreed to go ahead with those who can. A vote that came to
	// nothing is no agreement.
	Agreed bool

	// FromBegin says that nothing was cleared, dismissed or given a new slot yet: the circle is seen from its begin.
	FromBegin bool
	// Open is the open flag's reasons; nil when the circle carries none.
	Open []Reason
	// Unproven says that the open flag's reasons are older than what is looked at: a new slot was agreed, and whether
	// it works shows at the next session.
	Unproven bool

	settled Course // Past, as far as it is known; Assess fills it in
}

// near says whether the next planned session is so near that too few expected members are a reason.
func (s *Signals) near(now time.Time) bool {
	return !s.PlannedAt.IsZero() && !now.Before(s.PlannedAt.Add(-QuorumAhead)) && now.Before(s.PlannedAt)
}

// says is whether the open flag gives a reason already.
func (s *Signals) says(code string) bool {
	for _, r := range s.Open {
		if r.Code == code {
			return true
		}
	}
	return false
}

// NextMoment is the next instant after now at which time alone could change the verdict; zero when only a write can.
func NextMoment(s Signals, now time.Time) time.Time {
	moments := []time.Time{s.NextAt}
	if !s.PlannedAt.IsZero() {
		moments = append(moments, s.PlannedAt, s.PlannedAt.Add(-QuorumAhead))
	}
	return earliestAfter(now, moments...)
}

// earliestAfter is the first of the instants that lies after now; zero when none does.
func earliestAfter(now time.Time, moments ...time.Time) time.Time {
	var next time.Time
	for _, m := range moments {
		if m.After(now) && (next.IsZero() || m.Before(next)) {
			next = m
		}
	}
	return next
}
