package outbox_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/outbox"
)

func suppress(w *world, email, reason string) {
	w.t.Helper()
	w.write(func(tx database.Tx) error { return identity.SuppressIn(tx, noon, email, reason) })
}

func TestAnAddressThatAskedForSilenceGetsNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an, bo := w.person("An"), w.person("Bo")
		suppress(w, an.Email, identity.Silence)
		for _, kind := range []string{"reminder", "moved", "confirm"} {
			w.note(outbox.Notice{PersonID: an.ID, Kind: kind, Key: kind, HoldUntil: noon})
		}
		w.note(reminder(bo, "bo"))
		w.expect(w.pass(w.post(), noon), outbox.Counts{Lapsed: 3, Sent: 1})
		want := "bo:in_letter: confirm:lapsed:silence moved:lapsed:silence reminder:lapsed:silence"
		if got := w.notices(); got != want {
			t.Errorf("got %s", got)
		}
		for _, mail := range w.sink.Mails() {
			if mail.Envelope.To[0] != bo.Email {
				t.Errorf("a mail to %v", mail.Envelope.To)
			}
		}
	})
}

func TestAnAddressThatBouncedBeforeGetsWhatSomebodyWaitsFor(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an := w.person("An") // made anew: nothing in her row says that the address bounced
		suppress(w, an.Email, identity.Bounced)
		w.note(reminder(an, "k1"), outbox.Notice{PersonID: an.ID, Kind: "confirm", Key: "k2", HoldUntil: noon})
		w.expect(w.pass(w.post(), noon), outbox.Counts{Lapsed: 1, Sent: 1})
		if got := w.notices(); got != "k1:lapsed:undeliverable k2:in_letter:" {
			t.Errorf("got %s", got)
		}
	})
}

func erase(w *world, p identity.Person) {
	w.t.Helper()
	w.write(func(tx database.Tx) error { return outbox.Part().EraseIn(tx, noon.Add(time.Hour), p.ID) })
}

func TestNobodyErasedIsWrittenTo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an, bo, post := w.person("An"), w.person("Bo"), w.post()
		sent := reminder(an, "1-sent")
		w.note(sent)
		w.expect(w.pass(post, noon), outbox.Counts{Sent: 1})
		w.note(reminder(an, "2-queued"), reminder(bo, "3-bo"))
		w.plan(post, noon)
		w.note(outbox.Notice{PersonID: an.ID, Kind: "moved", Key: "4-waits", HoldUntil: noon.Add(24 * time.Hour)})
		erase(w, an)
		want := "1-sent:in_letter: 2-queued:lapsed:erased 3-bo:in_letter: 4-waits:void:erased"
		if got := w.notices(); got != want {
			t.Errorf("got %s", got)
		}
		w.expect(w.pass(post, noon.Add(48*time.Hour)), outbox.Counts{Sent: 1})
		var states []string
		for _, l := range w.letters() {
			states = append(states, l.State+" "+l.Reason)
		}
		if got := strings.Join(states, ", "); got != "sent , lapsed erased, sent " && got != "sent , sent , lapsed erased" {
			t.Errorf("got %s", got)
		}
	})
}

func TestAParkedLetterLapsesWithItsPerson(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an := w.person("An")
		w.note(reminder(an, "k"))
		w.plan(w.post(), noon)
		w.write(func(tx database.Tx) error { return tx.Gorm().Exec("UPDATE letters SET state = 'parked'").Error })
		erase(w, an)
		w.state("lapsed", outbox.ReasonErased)
		if released, err := w.post().ReleaseParked(t.Context(), noon); err != nil || released != 0 {
			t.Errorf("%d released, %v", released, err)
		}
	})
}

func TestExportOfLetters(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an, bo := w.person("An"), w.person("Bo")
		first := reminder(an, "k1")
		first.CircleID = id(1)
		w.note(first, reminder(bo, "bo"))
		w.pass(w.post(), noon)
		w.note(outbox.Notice{PersonID: an.ID, Kind: "moved", Key: "k2", HoldUntil: noon.Add(time.Hour)})
		var out any
		w.write(func(tx database.Tx) (err error) {
			out, err = outbox.Part().ExportIn(tx, an.ID)
			return err
		})
		e := out.(outbox.Export)
		if len(e.Letters) != 1 || e.Letters[0].Kinds[0] != "reminder" || e.Letters[0].State != outbox.Sent || *e.Letters[0].CircleID != id(1) {
			t.Errorf("letters %+v", e.Letters)
		}
		if len(e.Planned) != 1 || e.Planned[0].Kind != "moved" || !e.Planned[0].HoldUntil.Equal(noon.Add(time.Hour)) {
			t.Errorf("planned %+v", e.Planned)
		}
		text, err := json.Marshal(out)
		if err != nil || strings.Contains(string(text), bo.ID) {
			t.Errorf("%s, %v", text, err)
		}
	})
}

// What became of a letter to an address that somebody typed would tell whose it is.
func TestTheExportTellsNotHowALetterElsewhereEnded(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an := w.person("An")
		w.note(reminder(an, "k1"))
		w.pass(w.post(), noon)
		var out any
		w.write(func(tx database.Tx) (err error) {
			out, err = outbox.Part("moved", "reminder").ExportIn(tx, an.ID)
			return err
		})
		letter := out.(outbox.Export).Letters[0]
		if letter.Kinds[0] != "reminder" || letter.State != "" || letter.Reason != "" || letter.SentAt != nil {
			t.Errorf("letter %+v", letter)
		}
	})
}
