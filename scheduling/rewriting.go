package scheduling

import (
	"slices"
	"time"
)

// remindersDue is what the reminder rows become: those that differ from what was read.
func (c *course) remindersDue() []Reminder {
	was := map[Reminder]*Reminder{}
	key := func(r Reminder) Reminder { return Reminder{SessionID: r.SessionID, Kind: r.Kind} }
	for i, r := range c.reminders {
		was[key(r)] = &c.reminders[i]
	}
	var out []Reminder
	var previousEnds time.Time
	for _, s := range c.sessions {
		wanted := c.wanted(s, previousEnds, was)
		for _, r := range wanted {
			if old := was[key(r)]; old == nil || !old.DueAt.Equal(r.DueAt) || (old.DoneAt == nil) != (r.DoneAt == nil) {
				out = append(out, r)
			}
		}
		if s.State != Skipped && s.State != Cancelled {
			previousEnds = s.EndsAt
		}
	}
	return out
}

// wanted is the reminder rows of one session. One that is no longer planned keeps only what forgets the answers.
func (c *course) wanted(s Session, previousEnds time.Time, was map[Reminder]*Reminder) []Reminder {
	if s.State != Planned || c.circle.State.Over() {
		return c.silenced(s, was)
	}
	told := c.tellAll || slices.Contains(c.tellOf, s.ID) && c.news[s.ID]
	moved := c.changedDate(s)
	var out []Reminder
	next := dueTimes(s, previousEnds, c.loc, c.off.Holiday)
	for _, r := range next {
		out = append(out, rewrite(was[Reminder{SessionID: s.ID, Kind: r.Kind}], r, s, moved, told, c.now, c.loc))
	}
	if two := was[Reminder{SessionID: s.ID, Kind: TwoDays}]; two != nil && len(next) < 7 && two.DoneAt == nil {
		out = append(out, c.done(*two))
	}
	return out
}

func (c *course) silenced(s Session, was map[Reminder]*Reminder) []Reminder {
	var out []Reminder
	for _, kind := range []ReminderKind{TwoDays, GoNoGo, GoNoGoEnd, OneHour, AskOutcome, BecomeSilent} {
		if r := was[Reminder{SessionID: s.ID, Kind: kind}]; r != nil && r.DoneAt == nil {
			out = append(out, c.done(*r))
		}
	}
	return out
}

func (c *course) done(r Reminder) Reminder {
	r.DoneAt = &c.now
	return r
}

// changedDate says whether the session is new or starts at another instant than it was read with.
func (c *course) changedDate(s Session) bool {
	i := slices.IndexFunc(c.before, func(b Session) bool { return b.ID == s.ID })
	return i < 0 || !c.before[i].StartsAt.Equal(s.StartsAt)
}
