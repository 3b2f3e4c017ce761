package outbox

import (
	"errors"
	"slices"
	"time"

	"kring/internal/database"
)

// Notice is one occasion of which one person is to be told.
type Notice struct {
	ID       string // given by NoteIn
	PersonID string
	Kind     string
	// Key is what makes the occasion one: person, kind, what it is about and when. A second notice
	// with the same key is the same notice.
	Key string
	// What it is about; empty where it is about nothing of that sort.
	ProgrammeID, CircleID, SessionID, SubjectID string
	// HoldUntil is when to tell, in product time. UsefulUntil is when it is no longer worth telling;
	// zero: always worth it.
	HoldUntil, UsefulUntil time.Time
}

func (n Notice) usefulAt(now time.Time) bool {
	return n.UsefulUntil.IsZero() || now.Before(n.UsefulUntil)
}

// List is a choice of mails that a person can switch off as a whole.
type List string

// The two lists, and what is on none: confirmations, seats, questions to one person.
const (
	NoList    List = "none"
	Reminders List = "reminders" // reminders and questions
	Changes   List = "changes"   // changes of date
)

// Where names notices. All fields that are set must fit; at least one of the ids must be set.
type Where struct {
	PersonID, ProgrammeID, CircleID, SessionID, SubjectID string
	Kinds                                                 []string // any of these; none: any kind
}

var errEverything = errors.New("outbox: a selection of notices names no person, programme, circle, session or subject")

// NoteIn queues notices in the caller's transaction: they are told if and only if it commits. A key
// that is there already is silently left alone, unless it was taken back with VoidIn: then it waits
// again, with the new hours.
func NoteIn(tx database.Tx, notices ...Notice) error {
	if len(notices) == 0 {
		return nil
	}
	rows := make([]noticeRow, len(notices))
	for i, n := range notices {
		if n.PersonID == "" || n.Kind == "" || n.Key == "" || n.HoldUntil.IsZero() {
			return errors.New("outbox: a notice needs a person, a kind, a key and an hour")
		}
		n.ID = database.NewID()
		rows[i] = rowOf(n)
	}
	return insertNotices(tx, rows)
}

// VoidIn takes back notices that are not yet in a letter. What is in a letter already is looked at
// once more when that is composed. Reason is a code such as "session-cancelled".
func VoidIn(tx database.Tx, where Where, reason string) error {
	return changeWaiting(tx, where, map[string]any{"state": noticeVoid, "reason": reason})
}

// HoldIn lets notices that are not yet in a letter wait until another instant of product time.
func HoldIn(tx database.Tx, where Where, until time.Time) error {
	return changeWaiting(tx, where, map[string]any{"hold_until": database.Cut(until)})
}

// Unsent is a notice that nobody was told of yet. One that is in a letter is told by it, or not, when that is composed.
type Unsent struct {
	Notice
	InLetter bool
}

// UnsentIn are the notices of a circle that are not told yet, of any of some kinds: those that wait, and those whose
// letter is queued or parked. A letter that is being sent in this moment counts as told.
func UnsentIn(tx database.Tx, programmeID, circleID string, kinds ...string) ([]Unsent, error) {
	return unsentIn(tx, false, programmeID, circleID, kinds)
}

// ClaimUnsentIn is UnsentIn for who changes what they tell: until the transaction ends no other puts them in a letter or
// sends one. What another has taken up in this moment counts as told.
func ClaimUnsentIn(tx database.Tx, programmeID, circleID string, kinds ...string) ([]Unsent, error) {
	return unsentIn(tx, true, programmeID, circleID, kinds)
}

func unsentIn(tx database.Tx, claims bool, programmeID, circleID string, kinds []string) ([]Unsent, error) {
	waiting, err := waitingIn(tx, claims, circleID, kinds)
	if err != nil {
		return nil, err
	}
	queued, err := queuedIn(tx, claims, programmeID, circleID, kinds)
	if err != nil {
		return nil, err
	}
	unsent := make([]Unsent, 0, len(waiting)+len(queued))
	for _, row := range waiting {
		unsent = append(unsent, Unsent{Notice: row.notice()})
	}
	for _, row := range queued {
		unsent = append(unsent, Unsent{Notice: row.notice(), InLetter: true})
	}
	return unsent, nil
}

// NotedIn answers which of the keys stand for notices that are told or still wait for it: neither taken back nor too
// late.
func NotedIn(tx database.Tx, keys ...string) (map[string]bool, error) {
	noted := make(map[string]bool, len(keys))
	for some := range slices.Chunk(keys, batch) {
		found, err := keysNoted(tx, some)
		if err != nil {
			return nil, err
		}
		for _, key := range found {
			noted[key] = true
		}
	}
	return noted, nil
}
