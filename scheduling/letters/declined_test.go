package letters

import (
	"testing"

	"kring/scheduling"
)

// Who declines a whole series in her calendar is asked alone, in words that fit.
func TestStillInAfterDecliningEverything(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		got(w.calendar.AnswerEntries(w.ctx, w.as("An"), scheduling.MailedAnswers{
			Mail: "one", CircleID: w.circleID, Series: 1,
			Answers: []scheduling.EntryAnswer{{Answer: scheduling.No, Sequence: 1, At: w.clock.Now()}},
		}))(t)
		w.golden("still_in-declined", "An", scheduling.NoticeStillIn)
	})
}
