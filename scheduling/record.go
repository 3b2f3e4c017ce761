package scheduling

import (
	"context"
	"strconv"

	"kring/internal/fault"
	"kring/internal/identity"

	"kring/circles"
)

// RecordOutcome says how a session went, or corrects it, from its start until 21 days after its end; held beats
// missed. A held session is given the circle's guide week, and the last one completes the circle; one that was not held
// adds a date at the end. Saying again what is so already changes nothing. It answers Conflict session-not-yet,
// too-late-to-correct and circle-over, and Invalid for a state that is no outcome.
func (cal *Calendar) RecordOutcome(ctx context.Context, actor identity.Actor, sessionID string, outcome State) (Change, error) {
	a := ask{actor: actor, action: circles.RecordOutcome}
	return cal.onSession(ctx, sessionID, a, func(c *course, s *Session) error {
		c.focus = s.ID
		if err := checkOutcome(*s, outcome, c.now); err != nil {
			return err
		}
		state := settled(s.State, outcome)
		if state == s.State {
			return nil
		}
		if c.circle.State.Over() {
			return fault.New(fault.Conflict, "circle-over")
		}
		return c.record(s, state)
	})
}

func (c *course) record(s *Session, state State) error {
	pace := advance(c.circle.GuideWeek, *s, state)
	s.GuideWeek, s.State, s.OutcomeAt = pace.given, state, &c.now
	spoken := *s
	c.circle.GuideWeek = pace.week
	c.touched = true
	if err := c.journal("session-"+string(state), spoken.ID, nil); err != nil {
		return err
	}
	if state.Lost() {
		if err := c.replace(spoken); err != nil {
			return err
		}
	} else if err := c.takeBack(spoken); err != nil {
		return err
	}
	return c.afterOutcome(spoken)
}

// takeBack takes back the date that a session added at the end when it turns out to be held.
func (c *course) takeBack(s Session) error {
	var ids []string
	for _, other := range c.sessions {
		if other.ReplacesID != nil && *other.ReplacesID == s.ID {
			ids = append(ids, other.ID)
		}
	}
	told, err := toldAnybody(c.tx, ids)
	if err != nil {
		return err
	}
	c.unreplace(s, func(id string) bool { return told[id] })
	return nil
}

// afterOutcome draws what follows from an outcome for the circle.
func (c *course) afterOutcome(s Session) error {
	switch {
	case s.State == Held && c.circle.GuideWeek > c.set.LastWeek():
		return c.complete()
	case s.State == Held:
		c.remindsAgain()
		c.askStillIn(s)
	default:
		c.askGoOn()
	}
	if err := c.inOrder(); err != nil {
		return err
	}
	c.askFinishOrMore()
	return nil
}

// SetGuideWeek says which week the circle is at, the guide of its next session. Sessions before now that are still to
// be recorded move it no more. It answers Conflict not-running and circle-over, Stale, and Invalid for a week that the
// guide set has not.
func (cal *Calendar) SetGuideWeek(ctx context.Context, actor identity.Actor, circleID string, revision, week int) (Change, error) {
	a := ask{actor: actor, action: circles.SetGuideWeek, revision: revision}
	return cal.onCircle(ctx, circleID, a, func(c *course) error {
		if c.circle.State.Over() {
			return fault.New(fault.Conflict, "circle-over")
		}
		if !c.circle.State.Begun() {
			return fault.New(fault.Conflict, "not-running")
		}
		if !c.set.HasWeek(week) {
			var v fault.Violations
			v.Add("/week", "not-between", fault.Args{"from": c.set.FirstWeek, "until": c.set.LastWeek()})
			return v.Err()
		}
		return c.setGuideWeek(week)
	})
}

func (c *course) setGuideWeek(week int) error {
	details := map[string]string{"from": strconv.Itoa(c.circle.GuideWeek), "to": strconv.Itoa(week)}
	for i := range c.sessions {
		s := &c.sessions[i]
		if s.State != Held && !s.StartsAt.After(c.now) {
			s.WeekSettled = true
		}
	}
	if c.circle.GuideWeek == week {
		return nil
	}
	c.circle.GuideWeek, c.touched = week, true
	return c.journal("guide-week-set", "", details)
}
