package scheduling

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kring/guides"
	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/testkit"
	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling/holidays"
)

// world is a database in virtual time: a programme, its facilitator, and one circle.
type world struct {
	t           testing.TB
	ctx         context.Context
	db          *database.DB
	clock       *clock.Clock
	registry    *circles.Registry
	calendar    *Calendar
	facilitator identity.Actor
	programme   circles.ProgrammeView
	circleID    string
	people      int
	passed      Counts // by all passes so far
}

// setting is what a life begins with.
type setting struct {
	now      string // instant at which the world is made
	weekday  time.Weekday
	at       wall.TimeOfDay
	startsOn string
	set      string
	holidays string
	zones    []string // one for each member; default five in Brussels
	breaks   []circles.Break
	forming  bool // the circle is not begun
	goNoGo   bool // those who said nothing are asked a day ahead; a circle does so unless it says otherwise
}

// lives runs a life in a bubble of virtual time on each database.
func lives(t *testing.T, s setting, fn func(t *testing.T, w *world)) {
	t.Helper()
	testkit.URLs(t, func(t *testing.T, url string) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, testkit.Open(t, url), s)
			fn(t, w)
		})
	})
}

func newWorld(t testing.TB, db *database.DB, s setting) *world {
	t.Helper()
	library, err := guides.Load(guides.Embedded(), guides.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, ctx: t.Context(), db: db, clock: clock.System()}
	w.sleep(s.now)
	w.registry = circles.NewRegistry(circles.Options{DB: db, Clock: w.clock, Guides: library, Calendars: holidays.Keys()})
	w.calendar = New(Options{DB: db, Clock: w.clock, Guides: library})
	w.facilitator = w.somebody("Farah Facilitator", "Europe/Brussels")
	owner := w.facilitator
	owner.Owner = true
	w.programme = got(w.registry.OpenProgramme(w.ctx, owner, circles.ProgrammeDraft{
		Name: "Voorjaar", Purpose: "Leren van elkaar", GuideSet: or(s.set, "wol"), Language: "nl", Zone: "Europe/Brussels",
		Holidays: or(s.holidays, "be"), HourReminder: true, Breaks: s.breaks,
	}))(t)
	w.open(s)
	if !s.forming {
		got(w.calendar.Begin(w.ctx, w.facilitator, w.circleID, 0, BeginDraft{Insist: true}, false))(t)
	}
	return w
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// open opens the circle; everybody accepts.
func (w *world) open(s setting) {
	w.t.Helper()
	slot := wall.Slot{Weekday: s.weekday, At: s.at, Zone: "Europe/Brussels"}
	draft := circles.CircleDraft{ProgrammeID: w.programme.ID, Name: "De kring", Slot: &slot, Seats: 5, StartsOn: day(w.t, s.startsOn)}
	zones := s.zones
	if zones == nil {
		zones = slices.Repeat([]string{"Europe/Brussels"}, 5)
	}
	for i, zone := range zones {
		email := fmt.Sprintf("member%d@example.org", i)
		w.person(fmt.Sprintf("Lid%c Achternaam", 'A'+i), email, zone)
		draft.Members = append(draft.Members, circles.Invitee{Name: "Lid", Email: email, LetterLanguage: "nl"})
	}
	view := got(w.registry.OpenCircle(w.ctx, w.facilitator, draft))(w.t)
	w.circleID = view.ID
	var seats []circles.Member
	w.write(func(tx database.Tx) (err error) {
		seats, err = circles.SeatsIn(tx, view.ID)
		return err
	})
	for _, m := range seats {
		got(w.registry.AcceptSeat(w.ctx, identity.Actor{PersonID: m.PersonID}, m.ID))(w.t)
	}
	got(w.registry.PatchCircle(w.ctx, w.facilitator, view.ID, 0, circles.CirclePatch{GoNoGo: &s.goNoGo}))(w.t)
}

func (w *world) somebody(name, zone string) identity.Actor {
	w.people++
	return w.person(name, fmt.Sprintf("person%d@example.org", w.people), zone)
}

func (w *world) person(name, email, zone string) identity.Actor {
	w.t.Helper()
	var p identity.Person
	w.write(func(tx database.Tx) (err error) {
		p, err = identity.EnsureIn(tx, w.clock.Now(), identity.Person{Email: email, Name: name, LetterLanguage: "nl", Zone: zone})
		if err == nil {
			p, err = identity.ConfirmAddressIn(tx, w.clock.Now(), p.ID)
		}
		return err
	})
	return identity.Actor{PersonID: p.ID}
}

func (w *world) write(fn func(tx database.Tx) error) {
	w.t.Helper()
	if err := w.db.Write(w.ctx, fn); err != nil {
		w.t.Fatalf("unexpected: %v", err)
	}
}

// sleep lets virtual time go on without a pass: the program is down.
func (w *world) sleep(instant string) {
	w.t.Helper()
	d := time.Until(at(w.t, instant))
	if d < 0 {
		w.t.Fatalf("%s is past", instant)
	}
	time.Sleep(d) //nolint:forbidigo // virtual time
}

// until lets time go on to the instant, with passes at every moment at which something is due.
func (w *world) until(instant string) {
	w.t.Helper()
	end := at(w.t, instant)
	for {
		next := w.pass()
		if next.IsZero() || next.After(end) {
			time.Sleep(time.Until(end)) //nolint:forbidigo // virtual time
			return
		}
		time.Sleep(max(time.Until(next), time.Millisecond)) //nolint:forbidigo // virtual time
	}
}

// pass runs the passes once and answers when the next is due.
func (w *world) pass() time.Time {
	w.t.Helper()
	now := w.clock.Now()
	counts, next, err := w.calendar.QueueDue(w.ctx, now)
	if err != nil {
		w.t.Fatalf("queue at %v: %v", now, err)
	}
	w.passed.add(counts)
	counts, forget, err := w.calendar.Forget(w.ctx, now)
	if err != nil {
		w.t.Fatalf("forget at %v: %v", now, err)
	}
	w.passed.add(counts)
	if next.IsZero() || !forget.IsZero() && forget.Before(next) {
		return forget
	}
	return next
}

// course reads the circle as it is.
func (w *world) course() *course {
	w.t.Helper()
	var c *course
	err := w.db.Snapshot(w.ctx, func(tx database.Tx) error {
		circle, err := circles.CircleIn(tx, w.circleID)
		if err == nil {
			c, err = w.calendar.read(tx, circle, w.clock.Now())
		}
		if err == nil {
			_, err = c.people()
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

func (w *world) circle() circles.Circle { return w.course().circle }

// member is the n-th member of the circle.
func (w *world) member(n int) identity.Actor {
	return identity.Actor{PersonID: w.course().members[n].PersonID}
}

// on is the session that starts on a date.
func (w *world) on(date string) Session {
	w.t.Helper()
	c := w.course()
	for _, s := range c.sessions {
		if s.On(c.loc) == day(w.t, date) {
			return s
		}
	}
	w.t.Fatalf("no session on %s: %v", date, w.dates())
	return Session{}
}

// dates are all sessions as "2017-06-06 held".
func (w *world) dates() []string {
	c := w.course()
	var out []string
	for _, s := range c.sessions {
		out = append(out, s.On(c.loc).String()+" "+string(s.State))
	}
	return out
}

func (w *world) record(date string, outcome State) {
	w.t.Helper()
	got(w.calendar.RecordOutcome(w.ctx, w.member(0), w.on(date).ID, outcome))(w.t)
}

// told is one notice, by the kind and how many people it went to.
func (w *world) told(kinds ...string) int {
	w.t.Helper()
	n := 0
	for _, line := range w.notices() {
		if slices.Contains(kinds, line.Kind) {
			n++
		}
	}
	return n
}

// noticeLine is a notice as it stands in the outbox.
type noticeLine struct {
	PersonID, Kind, State string
	SessionID             *string
	HoldUntil             time.Time
	UsefulUntil           *time.Time
}

func (w *world) notices() []noticeLine {
	w.t.Helper()
	var out []noticeLine
	err := w.db.Read(w.ctx, func(tx database.Tx) (err error) {
		out, err = rows[noticeLine](tx.Gorm().Raw(`select person_id, kind, state, session_id, hold_until, useful_until
			from notices where circle_id = ? and state <> 'void' order by hold_until, id`, w.circleID))
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return slices.DeleteFunc(out, func(n noticeLine) bool { return strings.HasPrefix(n.Kind, "seat_") })
}

// since empties the record of notices, so that told counts what comes after.
func (w *world) forgetNotices() {
	w.t.Helper()
	w.write(func(tx database.Tx) error { return tx.Gorm().Exec("delete from notices").Error })
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

// refused ends the test unless the call was refused with the code.
func refused[T any](_ T, err error) func(t testing.TB, code string) {
	return func(t testing.TB, code string) {
		t.Helper()
		if !fault.HasCode(err, code) {
			t.Fatalf("want the refusal %q, got %v", code, err)
		}
	}
}

// violates ends the test unless the call was refused for the one violation.
func violates[T any](_ T, err error) func(t testing.TB, want string) {
	return func(t testing.TB, want string) {
		t.Helper()
		f, ok := fault.Of(err)
		if !ok || len(f.Violations) == 0 || f.Violations[0].Pointer+" "+f.Violations[0].Code != want {
			t.Fatalf("want the violation %q, got %v", want, err)
		}
	}
}

// stalling raises the flag that lets a facilitator end the circle.
func (w *world) stalling() {
	w.t.Helper()
	w.write(func(tx database.Tx) error {
		return tx.Gorm().Table("flags").Create(map[string]any{
			"id": database.NewID(), "circle_id": w.circleID, "programme_id": w.programme.ID, "verdict": "stalling", "reasons": "[]", "step": "", "state": "open",
			"raised_at": w.clock.Now(), "updated_at": w.clock.Now(),
		}).Error
	})
}

// waiting counts notices of a kind that are still to be told.
func (w *world) waiting(kind string) int {
	n := 0
	for _, line := range w.notices() {
		if line.Kind == kind && line.State == "waiting" {
			n++
		}
	}
	return n
}
