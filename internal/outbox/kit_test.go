package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/mail"
	"kring/internal/outbox"
	"kring/internal/testkit"
	"kring/internal/testkit/smtpsink"
)

var noon = time.Date(2018, 3, 6, 12, 0, 0, 0, time.UTC)

// world is a database, a mail server and the wiring that a test bends.
type world struct {
	t     testing.TB
	db    *database.DB
	clock *clock.Clock
	sink  *smtpsink.Sink

	mu       sync.Mutex
	composed int
	// answer, when set, is asked before the usual letter is written.
	answer func(notices []outbox.Notice) error
	back   func(personID string) string // the return path
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		fn(t, &world{t: t, db: db, clock: clock.System(), sink: smtpsink.Start(t)})
	})
}

func (w *world) compose(_ context.Context, person identity.Person, notices []outbox.Notice) (mail.Message, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.composed++
	if w.answer != nil {
		if err := w.answer(notices); err != nil {
			return mail.Message{}, err
		}
	}
	kinds := make([]string, len(notices))
	for i, n := range notices {
		kinds[i] = n.Kind
	}
	return mail.Message{
		Subject: strings.Join(kinds, " + "), UnsubscribeURL: "https://kring.example.org/l/x",
		Body: mail.Body{Greeting: "Dag " + person.Name + ","},
	}, nil
}

func (w *world) table() outbox.Table {
	return outbox.Table{
		"reminder":  {Compose: w.compose, List: outbox.Reminders},
		"moved":     {Compose: w.compose, List: outbox.Changes, Merge: "changes"},
		"cancelled": {Compose: w.compose, List: outbox.Changes, Merge: "changes"},
		"confirm":   {Compose: w.compose, Urgent: true},
	}
}

func (w *world) post() *outbox.Post { return w.postTo(w.sink.URL()) }

func (w *world) postTo(address string) *outbox.Post {
	w.t.Helper()
	options := outbox.Options{DB: w.db, Clock: w.clock, Table: w.table(), Host: "kring.example.org", ReturnPath: w.back}
	if address != "" {
		server, err := mail.ParseURL(address)
		w.must(err)
		options.Sender, err = mail.NewSender(server, mail.Address{Name: "Kring", Mailbox: "kring@example.org"}, "https://kring.example.org")
		w.must(err)
	}
	post, err := outbox.New(options)
	w.must(err)
	return post
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) person(name string) identity.Person {
	w.t.Helper()
	var p identity.Person
	w.write(func(tx database.Tx) (err error) {
		p, err = identity.EnsureIn(tx, noon, identity.Person{
			Email: strings.ToLower(name) + "@example.org", Name: name, LetterLanguage: "nl", Zone: "Europe/Brussels", Speaks: []string{"nl"},
		})
		return err
	})
	return p
}

func (w *world) write(fn func(tx database.Tx) error) {
	w.t.Helper()
	w.must(w.db.Write(w.t.Context(), fn))
}

func (w *world) note(notices ...outbox.Notice) {
	w.t.Helper()
	w.write(func(tx database.Tx) error { return outbox.NoteIn(tx, notices...) })
}

// reminder is a notice that is due at noon.
func reminder(p identity.Person, key string) outbox.Notice {
	return outbox.Notice{PersonID: p.ID, Kind: "reminder", Key: key, HoldUntil: noon}
}

func (w *world) plan(post *outbox.Post, now time.Time) int {
	w.t.Helper()
	n, _, err := post.Plan(w.t.Context(), now)
	w.must(err)
	return n
}

// pass plans and delivers, and expects no error.
func (w *world) pass(post *outbox.Post, now time.Time) outbox.Counts {
	w.t.Helper()
	w.plan(post, now)
	counts, _, err := post.Deliver(w.t.Context(), now)
	w.must(err)
	return counts
}

// row is a letter as it stands in the database.
type row struct {
	ID, State, Reason, Kinds, List, MessageID string
	Attempt, Refusals                         int
	DueAt                                     time.Time
}

func (w *world) letters() []row {
	w.t.Helper()
	var rows []row
	w.must(w.db.Read(w.t.Context(), func(tx database.Tx) error {
		return tx.Gorm().Table("letters").Order("due_at, id").Find(&rows).Error
	}))
	return rows
}

func (w *world) letter() row {
	w.t.Helper()
	rows := w.letters()
	if len(rows) != 1 {
		w.t.Fatalf("%d letters, want one: %v", len(rows), rows)
	}
	return rows[0]
}

func (w *world) notices() string {
	w.t.Helper()
	var states []string
	w.must(w.db.Read(w.t.Context(), func(tx database.Tx) error {
		return tx.Gorm().Table("notices").Order("key").Pluck("key || ':' || state || ':' || reason", &states).Error
	}))
	return strings.Join(states, " ")
}

func (w *world) expect(counts, want outbox.Counts) {
	w.t.Helper()
	if counts != want {
		w.t.Errorf("counts %+v, want %+v", counts, want)
	}
}

func (w *world) state(want, reason string) {
	w.t.Helper()
	if l := w.letter(); l.State != want || l.Reason != reason {
		w.t.Errorf("letter is %s (%s), want %s (%s)", l.State, l.Reason, want, reason)
	}
}

var errBoom = errors.New("boom")

func id(n int) string { return fmt.Sprintf("019612f0-0000-7000-8000-%012d", n) }
