package fitting

import (
	"cmp"
	"slices"
	"time"

	"kring/internal/wall"
)

// midday is the time of day that is nearest to the working hours of most.
const midday = 13 * 60

// Weekly is a run of which the weekly hour is looked for.
type Weekly struct {
	Minutes int            // of a session
	Zone    *time.Location // on whose wall the hours are
	// Dates are the dates that the run would have on each weekday, Sunday first, rising; a weekday without any is left out.
	Dates [7][]wall.Date
}

// Hour is a weekly hour with what it means for each person over the dates of the run.
type Hour struct {
	Weekday time.Weekday
	At      wall.TimeOfDay

	Always   []int // people (by index) who stated hours and can on every date
	Can      []int // for each person, on how many dates they can; without stated hours: nothing is known against it
	Together int   // dates on which all who stated hours can
	Night    []int // people for whom a date touches the hours from 22 to 7
	Shifted  []int // people on whose wall a change of clocks moves it; only of hours that are answered

	sure, maybe int // Can, summed over who stated hours, and who did not
}

// Hours weighs every whole and half hour of the week over the dates of the run, each checked as [Person.At] does, and answers up to
// limit of them, best first: most people on every date, then most dates over all people who stated hours, then over the
// others, then fewest in the night, then nearest to midday, then early in the week. An hour that nobody who stated hours
// can on any date is left out.
func (w Weekly) Hours(people []Person, limit int) []Hour {
	sheets, days := w.sheets(people), w.days()
	var out []Hour
	for n := range 7 {
		weekday := time.Weekday((n + 1) % 7)
		starts := make([]int64, len(days[weekday]))
		for at := wall.TimeOfDay(0); at.Valid(); at += halfHour {
			for i, d := range days[weekday] {
				starts[i] = d.start(at, w.Zone).Unix()
			}
			h := Hour{Weekday: weekday, At: at, Can: make([]int, len(people))}
			if h.weigh(sheets, starts); h.sure > 0 {
				out = append(out, h)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Hour) int { return a.compare(b, w.Minutes) })
	out = out[:min(len(out), limit)]
	for i := range out {
		out[i].sayShifted(people, days[out[i].Weekday], w.Zone)
	}
	return out
}

func (h *Hour) weigh(sheets []sheet, starts []int64) {
	together := make([]bool, len(starts))
	for i := range together {
		together[i] = true
	}
	for p := range sheets {
		s := &sheets[p]
		night := false
		for i, start := range starts {
			m := s.at(start)
			if m.fit() != No {
				h.Can[p]++
			} else if s.stated {
				together[i] = false
			}
			night = night || m.night()
		}
		if night {
			h.Night = append(h.Night, p)
		}
		if !s.stated {
			h.maybe += h.Can[p]
			continue
		}
		h.sure += h.Can[p]
		if h.Can[p] == len(starts) {
			h.Always = append(h.Always, p)
		}
	}
	for _, all := range together {
		if all {
			h.Together++
		}
	}
}

func (h Hour) compare(other Hour, minutes int) int {
	return cmp.Or(
		cmp.Compare(len(other.Always), len(h.Always)),
		cmp.Compare(other.sure, h.sure),
		cmp.Compare(other.maybe, h.maybe),
		cmp.Compare(len(h.Night), len(other.Night)),
		cmp.Compare(h.fromMidday(minutes), other.fromMidday(minutes)))
}

func (h Hour) fromMidday(minutes int) int {
	middle := int(h.At) + minutes/2
	return max(middle-midday, midday-middle)
}

// sayShifted finds the people whose own wall does not show the same time on all dates.
func (h *Hour) sayShifted(people []Person, days []day, zone *time.Location) {
	starts := make([]time.Time, len(days))
	for i, d := range days {
		starts[i] = d.start(h.At, zone)
	}
	for i, p := range people {
		usual := wall.TimeOfDayOf(starts[0], p.Zone)
		if slices.ContainsFunc(starts, func(t time.Time) bool { return wall.TimeOfDayOf(t, p.Zone) != usual }) {
			h.Shifted = append(h.Shifted, i)
		}
	}
}

// day is a date with its first instant; plain says that its clock does not change.
type day struct {
	on    wall.Date
	from  time.Time
	plain bool
}

func (w Weekly) days() (out [7][]day) {
	for weekday, dates := range w.Dates {
		for _, on := range dates {
			from, kind := wall.Instant(on, 0, w.Zone)
			until, _ := wall.Instant(on.AddDays(1), 0, w.Zone)
			plain := kind == wall.Exact && until.Sub(from) == 24*time.Hour
			out[weekday] = append(out[weekday], day{on: on, from: from, plain: plain})
		}
	}
	return out
}

func (d day) start(at wall.TimeOfDay, zone *time.Location) time.Time {
	if d.plain {
		return d.from.Add(time.Duration(at) * time.Minute)
	}
	start, _ := wall.Instant(d.on, at, zone)
	return start
}
