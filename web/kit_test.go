package web

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/labstack/echo/v4"

	"kring/circles"
	"kring/guides"
	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/signin"
	"kring/internal/signin/oidc"
	"kring/internal/testkit"
	"kring/internal/text"
	"kring/internal/wall"
	"kring/scheduling"
	"kring/scheduling/holidays"
)

// world is the pages over a database in virtual time: a programme, its facilitator, and a circle of five that has begun.
type world struct {
	t           *testing.T
	ctx         context.Context
	db          *database.DB
	clock       *clock.Clock
	texts       *text.Catalog
	links       *identity.Links
	registry    *circles.Registry
	calendar    *scheduling.Calendar
	guides      *guides.Library
	signIn      *signin.SignIn
	provider    *oidc.Provider // of an organisation; nil: none
	echo        *echo.Echo
	log         *bytes.Buffer
	facilitator identity.Actor
	programme   circles.ProgrammeView
	circle      circles.Circle
	tables      []string          // all that there are
	people      []identity.Person // the members, the first reads Dutch, the second English, and so on
	seats       []circles.Member  // theirs
}

const official = "https://method.example/guides"

// worlds runs a test in virtual time on each database, on Monday 5 February 2018 at noon UTC.
func worlds(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	testkit.URLs(t, func(t *testing.T, url string) {
		synctest.Test(t, func(t *testing.T) { fn(t, newWorld(t, testkit.Open(t, url), virtual())) })
	})
}

// oneWorld is for tests of what no database has a part in.
func oneWorld(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	url := testkit.SQLite(t)
	synctest.Test(t, func(t *testing.T) { fn(t, newWorld(t, testkit.Open(t, url), virtual())) })
}

// begins is when product time begins in every world.
var begins = time.Date(2018, 2, 5, 12, 0, 0, 0, time.UTC)

// virtual is a clock within a bubble, whose machine time begins there too.
func virtual() *clock.Clock {
	time.Sleep(time.Until(begins)) //nolint:forbidigo // virtual time
	return clock.System()
}

func newWorld(t *testing.T, db *database.DB, c *clock.Clock) *world {
	t.Helper()
	w := &world{t: t, ctx: t.Context(), db: db, clock: c, echo: echo.New(), log: &bytes.Buffer{}}
	w.texts = got(text.Load(rooms()...))(t).Strict()
	w.guides = got(guides.Load(guides.Embedded(), guides.Options{OfficialURL: map[string]string{"wol": official}}))(t)
	w.links = identity.NewLinks(got(identity.ParseSecrets(strings.Repeat("k", 32)))(t))
	w.registry = circles.NewRegistry(circles.Options{DB: db, Clock: w.clock, Guides: w.guides, Calendars: holidays.Keys()})
	w.calendar = scheduling.New(scheduling.Options{DB: db, Clock: w.clock, Guides: w.guides})
	for _, table := range testkit.ReadSchema(t, db) {
		w.tables = append(w.tables, table.Name)
	}
	w.mount()
	w.facilitator = identity.Actor{PersonID: w.person("Farah Facilitator", "farah@example.org", "nl", "Europe/Brussels").ID}
	owner := w.facilitator
	owner.Owner = true
	w.programme = got(w.registry.OpenProgramme(w.ctx, owner, circles.ProgrammeDraft{
		Name: "Voorjaar <2018>", Purpose: "Leren van elkaar.\nOver afdelingen heen & graag.", GuideSet: "wol", Language: "nl",
		Zone: "Europe/Brussels", Holidays: "be", SignupOpen: true, StartsOn: date(t, "2018-03-01"),
	}))(t)
	w.begin()
	return w
}

func date(t testing.TB, s string) wall.Date {
	t.Helper()
	return got(wall.ParseDate(s))(t)
}

func got[T any](value T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatalf("unexpected: %v", err)
		}
		return value
	}
}

func (w *world) sleep(d time.Duration) {
	w.t.Helper()
	time.Sleep(d) //nolint:forbidigo // virtual time
}

func (w *world) person(name, email, lang, zone string) identity.Person {
	w.t.Helper()
	var p identity.Person
	w.write(func(tx database.Tx) (err error) {
		p, err = identity.EnsureIn(tx, w.clock.Now(), identity.Person{Email: email, Name: name, LetterLanguage: lang, Zone: zone})
		if err == nil {
			p, err = identity.ConfirmAddressIn(tx, w.clock.Now(), p.ID)
		}
		return err
	})
	return p
}

func (w *world) write(fn func(tx database.Tx) error) {
	w.t.Helper()
	if err := w.db.Write(w.ctx, fn); err != nil {
		w.t.Fatalf("unexpected: %v", err)
	}
}

// begin opens a circle of five on Tuesdays at 12:30 in Brussels, one of them in Kathmandu, and sets it running.
func (w *world) begin() {
	w.t.Helper()
	slot := wall.Slot{Weekday: time.Tuesday, At: wall.At(12, 30), Zone: "Europe/Brussels"}
	draft := circles.CircleDraft{
		ProgrammeID: w.programme.ID, Name: "De <b>kring</b>", Slot: &slot, Seats: 6, SeatsOpen: true,
		StartsOn: date(w.t, "2018-02-13"), Venue: "Zaal 3\n<script>alert(1)</script>", VideoLink: "https://meet.example/kring",
	}
	for i, name := range []string{"An Aerts", "Ben Baker", "Cato Claes", "Dan Dawson", "Eva <i>Evers</i>"} {
		lang, zone := []string{"nl", "en"}[i%2], "Europe/Brussels"
		if i == 1 {
			zone = "Asia/Kathmandu"
		}
		email := fmt.Sprintf("member%d@example.org", i)
		w.people = append(w.people, w.person(name, email, lang, zone))
		draft.Members = append(draft.Members, circles.Invitee{Name: name, Email: email, LetterLanguage: lang})
	}
	view := got(w.registry.OpenCircle(w.ctx, w.facilitator, draft))(w.t)
	for i, p := range w.people {
		for _, m := range w.seatsOf(view.ID) {
			if m.PersonID == p.ID {
				w.seats = append(w.seats, got(w.registry.AcceptSeat(w.ctx, w.actor(i), m.ID))(w.t))
			}
		}
	}
	got(w.calendar.Begin(w.ctx, w.facilitator, view.ID, 0, scheduling.BeginDraft{}, false))(w.t)
	w.circle = got(w.registry.Circle(w.ctx, w.facilitator, view.ID))(w.t).Circle
}

func (w *world) seatsOf(circleID string) []circles.Member {
	w.t.Helper()
	var seats []circles.Member
	w.write(func(tx database.Tx) (err error) {
		seats, err = circles.SeatsIn(tx, circleID)
		return err
	})
	return seats
}

func (w *world) actor(n int) identity.Actor { return identity.Actor{PersonID: w.people[n].ID} }

// sessions are all sessions of the circle, as the n-th member sees them.
func (w *world) sessions(n int) []scheduling.SessionView {
	w.t.Helper()
	return got(w.calendar.Sessions(w.ctx, w.actor(n), w.circle.ID))(w.t)
}

// said is what the n-th member answered to a session.
func (w *world) said(n int, sessionID string) scheduling.Answer {
	w.t.Helper()
	s := got(w.calendar.Session(w.ctx, w.actor(n), sessionID))(w.t)
	for _, a := range s.ByName {
		if a.MemberID == w.seats[n].ID {
			return a.Answer
		}
	}
	w.t.Fatal("no such member")
	return ""
}

// known reads a person anew.
func (w *world) known(n int) identity.Person {
	w.t.Helper()
	var p identity.Person
	if err := w.db.Read(w.ctx, func(tx database.Tx) (err error) {
		p, err = identity.FindIn(tx, w.people[n].ID)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return p
}

// link is the path of a page behind a letter's link to the n-th member.
func (w *world) link(n int, purpose, rowID string) string {
	return "/l/" + w.links.Sign(purpose, rowID, w.known(n))
}

// answered is what came back.
type answered struct {
	*httptest.ResponseRecorder
	page *htmlPage
}

// get opens a page.
func (w *world) get(path string, headers ...string) answered {
	w.t.Helper()
	return w.send(httptest.NewRequestWithContext(w.ctx, http.MethodGet, path, nil), headers...)
}

// post sends a form.
func (w *world) post(path string, form url.Values, headers ...string) answered {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.ctx, http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.send(r, headers...)
}

// send sends a request and holds every page against what holds for all of them.
func (w *world) send(r *http.Request, headers ...string) answered {
	w.t.Helper()
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	a := answered{ResponseRecorder: httptest.NewRecorder()}
	w.echo.ServeHTTP(a, r)
	if strings.HasPrefix(a.Header().Get("Content-Type"), "text/html") && r.Method != http.MethodHead {
		a.page = parsePage(w.t, a.Body.String())
		a.page.check(w.t)
	}
	w.checkHeaders(r.URL.Path, a)
	if a.Header().Get("Set-Cookie") != "" {
		w.t.Error("a page sets a cookie")
	}
	return a
}

// checkHeaders holds an answer against what all pages say to browsers.
func (w *world) checkHeaders(path string, a answered) {
	w.t.Helper()
	want := map[string]string{
		"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
		"Permissions-Policy": noPowers, "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
	}
	if withCookie(path) {
		want["Referrer-Policy"], want["Vary"] = "strict-origin", "Accept-Language, Cookie"
		want["Cache-Control"] = "no-store"
	}
	if w.provider != nil && path == signInPath && a.Code != http.StatusSeeOther {
		want["Content-Security-Policy"] = strings.Replace(policy, "form-action 'self'", "form-action 'self' "+w.provider.Issuer, 1)
	}
	for name, value := range want {
		if got := a.Header().Get(name); got != value {
			w.t.Errorf("%s: %s is %q", path, name, got)
		}
	}
}

// withCookie says whether an address belongs to signing in, or to who is signed in.
func withCookie(path string) bool {
	for _, below := range []string{"/sign-in", "/sign-out", "/s/", "/me"} {
		if strings.HasPrefix(path, below) {
			return true
		}
	}
	return false
}

// is fails unless the answer has the status and says all of the texts.
func (a answered) is(t testing.TB, status int, says ...string) answered {
	t.Helper()
	if a.Code != status {
		t.Fatalf("status %d, want %d: %s", a.Code, status, a.page)
	}
	for _, want := range says {
		if !strings.Contains(a.page.text(), want) {
			t.Errorf("does not say %q:\n%s", want, a.page)
		}
	}
	return a
}

// never fails when the page says one of the texts.
func (a answered) never(t testing.TB, says ...string) answered {
	t.Helper()
	for _, not := range says {
		if strings.Contains(a.page.text(), not) {
			t.Errorf("says %q:\n%s", not, a.page)
		}
	}
	return a
}

// rows counts and sums up the rows of every table, so that a test sees whether anything was written.
func (w *world) rows() string {
	w.t.Helper()
	var out strings.Builder
	if err := w.db.Read(w.ctx, func(tx database.Tx) error {
		for _, table := range w.tables {
			var rows []map[string]any
			if err := tx.Gorm().Table(table).Order("1").Find(&rows).Error; err != nil {
				return err
			}
			fmt.Fprintf(&out, "%s %d %v\n", table, len(rows), rows)
		}
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	return out.String()
}

// unchanged fails when what runs in between writes anything.
func (w *world) unchanged(t testing.TB, fn func()) {
	t.Helper()
	before := w.rows()
	fn()
	if after := w.rows(); after != before {
		t.Errorf("something was written:\n%s\n%s", before, after)
	}
}

func (w *world) mountWith(o Options) {
	o.DB, o.Clock, o.Texts, o.Links = w.db, w.clock, w.texts, w.links
	o.Circles, o.Calendar = w.registry, w.calendar
	o.Log = w.logger()
	New(o).Mount(w.echo)
}

func (w *world) logger() *slog.Logger { return slog.New(slog.NewJSONHandler(w.log, nil)) }

// byEmail finds somebody by address.
func (w *world) byEmail(email string) identity.Person {
	w.t.Helper()
	var p identity.Person
	if err := w.db.Read(w.ctx, func(tx database.Tx) (err error) {
		p, err = identity.ByEmailIn(tx, email)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
	return p
}

// members are who is in the circle.
func (w *world) members() []circles.Member {
	w.t.Helper()
	var members []circles.Member
	w.write(func(tx database.Tx) (err error) {
		members, err = circles.MembersIn(tx, w.circle.ID)
		return err
	})
	return members
}

func (w *world) applicationOf(personID string) circles.Application {
	w.t.Helper()
	var found circles.Application
	if err := w.db.Read(w.ctx, func(tx database.Tx) error {
		return tx.Gorm().Where("person_id = ?", personID).Take(&found).Error
	}); err != nil {
		w.t.Fatal(err)
	}
	return found
}
