package scheduling

import (
	"context"

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
		c.focus = s.ID
		if err := c.notOver(*s); err != nil {
			return err
		}
		start, kind := wall.Instant(on, at, c.loc)
		if err := c.checkMove(*s, Dated{On: on, StartsAt: start, EndsAt: start.Add(s.EndsAt.Sub(s.StartsAt))}, kind); err != nil {
			return err
		}
		if start.Equal(s.StartsAt) {
			return nil
		}
		return c.move(s, Dated{On: on, StartsAt: start})
	})
}

func (c *course) move(s *Session, to Dated) error {
	before := len(c.expected(*s))
	s.put(to.StartsAt)
	s.MovedAt = &c.now
	c.sayQuorumLost(*s, before)
	c.remindsAgain()
	c.tellOf = append(c.tellOf, s.ID)
	c.unsaid(s.ID, "moved")
	c.aboutAt(NoticeMoved, *s, c.now, c.members, s.EndsAt)
	return c.journal("session-moved", s.ID, map[string]string{"starts_at": to.StartsAt.Format(timeFormat)})
}

// timeFormat is RFC 3339, as instants stand in the journal.
const timeFormat = "2006-01-02T15:04:05Z07:00"

func (c *course) checkMove(s Session, to Dated, kind wall.Kind) error {
	var v fault.Violations
	switch {
	case kind == wall.Gap:
		v.Add("/time", "clock-gap")
	case !to.StartsAt.After(c.now):
		v.Add("/date", "in-the-past")
	case to.On.Sub(c.today()) > farthestStart:
		v.Add("/date", "too-far", fault.Args{"date": c.today().AddDays(farthestStart).String()})
	case c.overlaps(s, to):
		v.Add("/time", "overlaps-session")
	}
	return v.Err()
}

func (c *course) overlaps(s Session, to Dated) bool {
	for _, other := range c.sessions {
		taken := other.State == Planned || other.State == Held
		if taken && other.ID != s.ID && to.StartsAt.Before(other.EndsAt) && other.StartsAt.Before(to.EndsAt) {
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
		c.focus = s.ID
		if err := c.notOver(*s); err != nil {
			return err
		}
		if !s.Coming(c.now) {
			return fault.New(fault.Conflict, "session-over")
		}
		return c.callOff(s, Skipped, NoticeSkipped, "session-skipped")
	})
}

// Cancel calls one session off, until its end. It counts as not held, and a date is added at the end. It answers as
// Skip does.
func (cal *Calendar) Cancel(ctx context.Context, actor identity.Actor, sessionID string, revision int, dryRun bool) (Change, error) {
	a := ask{actor: actor, action: circles.Cancel, revision: revision, dryRun: dryRun}
	return cal.onSession(ctx, sessionID, a, func(c *course, s *Session) error {
		c.focus = s.ID
		if err := c.notOver(*s); err != nil {
			return err
		}
		return c.callOff(s, Cancelled, NoticeCancelled, "session-cancelled")
	})
}

func (c *course) callOff(s *Session, state State, notice, action string) error {
	s.State, s.OutcomeAt = state, &c.now
	lost := *s
	c.tellOf = append(c.tellOf, lost.ID)
	c.unsaid(lost.ID, action)
	c.about(notice, lost, c.members, lost.EndsAt)
	if err := c.journal(action, lost.ID, nil); err != nil {
		return err
	}
	if err := c.replace(lost); err != nil {
		return err
	}
	c.askGoOn()
	return nil
}
