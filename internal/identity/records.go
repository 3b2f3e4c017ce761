package identity

import (
	"context"
	"errors"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
)

// Part is what one room keeps about people: how to tell it to the person it is about, and how to forget it.
type Part struct {
	// Name is the key of the part in the export, snake_case.
	Name string
	// ExportIn answers everything personal that the room keeps of the person, as what encoding/json writes.
	ExportIn func(tx database.Tx, personID string) (any, error)
	// EraseIn deletes it, or empties it where the row must stay so that counts do. What is told to others because the
	// person goes (a seat that falls free) is asked for in the same transaction.
	EraseIn func(tx database.Tx, now time.Time, personID string) error
}

// Records is all that Kring keeps about people, room by room.
type Records struct {
	db    *database.DB
	clock *clock.Clock
	parts []Part
}

// NewRecords makes Records. Parts are erased in the order given: rooms that lock circles first, people last.
func NewRecords(db *database.DB, c *clock.Clock, parts ...Part) *Records {
	return &Records{db: db, clock: c, parts: parts}
}

// Export answers everything that is kept about the actor, by part: GDPR article 15 and 20. It answers Forbidden
// "forbidden" for a member token.
func (r *Records) Export(ctx context.Context, actor Actor) (map[string]any, error) {
	return nil, errors.New("identity: not built")
}

// Erase forgets the actor, for good: GDPR article 17. It needs a sign-in itself (Forbidden "needs-sign-in"), and answers
// Conflict "last-owner" for the owner of the installation. With silence her address is never written to again.
func (r *Records) Erase(ctx context.Context, actor Actor, silence bool) error {
	return errors.New("identity: not built")
}

// EraseIn is Erase on the word of a rule (retention), inside a use case.
func (r *Records) EraseIn(tx database.Tx, now time.Time, personID string) error {
	return errors.New("identity: not built")
}
