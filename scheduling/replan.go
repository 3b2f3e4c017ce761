package scheduling

import (
	"context"
	"time"

	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/page"
	"kring/internal/wall"
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

// Error says so in English.
func (*MovedOn) Error() string { return "the circle has moved on since the preview" }

// Unwrap is the fault.
func (*MovedOn) Unwrap() error { return fault.New(fault.Conflict, "replan-moved-on") }

var errSoon = fault.New(fault.Unavailable, "not-found")

// PreviewReplan works out what a step would do and keeps it for a day, so that it can be committed. Nothing else is
// written.
func (cal *Calendar) PreviewReplan(_ context.Context, _ identity.Actor, _ string, _ Step) (Replan, error) {
	return Replan{}, errSoon
}

// CommitReplan does exactly what a preview showed, as one revision of the circle. Without tell nobody is written to,
// which it refuses (Invalid calendar-changes) where somebody's calendar changes. It answers *MovedOn when the circle has moved on.
func (cal *Calendar) CommitReplan(_ context.Context, _ identity.Actor, _ string, _ bool) (Replan, error) {
	return Replan{}, errSoon
}

// UndoReplan takes a committed replan back, as another revision. Before anything was sent about it nobody is told.
func (cal *Calendar) UndoReplan(_ context.Context, _ identity.Actor, _ string) (Replan, error) {
	return Replan{}, errSoon
}

// Replans are the changes of a circle's dates that were made, newest first, up to limit (0: 50) behind the cursor.
func (cal *Calendar) Replans(_ context.Context, _ identity.Actor, _ string, _ page.Cursor, _ int) (page.Page[Replan], error) {
	return page.Page[Replan]{}, errSoon
}

// Replan is one of them, or a preview.
func (cal *Calendar) Replan(_ context.Context, _ identity.Actor, _ string) (Replan, error) {
	return Replan{}, errSoon
}

// replan does a step within a use case and keeps it as a committed replan, whose id it answers: the plain commands and
// the proposals of circles end here.
func (c *course) replan(_ Step) (string, error) { return "", errSoon }
