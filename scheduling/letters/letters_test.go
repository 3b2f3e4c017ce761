package letters

import (
	"testing"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling"
)

func TestLettersOfARunThatGoesWell(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.asksNobody()
		w.golden("begin", "An", scheduling.NoticeBegin)
		w.golden("begin-in-london", "Ben", scheduling.NoticeBegin)

		w.until("2017-08-29 11:00")
		w.golden("reminder_two_days-host", "An", scheduling.NoticeReminderTwoDays)
		w.golden("reminder_two_days", "Ben", scheduling.NoticeReminderTwoDays)
		w.until("2017-08-31 09:35")
		w.golden("reminder_hour", "Cato", scheduling.NoticeReminderHour)
		w.until("2017-08-31 12:00")
		w.golden("outcome_question", "An", scheduling.NoticeOutcomeQuestion)

		w.says("Cato", "2017-09-07", scheduling.No)
		w.until("2017-09-05 11:00")
		w.golden("reminder_two_days-after-unrecorded", "Dirk", scheduling.NoticeReminderTwoDays)
		w.record("2017-08-31", scheduling.Held)

		w.says("Ben", "2017-09-07", scheduling.No) // the host
		w.golden("host_changed-you", "Dirk", scheduling.NoticeHostChanged)
		w.golden("host_changed", "Ben", scheduling.NoticeHostChanged)
		w.until("2017-09-07 10:00") // too late for a vote
		w.says("Dirk", "2017-09-07", scheduling.No)
		w.golden("quorum_lost", "An", scheduling.NoticeQuorumLost)

		brussels := wall.NewDate(2017, 9, 8)
		got(w.calendar.Move(w.ctx, w.as("An"), w.on("2017-09-07").ID, 0, brussels, wall.At(9, 0), false))(t)
		w.golden("dates_changed-moved", "Ben", scheduling.NoticeDatesChanged)
		w.golden("dates_changed-moved-by-oneself", "An", scheduling.NoticeDatesChanged)
		w.sent()
		w.until("2017-09-08 08:05")
		w.record("2017-09-08", scheduling.Held)

		got(w.calendar.MessageToCircle(w.ctx, w.as("Els"), w.circleID, "Dag allemaal,\n\nik ben <b>vijf</b> minuten later."))(t)
		w.golden("circle_message", "An", scheduling.NoticeCircleMessage)

		got(w.calendar.Skip(w.ctx, w.as("Els"), w.on("2017-09-14").ID, 0, false))(t)
		w.golden("dates_changed-skipped", "An", scheduling.NoticeDatesChanged)
		w.sent()
		w.join("Gil Gysen", "2017-09-15 08:00")
		w.golden("joined_late", "Gil", scheduling.NoticeJoinedLate)
		got(w.registry.Leave(w.ctx, w.as("Els"), w.seat("Els").ID))(t)
		w.golden("left", "Els", circles.KindLeft)
		got(w.registry.UndoLeave(w.ctx, w.as("Els"), w.seat("Els").ID))(t)
		w.golden("came_back", "Els", circles.KindCameBack)
		got(w.registry.Leave(w.ctx, w.as("Els"), w.seat("Els").ID))(t)
		w.until("2017-09-19 11:00")
		w.golden("reminder_two_days-with-news", "An", scheduling.NoticeReminderTwoDays)
		w.until("2017-09-21 11:00")
		got(w.calendar.Cancel(w.ctx, w.farah, w.on("2017-09-28").ID, 0, false))(t)
		w.golden("dates_changed-cancelled", "An", scheduling.NoticeDatesChanged)
	})
}

// join lets somebody take a free seat.
func (w *world) join(name, instant string) {
	w.t.Helper()
	w.until(instant)
	p := w.somebody(name, "Europe/Brussels")
	invited := got(w.registry.Invite(w.ctx, w.as("An"), w.circleID, circles.Invitee{Name: name, Email: p.Email, LetterLanguage: "nl"}))(w.t)
	got(w.registry.AcceptSeat(w.ctx, identity.Actor{PersonID: p.ID}, invited.ID))(w.t)
}

func TestLettersOfAnOpenQuestion(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		got(w.calendar.Move(w.ctx, w.as("An"), w.on("2017-09-07").ID, 0, wall.NewDate(2017, 9, 4), wall.At(12, 30), false))(t)
		w.until("2017-08-31 12:00")
		w.golden("reminder_two_days-open-question", "Dirk", scheduling.NoticeReminderTwoDays)
	})
}

func TestLettersOfChangedDates(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		w.until("2017-08-31 12:00")
		w.record("2017-08-31", scheduling.Held)
		got(w.calendar.AddBreak(w.ctx, w.as("Cato"), w.circleID, 0, wall.NewDate(2017, 9, 11), wall.NewDate(2017, 9, 24), false))(t)
		w.golden("dates_changed-break", "An", scheduling.NoticeDatesChanged)
		w.sent()
		w.until("2017-09-07 12:00")
		w.record("2017-09-07", scheduling.Held)
		slot := wall.Slot{Weekday: 2, At: wall.At(17, 0), Zone: "Europe/Brussels"}
		got(w.calendar.NewSlot(w.ctx, w.farah, w.circleID, 0, scheduling.SlotChange{Slot: slot}, false))(t)
		w.golden("dates_changed-slot", "Ben", scheduling.NoticeDatesChanged)
		w.sent()
		w.until("2017-09-08 08:00")
		got(w.calendar.Pause(w.ctx, w.as("An"), w.circleID, 0, wall.NewDate(2017, 10, 16), false))(t)
		w.golden("paused", "Dirk", scheduling.NoticePaused)
		w.until("2017-10-09 08:00")
		w.golden("return_soon", "Dirk", scheduling.NoticeReturnSoon)
		got(w.calendar.Resume(w.ctx, w.as("Dirk"), w.circleID, 0, wall.NewDate(2017, 10, 10), false))(t)
		w.golden("resumed", "An", scheduling.NoticeResumed)
	})
}

func TestLetterOfABreakOfOneDay(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		free := wall.NewDate(2017, 9, 14)
		got(w.calendar.AddBreak(w.ctx, w.as("Cato"), w.circleID, 0, free, free, false))(t)
		w.golden("dates_changed-break-day", "An", scheduling.NoticeDatesChanged)
	})
}

func TestLettersOfACircleThatFallsSilent(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		w.until("2017-09-01 08:00")
		w.record("2017-08-31", scheduling.Missed)
		w.until("2017-09-05 11:00")
		w.golden("flag_asked-in-reminder", "Ben", scheduling.NoticeReminderTwoDays, scheduling.NoticeFlagAsked)
		w.golden("flag_asked", "Ben", scheduling.NoticeFlagAsked)
		w.until("2017-09-08 08:00")
		w.record("2017-09-07", scheduling.Missed)
		w.until("2017-09-08 08:01")
		w.golden("stalling", "Farah", scheduling.NoticeStalling)
		w.until("2017-09-11 08:00")
		w.golden("weekly_overview", "Farah", scheduling.NoticeWeeklyOverview)
		w.until("2017-09-18 12:00")
		w.golden("go_on", "Cato", scheduling.NoticeGoOn)
		w.until("2017-10-10 08:00")
		w.golden("ended-silent", "Cato", scheduling.NoticeEnded)
		w.press("Cato", LinkRevive, w.circleID, Choice{})
		w.golden("resumed-after-silence", "An", scheduling.NoticeResumed)
	})
}

func TestTheLetterToWhoGaveNoSignOfLife(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		for _, date := range []string{"2017-08-31", "2017-09-07"} {
			w.until(date + " 12:00")
			w.record(date, scheduling.Held)
		}
		w.until("2017-09-14 11:40")
		w.golden("still_in", "Ben", scheduling.NoticeStillIn)
	})
}

func TestLettersOfEndings(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		for _, date := range []string{"2017-08-31", "2017-09-07"} {
			w.until(date + " 12:00")
			w.record(date, scheduling.Held)
		}
		got(w.calendar.Complete(w.ctx, w.as("An"), w.circleID, 0, false))(t)
		w.until("2017-09-10 12:01")
		w.golden("completed", "Ben", scheduling.NoticeCompleted)
	})
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		w.until("2017-09-01 12:00")
		got(w.calendar.End(w.ctx, w.as("An"), w.circleID, 0, circles.EndDates, "Donderdagmiddag bleek voor niemand te passen.", false))(t)
		w.until("2017-09-04 12:01")
		w.golden("ended", "Ben", scheduling.NoticeEnded)
	})
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		w.lastDate("2017-08-31")
		w.until("2017-09-04 12:00")
		w.golden("finish_or_more", "Ben", scheduling.NoticeFinishOrMore)
	})
}

// lastDate takes out all sessions but the one on a date, as if the run were at its end.
func (w *world) lastDate(date string) {
	w.t.Helper()
	keep := w.on(date).ID
	w.write(func(tx database.Tx) error {
		for _, table := range []string{"told", "reminders"} {
			if err := tx.Gorm().Exec("delete from "+table+" where session_id <> ?", keep).Error; err != nil {
				return err
			}
		}
		return tx.Gorm().Exec("delete from sessions where id <> ?", keep).Error
	})
}
