package signin

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/limit"
	"kring/internal/outbox"
	"kring/internal/testkit"
	"kring/internal/text"
)

var (
	firstSecret  = strings.Repeat("f", 32)
	secondSecret = strings.Repeat("s", 32)
)

// office is the network that most people here sign in from.
const office = "192.0.2.0/24"

// world is a database with people, and a clock that only goes when it is told to.
type world struct {
	*SignIn
	t    testing.TB
	ctx  context.Context
	asks int
}

func inWorlds(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	testkit.Databases(t, func(t *testing.T, db *database.DB) { fn(t, newWorld(t, db, firstSecret)) })
}

func newWorld(t testing.TB, db *database.DB, secrets string) *world {
	t.Helper()
	return newWorldAt(t, db, clock.System(), secrets)
}

func newWorldAt(t testing.TB, db *database.DB, c *clock.Clock, secrets string) *world {
	t.Helper()
	s := got(identity.ParseSecrets(secrets))(t)
	texts := got(text.Load(identity.Texts, Texts))(t).Strict()
	return &world{t: t, ctx: t.Context(), SignIn: New(Options{
		DB: db, Clock: c, Texts: texts, Secrets: s, Links: identity.NewLinks(s), Limits: limit.New(s, 300),
		PublicURL: "https://kring.example.org/", Log: slog.New(slog.DiscardHandler),
	})}
}

// got ends the test on an error: got(call())(t).
func got[T any](value T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatalf("unexpected: %v", err)
		}
		return value
	}
}

// refused checks kind and code of a refusal.
func refused[T any](_ T, err error) func(t testing.TB, kind fault.Kind, code string) {
	return func(t testing.TB, kind fault.Kind, code string) {
		t.Helper()
		if !fault.IsKind(err, kind) || !fault.HasCode(err, code) {
			t.Errorf("want %v %q, got %v", kind, code, err)
		}
	}
}

// nothing lets refused take a call without a value.
func nothing(err error) (struct{}, error) { return struct{}{}, err }

// violates checks that exactly this "pointer code" is named.
func violates[T any](_ T, err error) func(t testing.TB, want string) {
	return func(t testing.TB, want string) {
		t.Helper()
		f, is := fault.Of(err)
		if !is || len(f.Violations) != 1 || f.Violations[0].Pointer+" "+f.Violations[0].Code != want {
			t.Errorf("want violation %q, got %v", want, err)
		}
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("unexpected: %v", err)
	}
}

func (w *world) write(fn func(tx database.Tx) error) {
	w.t.Helper()
	w.must(w.db.Write(w.ctx, fn))
}

func (w *world) read(fn func(tx database.Tx) error) {
	w.t.Helper()
	w.must(w.db.Read(w.ctx, fn))
}

func (w *world) exec(sql string, values ...any) {
	w.t.Helper()
	w.write(func(tx database.Tx) error { return tx.Gorm().Exec(sql, values...).Error })
}

// stranger is somebody whose address nobody confirmed yet.
func (w *world) stranger(name string) identity.Person {
	w.t.Helper()
	var p identity.Person
	w.write(func(tx database.Tx) (err error) {
		p, err = identity.EnsureIn(tx, w.clock.Now(), identity.Person{
			Email: strings.ToLower(name) + "@example.org", Name: name + " Adams", LetterLanguage: "nl", Zone: "Europe/Brussels",
		})
		return err
	})
	return p
}

// somebody has confirmed her address.
func (w *world) somebody(name string) identity.Person {
	w.t.Helper()
	p := w.stranger(name)
	w.write(func(tx database.Tx) (err error) {
		p, err = identity.ConfirmAddressIn(tx, w.clock.Now(), p.ID)
		return err
	})
	return p
}

func (w *world) person(id string) identity.Person {
	w.t.Helper()
	var p identity.Person
	w.read(func(tx database.Tx) (err error) {
		p, err = identity.FindIn(tx, id)
		return err
	})
	return p
}

// asked asks for a letter and answers what it says.
func (w *world) asked(email string) (Asked, said) {
	w.t.Helper()
	w.asks++
	a := got(w.Ask(w.ctx, email, fmt.Sprintf("network %d", w.asks)))(w.t)
	return a, say(w.keys[0], a.ID)
}

// wrong is a code that is not the right one.
func (s said) wrong() string {
	if s.code == "000000" {
		return "000001"
	}
	return "000000"
}

// told are the notices that wait, oldest first.
func (w *world) told() []outbox.Notice {
	w.t.Helper()
	var found []outbox.Notice
	w.read(func(tx database.Tx) error {
		return tx.Gorm().Raw("select person_id, kind, key, subject_id, useful_until from notices where state = 'waiting' order by id").
			Scan(&found).Error
	})
	return found
}

// everything is all that the tables hold that sign-in writes to.
func (w *world) everything() string {
	w.t.Helper()
	var out strings.Builder
	w.read(func(tx database.Tx) error {
		for _, table := range []string{"sign_in_requests", "sign_ins", "address_changes", "oidc_subjects", "limits", "people", "notices", "journal"} {
			var rows []map[string]any
			if err := tx.Gorm().Table(table).Find(&rows).Error; err != nil {
				return err
			}
			lines := make([]string, len(rows))
			for i, row := range rows {
				lines[i] = fmt.Sprintf("%s %v\n", table, row)
			}
			slices.Sort(lines)
			out.WriteString(strings.Join(lines, ""))
		}
		return nil
	})
	return out.String()
}

// unchanged checks that what happens within it writes nothing.
func (w *world) unchanged(what string, fn func()) {
	w.t.Helper()
	before := w.everything()
	fn()
	if after := w.everything(); after != before {
		w.t.Errorf("%s: something was written:\n%s\nbecame\n%s", what, before, after)
	}
}

// statements are the statements that run within fn, without their values.
func (w *world) statements(fn func()) []string {
	w.t.Helper()
	var ran []string
	on := true
	note := func(db *gorm.DB) {
		if on {
			ran = append(ran, db.Statement.SQL.String())
		}
	}
	w.asks++
	name := fmt.Sprintf("trace %d", w.asks)
	w.read(func(tx database.Tx) error {
		callbacks := tx.Gorm().Callback()
		for processor, register := range map[string]func(string, func(*gorm.DB)) error{
			"create": callbacks.Create().After("gorm:create").Register, "query": callbacks.Query().After("gorm:query").Register,
			"update": callbacks.Update().After("gorm:update").Register, "delete": callbacks.Delete().After("gorm:delete").Register,
			"row": callbacks.Row().After("gorm:row").Register, "raw": callbacks.Raw().After("gorm:raw").Register,
		} {
			if err := register(name+processor, note); err != nil {
				return err
			}
		}
		return nil
	})
	fn()
	on = false
	return ran
}

// journal are the entries of the journal, oldest first, as "action actor subject".
func (w *world) journal() []string {
	w.t.Helper()
	var entries []string
	w.read(func(tx database.Tx) error {
		return tx.Gorm().Raw("select action || ' ' || cast(actor_id as text) || ' ' || cast(subject_id as text) from journal order by id").Scan(&entries).Error
	})
	return entries
}

// browser keeps a cookie, as browsers do.
type browser struct {
	w      *world
	agent  string
	cookie *http.Cookie
}

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"

func (w *world) browser() *browser { return &browser{w: w, agent: firefox} }

func (b *browser) request() *http.Request {
	r := httptest.NewRequest(http.MethodGet, "https://kring.example.org/", nil).WithContext(b.w.ctx)
	r.Header.Set("User-Agent", b.agent)
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	return r
}

// takes reads the cookie that an answer sets or takes back.
func (b *browser) takes(answer *httptest.ResponseRecorder) {
	for _, cookie := range answer.Result().Cookies() {
		if b.cookie = cookie; cookie.MaxAge < 0 {
			b.cookie = nil
		}
	}
}

func (b *browser) start(p identity.Person) *http.Cookie {
	b.w.t.Helper()
	answer := httptest.NewRecorder()
	b.w.must(b.w.Start(b.w.ctx, answer, b.request(), p.ID))
	b.takes(answer)
	if b.cookie == nil {
		b.w.t.Fatal("no cookie came")
	}
	return b.cookie
}

func (b *browser) stop() {
	b.w.t.Helper()
	answer := httptest.NewRecorder()
	b.w.must(b.w.Stop(b.w.ctx, answer, b.request()))
	b.takes(answer)
}

// actor is who is signed in.
func (b *browser) actor() identity.Actor {
	b.w.t.Helper()
	return got(b.w.Authenticate(b.request()))(b.w.t)
}

func (b *browser) isOut(what string) {
	b.w.t.Helper()
	_, err := b.w.Authenticate(b.request())
	if !fault.IsKind(err, fault.Unauthenticated) || !fault.HasCode(err, "signed-out") {
		b.w.t.Errorf("%s: %v", what, err)
	}
}

// later turns product time forward.
func (w *world) later(d time.Duration) { w.clock.Advance(d) }
