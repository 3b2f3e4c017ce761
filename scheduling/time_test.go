package scheduling

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"

	"kring/circles"
)

func TestWhereTheQuorumIsLostTooLateToVoteTheCircleHearsAtOnce(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		w.until("2018-03-05T09:00:00Z")
		session := w.on("2018-03-06")
		answer := func(n int, a Answer) { got(w.calendar.Answer(w.ctx, w.member(n), session.ID, a))(t) }
		answer(0, No)
		answer(1, No)
		if n := w.told(NoticeQuorumLost); n != 0 {
			t.Fatalf("three are enough, and %d heard otherwise", n)
		}
		answer(2, No)
		if n := w.told(NoticeQuorumLost); n != 5 {
			t.Errorf("%d heard that it is lost", n)
		}
		answer(2, Yes)
		answer(2, No)
		answer(3, No)
		if n := w.told(NoticeQuorumLost); n != 5 || w.told(NoticeProposal) != 0 {
			t.Errorf("%d letters: once is enough", n)
		}
		violates(w.calendar.Answer(w.ctx, w.member(0), session.ID, "maybe"))(t, "/answer not-an-answer")
		refused(w.calendar.Answer(w.ctx, w.facilitator, session.ID, No))(t, "forbidden")
	})
}

func TestAbsencesAreAnswersGivenInAdvance(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		away := []Span{span(t, "2018-03-01", "2018-03-31")}
		got(w.calendar.Answer(w.ctx, w.member(0), w.on("2018-03-13").ID, Yes))(t)
		for n := range 3 {
			got(w.calendar.SetAbsences(w.ctx, w.member(n), w.circleID, away))(t)
		}
		if votes, lost := w.told(NoticeProposal), w.told(NoticeQuorumLost); votes != 2*5 || lost != 2*5 {
			t.Errorf("%d are asked about two sessions near the ends of March, %d told of the two amid it", votes, lost)
		}
		view := got(w.calendar.Session(w.ctx, w.member(0), w.on("2018-03-13").ID))(t)
		if view.Expected != 2 || view.Answers.No != 3 {
			t.Errorf("expected %d, answers %+v: the absence is the later word", view.Expected, view.Answers)
		}
		if own := got(w.calendar.Absences(w.ctx, w.member(0), w.circleID))(t); len(own) != 1 || own[0].FromOn != day(t, "2018-03-01") {
			t.Errorf("own absences %v", own)
		}
		if own := got(w.calendar.SetAbsences(w.ctx, w.member(0), w.circleID, nil))(t); len(own) != 0 {
			t.Errorf("own absences %v", own)
		}
		wrong := []Span{{}, span(t, "2018-03-02", "2018-03-01")}
		_, err := w.calendar.SetAbsences(w.ctx, w.member(0), w.circleID, wrong)
		if f, ok := fault.Of(err); !ok || len(f.Violations) != 2 || f.Violations[1].Pointer != "/items/1/until_on" {
			t.Errorf("got %v", err)
		}
		w.until("2018-03-06T12:00:00Z")
		if n := w.told(NoticeReminderHour); n != 5+5+3 {
			t.Errorf("%d were reminded: who is away is not", n)
		}
	})
}

func TestAHostWhoCannotComeIsReplaced(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		session := w.on("2018-02-27")
		host := func() string { return *w.on("2018-02-27").HostID }
		first := host()
		person := func() identity.Actor {
			m, _ := w.course().memberByID(host())
			return identity.Actor{PersonID: m.PersonID}
		}
		got(w.calendar.Answer(w.ctx, person(), session.ID, No))(t)
		second := host()
		if second == first || w.told(NoticeHostChanged) != 0 {
			t.Errorf("the host is %s; %d letters before the reminder", second, w.told(NoticeHostChanged))
		}
		w.until("2018-02-26T09:00:00Z")
		got(w.calendar.Answer(w.ctx, person(), session.ID, No))(t)
		if third := host(); third == second || third == first || w.told(NoticeHostChanged) != 2 {
			t.Errorf("the host is %s; %d letters", third, w.told(NoticeHostChanged))
		}
		violates(w.calendar.SwapHost(w.ctx, w.member(0), session.ID, 0, first))(t, "/host_id cannot-host")
	})
}

func TestHostsSwap(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		c := w.course()
		mine, theirs := c.sessions[1], c.sessions[3]
		got(w.calendar.SwapHost(w.ctx, w.member(0), mine.ID, mine.Revision, *theirs.HostID))(t)
		c = w.course()
		if *c.sessions[1].HostID != *theirs.HostID || *c.sessions[3].HostID != *mine.HostID || !c.sessions[1].HostSwapped {
			t.Errorf("not swapped")
		}
		w.pass()
		if again := w.course(); *again.sessions[1].HostID != *theirs.HostID {
			t.Errorf("the rotation took a member's word back")
		}
	})
}

func TestWhoLeavesLeadsNothing(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		gone := w.course().members[1]
		got(w.registry.Leave(w.ctx, identity.Actor{PersonID: gone.PersonID}, gone.ID))(t)
		w.pass()
		for _, s := range w.course().sessions {
			if s.HostID == nil || *s.HostID == gone.ID {
				t.Errorf("%v is led by %v", s.StartsAt, s.HostID)
			}
		}
		w.until("2018-02-20T12:45:00Z")
		for _, n := range w.notices() {
			if n.PersonID == gone.PersonID && n.Kind != circles.KindLeft && n.State == "waiting" {
				t.Errorf("a letter to somebody who left: %s", n.Kind)
			}
		}
	})
}

func TestANewcomerGetsTurnsAndNoLateReminder(t *testing.T) {
	s := tuesdays
	s.zones = slices.Repeat([]string{"Europe/Brussels"}, 4)
	lives(t, s, func(t *testing.T, w *world) {
		w.until("2018-02-26T09:00:00Z") // the reminder of the 27th went out on Friday
		w.person("Laat Komer", "late@example.org", "Europe/Brussels")
		seat := got(w.registry.Invite(w.ctx, w.facilitator, w.circleID, circles.Invitee{Name: "Laat", Email: "late@example.org", LetterLanguage: "nl"}))(t)
		newcomer := identity.Actor{PersonID: seat.PersonID}
		got(w.registry.AcceptSeat(w.ctx, newcomer, seat.ID))(t)
		w.until("2018-03-05T09:00:00Z")
		reminded := map[string]bool{}
		for _, n := range w.notices() {
			if n.Kind == NoticeReminderTwoDays && n.PersonID == seat.PersonID {
				reminded[*n.SessionID] = true
			}
		}
		if reminded[w.on("2018-02-27").ID] || !reminded[w.on("2018-03-06").ID] {
			t.Errorf("the newcomer was reminded of %v", reminded)
		}
		turns := 0
		for _, session := range w.course().sessions {
			if session.hosts(seat.ID) {
				turns++
			}
		}
		if turns == 0 {
			t.Errorf("the newcomer never leads")
		}
		b := got(w.calendar.Brief(w.ctx, w.circleID, seat.PersonID))(t)
		if len(b.Told) == 0 {
			t.Errorf("nobody told the newcomer any date")
		}
	})
}

func TestOutcomesOfASession(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		record := func(date string, outcome State) (Change, error) {
			return w.calendar.RecordOutcome(w.ctx, w.member(1), w.on(date).ID, outcome)
		}
		refused(record("2018-02-20", Held))(t, "session-not-yet")
		w.until("2018-02-23T13:00:00Z")
		if state := w.on("2018-02-20").State; state != Unrecorded || w.circle().GuideWeek != 0 {
			t.Fatalf("after 72 hours it is %s, at week %d", state, w.circle().GuideWeek)
		}
		change := got(record("2018-02-20", Missed))(t)
		if change.EndsOn != day(t, "2018-05-29") {
			t.Errorf("ends on %v", change.EndsOn)
		}
		change = got(record("2018-02-20", Held))(t)
		if change.EndsOn != day(t, "2018-05-22") || change.Circle.GuideWeek != 1 || *change.Session.GuideWeek != 0 {
			t.Errorf("ends on %v, at week %d: nobody had been told of the date at the end", change.EndsOn, change.Circle.GuideWeek)
		}
		if change = got(record("2018-02-20", Missed))(t); change.Session.State != Held {
			t.Errorf("held does not beat missed")
		}
		violates(record("2018-02-20", Planned))(t, "/outcome not-an-outcome")
		w.until("2018-03-02T13:00:00Z")
		got(w.calendar.SetGuideWeek(w.ctx, w.member(0), w.circleID, 0, 2))(t)
		change = got(record("2018-02-27", Held))(t)
		if change.Circle.GuideWeek != 2 {
			t.Errorf("at week %d: a week set by hand is not counted twice", change.Circle.GuideWeek)
		}
		violates(w.calendar.SetGuideWeek(w.ctx, w.member(0), w.circleID, 0, 13))(t, "/week not-between")
		w.until("2018-03-20T12:30:00Z")
		refused(record("2018-02-27", Cancelled))(t, "too-late-to-correct")
		refused(w.calendar.RecordOutcome(w.ctx, w.facilitator, w.on("2018-03-06").ID, Held))(t, "forbidden")
	})
}

func TestADateThatPeopleKnowStays(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		w.until("2018-02-20T12:45:00Z")
		w.record("2018-02-20", Missed)
		w.until("2018-02-23T12:45:00Z") // the next reminder names the date at the end
		b := got(w.calendar.Brief(w.ctx, w.circleID, w.member(1).PersonID))(t)
		var hour time.Time
		for _, n := range w.notices() {
			if n.Kind == NoticeReminderTwoDays && n.PersonID == w.member(1).PersonID {
				hour = n.HoldUntil
			}
		}
		if news := b.News(hour); len(news) != 1 || !strings.HasPrefix(news[0].On(b.Location).String(), "2018-05-29") {
			t.Errorf("the reminder's news are %v", news)
		}
		change := got(w.calendar.RecordOutcome(w.ctx, w.member(0), w.on("2018-02-20").ID, Held))(t)
		if change.EndsOn != day(t, "2018-05-29") {
			t.Errorf("ends on %v", change.EndsOn)
		}
	})
}

func TestWhoGivesNoSignIsAskedAlone(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		quiet := w.course().members[4]
		for _, date := range []string{"2018-02-20", "2018-02-27", "2018-03-06", "2018-03-13"} {
			for n := range 4 {
				got(w.calendar.Answer(w.ctx, w.member(n), w.on(date).ID, Yes))(t)
			}
			w.until(date + "T12:45:00Z")
			w.record(date, Held)
		}
		if n := w.told(NoticeStillIn); n != 1 {
			t.Fatalf("%d were asked", n)
		}
		if expected := w.course().expected(w.on("2018-03-20")); len(expected) != 4 {
			t.Errorf("%d are expected", len(expected))
		}
		got(w.calendar.StillIn(w.ctx, identity.Actor{PersonID: quiet.PersonID}, w.circleID))(t)
		if expected := w.course().expected(w.on("2018-03-20")); len(expected) != 5 {
			t.Errorf("%d are expected after the answer", len(expected))
		}
	})
}

func TestACircleThatStaysSilentEndsAndCanBeRevived(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		w.until("2018-03-09T13:00:00Z") // 72 h after the third
		if n := w.told(NoticeGoOn); n != 5 || w.circle().RemindersStoppedAt == nil {
			t.Fatalf("%d were asked whether it goes on; dates %v", n, w.dates()[:4])
		}
		w.forgetNotices()
		w.until("2018-03-30T08:00:00Z")
		if lines := w.notices(); len(lines) != 0 {
			t.Errorf("letters while reminders rest: %v", lines)
		}
		w.until("2018-03-30T13:00:00Z")
		c := w.circle()
		if c.State != circles.Ended || c.EndReason != circles.EndFellSilent || w.told(NoticeEnded) != 5 || w.passed.Ended != 1 {
			t.Fatalf("the circle is %s, %s", c.State, c.EndReason)
		}
		refused(w.calendar.Resume(w.ctx, w.facilitator, w.circleID, 99, day(t, "2018-04-03"), false))(t, "stale")
		violates(w.calendar.Resume(w.ctx, w.member(0), w.circleID, 0, day(t, "2018-03-29"), false))(t, "/starts_on in-the-past")
		violates(w.calendar.Resume(w.ctx, w.member(0), w.circleID, 0, day(t, "2019-04-10"), false))(t, "/starts_on too-far")
		change := got(w.calendar.Resume(w.ctx, w.member(0), w.circleID, 0, day(t, "2018-04-10"), false))(t)
		next, _ := Next(w.course().sessions, w.clock.Now())
		if change.Circle.State != circles.Running || next.StartsAt.Format(time.DateOnly) != "2018-04-10" || change.Letters != 5 {
			t.Errorf("revived %s, next %v", change.Circle.State, next.StartsAt)
		}
		if n := w.course().coming(); n != 13 {
			t.Errorf("%d dates for thirteen guides", n)
		}
		w.until("2018-04-10T11:30:00Z")
		if n := w.told(NoticeReminderTwoDays); n != 5 {
			t.Errorf("%d were reminded", n)
		}
	})
}

func TestGoingOn(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		w.until("2018-03-09T13:00:00Z")
		got(w.calendar.GoOn(w.ctx, w.member(0), w.circleID))(t)
		got(w.calendar.GoOn(w.ctx, w.member(1), w.circleID))(t)
		w.forgetNotices()
		w.until("2018-03-13T12:45:00Z")
		if n := w.told(NoticeReminderHour); n == 0 {
			t.Errorf("nobody is reminded again")
		}
		w.until("2018-03-25T13:00:00Z")
		if n := w.told(NoticeGoOn); n != 0 {
			t.Errorf("asked again after two more")
		}
		w.until("2018-04-10T13:00:00Z")
		if c := w.circle(); c.State != circles.Running || w.told(NoticeGoOn) != 5 {
			t.Errorf("the circle is %s; %d asked after three more", c.State, w.told(NoticeGoOn))
		}
	})
}

func TestFinishedOrMoreDates(t *testing.T) {
	s := tuesdays
	s.set = "intervisie"
	lives(t, s, func(t *testing.T, w *world) {
		sessions := w.course().sessions
		for i, session := range sessions[:5] {
			w.until(session.EndsAt.Add(time.Minute).Format(time.RFC3339))
			if i != 2 { // one that nobody records
				got(w.calendar.RecordOutcome(w.ctx, w.member(0), session.ID, Held))(t)
			}
		}
		w.until(sessions[5].EndsAt.Add(UnrecordedAfter + time.Minute).Format(time.RFC3339))
		if n := w.told(NoticeFinishOrMore); n != 5 {
			t.Fatalf("%d were asked; dates %v", n, w.dates())
		}
		change := got(w.calendar.MoreDates(w.ctx, w.member(0), w.circleID, 0, 0, false))(t)
		if n := len(change.Changes()); n != 2 {
			t.Errorf("%d dates for the two guides that are left", n)
		}
		w.until(change.Changes()[0].After.StartsAt.Format(time.RFC3339))
		if n := w.told(NoticeReminderHour); n == 0 {
			t.Errorf("nobody was reminded of a date that was added")
		}
	})
}

func TestAMembersProposalIsCarriedAfterThreeDays(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		w.until("2018-02-20T12:45:00Z")
		w.record("2018-02-20", Held)
		refused(w.calendar.End(w.ctx, w.facilitator, w.circleID, 0, circles.EndNoTime, "", false))(t, "not-stalling")
		refused(w.calendar.Complete(w.ctx, w.facilitator, w.circleID, 0, false))(t, "forbidden")
		change := got(w.calendar.Complete(w.ctx, w.member(0), w.circleID, 0, false))(t)
		if change.Motion == nil || change.Circle.State != circles.Running || change.Letters != 4 {
			t.Fatalf("proposed %+v", change)
		}
		refused(w.calendar.End(w.ctx, w.member(1), w.circleID, 0, circles.EndNoTime, "", false))(t, "already-proposed")
		w.until("2018-02-23T12:44:00Z")
		if state := w.circle().State; state != circles.Running {
			t.Errorf("%s before three days", state)
		}
		w.until("2018-02-23T12:46:00Z")
		if state := w.circle().State; state != circles.Completed || w.told(NoticeCompleted) != 5 || w.passed.Completed != 1 {
			t.Errorf("%s after three days", state)
		}
		refused(w.calendar.Move(w.ctx, w.member(0), w.on("2018-02-27").ID, 0, day(t, "2018-03-01"), 0, false))(t, "circle-over")
	})
}

func TestAMemberEndsACircleWithItsReason(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		violates(w.calendar.End(w.ctx, w.member(0), w.circleID, 0, "boredom", "", false))(t, "/reason not-an-end-reason")
		change := got(w.calendar.End(w.ctx, w.member(0), w.circleID, 0, circles.EndNoTime, "Te druk.", false))(t)
		got(w.registry.Object(w.ctx, w.member(1), change.Motion.ID))(t)
		w.until("2018-02-19T08:00:00Z")
		if state := w.circle().State; state != circles.Running {
			t.Fatalf("%s although somebody objected", state)
		}
		got(w.calendar.End(w.ctx, w.member(0), w.circleID, 0, circles.EndNoTime, "Te druk.", false))(t)
		w.until("2018-03-01T08:00:00Z")
		c := w.circle()
		if c.State != circles.Ended || c.EndReason != circles.EndNoTime || c.EndText != "Te druk." || w.told(NoticeEnded) != 5 {
			t.Errorf("%s, %s, %q", c.State, c.EndReason, c.EndText)
		}
	})
}

func TestAfterADowntimeEverythingIsCaughtUpWith(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		w.until("2018-02-20T12:45:00Z")
		w.record("2018-02-20", Held)
		w.forgetNotices()
		w.sleep("2018-03-05T15:00:00Z") // down for two weeks, over a session and two reminders
		for w.pass().Before(w.clock.Now()) {
			time.Sleep(time.Second) //nolint:forbidigo // virtual time
		}
		if state := w.on("2018-02-27").State; state != Unrecorded {
			t.Errorf("the session that was slept through is %s", state)
		}
		now := w.clock.Now()
		useful, late := 0, 0
		for _, n := range w.notices() {
			if n.Kind != NoticeReminderTwoDays && n.Kind != NoticeReminderHour {
				continue
			}
			if n.UsefulUntil.After(now) {
				useful++
			} else {
				late++
			}
		}
		if useful != 5 || late != 5 {
			t.Errorf("%d reminders are of use, %d came too late to be", useful, late)
		}
		before := len(w.notices())
		w.pass()
		if after := len(w.notices()); after != before {
			t.Errorf("a second pass found %d more", after-before)
		}
	})
}

func TestNamesAreForgottenSevenDaysAfterTheSession(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		session := w.on("2018-02-20")
		got(w.calendar.Answer(w.ctx, w.member(0), session.ID, No))(t)
		got(w.calendar.Answer(w.ctx, w.member(1), session.ID, Yes))(t)
		seen := func(actor identity.Actor) SessionView { return got(w.calendar.Session(w.ctx, actor, session.ID))(t) }
		if view := seen(w.facilitator); view.ByName != nil || view.Answers != (Tally{Yes: 1, No: 1, Silent: 3}) {
			t.Errorf("a facilitator sees %+v", view)
		}
		if view := seen(w.member(2)); len(view.ByName) != 5 || view.ByName[0].Answer != No || view.ByName[0].FirstName != "LidA" {
			t.Errorf("a member sees %+v", view.ByName)
		}
		refused(w.calendar.Session(w.ctx, w.somebody("Vreemd", "Europe/Brussels"), session.ID))(t, "not-found")
		w.until("2018-02-27T12:00:00Z")
		if view := seen(w.member(2)); len(view.ByName) != 5 {
			t.Errorf("before seven days a member sees %+v", view.ByName)
		}
		w.until("2018-02-27T12:31:00Z")
		if view := seen(w.member(2)); view.ByName != nil || view.Answers.Yes != 1 || view.Answers.No != 1 {
			t.Errorf("after seven days a member sees %+v", view)
		}
		left := 0
		err := w.db.Read(w.ctx, func(tx database.Tx) error {
			said, err := saidOf(tx, w.circleID)
			left = len(said)
			return err
		})
		if err != nil || left != 0 {
			t.Errorf("%d names are left: %v", left, err)
		}
	})
}

func TestNobodyIsRemindedAtNight(t *testing.T) {
	s := tuesdays
	s.zones = []string{"Europe/Brussels", "Europe/Brussels", "Europe/Brussels", "Pacific/Auckland"}
	lives(t, s, func(t *testing.T, w *world) {
		w.until("2018-02-20T12:00:00Z")
		auckland := zone(t, "Pacific/Auckland")
		for _, n := range w.notices() {
			if n.Kind != NoticeReminderTwoDays || n.PersonID != w.member(3).PersonID {
				continue
			}
			if hour := n.HoldUntil.In(auckland).Hour(); hour < 8 || hour > 18 {
				t.Errorf("reminded at %v", n.HoldUntil.In(auckland))
			}
		}
	})
}

func TestAMessageToTheCircle(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		write := func(text string) (Change, error) {
			return w.calendar.MessageToCircle(w.ctx, w.member(0), w.circleID, text)
		}
		violates(write("  "))(t, "/text required")
		violates(write(strings.Repeat("a", 4001)))(t, "/text too-long")
		violates(write("bel\x07"))(t, "/text not-text")
		violates(write("morgen \u202enegrom"))(t, "/text not-text")
		violates(write("\u200b\ufeff"))(t, "/text required")
		refused(w.calendar.MessageToCircle(w.ctx, w.facilitator, w.circleID, "Dag"))(t, "forbidden")
		change := got(write("Wie neemt koffie mee?\r\n"))(t)
		if change.Letters != 4 || w.told(NoticeCircleMessage) != 4 {
			t.Errorf("%d letters", change.Letters)
		}
		if m := got(w.calendar.Message(w.ctx, change.Message))(t); m.Body != "Wie neemt koffie mee?" {
			t.Errorf("the message is %q", m.Body)
		}
		for range 9 {
			got(write("Nog iets"))(t)
		}
		refused(write("En nog"))(t, "too-many-messages")
	})
}
