package identity

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"maps"
	"slices"
	"sync"
	"time"

	"kring/internal/database"
	"kring/internal/wall"
)

const daySeconds = 24 * 60 * 60

// uses collects on which day tokens were used, so that no read of the API waits for a write.
type uses struct {
	mu   sync.Mutex
	days map[string]int64 // token id -> days since 1970
}

func (u *uses) note(tokenID string, day int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.days == nil {
		u.days = map[string]int64{}
	}
	u.days[tokenID] = max(u.days[tokenID], day)
}

func (u *uses) take() map[string]int64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	days := u.days
	u.days = nil
	return days
}

// FlushUses writes the days on which tokens were used since the last call: a job calls it now and then, and the program
// once before it ends. When the write fails nothing is lost but the call.
func (t *Tokens) FlushUses(ctx context.Context) error {
	noted := t.uses.take()
	if len(noted) == 0 {
		return nil
	}
	byDay := map[int64][]string{}
	for _, id := range slices.Sorted(maps.Keys(noted)) {
		byDay[noted[id]] = append(byDay[noted[id]], id)
	}
	err := t.db.Write(ctx, func(tx database.Tx) error {
		for day, ids := range byDay {
			for some := range slices.Chunk(ids, manyIDs) {
				if err := markUsed(tx, some, dateOf(day)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		for id, day := range noted {
			t.uses.note(id, day)
		}
	}
	return err
}

func dayOf(t time.Time) int64 { return t.Unix() / daySeconds }

func dateOf(day int64) wall.Date { return wall.DateOf(time.Unix(day*daySeconds, 0), time.UTC) }

// dayOn is dayOf for a date; the zero date is before all days.
func dayOn(d wall.Date) int64 {
	if d.IsZero() {
		return -1
	}
	return dayOf(time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC))
}

// sameHash compares in constant time.
func sameHash(stored string, hash [sha256.Size]byte) bool {
	return subtle.ConstantTimeCompare([]byte(stored), []byte(hex.EncodeToString(hash[:]))) == 1
}
