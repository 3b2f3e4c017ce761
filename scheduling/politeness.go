package scheduling

import (
	"time"

	"kring/internal/identity"
	"kring/internal/wall"
)

// When letters about dates go: decided by who gets them and by how soon the dates are that they speak of.
const (
	burstLasts = 10 * time.Minute // what changes again within it is told once
	tooSoon    = 2 * time.Hour    // before a session: no time to wait for a second thought
)

// manners is when somebody likes to be written to: the person's clock, quiet hours and working days.
type manners struct {
	loc   *time.Location
	quiet wall.Quiet
	days  wall.Weekdays
}

// mannersOf answers wall.ErrZone for a person whose zone is none.
func mannersOf(p identity.Person) (manners, error) {
	loc, err := wall.LoadZone(p.Zone)
	return manners{loc: loc, quiet: p.Quiet(), days: p.Days()}, err
}

// morning is when a letter goes that can wait: the next morning of a working day, at eight or when the quiet hours end.
func (m manners) morning(now time.Time) time.Time {
	at := dayBegins
	if m.quiet.Holds(at) {
		at = m.quiet.Until
	}
	return m.days.MorningAfter(now, at, m.loc).UTC()
}

// urgent says whether a start comes too soon for a letter to wait: before the end of the person's next working day.
func (m manners) urgent(start, now time.Time) bool {
	day := wall.DateOf(now, m.loc).AddDays(1)
	for !m.days.Has(day.Weekday()) {
		day = day.AddDays(1)
	}
	ends, _ := wall.Instant(day.AddDays(1), 0, m.loc)
	return start.Before(ends)
}

// change is when a letter about changed dates goes; starts are those that the sessions had and have. What is urgent goes
// after ten minutes, in which it may be changed again, and at once when it begins within two hours. The rest waits for
// the morning.
func (m manners) change(now time.Time, starts ...time.Time) time.Time {
	hour := m.morning(now)
	for _, start := range starts {
		if !m.urgent(start, now) {
			continue
		}
		if start.Before(now.Add(tooSoon)) {
			return now
		}
		if soon := now.Add(burstLasts); soon.Before(hour) {
			hour = soon
		}
	}
	return hour
}

// question is when somebody is asked something that is of use until an instant: now, or when the quiet hours end if that
// is no later.
func (m manners) question(now, until time.Time) time.Time {
	if ends := m.quiet.After(now, m.loc); !ends.After(until) {
		return ends.UTC()
	}
	return now
}
