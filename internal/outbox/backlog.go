package outbox

import (
	"context"
	"time"

	"kring/internal/database"
)

// Backlog is what has not been sent, for metrics. It costs the same however much was sent before.
type Backlog struct {
	Planned, Queued, Sending, Parked, Refused int
	// OldestDueAt is since when the letter waits that has waited longest of those that are due; zero:
	// none is due.
	OldestDueAt time.Time
}

// Lag is how long the oldest due letter has waited.
func (b Backlog) Lag(now time.Time) time.Duration {
	if b.OldestDueAt.IsZero() {
		return 0
	}
	return max(0, now.Sub(b.OldestDueAt))
}

// Backlog counts what has not been sent.
func (p *Post) Backlog(ctx context.Context, now time.Time) (Backlog, error) {
	var b Backlog
	err := p.db.Read(ctx, func(tx database.Tx) error {
		waiting, err := countWaiting(tx)
		if err != nil {
			return err
		}
		counts, err := countUnsent(tx)
		if err != nil {
			return err
		}
		b = Backlog{
			Planned: int(waiting), Queued: counts[Queued], Sending: counts[Sending], Parked: counts[Parked], Refused: counts[Refused],
		}
		oldest, err := oldestQueued(tx)
		if err == nil && oldest != nil && !oldest.After(now) {
			b.OldestDueAt = *oldest
		}
		return err
	})
	return b, err
}
