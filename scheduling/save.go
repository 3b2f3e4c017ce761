package scheduling

import (
	"slices"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/wall"

	"kring/circles"
)

// readRows reads what hangs on the circle.
func (c *course) readRows() error {
	programme, breaks, err := circles.ProgrammeIn(c.tx, c.circle.ProgrammeID)
	if err != nil {
		return err
	}
	c.programme = programme
	if c.members, err = circles.MembersIn(c.tx, c.circle.ID); err != nil {
		return err
	}
	if c.sessions, err = sessionsOf(c.tx, c.circle.ID); err != nil {
		return err
	}
	c.before = slices.Clone(c.sessions)
	if c.word.Said, err = saidOf(c.tx, c.circle.ID); err != nil {
		return err
	}
	if c.word.Absences, err = absencesOf(c.tx, c.circle.ID); err != nil {
		return err
	}
	if c.breaks, err = breaksOf(c.tx, c.circle.ID); err != nil {
		return err
	}
	c.freed = c.breaks
	c.readOffDays(breaks)
	return nil
}

func (c *course) readOffDays(breaks []circles.Break) {
	if calendar := calendarOf(c.circle.Holidays); calendar != nil {
		c.off.Holiday = func(d wall.Date) bool {
			_, ok := calendar(d)
			return ok
		}
	}
	for _, b := range breaks {
		span := Span{FromOn: b.FromOn, UntilOn: b.UntilOn, Name: b.Name}
		if b.Kind == circles.SchoolHoliday {
			c.schools = append(c.schools, span)
		} else {
			c.off.Breaks = append(c.off.Breaks, span)
		}
	}
	for _, b := range c.breaks {
		c.off.Breaks = append(c.off.Breaks, Span{FromOn: b.FromOn, UntilOn: b.UntilOn})
	}
	if c.circle.State == circles.Paused {
		c.off.Breaks = append(c.off.Breaks, c.pause())
	}
}

// pause is the stretch in which the circle is paused.
func (c *course) pause() Span {
	return Span{FromOn: c.circle.PausedOn, UntilOn: c.circle.ReturnsOn.AddDays(-1)}
}

// save writes the difference between what was read and what the use case made of it.
func (c *course) save() error {
	if err := c.inOrder(); err != nil {
		return err
	}
	if err := c.tendProposals(); err != nil {
		return err
	}
	c.deal()
	c.tellHosts()
	for _, step := range []func() error{
		c.saveSigns, c.saveBreaks, c.saveSessions, c.tell, c.saveReminders, c.saveVoids, c.savePosts, c.saveTold, c.saveDeeds,
		c.saveCircle, c.saveReplans,
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (c *course) saveSigns() error {
	for _, id := range c.signs {
		if err := circles.SignOfLifeIn(c.tx, id, c.now); err != nil {
			return err
		}
	}
	for _, id := range c.asked {
		if err := circles.AskedStillInIn(c.tx, id, c.now); err != nil {
			return err
		}
	}
	return nil
}

// saveBreaks writes the breaks that came and went.
func (c *course) saveBreaks() error {
	if err := insert(c.tx, breaksBeside(c.breaks, c.freed)); err != nil {
		return err
	}
	return deleteBreaks(c.tx, breaksBeside(c.freed, c.breaks))
}

// saveSessions gives every session whose date or state changed the circle's next SEQUENCE, which always rises.
func (c *course) saveSessions() error {
	var fresh []Session
	var gone []string
	for i := range c.sessions {
		s := &c.sessions[i]
		was, existed := c.was(s.ID)
		if existed && s.same(was) {
			continue
		}
		c.touched = true
		if !existed || s.State != was.State || !s.StartsAt.Equal(was.StartsAt) {
			c.nextSequence()
			s.Sequence = c.circle.Sequence
		}
		if !existed {
			fresh = append(fresh, *s)
			continue
		}
		if err := saveSession(c.tx, s, c.now); err != nil {
			return err
		}
	}
	for _, was := range c.before {
		if c.session(was.ID) == nil {
			c.nextSequence()
			gone = append(gone, was.ID)
		}
	}
	if err := deleteSessions(c.tx, gone); err != nil {
		return err
	}
	return insert(c.tx, fresh)
}

// was is the session as it was read.
func (c *course) was(id string) (Session, bool) {
	i := slices.IndexFunc(c.before, func(s Session) bool { return s.ID == id })
	if i < 0 {
		return Session{}, false
	}
	return c.before[i], true
}

// same says whether nothing is left to write; instants and numbers behind pointers are compared by value.
func (s Session) same(was Session) bool {
	return s.State == was.State && s.StartsAt.Equal(was.StartsAt) && s.EndsAt.Equal(was.EndsAt) &&
		s.Ordinal == was.Ordinal && s.Series == was.Series && s.SlotStartsAt.Equal(was.SlotStartsAt) &&
		s.WeekSettled == was.WeekSettled && s.HostSwapped == was.HostSwapped && equal(s.HostID, was.HostID) &&
		equal(s.GuideWeek, was.GuideWeek) && equal(s.ReplacesID, was.ReplacesID) &&
		equalTime(s.MovedAt, was.MovedAt) && equalTime(s.OutcomeAt, was.OutcomeAt)
}

func equal[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }

func equalTime(a, b *time.Time) bool { return a == b || a != nil && b != nil && a.Equal(*b) }

// nextSequence raises the circle's SEQUENCE once for all that one use case changes.
func (c *course) nextSequence() {
	if !c.sequenced {
		c.circle.Sequence++
		c.sequenced, c.touched = true, true
	}
}

func (c *course) saveReminders() error {
	if err := saveReminders(c.tx, merged(c.worked, c.remindersDue())); err != nil {
		return err
	}
	for _, d := range c.dues {
		if err := saveDue(c.tx, d); err != nil {
			return err
		}
	}
	return nil
}

// merged is both lists with each row once; what stands in the later one holds.
func merged(worked, due []Reminder) []Reminder {
	out := slices.Clone(due)
	for _, w := range worked {
		if !slices.ContainsFunc(due, func(r Reminder) bool { return r.SessionID == w.SessionID && r.Kind == w.Kind }) {
			out = append(out, w)
		}
	}
	return out
}

// saveCircle counts the circle's revision on when anything of its dates changed, and lets health look at it either way.
func (c *course) saveCircle() error {
	if !c.touched {
		if !c.woken && len(c.worked) == 0 && len(c.posts) == 0 {
			return nil
		}
		return circles.TouchIn(c.tx, c.circle.ID, c.now)
	}
	if !c.circle.State.Over() {
		c.circle.NextCheckAt = &c.now
	}
	return circles.SaveIn(c.tx, &c.circle, c.now)
}

// alive notes a sign of life of a member, now.
func (c *course) alive(memberID string) {
	c.signs, c.woken = append(c.signs, memberID), true
	for i := range c.members {
		if c.members[i].ID == memberID {
			c.members[i].LastSignAt, c.members[i].StillInAskedAt = &c.now, nil
		}
	}
}

// due sets when something falls due about the circle; the zero instant takes it away.
func (c *course) due(kind DueKind, at time.Time) {
	c.dues = append(c.dues, Due{CircleID: c.circle.ID, Kind: kind, DueAt: at})
}

// people are the circle's members as persons, read once.
func (c *course) people() (map[string]identity.Person, error) {
	if c.persons != nil {
		return c.persons, nil
	}
	ids := make([]string, len(c.members))
	for i, m := range c.members {
		ids[i] = m.PersonID
	}
	var err error
	c.persons, err = identity.FindManyIn(c.tx, ids)
	return c.persons, err
}

// newID is the id of a new row.
func newID() string { return database.NewID() }
