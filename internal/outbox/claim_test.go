package outbox_test

import (
	"sync"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/outbox"
)

func TestTwoPostsSendEachLetterOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		people := []string{w.person("An").ID, w.person("Bo").ID, w.person("Cas").ID}
		var notices []outbox.Notice
		for i := range 300 {
			notices = append(notices, outbox.Notice{PersonID: people[i%3], Kind: "reminder", Key: id(i), HoldUntil: noon})
		}
		w.note(notices...)
		var both sync.WaitGroup
		var total struct {
			sync.Mutex
			made, sent int
		}
		for range 2 {
			post := w.postTo(w.sink.URL() + "&connections=2")
			both.Go(func() {
				made, _, err := post.Plan(t.Context(), noon)
				if err != nil {
					t.Error(err)
				}
				counts, _, err := post.Deliver(t.Context(), noon)
				if err != nil {
					t.Error(err)
				}
				total.Lock()
				defer total.Unlock()
				total.made += made
				total.sent += counts.Sent
			})
		}
		both.Wait()
		total.sent += w.pass(w.post(), noon).Sent // what one planned after the other had looked
		if total.made != 300 || total.sent != 300 {
			t.Errorf("%d letters, %d sent", total.made, total.sent)
		}
		ids := map[string]int{}
		for _, m := range w.sink.Await(t, 300) {
			ids[m.MessageID]++
		}
		if len(ids) != 300 || w.sink.Taken() != 300 {
			t.Errorf("%d different mails of %d", len(ids), w.sink.Taken())
		}
	})
}

// expireLeases lets the machine's time pass for all claims.
func (w *world) expireLeases() {
	w.t.Helper()
	w.write(func(tx database.Tx) error {
		return tx.Gorm().Exec("UPDATE letters SET lease_until = ? WHERE state = 'sending'", w.clock.Machine().Add(-time.Second)).Error
	})
}

func TestLeaseThatPassedOn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		slow, quick := w.post(), w.post()
		w.note(reminder(w.person("An"), "k"))
		w.plan(slow, noon)
		arrived, release := w.sink.Hold()
		ended := make(chan outbox.Counts)
		go func() {
			counts, _, err := slow.Deliver(t.Context(), noon)
			if err != nil {
				t.Error(err)
			}
			ended <- counts
		}()
		<-arrived
		w.state("sending", "")
		w.expect(w.pass(quick, noon), outbox.Counts{}) // leased: not to be had
		_, next, err := quick.Deliver(t.Context(), noon)
		w.must(err)
		if wait := next.Sub(noon); wait <= outbox.Lease-time.Minute || wait > outbox.Lease {
			t.Errorf("looks again in %v", wait)
		}
		w.expireLeases()
		w.expect(w.pass(quick, noon.Add(time.Second)), outbox.Counts{Sent: 1})
		before := w.letter()
		release()
		w.expect(<-ended, outbox.Counts{Late: 1})
		if after := w.letter(); after != before || after.Attempt != 2 {
			t.Errorf("the late receipt changed %+v to %+v", before, after)
		}
		if mails := w.sink.Await(t, 2); mails[0].MessageID != mails[1].MessageID {
			t.Error("two Message-IDs")
		}
	})
}

// A receipt is still accepted when the lease has passed and nobody has taken the letter: what was sent
// was sent.
func TestLeaseThatPassedAndNobodyCame(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		post := w.post()
		w.note(reminder(w.person("An"), "k"))
		w.plan(post, noon)
		arrived, release := w.sink.Hold()
		ended := make(chan outbox.Counts)
		go func() {
			counts, _, _ := post.Deliver(t.Context(), noon)
			ended <- counts
		}()
		<-arrived
		w.expireLeases()
		release()
		w.expect(<-ended, outbox.Counts{Sent: 1})
		w.state("sent", "")
	})
}

func TestProcessThatDiedLosesNoLetter(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.note(reminder(w.person("An"), "1"), reminder(w.person("Bo"), "2"))
		w.plan(w.post(), noon)
		// What a killed process leaves behind: claims, and no receipts.
		w.write(func(tx database.Tx) error {
			return tx.Gorm().Exec("UPDATE letters SET state = 'sending', attempt = attempt + 1, lease_until = ?",
				w.clock.Machine().Add(outbox.Lease)).Error
		})
		w.expect(w.pass(w.post(), noon), outbox.Counts{})
		w.expireLeases()
		w.expect(w.pass(w.post(), noon.Add(outbox.Lease)), outbox.Counts{Sent: 2})
	})
}

func TestNoMoreConnectionsThanAllowed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an := w.person("An")
		for i := range 20 {
			w.note(reminder(an, id(i)))
		}
		w.expect(w.pass(w.postTo(w.sink.URL()+"&connections=8"), noon), outbox.Counts{Sent: 20})
		if n := w.sink.Dials(); n > 8 {
			t.Errorf("%d connections", n)
		}
	})
}
