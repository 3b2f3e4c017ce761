package idempotency

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
)

const (
	// Kept is how long a key answers for its request.
	Kept = 24 * time.Hour

	maxKey    = 200
	sweepSome = 1000 // rows in one transaction
)

// Call is a request that may be repeated.
type Call struct {
	// Caller says who asks: a person's id, or for the public form something as stable.
	Caller string
	// Route is the method and the path as called, with the ids in it.
	Route string
	// Key is what the caller sent as Idempotency-Key.
	Key string
	// BodyHash is [HashBody] of what was sent with it.
	BodyHash string
}

// Replay is what the first request of a key came to.
type Replay struct {
	// Status is what FinishIn was told: an HTTP status, or whatever the caller renders by.
	Status int
	// SubjectID is the row that the request made or changed.
	SubjectID string
}

// CheckKey answers the fault Unreadable "idempotency-key-bad" for anything but 1 to 200 visible ASCII characters.
func CheckKey(key string) error {
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return fault.New(fault.Unreadable, "idempotency-key-bad")
		}
	}
	if key == "" || len(key) > maxKey {
		return fault.New(fault.Unreadable, "idempotency-key-bad")
	}
	return nil
}

// HashBody answers what stands for a body: SHA-256 in hexadecimal.
func HashBody(body []byte) string {
	hash := sha256.Sum256(body)
	return hex.EncodeToString(hash[:])
}

// ClaimIn takes the key for this request, or answers with found true what the earlier request came to; then the use case
// does nothing more. Another body under the same key: Invalid "idempotency-key-reused"; the same request under way
// elsewhere: Conflict "idempotency-in-flight", to be tried again in a second. Machine is now, in machine time.
func ClaimIn(tx database.Tx, call Call, machine time.Time) (replay Replay, found bool, err error) {
	if err := CheckKey(call.Key); err != nil {
		return Replay{}, false, err
	}
	if free, err := hold(tx, call); err != nil || !free {
		return Replay{}, false, orInFlight(err)
	}
	claimed, err := insert(tx, call, machine)
	if err != nil || claimed {
		return Replay{}, false, err
	}
	earlier, err := read(tx, call)
	switch {
	case err != nil:
		return Replay{}, false, err
	case !machine.Before(earlier.CreatedAt.Add(Kept)):
		return Replay{}, false, replace(tx, call, machine)
	case earlier.BodyHash != call.BodyHash:
		return Replay{}, false, fault.New(fault.Invalid, "idempotency-key-reused")
	case earlier.Status == 0: // a use case that committed without FinishIn; better no answer than a second effect
		return Replay{}, false, orInFlight(nil)
	}
	return Replay{Status: earlier.Status, SubjectID: earlier.SubjectID}, true, nil
}

// FinishIn notes, in the same transaction as ClaimIn, what the request came to. Status is above 0.
func FinishIn(tx database.Tx, call Call, status int, subjectID string) error {
	return finish(tx, call, status, subjectID)
}

// ReleaseIn frees, in the same transaction as ClaimIn, a key whose request was refused and yet wrote something that stays.
func ReleaseIn(tx database.Tx, call Call) error { return release(tx, call) }

// Sweep deletes rows that are older than 24 hours of machine time and says how many. It goes in small transactions, so
// that nobody waits for it.
func Sweep(ctx context.Context, db *database.DB, machine time.Time) (int64, error) {
	return db.WriteInParts(ctx, sweepSome, func(tx database.Tx) (int64, error) { return sweep(tx, machine.Add(-Kept), sweepSome) })
}

func orInFlight(err error) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Conflict, "idempotency-in-flight").After(time.Second)
}
