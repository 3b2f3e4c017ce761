package scheduling

import (
	"context"

	"kring/internal/identity"
	"kring/internal/wall"
)

// StartCandidate is a first date of a run with what the run would fall into.
type StartCandidate struct {
	StartsOn wall.Date
	EndsOn   wall.Date
	Left     int // dates of the slot that are left out between them: holidays and breaks
	Warned   int // dates that a warning is about: holidays of some, school holidays, summer, the turn of the year
	Warnings []Warning
}

// Starts are first dates for a circle that has not begun, best first: the one whose run loses the fewest weeks to
// holidays. They lie in the weeks from a date on (zero: as the circle has it, else tomorrow), up to limit (0: 50).
func (cal *Calendar) Starts(_ context.Context, _ identity.Actor, _ string, _ wall.Date, _ int) ([]StartCandidate, error) {
	return nil, errSoon
}
