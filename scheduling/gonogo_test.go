package scheduling

import (
	"testing"
	"time"

	"kring/internal/wall"
)

// asking is a circle of five that asks a day ahead whether a session goes ahead: Tuesdays, from 20 February 2018.
func asking() setting {
	s := tuesdays
	s.goNoGo = true
	return s
}

func TestADayAheadThoseWhoSaidNothingAreAskedOnce(t *testing.T) {
	lives(t, asking(), func(t *testing.T, w *world) {
		w.says(0, "2018-02-20", Yes)
		w.says(1, "2018-02-20", Yes)
		w.says(2, "2018-02-20", Unsure)
		w.until("2018-02-19T11:31:00Z")
		asked := map[string]bool{}
		for _, n := range w.notices() {
			if n.Kind == NoticeGoNoGo {
				asked[n.PersonID] = true
			}
		}
		if len(asked) != 2 || !asked[w.member(3).PersonID] || !asked[w.member(4).PersonID] {
			t.Errorf("%d are asked", len(asked))
		}
		w.says(3, "2018-02-20", Yes)
		w.until("2018-02-20T11:00:00Z")
		if n := len(w.proposals()); n != 0 || w.told(NoticeGoNoGo) != 2 {
			t.Errorf("three said yes, and there are %d proposals", n)
		}
		for _, n := range w.notices() {
			if n.Kind == NoticeReminderHour && asked[n.PersonID] {
				t.Errorf("somebody who was asked is reminded an hour ahead as well")
			}
		}
		if n := w.told(NoticeReminderHour); n != 3 {
			t.Errorf("%d are reminded an hour ahead", n)
		}
	})
}

func TestWhereTooFewSayYesTheCircleVotesUntilAnHourAhead(t *testing.T) {
	lives(t, asking(), func(t *testing.T, w *world) {
		w.says(0, "2018-02-20", Yes)
		w.until("2018-02-19T23:31:00Z")
		all := w.proposals()
		if len(all) != 1 || all[0].Why != WhyGoNoGo || all[0].Silence || !all[0].ClosesAt.Equal(at(t, "2018-02-20T10:30:00Z")) {
			t.Fatalf("proposals %+v", all)
		}
		for _, o := range all[0].Options {
			if o.Kind == OptionMove && o.StartsAt.Before(at(t, "2018-02-20T22:30:00Z")) {
				t.Errorf("offered %v", o.StartsAt)
			}
		}
		w.until("2018-02-20T11:00:00Z")
		if now := w.proposals()[0]; now.State != ProposalStays || w.told(NoticeProposalStays) != 0 {
			t.Errorf("it is %s, and where nobody said a word %d are told so", now.State, w.told(NoticeProposalStays))
		}
		if n := w.told(NoticeReminderHour); n != 1 {
			t.Errorf("%d are reminded besides the one who had said yes", n)
		}
		if n := w.told(NoticeGoNoGo); n != 4 {
			t.Errorf("%d were asked", n)
		}
	})
	lives(t, asking(), func(t *testing.T, w *world) { // one of them says a word, and it comes to nothing
		w.until("2018-02-19T23:31:00Z")
		w.vote(1, w.proposals()[0], 1, true)
		w.until("2018-02-20T11:00:00Z")
		if now := w.proposals()[0]; now.State != ProposalStays || w.told(NoticeProposalStays) != 5 {
			t.Errorf("it is %s, and %d are told", now.State, w.told(NoticeProposalStays))
		}
	})
	lives(t, asking(), func(t *testing.T, w *world) { // they agree
		w.until("2018-02-19T23:31:00Z")
		v := w.proposals()[0]
		for n := range 3 {
			w.vote(n, v, 1, true)
		}
		w.until("2018-02-20T11:00:00Z")
		s := w.course().session(v.SessionID)
		if now := w.proposals()[0]; now.State != ProposalMoved || !s.StartsAt.Equal(*v.Options[0].StartsAt) {
			t.Errorf("it is %s", now.State)
		}
		if n := w.told(NoticeDatesChanged); n != 5 || w.told(NoticeReminderHour) != 0 {
			t.Errorf("%d letters of the change", n)
		}
		w.until(s.EndsAt.Format(time.RFC3339))
		if n := w.told(NoticeGoNoGo); n != 0 || len(w.proposals()) != 1 { // the questions that waited were taken back
			t.Errorf("%d were asked; of a date that was voted on nobody is asked again", n)
		}
	})
	lives(t, asking(), func(t *testing.T, w *world) { // they come after all
		w.until("2018-02-19T23:31:00Z")
		for n := range 3 {
			w.says(n, "2018-02-20", Yes)
		}
		if now := w.proposals()[0]; now.State != ProposalOvertaken || w.waiting(NoticeProposal) != 0 {
			t.Errorf("it is %s", now.State)
		}
	})
}

func TestWhenNobodyIsAskedADayAhead(t *testing.T) {
	nobody := func(t *testing.T, w *world) {
		t.Helper()
		if n := w.told(NoticeGoNoGo); n != 0 {
			t.Errorf("%d are asked", n)
		}
		for _, v := range w.proposals() {
			if v.Why == WhyGoNoGo {
				t.Errorf("the circle votes")
			}
		}
	}
	t.Run("the program was down until it was too late", func(t *testing.T) {
		lives(t, asking(), func(t *testing.T, w *world) {
			w.until("2018-02-19T08:00:00Z")
			w.sleep("2018-02-20T00:00:00Z")
			w.until("2018-02-20T11:00:00Z")
			nobody(t, w)
			if n := w.told(NoticeReminderHour); n != 5 {
				t.Errorf("%d are reminded an hour ahead", n)
			}
		})
	})
	t.Run("the program was down and is in time", func(t *testing.T) {
		lives(t, asking(), func(t *testing.T, w *world) {
			w.until("2018-02-19T08:00:00Z")
			w.sleep("2018-02-19T20:00:00Z")
			w.pass()
			if n := w.told(NoticeGoNoGo); n != 5 {
				t.Errorf("%d are asked", n)
			}
		})
	})
	t.Run("the reminder itself comes late", func(t *testing.T) {
		lives(t, asking(), func(t *testing.T, w *world) {
			w.sleep("2018-02-19T20:00:00Z")
			w.until("2018-02-20T11:00:00Z")
			nobody(t, w)
			if n := w.told(NoticeReminderTwoDays); n != 5 {
				t.Errorf("%d are reminded", n)
			}
		})
	})
	t.Run("the session was moved within a day", func(t *testing.T) {
		lives(t, asking(), func(t *testing.T, w *world) {
			w.until("2018-02-19T08:00:00Z")
			got(w.calendar.Move(w.ctx, w.member(0), w.on("2018-02-20").ID, 0, day(t, "2018-02-20"), wall.At(8, 0), false))(t)
			w.until("2018-02-20T11:00:00Z")
			nobody(t, w)
		})
	})
	t.Run("the circle voted", func(t *testing.T) {
		lives(t, asking(), func(t *testing.T, w *world) {
			for n := range 3 {
				w.says(n, "2018-02-20", Yes)
				w.says(n, "2018-02-27", Yes)
			}
			v := w.short()
			for n := range 5 {
				w.vote(n, v, 5, true)
			}
			w.forgetNotices()
			if now := w.proposals()[0]; now.State != ProposalStays {
				t.Errorf("it is %s", now.State)
			}
			w.until("2018-03-06T11:00:00Z")
			nobody(t, w)
		})
	})
	t.Run("it is switched off", func(t *testing.T) {
		lives(t, tuesdays, func(t *testing.T, w *world) {
			w.until("2018-02-20T11:00:00Z")
			nobody(t, w)
		})
	})
}

// TestACircleThatMeetsWithoutAWordIsLeftInPeace asks on until the circle shows that silence is its yes, and again once a
// session was not held.
func TestACircleThatMeetsWithoutAWordIsLeftInPeace(t *testing.T) {
	lives(t, asking(), func(t *testing.T, w *world) {
		asked := func(until string, want int) {
			t.Helper()
			before := w.told(NoticeGoNoGo)
			w.until(until)
			if n := w.told(NoticeGoNoGo) - before; n != want {
				t.Errorf("until %s %d are asked, want %d", until, n, want)
			}
		}
		asked("2018-02-20T13:00:00Z", 5)
		w.record("2018-02-20", Held)
		asked("2018-02-27T13:00:00Z", 0)
		w.record("2018-02-27", Missed)
		asked("2018-03-06T13:00:00Z", 5)
		w.record("2018-03-06", Held)
		for n := range 3 {
			w.says(n, "2018-03-13", Yes)
		}
		asked("2018-03-13T13:00:00Z", 0)
		w.record("2018-03-13", Held)
		asked("2018-03-20T13:00:00Z", 3) // they do say so, as a rule; two who were silent all along are asked something else
	})
}

func TestNobodyIsAskedAtNight(t *testing.T) {
	s := asking()
	s.zones = []string{"Pacific/Auckland", "Asia/Kathmandu", "Europe/Brussels"}
	lives(t, s, func(t *testing.T, w *world) {
		w.until("2018-02-19T11:31:00Z")
		hours := map[string]time.Time{}
		for _, n := range w.notices() {
			if n.Kind == NoticeGoNoGo {
				hours[n.PersonID] = n.HoldUntil
			}
		}
		want := []string{"2018-02-19T18:00:00Z", "2018-02-19T11:30:00Z", "2018-02-19T11:30:00Z"}
		for n, instant := range want {
			if hour := hours[w.member(n).PersonID]; !hour.Equal(at(t, instant)) {
				t.Errorf("member %d is asked at %v, want %s", n, hour, instant)
			}
		}
	})
}

// TestAVoteThatBeginsAtNightIsHeardOfInTheMorning: half a day before half past twelve it is half past midnight.
func TestAVoteThatBeginsAtNightIsHeardOfInTheMorning(t *testing.T) {
	s := asking()
	s.zones = []string{"Pacific/Auckland", "Asia/Kathmandu", "Europe/London", "Europe/Brussels"}
	lives(t, s, func(t *testing.T, w *world) {
		w.until("2018-02-19T23:31:00Z")
		hours := map[string]time.Time{}
		for _, n := range w.notices() {
			if n.Kind == NoticeProposal {
				hours[n.PersonID] = n.HoldUntil
			}
		}
		want := []string{"2018-02-19T23:30:00Z", "2018-02-20T01:15:00Z", "2018-02-20T07:00:00Z", "2018-02-20T06:00:00Z"}
		for n, instant := range want {
			if hour := hours[w.member(n).PersonID]; !hour.Equal(at(t, instant)) {
				t.Errorf("member %d hears of it at %v, want %s", n, hour, instant)
			}
		}
	})
}
