package scheduling

import (
	"time"

	"kring/internal/identity"
	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling/busy"
	"kring/scheduling/fitting"
)

// busyTimes are the members' busy times in a stretch of time, as they were read, by person id: those of their own
// calendars, and the sessions of other circles that they go to.
type busyTimes struct {
	fitting.Interval

	of map[string][]fitting.Interval
}

// fits is what is known of when each member can, in the order of the members, over a stretch of time: stated hours,
// quiet hours, absences, busy times and answers as the use case has made them by now. Persons and busy times are read
// once in a use case; a stretch beyond the last one reads the busy times of both.
func (c *course) fits(from, until time.Time) ([]fitting.Person, error) {
	people, err := c.people()
	if err != nil {
		return nil, err
	}
	if err := c.readBusy(from, until); err != nil {
		return nil, err
	}
	out := make([]fitting.Person, len(c.members))
	for i, m := range c.members {
		if out[i], err = c.fitOf(m, people[m.PersonID]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c *course) readBusy(from, until time.Time) error {
	known := c.busy.of != nil
	if known && !from.Before(c.busy.From) && !until.After(c.busy.Until) {
		return nil
	}
	if known && c.busy.From.Before(from) {
		from = c.busy.From
	}
	if known && c.busy.Until.After(until) {
		until = c.busy.Until
	}
	ids := make([]string, len(c.members))
	for i, m := range c.members {
		ids[i] = m.PersonID
	}
	of, err := busy.In(c.tx, ids, from, until)
	if err != nil {
		return err
	}
	others, err := sessionsElsewhere(c.tx, c.circle.ID, ids, from, until)
	if err != nil {
		return err
	}
	for _, s := range others {
		of[s.PersonID] = append(of[s.PersonID], fitting.Interval{From: s.StartsAt, Until: s.EndsAt})
	}
	c.busy = busyTimes{Interval: fitting.Interval{From: from, Until: until}, of: of}
	return nil
}

func (c *course) fitOf(m circles.Member, p identity.Person) (fitting.Person, error) {
	zone, err := wall.LoadZone(p.Zone)
	if err != nil {
		return fitting.Person{}, err
	}
	out := fitting.Person{Zone: zone, Hours: p.Availability, Quiet: p.Quiet(), Busy: c.busy.of[p.ID], Said: map[int64]bool{}}
	if lives := livesBy(countryOfZone(p.Zone)); lives != nil {
		out.Holiday = func(d wall.Date) bool {
			_, free := lives(d)
			return free
		}
	}
	for _, a := range c.word.Absences {
		if a.MemberID == m.ID {
			out.Away = append(out.Away, c.stretch(Span{FromOn: a.FromOn, UntilOn: a.UntilOn}))
		}
	}
	for _, said := range c.word.Said {
		if said.MemberID == m.ID && said.Answer != Unsure {
			out.Said[said.StartsAt.Unix()] = said.Answer == Yes
		}
	}
	return out, nil
}

// stretch is dates of the circle as a stretch of time.
func (c *course) stretch(s Span) fitting.Interval {
	from, _ := wall.Instant(s.FromOn, 0, c.loc)
	until, _ := wall.Instant(s.UntilOn.AddDays(1), 0, c.loc)
	return fitting.Interval{From: from, Until: until}
}
