package circles

import (
	"time"

	"kring/internal/database"
)

// OwedNoSignIn notes of members that they owed no sign of life up to an instant: their silence is counted from there. A
// question that waits for their answer goes on waiting.
func OwedNoSignIn(tx database.Tx, memberIDs []string, until time.Time) error {
	if len(memberIDs) == 0 {
		return nil
	}
	return noteNoSignOwed(tx, memberIDs, until)
}
