package fitting

import (
	"slices"
	"time"

	"kring/internal/wall"
)

// Interval is a stretch of time: From is in it, Until is not.
type Interval struct{ From, Until time.Time }

// meets says whether the two share a moment.
func (i Interval) meets(other Interval) bool {
	return i.From.Before(other.Until) && other.From.Before(i.Until)
}

// Person is what is known of when one member can.
type Person struct {
	Zone    *time.Location
	Hours   wall.Availability    // stated; zero: nothing was said
	Quiet   wall.Quiet           // on the person's wall
	Away    []Interval           // absences
	Busy    []Interval           // by the person's own calendar, and with other circles
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

// At says how a session from start, of so many minutes, suits the person. What the person said about that very start
// holds before all else; then absences and busy times, which must not meet the session; then the stated hours, also
// those stated in the night. Quiet hours speak only for who stated none. A holiday does not count: it is warned about.
func (p Person) At(start time.Time, minutes int) Fit {
	if suits, said := p.Said[start.Unix()]; said {
		return byWord(suits)
	}
	session := session(start, minutes)
	switch {
	case p.taken(session):
		return No
	case !p.Hours.IsZero():
		return byWord(p.Hours.Suits(start, minutes, p.Zone))
	case p.Quiet.Touches(start, minutes, p.Zone):
		return No
	}
	return Unknown
}

func byWord(suits bool) Fit {
	if suits {
		return Yes
	}
	return No
}

func session(start time.Time, minutes int) Interval {
	return Interval{From: start, Until: start.Add(time.Duration(minutes) * time.Minute)}
}

// taken says whether the person is away or busy in a stretch.
func (p Person) taken(in Interval) bool {
	return slices.ContainsFunc(p.Away, in.meets) || slices.ContainsFunc(p.Busy, in.meets)
}

// onHoliday says whether it is a holiday where the person lives, on the date that her wall shows at the instant.
func (p Person) onHoliday(t time.Time) bool {
	return p.Holiday != nil && p.Holiday(wall.DateOf(t, p.Zone))
}
