package journal

import (
	"fmt"
	"time"

	"kring/internal/database"
	"kring/internal/page"
)

const (
	maxAction  = 60 // characters
	maxValue   = 80 // characters
	maxDetails = 20
)

// Entry is one thing that happened. All ids but ID may be empty.
type Entry struct {
	ID string
	// At is product time.
	At time.Time
	// ActorID is the person who did it; empty when Kring itself did, or somebody unknown.
	ActorID string
	// ProgrammeID and CircleID are whose journal it stands in.
	ProgrammeID, CircleID string
	// SubjectID is what it was done to: a session, a seat, a token.
	SubjectID string
	// Action is a kebab-case code in the past: "session-moved".
	Action string
	// Details are further ids and codes, instants (RFC 3339) and numbers, by kebab- or snake-case name.
	Details map[string]string
}

// Add writes an entry, with an id of its own. It answers an error, and so ends the transaction, for anything that is not
// an id or a code: that is a defect of the caller, and tests find it.
func Add(tx database.Tx, e Entry) error {
	if err := e.check(); err != nil {
		return fmt.Errorf("journal %.60q: %w", e.Action, err)
	}
	e.ID, e.At = database.NewID(), database.Cut(e.At)
	return insert(tx, e)
}

// Of says whose journal is read; make it with [OfCircle], [OfProgramme] or [OfPerson].
type Of struct {
	columns []string // any of them holds the id
	id      string
}

// OfCircle is the journal of a circle.
func OfCircle(id string) Of { return Of{[]string{"circle_id"}, id} }

// OfProgramme is the journal of a programme, with that of its circles as far as their entries name the programme.
func OfProgramme(id string) Of { return Of{[]string{"programme_id"}, id} }

// OfPerson is what a person did and what was done to her: for herself alone to read. What was done to a seat, a session
// or a token of hers stands under the id of that.
func OfPerson(id string) Of { return Of{[]string{"actor_id", "subject_id"}, id} }

// ListIn answers entries, newest first, behind a cursor. An id that is none has no entries.
func ListIn(tx database.Tx, of Of, after page.Cursor, limit int) (page.Page[Entry], error) {
	if !database.IsID(of.id) {
		return page.Page[Entry]{Items: []Entry{}}, nil
	}
	entries, err := list(tx, of, after, limit+1)
	return page.Cut(entries, limit, func(e Entry) page.Cursor { return page.Cursor{ID: e.ID} }), err
}

func (e Entry) check() error {
	for _, id := range []string{e.ActorID, e.ProgrammeID, e.CircleID, e.SubjectID} {
		if id != "" && !database.IsID(id) {
			return fmt.Errorf("%.40q is no id", id)
		}
	}
	if !isCode(e.Action, maxAction) || e.At.IsZero() || len(e.Details) > maxDetails {
		return fmt.Errorf("no action, no instant or too many details")
	}
	for name, value := range e.Details {
		if !isCode(name, maxValue) || len(value) > maxValue || !isPlain(value) {
			return fmt.Errorf("detail %.40q is neither an id nor a code", name)
		}
	}
	return nil
}

// isCode takes lower-case letters, digits, hyphens and underscores.
func isCode(text string, most int) bool {
	for _, r := range text {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_' {
			return false
		}
	}
	return text != "" && len(text) <= most
}

// isPlain takes visible ASCII without "@": what a code, an id, an instant or a number is made of, and no sentence or
// address.
func isPlain(value string) bool {
	for _, r := range value {
		if r <= ' ' || r > '~' || r == '@' {
			return false
		}
	}
	return true
}
