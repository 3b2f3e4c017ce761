package health

import (
	"context"
	"time"

	"kring/internal/database"
)

// stretch is how many circles one statement of the proof looks at.
const stretch = 5000

// Proof is what the nightly look at every circle found.
type Proof struct {
	Looked    int // running circles
	Differing int // circles whose flag, or whose next check, is not what Assess says now
}

// Prove looks at every running circle, due or not, and counts those whose stored state is not what Assess says now:
// a write that did not wake its circle, or a rule that counts on a moment nobody foresaw. It raises nothing itself; it
// makes Review look at them. Circles that are due anyway are no difference.
func (w *Watch) Prove(ctx context.Context, now time.Time) (Proof, error) {
	var proof Proof
	after := "00000000-0000-0000-0000-000000000000"
	for after != "" {
		looks, err := w.look(ctx, after, now)
		if err != nil {
			return proof, err
		}
		proof.Looked += len(looks)
		if err := w.wake(ctx, differing(looks, now), now, &proof); err != nil {
			return proof, err
		}
		after = ""
		if len(looks) == stretch {
			after = looks[stretch-1].circleID
		}
	}
	var over []string
	err := w.db.Read(ctx, func(tx database.Tx) (err error) {
		over, err = overWithFlags(tx)
		return err
	})
	if err != nil {
		return proof, err
	}
	return proof, w.wake(ctx, over, now, &proof)
}

func (w *Watch) look(ctx context.Context, after string, now time.Time) ([]look, error) {
	var looks []look
	err := w.db.Read(ctx, func(tx database.Tx) (err error) {
		if looks, err = looksAfter(tx, after, stretch, now); err != nil {
			return err
		}
		return looksAt(tx, w.guides, looks, now)
	})
	return looks, err
}

// wake makes the next review look at circles.
func (w *Watch) wake(ctx context.Context, ids []string, now time.Time, proof *Proof) error {
	proof.Differing += len(ids)
	if len(ids) == 0 {
		return nil
	}
	return w.db.Write(ctx, func(tx database.Tx) error { return checkNow(tx, ids, now) })
}

func differing(looks []look, now time.Time) []string {
	var ids []string
	for i := range looks {
		if l := &looks[i]; !l.due(now) && (l.flagDiffers(now) || l.sleepsTooLong(now)) {
			ids = append(ids, l.circleID)
		}
	}
	return ids
}

func (l *look) due(now time.Time) bool { return !l.nextCheckAt.IsZero() && !l.nextCheckAt.After(now) }

func (l *look) flagDiffers(now time.Time) bool {
	verdict := Assess(l.signals, now)
	if l.flag == nil {
		return verdict.Level != OnTrack
	}
	return !verdict.Same(l.flag.verdict())
}

// sleepsTooLong says whether the circle is not looked at when time alone could change its verdict.
func (l *look) sleepsTooLong(now time.Time) bool {
	next := l.next(now)
	return !next.IsZero() && (l.nextCheckAt.IsZero() || l.nextCheckAt.After(next))
}
