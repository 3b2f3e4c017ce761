package outbox_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/outbox"
)

func TestOneKeyIsOneNotice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an := w.person("An")
		w.note(reminder(an, "k"), reminder(an, "k2"))
		w.note(reminder(an, "k"))
		w.expect(w.pass(w.post(), noon), outbox.Counts{Sent: 2})
		w.note(reminder(an, "k"))
		w.expect(w.pass(w.post(), noon), outbox.Counts{})
	})
}

func TestNoticeWaitsForItsHour(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		post := w.post()
		an := w.person("An")
		w.note(reminder(an, "k"))
		made, next, err := post.Plan(t.Context(), noon.Add(-time.Second))
		w.must(err)
		if made != 0 || !next.Equal(noon) {
			t.Errorf("made %d, next %v", made, next)
		}
		w.write(func(tx database.Tx) error {
			return outbox.HoldIn(tx, outbox.Where{PersonID: an.ID}, noon.Add(time.Hour))
		})
		if _, next, _ = post.Plan(t.Context(), noon); !next.Equal(noon.Add(time.Hour)) {
			t.Errorf("held until %v", next)
		}
		w.expect(w.pass(post, noon.Add(time.Hour)), outbox.Counts{Sent: 1})
		if _, next, _ = post.Plan(t.Context(), noon); !next.IsZero() {
			t.Errorf("nothing waits, next %v", next)
		}
	})
}

func TestTakenBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an, bo := w.person("An"), w.person("Bo")
		about := func(p string, kind, key string, session int) outbox.Notice {
			return outbox.Notice{PersonID: p, Kind: kind, Key: key, CircleID: id(1), SessionID: id(session), HoldUntil: noon}
		}
		w.note(about(an.ID, "reminder", "1", 1), about(an.ID, "moved", "2", 1), about(an.ID, "reminder", "3", 2), about(bo.ID, "reminder", "4", 1))
		w.write(func(tx database.Tx) error {
			return outbox.VoidIn(tx, outbox.Where{SessionID: id(1), Kinds: []string{"reminder"}}, "moved")
		})
		if got, want := w.notices(), "1:void:moved 2:waiting: 3:waiting: 4:void:moved"; got != want {
			t.Fatalf("%s, want %s", got, want)
		}
		w.note(about(an.ID, "reminder", "1", 1)) // moved back: the same occasion waits again
		w.expect(w.pass(w.post(), noon), outbox.Counts{Sent: 3})
		w.write(func(tx database.Tx) error { return outbox.VoidIn(tx, outbox.Where{CircleID: id(1)}, "ended") })
		if got, want := w.notices(), "1:in_letter: 2:in_letter: 3:in_letter: 4:void:moved"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		for name, fn := range map[string]func(tx database.Tx) error{
			"a selection of everything": func(tx database.Tx) error { return outbox.VoidIn(tx, outbox.Where{Kinds: []string{"moved"}}, "x") },
			"a notice without a key": func(tx database.Tx) error {
				return outbox.NoteIn(tx, outbox.Notice{PersonID: an.ID, Kind: "moved", HoldUntil: noon})
			},
		} {
			if w.db.Write(t.Context(), fn) == nil {
				t.Errorf("%s was taken", name)
			}
		}
	})
}

func TestKindsThatMergeShareALetter(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an, bo := w.person("An"), w.person("Bo")
		change := func(p, kind, key string, circle int) outbox.Notice {
			return outbox.Notice{PersonID: p, Kind: kind, Key: key, CircleID: id(circle), HoldUntil: noon}
		}
		w.note(change(an.ID, "moved", "1", 1), change(an.ID, "cancelled", "2", 1), change(an.ID, "moved", "3", 2),
			change(bo.ID, "moved", "4", 1), change(an.ID, "reminder", "5", 1))
		w.expect(w.pass(w.post(), noon), outbox.Counts{Sent: 4})
		subjects := map[string]int{}
		for _, m := range w.sink.Await(t, 4) {
			subjects[m.To+m.Subject]++
		}
		if subjects[`"An" <an@example.org>moved + cancelled`] != 1 || subjects[`"An" <an@example.org>moved`] != 1 ||
			subjects[`"Bo" <bo@example.org>moved`] != 1 || subjects[`"An" <an@example.org>reminder`] != 1 {
			t.Errorf("%v", subjects)
		}
	})
}

func TestManyNoticesBecomeLettersOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an, bo := w.person("An"), w.person("Bo")
		var notices []outbox.Notice
		for i := range 1203 {
			p := an
			if i%2 == 0 {
				p = bo
			}
			notices = append(notices, reminder(p, id(i)))
		}
		w.note(notices...)
		if n := w.plan(w.post(), noon); n != 1203 {
			t.Errorf("%d letters", n)
		}
		b, err := w.post().Backlog(t.Context(), noon.Add(time.Minute))
		w.must(err)
		if b.Queued != 1203 || b.Planned != 0 || b.Lag(noon.Add(time.Minute)) != time.Minute {
			t.Errorf("%+v", b)
		}
	})
}

// What nobody was told of yet is told apart from what waits in a letter, and a letter that was sent is neither.
func TestWhatIsNotToldYet(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an, bo := w.person("An"), w.person("Bo")
		change := func(p, kind, key string, circle int) outbox.Notice {
			return outbox.Notice{PersonID: p, Kind: kind, Key: key, ProgrammeID: id(9), CircleID: id(circle), HoldUntil: noon}
		}
		unsent := func() string {
			var found []outbox.Unsent
			w.write(func(tx database.Tx) (err error) {
				found, err = outbox.UnsentIn(tx, id(9), id(1), "moved", "cancelled")
				return err
			})
			var lines []string
			for _, u := range found {
				lines = append(lines, u.Key+fmt.Sprintf(":%t", u.InLetter))
			}
			slices.Sort(lines)
			return strings.Join(lines, " ")
		}
		w.note(change(an.ID, "moved", "1", 1), change(an.ID, "reminder", "2", 1), change(bo.ID, "cancelled", "3", 1), change(bo.ID, "moved", "4", 2))
		if got := unsent(); got != "1:false 3:false" {
			t.Errorf("waiting: %s", got)
		}
		post := w.post()
		w.plan(post, noon)
		later := change(an.ID, "moved", "5", 1)
		later.HoldUntil = noon.Add(time.Hour)
		w.note(later)
		if got := unsent(); got != "1:true 3:true 5:false" {
			t.Errorf("with letters queued: %s", got)
		}
		w.expect(w.pass(post, noon), outbox.Counts{Sent: 4})
		if got := unsent(); got != "5:false" {
			t.Errorf("after sending: %s", got)
		}
	})
}

// What somebody is about to change stays untold until that is done: a pass in between would tell what is no longer so.
func TestWhatIsToBeChangedIsNotTold(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an, post := w.person("An"), w.post()
		change := func(key string) outbox.Notice {
			return outbox.Notice{PersonID: an.ID, Kind: "moved", Key: key, ProgrammeID: id(9), CircleID: id(1), HoldUntil: noon}
		}
		w.note(change("1"))
		w.plan(post, noon)
		w.note(change("2"))
		passed := make(chan outbox.Counts, 1)
		w.write(func(tx database.Tx) error {
			found, err := outbox.ClaimUnsentIn(tx, id(9), id(1), "moved")
			if err != nil || len(found) != 2 {
				t.Errorf("%v, %v", found, err)
			}
			between := make(chan struct{})
			go func() {
				defer close(between)
				passed <- w.pass(post, noon)
			}()
			if tx.Postgres() { // on SQLite it waits for this transaction
				<-between
			}
			return outbox.VoidIn(tx, outbox.Where{CircleID: id(1)}, "changed-back")
		})
		counts := <-passed
		if again := w.pass(post, noon); counts.Sent+again.Sent != 1 {
			t.Errorf("%+v, then %+v", counts, again)
		}
	})
}

// Who was asked something is known by the key of the question: while it waits and once it is told, not when it was taken
// back.
func TestWhichNoticesThereAre(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		an := w.person("An")
		for _, key := range []string{"told", "waits", "void"} {
			n := outbox.Notice{PersonID: an.ID, Kind: "reminder", Key: key, CircleID: id(1), SubjectID: id(len(key)), HoldUntil: noon}
			if key == "waits" {
				n.HoldUntil = noon.Add(time.Hour)
			}
			w.note(n)
		}
		w.write(func(tx database.Tx) error { return outbox.VoidIn(tx, outbox.Where{SubjectID: id(len("void"))}, "test") })
		w.note(outbox.Notice{PersonID: an.ID, Kind: "reminder", Key: "told", CircleID: id(1), SubjectID: id(9), HoldUntil: noon})
		w.pass(w.post(), noon)
		w.write(func(tx database.Tx) error {
			found, err := outbox.NotedIn(tx, "told", "waits", "void", "unknown")
			if err == nil && (len(found) != 2 || !found["told"] || !found["waits"]) {
				t.Errorf("found %v", found)
			}
			return err
		})
	})
}
