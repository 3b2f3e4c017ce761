package outbox

import (
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

// ExportedLetter is a letter to the person. Instants are UTC.
type ExportedLetter struct {
	ID          string     `json:"id"`
	ProgrammeID *string    `json:"programme_id"`
	CircleID    *string    `json:"circle_id"`
	Kinds       []string   `json:"kinds"`
	List        List       `json:"list"`
	State       State      `json:"state"`
	Reason      string     `json:"reason"`
	DueAt       time.Time  `json:"due_at"`
	SentAt      *time.Time `json:"sent_at"`
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
func Part() identity.Part {
	return identity.Part{Name: "letters", ExportIn: exportIn, EraseIn: eraseIn}
}

func exportIn(tx database.Tx, personID string) (any, error) {
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
