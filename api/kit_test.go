package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/labstack/echo/v4"

	"kring/api"
	"kring/api/contract"
	"kring/circles"
	"kring/guides"
	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fetch"
	"kring/internal/identity"
	"kring/internal/limit"
	"kring/internal/mail"
	"kring/internal/outbox"
	"kring/internal/signin"
	"kring/internal/testkit"
	"kring/internal/text"
	"kring/scheduling"
	busytimes "kring/scheduling/busy"
	"kring/scheduling/feeds"
	"kring/scheduling/health"
	"kring/scheduling/holidays"
	"kring/scheduling/letters"
)

// world is the whole API over one database, with people in it.
type world struct {
	t        testing.TB
	db       *database.DB
	clock    *clock.Clock
	texts    *text.Catalog
	tokens   *identity.Tokens
	signIn   *signin.SignIn
	rooms    *circles.Registry
	calendar *scheduling.Calendar
	watch    *health.Watch
	links    *identity.Links
	buttons  *letters.Buttons
	web      *echo.Echo
	log      *logged
	options  api.Options
	owner    identity.Actor
	schema   testkit.Schema // once it was read
}

// worlds runs fn on each database.
func worlds(t *testing.T, fn func(*testing.T, *world)) {
	t.Helper()
	testkit.Databases(t, func(t *testing.T, db *database.DB) { fn(t, newWorld(t, db)) })
}

// oneWorld is for tests of what no database has a part in.
func oneWorld(t testing.TB) *world {
	t.Helper()
	return newWorld(t, testkit.Open(t, testkit.SQLite(t)))
}

func newWorld(t testing.TB, db *database.DB) *world {
	t.Helper()
	w := &world{t: t, db: db, clock: clock.System(), log: &logged{}, web: newEcho()}
	secrets, err := identity.ParseSecrets(strings.Repeat("k", 32))
	must(t, err)
	w.texts, err = text.Load(identity.Texts, signin.Texts, circles.Texts, scheduling.Texts, busytimes.Texts, health.Texts, letters.Texts, api.Texts)
	must(t, err)
	w.texts = w.texts.Strict()
	library, err := guides.Load(guides.Embedded(), guides.Options{})
	must(t, err)
	w.tokens = identity.NewTokens(db, w.clock, secrets)
	w.links = identity.NewLinks(secrets)
	limits := limit.New(secrets, networkLimit)
	w.signIn = signin.New(signin.Options{
		DB: db, Clock: w.clock, Texts: w.texts, Secrets: secrets, Links: w.links, Limits: limits, PublicURL: "https://kring.example",
		Log: slog.New(slog.NewJSONHandler(w.log, nil)),
	})
	w.rooms = circles.NewRegistry(circles.Options{DB: db, Clock: w.clock, Guides: library, Calendars: holidays.Keys(), Limits: limits})
	w.calendar = scheduling.New(scheduling.Options{DB: db, Clock: w.clock, Guides: library})
	w.watch = health.New(health.Options{DB: db, Clock: w.clock, Guides: library})
	w.buttons = letters.NewButtons(letters.ButtonsOptions{
		DB: db, Clock: w.clock, Circles: w.rooms, Calendar: w.calendar, Watch: w.watch, Guides: library, Texts: w.texts,
		Links: w.links, Tokens: w.tokens, PublicURL: "https://kring.example",
	})
	w.options = api.Options{
		DB: db, Clock: w.clock, Texts: w.texts, Tokens: w.tokens, Circles: w.rooms, Calendar: w.calendar, Watch: w.watch, Buttons: w.buttons,
		Feeds:  feeds.New(feeds.Options{DB: db, Clock: w.clock, Links: w.links, Texts: w.texts, PublicURL: "https://kring.example"}),
		Busy:   busytimes.New(busytimes.Options{DB: db, Clock: w.clock, Fetch: fetch.New(fetch.Options{}), Secrets: secrets, Host: "kring.example"}),
		SignIn: w.signIn, Records: identity.NewRecords(db, w.clock, w.calendar.Part(), w.rooms.Part(), outbox.Part(signin.KindAddressNew), w.signIn.Part(), w.tokens.Part()), Guides: library,
		PublicURL: "https://kring.example", Log: slog.New(slog.NewJSONHandler(w.log, nil)),
	}
	api.New(w.options).Mount(w.web)
	raw, _, err := w.tokens.EnsureOwner(t.Context(), "owner@example.org", "nl", "Europe/Brussels")
	must(t, err)
	w.owner, err = w.tokens.Authenticate(t.Context(), raw)
	must(t, err)
	return w
}

// networkLimit is what a network may do in an hour: few enough for a test to reach, and enough for every other.
const networkLimit = 150

// newEcho believes no header about who calls.
func newEcho() *echo.Echo {
	e := echo.New()
	e.IPExtractor = echo.ExtractIPDirect()
	return e
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// token is a bearer token of a person with these scopes.
func (w *world) token(personID string, scopes ...string) string {
	w.t.Helper()
	if len(scopes) == 0 {
		scopes = []string{identity.ScopeAll}
	}
	actor := identity.Actor{PersonID: personID, Scopes: []string{identity.ScopeAll}}
	raw, _, err := w.tokens.Issue(w.t.Context(), actor, identity.TokenDraft{Name: "test", Scopes: scopes})
	must(w.t, err)
	return raw
}

// cookie is that of a browser in which a person just signed in, as the browser sends it back.
func (w *world) cookie(personID string) string {
	w.t.Helper()
	rec := httptest.NewRecorder()
	must(w.t, w.signIn.Start(w.t.Context(), rec, httptest.NewRequestWithContext(w.t.Context(), "POST", "/", nil), personID))
	for _, c := range rec.Result().Cookies() {
		if c.Name == signin.CookieName {
			return c.Name + "=" + c.Value
		}
	}
	w.t.Fatal("no cookie")
	return ""
}

// withCookie is a request of a browser.
func (w *world) withCookie(cookie string) *http.Request {
	r := httptest.NewRequestWithContext(w.t.Context(), "GET", "/", nil)
	r.Header.Set("Cookie", cookie)
	return r
}

// acting is a person who may use everything that is theirs.
func acting(personID string) identity.Actor {
	return identity.Actor{PersonID: personID, Scopes: []string{identity.ScopeAll}}
}

// person finds somebody by address.
func (w *world) person(email string) identity.Person {
	w.t.Helper()
	var p identity.Person
	must(w.t, w.db.Read(w.t.Context(), func(tx database.Tx) (err error) {
		p, err = identity.ByEmailIn(tx, email)
		return err
	}))
	return p
}

// request is one request of a test.
type request struct {
	method, path string
	token        string
	cookie       string // as a browser sends it; "": none
	from         string // an IP address; "": one for all
	body         any    // text is sent as it is; nil: none
	headers      map[string]string
	crooked      bool // breaks the contract on purpose
}

// answer is what came back.
type answer struct {
	*httptest.ResponseRecorder
	t testing.TB
}

// send sends a request through the whole stack and holds both directions against the contract.
func (w *world) send(r request) answer {
	w.t.Helper()
	return w.sendOn(w.t.Context(), r)
}

func (w *world) sendOn(ctx context.Context, r request) answer {
	w.t.Helper()
	var sent []byte
	var body io.Reader
	if r.body != nil {
		sent = encode(r.body)
		body = bytes.NewReader(sent)
	}
	req := httptest.NewRequestWithContext(ctx, r.method, r.path, body)
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	if r.cookie != "" {
		req.Header.Set("Cookie", r.cookie)
	}
	if r.from != "" {
		req.RemoteAddr = net.JoinHostPort(r.from, "40000")
	}
	for name, value := range r.headers {
		req.Header.Set(name, value)
		if name == "Host" {
			req.Host = value
		}
	}
	rec := httptest.NewRecorder()
	w.web.ServeHTTP(rec, req)
	if o, params, found := operationFor(req.Method, req.URL.Path); found {
		held(w.t, r, req, sent, o, params, rec)
	}
	return answer{rec, w.t}
}

func encode(body any) []byte {
	switch b := body.(type) {
	case string:
		return []byte(b)
	case []byte:
		return b
	}
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return raw
}

// status checks the status and says the whole answer when it differs.
func (a answer) status(want int) answer {
	a.t.Helper()
	if a.Code != want {
		a.t.Fatalf("status %d, want %d: %s", a.Code, want, a.Body.String())
	}
	return a
}

// json decodes the answer.
func (a answer) json() map[string]any {
	a.t.Helper()
	var v map[string]any
	if err := json.Unmarshal(a.Body.Bytes(), &v); err != nil {
		a.t.Fatalf("%v in %s", err, a.Body.String())
	}
	return v
}

// text is a field of the answer.
func (a answer) text(name string) string {
	a.t.Helper()
	text, _ := a.json()[name].(string)
	return text
}

// pointers are the faulty fields of a problem, as "pointer code".
func (a answer) pointers() []string {
	a.t.Helper()
	var p contract.Problem
	if err := json.Unmarshal(a.Body.Bytes(), &p); err != nil {
		a.t.Fatalf("%v in %s", err, a.Body.String())
	}
	var found []string
	if p.Errors != nil {
		for _, e := range *p.Errors {
			if e.Message == "" || strings.HasPrefix(e.Message, "violation.") {
				a.t.Errorf("no sentence for %s", e.Code)
			}
			found = append(found, e.Pointer+" "+e.Code)
		}
	}
	return found
}

// logged is a log that a test reads.
type logged struct {
	mu    sync.Mutex
	lines bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.String()
}

// aboveInfo answers the lines that somebody should look at.
func (l *logged) aboveInfo() []string {
	var loud []string
	for line := range strings.Lines(l.String()) {
		if !strings.Contains(line, `"level":"INFO"`) && !strings.Contains(line, `"level":"DEBUG"`) {
			loud = append(loud, line)
		}
	}
	return loud
}

// count counts the rows of every table.
func (w *world) count() map[string]int { return w.countOn(w.t.Context()) }

func (w *world) countOn(ctx context.Context) map[string]int {
	w.t.Helper()
	rows := map[string]int{}
	must(w.t, w.db.Read(ctx, func(tx database.Tx) error {
		for _, table := range tables {
			var n int
			if err := tx.Gorm().Raw("select count(*) from " + table).Scan(&n).Error; err != nil {
				return err
			}
			rows[table] = n
		}
		return nil
	}))
	return rows
}

// rows are all rows of every table, as text. What is equal before and after wrote nothing.
func (w *world) rows() map[string]string {
	w.t.Helper()
	if w.schema == nil {
		w.schema = testkit.ReadSchema(w.t, w.db)
	}
	all := map[string]string{}
	must(w.t, w.db.Snapshot(w.t.Context(), func(tx database.Tx) error {
		for _, table := range w.schema {
			var found []map[string]any
			if err := tx.Gorm().Table(table.Name).Find(&found).Error; err != nil {
				return err
			}
			lines := make([]string, len(found))
			for i, row := range found {
				lines[i] = string(encode(row))
			}
			slices.Sort(lines)
			all[table.Name] = strings.Join(lines, "\n")
		}
		return nil
	}))
	return all
}

// unwritten fails for every table that differs, but for those named.
func unwritten(t testing.TB, before, after map[string]string, but ...string) {
	t.Helper()
	for table, rows := range after {
		if rows != before[table] && !slices.Contains(but, table) {
			t.Errorf("%s was written:\n%s\nand before\n%s", table, rows, before[table])
		}
	}
}

var tables = []string{
	"people", "tokens", "journal", "idempotency_keys", "programmes", "programme_breaks", "facilitators", "applications",
	"circles", "members", "motions", "sessions", "answers", "absences", "circle_breaks", "reminders", "flags",
	"circle_messages", "told", "notices", "letters", "replans", "date_proposals", "date_options", "date_votes", "foreign_calendars",
	"busy_times",
}

// post makes letters of what is to be told; nil sends none.
func (w *world) post(sender *mail.Sender) *outbox.Post {
	w.t.Helper()
	table := w.signIn.Table()
	ofSeats := circles.NewLetters(circles.LettersOptions{
		DB: w.db, Clock: w.clock, Guides: w.options.Guides, Texts: w.texts, Links: w.links, PublicURL: w.options.PublicURL,
	})
	maps.Copy(table, ofSeats.Table())
	maps.Copy(table, letters.New(letters.Options{
		DB: w.db, Clock: w.clock, Calendar: w.calendar, Watch: w.watch, Circles: ofSeats, Texts: w.texts, Links: w.links,
		PublicURL: w.options.PublicURL, From: mail.Address{Mailbox: "kring@example.org"},
	}).Table())
	post, err := outbox.New(outbox.Options{DB: w.db, Clock: w.clock, Table: table, Sender: sender, Host: "kring.example"})
	must(w.t, err)
	return post
}
