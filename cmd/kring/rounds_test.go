package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/outbox"
	"kring/internal/testkit"
	"kring/scheduling/health"
)

// aTable is jobs over a table whose passes write down that they ran.
type aTable struct {
	*jobs
	ran []string
}

// job adds a job that does what its pass says, and is noted down.
func (a *aTable) job(name string, p pass, shape func(*job)) {
	one := &job{name: name, pass: func(ctx context.Context, now time.Time) (int, time.Time, error) {
		a.ran = append(a.ran, name)
		return p(ctx, now)
	}}
	if shape != nil {
		shape(one)
	}
	a.table = append(a.table, one)
}

// since answers what ran since it was last asked.
func (a *aTable) since() string {
	ran := strings.Join(a.ran, " ")
	a.ran = nil
	return ran
}

func (a *aTable) runNow(t *testing.T) string {
	a.RunDue(t.Context(), a.clock.Now())
	return a.since()
}

func newTable(t *testing.T, db *database.DB) *aTable {
	c := clock.System()
	return &aTable{jobs: newJobs(&service{clock: c, db: db, post: &outbox.Post{}, watch: &health.Watch{}, log: slog.New(slog.NewTextHandler(io.Discard, nil)), metrics: newMetrics()})}
}

// inBubble runs fn in virtual time on a SQLite file of its own.
func inBubble(t *testing.T, fn func(t *testing.T, db *database.DB)) {
	url := testkit.SQLite(t)
	synctest.Test(t, func(t *testing.T) { fn(t, testkit.Open(t, url)) })
}

func nothing(context.Context, time.Time) (int, time.Time, error) { return 0, time.Time{}, nil }

func TestARoundRunsOnlyWhatIsDue(t *testing.T) {
	inBubble(t, func(t *testing.T, db *database.DB) {
		a := newTable(t, db)
		due := a.clock.Now().Add(10 * time.Minute)
		left := 1
		a.job("first", nothing, nil)
		a.job("second", func(_ context.Context, now time.Time) (int, time.Time, error) {
			if left == 0 {
				return 0, time.Time{}, nil
			}
			if now.Before(due) {
				return 0, due, nil
			}
			left--
			return 1, time.Time{}, nil
		}, nil)
		a.job("third", nothing, nil)
		a.table = a.table[len(a.table)-3:]

		a.Poke()
		if got := a.runNow(t); got != "first second third" {
			t.Errorf("at first every pass is asked, got %q", got)
		}
		if got := a.runNow(t); got != "" {
			t.Errorf("nothing is due and nothing was written, got %q", got)
		}
		sleep(10 * time.Minute)
		if got := a.runNow(t); got != "second third" {
			t.Errorf("the second is due, and may have made something for the third, got %q", got)
		}
		if got := a.runNow(t); got != "first second third" {
			t.Errorf("it may have made something for the first as well, got %q", got)
		}
		if got := a.runNow(t); got != "" {
			t.Errorf("then all is done, got %q", got)
		}
		sleep(askAtLeast)
		if got := a.runNow(t); got != "first second third" {
			t.Errorf("another process may have written something, got %q", got)
		}
	})
}

func TestAFailingJobStopsNoOther(t *testing.T) {
	inBubble(t, func(t *testing.T, db *database.DB) {
		a := newTable(t, db)
		var log strings.Builder
		a.log = slog.New(slog.NewTextHandler(&log, nil))
		broken := errors.New("the disk is full")
		a.job("bad", func(context.Context, time.Time) (int, time.Time, error) { return 0, time.Time{}, broken }, nil)
		a.job("good", nothing, nil)
		a.table = a.table[len(a.table)-2:]

		a.Poke()
		for range 3 {
			if got := a.runNow(t); !strings.HasPrefix(got, "bad") {
				t.Errorf("a failed pass comes again, got %q", got)
			}
			sleep(retryAfter)
		}
		broken = nil
		a.runNow(t)
		if got := strings.Count(log.String(), "job fails"); got != 1 {
			t.Errorf("the failure is logged %d times", got)
		}
		if !strings.Contains(log.String(), "works again") {
			t.Error("that it works again is not logged")
		}
	})
}

func TestOnlyOneRoundAtATime(t *testing.T) {
	inBubble(t, func(t *testing.T, db *database.DB) {
		a := newTable(t, db)
		inside, on := make(chan struct{}), make(chan struct{})
		a.job("slow", func(context.Context, time.Time) (int, time.Time, error) {
			close(inside)
			<-on
			return 0, time.Time{}, nil
		}, nil)
		a.table = a.table[len(a.table)-1:]
		a.Poke()
		ended := make(chan struct{})
		go func() { defer close(ended); a.RunDue(t.Context(), a.clock.Now()) }()
		<-inside
		a.Poke()
		a.RunDue(t.Context(), a.clock.Now()) // would close a closed channel
		close(on)
		<-ended
	})
}

func TestNightlyJobsSurviveARestart(t *testing.T) {
	testkit.URLs(t, func(t *testing.T, url string) {
		synctest.Test(t, func(t *testing.T) {
			db := testkit.Open(t, url)
			nights := func() *aTable {
				a := newTable(t, db)
				a.job("proof", nothing, func(one *job) { one.nightly = true })
				a.table = a.table[len(a.table)-1:]
				if err := a.resume(t.Context()); err != nil {
					t.Fatal(err)
				}
				return a
			}
			a := nights()
			var ran []string
			for range 48 {
				sleep(time.Hour)
				if a.runNow(t) != "" {
					ran = append(ran, a.clock.Now().Format("15:04"))
				}
			}
			if !slices.Equal(ran, []string{"03:00", "03:00"}) {
				t.Errorf("nightly ran at %v", ran)
			}
			a.flush(t.Context(), a.clock.Machine())
			if a = nights(); a.runNow(t) != "" {
				t.Error("a restart by day runs it again")
			}
			sleep(30 * time.Hour) // the night passed while no process ran
			if a = nights(); a.runNow(t) != "proof" {
				t.Error("a night that was missed is not made up for")
			}
		})
	})
}
