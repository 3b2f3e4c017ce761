package health

import (
	"context"
	"sync"
	"time"

	"kring/internal/database"
)

// stretch is how many circles one statement of the proof looks at. Small ones cost: 5,000 take a third longer in all.
const stretch = 20_000

// glancing is how many stretches are read at once: half of the readers that SQLite has, so that requests find one.
const glancing = 2

// Proof is what the nightly look at every circle found.
type Proof struct {
	Looked    int // running circles
	Differing int // circles whose flag, or whose next check, is not what Assess says now
}

// Prove looks at every running circle, due or not, and counts those whose stored state is not what Assess says now:
// a write that did not wake its circle, or a rule that counts on a moment nobody foresaw. It raises nothing itself; it
// makes Review look at them. Circles that are due anyway are no difference.
func (w *Watch) Prove(ctx context.Context, now time.Time) (Proof, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var proof Proof
	for part := range w.glances(ctx, now) {
		if part.err != nil {
			return proof, part.err
		}
		proof.Looked += len(part.looks)
		if err := w.judge(ctx, part.looks, now, &proof); err != nil {
			return proof, err
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

// part is one stretch of circles, or why it could not be read.
type part struct {
	looks []look
	err   error
}

// glances reads all running circles, stretch by stretch, several stretches at once and ahead of whoever judges them:
// nearly all the time of the proof goes into this. They come in no order.
func (w *Watch) glances(ctx context.Context, now time.Time) <-chan part {
	parts := make(chan part, glancing)
	stretches := stretches{db: w.db, next: firstID}
	var lanes sync.WaitGroup
	for range glancing {
		lanes.Go(func() {
			for {
				p, more := stretches.read(ctx, now)
				select {
				case parts <- p:
				case <-ctx.Done():
					return
				}
				if p.err != nil || !more {
					return
				}
			}
		})
	}
	go func() {
		lanes.Wait()
		close(parts)
	}()
	return parts
}

// The ids before and behind all others.
const (
	firstID = "00000000-0000-0000-0000-000000000000"
	lastID  = "ffffffff-ffff-ffff-ffff-ffffffffffff"
)

// stretches hands out the running circles, each once.
type stretches struct {
	db   *database.DB
	mu   sync.Mutex
	next string // the last id that was handed out; lastID: all were
}

// read reads the next stretch, and says whether another may follow.
func (s *stretches) read(ctx context.Context, now time.Time) (p part, more bool) {
	p.err = s.db.Read(ctx, func(tx database.Tx) error {
		after, until, err := s.take(tx)
		if err != nil || after == lastID {
			return err
		}
		more = until != lastID
		p.looks, err = looksBetween(tx, after, until, now)
		return err
	})
	return p, more
}

func (s *stretches) take(tx database.Tx) (after, until string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	after = s.next
	if after != lastID {
		s.next, err = endOfStretch(tx, after, stretch)
	}
	return after, s.next, err
}

func (w *Watch) judge(ctx context.Context, looks []look, now time.Time, proof *Proof) error {
	err := w.db.Read(ctx, func(tx database.Tx) error { return looksAt(tx, w.guides, looks, now) })
	if err != nil {
		return err
	}
	return w.wake(ctx, differing(looks, now), now, proof)
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
