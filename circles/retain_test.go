package circles

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/testkit"
	"kring/internal/wall"
)

// nights turns the clock on, and lets retention run as often as it has something to look at.
func (w *world) nights(d time.Duration) (all Retained) {
	w.t.Helper()
	end := w.clock.Now().Add(d)
	for range 10_000 {
		done, next, err := w.registry.Retain(w.ctx, w.clock.Now(), w.records())
		if err != nil {
			w.t.Fatalf("retain: %v", err)
		}
		all.Looked, all.Erased, all.Emptied = all.Looked+done.Looked, all.Erased+done.Erased, all.Emptied+done.Emptied
		if next.IsZero() || next.After(end) {
			w.clock.Advance(end.Sub(w.clock.Now()))
			return all
		}
		w.clock.Advance(max(next.Sub(w.clock.Now()), 0)) // the clock goes on by itself, too
	}
	w.t.Fatal("retention looks at somebody again and again")
	return all
}

// until is nights up to an instant.
func (w *world) until(at time.Time) Retained {
	w.t.Helper()
	return w.nights(at.Sub(w.clock.Now()))
}

func (w *world) forgotten(actor identity.Actor) bool {
	w.t.Helper()
	return w.person(actor.PersonID).ErasedAt != nil
}

// over completes a circle.
func (w *world) over(c Circle) Circle {
	w.t.Helper()
	return got(write(w.ctx, w.db, func(tx database.Tx) (Circle, error) {
		c, err := LockIn(tx, c.ID)
		if err != nil {
			return c, err
		}
		return CompleteIn(tx, w.facilitator, w.clock.Now(), c)
	}))(w.t)
}

// placed signs somebody up for the programme and puts her into one of its circles.
func (w *world) placed(p ProgrammeView, c Circle, draft ApplicationDraft) identity.Actor {
	w.t.Helper()
	got(w.registry.Apply(w.ctx, p.ID, draft))(w.t)
	actor := identity.Actor{PersonID: w.byEmail(draft.Email).ID}
	a := got(read(w.ctx, w.db, func(tx database.Tx) (Application, error) {
		a, _, err := liveApplication(tx, p.ID, actor.PersonID)
		return a, err
	}))(w.t)
	got(w.registry.ConfirmApplication(w.ctx, actor, a.ID))(w.t)
	m := got(w.registry.Invite(w.ctx, w.facilitator, c.ID, Invitee{ApplicationID: a.ID}))(w.t)
	got(w.registry.AcceptSeat(w.ctx, actor, m.ID))(w.t)
	return actor
}

// opened is a programme that keeps people's data so many months.
func (w *world) opened(keep, unplaced int) ProgrammeView {
	w.t.Helper()
	owner, draft := w.facilitator, w.draft()
	owner.Owner, draft.KeepMonths, draft.KeepUnplacedMonths = true, keep, unplaced
	return got(w.registry.OpenProgramme(w.ctx, owner, draft))(w.t)
}

func of(p ProgrammeView) func(*CircleDraft) { return func(d *CircleDraft) { d.ProgrammeID = p.ID } }

func (w *world) patch(p ProgrammeView, patch ProgrammePatch) {
	w.t.Helper()
	got(w.registry.PatchProgramme(w.ctx, w.facilitator, p.ID, 0, patch))(w.t)
}

// months is the end of the day, in Brussels, so many months from now.
func (w *world) months(n int) time.Time {
	loc := got(wall.LoadZone("Europe/Brussels"))(w.t)
	return afterMonths(w.clock.Now(), n, loc)
}

func TestAMemberIsKeptForTwelveMonthsAfterHerLastCircle(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(4)
		c = w.began(c, 5)
		anke := actorOf(seats[0])
		w.nights(3 * 365 * 24 * time.Hour) // a circle that goes on keeps everybody
		if w.forgotten(anke) {
			t.Fatal("forgotten out of a circle that goes on")
		}
		w.over(c)
		due := w.months(12)
		if done := w.until(due.Add(-time.Second)); done.Erased != 0 || w.forgotten(anke) {
			t.Errorf("too early: %+v", done)
		}
		if done := w.until(due.Add(time.Minute)); done.Erased != 4 || !w.forgotten(anke) || w.forgotten(w.facilitator) {
			t.Errorf("at %v: %+v", due, done)
		}
		if m := w.seat(seats[0].ID); !m.In() {
			t.Errorf("the circle had her: %+v", m)
		}
	})
}

func TestWhoLeftACircleThatGoesOnIsKeptFromThen(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(4)
		w.began(c, 5)
		got(w.registry.Leave(w.ctx, actorOf(seats[0]), seats[0].ID))(t)
		due := w.months(12)
		if w.until(due.Add(-time.Second)); w.forgotten(actorOf(seats[0])) {
			t.Error("too early")
		}
		if w.until(due.Add(time.Minute)); !w.forgotten(actorOf(seats[0])) || w.forgotten(actorOf(seats[1])) {
			t.Error("who left is to go, who is in to stay")
		}
	})
}

func TestTwoProgrammesWithDifferentMonths(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		short, long := w.opened(1, 1), w.opened(3, 3)
		first, _ := w.circle(2, of(short))
		second, _ := w.circle(2, of(long))
		draft := w.application("")
		anke := w.placed(short, first, draft)
		w.placed(long, second, draft)
		w.over(w.began(first, 5))
		w.over(w.began(second, 5))
		dueShort, dueLong := w.months(1), w.months(3)
		if done := w.until(dueShort.Add(time.Minute)); done.Emptied != 1 || w.forgotten(anke) {
			t.Errorf("after the shorter: %+v", done)
		}
		for _, a := range w.allApplications() {
			if (a.ForgottenAt != nil) != (a.ProgrammeID == short.ID) || (a.Name == "") != (a.ProgrammeID == short.ID) || a.State != Placed {
				t.Errorf("an application of %s: %+v", a.ProgrammeID, a)
			}
		}
		if p := w.person(anke.PersonID); p.Name == "" || p.Email == "" {
			t.Errorf("she is still known: %+v", p)
		}
		if w.until(dueLong.Add(-time.Second)); w.forgotten(anke) {
			t.Error("too early")
		}
		if w.until(dueLong.Add(time.Minute)); !w.forgotten(anke) {
			t.Error("nothing keeps her any more")
		}
	})
}

func TestWhoWaitsIsKeptWhilePeopleCanSignUp(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		_, anke := w.waiting(w.application(""))
		w.nights(2 * 365 * 24 * time.Hour)
		if w.forgotten(anke) {
			t.Fatal("forgotten while she waits")
		}
		no := false
		w.patch(w.programme, ProgrammePatch{SignupOpen: &no})
		due := w.months(6)
		if w.until(due.Add(-time.Second)); w.forgotten(anke) {
			t.Error("too early")
		}
		if w.until(due.Add(time.Minute)); !w.forgotten(anke) {
			t.Error("never placed, and sign-up closed six months ago")
		}
	})
}

func TestOfWhatClosesSignUpTheLastCounts(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		_, anke := w.waiting(w.application(""))
		closes := w.clock.Now().Add(40 * 24 * time.Hour)
		at := &closes
		no := false
		w.patch(w.programme, ProgrammePatch{SignupClosesAt: &at, SignupOpen: &no})
		w.nights(41 * 24 * time.Hour)
		loc := got(wall.LoadZone("Europe/Brussels"))(t)
		due := afterMonths(closes, 6, loc)
		if w.until(due.Add(-time.Second)); w.forgotten(anke) {
			t.Error("too early")
		}
		if w.until(due.Add(time.Minute)); !w.forgotten(anke) {
			t.Errorf("kept past %v", due)
		}
	})
}

func TestWhoSignsUpAnewStays(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		other := w.opened(12, 6)
		c, _ := w.circle(2)
		draft := w.application("")
		anke := w.placed(w.programme, c, draft)
		w.over(w.began(c, 5))
		due := w.months(12)
		w.until(due.Add(-48 * time.Hour))
		got(w.registry.Apply(w.ctx, other.ID, draft))(t)
		anew := got(read(w.ctx, w.db, func(tx database.Tx) (Application, error) {
			a, _, err := liveApplication(tx, other.ID, anke.PersonID)
			return a, err
		}))(t)
		got(w.registry.ConfirmApplication(w.ctx, anke, anew.ID))(t)
		if w.until(due.Add(30 * 24 * time.Hour)); w.forgotten(anke) {
			t.Error("forgotten although she signed up anew")
		}
		for _, a := range w.allApplications() {
			if (a.ForgottenAt != nil) != (a.ProgrammeID == w.programme.ID) {
				t.Errorf("an application of %s: forgotten at %v", a.ProgrammeID, a.ForgottenAt)
			}
		}
	})
}

// What was forgotten of an old sign-up keeps nobody from signing up for the same programme anew, and takes no new words.
func TestWhoseSignUpIsForgottenMaySignUpAgain(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		short, long := w.opened(1, 1), w.opened(12, 12)
		first, _ := w.circle(2, of(short))
		second, _ := w.circle(2, of(long))
		draft := w.application("")
		anke := w.placed(short, first, draft)
		w.placed(long, second, draft)
		w.over(w.began(first, 5))
		w.began(second, 5)
		w.until(w.months(1).Add(time.Minute))
		var old Application
		for _, a := range w.allApplications() {
			if a.ProgrammeID == short.ID {
				old = a
			}
		}
		if old.ForgottenAt == nil {
			t.Fatalf("still there: %+v", old)
		}
		team := "Team rood"
		_, err := w.registry.PatchApplication(w.ctx, anke, old.ID, 0, ApplicationPatch{Team: &team})
		refused(old, err)(t, fault.Conflict, "application-withdrawn")
		third, _ := w.circle(2, of(short))
		w.placed(short, third, draft)
		counts := map[ApplicationState]int{}
		for _, a := range w.allApplications() {
			if a.ProgrammeID == short.ID {
				counts[a.State]++
			}
		}
		if counts[Placed] != 2 {
			t.Errorf("got %v", counts)
		}
	})
}

func TestWhoHasSomethingToDoHereStays(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		p := w.opened(1, 1)
		_, facilitator := w.waiting(w.application(""))
		_, owner := w.waiting(w.application(""))
		_, asked := w.waiting(w.application(""))
		w.clock.Advance(time.Hour) // the network's hour is over
		_, nobody := w.waiting(w.application(""))
		w.write(func(tx database.Tx) error {
			now := w.clock.Now()
			if err := tx.Gorm().Exec("update people set owner = true where id = ?", owner.PersonID).Error; err != nil {
				return err
			}
			if _, err := insertFacilitator(tx, Facilitator{ProgrammeID: p.ID, PersonID: facilitator.PersonID, CreatedAt: now}); err != nil {
				return err
			}
			return putFacilitatorInvitation(tx, FacilitatorInvitation{
				ProgrammeID: p.ID, PersonID: asked.PersonID, ExpiresAt: now.AddDate(10, 0, 0), LetterAt: now, CreatedAt: now,
			})
		})
		no := false
		w.patch(w.programme, ProgrammePatch{SignupOpen: &no})
		if done := w.nights(300 * 24 * time.Hour); done.Erased != 1 || done.Emptied != 3 || !w.forgotten(nobody) {
			t.Errorf("%+v", done)
		}
		for _, actor := range []identity.Actor{facilitator, owner, asked} {
			if w.forgotten(actor) {
				t.Errorf("%s is gone", actor.PersonID)
			}
		}
	})
}

func TestFewerMonthsHoldFromTheNextNight(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(4)
		w.over(w.began(c, 5))
		w.nights(100 * 24 * time.Hour)
		three := 3
		w.patch(w.programme, ProgrammePatch{KeepMonths: &three})
		if done := w.nights(time.Minute); done.Erased != 4 || !w.forgotten(actorOf(seats[0])) {
			t.Errorf("%+v", done)
		}
	})
}

func TestMonthsEndWithTheirDay(t *testing.T) {
	brussels := got(wall.LoadZone("Europe/Brussels"))(t)
	auckland := got(wall.LoadZone("Pacific/Auckland"))(t)
	for _, tt := range []struct {
		from   string
		months int
		loc    *time.Location
		want   string
	}{
		{"2023-11-30T12:30:00Z", 12, brussels, "2024-11-30T23:00:00Z"},
		{"2024-02-29T12:30:00Z", 12, brussels, "2025-02-28T23:00:00Z"}, // a leap day ends with February
		{"2023-02-28T12:30:00Z", 12, brussels, "2024-02-28T23:00:00Z"},
		{"2023-08-31T12:30:00Z", 6, brussels, "2024-02-29T23:00:00Z"},
		{"2024-12-31T22:59:59Z", 6, brussels, "2025-06-30T22:00:00Z"}, // summer time
		{"2024-12-31T23:00:00Z", 6, brussels, "2025-07-01T22:00:00Z"}, // the new year has begun in Brussels
		{"2024-12-31T11:00:00Z", 1, auckland, "2025-02-01T11:00:00Z"},
		{"2024-01-31T10:00:00Z", 13, auckland, "2025-02-28T11:00:00Z"},
	} {
		from := got(time.Parse(time.RFC3339, tt.from))(t)
		if got := afterMonths(from, tt.months, tt.loc).UTC().Format(time.RFC3339); got != tt.want {
			t.Errorf("%s and %d months: %s, want %s", tt.from, tt.months, got, tt.want)
		}
	}
}

// No month is so short that it ends before retention looks again.
func TestNobodyIsDueBetweenTwoLooks(t *testing.T) {
	for _, zone := range []string{"Pacific/Auckland", "Pacific/Honolulu", "Asia/Kathmandu", "Europe/Brussels"} {
		loc := got(wall.LoadZone(zone))(t)
		for hour := range 2 * 366 * 24 {
			from := time.Date(2024, 1, 1, hour, 0, 0, 0, time.UTC)
			if due := afterMonths(from, 1, loc); due.Before(from.Add(identity.CheckWithin)) {
				t.Fatalf("of %v in %s the month ends at %v", from, zone, due)
			}
		}
	}
}

func TestTwoProcessesForgetEverybodyOnce(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		for range 4 {
			c, _ := w.circle(5)
			w.over(w.began(c, 5))
		}
		w.nights(13 * 31 * 24 * time.Hour / 2)
		w.clock.Advance(400 * 24 * time.Hour)
		var mu sync.Mutex
		var both sync.WaitGroup
		erased := 0
		for range 3 {
			both.Go(func() {
				done, _, err := w.registry.Retain(w.ctx, w.clock.Now(), w.records())
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Error(err)
				}
				erased += done.Erased
			})
		}
		both.Wait()
		var entries int64
		w.write(func(tx database.Tx) error {
			return tx.Gorm().Table("journal").Where("action = 'person-erased'").Count(&entries).Error
		})
		if erased != 20 || entries != 20 {
			t.Errorf("%d erased, %d in the journal", erased, entries)
		}
	})
}

// Whoever signs up in the moment in which she would be forgotten is kept, or signs up as somebody new.
func TestSigningUpWhileRetentionForgets(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		draft := w.application("")
		_, anke := w.waiting(draft)
		no := false
		w.patch(w.programme, ProgrammePatch{SignupOpen: &no})
		other := w.opened(12, 6)
		w.clock.Advance(250 * 24 * time.Hour)
		var both sync.WaitGroup
		both.Go(func() {
			if _, _, err := w.registry.Retain(w.ctx, w.clock.Now(), w.records()); err != nil {
				t.Error(err)
			}
		})
		both.Go(func() {
			if _, err := w.registry.Apply(w.ctx, other.ID, draft); err != nil {
				t.Error(err)
			}
		})
		both.Wait()
		p := w.byEmail(draft.Email)
		if w.forgotten(anke) == (p.ID == anke.PersonID) {
			t.Errorf("the sign-up is of %s, gone: %v", p.ID, w.forgotten(anke))
		}
		for _, a := range w.allApplications() {
			if a.PersonID == anke.PersonID && a.State != Withdrawn && w.forgotten(anke) {
				t.Errorf("an application of a tombstone is %s", a.State)
			}
		}
	})
}

func TestOneBadRowKeepsNobodyElse(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		_, bad := w.waiting(w.application(""))
		_, good := w.waiting(w.application(""))
		no := false
		w.patch(w.programme, ProgrammePatch{SignupOpen: &no})
		w.write(func(tx database.Tx) error {
			return tx.Gorm().Exec("update applications set speaks = '{' where person_id = ?", bad.PersonID).Error
		})
		w.clock.Advance(250 * 24 * time.Hour)
		done, _, err := w.registry.Retain(w.ctx, w.clock.Now(), w.records())
		if err == nil || done.Erased != 1 || !w.forgotten(good) || w.forgotten(bad) {
			t.Errorf("%+v, %v", done, err)
		}
	})
}

// BenchmarkRetain measures a night with 100,000 people, each in a circle that goes on: one on which nobody is looked at,
// and one with its share of them, a twenty-eighth. SQLite.
func BenchmarkRetain(b *testing.B) {
	db, err := database.Open(b.Context(), database.Options{URL: testkit.SQLite(b)})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	w := newWorld(b, db)
	const people = 100_000
	w.throng(people)
	records := w.records()
	night := func(b *testing.B, want int) {
		b.Helper()
		done, _, err := w.registry.Retain(b.Context(), w.clock.Now(), records)
		if err != nil || done.Looked != want || done.Erased != 0 {
			b.Fatalf("%+v, %v", done, err)
		}
	}
	b.Run("nobody is due", func(b *testing.B) {
		for b.Loop() {
			night(b, 0)
		}
	})
	b.Run("a night's share", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			err := db.Write(b.Context(), func(tx database.Tx) error {
				return tx.Gorm().Exec("update people set next_check_at = ? where id in (select id from people where not owner limit ?)",
					w.clock.Now(), people/28).Error
			})
			if err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			night(b, people/28)
		}
		b.ReportMetric(float64(people/28)*float64(b.N)/b.Elapsed().Seconds(), "people/s")
	})
}

// throng fills circles of five that run, straight into the tables.
func (w *world) throng(n int) {
	w.t.Helper()
	var c Circle
	for from := 0; from < n; from += 1000 {
		w.write(func(tx database.Tx) error {
			now := database.Cut(w.clock.Now())
			for i := from; i < from+1000; i++ {
				if i%5 == 0 {
					c = Circle{
						ID: database.NewID(), ProgrammeID: w.programme.ID, Name: fmt.Sprint("Kring ", i), State: Running, GuideSet: "wol",
						Language: "nl", Zone: "Europe/Brussels", Holidays: "none", Quorum: 3, Seats: 5, Revision: 1, CreatedAt: now, UpdatedAt: now,
					}
					if err := insert(tx, &c); err != nil {
						return err
					}
				}
				if err := w.crowdOne(tx, c, i, now); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

func (w *world) crowdOne(tx database.Tx, c Circle, i int, now time.Time) error {
	p, err := identity.EnsureIn(tx, now, identity.Person{
		Email: fmt.Sprintf("crowd%d@example.org", i), Name: "Lid", LetterLanguage: "nl", Zone: "Europe/Brussels",
	})
	if err != nil {
		return err
	}
	a := Application{
		ID: database.NewID(), ProgrammeID: c.ProgrammeID, PersonID: p.ID, State: Placed, Name: "Lid", LetterLanguage: "nl",
		Zone: "Europe/Brussels", Revision: 1, CreatedAt: now, UpdatedAt: now,
	}
	if err := insert(tx, &a); err != nil {
		return err
	}
	m := Member{
		ID: database.NewID(), CircleID: c.ID, PersonID: p.ID, ApplicationID: &a.ID, ProgrammeID: &c.ProgrammeID, State: Accepted,
		Hosts: true, InAt: &now, AcceptedAt: &now, Revision: 1, CreatedAt: now, UpdatedAt: now,
	}
	return insert(tx, &m)
}
