package scheduling

import (
	"testing"
	"time"

	"kring/internal/identity"
	"kring/internal/wall"

	"kring/circles"
)

// holds are the hours at which letters of a kind wait for a member.
func (w *world) holds(kind string, n int) []string {
	w.t.Helper()
	person, out := w.member(n).PersonID, []string(nil)
	for _, line := range w.notices() {
		if line.Kind == kind && line.PersonID == person && line.State == "waiting" {
			out = append(out, line.HoldUntil.UTC().Format(time.RFC3339))
		}
	}
	return out
}

// due are the reminders of a session that are still to be dealt with.
func (w *world) due(s Session) map[ReminderKind]bool {
	out := map[ReminderKind]bool{}
	for _, r := range w.course().reminders {
		if r.SessionID == s.ID && r.DoneAt == nil {
			out[r.Kind] = true
		}
	}
	return out
}

func (w *world) moves(s Session, to string) Change {
	w.t.Helper()
	return got(w.calendar.Move(w.ctx, w.member(0), s.ID, 0, day(w.t, to), wall.At(12, 30), false))(w.t)
}

func TestWhatASessionOnceWasMakesNoLetterUrgent(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		session := w.on("2018-03-06")
		w.moves(session, "2018-04-05")
		w.sleep("2018-02-13T08:00:00Z")
		w.sends()
		w.sleep("2018-03-12T10:00:00Z")
		w.forgetNotices()
		w.moves(session, "2018-04-06")
		same(t, "the letter waits", w.holds(NoticeDatesChanged, 1), "2018-03-13T07:00:00Z")
	})
}

func TestAReminderThatWaitsComesBackWithItsDate(t *testing.T) {
	s := tuesdays
	s.zones = []string{"Europe/Brussels", "Europe/Brussels", "America/New_York"}
	lives(t, s, func(t *testing.T, w *world) {
		w.until("2018-03-02T11:33:00Z") // reminded of Tuesday at half past twelve; in New York it is night
		session := w.on("2018-03-06")
		w.sends()
		same(t, "the reminder in New York", w.holds(NoticeReminderTwoDays, 2), "2018-03-02T13:00:00Z")
		moved := w.moves(session, "2018-03-08")
		same(t, "while it is on another date", w.holds(NoticeReminderTwoDays, 2))
		w.sleep("2018-03-02T11:36:00Z")
		w.undo(moved.ReplanID)
		w.until("2018-03-02T11:40:00Z")
		same(t, "taken back", w.holds(NoticeReminderTwoDays, 2), "2018-03-02T13:00:00Z")
		same(t, "who had it gets no other", w.holds(NoticeReminderTwoDays, 0))
		same(t, "nobody is told", w.holds(NoticeDatesChanged, 2))
	})
}

func TestTheQuestionADayAheadComesBackWithItsDate(t *testing.T) {
	s := tuesdays
	s.goNoGo = true
	lives(t, s, func(t *testing.T, w *world) {
		w.until("2018-03-05T12:00:00Z") // asked at half past twelve whether tomorrow's goes ahead
		session := w.on("2018-03-06")
		if n := w.told(NoticeGoNoGo); n == 0 {
			t.Fatal("nobody was asked")
		}
		w.sends()
		moved := w.moves(session, "2018-03-08")
		w.sleep("2018-03-05T12:05:00Z")
		w.undo(moved.ReplanID)
		w.until("2018-03-05T12:06:00Z")
		if due := w.due(session); !due[GoNoGoEnd] || !due[OneHour] || due[TwoDays] || due[GoNoGo] {
			t.Errorf("still to come: %v", due)
		}
		if n := w.waiting(NoticeGoNoGo) + w.waiting(NoticeReminderTwoDays); n != 0 {
			t.Errorf("%d are asked or reminded again", n)
		}
	})
}

func TestTooFewAreLookedAfterWhenADateComesBack(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		session := w.on("2018-03-06")
		moved := w.moves(session, "2018-03-08")
		w.undo(moved.ReplanID)
		for n := range 3 {
			got(w.calendar.Answer(w.ctx, w.member(n), session.ID, No))(t)
		}
		if w.told(NoticeProposal) == 0 {
			t.Fatal("no vote began")
		}
		moved = w.moves(session, "2018-03-08")
		if n := w.told(NoticeProposal); n != 0 {
			t.Errorf("%d are still asked", n)
		}
		w.undo(moved.ReplanID)
		if n := w.told(NoticeProposal); n != 5 {
			t.Errorf("%d are asked again", n)
		}
	})
}

func TestAHostWhoWasNamedLeadsAgainWhenADateComesBack(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		session := w.on("2018-03-06")
		named := w.course().members[4]
		if session.hosts(named.ID) {
			named = w.course().members[3]
		}
		got(w.calendar.SwapHost(w.ctx, w.member(0), session.ID, 0, named.ID))(t)
		no := false
		got(w.registry.PatchMember(w.ctx, identity.Actor{PersonID: named.PersonID}, named.ID, 0, circles.MemberPatch{Hosts: &no}))(t)
		slot := w.commit(w.foresee(Step{Kind: StepNewSlot, FromOn: day(t, "2018-03-05"), Slot: &wall.Slot{Weekday: time.Thursday, At: wall.At(9, 0)}}))
		if s := w.on("2018-03-08"); s.hosts(named.ID) || s.HostSwapped {
			t.Fatalf("%+v", s)
		}
		w.undo(slot.ID)
		if s := w.on("2018-03-06"); !s.hosts(named.ID) || !s.HostSwapped {
			t.Errorf("it is led by another: %+v", s)
		}
	})
}

func TestABreakAfterASkipThatWasTakenBack(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		skipped := got(w.calendar.Skip(w.ctx, w.member(0), w.on("2018-03-06").ID, 0, false))(t)
		w.sleep("2018-02-13T08:00:00Z")
		w.sends()
		w.undo(skipped.ReplanID) // 29 May is known, and called off
		r := w.foresee(Step{Kind: StepBreak, FromOn: day(t, "2018-03-19"), UntilOn: day(t, "2018-04-01")})
		same(t, "two sessions go to the end", changesOf(r.Change), "moved 2018-03-20T11:30Z 2018-05-29T10:30Z", "moved 2018-03-27T10:30Z 2018-06-05T10:30Z")
	})
}

func TestADateThatWasTakenBackAndIsTakenByAnother(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		skipped := got(w.calendar.Skip(w.ctx, w.member(0), w.on("2018-03-06").ID, 0, false))(t)
		w.sleep("2018-02-13T08:00:00Z")
		w.sends()
		w.undo(skipped.ReplanID)
		w.commit(w.foresee(Step{Kind: StepShift, FromOn: day(t, "2018-05-01"), Weeks: 1})) // one stands on 29 May again
		r := w.commit(w.foresee(Step{Kind: StepSkip, SessionID: w.on("2018-03-13").ID}))
		same(t, "the date at the end", changesOf(r.Change), "skipped 2018-03-13T11:30Z 2018-03-13T11:30Z", "added 2018-06-05T10:30Z")
	})
}
