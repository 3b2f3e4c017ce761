package fitting

import (
	"time"

	"kring/internal/wall"
)

// Interval is a stretch of time: From is in it, Until is not.
type Interval struct{ From, Until time.Time }

// Person is what is known of when one member can.
type Person struct {
	Zone    *time.Location
	Hours   wall.Availability    // stated; zero: nothing was said
	Quiet   wall.Quiet           // on the person's wall
	Away    []Interval           // absences
	Busy    []Interval           // by the person's own calendar, in order
	Holiday func(wall.Date) bool // where the person lives; nil: unknown
	Said    map[int64]bool       // by Unix second of a start: what the person said about that very moment
}

// Fit is how a moment suits a person.
type Fit uint8

// How a moment can suit. The zero one is that it does not.
const (
	No      Fit = iota
	Unknown     // nothing speaks against it, and no hours were stated
	Yes         // within the stated hours, or by the person's own word
)

// At says how a session from start, of so many minutes, suits the person. A holiday does not count: it is warned about.
func (p Person) At(start time.Time, minutes int) Fit { return No }
