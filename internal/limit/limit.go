package limit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
)

const (
	keyUse   = "kring limits 1"
	hashSize = 16 // bytes of the HMAC that are kept

	// maxWithin is the longest window; windows are swept when none can need them any more.
	maxWithin = 24 * time.Hour
)

// Rule bounds how often something may happen to one key within a window of machine time.
//
// Windows begin at whole multiples of Within, for all keys alike. So that nobody takes twice as much at a window's edge,
// what was taken in the window before counts too, by the share of it that lies less than Within back: never more than
// Most in one go. It is an estimate: who took everything at the very end of a window gets a little every while during
// the next instead of nothing until its end.
type Rule struct {
	Name   string        // kebab-case, unique in the program
	Most   int           // 1 or more
	Within time.Duration // a second to a day
}

// Limits counts. It may be used from several goroutines.
type Limits struct {
	key        []byte
	perNetwork int
}

// New makes Limits. The newest of the secrets turns keys into hashes, so that a new secret begins all counts anew.
// PerNetwork is how often one network may do each thing that [Limits.TakeNetworkIn] bounds, in an hour; 0: as often as
// it likes.
func New(s identity.Secrets, perNetwork int) *Limits {
	return &Limits{key: s.Derive(keyUse)[0], perNetwork: perNetwork}
}

var errRule = errors.New("limit: a rule has a name, at least 1, and a window of a second to a day")

// TakeIn counts one time more for the key, in the transaction of what is bounded; it is counted if that commits. When the
// window is full it answers TooMany "too-often" with how long to wait, and counts nothing. Who takes for the same key
// at the same moment waits until the transaction ends.
func (l *Limits) TakeIn(tx database.Tx, machine time.Time, rule Rule, key string) error {
	if rule.Name == "" || rule.Most < 1 || rule.Within < time.Second || rule.Within > maxWithin {
		return errRule
	}
	row := windowRow{Name: rule.Name, KeyHash: l.hash(rule, key), WindowAt: machine.Truncate(rule.Within)}
	before, err := takenIn(tx, row, row.WindowAt.Add(-rule.Within))
	if err != nil {
		return err
	}
	room := rule.Most - rule.counting(before, machine.Sub(row.WindowAt))
	took := false
	if room > 0 {
		if took, err = take(tx, row, room); err != nil {
			return err
		}
	}
	if took {
		return nil
	}
	now, err := takenIn(tx, row, row.WindowAt)
	if err != nil {
		return err
	}
	return tooOften(rule.wait(before, now, machine.Sub(row.WindowAt)))
}

// GiveBackIn takes back one that was taken at the same instant: what turned out not to be what is bounded.
func (l *Limits) GiveBackIn(tx database.Tx, machine time.Time, rule Rule, key string) error {
	return giveBack(tx, windowRow{Name: rule.Name, KeyHash: l.hash(rule, key), WindowAt: machine.Truncate(rule.Within)})
}

// TakeNetworkIn is TakeIn for what a whole network does in an hour, by the number of the settings. Name is the name of a
// rule. An empty network, and all of them when the number is 0, are not counted.
func (l *Limits) TakeNetworkIn(tx database.Tx, machine time.Time, name, network string) error {
	if l.perNetwork <= 0 || network == "" {
		return nil
	}
	return l.TakeIn(tx, machine, Rule{Name: name, Most: l.perNetwork, Within: time.Hour}, network)
}

func tooOften(wait time.Duration) error {
	return fault.New(fault.TooMany, "too-often").After(max(wait, time.Second))
}

// hash is a keyed hash: who has the table and no secret cannot find out whose count it is.
func (l *Limits) hash(rule Rule, key string) string {
	h := hmac.New(sha256.New, l.key)
	h.Write([]byte(rule.Name + "\x00" + key))
	return hex.EncodeToString(h.Sum(nil)[:hashSize])
}

// counting is how many of those taken in the window before still count, so far into this one; rounded up.
func (r Rule) counting(before int, into time.Duration) int {
	within := r.Within.Microseconds()
	return int((int64(before)*(within-into.Microseconds()) + within - 1) / within)
}

// wait is how long after an instant so far into a window there is room for one again, when nobody takes any meanwhile.
func (r Rule) wait(before, now int, into time.Duration) time.Duration {
	if now < r.Most { // later in this window, when fewer of those before count
		return r.ease(before, r.Most-1-now) - into
	}
	return r.Within + r.ease(now, r.Most-1) - into
}

// ease is how far into a window at most so many of those before it still count.
func (r Rule) ease(before, most int) time.Duration {
	if before <= most {
		return 0
	}
	within := r.Within.Microseconds()
	return time.Duration(within-int64(most)*within/int64(before)) * time.Microsecond
}

// Sweep deletes windows that no rule can need any more and says how many. It goes in small transactions, so that nobody
// waits for it.
func Sweep(ctx context.Context, db *database.DB, machine time.Time) (int64, error) {
	return db.WriteInParts(ctx, sweepSome, func(tx database.Tx) (int64, error) { return sweep(tx, machine.Add(-2*maxWithin), sweepSome) })
}
