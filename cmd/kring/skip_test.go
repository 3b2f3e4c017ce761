package main

import (
	"cmp"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"kring/internal/clock"
	"kring/internal/testkit"
	"kring/internal/testkit/smtpsink"
)

// What a walk from due moment to due moment sends is what a walk sends that asks every job every five minutes: the same
// letters, to the same people, not one of them later.
func TestSkippingChangesNoLetter(t *testing.T) {
	const step = 5 * time.Minute
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
			j.clock.Advance(min(step, to.Sub(j.clock.Now())))
		}
	})
	if len(skipping) < 20 || len(skipping) != len(asking) {
		t.Fatalf("skipping sends %d letters, asking %d", len(skipping), len(asking))
	}
	for i, a := range skipping {
		if b := asking[i]; a.to != b.to || a.subject != b.subject || b.at.Before(a.at) || b.at.Sub(a.at) > step {
			t.Errorf("skipping sends %v, asking %v", a, b)
		}
	}
}

// one is a letter that was sent.
type one struct {
	to, subject string
	at          time.Time
}

// sentBy lets a circle of four live through its first session and its first question by a way of walking, and answers
// its letters.
func sentBy(t *testing.T, walk func(l *life, to time.Time)) (sent []one) {
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
		sent = append(sent, one{m.To, m.Subject, date})
	}
	slices.SortFunc(sent, func(a, b one) int {
		return cmp.Or(cmp.Compare(a.to, b.to), a.at.Compare(b.at), cmp.Compare(a.subject, b.subject))
	})
	return sent
}
