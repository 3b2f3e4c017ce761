package scheduling

import (
	"slices"
	"sync"
	"testing"
	"time"

	"kring/internal/identity"
	"kring/internal/testkit"
	"kring/internal/wall"

	"kring/circles"
	"kring/guides"
	"kring/internal/clock"
	"kring/internal/database"
	"kring/scheduling/holidays"
)

// tuesdays is a circle of five that begins on Tuesday 20 February 2018.
var tuesdays = setting{now: "2018-02-12T08:00:00Z", weekday: time.Tuesday, at: wall.At(12, 30), startsOn: "2018-02-20"}

func TestACircleBeginsExactlyOnce(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		w := newWorldToday(t, db)
		var group sync.WaitGroup
		results := make([]error, 8)
		for i := range results {
			group.Go(func() {
				_, results[i] = w.calendar.Begin(w.ctx, w.facilitator, w.circleID, 0, BeginDraft{Insist: true}, false)
			})
		}
		group.Wait()
		begun := 0
		for _, err := range results {
			if err == nil {
				begun++
				continue
			}
			refused(0, err)(t, "already-begun")
		}
		if n := len(w.course().sessions); begun != 1 || n != 13 {
			t.Errorf("begun %d times, with %d sessions", begun, n)
		}
		if n := w.told(NoticeBegin); n != 5 {
			t.Errorf("%d begin letters", n)
		}
	})
}

// newWorldToday is a world in real time, for tests in which several goroutines race.
func newWorldToday(t testing.TB, db *database.DB) *world {
	t.Helper()
	return newWorldBy(t, db, clock.System())
}

func newWorldBy(t testing.TB, db *database.DB, clock *clock.Clock) *world {
	t.Helper()
	library := got(guides.Load(guides.Embedded(), guides.Options{}))(t)
	w := &world{t: t, ctx: t.Context(), db: db, clock: clock}
	w.registry = circles.NewRegistry(circles.Options{DB: db, Clock: w.clock, Guides: library, Calendars: holidays.Keys()})
	w.calendar = New(Options{DB: db, Clock: w.clock, Guides: library})
	w.facilitator = w.somebody("Farah Facilitator", "Europe/Brussels")
	owner := w.facilitator
	owner.Owner = true
	w.programme = got(w.registry.OpenProgramme(w.ctx, owner, circles.ProgrammeDraft{
		Name: "Voorjaar", Purpose: "Leren", GuideSet: "wol", Language: "nl", Zone: "Europe/Brussels", Holidays: "none", HourReminder: true,
	}))(t)
	start := wall.DateOf(w.clock.Now(), time.UTC).AddDays(14)
	w.open(setting{weekday: start.Weekday(), at: wall.At(12, 30), startsOn: start.String()})
	return w
}

func TestTwoProcessesQueueEverythingOnce(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		w := newWorldToday(t, db)
		got(w.calendar.Begin(w.ctx, w.facilitator, w.circleID, 0, BeginDraft{}, false))(t)
		other := New(Options{DB: db, Clock: w.clock, Guides: w.calendar.guides})
		now := w.course().sessions[0].StartsAt.Add(-30 * time.Minute)
		var group sync.WaitGroup
		for _, calendar := range []*Calendar{w.calendar, other, w.calendar, other} {
			group.Go(func() {
				if _, _, err := calendar.QueueDue(w.ctx, now); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if two, hour := w.told(NoticeReminderTwoDays), w.told(NoticeReminderHour); two != 5 || hour != 0 {
			t.Errorf("%d and %d reminders: one stands for both after a downtime", two, hour)
		}
	})
}

func TestWhoMayBeginAndFromWhen(t *testing.T) {
	s := tuesdays
	s.forming, s.zones = true, []string{"Europe/Brussels", "Europe/Brussels", "Europe/Brussels"}
	lives(t, s, func(t *testing.T, w *world) {
		begin := func(actor identity.Actor, revision int, draft BeginDraft) (Change, error) {
			return w.calendar.Begin(w.ctx, actor, w.circleID, revision, draft, false)
		}
		refused(begin(w.member(0), 0, BeginDraft{}))(t, "forbidden")
		refused(begin(w.somebody("Vreemd", "Europe/Brussels"), 0, BeginDraft{}))(t, "not-found")
		refused(begin(w.facilitator, 0, BeginDraft{}))(t, "too-few-members")
		refused(begin(w.facilitator, 99, BeginDraft{Insist: true}))(t, "stale")
		violates(begin(w.facilitator, 0, BeginDraft{Insist: true, StartsOn: day(t, "2018-02-11")}))(t, "/starts_on in-the-past")
		violates(begin(w.facilitator, 0, BeginDraft{Insist: true, StartsOn: day(t, "2020-02-11")}))(t, "/starts_on too-far")
		change := got(begin(w.facilitator, w.circle().Revision, BeginDraft{Insist: true, StartsOn: day(t, "2018-03-06")}))(t)
		if change.Letters != 3 || w.dates()[0] != "2018-03-06 planned" {
			t.Errorf("%d letters, dates %v", change.Letters, w.dates())
		}
	})
}

// The Tuesday meant is a holiday (1 May), so the run starts a week later; the weeks that passed are counted from there.
func TestARunStartsOnItsFirstDate(t *testing.T) {
	lives(t, setting{now: "2018-04-23T08:00:00Z", weekday: time.Tuesday, at: wall.At(12, 30), startsOn: "2018-04-30"}, func(t *testing.T, w *world) {
		first := wall.DateOf(w.course().sessions[0].StartsAt, time.UTC)
		if got := w.circle().StartsOn; got != wall.NewDate(2018, 5, 8) || got != first {
			t.Errorf("starts on %s, first date %s", got, first)
		}
	})
}

func TestMovesThatAreRefused(t *testing.T) {
	s := tuesdays
	s.weekday, s.at = time.Sunday, wall.At(10, 0)
	lives(t, s, func(t *testing.T, w *world) {
		session := w.on("2018-03-25")
		move := func(date string, at wall.TimeOfDay) (Change, error) {
			return w.calendar.Move(w.ctx, w.member(0), session.ID, 0, day(t, date), at, false)
		}
		violates(move("2018-02-12", wall.At(8, 0)))(t, "/date in-the-past")
		violates(move("2018-03-25", wall.At(2, 30)))(t, "/time clock-gap")
		violates(move("2019-03-25", wall.At(12, 30)))(t, "/date too-far")
		violates(move("2018-04-08", wall.At(9, 30)))(t, "/time overlaps-session")
		refused(w.calendar.Move(w.ctx, w.somebody("Vreemd", "Europe/Brussels"), session.ID, 0, day(t, "2018-03-26"), 0, false))(t, "not-found")
		refused(w.calendar.Move(w.ctx, w.member(0), session.ID, 7, day(t, "2018-03-26"), 0, false))(t, "stale")
		refused(w.calendar.Move(w.ctx, w.member(0), "no-id", 0, day(t, "2018-03-26"), 0, false))(t, "not-found")
		dry := got(w.calendar.Move(w.ctx, w.member(0), session.ID, 0, day(t, "2018-03-26"), 0, true))(t)
		if !dry.DryRun || dry.Letters != 5 || w.on("2018-03-25").Revision != session.Revision || w.told(NoticeDatesChanged) != 0 {
			t.Errorf("the dry run says %+v and left %v", dry, w.on("2018-03-25"))
		}
		if again := got(move("2018-03-25", wall.At(10, 0)))(t); again.Letters != 0 || len(again.Changes()) != 0 {
			t.Errorf("a move to where it is changed %+v", again)
		}
	})
}

func TestAMoveTellsOnceAndForgetsAnswers(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		session := w.on("2018-02-27")
		got(w.calendar.Answer(w.ctx, w.member(0), session.ID, No))(t)
		before := w.circle()
		got(w.calendar.Move(w.ctx, w.facilitator, session.ID, session.Revision, day(t, "2018-03-02"), wall.At(9, 0), false))(t)
		moved := w.on("2018-03-02")
		c := w.course()
		if moved.Sequence <= before.Sequence || moved.Revision != session.Revision+1 || c.circle.Revision <= before.Revision {
			t.Errorf("sequence %d, revision %d", moved.Sequence, moved.Revision)
		}
		if len(c.expected(moved)) != 5 {
			t.Errorf("an answer about the old date still counts")
		}
		if !moved.SlotStartsAt.Equal(session.SlotStartsAt) || moved.MovedAt == nil {
			t.Errorf("it does not know where it comes from: %+v", moved)
		}
		b := got(w.calendar.Brief(w.ctx, w.circleID, w.member(1).PersonID))(t)
		told := b.Told[moved.ID]
		if !told.StartsAt.Equal(moved.StartsAt) || told.WasAt == nil || !told.WasAt.Equal(session.StartsAt) {
			t.Errorf("told %+v", told)
		}
		got(w.calendar.Move(w.ctx, w.facilitator, session.ID, 0, day(t, "2018-03-03"), wall.At(9, 0), false))(t)
		b = got(w.calendar.Brief(w.ctx, w.circleID, w.member(1).PersonID))(t)
		if told := b.Told[moved.ID]; !told.WasAt.Equal(session.StartsAt) || w.told(NoticeDatesChanged) != 5 {
			t.Errorf("moved twice before the letter: told %+v, %d notices", told, w.told(NoticeDatesChanged))
		}
		w.until("2018-03-03T08:30:00Z")
		if n := w.told(NoticeReminderTwoDays); n != 10 {
			t.Errorf("%d reminders of the first two sessions", n)
		}
	})
}

func TestASkipAddsADateAtTheEnd(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		change := got(w.calendar.Skip(w.ctx, w.member(0), w.on("2018-03-06").ID, 0, false))(t)
		if change.EndsOn != day(t, "2018-05-29") || change.Letters != 5 || len(change.Changes()) != 2 {
			t.Errorf("ends on %v, %d letters, changes %v", change.EndsOn, change.Letters, change.Changes())
		}
		refused(w.calendar.Skip(w.ctx, w.member(0), w.on("2018-03-06").ID, 0, false))(t, "session-over")
		got(w.calendar.Skip(w.ctx, w.member(0), w.on("2018-03-13").ID, 0, false))(t)
		counts := CountsAs(w.course().sessions)
		if counts[2] != Skipped || counts[3] != Missed {
			t.Errorf("they count as %v", counts[:5])
		}
		w.until("2018-02-20T11:45:00Z")
		refused(w.calendar.Skip(w.ctx, w.member(0), w.on("2018-02-20").ID, 0, false))(t, "session-over")
		got(w.calendar.Cancel(w.ctx, w.member(0), w.on("2018-02-20").ID, 0, false))(t)
		if n := len(w.course().sessions); n != 16 || w.told(NoticeDatesChanged) != 5 {
			t.Errorf("%d sessions", n)
		}
	})
}

func TestDatesAreAddedUpToTwiceTheGuideWeeks(t *testing.T) {
	s := tuesdays
	s.set = "intervisie"
	lives(t, s, func(t *testing.T, w *world) {
		for range 12 {
			next, ok := Next(w.course().sessions, w.clock.Now())
			if !ok {
				break
			}
			got(w.calendar.Skip(w.ctx, w.member(0), next.ID, 0, false))(t)
			w.write(func(tx database.Tx) error { // whoever is asked whether it goes on, says so
				return tx.Gorm().Exec("update circles set reminders_stopped_at = null").Error
			})
		}
		if n := len(w.course().sessions); n != 12 {
			t.Errorf("six guides came to %d dates", n)
		}
		refused(w.calendar.MoreDates(w.ctx, w.member(0), w.circleID, 0, 0, false))(t, "enough-dates")
	})
}

func TestABreakMovesItsDatesToTheEnd(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		add := func(from, until string) (Change, error) {
			return w.calendar.AddBreak(w.ctx, w.member(0), w.circleID, 0, day(t, from), day(t, until), false)
		}
		violates(add("2018-03-05", "2018-03-04"))(t, "/until_on before-from")
		violates(add("2018-03-05", "2018-04-02"))(t, "/until_on break-too-long")
		violates(add("2018-02-01", "2018-02-11"))(t, "/until_on in-the-past")
		change := got(add("2018-03-05", "2018-03-18"))(t)
		if len(change.Changes()) != 2 || change.EndsOn != day(t, "2018-06-05") || w.told(NoticeDatesChanged) != 5 {
			t.Errorf("changes %v, ends on %v", change.Changes(), change.EndsOn)
		}
		refused(add("2018-03-18", "2018-03-20"))(t, "break-overlaps")
		if dates := w.dates(); len(dates) != 13 || dates[2] != "2018-03-20 planned" {
			t.Errorf("the dates are %v", dates)
		}
		if breaks := got(w.calendar.Breaks(w.ctx, w.facilitator, w.circleID))(t); len(breaks) != 1 {
			t.Errorf("breaks %v", breaks)
		}
	})
}

func TestAPauseEndsByItself(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		w.until("2018-02-20T12:45:00Z")
		w.record("2018-02-20", Held)
		w.forgetNotices()
		violates(w.calendar.Pause(w.ctx, w.member(0), w.circleID, 0, day(t, "2018-05-16"), false))(t, "/returns_on too-far")
		violates(w.calendar.Pause(w.ctx, w.member(0), w.circleID, 0, day(t, "2018-02-20"), false))(t, "/returns_on not-after")
		change := got(w.calendar.Pause(w.ctx, w.member(0), w.circleID, 0, day(t, "2018-03-27"), false))(t)
		if change.Letters != 5 || len(change.Changes()) != 4 || w.dates()[1] != "2018-03-27 planned" {
			t.Errorf("%d letters, dates %v", change.Letters, w.dates())
		}
		refused(w.calendar.Move(w.ctx, w.member(0), w.on("2018-04-03").ID, 0, day(t, "2018-04-04"), 0, false))(t, "not-running")
		w.until("2018-03-20T08:30:00Z")
		if n := w.told(NoticeReturnSoon); n != 5 {
			t.Errorf("%d heard a week before", n)
		}
		w.until("2018-03-27T10:00:00Z")
		if c := w.circle(); c.State != circles.Running || w.passed.Resumed != 1 || w.told(NoticeResumed) != 0 {
			t.Errorf("the circle is %s", c.State)
		}
		if n := w.told(NoticeReminderTwoDays); n != 5 {
			t.Errorf("%d were reminded of the first session", n)
		}
	})
}

func TestResumingEarlyLaysTheDatesOutAnew(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		got(w.calendar.Pause(w.ctx, w.member(0), w.circleID, 0, day(t, "2018-04-10"), false))(t)
		w.until("2018-03-01T09:00:00Z")
		violates(w.calendar.Resume(w.ctx, w.member(0), w.circleID, 0, day(t, "2018-05-01"), false))(t, "/starts_on too-far")
		change := got(w.calendar.Resume(w.ctx, w.member(0), w.circleID, 0, wall.Date{}, false))(t)
		if w.dates()[0] != "2018-03-06 planned" || change.EndsOn != day(t, "2018-06-05") || change.Letters != 5 {
			t.Errorf("ends on %v, dates %v", change.EndsOn, w.dates())
		}
		refused(w.calendar.Resume(w.ctx, w.member(0), w.circleID, 0, wall.Date{}, false))(t, "not-paused")
		w.until("2018-04-11T09:00:00Z")
		if w.passed.Resumed != 0 || w.told(NoticeReturnSoon) != 0 {
			t.Errorf("the pause ended twice")
		}
	})
}

func TestANewSlotFromADateOn(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		slot := func(weekday time.Weekday, at wall.TimeOfDay, from string) (Change, error) {
			to := SlotChange{Slot: wall.Slot{Weekday: weekday, At: at}, FromOn: day(t, from)}
			return w.calendar.NewSlot(w.ctx, w.member(0), w.circleID, 0, to, false)
		}
		violates(slot(time.Thursday, wall.At(9, 0), "2018-02-11"))(t, "/from_on in-the-past")
		violates(slot(9, wall.At(9, 0), "2018-03-11"))(t, "/weekday not-a-weekday")
		refused(slot(time.Tuesday, wall.At(13, 0), "2019-03-11"))(t, "invalid")
		got(slot(time.Thursday, wall.At(9, 0), "2018-03-12"))(t)
		want := []string{"2018-02-20 planned", "2018-02-27 planned", "2018-03-06 planned", "2018-03-15 planned", "2018-03-22 planned"}
		if dates := w.dates(); !slices.Equal(dates[:5], want) || len(dates) != 13 {
			t.Errorf("the dates are %v", dates)
		}
		c := w.course()
		if c.sessions[2].Series != 1 || c.sessions[3].Series != 2 || c.circle.ReasonsSince == nil {
			t.Errorf("series %d and %d", c.sessions[2].Series, c.sessions[3].Series)
		}
		if n := w.told(NoticeDatesChanged); n != 5 {
			t.Errorf("%d letters", n)
		}
	})
}

// The slot that a circle has puts moved dates back onto it, and begins nothing new.
func TestTheSameSlotAgain(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		same := SlotChange{Slot: wall.Slot{Weekday: time.Tuesday, At: wall.At(12, 30)}}
		first := w.on("2018-02-20")
		if c := got(w.calendar.NewSlot(w.ctx, w.member(0), w.circleID, 0, same, false))(t); c.Circle.Series != 1 || len(c.Changes()) != 0 {
			t.Errorf("series %d, changes %v", c.Circle.Series, changesOf(c))
		}
		got(w.calendar.Move(w.ctx, w.member(0), first.ID, 0, day(t, "2018-02-22"), wall.At(9, 0), false))(t)
		same.FromOn = day(t, "2018-02-20")
		c := got(w.calendar.NewSlot(w.ctx, w.member(0), w.circleID, 0, same, false))(t)
		if c.Circle.Series != 1 || !c.Circle.ReasonsSince.Equal(*c.Circle.BegunAt) || w.on("2018-02-20").ID != first.ID {
			t.Errorf("series %d, since %v, dates %v", c.Circle.Series, c.Circle.ReasonsSince, w.dates())
		}
	})
}

func TestAnAgreedSkipStaysFree(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		got(w.calendar.Skip(w.ctx, w.member(0), w.on("2018-03-06").ID, 0, false))(t)
		w.commit(w.foresee(Step{Kind: StepShift, FromOn: day(t, "2018-02-27"), Weeks: 1}))
		want := []string{"2018-02-20 planned", "2018-03-06 skipped", "2018-03-13 planned", "2018-03-20 planned"}
		if dates := w.dates(); !slices.Equal(dates[:4], want) {
			t.Errorf("the dates are %v", dates)
		}
	})
}

func TestSlotsThatMembersShare(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		for n, hours := range [][]wall.Hours{
			{{Weekday: "mon", From: "09:00", Until: "11:00"}, {Weekday: "thu", From: "12:00", Until: "14:00"}},
			{{Weekday: "thu", From: "12:30", Until: "13:30"}},
		} {
			availability := got(wall.AvailabilityOf(hours))(t)
			person := w.member(n).PersonID
			w.write(func(tx database.Tx) error {
				_, err := identity.PatchIn(tx, w.clock.Now(), person, 0, identity.Patch{Availability: &availability})
				return err
			})
		}
		found := got(w.calendar.Slots(w.ctx, w.member(0), w.circleID, wall.Date{}, 3))(t)
		best := found[0]
		if best.Slot.Weekday != time.Thursday || best.Slot.At != wall.At(12, 30) || !best.Everybody() || best.Of != 2 || len(best.ByName) != 2 {
			t.Errorf("the best is %+v", best)
		}
		for _, slot := range got(w.calendar.Slots(w.ctx, w.facilitator, w.circleID, wall.Date{}, 0))(t) {
			if slot.ByName != nil {
				t.Fatalf("a facilitator sees whom a slot suits: %+v", slot)
			}
		}
	})
}
