package scheduling

import (
	"slices"
	"time"

	"kring/internal/identity"
	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling/fitting"
)

// settle puts a course in the order in which it would be saved, without writing anything.
func (c *course) settle() error {
	if err := c.inOrder(); err != nil {
		return err
	}
	c.deal()
	return nil
}

// reckon adds to an outcome what it means for people: letters, calendars, and what the new dates fall into. The course
// is in its order.
func (c *course) reckon(o *outcome) error {
	news, err := c.tidings()
	if err != nil {
		return err
	}
	o.Letters, o.Calendars, o.EndsOn = 0, 0, wall.Date{}
	for _, t := range news {
		if t.news && len(t.starts) > 0 && !c.hush {
			o.Letters++
		}
		if t.updates {
			o.Calendars++
		}
	}
	for _, s := range c.sessions {
		if s.State == Planned {
			o.EndsOn = s.On(c.loc)
		}
	}
	o.Free = c.leftOut()
	fresh := c.freshDates(*o)
	if o.Warnings, err = c.warnings(datesOn(fresh, c.loc)); err != nil {
		return err
	}
	o.Warnings = append(o.Warnings, c.doubts(fresh)...)
	return nil
}

// freshDates are the sessions that an outcome adds or gives another date.
func (c *course) freshDates(o outcome) []Session {
	var out []Session
	for _, p := range o.Sessions {
		if s := c.session(p.ID); s != nil && s.State == Planned && !p.Before.date(p.After) {
			out = append(out, *s)
		}
	}
	return out
}

func datesOn(sessions []Session, loc *time.Location) []wall.Date {
	out := make([]wall.Date, len(sessions))
	for i, s := range sessions {
		out[i] = s.On(loc)
	}
	return out
}

// doubts warns of new dates to which not all come, or too few, and of those that were to be kept free. It counts, and
// names nobody.
func (c *course) doubts(fresh []Session) []Warning {
	quorum, away, few := c.quorum(), map[wall.Date]bool{}, map[wall.Date]bool{}
	for _, s := range fresh {
		expected := len(c.expected(s))
		away[s.On(c.loc)], few[s.On(c.loc)] = c.word.Tally(s, c.members, c.loc).No > 0, expected < quorum
	}
	dates := datesOn(fresh, c.loc)
	free := func(d wall.Date) bool {
		return slices.ContainsFunc(c.off.Breaks, func(b Span) bool { return b.Holds(d) })
	}
	out := appendStretch(nil, dates, Warning{Code: WarnInBreak}, free)
	out = appendStretch(out, dates, Warning{Code: WarnSomeAway}, func(d wall.Date) bool { return away[d] })
	return appendStretch(out, dates, Warning{Code: WarnTooFew}, func(d wall.Date) bool { return few[d] })
}

// leftOut are the dates of the slot, from the next session to the last, that the run leaves out.
func (c *course) leftOut() []Free {
	run, err := c.run()
	next, ok := Next(c.sessions, c.now)
	if err != nil || !ok {
		return nil
	}
	var out []Free
	last := c.sessions[len(c.sessions)-1].On(c.loc)
	for on := next.On(c.loc).OnOrAfter(run.Slot.Weekday); !on.After(last); on = on.AddDays(run.Interval) {
		if why := run.Off.reason(on); why != "" {
			out = append(out, Free{On: on, Why: why})
		}
	}
	return out
}

// saveReplans writes down what the steps of the use case came to, once all else is saved.
func (c *course) saveReplans() error {
	for _, id := range c.undone {
		if err := markUndone(c.tx, id); err != nil {
			return err
		}
	}
	for i := range c.replans {
		r := &c.replans[i]
		if err := c.reckon(r.done); err != nil {
			return err
		}
		row, err := rowOf(r.Replan, *r.done)
		if err != nil {
			return err
		}
		row.Untold, row.Revision = c.hush, c.circle.Revision
		if err := commitReplan(c.tx, row); err != nil {
			return err
		}
	}
	return nil
}

// shown is a change of dates as the asking person sees it. Of a preview it says how many each date suits, and to members
// whom. Who is no member sees counts, made of stated hours alone: whoever may ask about any date would learn from others
// who is away.
func (c *course) shown(r Replan, o outcome, to circles.Object) (Change, error) {
	out := Change{
		DryRun: r.State == Previewed, Circle: c.circle, ReplanID: r.ID, Letters: o.Letters, CalendarUpdates: o.Calendars,
		EndsOn: o.EndsOn, Free: o.Free, Warnings: o.Warnings,
	}
	for _, p := range o.Sessions {
		one := SessionChange{SessionID: p.ID, What: p.what(), Before: c.datedPlace(p.Before), After: c.datedPlace(p.After)}
		out.Sessions = append(out.Sessions, one)
	}
	if s := c.session(c.focus); s != nil {
		focus := *s
		out.Session = &focus
	}
	names := circles.May(c.actor, circles.SeeFits, to) == nil
	if !names {
		out.Warnings = slices.DeleteFunc(slices.Clone(out.Warnings), func(w Warning) bool { return w.Code == WarnSomeAway || w.Code == WarnTooFew })
	}
	if r.State != Previewed {
		return out, nil
	}
	return out, c.weigh(out.Sessions, names)
}

func (c *course) datedPlace(p *place) *Dated {
	if p == nil {
		return nil
	}
	return &Dated{On: wall.DateOf(p.StartsAt, c.loc), StartsAt: p.StartsAt, EndsAt: p.EndsAt}
}

// what became of the session's date.
func (p placed) what() Changed {
	if p.After == nil {
		return Dropped
	}
	before := Session{}
	if p.Before != nil {
		p.Before.put(&before)
	}
	var after Session
	p.After.put(&after)
	return whatBecame(after, before, p.Before != nil)
}

// weigh says of each date before and after whom it suits.
func (c *course) weigh(changes []SessionChange, names bool) error {
	from, until := spanned(changes)
	if from.IsZero() {
		return nil
	}
	fits, err := c.fits(from, until)
	if err != nil {
		return err
	}
	if !names {
		fits = statedAlone(fits)
	}
	people, err := c.people()
	if err != nil {
		return err
	}
	for i := range changes {
		one := &changes[i]
		if one.Before != nil {
			one.SuitsBefore = c.suits(*one.Before, fits, people, names)
		}
		switch {
		case one.What == Kept:
			one.SuitsAfter = one.SuitsBefore
		case one.After != nil && one.What != SkippedDate && one.What != CalledOff:
			one.SuitsAfter = c.suits(*one.After, fits, people, names)
		}
	}
	return nil
}

func (c *course) suits(d Dated, fits []fitting.Person, people map[string]identity.Person, names bool) *Suits {
	out := &Suits{Of: len(c.members)}
	minutes := int(d.EndsAt.Sub(d.StartsAt) / time.Minute)
	for i, m := range c.members {
		suits := fits[i].At(d.StartsAt, minutes) != fitting.No
		if suits {
			out.Count++
		}
		if names {
			name := MemberName{MemberID: m.ID, FirstName: identity.FirstName(people[m.PersonID])}
			out.ByName = append(out.ByName, Fit{MemberName: name, Suits: suits})
		}
	}
	out.Quorum = out.Count >= c.quorum()
	return out
}

// spanned is the stretch of time in which the dates of a change lie; zero when there are none.
func spanned(changes []SessionChange) (from, until time.Time) {
	for _, one := range changes {
		for _, d := range []*Dated{one.Before, one.After} {
			if d == nil {
				continue
			}
			if from.IsZero() || d.StartsAt.Before(from) {
				from = d.StartsAt
			}
			if d.EndsAt.After(until) {
				until = d.EndsAt
			}
		}
	}
	return from, until
}
