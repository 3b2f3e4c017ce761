package scheduling

import (
	"context"

	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/wall"

	"kring/circles"
)

// SlotChange is a new weekly slot, from a date on, on the wall of the circle's zone.
type SlotChange struct {
	Slot   wall.Slot // its zone is the circle's, whatever stands here
	FromOn wall.Date // zero: from the next session on
}

// NewSlot gives all sessions from a date on the new weekly slot: they are laid out anew, keep their order, and stand in
// a calendar series of their own. Everybody is told once. It answers Conflict not-running, circle-over and
// sessions-overlap, Stale, and Invalid for a slot that is none and a date in the past.
func (cal *Calendar) NewSlot(ctx context.Context, actor identity.Actor, circleID string, revision int, to SlotChange, dryRun bool) (Change, error) {
	a := ask{actor: actor, action: circles.ChangeSlot, revision: revision, dryRun: dryRun}
	return cal.onCircle(ctx, circleID, a, func(c *course) error {
		if err := c.running(); err != nil {
			return err
		}
		to.Slot.Zone = c.circle.Zone
		if err := c.checkSlot(&to); err != nil {
			return err
		}
		return c.newSlot(to)
	})
}

func (c *course) checkSlot(to *SlotChange) error {
	var v fault.Violations
	if wall.WeekdayKey(to.Slot.Weekday) == "" {
		v.Add("/weekday", "not-a-weekday")
	}
	if !to.Slot.At.Valid() {
		v.Add("/time", "not-a-time")
	}
	switch today := c.today(); {
	case to.FromOn.IsZero():
		to.FromOn = today
		if next, ok := Next(c.sessions, c.now); ok {
			to.FromOn = next.On(c.loc)
		}
	case to.FromOn.Before(today):
		v.Add("/from_on", "in-the-past")
	case to.FromOn.Sub(today) > farthestStart:
		v.Add("/from_on", "too-far", fault.Args{"date": today.AddDays(farthestStart).String()})
	}
	return v.Err()
}

func (c *course) newSlot(to SlotChange) error {
	var err error
	c.circle, err = circles.SlotIn(c.tx, c.actor, c.now, c.circle, to.Slot)
	if err != nil {
		return err
	}
	if err := c.relay(to.FromOn); err != nil {
		return err
	}
	c.goesOn()
	c.tellAll, c.touched = true, true
	c.untold("new-slot")
	c.ofCircle(NoticeNewSlot, "", c.now, c.members)
	return nil
}
