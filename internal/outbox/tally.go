package outbox

import (
	"slices"
	"strings"
	"time"

	"kring/internal/database"
	"kring/internal/page"
)

// Tally counts the letters of one circle that are of the same kinds and came to the same end: what a
// facilitator sees. It says nothing about who got which.
type Tally struct {
	CircleID string // empty: letters of the programme that concern no circle
	Kinds    []string
	State    State
	Reason   string
	Letters  int
	// LastAt is when the last of them came to this state; for planned ones, the latest hour.
	LastAt time.Time

	place place
}

// place is where a tally stands in the list: by circle, then by kinds, state and reason.
type place struct{ circle, rest string }

func (a place) compare(b place) int {
	if order := strings.Compare(a.circle, b.circle); order != 0 {
		return order
	}
	return strings.Compare(a.rest, b.rest)
}

// TalliesIn counts a programme's letters and waiting notices, by circle, kinds, state and reason. State
// empty: all of them. Letters of discreet kinds are left out where an address did not take them: who gets one depends on
// what somebody said, and whom no mail reaches is shown by name.
func TalliesIn(tx database.Tx, programmeID string, state State, after page.Cursor, limit int, discreet ...string) (page.Page[Tally], error) {
	if !database.IsID(programmeID) {
		return page.Page[Tally]{Items: []Tally{}}, nil
	}
	from := place{after.ID, after.Text}
	var all []Tally
	if state != Planned {
		letters, err := tallyLetters(tx, programmeID, state, from, limit+1, discreet)
		if err != nil {
			return page.Page[Tally]{}, err
		}
		all = append(all, letters...)
	}
	if state == Planned || state == "" {
		planned, err := tallyPlanned(tx, programmeID, from, limit+1)
		if err != nil {
			return page.Page[Tally]{}, err
		}
		all = append(all, planned...)
	}
	slices.SortFunc(all, func(a, b Tally) int { return a.place.compare(b.place) })
	return page.Cut(all, limit, func(t Tally) page.Cursor {
		return page.Cursor{ID: t.place.circle, Text: t.place.rest}
	}), nil
}

// Undelivered is a person whom letters of a programme did not reach.
type Undelivered struct {
	CircleID, PersonID string
	Kinds              []string
	State              State
	Reason             string
}

// UndeliveredIn are the people of a programme whom letters did not reach because a server refused the
// mail or the address: at most 1,000. A facilitator is shown the name of those whose address is
// marked as undeliverable, and of nobody else.
func UndeliveredIn(tx database.Tx, programmeID string) ([]Undelivered, error) {
	if !database.IsID(programmeID) {
		return nil, nil
	}
	return undelivered(tx, programmeID)
}
