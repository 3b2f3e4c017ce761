package outbox_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/mail"
	"kring/internal/outbox"
	"kring/internal/testkit/smtpsink"
)

func TestWhatTheOutboxAddsToALetter(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.note(reminder(w.person("An"), "k"))
		w.expect(w.pass(w.post(), noon), outbox.Counts{Sent: 1})
		got, l := w.sink.Await(t, 1)[0], w.letter()
		if got.MessageID != l.ID+"@kring.example.org" || got.MessageID != l.MessageID {
			t.Errorf("message id %s of letter %+v", got.MessageID, l)
		}
		for name, want := range map[string]string{
			"List-Id": "<reminders.kring.example.org>", "Date": "Tue, 06 Mar 2018 12:00:00 +0000", "Content-Language": "nl",
			"List-Unsubscribe": "<https://kring.example.org/l/x>",
		} {
			if has := got.Header.Get(name); has != want {
				t.Errorf("%s: %s", name, has)
			}
		}
		if l.State != "sent" || l.Kinds != `["reminder"]` || l.List != "reminders" || l.Attempt != 1 || l.Refusals != 0 {
			t.Errorf("%+v", l)
		}
	})
}

func TestBouncesGoWhereTheyAreRead(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an := w.person("An")
		w.note(reminder(an, "k"))
		w.back = func(personID string) string { return "reply+" + personID + "@kring.example.org" }
		w.expect(w.pass(w.post(), noon), outbox.Counts{Sent: 1})
		if got := w.sink.Await(t, 1)[0]; got.Envelope.From != "reply+"+an.ID+"@kring.example.org" || got.Header.Get("Return-Path") != "" {
			t.Errorf("envelope %+v", got.Envelope)
		}
	})
}

func TestUrgentLettersGoFirst(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an := w.person("An")
		w.note(reminder(an, "1"), reminder(an, "2"), outbox.Notice{PersonID: an.ID, Kind: "confirm", Key: "3", HoldUntil: noon.Add(time.Second)})
		w.expect(w.pass(w.post(), noon.Add(time.Minute)), outbox.Counts{Sent: 3})
		if first := w.sink.Await(t, 3)[0]; first.Subject != "confirm" || first.Header.Get("List-Id") != "" {
			t.Errorf("%s came first, on list %s", first.Subject, first.Header.Get("List-Id"))
		}
	})
}

func TestDowntimeOfHours(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an := w.person("An")
		short, long := reminder(an, "short"), reminder(an, "long")
		short.UsefulUntil, long.UsefulUntil = noon.Add(time.Hour), noon.Add(24*time.Hour)
		w.note(short, long, reminder(an, "always"))
		w.expect(w.pass(w.post(), noon.Add(5*time.Hour)), outbox.Counts{Sent: 2, Lapsed: 1})
		if got, want := w.notices(), "always:in_letter: long:in_letter: short:lapsed:too-late"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		lapsed := 0
		for _, l := range w.letters() {
			if l.State == "lapsed" && l.Reason == outbox.ReasonTooLate {
				lapsed++
			}
		}
		if lapsed != 1 || w.composed != 2 {
			t.Errorf("%d lapsed letters, %d composed", lapsed, w.composed)
		}
	})
}

func TestSharedLetterTellsOnlyWhatIsStillUseful(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an := w.person("An")
		old := outbox.Notice{PersonID: an.ID, Kind: "moved", Key: "old", HoldUntil: noon, UsefulUntil: noon.Add(time.Minute)}
		w.note(old, outbox.Notice{PersonID: an.ID, Kind: "cancelled", Key: "new", HoldUntil: noon})
		w.expect(w.pass(w.post(), noon.Add(time.Hour)), outbox.Counts{Sent: 1})
		if got := w.sink.Await(t, 1)[0].Subject; got != "cancelled" {
			t.Errorf("told %s", got)
		}
		if got := w.notices(); got != "new:in_letter: old:lapsed:too-late" {
			t.Error(got)
		}
	})
}

func TestWhoGetsNoLetter(t *testing.T) {
	set := func(field func(*identity.Patch)) func(w *world, p identity.Person) {
		return func(w *world, p identity.Person) {
			var patch identity.Patch
			field(&patch)
			w.write(func(tx database.Tx) error {
				_, err := identity.PatchIn(tx, noon, p.ID, 0, patch)
				return err
			})
		}
	}
	yes := true
	column := func(name string) func(w *world, p identity.Person) {
		return func(w *world, p identity.Person) {
			w.write(func(tx database.Tx) error {
				return tx.Gorm().Exec("UPDATE people SET "+name+" = ? WHERE id = ?", noon, p.ID).Error
			})
		}
	}
	tests := map[string]struct {
		kind   string
		change func(w *world, p identity.Person)
		reason string // empty: sent
	}{
		"reminders switched off, a reminder":          {"reminder", set(func(p *identity.Patch) { p.RemindersOff = &yes }), outbox.ReasonUnsubscribed},
		"reminders switched off, a change of date":    {"moved", set(func(p *identity.Patch) { p.RemindersOff = &yes }), ""},
		"changes switched off, a change of date":      {"moved", set(func(p *identity.Patch) { p.ChangesOff = &yes }), outbox.ReasonUnsubscribed},
		"both switched off, a confirmation":           {"confirm", set(func(p *identity.Patch) { p.ChangesOff, p.RemindersOff = &yes, &yes }), ""},
		"erased":                                      {"confirm", column("erased_at"), outbox.ReasonErased},
		"undeliverable, a reminder":                   {"reminder", column("undeliverable_at"), outbox.ReasonUndeliverable},
		"undeliverable, but waiting for it this hour": {"confirm", column("undeliverable_at"), ""},
	}
	each(t, func(t *testing.T, w *world) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				w := &world{t: t, db: w.db, clock: w.clock, sink: smtpsink.Start(t)}
				w.write(func(tx database.Tx) error { return tx.Gorm().Exec("DELETE FROM people").Error })
				p := w.person("An")
				w.note(outbox.Notice{PersonID: p.ID, Kind: test.kind, Key: name, HoldUntil: noon})
				test.change(w, p)
				w.pass(w.post(), noon)
				state := "sent"
				if test.reason != "" {
					state = "lapsed"
				}
				w.state(state, test.reason)
				if (w.sink.Taken() == 0) != (test.reason != "") {
					t.Errorf("%d mails", w.sink.Taken())
				}
			})
		}
	})
}

func TestWhatComposeAnswers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an, post := w.person("An"), w.post()
		w.answer = func([]outbox.Notice) error { return outbox.Void("session-cancelled") }
		w.note(reminder(an, "k"))
		w.expect(w.pass(post, noon), outbox.Counts{Lapsed: 1})
		w.state("lapsed", "session-cancelled")
		if got := w.notices(); got != "k:void:session-cancelled" {
			t.Error(got)
		}
		w.answer = nil
		w.note(reminder(an, "k")) // planned again: told after all, in a letter of its own
		w.expect(w.pass(post, noon), outbox.Counts{Sent: 1})

		w.answer = func([]outbox.Notice) error { return outbox.Lapse("reminder-overtaken") }
		w.note(reminder(an, "k2"))
		w.expect(w.pass(post, noon), outbox.Counts{Lapsed: 1})
		w.answer = func([]outbox.Notice) error { return errBoom }
		w.note(reminder(an, "k3"))
		w.expect(w.pass(post, noon), outbox.Counts{Later: 1})
		w.answer = func([]outbox.Notice) error { panic("a mistake in a template") }
		w.expect(w.pass(post, noon.Add(time.Minute)), outbox.Counts{Later: 1})
		w.answer = nil
		w.expect(w.pass(post, noon.Add(time.Hour)), outbox.Counts{Sent: 1})
	})
}

func TestRefusedForNowThenSent(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		post := w.post()
		w.note(reminder(w.person("An"), "k"))
		w.sink.Refuse(smtpsink.Recipient, 2, 451, "4.7.1")
		w.expect(w.pass(post, noon), outbox.Counts{Later: 1})
		w.state("queued", "recipient 451 4.7.1")
		_, next, err := post.Deliver(t.Context(), noon.Add(59*time.Second))
		w.must(err)
		if !next.Equal(noon.Add(time.Minute)) {
			t.Errorf("next %v", next)
		}
		w.expect(w.pass(post, noon.Add(time.Minute)), outbox.Counts{Later: 1})
		w.expect(w.pass(post, noon.Add(6*time.Minute)), outbox.Counts{Sent: 1})
		w.state("sent", "")
		if l := w.letter(); l.Refusals != 2 || l.Attempt != 3 {
			t.Errorf("%+v", l)
		}
		if got := w.sink.Await(t, 1)[0]; got.MessageID != w.letter().MessageID {
			t.Errorf("message id changed to %s", got.MessageID)
		}
	})
}

func TestParkedAfterTheLastTryAndReleased(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		post := w.post()
		programme := id(7)
		n := reminder(w.person("An"), "k")
		n.ProgrammeID, n.CircleID = programme, id(1)
		w.note(n)
		w.sink.Refuse(smtpsink.Sender, -1, 550, "5.7.1") // the server does not take mail from us
		now, tries := noon, 0
		for {
			counts := w.pass(post, now)
			tries++
			if counts.Parked == 1 {
				break
			}
			w.expect(counts, outbox.Counts{Later: 1})
			_, next, err := post.Deliver(t.Context(), now)
			w.must(err)
			now = next
		}
		if took := now.Sub(noon); tries != 8 || took != 44*time.Hour+36*time.Minute {
			t.Errorf("parked after %d tries and %v", tries, took)
		}
		w.state("parked", "sender 550 5.7.1")
		b, err := post.Backlog(t.Context(), now)
		w.must(err)
		if b.Parked != 1 || b.Lag(now) != 0 {
			t.Errorf("backlog %+v", b)
		}
		w.sink.Obey()
		w.expect(w.pass(post, now.Add(240*time.Hour)), outbox.Counts{})
		if n, err := post.ReleaseParked(t.Context(), now); err != nil || n != 1 {
			t.Errorf("released %d, %v", n, err)
		}
		w.expect(w.pass(post, now), outbox.Counts{Sent: 1})
	})
}

func TestRefusedForGood(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		post := w.post()
		an, bo := w.person("An"), w.person("Bo")
		w.sink.RefuseAddress("an@example.org", 550, "5.1.1")
		w.note(reminder(an, "1"), reminder(bo, "2"))
		w.expect(w.pass(post, noon), outbox.Counts{Refused: 1, Sent: 1})
		w.note(reminder(an, "3"), reminder(bo, "4"))
		w.sink.Refuse(smtpsink.Content, 1, 554, "5.6.0") // the mail, not the person
		w.expect(w.pass(post, noon), outbox.Counts{Refused: 1, Lapsed: 1})
		w.must(w.db.Read(t.Context(), func(tx database.Tx) error {
			a, err := identity.FindIn(tx, an.ID)
			w.must(err)
			b, err := identity.FindIn(tx, bo.ID)
			if a.UndeliverableAt == nil || b.UndeliverableAt != nil {
				t.Errorf("undeliverable: An %v, Bo %v", a.UndeliverableAt, b.UndeliverableAt)
			}
			return err
		}))
	})
}

func TestAnAddressThatIsNone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an := w.person("An")
		w.write(func(tx database.Tx) error {
			return tx.Gorm().Exec("UPDATE people SET email = ? WHERE id = ?", "an@example.org\r\nRCPT TO:<evil@example.org>", an.ID).Error
		})
		w.note(reminder(an, "k"))
		w.expect(w.pass(w.post(), noon), outbox.Counts{Refused: 1})
		w.state("refused", "address unusable")
	})
}

func TestNoMailServer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		away := smtpsink.Start(t)
		away.Stop()
		if _, next, err := w.postTo("").Deliver(t.Context(), noon); err != nil || !next.IsZero() {
			t.Errorf("nothing is due: %v %v", next, err)
		}
		w.note(reminder(w.person("An"), "k"))
		w.plan(w.post(), noon)
		for name, address := range map[string]string{"none configured": "", "nobody answers": away.URL()} {
			post := w.postTo(address)
			counts, next, err := post.Deliver(t.Context(), noon)
			var failure *mail.Failure
			if !errors.Is(err, outbox.ErrNoServer) && !errors.As(err, &failure) || !next.Equal(noon.Add(time.Minute)) {
				t.Errorf("%s: %v, next %v", name, err, next)
			}
			w.expect(counts, outbox.Counts{})
			if l := w.letter(); l.State != "queued" || l.Attempt != 0 || l.Refusals != 0 {
				t.Errorf("%s: %+v", name, l)
			}
		}
		w.expect(w.pass(w.post(), noon), outbox.Counts{Sent: 1})
	})
}

func TestServerGoesAwayInTheMiddle(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		post, an := w.post(), w.person("An")
		for i := range 5 {
			n := reminder(an, id(i))
			n.HoldUntil = noon.Add(time.Duration(i) * time.Second)
			w.note(n)
		}
		w.answer = func(notices []outbox.Notice) error {
			if notices[0].Key == id(2) {
				w.sink.Stop()
			}
			return nil
		}
		w.plan(post, noon.Add(time.Minute))
		counts, next, err := post.Deliver(t.Context(), noon.Add(time.Minute))
		var failure *mail.Failure
		if !errors.As(err, &failure) || failure.Verdict != mail.Lost || !next.Equal(noon.Add(2*time.Minute)) {
			t.Errorf("%v, next %v", err, next)
		}
		w.expect(counts, outbox.Counts{Sent: 2, Back: 3})
		for _, l := range w.letters()[2:] {
			if l.State != "queued" || l.Refusals != 0 {
				t.Errorf("%+v", l)
			}
		}
		w.answer, w.sink = nil, smtpsink.Start(t)
		w.expect(w.pass(w.post(), noon.Add(2*time.Minute)), outbox.Counts{Sent: 3})
	})
}

func TestConnectionDroppedAfterTakingComesTwiceWithOneID(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.note(reminder(w.person("An"), "k"))
		w.sink.DropAfterTaking(1)
		w.expect(w.pass(w.post(), noon), outbox.Counts{Later: 1})
		w.expect(w.pass(w.post(), noon.Add(time.Minute)), outbox.Counts{Sent: 1})
		if mails := w.sink.Await(t, 2); mails[0].MessageID != mails[1].MessageID {
			t.Error("the repeat has another Message-ID")
		}
	})
}

func TestStoppingGivesBackWhatIsNotBegun(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		post, an := w.post(), w.person("An")
		for i := range 10 {
			w.note(reminder(an, id(i)))
		}
		ctx, stop := context.WithCancel(t.Context())
		arrived, release := w.sink.Hold()
		w.plan(post, noon)
		ended := make(chan outbox.Counts)
		go func() {
			counts, _, err := post.Deliver(ctx, noon)
			if err != nil {
				t.Error(err)
			}
			ended <- counts
		}()
		<-arrived // the first letter is under way
		stop()
		release()
		w.expect(<-ended, outbox.Counts{Sent: 1, Back: 9})
		states := map[string]int{}
		for _, l := range w.letters() {
			states[l.State]++
		}
		if states["sent"] != 1 || states["queued"] != 9 {
			t.Errorf("%v", states)
		}
		w.expect(w.pass(post, noon), outbox.Counts{Sent: 9})
	})
}

func TestNothingIsLoggedThatNamesAPerson(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.note(reminder(w.person("An"), "k"))
		w.sink.Refuse(smtpsink.Recipient, 1, 550, "5.1.1")
		w.pass(w.post(), noon)
		if l := w.letter(); strings.ContainsAny(l.Reason, "@<>") {
			t.Errorf("reason %q", l.Reason)
		}
	})
}
