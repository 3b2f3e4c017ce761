package mailbox

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"kring/internal/clock"
)

// Options are what a Reader works with.
type Options struct {
	Server Server
	Take   Take
	Clock  *clock.Clock // asked for machine time only
	Log    *slog.Logger // codes and numbers, never addresses; nil: none
	// Idle is how long one IDLE lasts; 0: 25 minutes, because servers may hang up after 29 (RFC 2177, 3).
	Idle time.Duration
	// Poll is how often a server that does not offer IDLE is asked, and how soon a mail that could not be dealt with is tried
	// again; 0: one minute.
	Poll time.Duration
	// Pause is the first pause before a lost server is looked for again; it doubles up to 64 times itself. 0: five seconds.
	Pause time.Duration
}

// Reader reads one mailbox for as long as it runs.
type Reader struct {
	Options
	up    atomic.Bool
	tries tries
}

// NewReader makes a Reader. It does nothing before Run.
func NewReader(o Options) *Reader {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Idle, o.Poll, o.Pause = or(o.Idle, 25*time.Minute), or(o.Poll, time.Minute), or(o.Pause, 5*time.Second)
	return &Reader{Options: o, tries: newTries(o.Poll)}
}

func or(d, standard time.Duration) time.Duration {
	if d == 0 {
		return standard
	}
	return d
}

// Up says whether the mailbox is open at the moment, and could be read.
func (r *Reader) Up() bool { return r.up.Load() }

// Run reads until ctx ends. A server that is away, that refuses us or that hangs up is looked for again; what it says is told
// once, and so is its coming back.
func (r *Reader) Run(ctx context.Context) {
	lost := 0
	for ctx.Err() == nil {
		err := r.session(ctx, func() {
			if lost > 1 {
				r.Log.InfoContext(ctx, "the reply mailbox can be read again")
			}
			lost = 0
		})
		r.up.Store(false)
		if ctx.Err() != nil {
			return
		}
		if lost++; lost == 2 { // a server may hang up now and then; one that cannot be reached again is news
			r.Log.WarnContext(ctx, "the reply mailbox cannot be read; trying again and again", "reason", reasonOf(err))
		}
		pause := r.Pause << min(lost-1, 6)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

// failure is why a session ended: a word of ours. What servers say may name addresses.
type failure struct {
	stage string
	err   error
}

func (f *failure) Error() string { return f.stage }
func (f *failure) Unwrap() error { return f.err }

func failed(stage string, err error) error {
	if err == nil {
		return nil
	}
	return &failure{stage, err}
}

func reasonOf(err error) string {
	var f *failure
	if errors.As(err, &f) {
		return f.stage
	}
	return "lost"
}

// tries remembers the mails that could not be dealt with, so that those behind them are reached: each has a time of its own
// to be tried again.
type tries struct {
	first time.Duration
	of    map[uint32]try
	under uint32 // the mail that is being fetched
	broke map[uint32]int
}

type try struct {
	times int
	next  time.Time
}

// mostTries bounds what is remembered; a reader that forgets tries too soon.
const mostTries = 10_000

func newTries(first time.Duration) tries {
	return tries{first: first, of: map[uint32]try{}, broke: map[uint32]int{}}
}

func (t *tries) waits(uid uint32, now time.Time) bool { return now.Before(t.of[uid].next) }

func (t *tries) failed(uid uint32, now time.Time) {
	if len(t.of) > mostTries {
		clear(t.of)
	}
	one := t.of[uid]
	one.next = now.Add(t.first << min(one.times, 6))
	one.times++
	t.of[uid] = one
}

func (t *tries) done(uid uint32) {
	delete(t.of, uid)
	delete(t.broke, uid)
}

// fetching notes which mail is fetched now; the one that was when the connection broke is known by it afterwards.
func (t *tries) fetching(uid uint32) { t.under = uid }

// broken counts a mail that the connection broke over, and says whether it did so too often.
func (t *tries) broken() {
	if t.under != 0 {
		t.broke[t.under]++
		t.under = 0
	}
}

// breaks says whether fetching the mail broke the connection three times: it is passed over.
func (t *tries) breaks(uid uint32) bool { return t.broke[uid] >= 3 }
