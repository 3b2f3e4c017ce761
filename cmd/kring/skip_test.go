package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kring/internal/clock"
	"kring/internal/testkit"
	"kring/internal/testkit/smtpsink"
)

// What a walk from due moment to due moment sends is what a walk sends that asks every job at every minute: the same
// letters, to the same people, within the same minute.
func TestSkippingChangesNoLetter(t *testing.T) {
	skipping := sentBy(t, func(l *life, to time.Time) {
		if err := l.service.jobs.Walk(l.Context(), to); err != nil {
			l.Fatal(err)
		}
	})
	asking := sentBy(t, func(l *life, to time.Time) {
		j := l.service.jobs
		for {
			j.stale.Store(true)
			if err := j.settle(l.Context(), j.table); err != nil {
				l.Fatal(err)
			}
			if !j.clock.Now().Before(to) {
				return
			}
			j.clock.Advance(min(time.Minute, to.Sub(j.clock.Now())))
		}
	})
	if len(skipping) < 10 {
		t.Errorf("only %d letters were sent", len(skipping))
	}
	if !slices.Equal(skipping, asking) {
		t.Errorf("skipping:\n%s\n\nasking every minute:\n%s", strings.Join(skipping, "\n"), strings.Join(asking, "\n"))
	}
}

// sentBy lets a circle of four live through its first session and its first question by a way of walking, and answers
// its letters: to whom, in which minute, about what.
func sentBy(t *testing.T, walk func(l *life, to time.Time)) (sent []string) {
	t.Helper()
	url, sink := testkit.SQLite(t), smtpsink.Start(t)
	synctest.Test(t, func(t *testing.T) {
		clock := clock.System()
		sleep(instant(t, "2026-09-03T07:00:30Z").Sub(clock.Now()))
		l := assemble(t, ingredients{clock: clock, strict: true}, url, sink)
		defer l.end(func() error { return nil })
		circle := l.aCircle("2026-09-08", "Ann", "Ben", "Cas", "Dirk")
		walk(l, clock.Now())
		for _, name := range []string{"ann", "ben", "cas", "dirk"} {
			l.press(l.arrived(name + "@example.org")[0].link("yes"), nil)
		}
		l.post(owner, "/api/v1/circles/"+circle+"/begin", object{})
		walk(l, instant(t, "2026-09-08T18:00:00Z"))
	})
	for _, m := range sink.Mails() {
		date, err := m.Header.Date()
		if err != nil {
			t.Fatal(err)
		}
		sent = append(sent, fmt.Sprintf("%s %s %s", date.UTC().Format("2006-01-02 15:04"), m.To, m.Subject))
	}
	slices.Sort(sent)
	return sent
}
