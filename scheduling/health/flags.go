package health

import (
	"context"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/journal"
	"kring/internal/wall"

	"kring/circles"
)

// LongestSnooze is how many days a flag can rest.
const LongestSnooze = 90

// Fine is a member's word that the circle is fine: its open flag rests until the next session begins. Without an open
// flag it changes nothing. It answers as May does.
func (w *Watch) Fine(ctx context.Context, actor identity.Actor, circleID string) (CircleHealth, error) {
	now := w.clock.Now()
	var view CircleHealth
	err := w.db.Write(ctx, func(tx database.Tx) error {
		c, err := lockFor(tx, actor, circles.SayFine, circleID)
		if err != nil {
			return err
		}
		if err := w.fine(tx, c, now); err != nil {
			return err
		}
		view, err = w.viewOne(tx, circleID, now)
		return err
	})
	return view, err
}

// fine leaves no trace of who pressed.
func (w *Watch) fine(tx database.Tx, c circles.Circle, now time.Time) error {
	f, open, err := OpenFlagIn(tx, c.ID)
	if err != nil || !open {
		return err
	}
	until, err := nextPlanned(tx, c.ID, now)
	if err != nil {
		return err
	}
	if set, known := w.guides.Set(c.GuideSet); until.IsZero() && known {
		until = now.AddDate(0, 0, set.Interval)
	}
	f.SnoozedUntil = orNull(until)
	return w.keep(tx, f, "", "flag-snoozed", now)
}

// Acknowledge notes that a facilitator looks after the flag: nobody else is written to about it. It answers as May
// does, and Conflict flag-closed.
func (w *Watch) Acknowledge(ctx context.Context, actor identity.Actor, flagID string) (Flag, error) {
	return w.onFlag(ctx, actor, circles.AcknowledgeFlag, flagID, func(tx database.Tx, _ circles.Circle, f *Flag, now time.Time) error {
		if f.AcknowledgedAt != nil {
			return nil
		}
		f.AcknowledgedAt = &now
		return w.keep(tx, *f, actor.PersonID, "flag-acknowledged", now)
	})
}

// Snooze lets the flag rest until a date begins on the wall of the circle's zone, at most LongestSnooze days ahead. It
// answers as May does, Conflict flag-closed, and Invalid for a date that is not ahead or too far.
func (w *Watch) Snooze(ctx context.Context, actor identity.Actor, flagID string, untilOn wall.Date) (Flag, error) {
	return w.onFlag(ctx, actor, circles.SnoozeFlag, flagID, func(tx database.Tx, c circles.Circle, f *Flag, now time.Time) error {
		loc, err := wall.LoadZone(c.Zone)
		if err != nil {
			return err
		}
		if err := checkSnooze(untilOn, wall.DateOf(now, loc)); err != nil {
			return err
		}
		until, _ := wall.Instant(untilOn, 0, loc)
		f.SnoozedUntil = &until
		return w.keep(tx, *f, actor.PersonID, "flag-snoozed", now)
	})
}

func checkSnooze(untilOn, today wall.Date) error {
	var v fault.Violations
	switch {
	case untilOn.IsZero():
		v.Add("/until_on", "required")
	case !untilOn.After(today):
		v.Add("/until_on", "not-after", fault.Args{"date": today.String()})
	case untilOn.Sub(today) > LongestSnooze:
		v.Add("/until_on", "too-far", fault.Args{"date": today.AddDays(LongestSnooze).String()})
	}
	return v.Err()
}

// Dismiss closes the flag as no concern: from now on reasons look only at what happens after. It answers as May does,
// and Conflict flag-closed.
func (w *Watch) Dismiss(ctx context.Context, actor identity.Actor, flagID string) (Flag, error) {
	return w.onFlag(ctx, actor, circles.DismissFlag, flagID, func(tx database.Tx, c circles.Circle, f *Flag, now time.Time) error {
		f.close(Dismissed, now)
		if err := closeFlag(tx, *f, actor.PersonID, now, "flag-dismissed"); err != nil {
			return err
		}
		if err := forgetUntil(tx, c.ID, now); err != nil {
			return err
		}
		return circles.TouchIn(tx, c.ID, now)
	})
}

// onFlag locks the flag's circle, asks the policy, and changes the flag as it then stands.
func (w *Watch) onFlag(ctx context.Context, actor identity.Actor, action circles.Action, flagID string,
	change func(database.Tx, circles.Circle, *Flag, time.Time) error,
) (Flag, error) {
	now := w.clock.Now()
	var f Flag
	err := w.db.Write(ctx, func(tx database.Tx) error {
		found, err := FlagIn(tx, flagID)
		if err != nil {
			return err
		}
		c, err := lockFor(tx, actor, action, found.CircleID)
		if err != nil {
			return err
		}
		if f, err = FlagIn(tx, flagID); err != nil {
			return err
		}
		if f.State != Open {
			return fault.New(fault.Conflict, "flag-closed")
		}
		return change(tx, c, &f, now)
	})
	if err != nil {
		return Flag{}, err
	}
	return f, nil
}

// keep saves a flag that stays open, writes the journal and wakes the circle's health.
func (w *Watch) keep(tx database.Tx, f Flag, actorID, action string, now time.Time) error {
	if err := saveFlag(tx, f); err != nil {
		return err
	}
	err := journal.Add(tx, journal.Entry{
		At: now, ActorID: actorID, ProgrammeID: f.ProgrammeID, CircleID: f.CircleID, SubjectID: f.ID, Action: action,
	})
	if err != nil {
		return err
	}
	return circles.TouchIn(tx, f.CircleID, now)
}

// lockFor locks a circle and answers it when the actor may do this to it.
func lockFor(tx database.Tx, actor identity.Actor, action circles.Action, circleID string) (circles.Circle, error) {
	c, err := circles.LockIn(tx, circleID)
	if err != nil {
		return c, err
	}
	object, err := circles.ObjectIn(tx, actor, c)
	if err != nil {
		return c, err
	}
	return c, circles.May(actor, action, object)
}

// What this package lends to scheduling and to those who write letters; each call works on the caller's tx.

// OpenFlagIn is the circle's open flag, and false when it carries none.
func OpenFlagIn(tx database.Tx, circleID string) (Flag, bool, error) {
	flags, err := openFlags(tx, []string{circleID})
	if err != nil || len(flags) == 0 {
		return Flag{}, false, err
	}
	return flags[0], true, nil
}

// FlagIn reads a flag. It answers NotFound.
func FlagIn(tx database.Tx, flagID string) (Flag, error) { return flagByID(tx, flagID) }

// AskIn notes that the circle's next letter asks about its open flag, with the step that would help, and answers the
// flag; false when there is nothing to ask, or it was asked already. The circle's row is locked.
func AskIn(tx database.Tx, circleID string, now time.Time) (Flag, bool, error) {
	f, open, err := OpenFlagIn(tx, circleID)
	if err != nil || !open || !f.Asks(now) {
		return Flag{}, false, err
	}
	f.AskedAt = &now
	return f, true, saveFlag(tx, f)
}

// CloseIn clears the open flag of a circle that is completed or ended. The circle's row is locked.
func CloseIn(tx database.Tx, circleID string, now time.Time) error {
	f, open, err := OpenFlagIn(tx, circleID)
	if err != nil || !open {
		return err
	}
	f.close(Cleared, now)
	return closeFlag(tx, f, "", now, "flag-cleared")
}
