package database

import "github.com/google/uuid"

// NewID answers a new UUIDv7 (RFC 9562): unique without asking anybody, and
// rising with time, so that indexes grow at their end.
func NewID() string {
	id, err := uuid.NewV7()
	if err != nil {
		panic(err) // the machine has no randomness: nothing may go on
	}
	return id.String()
}

// IsID tells whether text is an id as this package writes them: a UUID in
// lower case with hyphens. Postgres refuses a statement with anything else.
func IsID(text string) bool {
	id, err := uuid.Parse(text)
	return err == nil && id.String() == text
}
