package letters

import (
	"strings"
	"testing"
	"time"

	"kring/internal/wall"

	"kring/scheduling"
)

func TestTheFirstSessionAfterAPauseIsRemindedOfWhileTheCircleStillRests(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		w.until("2017-08-31 11:00")
		w.record("2017-08-31", scheduling.Held)
		got(w.calendar.Pause(w.ctx, w.as("An"), w.circleID, 0, wall.NewDate(2017, 9, 28), false))(t)
		w.until("2017-09-26 11:00") // the circle is back on Thursday
		m := got(w.compose("Ben", scheduling.NoticeReminderTwoDays))(t)
		contains(t, m.Body.Text(), "28 september")

		for _, name := range []string{"An", "Cato", "Dirk"} {
			w.says(name, "2017-09-28", scheduling.No)
		}
		m = got(w.compose("Ben", scheduling.NoticeQuorumLost))(t)
		contains(t, m.Body.Text(), "28 september")
	})
}

func TestTheNextReminderAfterAnUnrecordedSessionAsksTheWeek(t *testing.T) {
	const question = "Aan welke week zijn jullie?"
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		slot := wall.Slot{Weekday: time.Tuesday, At: wall.At(12, 30)}
		got(w.calendar.NewSlot(w.ctx, w.as("An"), w.circleID, 0, scheduling.SlotChange{Slot: slot, FromOn: wall.NewDate(2017, 9, 5)}, false))(t)
		w.until("2017-08-31 12:00")
		w.record("2017-08-31", scheduling.Held)
		asks := func(name string) bool {
			t.Helper()
			m := got(w.compose(name, scheduling.NoticeReminderTwoDays))(t)
			return strings.Contains(m.Body.Text(), question)
		}
		w.until("2017-09-08 10:45")
		if asks("An") {
			t.Error("the week is asked while the outcome may still come")
		}
		w.until("2017-09-12 12:00")
		w.record("2017-09-12", scheduling.Held)
		w.until("2017-09-15 10:45")
		if !asks("An") {
			t.Error("the first reminder after an unrecorded session does not ask the week")
		}
		w.until("2017-09-19 12:00")
		w.record("2017-09-19", scheduling.Held)
		w.until("2017-09-22 10:45")
		if asks("An") {
			t.Error("the week is asked twice about one session")
		}
	})
}

func TestTheWeekIsNotAskedOnceSomebodySaidIt(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		w.until("2017-09-05 10:45") // Thursday's is unrecorded since Sunday
		m := got(w.compose("Ben", scheduling.NoticeReminderTwoDays))(t)
		contains(t, m.Body.Text(), "Aan welke week zijn jullie?")
		got(w.calendar.SetGuideWeek(w.ctx, w.as("Cato"), w.circleID, 0, 1))(t)
		m = got(w.compose("Ben", scheduling.NoticeReminderTwoDays))(t)
		if strings.Contains(m.Body.Text(), "Aan welke week zijn jullie?") {
			t.Error("it is asked although it is known")
		}
	})
}
