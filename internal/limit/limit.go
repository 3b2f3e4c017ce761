package limit

import (
	"context"
	"errors"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
)

// Rule bounds how often something may happen to one key within a window of machine time.
type Rule struct {
	Name   string // kebab-case, unique in the program
	Most   int
	Within time.Duration
}

// Limits counts. It may be used from several goroutines.
type Limits struct{ secrets identity.Secrets }

// New makes Limits; the secrets turn keys into hashes.
func New(s identity.Secrets) *Limits { return &Limits{secrets: s} }

// TakeIn counts one time more for the key, in the transaction of what is bounded. When the window is full it answers
// TooMany "too-often" with how long to wait, and counts nothing.
func (l *Limits) TakeIn(tx database.Tx, machine time.Time, rule Rule, key string) error {
	return errors.New("limit: not built")
}

// Network answers the network that an IP address belongs to: what is counted together (/24 of IPv4, /56 of IPv6).
func Network(ip string) string { return ip }

// Sweep deletes windows that are over.
func Sweep(ctx context.Context, db *database.DB, machine time.Time) (int64, error) { return 0, nil }
