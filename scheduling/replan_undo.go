package scheduling

import (
	"slices"

	"kring/internal/fault"
)

// stepUndo takes back what a committed replan changed. Sessions that are over by now stay as they went. It answers
// Conflict already-undone, not-committed, and replan-overtaken when something that it changed was changed again, or
// nothing is left to take back.
func (c *course) stepUndo(step *Step) error {
	row, err := replanByID(c.tx, step.UndoesID)
	if err != nil {
		return err
	}
	if row.CircleID != c.circle.ID {
		return notFound()
	}
	switch {
	case row.State == Undone:
		return fault.New(fault.Conflict, "already-undone")
	case row.State != Committed:
		return fault.New(fault.Conflict, "not-committed")
	case c.circle.State.Over():
		return fault.New(fault.Conflict, "circle-over")
	}
	_, done, err := row.read()
	if err != nil {
		return err
	}
	if err := c.restoreAgreed(done); err != nil {
		return err
	}
	if err := c.restoreBreaks(done); err != nil {
		return err
	}
	if err := c.restoreSessions(done); err != nil {
		return err
	}
	c.undone = append(c.undone, row.ID)
	c.remindsAgain()
	c.note("dates-restored", "", map[string]string{"replan": row.ID})
	return nil
}

func overtaken() error { return fault.New(fault.Conflict, "replan-overtaken") }

// restoreAgreed gives the circle the slot back. Where people were told that a calendar series ended it begins another,
// because a program that took a series out does not take it in again.
func (c *course) restoreAgreed(done outcome) error {
	if done.Before.same(done.After) {
		return nil
	}
	now := c.agreed()
	if !now.same(done.After) {
		return overtaken()
	}
	c.touched = true
	c.circle.SlotWeekday, c.circle.SlotAt = done.Before.Weekday, done.Before.At
	told, err := c.sent(done.changed())
	if err != nil {
		return err
	}
	if told {
		c.circle.Series, c.circle.ReasonsSince = c.circle.Series+1, &c.now
		return nil
	}
	c.circle.Series = done.Before.Series
	if equalTime(now.Since, done.After.Since) {
		c.circle.ReasonsSince = done.Before.Since
	}
	return nil
}

// restoreBreaks takes away the breaks that were added, and brings back those that were taken away.
func (c *course) restoreBreaks(done outcome) error {
	for _, b := range done.Breaks {
		i := slices.IndexFunc(c.breaks, func(own CircleBreak) bool { return own.ID == b.ID })
		if i < 0 {
			return overtaken()
		}
		c.breaks = slices.Delete(slices.Clone(c.breaks), i, i+1)
		c.off.Breaks = withoutSpan(c.off.Breaks, Span{FromOn: b.FromOn, UntilOn: b.UntilOn})
		c.touched = true
	}
	for _, b := range done.Ended {
		span := Span{FromOn: b.FromOn, UntilOn: b.UntilOn}
		if c.meetsBreak(span) {
			return overtaken()
		}
		c.breaks = append(slices.Clone(c.breaks), b)
		c.off.Breaks = append(c.off.Breaks, span)
		c.touched = true
	}
	return nil
}

func (c *course) restoreSessions(done outcome) error {
	touched := done.touched()
	left := len(touched)
	for _, p := range touched {
		over, err := c.restore(p, done)
		if err != nil {
			return err
		}
		if over {
			left--
		}
	}
	if left == 0 && len(touched) > 0 {
		return overtaken()
	}
	return nil
}

// restore gives one session its place back; it answers true for one that is over and stays as it went.
func (c *course) restore(p placed, done outcome) (over bool, err error) {
	s := c.session(p.ID)
	switch {
	case p.After == nil && s == nil: // it fell out
		return false, c.readmit(p)
	case p.After == nil || s == nil:
		return false, overtaken()
	case s.State != p.After.State && s.State != Planned && !s.StartsAt.After(c.now), s.State == Planned && !s.Coming(c.now):
		return true, nil
	case !placeOf(*s).date(p.After):
		return false, overtaken()
	case p.Before == nil:
		return false, c.withdraw(p.ID)
	case !p.Before.date(p.After) && !p.Before.StartsAt.After(c.now):
		return false, overtaken()
	}
	c.putBack(s, *p.Before)
	if s.Series == done.Before.Series && !done.Before.same(done.After) {
		s.Series = c.circle.Series
	}
	return false, nil
}

// putBack gives a session a place back, with who was named to lead it there where nobody is named now. Where too few come
// to it at that place, the circle is asked as when it came about.
func (c *course) putBack(s *Session, p place) {
	before := c.quorum()
	if s.State == Planned {
		before = len(c.expected(*s))
	}
	host, swapped := s.HostID, s.HostSwapped
	p.put(s)
	s.HostID, s.HostSwapped = host, swapped
	if p.HostID != nil && !swapped {
		if _, in := c.memberByID(*p.HostID); in {
			s.HostID, s.HostSwapped = p.HostID, true
		}
	}
	c.sayQuorumLost(*s, before)
}

// readmit brings back a session that fell out.
func (c *course) readmit(p placed) error {
	if !p.Before.StartsAt.After(c.now) {
		return overtaken()
	}
	s := c.fresh(p.ID, Dated{StartsAt: p.Before.StartsAt, EndsAt: p.Before.EndsAt})
	c.putBack(&s, *p.Before)
	s.Series = c.circle.Series
	c.sessions = append(c.sessions, s)
	return nil
}

// withdraw takes out a session that was added. One that people were told of stays, as one that was skipped: calendars
// hear of it by its own entry.
func (c *course) withdraw(id string) error {
	told, err := c.sent([]string{id})
	if err != nil {
		return err
	}
	if !told {
		c.sessions = slices.DeleteFunc(c.sessions, func(s Session) bool { return s.ID == id })
		return nil
	}
	s := c.session(id)
	s.State, s.OutcomeAt = Skipped, &c.now
	return nil
}

// sent says whether a letter went out that told somebody of what became of one of the sessions.
func (c *course) sent(sessionIDs []string) (bool, error) {
	known, err := c.knowledge()
	if err != nil {
		return false, err
	}
	for _, t := range known.told {
		if slices.Contains(sessionIDs, t.SessionID) && !known.unsentAt(t.PersonID, t.At) {
			s := c.session(t.SessionID)
			if s == nil || t.StartsAt.Equal(s.StartsAt) && t.State == s.State {
				return true, nil
			}
		}
	}
	return false, nil
}
