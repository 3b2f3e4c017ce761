package scheduling

import (
	"slices"
	"time"

	"kring/internal/identity"
	"kring/internal/outbox"
	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling/health"
)

// remind does what is due about a session.
func (c *course) remind(r Reminder) error {
	s := c.session(r.SessionID)
	if s == nil || s.State != Planned || c.circle.State.Over() {
		return nil
	}
	switch r.Kind {
	case TwoDays:
		return c.remindTwoDays(*s, r)
	case GoNoGo:
		return c.askGoNoGo(*s)
	case GoNoGoEnd:
		return c.endGoNoGo(*s)
	case OneHour:
		return c.remindHour(*s)
	case AskOutcome:
		return c.askOutcome(*s)
	case BecomeSilent:
		return c.becomeUnrecorded(s)
	}
	return nil
}

// remindTwoDays reminds everybody expected who was in when it fell due. Where the question a day ahead or the hour before
// has come as well, this one stands for them. It goes out between 8 and 18 h where each person is, and not in quiet hours,
// unless the session leaves no time for that.
func (c *course) remindTwoDays(s Session, r Reminder) error {
	if c.circle.RemindersStoppedAt != nil {
		return nil
	}
	wanted, err := c.unreminded(s, c.expected(s))
	if err != nil || len(wanted) == 0 {
		return err
	}
	for kind, ahead := range map[ReminderKind]time.Duration{GoNoGo: goNoGoAhead, GoNoGoEnd: goNoGoAhead, OneHour: hourAhead} {
		if !s.StartsAt.Add(-ahead).After(c.now) {
			c.workOff(s.ID, kind)
		}
	}
	people, err := c.people()
	if err != nil {
		return err
	}
	flag, asks, err := health.AskIn(c.tx, c.circle.ID, c.now)
	if err != nil {
		return err
	}
	for _, m := range wanted {
		if m.InAt != nil && m.InAt.After(r.DueAt) {
			continue
		}
		hour := c.holdFor(people[m.PersonID], s, r.DueAt)
		c.posts = append(c.posts, post{
			kind: NoticeReminderTwoDays, personID: m.PersonID, sessionID: s.ID,
			key:       key(NoticeReminderTwoDays, m.PersonID, s.ID, s.StartsAt),
			holdUntil: hour, usefulUntil: s.StartsAt,
		})
		if asks {
			c.askAbout(flag.ID, m, hour, s.StartsAt)
		}
		c.tellNewDates(m, hour)
	}
	return nil
}

// unreminded leaves out of the members those who were reminded of the session's start before it was another for a while.
func (c *course) unreminded(s Session, members []circles.Member) ([]circles.Member, error) {
	return c.unnoted(members, func(m circles.Member) string { return key(NoticeReminderTwoDays, m.PersonID, s.ID, s.StartsAt) })
}

// unnoted leaves out of the members those for whom there is a notice that is told or still waits, by its key.
func (c *course) unnoted(members []circles.Member, keyOf func(circles.Member) string) ([]circles.Member, error) {
	keys := make([]string, len(members))
	for i, m := range members {
		keys[i] = keyOf(m)
	}
	noted, err := outbox.NotedIn(c.tx, keys...)
	if err != nil {
		return nil, err
	}
	var out []circles.Member
	for i, m := range members {
		if !noted[keys[i]] {
			out = append(out, m)
		}
	}
	return out, nil
}

// askAbout puts the circle's open flag before a member, in the letter of the reminder.
func (c *course) askAbout(flagID string, m circles.Member, hour, until time.Time) {
	c.posts = append(c.posts, post{
		kind: NoticeFlagAsked, personID: m.PersonID, subjectID: flagID, key: key(NoticeFlagAsked, m.PersonID, flagID, c.now),
		holdUntil: hour, usefulUntil: until,
	})
}

// soonAfter is how late a reminder may be queued and still count as sent at its hour: who is reminded at six in the
// evening is not put off until tomorrow because the pass came at a minute past.
const soonAfter = time.Hour

// holdFor is when somebody is told of a session by a reminder that fell due at an instant: now, or in the morning where
// the person is, and not in quiet hours.
func (c *course) holdFor(p identity.Person, s Session, due time.Time) time.Time {
	loc, err := wall.LoadZone(p.Zone)
	if err != nil {
		return c.now
	}
	if c.now.Sub(due) > soonAfter {
		due = c.now
	}
	if hold := p.Quiet().After(inDay(due, loc), loc); hold.After(c.now) && hold.Before(s.StartsAt.Add(-hourAhead)) {
		return hold.UTC()
	}
	return c.now
}

// workOff takes another reminder of the session as done.
func (c *course) workOff(sessionID string, kind ReminderKind) {
	for i := range c.reminders {
		r := &c.reminders[i]
		if r.SessionID == sessionID && r.Kind == kind && r.DoneAt == nil {
			r.DoneAt = &c.now
			c.worked = append(c.worked, *r)
		}
	}
}

func (c *course) remindHour(s Session) error {
	if c.circle.RemindersStoppedAt != nil || !c.programme.HourReminder {
		return nil
	}
	people, err := c.people()
	if err != nil {
		return err
	}
	wanted, err := c.askedGoNoGo(s, c.expected(s))
	if err != nil {
		return err
	}
	wanted = slices.DeleteFunc(wanted, func(m circles.Member) bool { return people[m.PersonID].HourOff })
	c.about(NoticeReminderHour, s, wanted, s.StartsAt)
	return nil
}

// askOutcome asks the host how it went; the others are asked with their next reminder. Who gave no sign of life over
// the last sessions is asked, alone, whether they are still in.
func (c *course) askOutcome(s Session) error {
	if c.circle.RemindersStoppedAt != nil {
		return nil
	}
	if host, ok := c.whoToAsk(s); ok {
		until := s.EndsAt.Add(CorrectWithin)
		if next, ok := Next(c.sessions, c.now); ok {
			until = next.StartsAt
		}
		c.patiently(func() { c.about(NoticeOutcomeQuestion, s, []circles.Member{host}, until) })
	}
	c.patiently(func() { c.askStillIn(s) })
	return nil
}

// whoToAsk is the host, or the first expected member of a session that nobody leads.
func (c *course) whoToAsk(s Session) (circles.Member, bool) {
	if s.HostID != nil {
		if m, in := c.memberByID(*s.HostID); in {
			return m, true
		}
	}
	for _, m := range c.expected(s) {
		return m, true
	}
	return circles.Member{}, false
}

func (c *course) askStillIn(s Session) {
	for i := range c.members {
		m := &c.members[i]
		if m.StillInAskedAt != nil || !c.word.silent(*m, c.sessions, c.set.Interval, c.loc, c.now) {
			continue
		}
		m.StillInAskedAt = &c.now
		c.asked, c.woken = append(c.asked, m.ID), true
		c.posts = append(c.posts, post{
			kind: NoticeStillIn, personID: m.PersonID, sessionID: s.ID, subjectID: m.ID,
			key: key(NoticeStillIn, m.PersonID, m.ID, c.now), holdUntil: c.now,
		})
	}
}

// becomeUnrecorded notes that nobody said how the session went.
func (c *course) becomeUnrecorded(s *Session) error {
	s.State, s.OutcomeAt = Unrecorded, &c.now
	c.counts.Unrecorded++
	if err := c.journal("session-unrecorded", s.ID, nil); err != nil {
		return err
	}
	c.askGoOn()
	c.askFinishOrMore()
	return nil
}
