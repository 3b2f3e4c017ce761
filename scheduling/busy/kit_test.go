package busy

import (
	"context"
	"crypto/x509"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/fetch"
	"kring/internal/identity"
	"kring/internal/testkit"
	"kring/internal/testkit/elsewhere"
)

// world is a service with calendars, a server elsewhere, and Anke, who has one there.
type world struct {
	*testing.T
	db    *database.DB
	clock *clock.Clock
	fetch *fetch.Client
	*Calendars
	server *server
	anke   identity.Person
	actor  identity.Actor
}

// server is a calendar elsewhere. What it answers can be changed.
type server struct {
	port   string
	roots  *x509.CertPool
	mu     sync.Mutex
	answer http.HandlerFunc
	asked  []http.Header
}

func serve(t *testing.T) *server {
	t.Helper()
	s := &server{}
	s.port, s.roots = elsewhere.Serve(t, elsewhere.Outside, func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.Header.Clone())
		answer := s.answer
		s.mu.Unlock()
		answer(w, r)
	})
	return s
}

// says lets the server answer with a calendar of these events.
func (s *server) says(events ...string) {
	s.answers(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"a"`)
		_, _ = w.Write([]byte("BEGIN:VCALENDAR\r\n" + strings.Join(events, "") + "END:VCALENDAR\r\n"))
	})
}

func (s *server) answers(answer http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func (s *server) times() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

func worlds(t *testing.T, fn func(w *world)) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		w := &world{T: t, db: db, clock: clock.System(), server: serve(t), anke: person(t, db, "anke@example.org")}
		w.actor = identity.Actor{PersonID: w.anke.ID, Scopes: identity.Scopes()}
		w.fetch = fetch.New(fetch.Options{
			Agent: "Kring (test)", Allow: elsewhere.Allowed, Resolver: elsewhere.Names(t, elsewhere.Outside), Roots: w.server.roots,
		})
		w.Calendars = w.with("0123456789abcdef0123456789abcdef")
		fn(w)
	})
}

// with is a process that knows these secrets.
func (w *world) with(secrets string) *Calendars {
	w.Helper()
	known, err := identity.ParseSecrets(secrets)
	if err != nil {
		w.Fatal(err)
	}
	return New(Options{DB: w.db, Clock: w.clock, Fetch: w.fetch, Secrets: known, Host: "kring.example.org"})
}

func (w *world) address() string {
	return "webcal://example.com:" + w.server.port + "/anke/secret-word.ics"
}

func (w *world) named(address string) {
	w.Helper()
	if _, err := w.Name(w.Context(), w.actor, address); err != nil {
		w.Fatal(err)
	}
}

// refreshed is how many calendars a pass reads.
func (w *world) refreshed() int {
	w.Helper()
	n, next, err := w.Refresh(w.Context(), w.clock.Now())
	if err != nil {
		w.Fatal(err)
	}
	if next.Before(w.clock.Now().Add(-time.Minute)) && !next.IsZero() {
		w.Errorf("next at %v", next)
	}
	return n
}

func (w *world) shown() Calendar {
	w.Helper()
	shown, err := w.Show(w.Context(), w.actor)
	if err != nil {
		w.Fatal(err)
	}
	return shown
}

func (w *world) row() (row calendarRow) {
	w.Helper()
	w.reads(func(tx database.Tx) (err error) {
		row, _, err = calendarOf(tx, w.anke.ID)
		return err
	})
	return row
}

// change writes columns of Anke's calendar.
func (w *world) change(values map[string]any) {
	w.Helper()
	err := w.db.Write(w.Context(), func(tx database.Tx) error {
		return tx.Gorm().Model(&calendarRow{}).Where("person_id = ?", w.anke.ID).Updates(values).Error
	})
	if err != nil {
		w.Fatal(err)
	}
}

// due makes Anke's calendar due now.
func (w *world) due() { w.change(map[string]any{"next_check_at": w.clock.Machine()}) }

// busy is when Anke is busy, in hours from a day.
func (w *world) busy(day time.Time) string {
	w.Helper()
	var out []string
	w.reads(func(tx database.Tx) error {
		out = nil
		all, err := In(tx, []string{w.anke.ID}, day.AddDate(-1, 0, 0), day.AddDate(1, 0, 0))
		for _, i := range all[w.anke.ID] {
			out = append(out, i.From.Sub(day).String()+"+"+i.Until.Sub(i.From).String())
		}
		return err
	})
	return strings.Join(out, " ")
}

func (w *world) reads(fn func(tx database.Tx) error) {
	w.Helper()
	if err := w.db.Read(context.WithoutCancel(w.Context()), fn); err != nil {
		w.Fatal(err)
	}
}

// day is midnight before tomorrow, UTC.
func (w *world) day() time.Time { return w.clock.Now().Truncate(24*time.Hour).AddDate(0, 0, 1) }

// at writes an event at an hour of that day.
func (w *world) at(hour int, more ...string) string {
	start := w.day().Add(time.Duration(hour) * time.Hour).Format("20060102T150405Z")
	return "BEGIN:VEVENT\r\nUID:" + start + "@example.com\r\nDTSTART:" + start + "\r\nDURATION:PT1H\r\n" + strings.Join(more, "\r\n") + "\r\nEND:VEVENT\r\n"
}

func refused(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	f, is := fault.Of(err)
	if !is || f.Kind != kind || f.Code != code && (len(f.Violations) == 0 || f.Violations[0].Code != code) {
		t.Errorf("%v instead of %s %s", err, kind, code)
	}
}
