package circles

import (
	"time"

	"kring/internal/fault"
	"kring/internal/wall"
)

// The bounds of a circle's life.
const (
	LongestPause  = 12 * 7              // days that a pause may last
	ReviveWindow  = 60 * 24 * time.Hour // how long a circle that fell silent can be revived
	fewestMembers = 2                   // a circle of one is none
	mostEndText   = 1000                // runes of the text beside an end reason
)

// Begin sets a forming circle running: accepted is how many people are in, needed how many its guide set asks for.
// With insist fewer will do, never under two. A second call answers Conflict already-begun. It answers Conflict
// circle-over, no-slot, no-start, under-two-members and too-few-members as well, and Invalid never.
func (c *Circle) Begin(now time.Time, accepted, needed int, insist bool) error {
	if err := c.mayBegin(accepted, needed, insist); err != nil {
		return err
	}
	c.State, c.BegunAt, c.ReasonsSince = Running, &now, &now
	return nil
}

func (c *Circle) mayBegin(accepted, needed int, insist bool) error {
	_, agreed := c.Slot()
	switch {
	case c.State.Over():
		return fault.New(fault.Conflict, "circle-over")
	case c.State != Forming:
		return fault.New(fault.Conflict, "already-begun")
	case !agreed:
		return fault.New(fault.Conflict, "no-slot")
	case c.StartsOn.IsZero():
		return fault.New(fault.Conflict, "no-start")
	case accepted < fewestMembers:
		return fault.New(fault.Conflict, "under-two-members").With("accepted", accepted)
	case accepted < needed && !insist:
		return fault.New(fault.Conflict, "too-few-members").With("accepted", accepted).With("needed", needed)
	}
	return nil
}

// Pause stops a running circle from the date on, until it returns: after on, at most twelve weeks later. It answers
// Conflict already-paused, not-running or circle-over, and Invalid for the return date.
func (c *Circle) Pause(on, returnsOn wall.Date) error {
	switch {
	case c.State == Paused:
		return fault.New(fault.Conflict, "already-paused")
	case c.State != Running:
		return c.notRunning()
	}
	var v fault.Violations
	switch {
	case returnsOn.IsZero():
		v.Add("/returns_on", "required")
	case !returnsOn.After(on):
		v.Add("/returns_on", "not-after", fault.Args{"date": on.String()})
	case returnsOn.Sub(on) > LongestPause:
		v.Add("/returns_on", "too-far", fault.Args{"date": on.AddDays(LongestPause).String()})
	}
	if err := v.Err(); err != nil {
		return err
	}
	c.State, c.PausedOn, c.ReturnsOn = Paused, on, returnsOn
	return nil
}

// Resume sets a paused circle running again. It answers Conflict not-paused or circle-over.
func (c *Circle) Resume() error {
	switch {
	case c.State.Over():
		return fault.New(fault.Conflict, "circle-over")
	case c.State != Paused:
		return fault.New(fault.Conflict, "not-paused")
	}
	c.State, c.PausedOn, c.ReturnsOn = Running, wall.Date{}, wall.Date{}
	return nil
}

// Complete ends a running circle well. It answers Conflict not-running or circle-over.
func (c *Circle) Complete(now time.Time) error {
	if c.State != Running {
		return c.notRunning()
	}
	c.State, c.CompletedAt, c.NextCheckAt = Completed, &now, nil
	return nil
}

// End stops a circle in any state but those that are over. The text names nobody; the circle sees it too. It answers
// Conflict circle-over, and Invalid for a reason that is none.
func (c *Circle) End(now time.Time, reason EndReason, text string) error {
	if c.State.Over() {
		return fault.New(fault.Conflict, "circle-over")
	}
	text, err := CheckEnd(reason, text)
	if err != nil {
		return err
	}
	c.State, c.EndedAt, c.EndReason, c.EndText = Ended, &now, reason, text
	c.PausedOn, c.ReturnsOn, c.NextCheckAt = wall.Date{}, wall.Date{}, nil
	return nil
}

// AgreeSlot agrees another weekly slot, in the circle's zone. One that runs or is paused begins a new calendar series with
// it, and health looks only at what comes after.
func (c *Circle) AgreeSlot(now time.Time, slot wall.Slot) {
	slot.Zone = c.Zone
	c.SetSlot(slot)
	if c.State.Begun() {
		c.Series++
		c.ReasonsSince = &now
	}
}

// CheckEnd answers the cleaned text, or Invalid with what is wrong with the reason and the text.
func CheckEnd(reason EndReason, text string) (string, error) {
	var v fault.Violations
	checkEndReason(&v, "/reason", reason)
	text = checkText(&v, "/text", text, mostEndText)
	return text, v.Err()
}

// Revive takes back the end of a circle that fell silent, within sixty days. It answers Conflict cannot-revive.
func (c *Circle) Revive(now time.Time) error {
	silent := c.State == Ended && c.EndReason == EndFellSilent && c.EndedAt != nil
	if !silent || !now.Before(c.EndedAt.Add(ReviveWindow)) {
		return fault.New(fault.Conflict, "cannot-revive")
	}
	c.State, c.EndedAt, c.EndReason, c.EndText = Running, nil, "", ""
	c.RemindersStoppedAt, c.GoOnAskedAt, c.ReasonsSince = nil, nil, &now
	return nil
}

func (c *Circle) notRunning() error {
	if c.State.Over() {
		return fault.New(fault.Conflict, "circle-over")
	}
	return fault.New(fault.Conflict, "not-running")
}
