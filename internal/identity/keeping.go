package identity

import (
	"time"

	"kring/internal/database"
)

// CheckWithin is how long after a person came to be, or was last looked at, retention looks at her again at the latest.
// No programme forgets anybody sooner than a calendar month after the reason to keep her went, and that is longer: so
// what begins or ends between two looks is always found in time.
const CheckWithin = 28 * 24 * time.Hour

// DueChecksIn are the ids of up to limit people whom retention is to look at, longest due first. Who is erased is never
// among them.
func DueChecksIn(tx database.Tx, now time.Time, limit int) ([]string, error) {
	return dueChecks(tx, now, limit)
}

// NextCheckIn is when retention looks at somebody next; zero when there is nobody.
func NextCheckIn(tx database.Tx) (time.Time, error) { return nextCheck(tx) }

// CheckAgainIn says for people when to look at them next, in product time. Who is erased meanwhile is left alone.
func CheckAgainIn(tx database.Tx, at map[string]time.Time) error { return setChecks(tx, at) }

// CheckNowIn lets retention look at people at its next pass: what decides about them has changed.
func CheckNowIn(tx database.Tx, now time.Time, ids []string) error {
	at := make(map[string]time.Time, len(ids))
	for _, id := range ids {
		at[id] = now
	}
	return setChecks(tx, at)
}
