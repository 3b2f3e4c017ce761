package circles

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/journal"
	"kring/internal/page"
	"kring/internal/wall"
)

func TestBeginCountsAcceptedSeatsAndHappensExactlyOnce(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, _ := w.circle(3)
		invited := got(w.registry.Invite(w.ctx, w.facilitator, c.ID, Invitee{Name: "An", Email: "an@example.org", LetterLanguage: "nl"}))(t)
		begin := func() (Circle, error) {
			return write(w.ctx, w.db, func(tx database.Tx) (Circle, error) {
				c, err := LockIn(tx, c.ID)
				if err != nil {
					return c, err
				}
				return BeginIn(tx, w.facilitator, w.clock.Now(), c, 4, false)
			})
		}
		refused(begin())(t, fault.Conflict, "too-few-members")
		got(w.registry.AcceptSeat(w.ctx, actorOf(invited), invited.ID))(t)
		errs := make([]error, 8)
		var group sync.WaitGroup
		for i := range errs {
			group.Go(func() { _, errs[i] = begin() })
		}
		group.Wait()
		begun := 0
		for _, err := range errs {
			if err == nil {
				begun++
			} else if !fault.HasCode(err, "already-begun") {
				t.Errorf("answered %v", err)
			}
		}
		if begun != 1 || w.journalled(c.ID, "begun") != 1 {
			t.Errorf("begun %d times, %d times in the journal", begun, w.journalled(c.ID, "begun"))
		}
	})
}

// journalled counts lines of the circle's journal.
func (w *world) journalled(circleID, action string) int {
	w.t.Helper()
	lines := got(read(w.ctx, w.db, func(tx database.Tx) (page.Page[journal.Entry], error) {
		return journal.ListIn(tx, journal.OfCircle(circleID), page.Cursor{}, 200)
	}))(w.t)
	count := 0
	for _, line := range lines.Items {
		if line.Action == action {
			count++
		}
	}
	return count
}

func TestAPilotCircleTakesAProgrammeAndACircleWithItsMembers(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		slot := tuesday
		view := got(w.registry.OpenCircle(w.ctx, w.facilitator, CircleDraft{
			ProgrammeID: w.programme.ID, Name: "Pilot", Slot: &slot, StartsOn: wall.NewDate(2030, 9, 3),
			Members: []Invitee{
				{Name: "Farah", Email: w.person(w.facilitator.PersonID).Email, LetterLanguage: "nl"},
				{Name: "An", Email: "an@example.org", LetterLanguage: "nl"},
				{Name: "Ben", Email: "ben@example.org", LetterLanguage: "en"},
			},
		}))(t)
		if view.MembersIn != 1 || view.Taken != 3 || view.Free != 2 || !view.Object.Member || !view.Object.Facilitator {
			t.Errorf("in %d, taken %d, free %d", view.MembersIn, view.Taken, view.Free)
		}
		if *view.LookedAfterBy != w.facilitator.PersonID || view.Quorum != 3 || view.Seats != 5 || view.GuideWeek != 0 {
			t.Errorf("%+v", view.Circle)
		}
	})
}

func TestAMemberIsNeverRemoved(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		_, seats := w.circle(4)
		refused(w.registry.WithdrawSeat(w.ctx, w.facilitator, seats[0].ID))(t, fault.Conflict, "seat-accepted")
		refused(w.registry.Leave(w.ctx, w.facilitator, seats[0].ID))(t, fault.Forbidden, "forbidden")
		refused(w.registry.Leave(w.ctx, actorOf(seats[1]), seats[0].ID))(t, fault.Forbidden, "forbidden")
		refused(w.registry.DeclineSeat(w.ctx, actorOf(seats[1]), seats[0].ID, false))(t, fault.Conflict, "seat-accepted")
	})
}

func TestLeavingIsOneStepAndIsUndoneWithinSevenDays(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(4)
		m, actor := seats[0], actorOf(seats[0])
		left := got(w.registry.Leave(w.ctx, actor, m.ID))(t)
		if left.State != Left || len(MembersOf(w.seats(c.ID))) != 3 {
			t.Fatal("still in")
		}
		got(w.registry.Leave(w.ctx, actor, m.ID))(t)
		w.later(UndoLeaving - time.Second)
		if back := got(w.registry.UndoLeave(w.ctx, actor, m.ID))(t); !back.In() {
			t.Error("back in within seven days")
		}
		got(w.registry.UndoLeave(w.ctx, actor, m.ID))(t)
		got(w.registry.Leave(w.ctx, actor, m.ID))(t)
		w.later(UndoLeaving)
		refused(w.registry.UndoLeave(w.ctx, actor, m.ID))(t, fault.Conflict, "undo-too-late")
		if w.see(c.ID).NextCheckAt == nil {
			t.Error("health does not look")
		}
	})
}

func TestWhoLeavesIsNoLongerHeldToOldLinksAndComesBackByTheNewOne(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		_, seats := w.circle(3)
		links, other := identity.NewLinks(w.secrets()), w.person(seats[1].PersonID)
		old := links.Sign(LinkSeat, seats[0].ID, w.person(seats[0].PersonID))
		opens := func(raw string) error {
			_, err := read(w.ctx, w.db, func(tx database.Tx) (identity.Link, error) {
				link, _, err := links.OpenIn(tx, w.clock.Now(), raw)
				return link, err
			})
			return err
		}
		got(w.registry.Leave(w.ctx, actorOf(seats[0]), seats[0].ID))(t)
		refused(nothing(opens(old)))(t, fault.NotFound, "link-expired")
		epoch := w.person(seats[0].PersonID).LinkEpoch
		got(w.registry.Leave(w.ctx, actorOf(seats[0]), seats[0].ID))(t)
		if now := w.person(seats[0].PersonID); now.LinkEpoch != epoch || w.person(other.ID).LinkEpoch != other.LinkEpoch {
			t.Error("links were voided without need")
		}
		told := w.told(KindLeft)
		message := got(w.letters().Table()[KindLeft].Compose(w.ctx, w.person(seats[0].PersonID), told))(t)
		var tokens []string
		for _, found := range regexp.MustCompile(`/l/([A-Za-z0-9_-]+)`).FindAllStringSubmatch(message.Body.Text(), -1) {
			tokens = append(tokens, found[1])
		}
		if len(tokens) < 2 {
			t.Fatalf("%d links", len(tokens))
		}
		for _, token := range tokens {
			if err := opens(token); err != nil {
				t.Errorf("a link of the letter: %v", err)
			}
		}
	})
}

func TestASeatThatWasLeftGoesToTheNextInLine(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(5)
		next, nextActor := w.waiting(w.application(c.ID))
		if next.Seat.State != Asked {
			t.Fatal(next.Seat.State)
		}
		got(w.registry.Leave(w.ctx, actorOf(seats[2]), seats[2].ID))(t)
		if w.seat(next.Seat.ID).State != Held {
			t.Fatal("not offered")
		}
		got(w.registry.AcceptSeat(w.ctx, nextActor, next.Seat.ID))(t)
		refused(w.registry.UndoLeave(w.ctx, actorOf(seats[2]), seats[2].ID))(t, fault.Conflict, "circle-full")
	})
}

func TestCompletingAndEndingByAMemberIsDoneInThreeDaysUnlessAnotherObjects(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(4)
		c = w.began(c, 1)
		propose := func(kind MotionKind, reason EndReason) (Motion, error) {
			return write(w.ctx, w.db, func(tx database.Tx) (Motion, error) {
				return ProposeIn(tx, w.clock.Now(), c, Proposal{Kind: kind, MemberID: seats[0].ID, Reason: reason, Text: "Geen tijd"})
			})
		}
		_, err := propose(MotionEnd, "")
		violates(t, err, "/reason required")
		motion := got(propose(MotionEnd, EndNoTime))(t)
		refused(propose(MotionComplete, ""))(t, fault.Conflict, "already-proposed")
		if d := motion.DueAt.Sub(motion.CreatedAt); d != ObjectWithin {
			t.Errorf("due after %s", d)
		}
		if m := got(w.registry.Object(w.ctx, actorOf(seats[3]), motion.ID))(t); m.State != MotionObjected {
			t.Error("the motion stands")
		}
		got(w.registry.Object(w.ctx, actorOf(seats[3]), motion.ID))(t)
		motion = got(propose(MotionComplete, ""))(t)
		due := func() []Motion {
			return got(read(w.ctx, w.db, func(tx database.Tx) ([]Motion, error) {
				return DueMotionsIn(tx, w.clock.Now(), 10, MotionComplete, MotionEnd)
			}))(t)
		}
		if w.later(0); len(due()) != 0 {
			t.Error("due at once")
		}
		w.later(ObjectWithin)
		if found := due(); len(found) != 1 || found[0].ID != motion.ID {
			t.Fatalf("due %v", found)
		}
		refused(w.registry.Object(w.ctx, actorOf(seats[3]), motion.ID))(t, fault.Conflict, "motion-closed")
		w.write(func(tx database.Tx) error { _, err := CarryIn(tx, w.clock.Now(), motion); return err })
		if len(due()) != 0 {
			t.Error("carried twice")
		}
	})
}

func TestTheOnlyMemberNeedsNotWait(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(2)
		c = w.began(c, 1)
		got(w.registry.Leave(w.ctx, actorOf(seats[1]), seats[1].ID))(t)
		motion := got(write(w.ctx, w.db, func(tx database.Tx) (Motion, error) {
			return ProposeIn(tx, w.clock.Now(), c, Proposal{Kind: MotionEnd, MemberID: seats[0].ID, Reason: EndStayedAway})
		}))(t)
		if !motion.DueAt.Equal(motion.CreatedAt) {
			t.Errorf("due %s after", motion.DueAt.Sub(motion.CreatedAt))
		}
	})
}

func TestACircleThatIsOverClosesItsOpenSeats(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(3)
		asked, actor := w.waiting(w.application(c.ID))
		w.write(func(tx database.Tx) error {
			c, err := LockIn(tx, c.ID)
			if err == nil {
				_, err = EndIn(tx, w.facilitator, w.clock.Now(), c, EndWrongFit, "De cirkel paste niet.")
			}
			return err
		})
		ended := w.see(c.ID)
		if ended.State != Ended || ended.EndReason != EndWrongFit || ended.NextCheckAt != nil {
			t.Errorf("%+v", ended)
		}
		if w.seat(asked.Seat.ID).State != Expired || w.applicationOf(actor.PersonID).State != Waiting {
			t.Error("who asked waits on")
		}
		if !w.seat(seats[0].ID).In() {
			t.Error("members stay what they were")
		}
		refused(w.registry.AcceptSeat(w.ctx, actor, asked.Seat.ID))(t, fault.Conflict, "circle-over")
		refused(w.registry.Invite(w.ctx, w.facilitator, c.ID, Invitee{Name: "An", Email: "an@example.org", LetterLanguage: "nl"}))(
			t, fault.Conflict, "circle-over")
		name := "Anders"
		refused(w.registry.PatchCircle(w.ctx, w.facilitator, c.ID, 0, CirclePatch{Name: &name}))(t, fault.Conflict, "circle-over")
	})
}

func TestAnyMemberSetsPlaceLinkAndNameAndFacilitatorsTheRest(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(4)
		name, venue, link := "De Kraanvogels", "Zaal 2", "https://meet.example.org/kring"
		view := got(w.registry.PatchCircle(w.ctx, actorOf(seats[0]), c.ID, c.Revision, CirclePatch{Name: &name, Venue: &venue, VideoLink: &link}))(t)
		if view.Name != name || view.Venue != venue || view.VideoLink != link || view.Revision != c.Revision+1 {
			t.Errorf("%+v", view.Circle)
		}
		refused(w.registry.PatchCircle(w.ctx, actorOf(seats[0]), c.ID, c.Revision, CirclePatch{Name: &name}))(t, fault.Stale, "stale")
		six := 6
		refused(w.registry.PatchCircle(w.ctx, actorOf(seats[0]), c.ID, 0, CirclePatch{Seats: &six}))(t, fault.Forbidden, "forbidden")
		slot := &wall.Slot{Weekday: time.Friday, At: wall.At(9, 0)}
		view = got(w.registry.PatchCircle(w.ctx, w.facilitator, c.ID, 0, CirclePatch{Seats: &six, Slot: &slot}))(t)
		if agreed, _ := view.Slot(); agreed.Weekday != time.Friday || agreed.Zone != "Europe/Brussels" {
			t.Errorf("slot %+v", agreed)
		}
		w.began(w.see(c.ID), 0)
		refused(w.registry.PatchCircle(w.ctx, w.facilitator, c.ID, 0, CirclePatch{Slot: &slot}))(t, fault.Conflict, "not-forming")
		three, bad := 3, "http://meet.example.org"
		_, err := w.registry.PatchCircle(w.ctx, w.facilitator, c.ID, 0, CirclePatch{Seats: &three, ChatLink: &bad})
		violates(t, err, "/seats not-between", "/chat_link not-https")
	})
}

func TestAnyMemberSetsHowTheCircleAgreesOnDates(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(4)
		yes, no := true, false
		if c.AskEverybody || c.GoNoGoOff {
			t.Errorf("at first silence is fine and the circle is asked a day ahead: %+v", c)
		}
		view := got(w.registry.PatchCircle(w.ctx, actorOf(seats[1]), c.ID, c.Revision, CirclePatch{AskEverybody: &yes, GoNoGo: &no}))(t)
		if stored := w.see(c.ID); !view.AskEverybody || !view.GoNoGoOff || !stored.AskEverybody || !stored.GoNoGoOff {
			t.Errorf("by a member %+v", view.Circle)
		}
		view = got(w.registry.PatchCircle(w.ctx, w.facilitator, c.ID, 0, CirclePatch{GoNoGo: &yes}))(t)
		if stored := w.see(c.ID); !view.AskEverybody || stored.GoNoGoOff {
			t.Errorf("by the facilitator, who says nothing of silence: %+v", stored)
		}
		stranger := actorOf(Member{PersonID: database.NewID()})
		refused(w.registry.PatchCircle(w.ctx, stranger, c.ID, 0, CirclePatch{GoNoGo: &yes}))(t, fault.NotFound, "not-found")
		w.began(w.see(c.ID), 0)
		got(w.registry.PatchCircle(w.ctx, actorOf(seats[0]), c.ID, 0, CirclePatch{AskEverybody: &no}))(t)
	})
}

func TestMoreSeatsLetTheLineMoveUp(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, _ := w.circle(5)
		asked, _ := w.waiting(w.application(c.ID))
		six := 6
		got(w.registry.PatchCircle(w.ctx, w.facilitator, c.ID, 0, CirclePatch{Seats: &six}))(t)
		if w.seat(asked.Seat.ID).State != Held {
			t.Error("not offered")
		}
	})
}

func TestMembersOptOutOfHostingThemselvesAndAnyMemberChangesTurns(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(4)
		no, first := false, 1
		refused(w.registry.PatchMember(w.ctx, actorOf(seats[0]), seats[1].ID, 0, MemberPatch{Hosts: &no}))(t, fault.Forbidden, "forbidden")
		got(w.registry.PatchMember(w.ctx, actorOf(seats[1]), seats[1].ID, seats[1].Revision, MemberPatch{Hosts: &no}))(t)
		got(w.registry.PatchMember(w.ctx, actorOf(seats[0]), seats[3].ID, 0, MemberPatch{HostTurn: &first}))(t)
		var turn []string
		line := slices.DeleteFunc(w.seats(c.ID), func(m Member) bool { return !m.Hosts })
		slices.SortFunc(line, byTurn)
		for _, m := range line {
			turn = append(turn, m.ID)
		}
		if len(turn) != 3 || turn[0] != seats[3].ID || turn[1] != seats[0].ID || turn[2] != seats[2].ID {
			t.Errorf("turns %v", turn)
		}
		refused(w.registry.PatchMember(w.ctx, w.facilitator, seats[0].ID, 0, MemberPatch{HostTurn: &first}))(t, fault.Forbidden, "forbidden")
		refused(w.registry.PatchMember(w.ctx, actorOf(seats[1]), seats[1].ID, seats[1].Revision, MemberPatch{Hosts: &no}))(t, fault.Stale, "stale")
	})
}

func TestAFacilitatorSeesInHerOwnCircleWhatAMemberSees(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		mine, _ := w.circle(3, func(d *CircleDraft) {
			d.Members = append(d.Members, Invitee{Name: "Farah", Email: w.person(w.facilitator.PersonID).Email, LetterLanguage: "nl"})
		})
		other, _ := w.circle(3)
		for _, c := range []struct {
			id  string
			may bool
		}{{mine.ID, true}, {other.ID, false}} {
			view := got(w.registry.Circle(w.ctx, w.facilitator, c.id))(t)
			if may := May(w.facilitator, SeeAnswers, view.Object) == nil; may != c.may {
				t.Errorf("sees answers by name: %v", may)
			}
		}
	})
}

func TestMembersSeeFirstNamesAndFacilitatorsWhomTheyInvited(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(3)
		asked, _ := w.waiting(w.application(c.ID))
		gone, goneActor := w.waiting(w.application(c.ID))
		got(w.registry.DeclineSeat(w.ctx, goneActor, gone.Seat.ID, false))(t)
		shown := got(w.registry.Members(w.ctx, actorOf(seats[0]), c.ID))(t)
		if len(shown) != 4 || shown[0].Name == "" || shown[1].Name != "" || shown[1].Email != "" || shown[3].ID != asked.Seat.ID || shown[3].FirstName != "Kandidaat" {
			t.Errorf("%+v", shown)
		}
		if shown := got(w.registry.Members(w.ctx, w.facilitator, c.ID))(t); len(shown) != 5 || shown[3].Email == "" {
			t.Errorf("%+v", shown)
		}
		w.write(func(tx database.Tx) error { return AskedStillInIn(tx, seats[0].ID, w.clock.Now()) })
		for _, actor := range []identity.Actor{w.facilitator, actorOf(seats[1])} {
			if m := got(w.registry.Member(w.ctx, actor, seats[0].ID))(t); m.StillInAskedAt != nil || m.LastSignAt != nil {
				t.Error("what somebody was asked alone is shown to others")
			}
		}
		w.write(func(tx database.Tx) error { return SignOfLifeIn(tx, seats[0].ID, w.clock.Now()) })
		if m := w.seat(seats[0].ID); m.StillInAskedAt != nil || m.LastSignAt == nil {
			t.Error("a sign of life answers the question")
		}
	})
}

func TestWhoIsErasedHasNoNameInViewsAndANeutralOneInLetters(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(3)
		gone := seats[1]
		w.write(func(tx database.Tx) error { // a tombstone that is still in, as it is in circles that are over
			return tx.Gorm().Exec("update people set email = '', name = '', erased_at = ? where id = ?", w.clock.Now(), gone.PersonID).Error
		})
		owner := identity.Actor{PersonID: w.somebody("Olga", "").PersonID, Owner: true}
		for _, actor := range []identity.Actor{actorOf(seats[0]), w.facilitator, owner} {
			for _, s := range got(w.registry.Members(w.ctx, actor, c.ID))(t) {
				if s.ID == gone.ID && s.FirstName+s.Name+s.Email != "" || s.ID != gone.ID && s.FirstName == "" {
					t.Errorf("%+v", s)
				}
			}
		}
		got(w.registry.Invite(w.ctx, w.facilitator, c.ID, Invitee{Name: "An", Email: "an@example.org", LetterLanguage: "nl"}))(t)
		told := w.told(KindSeatOffered)
		last := told[len(told)-1:]
		for lang, word := range map[string]string{"nl": "iemand die weg is", "en": "somebody who has gone"} {
			person := w.person(last[0].PersonID)
			person.LetterLanguage = lang
			message := got(w.letters().Table()[KindSeatOffered].Compose(w.ctx, person, last))(t)
			if said := strings.Join(strings.Fields(message.Body.Text()), " "); !strings.Contains(said, word) {
				t.Errorf("in %s:\n%s", lang, said)
			}
		}
	})
}

func TestWhatMembersWriteIsCleaned(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(2)
		name, venue := "De\u200b dins\u00addagen\u200f", "Zaal 2\r\n\ufeffeerste verdieping"
		view := got(w.registry.PatchCircle(w.ctx, actorOf(seats[0]), c.ID, 0, CirclePatch{Name: &name, Venue: &venue}))(t)
		if view.Name != "De dinsdagen" || view.Venue != "Zaal 2\neerste verdieping" {
			t.Errorf("%q at %q", view.Name, view.Venue)
		}
		name, venue = "De \u202enegadsnid", "Zaal\u2066 2"
		link := "https://meet.example.org/\u200bkring"
		_, err := w.registry.PatchCircle(w.ctx, actorOf(seats[0]), c.ID, 0, CirclePatch{Name: &name, Venue: &venue, VideoLink: &link})
		violates(t, err, "/name not-one-line", "/venue not-text", "/video_link not-https")
		draft := w.application("")
		draft.Name, draft.Team = "\u3164", "Zuid\u202e"
		_, err = w.registry.Apply(w.ctx, w.programme.ID, draft)
		violates(t, err, "/name required", "/team not-one-line")
		if _, err = CheckEnd(EndOther, "Klaar\x1b[2J"); err == nil {
			t.Error("the text of an end steers a terminal")
		}
		_, err = w.registry.PatchProgramme(w.ctx, w.facilitator, w.programme.ID, 0, ProgrammePatch{Purpose: ptr("\u200b\u2060")})
		violates(t, err, "/purpose required")
	})
}
