package scheduling

import (
	"context"
	"slices"

	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/wall"

	"kring/circles"
)

// Move puts one session, until its end, on another date, on the wall of the circle's zone; the others stay. Everybody is
// told once. It answers Conflict not-running, circle-over and session-over, Stale, and Invalid: in-the-past, too-far, clock-gap (the
// clock jumps over that time on that day) and overlaps-session.
func (cal *Calendar) Move(ctx context.Context, actor identity.Actor, sessionID string, revision int, on wall.Date, at wall.TimeOfDay, dryRun bool) (Change, error) {
	a := ask{actor: actor, action: circles.Move, revision: revision, dryRun: dryRun}
	return cal.onSession(ctx, sessionID, a, func(c *course, s *Session) error {
		_, err := c.replan(Step{Kind: StepMove, SessionID: s.ID, On: on, At: &at})
		return err
	})
}

// stepMove puts a session on another date, and with StepMoveLater all later ones as far on.
func (c *course) stepMove(step *Step) error {
	s, err := c.sessionOf(step)
	if err != nil {
		return err
	}
	at := wall.TimeOfDayOf(s.StartsAt, c.loc)
	if step.At != nil {
		at = *step.At
	}
	start, kind := wall.Instant(step.On, at, c.loc)
	to := Dated{On: step.On, StartsAt: start, EndsAt: start.Add(s.EndsAt.Sub(s.StartsAt))}
	if step.Kind == StepMoveLater {
		return c.moveLater(s, to, at, kind)
	}
	if err := c.checkMove(*s, to, kind); err != nil {
		return err
	}
	c.move(s, to)
	return nil
}

func (c *course) move(s *Session, to Dated) {
	if to.StartsAt.Equal(s.StartsAt) {
		return
	}
	before := len(c.expected(*s))
	s.put(to.StartsAt)
	s.MovedAt = &c.now
	c.sayQuorumLost(*s, before)
	c.remindsAgain()
	c.note("session-moved", s.ID, map[string]string{"starts_at": to.StartsAt.Format(timeFormat)})
}

// moveLater moves a session and all that come after it by the same days and minutes on the wall.
func (c *course) moveLater(s *Session, to Dated, at wall.TimeOfDay, kind wall.Kind) error {
	from := s.StartsAt
	by := minutesBetween(s.On(c.loc), wall.TimeOfDayOf(from, c.loc), to.On, at)
	var later []*Session
	for i := range c.sessions {
		other := &c.sessions[i]
		if other.ID != s.ID && other.Coming(c.now) && other.StartsAt.After(from) {
			later = append(later, other)
		}
	}
	together := slices.Concat([]*Session{s}, later)
	if err := c.checkMove(*s, to, kind, together...); err != nil {
		return err
	}
	c.move(s, to)
	for _, other := range later {
		if err := c.along(other, by, together); err != nil {
			return err
		}
	}
	return nil
}

// along moves a later session by minutes on the wall. It counts as moved no more than one that a new slot moves.
func (c *course) along(s *Session, by int, together []*Session) error {
	on, at := laterOnWall(s.On(c.loc), wall.TimeOfDayOf(s.StartsAt, c.loc), by)
	start, kind := wall.Instant(on, at, c.loc)
	to := Dated{On: on, StartsAt: start, EndsAt: start.Add(s.EndsAt.Sub(s.StartsAt))}
	if err := c.checkMove(*s, to, kind, together...); err != nil {
		return err
	}
	s.put(start)
	s.HostSwapped = false
	return nil
}

const minutesOfDay = 24 * 60

func minutesBetween(on wall.Date, at wall.TimeOfDay, thenOn wall.Date, thenAt wall.TimeOfDay) int {
	return thenOn.Sub(on)*minutesOfDay + int(thenAt) - int(at)
}

func laterOnWall(on wall.Date, at wall.TimeOfDay, by int) (wall.Date, wall.TimeOfDay) {
	minutes := int(at) + by
	days := minutes / minutesOfDay
	if minutes%minutesOfDay < 0 {
		days--
	}
	return on.AddDays(days), wall.TimeOfDay(minutes - days*minutesOfDay)
}

// timeFormat is RFC 3339, as instants stand in the journal.
const timeFormat = "2006-01-02T15:04:05Z07:00"

// checkMove says whether a session can be on a date, beside all others but those that move together with it.
func (c *course) checkMove(s Session, to Dated, kind wall.Kind, together ...*Session) error {
	var v fault.Violations
	switch {
	case kind == wall.Gap:
		v.Add(fieldTime, "clock-gap")
	case !to.StartsAt.After(c.now):
		v.Add(fieldDate, "in-the-past")
	case to.On.Sub(c.today()) > farthestStart:
		v.Add(fieldDate, "too-far", fault.Args{"date": c.today().AddDays(farthestStart).String()})
	case c.overlaps(s, to, together):
		v.Add(fieldTime, "overlaps-session")
	}
	return v.Err()
}

func (c *course) overlaps(s Session, to Dated, together []*Session) bool {
	for i := range c.sessions {
		other := &c.sessions[i]
		taken := other.State == Planned || other.State == Held
		if taken && other.ID != s.ID && !slices.Contains(together, other) && to.StartsAt.Before(other.EndsAt) && other.StartsAt.Before(to.EndsAt) {
			return true
		}
	}
	return false
}

// running answers Conflict for a circle that has no dates to change: not-running or circle-over.
func (c *course) running() error {
	switch {
	case c.circle.State.Over():
		return fault.New(fault.Conflict, "circle-over")
	case c.circle.State != circles.Running:
		return fault.New(fault.Conflict, "not-running")
	}
	return nil
}

// notOver answers Conflict for a session that is no longer planned or has ended, or of a circle that does not run.
func (c *course) notOver(s Session) error {
	if err := c.running(); err != nil {
		return err
	}
	if s.State != Planned || s.Over(c.now) {
		return fault.New(fault.Conflict, "session-over")
	}
	return nil
}

// Skip takes one session out beforehand: no session this week. A date is added at the end. It answers Conflict
// session-over for one that has begun or is no longer planned, not-running and circle-over, and Stale.
func (cal *Calendar) Skip(ctx context.Context, actor identity.Actor, sessionID string, revision int, dryRun bool) (Change, error) {
	a := ask{actor: actor, action: circles.Skip, revision: revision, dryRun: dryRun}
	return cal.onSession(ctx, sessionID, a, func(c *course, s *Session) error {
		_, err := c.replan(Step{Kind: StepSkip, SessionID: s.ID})
		return err
	})
}

// Cancel calls one session off, until its end. It counts as not held, and a date is added at the end. It answers as
// Skip does.
func (cal *Calendar) Cancel(ctx context.Context, actor identity.Actor, sessionID string, revision int, dryRun bool) (Change, error) {
	a := ask{actor: actor, action: circles.Cancel, revision: revision, dryRun: dryRun}
	return cal.onSession(ctx, sessionID, a, func(c *course, s *Session) error {
		_, err := c.replan(Step{Kind: StepCancel, SessionID: s.ID})
		return err
	})
}

// stepCallOff takes a session out, beforehand or late, and adds a date at the end.
func (c *course) stepCallOff(step *Step) error {
	s, err := c.sessionOf(step)
	if err != nil {
		return err
	}
	state := Cancelled
	if step.Kind == StepSkip {
		state = Skipped
		if !s.Coming(c.now) {
			return fault.New(fault.Conflict, "session-over")
		}
	}
	s.State, s.OutcomeAt = state, &c.now
	c.note("session-"+string(state), s.ID, nil)
	if err := c.replace(*s); err != nil {
		return err
	}
	c.askGoOn()
	return nil
}
