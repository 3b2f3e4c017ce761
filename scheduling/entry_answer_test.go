package scheduling

import (
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/wall"
)

// mails numbers mails.
type mails struct{ n int }

// from is one answer as a mail of its own.
func (m *mails) from(w *world, series int, answers ...EntryAnswer) MailedAnswers {
	m.n++
	return MailedAnswers{Mail: fmt.Sprint("mail ", m.n), CircleID: w.circleID, Series: series, Answers: answers}
}

// about is an answer to a session as its entry stands in calendars.
func about(s Session, answer Answer, at time.Time) EntryAnswer {
	return EntryAnswer{Place: &s.SlotStartsAt, Answer: answer, Sequence: s.Sequence, StartsAt: s.StartsAt, At: at}
}

// said is what the n-th member said about a session, "" for nothing.
func (w *world) said(n int, s Session) Answer {
	c := w.course()
	now := c.session(s.ID)
	return c.word.about(*now, c.members[n].ID, c.loc)
}

// inJune is a circle that meets on Tuesdays from 6 June 2017, 12:30 in Brussels; it is the Friday before.
var inJune = setting{now: "2017-05-26T10:00:00Z", weekday: time.Tuesday, at: wall.At(12, 30), startsOn: "2017-06-06"}

func (w *world) mailed(actor identity.Actor, m MailedAnswers) Heard {
	w.t.Helper()
	return got(w.calendar.AnswerEntries(w.ctx, actor, m))(w.t)
}

func (w *world) expectHeard(heard, want Heard) {
	w.t.Helper()
	if heard != want {
		w.t.Errorf("heard %+v, want %+v", heard, want)
	}
}

func TestAnAnswerFromACalendarCounts(t *testing.T) {
	lives(t, inJune, func(t *testing.T, w *world) {
		var mail mails
		an, s := w.member(1), w.on("2017-06-13")
		now := w.clock.Now()
		first := mail.from(w, 1, about(s, No, now))
		w.expectHeard(w.mailed(an, first), Heard{Recorded: 1})
		if got := w.said(1, s); got != No {
			t.Errorf("said %q", got)
		}
		w.expectHeard(w.mailed(an, first), Heard{Repeated: true})
		w.expectHeard(w.mailed(an, mail.from(w, 1, about(s, Unsure, now.Add(time.Minute)))), Heard{Recorded: 1}) // a clock that is fast
		w.sleep("2017-05-26T10:00:30Z")
		w.expectHeard(w.mailed(an, mail.from(w, 1, about(s, Yes, w.clock.Now()))), Heard{Recorded: 1})
		if got := w.said(1, s); got != Yes {
			t.Errorf("said %q", got)
		}
		if other := w.said(1, w.on("2017-06-20")); other != "" {
			t.Errorf("the session after it has %q", other)
		}
	})
}

func TestTheAnswerThatWasGivenLastCounts(t *testing.T) {
	lives(t, inJune, func(t *testing.T, w *world) {
		var mail mails
		an, s := w.member(1), w.on("2017-06-13")
		early := w.clock.Now()
		w.sleep("2017-05-26T11:00:00Z")
		late := w.clock.Now()
		w.mailed(an, mail.from(w, 1, about(s, Yes, late)))
		w.expectHeard(w.mailed(an, mail.from(w, 1, about(s, No, early))), Heard{Older: 1}) // it overtook the other
		w.sleep("2017-05-26T12:00:00Z")
		got(w.calendar.Answer(w.ctx, an, s.ID, No))(t)
		w.expectHeard(w.mailed(an, mail.from(w, 1, about(s, Yes, late.Add(time.Minute)))), Heard{Older: 1}) // the button came after
		if got := w.said(1, s); got != No {
			t.Errorf("said %q", got)
		}
	})
}

// A program that numbers entries as it likes is heard like any other, and overrules nothing that is said after it.
func TestASequenceThatNoLetterHadIsTakenForTheLast(t *testing.T) {
	lives(t, inJune, func(t *testing.T, w *world) {
		var mail mails
		an, s := w.member(1), w.on("2017-06-13")
		for _, sequence := range []int{math.MaxInt, math.MinInt} {
			far := about(s, No, w.clock.Now())
			far.Sequence = sequence
			w.expectHeard(w.mailed(an, mail.from(w, 1, far)), Heard{Recorded: 1})
			w.clock.Advance(time.Hour)
			w.expectHeard(w.mailed(an, mail.from(w, 1, about(s, Yes, w.clock.Now()))), Heard{Recorded: 1})
			if got := w.said(1, s); got != Yes {
				t.Errorf("said %q", got)
			}
		}
	})
}

func TestAnAnswerToADateThatIsNoLongerIsToldOnce(t *testing.T) {
	lives(t, inJune, func(t *testing.T, w *world) {
		var mail mails
		an, before := w.member(1), w.on("2017-06-13")
		got(w.calendar.Move(w.ctx, w.member(0), before.ID, 0, day(t, "2017-06-14"), wall.At(12, 30), false))(t)
		for range 3 {
			w.expectHeard(w.mailed(an, mail.from(w, 1, about(before, Yes, w.clock.Now()))), Heard{Outdated: 1})
		}
		if w.said(1, before) != "" || w.told(NoticeAnswerOutdated) != 1 {
			t.Errorf("said %q, told %d times", w.said(1, before), w.told(NoticeAnswerOutdated))
		}
		now := w.on("2017-06-14")
		w.expectHeard(w.mailed(an, mail.from(w, 1, about(now, Yes, w.clock.Now()))), Heard{Recorded: 1})
		got(w.calendar.Move(w.ctx, w.member(0), before.ID, 0, day(t, "2017-06-13"), wall.At(12, 30), false))(t)
		w.expectHeard(w.mailed(an, mail.from(w, 1, about(before, No, w.clock.Now()))), Heard{Recorded: 1}) // it is that date again
		if got := w.said(1, before); got != No {
			t.Errorf("said %q", got)
		}
		nowhere := before
		nowhere.SlotStartsAt = before.SlotStartsAt.Add(time.Hour)
		w.expectHeard(w.mailed(an, mail.from(w, 1, about(nowhere, Yes, w.clock.Now()))), Heard{Outdated: 1})
	})
}

func TestAnswersToAWholeSeries(t *testing.T) {
	whole := func(answer Answer, sequence int, at time.Time) EntryAnswer {
		return EntryAnswer{Answer: answer, Sequence: sequence, At: at}
	}
	lives(t, inJune, func(t *testing.T, w *world) {
		var mail mails
		an := w.member(1)
		sessions := w.course().sessions
		got(w.calendar.Answer(w.ctx, an, sessions[3].ID, No))(t)
		w.sleep("2017-05-26T11:00:00Z")
		heard := w.mailed(an, mail.from(w, 1, whole(Yes, sessions[0].Sequence, w.clock.Now())))
		w.expectHeard(heard, Heard{Recorded: len(sessions) - 1})
		if w.said(1, sessions[3]) != No || w.said(1, sessions[0]) != Yes || w.said(1, sessions[12]) != Yes {
			t.Error("yes to all did not leave what was answered, or missed one")
		}
		early := w.clock.Now().Add(-30 * time.Minute)
		w.expectHeard(w.mailed(an, mail.from(w, 1, whole(No, 1, early))), Heard{Older: 1})
		ben := w.member(2)
		for range 2 {
			w.expectHeard(w.mailed(ben, mail.from(w, 1, whole(No, 1, w.clock.Now()))), Heard{Asked: true})
		}
		if w.told(NoticeStillIn) != 1 || w.course().members[2].StillInAskedAt == nil || len(w.course().expected(sessions[0])) != 4 {
			t.Errorf("asked %d times", w.told(NoticeStillIn))
		}
		w.expectHeard(w.mailed(ben, mail.from(w, 1, whole(Unsure, 1, w.clock.Now()))), Heard{})
		if w.course().members[2].StillInAskedAt != nil {
			t.Error("unsure is no sign of life")
		}
		w.expectHeard(w.mailed(ben, mail.from(w, 7, whole(Yes, 1, w.clock.Now()))), Heard{Outdated: 1})
	})
}

func TestWhoMayNotAnswerDoesNotByMail(t *testing.T) {
	lives(t, inJune, func(t *testing.T, w *world) {
		var mail mails
		s := w.on("2017-06-13")
		m := mail.from(w, 1, about(s, Yes, w.clock.Now()))
		refused(w.calendar.AnswerEntries(w.ctx, w.somebody("Vreemd", "Europe/Brussels"), m))(t, "not-found")
		if !fault.IsKind(func() error { _, err := w.calendar.AnswerEntries(w.ctx, identity.Actor{}, m); return err }(), fault.Unauthenticated) {
			t.Error("nobody may answer")
		}
		w.expectHeard(w.mailed(w.member(1), m), Heard{Recorded: 1}) // refused before, so not dealt with
		w.sleep("2017-06-14T10:00:00Z")
		w.expectHeard(w.mailed(w.member(1), mail.from(w, 1, about(s, No, w.clock.Now()))), Heard{})
	})
}

func TestTwoProcessesWithOneMailRecordOnce(t *testing.T) {
	lives(t, inJune, func(t *testing.T, w *world) {
		var mail mails
		m := mail.from(w, 1, EntryAnswer{Answer: No, Sequence: 1, At: w.clock.Now()})
		actor := w.member(1)
		var all sync.WaitGroup
		heard := make([]Heard, 8)
		for i := range heard {
			all.Go(func() { heard[i] = w.mailed(actor, m) })
		}
		all.Wait()
		did := 0
		for _, h := range heard {
			if !h.Repeated {
				did++
			}
		}
		if did != 1 || w.told(NoticeStillIn) != 1 {
			t.Errorf("%d of them did it: %+v", did, heard)
		}
	})
}

func TestCourtesyIsShownOnceAMonth(t *testing.T) {
	lives(t, inJune, func(t *testing.T, w *world) {
		person := w.member(1).PersonID
		polite := func() (is bool) {
			w.write(func(tx database.Tx) (err error) {
				is, err = CourtesyIn(tx, person, w.clock.Now())
				return err
			})
			return is
		}
		if !polite() || polite() {
			t.Error("not once")
		}
		w.sleep("2017-06-24T10:00:00Z")
		if polite() {
			t.Error("again within thirty days")
		}
		w.sleep("2017-06-25T10:00:00Z")
		if !polite() {
			t.Error("never again")
		}
		w.mailed(w.member(1), MailedAnswers{Mail: "x", CircleID: w.circleID, Series: 1})
		w.sleep("2017-08-25T10:00:00Z")
		if n := got(w.calendar.SweepMails(w.ctx, w.clock.Now()))(t); n != 1 {
			t.Errorf("%d mails were forgotten", n)
		}
	})
}
