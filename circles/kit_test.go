package circles

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kring/guides"
	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/limit"
	"kring/internal/testkit"
	"kring/internal/wall"
)

// world is a database with a programme, its facilitator, and a clock that only goes when it is told to.
type world struct {
	t           testing.TB
	ctx         context.Context
	db          *database.DB
	clock       *clock.Clock
	registry    *Registry
	facilitator identity.Actor
	programme   ProgrammeView
	people      int
}

// inWorlds runs a test in a world of its own on each database.
func inWorlds(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	testkit.Databases(t, func(t *testing.T, db *database.DB) { fn(t, newWorld(t, db)) })
}

func newWorld(t testing.TB, db *database.DB) *world {
	t.Helper()
	library, err := guides.Load(guides.Embedded(), guides.Options{})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, ctx: t.Context(), db: db, clock: clock.System()}
	w.registry = NewRegistry(Options{
		DB: db, Clock: w.clock, Guides: library, Calendars: []string{"be", "none"}, Limits: limit.New(w.secrets(), signupsAnHour),
	})
	w.facilitator = w.somebody("Farah Facilitator", "")
	owner := w.facilitator
	owner.Owner = true
	w.programme = got(w.registry.OpenProgramme(w.ctx, owner, w.draft()))(t)
	return w
}

// signupsAnHour is how many people one network may sign up here.
const signupsAnHour = 3

func (w *world) secrets() identity.Secrets {
	w.t.Helper()
	return got(identity.ParseSecrets(strings.Repeat("s", 32)))(w.t)
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
			t.Fatalf("want %v %q, got %v", kind, code, err)
		}
	}
}

// nothing lets refused take a call without a value.
func nothing(err error) (struct{}, error) { return struct{}{}, err }

// violates checks that exactly these "pointer code" pairs are named.
func violates(t testing.TB, err error, want ...string) {
	t.Helper()
	f, is := fault.Of(err)
	if !is || f.Kind != fault.Invalid {
		t.Fatalf("want violations %v, got %v", want, err)
	}
	var found []string
	for _, v := range f.Violations {
		found = append(found, v.Pointer+" "+v.Code)
	}
	slices.Sort(found)
	slices.Sort(want)
	if !slices.Equal(found, want) {
		t.Fatalf("want violations\n%q, got\n%q", want, found)
	}
}

func (w *world) draft() ProgrammeDraft {
	return ProgrammeDraft{
		Name: "Voorjaar", Purpose: "Leren van elkaar", GuideSet: "wol", Language: "nl", Zone: "Europe/Brussels",
		Holidays: "be", SignupOpen: true, HourReminder: true,
	}
}

// somebody makes a confirmed person, with the address that the name gives when there is none.
func (w *world) somebody(name, email string) identity.Actor {
	w.t.Helper()
	w.people++
	if email == "" {
		email = fmt.Sprintf("person%d@example.org", w.people)
	}
	var p identity.Person
	w.write(func(tx database.Tx) (err error) {
		p, err = identity.EnsureIn(tx, w.clock.Now(), identity.Person{
			Email: email, Name: name, LetterLanguage: "nl", Zone: "Europe/Brussels",
		})
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

func (w *world) person(id string) identity.Person {
	w.t.Helper()
	return got(read(w.ctx, w.db, func(tx database.Tx) (identity.Person, error) { return identity.FindIn(tx, id) }))(w.t)
}

func (w *world) byEmail(email string) identity.Person {
	w.t.Helper()
	return got(read(w.ctx, w.db, func(tx database.Tx) (identity.Person, error) { return identity.ByEmailIn(tx, email) }))(w.t)
}

// tuesday is the slot of most circles here: Tuesday 12:30.
var tuesday = wall.Slot{Weekday: time.Tuesday, At: wall.At(12, 30), Zone: "Europe/Brussels"}

// circle opens a circle of five seats on Tuesdays, with so many members in.
func (w *world) circle(members int, change ...func(*CircleDraft)) (Circle, []Member) {
	w.t.Helper()
	slot := tuesday
	draft := CircleDraft{
		ProgrammeID: w.programme.ID, Name: "De dinsdagen", Slot: &slot, Seats: 5, SeatsOpen: true,
		StartsOn: wall.DateOf(w.clock.Now(), time.UTC).AddDays(14),
	}
	for range members {
		w.people++
		draft.Members = append(draft.Members, Invitee{
			Name: fmt.Sprintf("Lid Nummer%d", w.people), Email: fmt.Sprintf("person%d@example.org", w.people), LetterLanguage: "nl",
		})
	}
	for _, fn := range change {
		fn(&draft)
	}
	view := got(w.registry.OpenCircle(w.ctx, w.facilitator, draft))(w.t)
	for _, m := range w.seats(view.ID) {
		if m.State == Invited {
			got(w.registry.AcceptSeat(w.ctx, actorOf(m), m.ID))(w.t)
		}
	}
	return w.see(view.ID), w.seats(view.ID)
}

// actorOf is whoever a seat is for.
func actorOf(m Member) identity.Actor { return identity.Actor{PersonID: m.PersonID} }

func (w *world) see(id string) Circle {
	w.t.Helper()
	return got(read(w.ctx, w.db, func(tx database.Tx) (Circle, error) { return CircleIn(tx, id) }))(w.t)
}

func (w *world) seats(circleID string) []Member {
	w.t.Helper()
	return got(read(w.ctx, w.db, func(tx database.Tx) ([]Member, error) { return SeatsIn(tx, circleID) }))(w.t)
}

func (w *world) seat(id string) Member {
	w.t.Helper()
	return got(read(w.ctx, w.db, func(tx database.Tx) (Member, error) { return MemberIn(tx, id) }))(w.t)
}

// began begins the circle and sets the guide week it is at.
func (w *world) began(c Circle, week int) Circle {
	w.t.Helper()
	return got(write(w.ctx, w.db, func(tx database.Tx) (Circle, error) {
		c, err := LockIn(tx, c.ID)
		if err != nil {
			return c, err
		}
		if c, err = BeginIn(tx, w.facilitator, w.clock.Now(), c, 4, true); err != nil {
			return c, err
		}
		c.GuideWeek = week
		return c, SaveIn(tx, &c, w.clock.Now())
	}))(w.t)
}

// application is a draft of somebody with hours on Tuesdays.
func (w *world) application(circleID string) ApplicationDraft {
	w.people++
	return ApplicationDraft{
		Name: fmt.Sprintf("Kandidaat Nummer%d", w.people), Email: fmt.Sprintf("person%d@example.org", w.people),
		LetterLanguage: "en", Speaks: []string{"nl", "en"}, Zone: "Europe/Brussels",
		Availability: []wall.Hours{{Weekday: "tue", From: "09:00", Until: "17:00"}}, CircleID: circleID,
	}
}

// applied signs somebody up; the application is unconfirmed.
func (w *world) applied(draft ApplicationDraft) (Application, identity.Actor) {
	w.t.Helper()
	got(w.registry.Apply(w.ctx, w.programme.ID, draft))(w.t)
	p := w.byEmail(draft.Email)
	return w.applicationOf(p.ID), identity.Actor{PersonID: p.ID}
}

func (w *world) applicationOf(personID string) Application {
	w.t.Helper()
	return got(read(w.ctx, w.db, func(tx database.Tx) (Application, error) {
		a, _, err := liveApplication(tx, w.programme.ID, personID)
		return a, err
	}))(w.t)
}

// waiting signs somebody up and presses.
func (w *world) waiting(draft ApplicationDraft) (Confirmation, identity.Actor) {
	w.t.Helper()
	a, actor := w.applied(draft)
	return got(w.registry.ConfirmApplication(w.ctx, actor, a.ID))(w.t), actor
}

// later turns the clock and lets time do its work.
func (w *world) later(d time.Duration) Lapses {
	w.t.Helper()
	w.clock.Advance(d)
	done, _, err := w.registry.Expire(w.ctx, w.clock.Now())
	if err != nil {
		w.t.Fatalf("expire: %v", err)
	}
	return done
}
