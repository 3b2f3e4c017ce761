package letters

import (
	"testing"

	"kring/internal/database"
	"kring/internal/outbox"
	"kring/internal/wall"

	"kring/scheduling"
)

// asked notes something that a mail asked for.
func (w *world) asked(n outbox.Notice) {
	w.t.Helper()
	n.Key, n.HoldUntil = n.Kind+" of a mail", w.clock.Now()
	w.write(func(tx database.Tx) error { return outbox.NoteIn(tx, n) })
}

func TestLettersThatAnswerAMail(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.asksNobody()
		ben, s := w.person("Ben").ID, w.on("2017-09-07")
		w.asked(outbox.Notice{
			Kind: scheduling.NoticeAnswerOutdated, PersonID: ben, CircleID: w.circleID, SessionID: s.ID, UsefulUntil: s.StartsAt,
		})
		w.golden("answer_outdated", "Ben", scheduling.NoticeAnswerOutdated)
		for _, kind := range []string{scheduling.NoticeNobodyReads, scheduling.NoticeOtherAddress} {
			w.asked(outbox.Notice{Kind: kind, PersonID: ben})
			w.golden(kind, "Ben", kind)
		}
		old := w.last("Ben", scheduling.NoticeAnswerOutdated) // in a letter already when the date changes once more
		got(w.calendar.Move(w.ctx, w.as("An"), s.ID, 0, wall.NewDate(2017, 9, 8), wall.At(9, 0), false))(t)
		if _, err := w.letters.Table()[scheduling.NoticeAnswerOutdated].Compose(w.ctx, w.person("Ben"), old); err == nil {
			t.Error("asked about a date that is no longer")
		}
	})
}
