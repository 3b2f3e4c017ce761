package outbox

import (
	"slices"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
)

// Export is what the person it is about is told of this room: which letters went out or wait, never what they said,
// because that is not kept.
type Export struct {
	Letters []ExportedLetter `json:"letters"`
	Planned []ExportedNotice `json:"planned"`
}

// ExportedLetter is a letter to the person. Instants are UTC. How a letter to another address ended is not told: State,
// Reason and SentAt are left out.
type ExportedLetter struct {
	ID          string     `json:"id"`
	ProgrammeID *string    `json:"programme_id"`
	CircleID    *string    `json:"circle_id"`
	Kinds       []string   `json:"kinds"`
	List        List       `json:"list"`
	State       State      `json:"state,omitempty"`
	Reason      string     `json:"reason,omitempty"`
	DueAt       time.Time  `json:"due_at"`
	SentAt      *time.Time `json:"sent_at,omitempty"`
	CreatedAt   time.Time  `json:"created_at"`
}

// ExportedNotice is something that the person is to be told and that is in no letter yet.
type ExportedNotice struct {
	Kind        string     `json:"kind"`
	ProgrammeID *string    `json:"programme_id"`
	CircleID    *string    `json:"circle_id"`
	SessionID   *string    `json:"session_id"`
	HoldUntil   time.Time  `json:"hold_until"`
	UsefulUntil *time.Time `json:"useful_until"`
}

// Part is what this room keeps about people: the letters. When somebody is erased nothing more is told to her; what was
// sent stays, in ids and kinds, so that counts do. A letter that is being sent in this very moment may still arrive.
//
// Elsewhere names the kinds of letters that go to an address which is not yet the person's. Whether these were sent would
// tell whose address it is, and whether it asked for silence.
func Part(elsewhere ...string) identity.Part {
	return identity.Part{
		Name:     "letters",
		ExportIn: func(tx database.Tx, personID string) (any, error) { return exportIn(tx, personID, elsewhere) },
		EraseIn:  eraseIn,
	}
}

func exportIn(tx database.Tx, personID string, elsewhere []string) (any, error) {
	letters, err := lettersOf(tx, personID)
	if err != nil {
		return nil, err
	}
	planned, err := waitingOf(tx, personID)
	if err != nil {
		return nil, err
	}
	out := Export{Letters: make([]ExportedLetter, len(letters)), Planned: make([]ExportedNotice, len(planned))}
	for i, l := range letters {
		kinds, err := readKinds(l.Kinds)
		if err != nil {
			return nil, err
		}
		out.Letters[i] = ExportedLetter{
			ID: l.ID, ProgrammeID: l.ProgrammeID, CircleID: l.CircleID, Kinds: kinds, List: l.List, State: l.State,
			Reason: l.Reason, DueAt: l.DueAt, SentAt: l.SentAt, CreatedAt: l.CreatedAt,
		}
		if slices.ContainsFunc(kinds, func(kind string) bool { return slices.Contains(elsewhere, kind) }) {
			out.Letters[i].State, out.Letters[i].Reason, out.Letters[i].SentAt = "", "", nil
		}
	}
	for i, n := range planned {
		out.Planned[i] = ExportedNotice{
			Kind: n.Kind, ProgrammeID: n.ProgrammeID, CircleID: n.CircleID, SessionID: n.SessionID, HoldUntil: n.HoldUntil,
			UsefulUntil: n.UsefulUntil,
		}
	}
	return out, nil
}

func eraseIn(tx database.Tx, now time.Time, personID string) error {
	if err := VoidIn(tx, Where{PersonID: personID}, ReasonErased); err != nil {
		return err
	}
	return lapseLettersOf(tx, personID, database.Cut(now))
}
