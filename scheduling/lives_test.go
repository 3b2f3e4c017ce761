package scheduling

import (
	"slices"
	"testing"
	"time"

	"kring/internal/wall"

	"kring/circles"
)

// stopped is the circle that stopped: Tuesdays, four members in London and one in Ghent, over a summer.
var stopped = setting{
	now: "2017-05-22T08:00:00Z", weekday: time.Tuesday, at: wall.At(12, 30), startsOn: "2017-06-06",
	zones: []string{"Europe/London", "Europe/London", "Europe/London", "Europe/London", "Europe/Brussels"},
}

func TestTheCircleThatStoppedIsWarnedBeforeItBegins(t *testing.T) {
	s := stopped
	s.forming = true
	lives(t, s, func(t *testing.T, w *world) {
		p := got(w.calendar.PreviewBegin(w.ctx, w.facilitator, w.circleID, wall.Date{}))(t)
		var codes []string
		for _, warning := range p.Warnings {
			codes = append(codes, warning.Code)
		}
		if len(p.Dates) != 13 || !slices.Contains(codes, WarnSummer) || !slices.Contains(codes, WarnHolidayOfSomeNear) {
			t.Errorf("%d dates, warnings %v", len(p.Dates), p.Warnings)
		}
		change := got(w.calendar.Begin(w.ctx, w.facilitator, w.circleID, 0, BeginDraft{}, true))(t)
		if !change.DryRun || change.Letters != 5 || len(change.Sessions) != 13 || len(change.Warnings) != len(p.Warnings) {
			t.Errorf("the dry run says %+v", change)
		}
		if state := w.circle().State; state != circles.Forming || len(w.course().sessions) != 0 {
			t.Errorf("the dry run left the circle %s", state)
		}
	})
}

func TestTheCircleThatStopped(t *testing.T) {
	lives(t, stopped, func(t *testing.T, w *world) {
		w.until("2017-06-06T12:00:00Z")
		w.record("2017-06-06", Held)
		w.until("2017-06-13T12:00:00Z")
		w.record("2017-06-13", Held)
		w.until("2017-06-21T08:00:00Z")
		w.record("2017-06-20", Missed)
		w.until("2017-06-30T12:00:00Z")
		if got := w.dates()[:4]; !slices.Equal(got, []string{"2017-06-06 held", "2017-06-13 held", "2017-06-20 missed", "2017-06-27 unrecorded"}) {
			t.Errorf("the sessions are %v", got)
		}
		if n := len(w.course().sessions); n != 14 || w.circle().GuideWeek != 2 {
			t.Errorf("%d sessions, at week %d", n, w.circle().GuideWeek)
		}
		w.until("2017-07-04T08:00:00Z")
		w.stalling()
		got(w.calendar.End(w.ctx, w.facilitator, w.circleID, 0, circles.EndDates, "Te veel vakantie.", false))(t)
		if n := w.told(NoticeEnded); n != 5 {
			t.Errorf("%d people heard that it ended", n)
		}
		before := len(w.notices())
		w.until("2017-10-01T08:00:00Z")
		if after := len(w.notices()); after != before {
			t.Errorf("%d letters after the end", after-before)
		}
		if n := w.told(NoticeReminderTwoDays); n != 0 && w.waiting(NoticeReminderTwoDays) != 0 {
			t.Errorf("a reminder of a session that falls away still waits")
		}
	})
}

func TestTheCircleThatFlew(t *testing.T) {
	s := setting{
		now: "2017-08-21T08:00:00Z", weekday: time.Thursday, at: wall.At(12, 30), startsOn: "2017-08-31",
		zones: []string{"Europe/Berlin", "Europe/Berlin", "Europe/Brussels", "Europe/Brussels", "Europe/Brussels"},
	}
	lives(t, s, func(t *testing.T, w *world) {
		if n := w.told(NoticeBegin); n != 5 {
			t.Errorf("%d begin letters", n)
		}
		got(w.calendar.AddBreak(w.ctx, w.member(2), w.circleID, 0, day(t, "2017-11-02"), day(t, "2017-11-02"), false))(t)
		w.forgetNotices()
		for i, date := range []string{
			"2017-08-31", "2017-09-07", "2017-09-14", "2017-09-21", "2017-09-28", "2017-10-05", "2017-10-12",
			"2017-10-19", "2017-10-26", "2017-11-09", "2017-11-16", "2017-11-23", "2017-11-30",
		} {
			if date == "2017-10-26" {
				got(w.calendar.Answer(w.ctx, w.member(0), w.on(date).ID, No))(t)
				got(w.calendar.Answer(w.ctx, w.member(1), w.on(date).ID, No))(t)
			} else if i%2 == 1 || i == 0 {
				for n := range 5 {
					got(w.calendar.Answer(w.ctx, w.member(n), w.on(date).ID, Yes))(t)
				}
			}
			w.until(date + "T12:45:00Z")
			if reminded := w.told(NoticeReminderTwoDays); date != "2017-10-26" && reminded != 5 || date == "2017-10-26" && reminded != 3 {
				t.Errorf("%s: %d were reminded", date, reminded)
			}
			if hour := w.told(NoticeReminderHour); date != "2017-10-26" && hour != 5 || date == "2017-10-26" && hour != 3 {
				t.Errorf("%s: %d were reminded an hour ahead", date, hour)
			}
			if asked := w.told(NoticeOutcomeQuestion); asked != 1 {
				t.Errorf("%s: %d were asked how it went", date, asked)
			}
			if others := w.told(NoticeQuorumLost, NoticeGoOn, NoticeStillIn, NoticeFinishOrMore, NoticeHostChanged); others != 0 {
				t.Errorf("%s: %d letters too many: %v", date, others, w.notices())
			}
			w.forgetNotices()
			w.record(date, Held)
		}
		c := w.circle()
		if c.State != circles.Completed || w.told(NoticeCompleted) != 5 || len(w.course().sessions) != 13 {
			t.Errorf("the circle is %s after %v", c.State, w.dates())
		}
		if start := w.on("2017-11-09").StartsAt.Format(time.RFC3339); start != "2017-11-09T11:30:00Z" {
			t.Errorf("after the clock change it starts at %s", start)
		}
	})
}

func TestTheCircleThatFalters(t *testing.T) {
	s := setting{now: "2018-02-12T08:00:00Z", weekday: time.Tuesday, at: wall.At(12, 30), startsOn: "2018-02-20"}
	lives(t, s, func(t *testing.T, w *world) {
		noon := wall.At(12, 30)
		w.until("2018-02-20T12:45:00Z")
		w.record("2018-02-20", Held)
		w.until("2018-02-27T12:45:00Z")
		w.record("2018-02-27", Held)
		w.until("2018-03-05T09:00:00Z")
		change := got(w.calendar.Move(w.ctx, w.member(1), w.on("2018-03-06").ID, 0, day(t, "2018-03-08"), noon, false))(t)
		if change.Letters != 5 || len(change.Changes()) != 1 {
			t.Errorf("the move caused %d letters and changed %v", change.Letters, change.Changes())
		}
		w.forgetNotices()
		w.until("2018-03-08T12:45:00Z")
		if n := w.told(NoticeReminderTwoDays); n != 0 {
			t.Errorf("%d were reminded of a date that they had just been told", n)
		}
		if n := w.told(NoticeReminderHour); n != 5 {
			t.Errorf("%d were reminded an hour ahead", n)
		}
		w.record("2018-03-08", Held)
		w.until("2018-03-13T12:45:00Z")
		w.record("2018-03-13", Held)
		w.until("2018-03-19T09:00:00Z")
		got(w.calendar.Move(w.ctx, w.member(1), w.on("2018-03-20").ID, 0, day(t, "2018-03-22"), noon, false))(t)
		slot := SlotChange{Slot: wall.Slot{Weekday: time.Thursday, At: noon}, FromOn: day(t, "2018-03-22")}
		w.forgetNotices()
		change = got(w.calendar.NewSlot(w.ctx, w.member(2), w.circleID, 0, slot, false))(t)
		if change.Letters != 5 || change.EndsOn != day(t, "2018-05-24") || change.Circle.Series != 2 {
			t.Errorf("the new slot caused %d letters, ends on %v, series %d", change.Letters, change.EndsOn, change.Circle.Series)
		}
		want := []string{
			"2018-03-22 planned", "2018-03-29 planned", "2018-04-05 planned", "2018-04-12 planned", "2018-04-19 planned",
			"2018-04-26 planned", "2018-05-03 planned", "2018-05-17 planned", "2018-05-24 planned",
		}
		if got := w.dates()[4:]; !slices.Equal(got, want) {
			t.Errorf("the dates are %v", got)
		}
		for _, s := range w.course().sessions[4:] {
			w.until(s.EndsAt.Format(time.RFC3339))
			if w.circle().State != circles.Running {
				t.Fatalf("over before %v", s.StartsAt)
			}
			got(w.calendar.RecordOutcome(w.ctx, w.member(3), s.ID, Held))(t)
		}
		if c := w.circle(); c.State != circles.Completed || c.CompletedAt.Format(time.DateOnly) != "2018-05-24" {
			t.Errorf("the circle is %s", c.State)
		}
	})
}
