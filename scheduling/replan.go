package scheduling

import (
	"context"
	"errors"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/page"
	"kring/internal/wall"

	"kring/circles"
)

// StepKind is what a replan does to a circle's dates.
type StepKind string

// The kinds of steps.
const (
	StepMove      StepKind = "move"       // one session, to a date and a time
	StepMoveLater StepKind = "move_later" // one session to a date and a time, and all later ones by as much
	StepSkip      StepKind = "skip"       // one session: none that week
	StepShift     StepKind = "shift"      // all sessions from a date on, by a number of weeks
	StepNewSlot   StepKind = "new_slot"   // all sessions from a date on, to another weekday and time
	StepBreak     StepKind = "break"      // dates that the circle keeps free
	StepAdd       StepKind = "add"        // one more session, on a date and a time or at the end of the run
	StepCancel    StepKind = "cancel"     // one session, called off late
	StepUndo      StepKind = "undo"       // takes a committed replan back
)

// Step is one change of a circle's dates, on the wall of the circle's zone. Each kind reads the fields that its comment
// names.
type Step struct {
	Kind      StepKind        `json:"kind"`
	SessionID string          `json:"session_id,omitempty"` // move, move_later, skip, cancel
	On        wall.Date       `json:"on,omitzero"`          // move, move_later; add: zero is the end of the run
	At        *wall.TimeOfDay `json:"at,omitempty"`         // move, move_later, add; nil: the hour it has, or the slot's
	FromOn    wall.Date       `json:"from_on,omitzero"`     // shift, new_slot: zero is the next session; break
	UntilOn   wall.Date       `json:"until_on,omitzero"`    // break, both ends included
	Weeks     int             `json:"weeks,omitempty"`      // shift: 1..12
	Count     int             `json:"count,omitempty"`      // add, at the end of the run: how many; zero is one
	Slot      *wall.Slot      `json:"slot,omitempty"`       // new_slot: its zone is the circle's, whatever stands here
	UndoesID  string          `json:"undoes_id,omitempty"`  // undo
}

// Suits is how many members a moment suits.
type Suits struct {
	Count  int
	Of     int   // members
	Quorum bool  // enough for the session to go ahead
	ByName []Fit // for members only; never why
}

// Replan is a preview of a change of dates, or a change that was made. Change says what it does, or did.
type Replan struct {
	ID          string
	CircleID    string
	Step        Step
	State       ReplanState
	ByID        *string // the person who asked; nil when the circle agreed on it
	UndoesID    *string
	CreatedAt   time.Time
	CommittedAt *time.Time
	Change      Change
}

// ReplanState is how far a replan is.
type ReplanState string

// The states of a replan.
const (
	Previewed ReplanState = "preview"
	Committed ReplanState = "committed"
	Undone    ReplanState = "undone"
)

// MovedOn is the answer to committing a preview when the circle is no longer as it was: nothing was changed, and Fresh
// is the same step as it would come out now. It is a fault of kind Conflict, code replan-moved-on.
type MovedOn struct{ Fresh Replan }

// previewLasts is how long a preview can be committed.
const previewLasts = 24 * time.Hour

// Error says so in English.
func (*MovedOn) Error() string { return "the circle has moved on since the preview" }

// Unwrap is the fault.
func (*MovedOn) Unwrap() error { return fault.New(fault.Conflict, "replan-moved-on") }

// PreviewReplan works out what a step would do and keeps it for a day, so that it can be committed. Nothing else is
// written, and nobody waits for it. It answers what the step answers: Conflict for a circle or a session that is not to
// be changed, NotFound for a session of another circle, and Invalid with every field that is wrong, by the names of
// a step's fields in the API.
func (cal *Calendar) PreviewReplan(ctx context.Context, actor identity.Actor, circleID string, step Step) (Replan, error) {
	return cal.preview(ctx, actor, func(database.Tx) (string, Step, error) { return circleID, step, nil })
}

func (cal *Calendar) preview(ctx context.Context, actor identity.Actor, which func(database.Tx) (string, Step, error)) (Replan, error) {
	var step Step
	locate := func(tx database.Tx) (circleID string, err error) {
		circleID, step, err = which(tx)
		return circleID, err
	}
	var row replanRow
	r, err := viewBy(ctx, cal, actor, circles.Replan, locate, cal.readDates, func(c *course, o circles.Object) (Replan, error) {
		r, done, err := c.foresee(step, o)
		if err != nil {
			return r, err
		}
		row, err = rowOf(r, done)
		return r, err
	})
	if err != nil {
		return Replan{}, err
	}
	return r, cal.db.Write(ctx, func(tx database.Tx) error {
		if err := deletePreviews(tx, row.CircleID, row.CreatedAt.Add(-previewLasts)); err != nil {
			return err
		}
		return insertReplan(tx, row)
	})
}

// foresee does a step on a course that is read and never written.
func (c *course) foresee(step Step, o circles.Object) (Replan, outcome, error) {
	r := Replan{ID: newID(), CircleID: c.circle.ID, State: Previewed, CreatedAt: c.now}
	if c.actor.Known() {
		r.ByID = &c.actor.PersonID
	}
	done, err := c.apply(step)
	if err != nil {
		return r, done, err
	}
	if err := c.settle(); err != nil {
		return r, done, err
	}
	if err := c.reckon(&done); err != nil {
		return r, done, err
	}
	r.Step = step
	if step.Kind == StepUndo {
		r.UndoesID = &step.UndoesID
	}
	r.Change, err = c.shown(r, done, o)
	return r, done, err
}

// CommitReplan does exactly what a preview showed, as one revision of the circle. Without tell nobody is written to,
// which it refuses (Invalid calendar-changes for /tell) where somebody's calendar changes. It answers *MovedOn when the
// circle has moved on, Conflict already-committed and preview-gone, and what the step answers when it is no longer to be
// done at all.
func (cal *Calendar) CommitReplan(ctx context.Context, actor identity.Actor, replanID string, tell bool) (Replan, error) {
	var r Replan
	moved := false
	_, err := cal.onReplan(ctx, actor, replanID, func(c *course, row replanRow, o circles.Object) error {
		moved = false
		given, was, err := row.read()
		if err != nil {
			return err
		}
		if err := mayCommit(row, c.now); err != nil {
			return err
		}
		c.given, c.hush = was.freshIDs(), !tell
		if err := c.commit(&row, given.Step, was); err != nil {
			moved = errors.Is(err, errMovedOn)
			return err
		}
		if r, _, err = row.read(); err != nil {
			return err
		}
		c.answers = func() (err error) {
			r.Change, err = c.shown(r, *c.replans[0].done, o)
			return err
		}
		return nil
	})
	if moved {
		return Replan{}, cal.movedOn(ctx, actor, replanID)
	}
	return r, err
}

var errMovedOn = errors.New("the circle has moved on")

// movedOn is the answer to a commit of what the circle has left behind: the same step as it would come out now.
func (cal *Calendar) movedOn(ctx context.Context, actor identity.Actor, replanID string) error {
	fresh, err := cal.preview(ctx, actor, func(tx database.Tx) (string, Step, error) {
		row, err := replanByID(tx, replanID)
		if err != nil {
			return "", Step{}, err
		}
		old, _, err := row.read()
		return row.CircleID, old.Step, err
	})
	if err != nil {
		return err
	}
	return &MovedOn{Fresh: fresh}
}

func mayCommit(row replanRow, now time.Time) error {
	switch {
	case row.State != Previewed:
		return fault.New(fault.Conflict, "already-committed")
	case !now.Before(row.CreatedAt.Add(previewLasts)):
		return fault.New(fault.Conflict, "preview-gone")
	}
	return nil
}

// UndoReplan takes a committed replan back, as another revision. Before anything was sent about it nobody is told. It
// answers Conflict already-undone, not-committed, and replan-overtaken when dates were changed again since.
func (cal *Calendar) UndoReplan(ctx context.Context, actor identity.Actor, replanID string) (Replan, error) {
	var r Replan
	_, err := cal.onReplan(ctx, actor, replanID, func(c *course, _ replanRow, o circles.Object) error {
		id, err := c.replan(Step{Kind: StepUndo, UndoesID: replanID})
		if err != nil {
			return err
		}
		c.answers = func() (err error) {
			r = c.replans[0].Replan
			r.ID = id
			r.Change, err = c.shown(r, *c.replans[0].done, o)
			return err
		}
		return nil
	})
	return r, err
}

// onReplan is onCircle for a use case about a replan: its row is read with the circle's locked.
func (cal *Calendar) onReplan(ctx context.Context, actor identity.Actor, replanID string, fn func(*course, replanRow, circles.Object) error) (Change, error) {
	now := cal.clock.Now()
	a := ask{actor: actor, action: circles.Replan}
	return cal.write(ctx, a, func(tx database.Tx) (*course, error) {
		row, err := replanByID(tx, replanID)
		if err != nil {
			return nil, err
		}
		c, err := cal.loadFor(tx, a, row.CircleID, now)
		if err != nil {
			return nil, err
		}
		if row, err = replanByID(tx, replanID); err != nil { // as it stands now that nobody else changes it
			return nil, err
		}
		object, err := circles.ObjectIn(tx, actor, c.circle)
		if err != nil {
			return nil, err
		}
		return c, fn(c, row, object)
	})
}

// Replans are the changes of a circle's dates that were made, newest first, up to limit (0: 50) behind the cursor.
func (cal *Calendar) Replans(ctx context.Context, actor identity.Actor, circleID string, behind page.Cursor, limit int) (page.Page[Replan], error) {
	limit = page.Limit(limit)
	return view(ctx, cal, actor, circles.SeeReplans, circleID, func(c *course, o circles.Object) (page.Page[Replan], error) {
		found, err := replansOf(c.tx, circleID, behind, limit)
		if err != nil {
			return page.Page[Replan]{}, err
		}
		list := make([]Replan, len(found))
		for i, row := range found {
			if list[i], err = c.replanOf(row, o); err != nil {
				return page.Page[Replan]{}, err
			}
		}
		return page.Cut(list, limit, func(r Replan) page.Cursor { return page.Cursor{ID: r.ID, At: *r.CommittedAt} }), nil
	})
}

// Replan is one of them, or a preview.
func (cal *Calendar) Replan(ctx context.Context, actor identity.Actor, replanID string) (Replan, error) {
	var row replanRow
	locate := func(tx database.Tx) (_ string, err error) {
		row, err = replanByID(tx, replanID)
		return row.CircleID, err
	}
	return viewAt(ctx, cal, actor, circles.SeeReplans, locate, func(c *course, o circles.Object) (Replan, error) {
		return c.replanOf(row, o)
	})
}

func (c *course) replanOf(row replanRow, o circles.Object) (Replan, error) {
	r, done, err := row.read()
	if err != nil {
		return r, err
	}
	r.Change, err = c.shown(r, done, o)
	return r, err
}
