package scheduling

import (
	"context"
	"slices"
	"time"

	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/wall"

	"kring/circles"
)

// The bounds of what a circle keeps free.
const (
	longestBreak   = 4 * 7 // days
	mostBreaks     = 30
	returnSoonDays = 7 // how long before the return date the letter goes out
)

// AddBreak keeps a stretch of dates free, both ends included, of at most four weeks; sessions in it move to the end of
// the run. It answers Conflict not-running, circle-over, break-overlaps and too-many-breaks, Stale, and Invalid.
func (cal *Calendar) AddBreak(ctx context.Context, actor identity.Actor, circleID string, revision int, fromOn, untilOn wall.Date, dryRun bool) (Change, error) {
	a := ask{actor: actor, action: circles.AddBreak, revision: revision, dryRun: dryRun}
	return cal.onCircle(ctx, circleID, a, func(c *course) error {
		_, err := c.replan(Step{Kind: StepBreak, FromOn: fromOn, UntilOn: untilOn})
		return err
	})
}

// stepBreak keeps dates free; what lies in them moves to the end of the run. A circle that has not begun can have
// breaks too.
func (c *course) stepBreak(step *Step) error {
	if c.circle.State != circles.Forming {
		if err := c.running(); err != nil {
			return err
		}
	}
	free := Span{FromOn: step.FromOn, UntilOn: step.UntilOn}
	if err := c.checkBreak(free); err != nil {
		return err
	}
	return c.addBreak(free)
}

func (c *course) checkBreak(free Span) error {
	var v fault.Violations
	switch days := free.UntilOn.Sub(free.FromOn) + 1; {
	case days < 1:
		v.Add("/until_on", "before-from")
	case days > longestBreak:
		v.Add("/until_on", "break-too-long", fault.Args{"days": longestBreak})
	case free.UntilOn.Before(c.today()):
		v.Add("/until_on", "in-the-past")
	case free.FromOn.Sub(c.today()) > farthestStart:
		v.Add("/from_on", "too-far", fault.Args{"date": c.today().AddDays(farthestStart).String()})
	}
	if err := v.Err(); err != nil {
		return err
	}
	if c.meetsBreak(free) {
		return fault.New(fault.Conflict, "break-overlaps")
	}
	if c.swallows(free) {
		return fault.New(fault.Conflict, "break-swallows-run")
	}
	if len(c.breaks) >= mostBreaks {
		return fault.New(fault.Conflict, "too-many-breaks").With("limit", mostBreaks)
	}
	return nil
}

// meetsBreak says whether the circle keeps one of the dates free already.
func (c *course) meetsBreak(free Span) bool {
	return slices.ContainsFunc(c.breaks, func(b CircleBreak) bool { return free.Meets(Span{FromOn: b.FromOn, UntilOn: b.UntilOn}) })
}

// swallows says whether all that is still to come lies in a stretch, and it is more than a last session: that is no
// break but a pause.
func (c *course) swallows(free Span) bool {
	in := 0
	for _, s := range c.sessions {
		if s.Coming(c.now) && free.Holds(s.On(c.loc)) {
			in++
		}
	}
	return in > 1 && in == c.coming()
}

func (c *course) addBreak(free Span) error {
	b := CircleBreak{ID: c.freshID(), CircleID: c.circle.ID, FromOn: free.FromOn, UntilOn: free.UntilOn, CreatedAt: c.now}
	c.breaks = append(slices.Clone(c.breaks), b)
	c.off.Breaks = append(c.off.Breaks, free)
	c.touched = true
	c.note("break-added", b.ID, map[string]string{"from_on": free.FromOn.String(), "until_on": free.UntilOn.String()})
	if c.circle.State == circles.Forming {
		return nil
	}
	c.remindsAgain()
	return c.clear(free)
}

// Pause stops a running circle until a date, at most twelve weeks ahead; sessions until then move to the end of the
// run, and a letter goes out seven days before. It answers Conflict already-paused, not-running and circle-over, Stale,
// and Invalid for the date.
func (cal *Calendar) Pause(ctx context.Context, actor identity.Actor, circleID string, revision int, returnsOn wall.Date, dryRun bool) (Change, error) {
	a := ask{actor: actor, action: circles.Pause, revision: revision, dryRun: dryRun}
	return cal.onCircle(ctx, circleID, a, func(c *course) error { return c.pauseUntil(returnsOn) })
}

func (c *course) pauseUntil(returnsOn wall.Date) error {
	var err error
	c.circle, err = circles.PauseIn(c.tx, c.actor, c.now, c.circle, c.today(), returnsOn)
	if err != nil {
		return err
	}
	c.goesOn()
	c.off.Breaks = append(c.off.Breaks, c.pause())
	if err := c.clear(c.pause()); err != nil {
		return err
	}
	c.due(ResumeNow, c.instant(returnsOn, 0))
	if soon := c.instant(returnsOn.AddDays(-returnSoonDays), dayBegins); soon.After(c.now) {
		c.due(ReturnSoon, soon)
	}
	c.touched = true
	c.tellsAll(NoticePaused, "paused", c.now)
	return nil
}

// instant is when the wall of the circle's zone shows a date and a time.
func (c *course) instant(on wall.Date, at wall.TimeOfDay) time.Time {
	t, _ := wall.Instant(on, at, c.loc)
	return t
}

// Resume sets a paused circle running again, from a date (zero: today) until its return date on, and lays its dates
// out anew; of a circle that fell silent it takes the end back, for sixty days. Everybody is told. It answers Conflict
// not-paused, circle-over and cannot-revive, Stale, and Invalid for the date.
func (cal *Calendar) Resume(ctx context.Context, actor identity.Actor, circleID string, revision int, startsOn wall.Date, dryRun bool) (Change, error) {
	a := ask{actor: actor, action: circles.Resume, revision: revision, dryRun: dryRun}
	return cal.onCircle(ctx, circleID, a, func(c *course) error {
		if c.circle.State == circles.Ended {
			return c.revive(startsOn)
		}
		return c.resume(startsOn)
	})
}

func (c *course) resume(startsOn wall.Date) error {
	from, pause := c.from(startsOn), c.pause()
	if c.circle.State == circles.Paused {
		if err := c.checkReturn(from); err != nil {
			return err
		}
	}
	var err error
	if c.circle, err = circles.ResumeIn(c.tx, c.actor, c.now, c.circle); err != nil {
		return err
	}
	c.off.Breaks = withoutSpan(c.off.Breaks, pause)
	if err := c.relay(from); err != nil {
		return err
	}
	c.due(ResumeNow, time.Time{})
	c.due(ReturnSoon, time.Time{})
	c.touched = true
	c.tellsAll(NoticeResumed, "resumed", c.now)
	return nil
}

func (c *course) from(startsOn wall.Date) wall.Date {
	if startsOn.IsZero() {
		return c.today()
	}
	return startsOn
}

func (c *course) checkReturn(from wall.Date) error {
	var v fault.Violations
	switch {
	case from.Before(c.today()):
		v.Add("/starts_on", "in-the-past")
	case from.After(c.circle.ReturnsOn):
		v.Add("/starts_on", "too-far", fault.Args{"date": c.circle.ReturnsOn.String()})
	}
	return v.Err()
}

func withoutSpan(spans []Span, gone Span) []Span {
	var out []Span
	for _, s := range spans {
		if s != gone {
			out = append(out, s)
		}
	}
	return out
}

// revive takes back the end of a circle that fell silent: what the end took out is laid out anew, and what is missing
// to the end of the guide is added.
func (c *course) revive(startsOn wall.Date) error {
	endedAt, from := c.circle.EndedAt, c.from(startsOn)
	if err := c.checkStart(from); err != nil {
		return err
	}
	var err error
	if c.circle, err = circles.ReviveIn(c.tx, c.actor, c.now, c.circle); err != nil {
		return err
	}
	if err := c.forgetSilence(); err != nil {
		return err
	}
	c.sessions = dropped(c.sessions, *endedAt)
	missing := c.set.LastWeek() - c.circle.GuideWeek + 1
	n := max(min(missing, mostSessions(c.set.Weeks)-len(c.sessions)), 1)
	dates, err := c.layOutFrom(from, n)
	if err != nil {
		return err
	}
	for _, d := range dates {
		c.sessions = append(c.sessions, c.fresh(newID(), d))
	}
	c.touched = true
	c.tellsAll(NoticeResumed, "resumed", c.now)
	return nil
}

// forgetSilence lets what was before not be counted again, neither of the circle nor of its members.
func (c *course) forgetSilence() error {
	c.circle.GoOnAskedAt = &c.now
	ids := make([]string, len(c.members))
	for i, m := range c.members {
		ids[i] = m.ID
	}
	return circles.OwedNoSignIn(c.tx, ids, c.now)
}

// dropped leaves out the sessions that the circle's end took out: they never had their day.
func dropped(sessions []Session, endedAt time.Time) []Session {
	var out []Session
	for _, s := range sessions {
		if s.State == Cancelled && s.StartsAt.After(endedAt) {
			continue
		}
		out = append(out, s)
	}
	return out
}
