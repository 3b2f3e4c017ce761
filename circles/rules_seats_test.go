package circles

import (
	"strings"
	"sync"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/page"
	"kring/internal/wall"
)

func TestAnApplicationCountsOnlyAfterThePress(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		a, actor := w.applied(w.application(""))
		if a.State != Unconfirmed {
			t.Fatalf("state %s before the press", a.State)
		}
		refused(w.registry.ConfirmApplication(w.ctx, w.facilitator, a.ID))(t, fault.Forbidden, "forbidden")
		done := got(w.registry.ConfirmApplication(w.ctx, actor, a.ID))(t)
		if done.Application.State != Waiting || !w.person(actor.PersonID).Confirmed() {
			t.Fatalf("after the press: %s", done.Application.State)
		}
		again := got(w.registry.ConfirmApplication(w.ctx, actor, a.ID))(t)
		if again.Application.Revision != done.Application.Revision {
			t.Error("pressing twice changed something")
		}
	})
}

func TestOneNetworkSignsUpNoCrowdWithinAnHour(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		from := func(network string) ApplicationDraft {
			draft := w.application("")
			draft.Network = network
			return draft
		}
		for range signupsAnHour {
			w.applied(from("192.0.2.0/24"))
		}
		one := from("192.0.2.0/24")
		_, err := w.registry.Apply(w.ctx, w.programme.ID, one)
		refused(Applied{}, err)(t, fault.TooMany, "too-often")
		if f, _ := fault.Of(err); f.RetryAfter <= 0 || f.RetryAfter > 2*time.Hour {
			t.Errorf("wait %s", f.RetryAfter)
		}
		refused(read(w.ctx, w.db, func(tx database.Tx) (identity.Person, error) { return identity.ByEmailIn(tx, one.Email) }))(
			t, fault.NotFound, "not-found")
		if n := len(w.told(KindConfirmApplication)); n != signupsAnHour {
			t.Errorf("%d letters", n)
		}
		w.applied(from("198.51.100.0/24"))
		for range signupsAnHour + 1 {
			w.applied(from(""))
		}
	})
}

func TestAnUnconfirmedApplicationIsDeletedAfter72HoursWithItsPerson(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		a, actor := w.applied(w.application(""))
		if done := w.later(PressWithin - time.Second); done.Applications != 0 {
			t.Fatal("deleted too early")
		}
		w.clock.Advance(time.Second)
		refused(w.registry.ConfirmApplication(w.ctx, actor, a.ID))(t, fault.Conflict, "application-expired")
		if done := w.later(0); done.Applications != 1 {
			t.Fatalf("deleted %d", done.Applications)
		}
		refused(w.registry.ConfirmApplication(w.ctx, actor, a.ID))(t, fault.NotFound, "not-found")
		refused(read(w.ctx, w.db, func(tx database.Tx) (identity.Person, error) { return identity.FindIn(tx, actor.PersonID) }))(
			t, fault.NotFound, "not-found")
	})
}

func TestAPersonKnownElsewhereOutlivesAnApplicationThatLapsed(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		draft := w.application("")
		known := w.somebody("Bekende", draft.Email)
		w.applied(draft)
		if done := w.later(PressWithin); done.Applications != 1 {
			t.Fatalf("deleted %d", done.Applications)
		}
		if p := w.person(known.PersonID); p.Name != "Bekende" {
			t.Errorf("a stranger's form changed the name to %q", p.Name)
		}
	})
}

func TestAKnownApplicantGetsNoSecondRowAndTheSameAnswer(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		draft := w.application("")
		w.waiting(draft)
		first := w.applicationOf(w.byEmail(draft.Email).ID)
		draft.Name, draft.Email = "Iemand Anders", "  "+draft.Email
		answer := got(w.registry.Apply(w.ctx, w.programme.ID, draft))(t)
		stranger := got(w.registry.Apply(w.ctx, w.programme.ID, w.application("")))(t)
		if d := stranger.ExpiresAt.Sub(answer.ExpiresAt); d < 0 || d > time.Minute {
			t.Error("the answers differ")
		}
		list := got(w.registry.Applications(w.ctx, w.facilitator, w.programme.ID, "", page.Cursor{}, 0))(t)
		if len(list.Items) != 2 || list.Items[0].ID != first.ID || list.Items[0].Name != first.Name {
			t.Errorf("%d rows, first %q", len(list.Items), list.Items[0].Name)
		}
	})
}

// What a stranger types with the address of somebody who signed up changes nothing: a wish for a seat goes into the
// letter, and counts when the person presses.
func TestAFormThatIsSentAgainChangesNothingOfAConfirmedApplication(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, _ := w.circle(4)
		draft := w.application("")
		done, actor := w.waiting(draft)
		w.later(letterEvery)
		w.void(KindConfirmApplication)
		again := draft
		again.Name, again.CircleID = "Iemand Anders", c.ID
		got(w.registry.Apply(w.ctx, w.programme.ID, again))(t)
		a := w.applicationOf(actor.PersonID)
		if a.Revision != done.Application.Revision || a.CircleID != nil || a.Name != draft.Name || !a.UpdatedAt.Equal(done.Application.UpdatedAt) {
			t.Errorf("%+v became\n%+v", done.Application, a)
		}
		got(w.registry.ConfirmApplication(w.ctx, actor, a.ID))(t) // the button of the first letter
		if seats := w.seats(c.ID); len(seats) != 4 {
			t.Errorf("%d seats after a press that asked for none", len(seats))
		}
		told := w.told(KindConfirmApplication)
		if len(told) != 1 || told[0].CircleID != c.ID {
			t.Fatalf("told %+v", told)
		}
		message := got(w.letters().Table()[KindConfirmApplication].Compose(w.ctx, w.person(actor.PersonID), told))(t)
		if !strings.Contains(message.Subject, c.Name) {
			t.Errorf("the letter says %q", message.Subject)
		}
		got(w.registry.Apply(w.ctx, w.programme.ID, again))(t)
		if told := w.told(""); len(w.told(KindConfirmApplication)) != 1 {
			t.Errorf("told twice in a day: %+v", told)
		}
	})
}

func TestAFormThatIsSentAgainKeepsNoApplicationAlive(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		draft := w.application("")
		first, _ := w.applied(draft)
		w.later(PressWithin - time.Hour)
		again, _ := w.applied(draft)
		if !again.ExpiresAt.Equal(*first.ExpiresAt) {
			t.Errorf("until %v, then until %v", first.ExpiresAt, again.ExpiresAt)
		}
		told := w.told(KindConfirmApplication)
		message := got(w.letters().Table()[KindConfirmApplication].Compose(w.ctx, w.person(again.PersonID), told[1:]))(t)
		loc := got(wall.LoadZone(draft.Zone))(t)
		if until := wall.TimeOfDayOf(*first.ExpiresAt, loc).String(); !strings.Contains(message.Body.Text(), until) {
			t.Errorf("an hour before the end, at %s:\n%s", until, message.Body.Text())
		}
		w.clock.Advance(time.Hour) // over, and not yet deleted
		if late, _ := w.applied(draft); late.ExpiresAt.Sub(*first.ExpiresAt) < PressWithin {
			t.Errorf("once it is over: until %v", late.ExpiresAt)
		}
	})
}

func TestUntilThePressTheNewestWordsOfAnApplicationCount(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		draft := w.application("")
		w.applied(draft)
		draft.Name = "Betere Naam"
		a, actor := w.applied(draft)
		got(w.registry.ConfirmApplication(w.ctx, actor, a.ID))(t)
		if p := w.person(actor.PersonID); p.Name != "Betere Naam" || p.Availability.IsZero() {
			t.Errorf("the person is %q", p.Name)
		}
	})
}

func TestFormingAndAddingByHandMakeInvitedSeats(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		view := got(w.registry.OpenCircle(w.ctx, w.facilitator, CircleDraft{
			ProgrammeID: w.programme.ID, Name: "Pilot",
			Members: []Invitee{{Name: "An", Email: "an@example.org", LetterLanguage: "nl"}},
		}))(t)
		seats := w.seats(view.ID)
		if len(seats) != 1 || seats[0].State != Invited || view.MembersIn != 0 {
			t.Fatalf("%+v", seats)
		}
		refused(w.registry.AcceptSeat(w.ctx, w.facilitator, seats[0].ID))(t, fault.Forbidden, "forbidden")
		got(w.registry.AcceptSeat(w.ctx, actorOf(seats[0]), seats[0].ID))(t)
		m := got(w.registry.AcceptSeat(w.ctx, actorOf(seats[0]), seats[0].ID))(t)
		if !m.In() || !w.person(m.PersonID).Confirmed() {
			t.Error("a press does not take the seat")
		}
	})
}

func TestASeatThatNobodyPressesIsDeletedAfter72Hours(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, _ := w.circle(1)
		m := got(w.registry.Invite(w.ctx, w.facilitator, c.ID, Invitee{Name: "An", Email: "an@example.org", LetterLanguage: "nl"}))(t)
		known := w.somebody("Bea", "bea@example.org")
		other := got(w.registry.Invite(w.ctx, w.facilitator, c.ID, Invitee{Name: "B", Email: "bea@example.org", LetterLanguage: "nl"}))(t)
		if other.PersonID != known.PersonID {
			t.Fatal("the known person is invited under another id")
		}
		w.clock.Advance(PressWithin)
		refused(w.registry.AcceptSeat(w.ctx, actorOf(m), m.ID))(t, fault.Conflict, "seat-expired")
		if done := w.later(0); done.Seats != 2 {
			t.Fatalf("ended %d", done.Seats)
		}
		refused(w.registry.AcceptSeat(w.ctx, actorOf(m), m.ID))(t, fault.NotFound, "not-found")
		if w.seat(other.ID).State != Expired {
			t.Error("the seat of somebody known is kept as expired")
		}
	})
}

func TestAnInvitationIsAnsweredYesAnotherHourOrNoThanks(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, _ := w.circle(0)
		hour, hourActor := w.waiting(w.application(""))
		no, noActor := w.waiting(w.application(""))
		one := got(w.registry.Invite(w.ctx, w.facilitator, c.ID, Invitee{ApplicationID: hour.Application.ID}))(t)
		two := got(w.registry.Invite(w.ctx, w.facilitator, c.ID, Invitee{ApplicationID: no.Application.ID}))(t)
		m := got(w.registry.DeclineSeat(w.ctx, hourActor, one.ID, true))(t)
		if m.State != Declined || !m.OtherHour || w.applicationOf(hourActor.PersonID).State != Waiting {
			t.Error("who wants another hour waits on")
		}
		m = got(w.registry.DeclineSeat(w.ctx, noActor, two.ID, false))(t)
		if m.State != Declined || w.applicationOf(noActor.PersonID).ID != "" {
			t.Error("who says no thanks is withdrawn")
		}
		got(w.registry.DeclineSeat(w.ctx, noActor, two.ID, false))(t)
		refused(w.registry.AcceptSeat(w.ctx, noActor, two.ID))(t, fault.Conflict, "seat-closed")
	})
}

func TestASeatAskedForIsHeldFor48Hours(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, _ := w.circle(3)
		done, actor := w.waiting(w.application(c.ID))
		if done.Seat == nil || done.Seat.State != Held || !done.Seat.ExpiresAt.Equal(done.Seat.CreatedAt.Add(48*time.Hour)) {
			t.Fatalf("%+v", done.Seat)
		}
		w.later(HoldFor - time.Second)
		if w.seat(done.Seat.ID).State != Held {
			t.Fatal("ended too early")
		}
		w.later(time.Second)
		if w.seat(done.Seat.ID).State != Expired || w.applicationOf(actor.PersonID).State != Waiting {
			t.Error("after 48 hours the seat is free and the applicant waits")
		}
		again := got(w.registry.AskSeat(w.ctx, actor, c.ID))(t)
		m := got(w.registry.AcceptSeat(w.ctx, actor, again.ID))(t)
		if !m.In() || w.applicationOf(actor.PersonID).State != Placed {
			t.Error("who accepts is in")
		}
	})
}

func TestTheCircleMayDeclineWithoutAReasonBeforeAcceptance(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(3)
		done, actor := w.waiting(w.application(c.ID))
		stranger := w.somebody("Vreemde", "")
		refused(w.registry.DeclineSeat(w.ctx, stranger, done.Seat.ID, false))(t, fault.NotFound, "not-found")
		m := got(w.registry.DeclineSeat(w.ctx, actorOf(seats[0]), done.Seat.ID, false))(t)
		if m.State != Declined || w.applicationOf(actor.PersonID).State != Waiting {
			t.Error("who is declined stays on the programme's waiting list")
		}
		other, _ := w.waiting(w.application(c.ID))
		got(w.registry.AcceptSeat(w.ctx, actorOf(*other.Seat), other.Seat.ID))(t)
		refused(w.registry.DeclineSeat(w.ctx, actorOf(seats[0]), other.Seat.ID, false))(t, fault.Conflict, "seat-accepted")
	})
}

func TestWhoComesTooLateStandsInLineAndIsOfferedTheNextSeat(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, _ := w.circle(4)
		first, firstActor := w.waiting(w.application(c.ID))
		second, _ := w.waiting(w.application(c.ID))
		third, _ := w.waiting(w.application(c.ID))
		if first.Seat.State != Held || second.Seat.State != Asked || third.Seat.State != Asked {
			t.Fatal(first.Seat.State, second.Seat.State, third.Seat.State)
		}
		refused(w.registry.AcceptSeat(w.ctx, actorOf(*second.Seat), second.Seat.ID))(t, fault.Conflict, "seat-waiting")
		got(w.registry.DeclineSeat(w.ctx, firstActor, first.Seat.ID, false))(t)
		if w.seat(second.Seat.ID).State != Held || w.seat(third.Seat.ID).State != Asked {
			t.Error("the seat goes to who waited longest")
		}
		w.later(HoldFor)
		if w.seat(third.Seat.ID).State != Held {
			t.Error("and on to the next when it is not taken")
		}
	})
}

func TestNoSharedHourIsSaidAndOtherCirclesAreOffered(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		tuesdays, _ := w.circle(3)
		fridays, _ := w.circle(3, func(d *CircleDraft) { d.Slot.Weekday = time.Friday })
		full, _ := w.circle(5, func(d *CircleDraft) { d.Slot.Weekday = time.Friday })
		draft := w.application(tuesdays.ID)
		draft.Availability = []wall.Hours{{Weekday: "fri", From: "12:00", Until: "14:00"}}
		_, err := w.registry.Apply(w.ctx, w.programme.ID, draft)
		offers := offered(t, err)
		if len(offers) != 1 || offers[0] != fridays.ID || offers[0] == full.ID {
			t.Errorf("offers %v, want %s", offers, fridays.ID)
		}
		draft.CircleID = ""
		_, actor := w.waiting(draft)
		_, err = w.registry.AskSeat(w.ctx, actor, tuesdays.ID)
		if offers = offered(t, err); len(offers) != 1 {
			t.Errorf("offers %v", offers)
		}
		got(w.registry.AskSeat(w.ctx, actor, fridays.ID))(t)
	})
}

func offered(t *testing.T, err error) []string {
	t.Helper()
	f, is := fault.Of(err)
	if !is || f.Code != "no-shared-hour" || f.Kind != fault.Conflict {
		t.Fatalf("got %v", err)
	}
	return f.Args["circles"].([]string)
}

func TestACircleWithoutSlotAsksForAnHourThatItsMembersShare(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, _ := w.circle(0, func(d *CircleDraft) { d.Slot = nil })
		got(w.registry.AcceptSeat(w.ctx, w.asked(c.ID, "tue"), w.lastSeat(c.ID).ID))(t)
		draft := w.application(c.ID)
		draft.Availability = []wall.Hours{{Weekday: "fri", From: "09:00", Until: "12:00"}}
		refused(w.registry.Apply(w.ctx, w.programme.ID, draft))(t, fault.Conflict, "no-shared-hour")
		w.asked(c.ID, "tue")
	})
}

// asked signs somebody up for a seat with hours on one day, and presses.
func (w *world) asked(circleID, weekday string) identity.Actor {
	w.t.Helper()
	draft := w.application(circleID)
	draft.Availability = []wall.Hours{{Weekday: weekday, From: "09:00", Until: "12:00"}}
	done, actor := w.waiting(draft)
	if done.Seat == nil {
		w.t.Fatalf("no seat: %s", done.NoSeat)
	}
	return actor
}

func (w *world) lastSeat(circleID string) Member {
	seats := w.seats(circleID)
	return seats[len(seats)-1]
}

func TestASeatThatIsGoneAtThePressLeavesTheApplicantWaiting(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, _ := w.circle(3)
		a, actor := w.applied(w.application(c.ID))
		open := false
		got(w.registry.PatchCircle(w.ctx, w.facilitator, c.ID, 0, CirclePatch{SeatsOpen: &open}))(t)
		done := got(w.registry.ConfirmApplication(w.ctx, actor, a.ID))(t)
		if done.NoSeat != "seats-closed" || done.Seat != nil || done.Application.State != Waiting {
			t.Errorf("%+v", done)
		}
	})
}

func TestLinksToSeatsOutliveTheSignupWindow(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, _ := w.circle(3)
		closed := false
		got(w.registry.PatchProgramme(w.ctx, w.facilitator, w.programme.ID, 0, ProgrammePatch{SignupOpen: &closed}))(t)
		refused(w.registry.Apply(w.ctx, w.programme.ID, w.application("")))(t, fault.Conflict, "signup-closed")
		done, _ := w.waiting(w.application(c.ID))
		if done.Seat == nil {
			t.Error("an open seat can be asked for after sign-up has closed")
		}
		state := Closed
		got(w.registry.PatchProgramme(w.ctx, w.facilitator, w.programme.ID, 0, ProgrammePatch{State: &state}))(t)
		refused(w.registry.Apply(w.ctx, w.programme.ID, w.application(c.ID)))(t, fault.Conflict, "programme-closed")
	})
}

func TestTwentyAskForTheLastSeatAndOneGetsIt(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, _ := w.circle(4)
		actors := make([]identity.Actor, 20)
		for i := range actors {
			_, actors[i] = w.waiting(w.application(""))
		}
		states := make([]SeatState, len(actors))
		var group sync.WaitGroup
		for i, actor := range actors {
			group.Go(func() {
				m, err := w.registry.AskSeat(w.ctx, actor, c.ID)
				if err != nil {
					t.Errorf("ask: %v", err)
				}
				states[i] = m.State
			})
		}
		group.Wait()
		count := map[SeatState]int{}
		for _, s := range states {
			count[s]++
		}
		if count[Held] != 1 || count[Asked] != 19 {
			t.Errorf("%v", count)
		}
	})
}

func TestUntilGuideWeek2IsHeldJoiningNeedsNobody(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, _ := w.circle(3)
		w.began(c, 2)
		done, actor := w.waiting(w.application(c.ID))
		m := got(w.registry.AcceptSeat(w.ctx, actor, done.Seat.ID))(t)
		if !m.In() {
			t.Error("in week 2 a newcomer is in at once")
		}
	})
}

func TestLaterANewcomerIsInAfterThreeDaysUnlessAMemberObjects(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(3)
		w.began(c, 3)
		done, actor := w.waiting(w.application(c.ID))
		m := got(w.registry.AcceptSeat(w.ctx, actor, done.Seat.ID))(t)
		if m.In() || len(MembersOf(w.seats(c.ID))) != 3 {
			t.Fatal("in at once")
		}
		if w.later(ObjectWithin-time.Second).Joined != 0 {
			t.Fatal("in too early")
		}
		if w.later(time.Second).Joined != 1 || !w.seat(m.ID).In() {
			t.Error("after three days the newcomer is in")
		}
		second, secondActor := w.waiting(w.application(c.ID))
		got(w.registry.AcceptSeat(w.ctx, secondActor, second.Seat.ID))(t)
		motions := got(w.registry.Motions(w.ctx, actorOf(seats[0]), c.ID))(t)
		refused(w.registry.Object(w.ctx, secondActor, motions[0].ID))(t, fault.NotFound, "not-found")
		refused(w.registry.Object(w.ctx, w.facilitator, motions[0].ID))(t, fault.Forbidden, "forbidden")
		got(w.registry.Object(w.ctx, actorOf(seats[1]), motions[0].ID))(t)
		if w.seat(second.Seat.ID).State != Declined || w.applicationOf(secondActor.PersonID).State != Waiting {
			t.Error("an objection turns the newcomer away, who waits on")
		}
		w.later(ObjectWithin)
		refused(w.registry.Object(w.ctx, actorOf(seats[1]), motions[1].ID))(t, fault.Conflict, "motion-closed")
	})
}

func TestAnyMemberInvitesToAFreeSeat(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(4)
		who := Invitee{Name: "Nele", Email: "nele@example.org", LetterLanguage: "nl"}
		got(w.registry.Invite(w.ctx, actorOf(seats[0]), c.ID, who))(t)
		refused(w.registry.Invite(w.ctx, actorOf(seats[0]), c.ID, Invitee{Name: "X", Email: "x@example.org", LetterLanguage: "nl"}))(
			t, fault.Conflict, "circle-full")
		stranger := w.somebody("Vreemde", "")
		refused(w.registry.Invite(w.ctx, stranger, c.ID, who))(t, fault.NotFound, "not-found")
		refused(w.registry.Invite(w.ctx, identity.Actor{}, c.ID, who))(t, fault.Unauthenticated, "sign-in-needed")
	})
}

func TestAFacilitatorWithdrawsOnlySeatsThatAreNotAccepted(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(3)
		w.somebody("An", "an@example.org")
		m := got(w.registry.Invite(w.ctx, w.facilitator, c.ID, Invitee{Name: "An", Email: "an@example.org", LetterLanguage: "nl"}))(t)
		refused(w.registry.WithdrawSeat(w.ctx, actorOf(seats[0]), m.ID))(t, fault.Forbidden, "forbidden")
		if got(w.registry.WithdrawSeat(w.ctx, w.facilitator, m.ID))(t).State != Expired {
			t.Error("withdrawn")
		}
		refused(w.registry.AcceptSeat(w.ctx, actorOf(m), m.ID))(t, fault.Conflict, "seat-expired")
		refused(w.registry.WithdrawSeat(w.ctx, w.facilitator, seats[0].ID))(t, fault.Conflict, "seat-accepted")
	})
}

func TestWhoWithdrawsAnApplicationGivesTheSeatBack(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, _ := w.circle(4)
		first, actor := w.waiting(w.application(c.ID))
		second, secondActor := w.waiting(w.application(c.ID))
		refused(nothing(w.registry.WithdrawApplication(w.ctx, secondActor, first.Application.ID)))(t, fault.NotFound, "not-found")
		if err := w.registry.WithdrawApplication(w.ctx, actor, first.Application.ID); err != nil {
			t.Fatal(err)
		}
		if w.seat(first.Seat.ID).State != Declined || w.seat(second.Seat.ID).State != Held {
			t.Error("the seat goes to the next in line")
		}
		got(w.registry.AcceptSeat(w.ctx, secondActor, second.Seat.ID))(t)
		refused(nothing(w.registry.WithdrawApplication(w.ctx, w.facilitator, second.Application.ID)))(
			t, fault.Conflict, "application-placed")
		w.waiting(w.application("")) // and may sign up anew
	})
}

// Inviting, taking it back and inviting again is no way to fill a stranger's mailbox.
func TestNobodyIsInvitedWithoutEnd(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, _ := w.circle(3)
		stranger := Invitee{Name: "Mia Mee", Email: "Mia@example.org", LetterLanguage: "nl"}
		for range 4 {
			m := got(w.registry.Invite(w.ctx, w.facilitator, c.ID, stranger))(t)
			if _, err := w.registry.WithdrawSeat(w.ctx, w.facilitator, m.ID); err != nil {
				t.Fatal(err)
			}
		}
		ask := FacilitatorDraft{Name: "Mia Mee", Email: "mia@example.org"}
		got(w.registry.InviteFacilitator(w.ctx, w.facilitator, w.programme.ID, ask))(t)
		before := len(w.seats(c.ID))
		_, err := w.registry.Invite(w.ctx, w.facilitator, c.ID, stranger)
		refused(Member{}, err)(t, fault.TooMany, "too-often")
		if len(w.seats(c.ID)) != before {
			t.Error("a seat was written")
		}
		another := Invitee{Name: "Nia Nee", Email: "nia@example.org", LetterLanguage: "nl"}
		got(w.registry.Invite(w.ctx, w.facilitator, c.ID, another))(t)
	})
}
