package scheduling

import (
	"context"
	"time"

	"kring/internal/fault"
	"kring/internal/identity"

	"kring/circles"
	"kring/scheduling/health"
)

// Complete proposes that the circle is finished: done in three days unless another member objects, at once when there
// is no other. It answers Conflict already-proposed, not-running and circle-over, and Stale.
func (cal *Calendar) Complete(ctx context.Context, actor identity.Actor, circleID string, revision int, dryRun bool) (Change, error) {
	a := ask{actor: actor, action: circles.Propose, revision: revision, dryRun: dryRun}
	return cal.onCircle(ctx, circleID, a, func(c *course) error {
		return c.propose(circles.Proposal{Kind: circles.MotionComplete})
	})
}

// End stops a circle with a reason and a text that names nobody. A facilitator ends one that is forming or stalling at
// once; a member proposes it, done in three days unless another objects. It answers Forbidden not-stalling, Conflict
// already-proposed and circle-over, Invalid for the reason or the text, and Stale.
func (cal *Calendar) End(ctx context.Context, actor identity.Actor, circleID string, revision int, reason circles.EndReason, text string, dryRun bool) (Change, error) {
	a := ask{actor: actor, action: circles.AskEnd, revision: revision, dryRun: dryRun}
	return cal.onCircle(ctx, circleID, a, func(c *course) error {
		atOnce, err := c.mayEnd()
		if err != nil {
			return err
		}
		if !atOnce {
			return c.propose(circles.Proposal{Kind: circles.MotionEnd, Reason: reason, Text: text})
		}
		return c.end(reason, text)
	})
}

// mayEnd says whether the actor ends the circle at once (true) or may only propose it.
func (c *course) mayEnd() (bool, error) {
	object, err := circles.ObjectIn(c.tx, c.actor, c.circle)
	if err != nil {
		return false, err
	}
	if object.Stalling, err = isStalling(c.tx, c.circle.ID); err != nil {
		return false, err
	}
	refused := circles.May(c.actor, circles.End, object)
	if refused == nil {
		return true, nil
	}
	if object.Member {
		return false, circles.May(c.actor, circles.Propose, object)
	}
	return false, refused
}

// propose writes a motion down; with nobody else to object it is carried at once.
func (c *course) propose(p circles.Proposal) error {
	m, _ := c.member(c.actor.PersonID)
	p.MemberID = m.ID
	motion, err := circles.ProposeIn(c.tx, c.now, c.circle, p)
	if err != nil {
		return err
	}
	c.motion, c.woken = &motion, true
	if motion.DueAt.After(c.now) {
		c.letters = len(c.members) - 1
		return nil
	}
	return c.carry(motion)
}

// carry does what a motion proposed.
func (c *course) carry(motion circles.Motion) error {
	carried, err := circles.CarryIn(c.tx, c.now, motion)
	if err != nil {
		return err
	}
	c.motion = &carried
	if motion.Kind == circles.MotionEnd {
		return c.end(motion.Reason, motion.Body)
	}
	return c.complete()
}

// complete ends the circle well.
func (c *course) complete() error {
	var err error
	if c.circle.State == circles.Paused {
		if c.circle, err = circles.ResumeIn(c.tx, c.actor, c.now, c.circle); err != nil {
			return err
		}
	}
	if c.circle, err = circles.CompleteIn(c.tx, c.actor, c.now, c.circle); err != nil {
		return err
	}
	c.close()
	c.ofCircle(NoticeCompleted, "", c.now, c.members)
	return health.CloseIn(c.tx, c.circle.ID, c.now)
}

// end stops the circle. After the letter that says so none follows.
func (c *course) end(reason circles.EndReason, text string) error {
	var err error
	if c.circle, err = circles.EndIn(c.tx, c.actor, c.now, c.circle, reason, text); err != nil {
		return err
	}
	c.close()
	c.ofCircle(NoticeEnded, "", c.now, c.members)
	return health.CloseIn(c.tx, c.circle.ID, c.now)
}

// close takes out what was still to come of a circle that is over.
func (c *course) close() {
	for i := range c.sessions {
		s := &c.sessions[i]
		switch {
		case s.Coming(c.now):
			s.State, s.OutcomeAt = Cancelled, &c.now
		case s.State == Planned:
			s.State, s.OutcomeAt = Unrecorded, &c.now
		}
	}
	for _, kind := range []DueKind{ReturnSoon, ResumeNow, Silence} {
		c.due(kind, time.Time{})
	}
	c.touched, c.tellAll = true, true
	c.voids = append(c.voids, void{reason: "circle-over"})
}

// askGoOn stops the reminders of a circle whose last three sessions were not held, and asks all members once whether
// it goes on, meets at another hour, pauses or stops. What was before the last such question, or its answer, does not
// count again.
func (c *course) askGoOn() {
	if c.circle.State != circles.Running || c.circle.RemindersStoppedAt != nil {
		return
	}
	var since time.Time
	if c.circle.GoOnAskedAt != nil {
		since = *c.circle.GoOnAskedAt
	}
	if notHeldInRow(c.sessions, since, c.now) < lostSessions {
		return
	}
	c.circle.RemindersStoppedAt, c.circle.GoOnAskedAt = &c.now, &c.now
	c.touched = true
	c.due(Silence, c.now.Add(SilenceEnds))
	c.voids = append(c.voids, void{kinds: reminding(), reason: "reminders-stopped"}) // what changed is told: it stands in calendars
	c.patiently(func() { c.ofCircle(NoticeGoOn, "", c.now, c.members) })
}

// goesOn takes it that the circle goes on: reminders begin again, and what went by until this answer is not counted.
func (c *course) goesOn() {
	if c.circle.RemindersStoppedAt == nil {
		return
	}
	c.circle.RemindersStoppedAt, c.circle.GoOnAskedAt = nil, &c.now
	c.touched = true
	c.due(Silence, time.Time{})
}

// remindsAgain lets a circle go on whose dates stay: what was not reminded of while reminders rested is reminded of now.
func (c *course) remindsAgain() {
	stopped := c.circle.RemindersStoppedAt
	if stopped == nil {
		return
	}
	c.goesOn()
	for i := range c.reminders {
		r := &c.reminders[i]
		s := c.session(r.SessionID)
		if r.Kind == TwoDays && r.DoneAt != nil && !r.DoneAt.Before(*stopped) && s != nil && s.Coming(c.now) {
			r.DoneAt = nil
			c.worked = append(c.worked, *r)
		}
	}
}

// GoOn answers the question "go on?" with yes: reminders begin again. Pressing twice changes nothing. It answers
// Conflict circle-over.
func (cal *Calendar) GoOn(ctx context.Context, actor identity.Actor, circleID string) (Change, error) {
	return cal.onCircle(ctx, circleID, ask{actor: actor, action: circles.SayFine}, func(c *course) error {
		if c.circle.State.Over() {
			return fault.New(fault.Conflict, "circle-over")
		}
		if c.circle.RemindersStoppedAt == nil {
			return nil
		}
		c.remindsAgain()
		c.askFinishOrMore()
		return c.journal("goes-on", "", nil)
	})
}

// askFinishOrMore asks all members of a run without a date to come whether it is finished or needs more.
func (c *course) askFinishOrMore() {
	if c.circle.State != circles.Running || c.circle.RemindersStoppedAt != nil || len(c.sessions) == 0 {
		return
	}
	for _, s := range c.sessions {
		if s.State == Planned {
			return
		}
	}
	c.patiently(func() { c.ofCircle(NoticeFinishOrMore, "", c.sessions[len(c.sessions)-1].StartsAt, c.members) })
}

// MoreDates adds dates at the end of a run, up to twice the guide weeks in all; n = 0 asks for as many as the guide
// still has weeks. It answers Conflict not-running, circle-over and enough-dates, and Stale.
func (cal *Calendar) MoreDates(ctx context.Context, actor identity.Actor, circleID string, revision, n int, dryRun bool) (Change, error) {
	a := ask{actor: actor, action: circles.ChangeSlot, revision: revision, dryRun: dryRun}
	return cal.onCircle(ctx, circleID, a, func(c *course) error {
		if err := c.running(); err != nil {
			return err
		}
		if n == 0 {
			n = max(c.set.LastWeek()-c.circle.GuideWeek+1-c.coming(), 1)
		}
		if n = min(n, mostSessions(c.set.Weeks)-len(c.sessions)); n < 1 {
			return fault.New(fault.Conflict, "enough-dates")
		}
		_, err := c.replan(Step{Kind: StepAdd, Count: n})
		return err
	})
}

// coming counts the sessions that lie ahead.
func (c *course) coming() int {
	n := 0
	for _, s := range c.sessions {
		if s.Coming(c.now) {
			n++
		}
	}
	return n
}
