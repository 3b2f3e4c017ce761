package health

import (
	"fmt"
	"testing"
	"time"

	"kring/guides"
	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/testkit"

	"kring/circles"
)

const week = 7 * 24 * time.Hour

// world is a database with a programme, its facilitator, and a clock that can be turned.
type world struct {
	t           testing.TB
	db          *database.DB
	clock       *clock.Clock
	watch       *Watch
	programmeID string
	facilitator identity.Actor
	people      int
}

func library(t testing.TB) *guides.Library {
	t.Helper()
	l, err := guides.Load(guides.Embedded(), guides.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// inWorlds runs a test in a world of its own on each database.
func inWorlds(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	testkit.Databases(t, func(t *testing.T, db *database.DB) { fn(t, newWorld(t, db)) })
}

func newWorld(t testing.TB, db *database.DB) *world {
	t.Helper()
	c := clock.System()
	w := &world{t: t, db: db, clock: c, watch: New(Options{DB: db, Clock: c, Guides: library(t)})}
	w.programmeID, w.facilitator = w.programme("Europe/Brussels")
	return w
}

func (w *world) now() time.Time { return w.clock.Now() }

func (w *world) write(fn func(tx database.Tx) error) {
	w.t.Helper()
	if err := w.db.Write(w.t.Context(), fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) exec(statement string, args ...any) {
	w.t.Helper()
	w.write(func(tx database.Tx) error { return tx.Gorm().Exec(statement, args...).Error })
}

func (w *world) insert(row any) {
	w.t.Helper()
	w.write(func(tx database.Tx) error { return tx.Gorm().Create(row).Error })
}

// programme opens a programme a month ago, with a facilitator who lives in the zone.
func (w *world) programme(zone string) (string, identity.Actor) {
	w.t.Helper()
	then := w.now().AddDate(0, -1, 0)
	p := circles.Programme{
		ID: database.NewID(), Name: "Kringen", GuideSet: "wol", Language: "nl", Zone: zone, Holidays: "none",
		Quorum: 3, State: circles.Open, Revision: 1, CreatedAt: then, UpdatedAt: then,
	}
	w.insert(&p)
	who := w.person(zone)
	w.insert(&circles.Facilitator{ProgrammeID: p.ID, PersonID: who.PersonID, CreatedAt: then})
	return p.ID, who
}

func (w *world) person(zone string) identity.Actor {
	w.t.Helper()
	w.people++
	var p identity.Person
	w.write(func(tx database.Tx) (err error) {
		p, err = identity.EnsureIn(tx, w.now(), identity.Person{
			Name: fmt.Sprintf("Person %d", w.people), Email: fmt.Sprintf("p%d@example.org", w.people), LetterLanguage: "nl", Zone: zone,
		})
		return err
	})
	return identity.Actor{PersonID: p.ID}
}

// ring is a running circle, with its members in the order of their seats.
type ring struct {
	w       *world
	id      string
	people  []identity.Actor
	members []circles.Member
	dates   []string // ids of the sessions, by date
}

// circle begins a circle of so many members long ago. The last session of past was yesterday, the first one ahead is in
// six days; what is moved was moved two days before its date, or just now. It is due at once.
func (w *world) circle(members, guideWeek int, past, ahead Course) *ring {
	w.t.Helper()
	now, begun := w.now(), w.now().AddDate(0, -6, 0)
	c := circles.Circle{
		ID: database.NewID(), ProgrammeID: w.programmeID, Name: "Kring", State: circles.Running, GuideSet: "wol",
		Language: "nl", Zone: "Europe/Brussels", Holidays: "none", Quorum: 3, LookedAfterBy: &w.facilitator.PersonID, Seats: 5,
		GuideWeek: guideWeek, Series: 1, BegunAt: &begun, ReasonsSince: &begun, NextCheckAt: &now, Revision: 1,
		CreatedAt: begun, UpdatedAt: begun,
	}
	w.insert(&c)
	r := &ring{w: w, id: c.ID}
	for i := range members {
		who := w.person("Europe/Brussels")
		m := circles.Member{
			ID: database.NewID(), CircleID: c.ID, PersonID: who.PersonID, State: circles.Accepted, HostTurn: i,
			AcceptedAt: &begun, InAt: &begun, Revision: 1, CreatedAt: begun, UpdatedAt: begun,
		}
		w.insert(&m)
		r.people, r.members = append(r.people, who), append(r.members, m)
	}
	r.course(past, ahead)
	return r
}

func (r *ring) course(past, ahead Course) {
	r.w.t.Helper()
	yesterday := r.w.now().Add(-24 * time.Hour)
	for i, letter := range past + ahead {
		r.session(letter, yesterday.Add(time.Duration(i-len(past)+1)*week))
	}
}

func (r *ring) session(letter rune, startsAt time.Time) {
	r.w.t.Helper()
	names := map[rune]string{
		held: "held", missed: "missed", cancelled: "cancelled", skipped: "skipped", unrecorded: "unrecorded", planned: "planned",
	}
	row := map[string]any{
		"id": database.NewID(), "circle_id": r.id, "ordinal": len(r.dates) + 1, "state": names[state(letter)],
		"starts_at": startsAt, "ends_at": startsAt.Add(time.Hour), "series": 1, "slot_starts_at": startsAt, "sequence": 0,
		"created_at": startsAt, "updated_at": startsAt,
	}
	if state(letter) != letter {
		row["moved_at"] = earlier(startsAt.Add(-48*time.Hour), r.w.now().Add(-time.Hour))
	}
	r.w.write(func(tx database.Tx) error { return tx.Gorm().Table("sessions").Create(row).Error })
	r.dates = append(r.dates, row["id"].(string))
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// becomes gives session i another state; the circle is woken, as every write does.
func (r *ring) becomes(i int, stateName string) {
	r.w.t.Helper()
	r.w.exec("update sessions set state = ? where id = ?", stateName, r.dates[i])
	r.touch()
}

func (r *ring) touch() {
	r.w.t.Helper()
	r.w.write(func(tx database.Tx) error { return circles.TouchIn(tx, r.id, r.w.now()) })
}

func (r *ring) leave(i int) {
	r.w.t.Helper()
	r.w.exec("update members set state = 'left', left_at = ? where id = ?", r.w.now(), r.members[i].ID)
	r.touch()
}

func (r *ring) health() CircleHealth {
	r.w.t.Helper()
	return got(r.w.watch.Health(r.w.t.Context(), r.w.facilitator, r.id))(r.w.t)
}

// is checks what the circle's open flag says: level, and reasons in their order.
func (r *ring) is(level Level, reasons ...string) {
	r.w.t.Helper()
	h := r.health()
	v := Verdict{Reasons: h.Reasons}
	if h.Verdict != level || fmt.Sprint(codes(v)) != fmt.Sprint(reasons) {
		r.w.t.Fatalf("the circle is %s %v, want %s %v", h.Verdict, codes(v), level, reasons)
	}
}

func (w *world) review() (Counts, time.Time) {
	w.t.Helper()
	done, next, err := w.watch.Review(w.t.Context(), w.now())
	if err != nil {
		w.t.Fatal(err)
	}
	return done, next
}

// noticed counts notices of a kind by state.
func (w *world) noticed(kind string) map[string]int {
	w.t.Helper()
	counts := map[string]int{}
	var states []string
	w.write(func(tx database.Tx) error {
		return tx.Gorm().Table("notices").Where("kind = ?", kind).Pluck("state", &states).Error
	})
	for _, s := range states {
		counts[s]++
	}
	return counts
}

func (w *world) count(query string, args ...any) int {
	w.t.Helper()
	var n int
	w.write(func(tx database.Tx) error { return tx.Gorm().Raw(query, args...).Scan(&n).Error })
	return n
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
