package scheduling

import (
	"cmp"
	"context"
	"slices"

	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/page"
	"kring/internal/wall"

	"kring/circles"
)

// startWeeks is how many weeks of first dates are weighed.
const startWeeks = 26

// StartCandidate is a first date of a run with what the run would fall into.
type StartCandidate struct {
	StartsOn wall.Date
	EndsOn   wall.Date
	Left     int // dates of the slot that are left out between them: holidays and breaks
	Warned   int // dates that a warning is about: holidays of some, school holidays, summer, the turn of the year
	Warnings []Warning
	Reasons  []Reason // in words

	dates []wall.Date
}

// Starts are first dates for a circle that has not begun, best first, up to limit (0: 50): the one whose run loses and
// risks the fewest weeks to holidays, then the earliest. They are the dates of its slot in the 26 weeks from a date on
// (zero: as the circle has it, else tomorrow), the run laid out from each. A date that the run leaves out is no first
// one. It answers Conflict already-begun and no-slot, and Invalid for a date in the past and one too far ahead.
func (cal *Calendar) Starts(ctx context.Context, actor identity.Actor, circleID string, from wall.Date, limit int) ([]StartCandidate, error) {
	return view(ctx, cal, actor, circles.SeeSlots, circleID, func(c *course, _ circles.Object) ([]StartCandidate, error) {
		if c.circle.State != circles.Forming {
			return nil, fault.New(fault.Conflict, "already-begun")
		}
		from, err := c.fromOn(from)
		if err != nil {
			return nil, err
		}
		watched, err := c.watched()
		if err != nil {
			return nil, err
		}
		found, err := c.starts(from, watched)
		if err != nil {
			return nil, err
		}
		found = found[:min(len(found), page.Limit(limit))]
		for i := range found {
			found[i].Warnings = Warnings(found[i].dates, watched)
			found[i].Reasons = found[i].reasons()
		}
		return found, nil
	})
}

// starts are the first dates from a date on, ranked.
func (c *course) starts(from wall.Date, w Watched) ([]StartCandidate, error) {
	run, err := c.run()
	if err != nil {
		return nil, err
	}
	warned := map[wall.Date]bool{} // each date is looked at once: the runs share most of theirs
	out := []StartCandidate{}
	last := min(from.Sub(c.today())+7*startWeeks-1, farthestStart)
	for on := from.OnOrAfter(run.Slot.Weekday); on.Sub(c.today()) <= last; on = on.AddDays(7) {
		if run.Off.reason(on) != "" {
			continue
		}
		laid, free, err := run.LayOut(on, c.now, c.set.Weeks)
		if laid, err = enough(laid, c.set.Weeks, err); err != nil {
			return nil, err
		}
		s := StartCandidate{StartsOn: on, Left: len(free), dates: datesOf(laid)}
		s.EndsOn = s.dates[len(s.dates)-1]
		for _, d := range s.dates {
			is, known := warned[d]
			if !known {
				is = len(Warnings([]wall.Date{d}, w)) > 0
				warned[d] = is
			}
			if is {
				s.Warned++
			}
		}
		out = append(out, s)
	}
	slices.SortStableFunc(out, func(a, b StartCandidate) int {
		return cmp.Or(cmp.Compare(a.Left+a.Warned, b.Left+b.Warned), a.StartsOn.Compare(b.StartsOn))
	})
	return out, nil
}

func (s StartCandidate) reasons() []Reason {
	var out []Reason
	if s.Left > 0 {
		out = append(out, counted(ReasonLeftOut, s.Left))
	}
	if s.Warned > 0 {
		out = append(out, counted(ReasonWarned, s.Warned))
	}
	if len(out) == 0 {
		out = append(out, Reason{Code: ReasonClear})
	}
	return out
}
