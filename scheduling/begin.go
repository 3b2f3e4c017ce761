package scheduling

import (
	"context"

	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/wall"

	"kring/circles"
)

// farthestStart is how many days ahead a run may begin, a session may be moved to, and a shift may put the first that it moves.
const farthestStart = 366

// BeginDraft is what somebody says when beginning a circle.
type BeginDraft struct {
	StartsOn wall.Date // zero: as the circle has it
	Insist   bool      // with fewer than the guide set asks for, never under two
}

// Begin sets a forming circle running and lays out all its dates, from the first of which it starts; it happens exactly
// once. Everybody in it gets the begin letter. It answers Conflict already-begun, no-slot, no-start, too-few-members, under-two-members and
// circle-over, Invalid for a start in the past or too far ahead, and Stale.
func (cal *Calendar) Begin(ctx context.Context, actor identity.Actor, circleID string, revision int, draft BeginDraft, dryRun bool) (Change, error) {
	a := ask{actor: actor, action: circles.Begin, revision: revision, dryRun: dryRun}
	return cal.onCircle(ctx, circleID, a, func(c *course) error { return c.begin(draft) })
}

func (c *course) begin(draft BeginDraft) error {
	if c.circle.State == circles.Forming {
		if !draft.StartsOn.IsZero() {
			c.circle.StartsOn = draft.StartsOn
		}
		if err := c.checkStart(c.circle.StartsOn); err != nil {
			return err
		}
	}
	var err error
	c.circle, err = circles.BeginIn(c.tx, c.actor, c.now, c.circle, c.set.MinSize, draft.Insist)
	if err != nil {
		return err
	}
	dates, err := c.layOutFrom(c.circle.StartsOn, c.set.Weeks)
	if err != nil {
		return err
	}
	for _, d := range dates {
		c.sessions = append(c.sessions, c.fresh(newID(), d))
	}
	c.circle.StartsOn = dates[0].On // the day meant may have been another weekday, or a holiday
	c.circle.GuideWeek = c.set.FirstWeek
	c.touched, c.tellAll = true, true
	c.ofCircle(NoticeBegin, "", c.now, c.members)
	return nil
}

// checkStart says whether a circle can begin, or begin again, on a date; Begin itself answers no-start for none.
func (c *course) checkStart(on wall.Date) error {
	var v fault.Violations
	today := c.today()
	switch {
	case on.IsZero():
	case on.Before(today):
		v.Add("/starts_on", "in-the-past")
	case on.Sub(today) > farthestStart:
		v.Add("/starts_on", "too-far", fault.Args{"date": today.AddDays(farthestStart).String()})
	}
	return v.Err()
}

// Preview is a run as it would be laid out, before it begins.
type Preview struct {
	Dates    []Dated
	Free     []Free // dates of the slot that are left out
	Warnings []Warning
}

// PreviewBegin lays out the run of a circle that has a slot, from a date (zero: as the circle has it), and says what it
// falls into. Nothing is written. It answers Conflict no-slot and no-start, and Invalid as Begin does.
func (cal *Calendar) PreviewBegin(ctx context.Context, actor identity.Actor, circleID string, startsOn wall.Date) (Preview, error) {
	return view(ctx, cal, actor, circles.SeeSessions, circleID, func(c *course, _ circles.Object) (Preview, error) {
		if !startsOn.IsZero() {
			c.circle.StartsOn = startsOn
		}
		if c.circle.StartsOn.IsZero() {
			return Preview{}, fault.New(fault.Conflict, "no-start")
		}
		if err := c.checkStart(c.circle.StartsOn); err != nil {
			return Preview{}, err
		}
		return c.preview()
	})
}

func (c *course) preview() (Preview, error) {
	run, err := c.run()
	if err != nil {
		return Preview{}, err
	}
	var p Preview
	if p.Dates, p.Free, err = run.LayOut(c.circle.StartsOn, c.now, c.set.Weeks); err != nil {
		return p, err
	}
	watched, err := c.watched()
	p.Warnings = Warnings(datesOf(p.Dates), watched)
	return p, err
}

func datesOf(dates []Dated) []wall.Date {
	out := make([]wall.Date, len(dates))
	for i, d := range dates {
		out[i] = d.On
	}
	return out
}
