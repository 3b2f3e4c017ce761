package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/go-co-op/gocron/v2"

	"kring/internal/idempotency"
	"kring/internal/limit"
	"kring/internal/outbox"
)

const (
	// tick is how often the wall clock lets time act.
	tick = time.Minute
	// wakeAfter is how long a round waits after something was written, so that many writes make one round.
	wakeAfter = time.Second
)

// table is everything that happens when time passes, in the order of a round: what ends makes place, what is due is
// queued, what was queued is looked at, and what there is to say is sent.
func (s *service) table() []*job {
	return []*job{
		{name: "expire", pass: s.expire},
		{name: "queue-due", pass: s.queueDue},
		{name: "review-health", pass: s.review},
		{name: "overviews", pass: s.watch.QueueOverviews},
		{name: "sign-in-letters", pass: s.signIn.QueueLetters},
		{name: "plan-letters", pass: s.post.Plan},
		{name: "deliver", pass: s.deliver},
		{name: "forget-answers", pass: s.forgetAnswers},
		{name: "busy-times", pass: s.busy.Refresh}, // last of what is due: it waits for servers elsewhere
		{name: "retain", pass: s.retain, nightly: true},
		{name: "prove-health", pass: s.prove, nightly: true},
		{name: "sweep-keys", pass: s.sweepKeys, every: time.Hour},
		{name: "sweep-mails", pass: s.sweepMails, every: time.Hour},
		{name: "sweep-sign-ins", pass: s.sweepSignIns, every: time.Hour},
		{name: "flush-token-uses", pass: s.flushUses, every: time.Minute},
	}
}

func (s *service) expire(ctx context.Context, now time.Time) (int, time.Time, error) {
	done, next, err := s.circles.Expire(ctx, now)
	return done.Applications + done.Seats + done.Joined + done.Facilitators, next, err
}

func (s *service) queueDue(ctx context.Context, now time.Time) (int, time.Time, error) {
	done, next, err := s.calendar.QueueDue(ctx, now)
	return done.Circles + done.Unrecorded + done.Resumed + done.Completed + done.Ended, next, err
}

// review looks at the circles that are due; looking alone makes nothing due.
func (s *service) review(ctx context.Context, now time.Time) (int, time.Time, error) {
	done, next, err := s.watch.Review(ctx, now)
	return done.Raised + done.Changed + done.Cleared + done.Told, next, err
}

// prove looks at every circle and counts what the reviews missed.
func (s *service) prove(ctx context.Context, now time.Time) (int, time.Time, error) {
	proof, err := s.watch.Prove(ctx, now)
	if proof.Differing > 0 {
		s.metrics.missed.Add(float64(proof.Differing))
		s.log.WarnContext(ctx, "the nightly proof found circles whose health was not up to date", "circles", proof.Differing, "at", now)
	}
	return proof.Differing, time.Time{}, err
}

// deliver sends what is due. Without a mail server letters wait, which is no failure.
func (s *service) deliver(ctx context.Context, now time.Time) (int, time.Time, error) {
	done, next, err := s.post.Deliver(ctx, now)
	if errors.Is(err, outbox.ErrNoServer) {
		return 0, next, nil
	}
	s.metrics.delivered(done)
	s.relay.note(done, err)
	return done.Sent + done.Later + done.Parked + done.Refused + done.Lapsed, next, err
}

func (s *service) forgetAnswers(ctx context.Context, now time.Time) (int, time.Time, error) {
	done, next, err := s.calendar.Forget(ctx, now)
	return done.Forgotten, next, err
}

// retain forgets whom no programme keeps any longer.
func (s *service) retain(ctx context.Context, now time.Time) (int, time.Time, error) {
	done, next, err := s.circles.Retain(ctx, now, s.records)
	return done.Erased + done.Emptied, next, err
}

func (s *service) sweepKeys(ctx context.Context, _ time.Time) (int, time.Time, error) {
	_, err := idempotency.Sweep(ctx, s.db, s.clock.Machine())
	return 0, time.Time{}, err
}

// sweepSignIns deletes what letting people in leaves behind.
func (s *service) sweepSignIns(ctx context.Context, now time.Time) (int, time.Time, error) {
	_, _, err := s.signIn.Sweep(ctx, now)
	_, counts := limit.Sweep(ctx, s.db, s.clock.Machine())
	err = errors.Join(err, counts)
	if s.provider != nil {
		_, attempts := s.provider.Sweep(ctx, s.clock.Machine())
		err = errors.Join(err, attempts)
	}
	return 0, time.Time{}, err
}

func (s *service) flushUses(ctx context.Context, _ time.Time) (int, time.Time, error) {
	return 0, time.Time{}, s.tokens.FlushUses(ctx)
}

// ticker is what lets time act while the service runs: gocron on the wall clock, and whoever writes something.
type ticker struct {
	jobs      *jobs
	scheduler gocron.Scheduler
	cancel    context.CancelFunc
	woken     chan struct{} // closed when nobody wakes any more
}

// startTicking begins to call RunDue: at once, at every tick, and soon after something was written. gocron knows no
// job but the tick: driven by a clock that can be turned it loses and doubles runs.
func startTicking(ctx context.Context, j *jobs) (*ticker, error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	scheduler, err := gocron.NewScheduler(gocron.WithLocation(time.UTC))
	if err == nil {
		_, err = scheduler.NewJob(gocron.DurationJob(tick), gocron.NewTask(func() { j.RunDue(ctx, j.clock.Now()) }),
			gocron.WithName("tick"))
	}
	if err != nil {
		cancel()
		return nil, fmt.Errorf("start the ticks: %w", err)
	}
	t := &ticker{jobs: j, scheduler: scheduler, cancel: cancel, woken: make(chan struct{})}
	j.Poke()
	go t.wakes(ctx)
	scheduler.Start()
	return t, nil
}

// wakes runs a round soon after something was written.
func (t *ticker) wakes(ctx context.Context) {
	defer close(t.woken)
	pause := time.Duration(0) // the first round is now
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.jobs.wake:
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		t.jobs.RunDue(ctx, t.jobs.clock.Now())
		pause = wakeAfter
	}
}

// stop ends the ticks and waits for the round under way, whose passes give back what they have claimed.
func (t *ticker) stop() error {
	t.cancel()
	err := t.scheduler.Shutdown()
	<-t.woken
	t.jobs.turn.Lock() // nobody lets time act any more
	defer t.jobs.turn.Unlock()
	return err
}
