package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
)

const (
	// askAtLeast is how long a process believes what its passes said of what is due next. It knows at once of what it
	// wrote itself; what another process wrote and could not do any more it finds this much later.
	askAtLeast = 30 * time.Minute
	// retryAfter is how long a pass that failed waits before it runs again.
	retryAfter = time.Minute
	// roundsAtOnce is how often a walk looks at one moment before it takes it for a defect.
	roundsAtOnce = 1000
	// recordEvery is how often the table job_runs is written.
	recordEvery = 6 * time.Hour
	// nightAt is the hour, UTC in product time, of the nightly jobs.
	nightAt = 3
)

// pass lets time act: it does what is due at now (product time) and answers how much it did, and when it next has
// something due; zero: nothing that is known.
type pass func(ctx context.Context, now time.Time) (did int, next time.Time, err error)

// job is a row of the table: a pass, and when it runs. Without nightly and every it runs when its pass said so, and
// whenever something was written.
type job struct {
	name    string
	pass    pass
	nightly bool          // at nightAt of product time
	every   time.Duration // by machine time, whatever is due: housekeeping

	next    time.Time // product time; zero: nothing is due
	ranAt   time.Time // machine time; zero: not yet in this process
	failing string    // what it failed with last, "" when it did not
	dirty   bool      // ran since it was last recorded
}

// jobs lets time act, one job after the other in the order of the table. It may be used from several goroutines.
type jobs struct {
	clock   *clock.Clock
	db      *database.DB
	log     *slog.Logger
	metrics *metrics

	turn  sync.Mutex // held by whoever lets time act; the table and the times below are his
	table []*job
	asked time.Time // machine time at which every pass was last asked
	wrote time.Time // machine time at which job_runs was last written

	stale  atomic.Bool   // something was written since: what the passes said is no longer true
	wake   chan struct{} // holds one when somebody waits for a round
	ticked atomic.Int64  // machine time at which the last round ended, Unix microseconds; 0: none yet
}

// Poke says that something was written, so that anything may be due. It costs nothing and never waits.
func (j *jobs) Poke() {
	j.stale.Store(true)
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

// RunDue runs one round at now: each job that is due, in the order of the table. When another round is under way it
// does nothing: that one, or the next tick, does the work.
func (j *jobs) RunDue(ctx context.Context, now time.Time) {
	if !j.turn.TryLock() {
		return
	}
	defer j.turn.Unlock()
	j.round(ctx, now, j.table)
}

// Walk turns product time forward to an instant, from due moment to due moment, and answers when all that was due has
// run: as ticks would have done it, without those that find nothing. Guests are jobs that run last in each round of
// this walk. Ticks stand still meanwhile. It ends early when ctx does or a job fails, at the moment it came to.
func (j *jobs) Walk(ctx context.Context, to time.Time, guests ...*job) error {
	j.turn.Lock()
	defer j.turn.Unlock()
	table := slices.Concat(j.table, guests)
	j.stale.Store(true)
	for {
		if err := j.settle(ctx, table); err != nil {
			return err
		}
		now := j.clock.Now()
		if !now.Before(to) {
			return nil
		}
		j.clock.Advance(nextStop(table, now, to).Sub(now))
	}
}

// settle runs rounds at this moment until one finds nothing more to do.
func (j *jobs) settle(ctx context.Context, table []*job) error {
	for range roundsAtOnce {
		did := j.round(ctx, j.clock.Now(), table)
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, one := range table {
			if one.failing != "" {
				return fmt.Errorf("job %s: %s", one.name, one.failing)
			}
		}
		if did == 0 {
			return nil
		}
	}
	return fmt.Errorf("jobs found something to do %d times at one moment", roundsAtOnce)
}

// nextStop is the next moment at which a job has something due, at most to. A job that is due and did nothing is looked
// at again at the next tick.
func nextStop(table []*job, now, to time.Time) time.Time {
	stop := to
	for _, one := range table {
		next := one.next
		if one.every > 0 || next.IsZero() {
			continue
		}
		if !next.After(now) {
			next = now.Add(tick)
		}
		if next.Before(stop) {
			stop = next
		}
	}
	return stop
}

// lastTick is when time last acted in this process, in machine time; zero: not yet.
func (j *jobs) lastTick() time.Time {
	at := j.ticked.Load()
	if at == 0 {
		return time.Time{}
	}
	return time.UnixMicro(at).UTC()
}

// round runs what is due of a table and answers how much was done. A pass that did something may have made something
// due for any other: those after it are asked in this round, those before it in the next.
func (j *jobs) round(ctx context.Context, now time.Time, table []*job) int {
	machine := j.clock.Machine()
	ask := j.stale.Swap(false) || machine.Sub(j.asked) >= askAtLeast
	if ask {
		j.asked = machine
	}
	all := 0
	for _, one := range table {
		if ctx.Err() != nil {
			break
		}
		if !one.due(now, machine, ask) {
			continue
		}
		if did := j.run(ctx, one, now); did > 0 {
			all += did
			ask = true
		}
	}
	if all > 0 {
		j.Poke()
	}
	j.record(ctx, machine)
	j.ticked.Store(j.clock.Machine().UnixMicro())
	return all
}

// due says whether a job has its turn; ask means that nobody knows and its pass is to say.
func (one *job) due(now, machine time.Time, ask bool) bool {
	switch {
	case one.every > 0:
		return machine.Sub(one.ranAt) >= one.every
	case one.nightly:
		return !one.next.IsZero() && !now.Before(one.next)
	default:
		return ask || (!one.next.IsZero() && !now.Before(one.next))
	}
}

// run runs one pass. A failure is logged once and counted; the pass comes again, and the others go on.
func (j *jobs) run(ctx context.Context, one *job, now time.Time) int {
	begun := j.clock.Machine()
	did, next, err := one.pass(ctx, now)
	ended := j.clock.Machine()
	one.ranAt, one.next, one.dirty = begun, next, true
	if one.nightly {
		one.next = nextNight(now)
	}
	if err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()) { // stopping is no failure
		err = nil
	}
	if err != nil {
		one.next = now.Add(retryAfter)
	}
	j.metrics.ran(one.name, ended, ended.Sub(begun), err)
	j.tell(ctx, one, did, err)
	return did
}

// tell logs what a pass did, and a failure when it begins, changes or ends.
func (j *jobs) tell(ctx context.Context, one *job, did int, err error) {
	failing := ""
	if err != nil {
		failing = err.Error()
	}
	switch {
	case failing != "" && failing != one.failing:
		j.log.ErrorContext(ctx, "job fails", "job", one.name, "error", failing)
	case failing == "" && one.failing != "":
		j.log.InfoContext(ctx, "job works again", "job", one.name)
	case did > 0:
		j.log.DebugContext(ctx, "job", "job", one.name, "did", did)
	}
	one.failing = failing
}

// nextNight is the first nightAt o'clock UTC after now.
func nextNight(now time.Time) time.Time {
	night := time.Date(now.Year(), now.Month(), now.Day(), nightAt, 0, 0, 0, time.UTC)
	if !night.After(now) {
		night = night.AddDate(0, 0, 1)
	}
	return night
}

// resume takes over from job_runs when the nightly jobs are due: a restart is no reason to run them.
func (j *jobs) resume(ctx context.Context) error {
	kept, err := jobRuns(ctx, j.db)
	if err != nil {
		return err
	}
	now := j.clock.Now()
	for _, one := range j.table {
		if !one.nightly {
			continue
		}
		one.next = nextNight(now)
		if at := kept[one.name].NextAt; at != nil && at.Before(one.next) {
			one.next = *at
		}
	}
	j.stale.Store(true)
	return nil
}

// record writes into job_runs what ran, not more often than every six hours.
func (j *jobs) record(ctx context.Context, machine time.Time) {
	if machine.Sub(j.wrote) < recordEvery || ctx.Err() != nil {
		return
	}
	j.flush(ctx, machine)
}

// flush writes into job_runs what ran since it was last written.
func (j *jobs) flush(ctx context.Context, machine time.Time) {
	var rows []jobRun
	for _, one := range j.table {
		if one.dirty {
			rows = append(rows, jobRun{Name: one.name, FinishedAt: one.ranAt, NextAt: maybe(one.next), Error: maybe(one.failing)})
		}
	}
	j.wrote = machine
	if len(rows) == 0 {
		return
	}
	if err := keepJobRuns(ctx, j.db, rows); err != nil {
		j.log.WarnContext(ctx, "runs of jobs not written down", "error", err)
		return
	}
	for _, one := range j.table {
		one.dirty = false
	}
}

// maybe is nil for the zero value.
func maybe[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}

// newJobs makes the jobs of a service.
func newJobs(s *service) *jobs {
	return &jobs{
		clock: s.clock, db: s.db, log: s.log, metrics: s.metrics, table: s.table(),
		wake: make(chan struct{}, 1), wrote: s.clock.Machine(),
	}
}
