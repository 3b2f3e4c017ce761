package scheduling

import (
	"context"
	"slices"
	"time"

	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/page"
	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling/fitting"
)

// SlotCandidate is a weekly hour with what it means over all dates that the run would have by it.
type SlotCandidate struct {
	Slot     wall.Slot
	StartsOn wall.Date // the first of its dates
	EndsOn   wall.Date // the last
	Dates    int
	Left     int       // dates of the slot that are left out between them: holidays, breaks and weeks that the circle skips
	Suits    int       // members whom it suits on every date
	Of       int       // members who stated their hours
	Silent   int       // members who stated none
	Together int       // dates on which it suits all who stated their hours
	ByName   []SlotFit // those who stated their hours, for members only; never why
	Night    bool      // for somebody it is between 22 and 7 h
	Warnings []Warning
	Reasons  []Reason // in words, what matters most first
}

// Everybody says whether the hour suits all who stated theirs.
func (s SlotCandidate) Everybody() bool { return s.Suits == s.Of }

// Fit says whether an hour suits a member.
type Fit struct {
	MemberName
	Suits bool
}

// SlotFit says whether a weekly hour suits a member on every date, and on how many it does.
type SlotFit struct {
	Fit
	Dates int
}

// Slots are the weekly hours that members share over the rest of the run, best first, up to limit (0: 50). Each is laid
// out from a date on (zero: the next session, or when a forming circle starts; at the earliest tomorrow) as the circle
// would meet by it: before the run begins the whole of it, later the sessions still to come. Members see whom an hour
// suits. Who is no member sees counts, made of stated hours alone: with those in hand, absences, answers and busy times
// could be told from counts. It answers Invalid for a date in the past and one too far ahead.
func (cal *Calendar) Slots(ctx context.Context, actor identity.Actor, circleID string, from wall.Date, limit int) ([]SlotCandidate, error) {
	return view(ctx, cal, actor, circles.SeeSlots, circleID, func(c *course, o circles.Object) ([]SlotCandidate, error) {
		from, err := c.fromOn(from)
		if err != nil {
			return nil, err
		}
		return c.slots(from, page.Limit(limit), circles.May(actor, circles.SeeFits, o) == nil)
	})
}

// slots are the weekly hours from a date on: with all that is known of the members and their names, or without.
func (c *course) slots(from wall.Date, limit int, names bool) ([]SlotCandidate, error) {
	weekdays, err := c.layOutWeekdays(from)
	if err != nil {
		return nil, err
	}
	people, err := c.fits(weekdays.span(c.loc))
	if err != nil {
		return nil, err
	}
	if !names {
		people = statedAlone(people)
	}
	out := []SlotCandidate{}
	for _, h := range (fitting.Weekly{Minutes: c.set.Minutes, Zone: c.loc, Dates: weekdays.dates()}).Hours(people, limit) {
		one := c.candidate(h, weekdays[h.Weekday], people)
		if names {
			one.ByName = c.slotFits(h, people)
		}
		out = append(out, one)
	}
	return out, nil
}

// statedAlone is people with nothing but the hours that they stated.
func statedAlone(people []fitting.Person) []fitting.Person {
	out := make([]fitting.Person, len(people))
	for i, p := range people {
		out[i] = fitting.Person{Zone: p.Zone, Hours: p.Hours, Quiet: identity.Person{}.Quiet()}
	}
	return out
}

func (c *course) candidate(h fitting.Hour, laid laidOut, people []fitting.Person) SlotCandidate {
	out := SlotCandidate{
		Slot: wall.Slot{Weekday: h.Weekday, At: h.At, Zone: c.circle.Zone}, StartsOn: laid.dates[0], EndsOn: laid.dates[len(laid.dates)-1],
		Dates: len(laid.dates), Left: laid.left, Suits: len(h.Always), Together: h.Together, Night: len(h.Night) > 0, Warnings: laid.warnings,
	}
	for _, p := range people {
		if p.Hours.IsZero() {
			out.Silent++
		} else {
			out.Of++
		}
	}
	out.Reasons = out.reasons(len(h.Shifted) > 0)
	return out
}

// slotFits are the members who stated their hours, with how the weekly hour suits them.
func (c *course) slotFits(h fitting.Hour, people []fitting.Person) []SlotFit {
	out := []SlotFit{}
	for i, m := range c.members {
		if !people[i].Hours.IsZero() {
			name := MemberName{MemberID: m.ID, FirstName: identity.FirstName(c.persons[m.PersonID])}
			out = append(out, SlotFit{Fit: Fit{MemberName: name, Suits: slices.Contains(h.Always, i)}, Dates: h.Can[i]})
		}
	}
	return out
}

// fromOn is the first date that something is looked for from: as asked for, else the next session, or when a forming
// circle starts, and never before tomorrow. It answers Invalid for a date in the past and one too far ahead.
func (c *course) fromOn(asked wall.Date) (wall.Date, error) {
	var v fault.Violations
	today := c.today()
	switch {
	case asked.IsZero():
		asked = c.circle.StartsOn
		if next, ok := Next(c.sessions, c.now); ok {
			asked = next.On(c.loc)
		}
	case asked.Before(today):
		v.Add("/from_on", "in-the-past")
	case asked.Sub(today) > farthestStart:
		v.Add("/from_on", "too-far", fault.Args{"date": today.AddDays(farthestStart).String()})
	}
	if tomorrow := today.AddDays(1); asked.Before(tomorrow) {
		asked = tomorrow
	}
	return asked, v.Err()
}

// laidOut is a run as it would be on a day of the week.
type laidOut struct {
	dates    []wall.Date
	left     int
	warnings []Warning
}

// weekdays is a run on each day of the week, Sunday first. A day on which it finds too few dates has none.
type weekdays [7]laidOut

// layOutWeekdays lays the sessions from a date on out on each day of the week.
func (c *course) layOutWeekdays(from wall.Date) (weekdays, error) {
	var out weekdays
	watched, err := c.watched()
	if err != nil {
		return out, err
	}
	n, off := c.sessionsFrom(from), c.offAgreed()
	for weekday := range time.Weekday(7) {
		run := Run{Slot: wall.Slot{Weekday: weekday, Zone: c.circle.Zone}, Interval: c.set.Interval, Minutes: c.set.Minutes, Off: off}
		laid, free, err := run.LayOut(from, c.now, n)
		if err != nil {
			return out, err
		}
		if len(laid) == n {
			dates := datesOf(laid)
			out[weekday] = laidOut{dates: dates, left: between(free, dates[0]), warnings: Warnings(dates, watched)}
		}
	}
	return out, nil
}

// between counts the dates that are left out after the first of a run.
func between(free []Free, first wall.Date) int {
	n := 0
	for _, f := range free {
		if f.On.After(first) {
			n++
		}
	}
	return n
}

// sessionsFrom is how many sessions a new slot lays out from a date on: the whole run of a forming circle, else those to
// come, at least one.
func (c *course) sessionsFrom(from wall.Date) int {
	if c.circle.State == circles.Forming {
		return c.set.Weeks
	}
	n := 0
	for _, s := range c.sessions {
		if s.Coming(c.now) && !s.On(c.loc).Before(from) {
			n++
		}
	}
	return max(n, 1)
}

func (w weekdays) dates() (out [7][]wall.Date) {
	for i := range w {
		out[i] = w[i].dates
	}
	return out
}

// span is from the midnight of the first date until the last session can have ended.
func (w weekdays) span(loc *time.Location) (from, until time.Time) {
	dates := w.dates()
	all := slices.Concat(dates[:]...)
	if len(all) == 0 {
		return from, until
	}
	from, _ = wall.Instant(slices.MinFunc(all, wall.Date.Compare), 0, loc)
	until, _ = wall.Instant(slices.MaxFunc(all, wall.Date.Compare).AddDays(2), 0, loc)
	return from, until
}
