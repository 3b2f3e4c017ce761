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
		_, err := c.replan(Step{Kind: StepNewSlot, FromOn: to.FromOn, Slot: &to.Slot})
		return err
	})
}

// stepNewSlot lays the sessions from a date on out anew, on another weekday and hour. On those that the circle has it puts
// what was moved back onto the slot, in the series that there is.
func (c *course) stepNewSlot(step *Step) error {
	if err := c.running(); err != nil {
		return err
	}
	var v fault.Violations
	slot := *step.Slot
	if wall.WeekdayKey(slot.Weekday) == "" {
		v.Add(fieldWeekday, "not-a-weekday")
	}
	if !slot.At.Valid() {
		v.Add(fieldTime, "not-a-time")
	}
	c.laidOutFrom(step, &v)
	if err := v.Err(); err != nil {
		return err
	}
	if has, ok := c.circle.Slot(); !ok || has.Weekday != slot.Weekday || has.At != slot.At {
		c.circle.AgreeSlot(c.now, slot)
		c.touched = true
	}
	if err := c.relay(step.FromOn); err != nil {
		return err
	}
	c.goesOn()
	c.note("slot-changed", c.circle.ID, map[string]string{"weekday": wall.WeekdayKey(slot.Weekday), "time": slot.At.String()})
	return nil
}
