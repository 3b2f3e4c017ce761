package wall

import (
	"cmp"
	"slices"
	"time"
)

// The hours at which nobody should be asked to meet without having said so: from Night until Morning, local time.
const (
	Night   = 22 * 60
	Morning = 7 * 60
)

// Person is what CommonSlots knows of somebody: the stated hours and the zone in which they hold.
type Person struct {
	Availability Availability
	Zone         *time.Location
}

// Candidate is a weekly slot with what it means for each person over the run.
type Candidate struct {
	Slot   Slot
	Always []int // the people (by index) who can on every date of the run
	Dates  []int // for each person, on how many of the dates they can
	Night  []int // the people for whom at least one date touches the hours from 22 to 7
}

// Weeks gives the first days of the n weeks of a run, intervalDays apart.
func Weeks(first Date, n, intervalDays int) []Date {
	out := make([]Date, n)
	for i := range out {
		out[i] = first.AddDays(i * intervalDays)
	}
	return out
}

// CommonSlots weighs every weekly slot of the zone, from 00:00 in steps of so many minutes, for sessions of so many
// minutes. Each date in weeks begins a week of the run: the slot's date in it is the first one of its weekday from
// there on. Somebody can on a date if the stated hours hold the whole session as that person's own wall clock runs
// through it; who stated nothing can never, and night hours count for nobody who did not state them.
//
// The best come first: most people on every date, then most dates over all people, then fewest in the night, then
// nearest to the middle of the day, then early in the week. Slots at which nobody can on any date are left out. A step
// below one minute or no week gives none.
func CommonSlots(people []Person, weeks []Date, zone *time.Location, minutes, step int) []Candidate {
	var out []Candidate
	if step < 1 || len(weeks) == 0 {
		return nil
	}
	for day := range 7 {
		weekday := time.Weekday((day + 1) % 7)
		dates := make([]Date, len(weeks))
		for i, week := range weeks {
			dates[i] = week.OnOrAfter(weekday)
		}
		for at := 0; at < dayMinutes; at += step {
			c := Candidate{Slot: Slot{Weekday: weekday, At: TimeOfDay(at), Zone: zone.String()}}
			if c.weigh(people, dates, zone, minutes) {
				out = append(out, c)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Candidate) int {
		return cmp.Or(
			cmp.Compare(len(b.Always), len(a.Always)),
			cmp.Compare(sum(b.Dates), sum(a.Dates)),
			cmp.Compare(len(a.Night), len(b.Night)),
			cmp.Compare(a.fromMidday(minutes), b.fromMidday(minutes)))
	})
	return out
}

// weigh fills the candidate in; it answers whether anybody can at all.
func (c *Candidate) weigh(people []Person, dates []Date, zone *time.Location, minutes int) bool {
	starts := make([]time.Time, len(dates))
	for i, d := range dates {
		starts[i], _ = Instant(d, c.Slot.At, zone)
	}
	c.Dates = make([]int, len(people))
	for i, p := range people {
		for _, start := range starts {
			if p.Availability.Suits(start, minutes, p.Zone) {
				c.Dates[i]++
			}
		}
		if c.Dates[i] == len(dates) {
			c.Always = append(c.Always, i)
		}
		if slices.ContainsFunc(starts, func(t time.Time) bool { return InNight(t, minutes, p.Zone) }) {
			c.Night = append(c.Night, i)
		}
	}
	return sum(c.Dates) > 0
}

// InNight says whether a session touches the hours from 22 to 7 on the wall in loc.
func InNight(t time.Time, minutes int, loc *time.Location) bool {
	return Quiet{From: Night, Until: Morning}.Touches(t, minutes, loc)
}

func (c Candidate) fromMidday(minutes int) int {
	middle := int(c.Slot.At) + minutes/2
	return max(middle-13*60, 13*60-middle)
}

func sum(numbers []int) int {
	total := 0
	for _, n := range numbers {
		total += n
	}
	return total
}
