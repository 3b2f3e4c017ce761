package scheduling

import (
	"slices"
	"time"

	"kring/internal/fault"
)

// The times that outcomes run by.
const (
	UnrecordedAfter = 72 * time.Hour      // after its end a session without an answer is unrecorded
	CorrectWithin   = 21 * 24 * time.Hour // after its end any member may record or correct
	NamesKept       = 7 * 24 * time.Hour  // after its end answers by name become counts
	SilenceEnds     = 21 * 24 * time.Hour // after the question "go on?" a silent circle ends
	silentSessions  = 3                   // sessions without a sign of life before "still in?" is asked
	lostSessions    = 3                   // sessions in a row not held before "go on?" is asked
)

// Outcomes are what a member can say about a session.
func Outcomes() []State { return []State{Held, Missed, Cancelled} }

// checkOutcome says whether the session takes the outcome now: from its start on, until 21 days after its end. It
// answers Invalid for a state that is no outcome, and Conflict not-yet or too-late-to-correct.
func checkOutcome(s Session, outcome State, now time.Time) error {
	if outcome != Held && outcome != Missed && outcome != Cancelled {
		var v fault.Violations
		v.Add("/outcome", "not-an-outcome")
		return v.Err()
	}
	switch {
	case now.Before(s.StartsAt):
		return fault.New(fault.Conflict, "session-not-yet")
	case !now.Before(s.EndsAt.Add(CorrectWithin)):
		return fault.New(fault.Conflict, "too-late-to-correct")
	}
	return nil
}

// settled is what a session is after one more word about it: held beats missed, whoever speaks first. Anything else
// corrects what was there.
func settled(was, said State) State {
	if was == Held && said == Missed {
		return Held
	}
	return said
}

// CountsAs is what each session counts as, in the order of their dates: the second skip in a row counts as missed.
// Sessions are ordered by date.
func CountsAs(sessions []Session) []State {
	out := make([]State, len(sessions))
	skips := 0
	for i, s := range sessions {
		out[i] = s.State
		if s.State != Skipped {
			skips = 0
			continue
		}
		if skips++; skips >= 2 {
			out[i] = Missed
		}
	}
	return out
}

// notHeldInRow counts backwards, from the last session before the one that comes next, how many were not held: one that
// was called off ahead of its date is known not to be held. A single skip is passed over. Sessions that began before
// since do not count, nor does one that waits for its answer. Sessions are ordered by date.
func notHeldInRow(sessions []Session, since, now time.Time) int {
	counts := CountsAs(sessions)
	next := slices.IndexFunc(sessions, func(s Session) bool { return s.Coming(now) })
	if next < 0 {
		next = len(sessions)
	}
	n := 0
	for i := next - 1; i >= 0; i-- {
		s := sessions[i]
		if counts[i] == Skipped || counts[i] == Planned {
			continue
		}
		if counts[i] == Held || s.StartsAt.Before(since) {
			break
		}
		n++
	}
	return n
}

// pace is where a circle is after an outcome: the week its next session works on.
type pace struct {
	week  int  // the circle's guide week
	given *int // the session's guide week
}

// advance gives a session its guide week when it becomes held, and takes it back when it was not held after all.
// A session whose week a member has settled by hand moves nothing.
func advance(week int, s Session, state State) pace {
	switch {
	case state == Held && s.State != Held && s.WeekSettled:
		return pace{week: week}
	case state == Held && s.State != Held:
		given := week
		return pace{week: week + 1, given: &given}
	case state != Held && s.GuideWeek != nil && *s.GuideWeek == week-1:
		return pace{week: week - 1}
	case state != Held:
		return pace{week: week}
	}
	return pace{week: week, given: s.GuideWeek}
}
