package circles

import (
	"testing"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
)

func (w *world) silent(email string) bool {
	w.t.Helper()
	return got(read(w.ctx, w.db, func(tx database.Tx) (bool, error) { return SilentIn(tx, identity.Person{Email: email}) }))(w.t)
}

func TestAStrangerWhoAsksForSilenceIsForgottenAndNeverWrittenTo(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, _ := w.circle(2)
		draft := w.application("")
		draft.Email = "gust@example.org"
		w.applied(draft)
		gust := w.gust()
		m := got(w.registry.Invite(w.ctx, w.facilitator, c.ID, Invitee{Name: "Gust", Email: draft.Email, LetterLanguage: "nl"}))(t)
		if err := w.registry.Silence(w.ctx, gust); err != nil {
			t.Fatal(err)
		}
		if !w.gone(gust.PersonID) || !w.silent("GUST@example.org") || len(w.facilitators()) != 1 {
			t.Error("something is left of her")
		}
		refused(read(w.ctx, w.db, func(tx database.Tx) (Member, error) { return MemberIn(tx, m.ID) }))(t, fault.NotFound, "not-found")
		if FreeSeats(w.see(c.ID), w.seats(c.ID)) != 3 {
			t.Error("her seat is not free")
		}
		refused(nothing(w.registry.Silence(w.ctx, gust)))(t, fault.NotFound, "not-found")
		refused(nothing(w.registry.Silence(w.ctx, identity.Actor{})))(t, fault.Unauthenticated, "sign-in-needed")
	})
}

func TestAMemberWhoAsksForSilenceKeepsHerSeat(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(2)
		actor, email := actorOf(seats[0]), w.person(seats[0].PersonID).Email
		second, _ := w.circle(2)
		m := got(w.registry.Invite(w.ctx, w.facilitator, second.ID, Invitee{Name: "Wie", Email: email, LetterLanguage: "nl"}))(t)
		got(w.registry.InviteFacilitator(w.ctx, w.facilitator, w.programme.ID, FacilitatorDraft{Name: "Wie", Email: email, LetterLanguage: "nl"}))(t)
		for range 2 {
			if err := w.registry.Silence(w.ctx, actor); err != nil {
				t.Fatal(err)
			}
		}
		if !w.silent(email) || !w.seat(seats[0].ID).In() || len(MembersOf(w.seats(c.ID))) != 2 || w.person(actor.PersonID).Email != email {
			t.Error("her own seat is touched")
		}
		if w.seat(m.ID).State != Declined || len(w.facilitators()) != 1 {
			t.Errorf("what she did not ask for is %s", w.seat(m.ID).State)
		}
	})
}
