package circles

import (
	"sync"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/journal"
	"kring/internal/page"
)

// gust is asked to facilitate the programme.
func (w *world) gust() identity.Actor {
	w.t.Helper()
	view := got(w.registry.InviteFacilitator(w.ctx, w.facilitator, w.programme.ID, FacilitatorDraft{
		Name: "Gust Gielen", Email: "Gust@Example.org", LetterLanguage: "nl",
	}))(w.t)
	return identity.Actor{PersonID: view.PersonID}
}

func (w *world) facilitators() []FacilitatorView {
	w.t.Helper()
	return got(w.registry.Facilitators(w.ctx, w.facilitator, w.programme.ID))(w.t)
}

// gone says whether a person is forgotten.
func (w *world) gone(personID string) bool {
	w.t.Helper()
	_, err := read(w.ctx, w.db, func(tx database.Tx) (identity.Person, error) { return identity.FindIn(tx, personID) })
	if err != nil && !fault.IsKind(err, fault.NotFound) {
		w.t.Fatal(err)
	}
	return err != nil
}

// deeds are the actions that the programme's journal has about somebody, oldest first.
func (w *world) deeds(subjectID string) []string {
	w.t.Helper()
	lines := got(read(w.ctx, w.db, func(tx database.Tx) (page.Page[journal.Entry], error) {
		return journal.ListIn(tx, journal.OfProgramme(w.programme.ID), page.Cursor{}, 200)
	}))(w.t)
	var actions []string
	for _, line := range lines.Items {
		if line.SubjectID == subjectID {
			actions = append([]string{line.Action}, actions...)
		}
	}
	return actions
}

func TestAFacilitatorIsAskedAndFacilitatesOnceSheSaysYes(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		gust := w.gust()
		asked := w.facilitators()
		if len(asked) != 2 || asked[1].State != FacilitatorInvited || asked[1].Name != "" || asked[1].Email != "gust@example.org" || asked[1].ExpiresAt == nil {
			t.Fatalf("%+v", asked)
		}
		refused(w.registry.PatchProgramme(w.ctx, gust, w.programme.ID, 0, ProgrammePatch{}))(t, fault.NotFound, "not-found")
		refused(w.registry.Facilitators(w.ctx, gust, w.programme.ID))(t, fault.NotFound, "not-found")
		refused(w.registry.AcceptFacilitation(w.ctx, w.somebody("Vreemde", ""), w.programme.ID))(t, fault.NotFound, "not-found")
		refused(w.registry.AcceptFacilitation(w.ctx, identity.Actor{}, w.programme.ID))(t, fault.Unauthenticated, "sign-in-needed")
		refused(nothing(w.registry.DeclineFacilitation(w.ctx, w.facilitator, w.programme.ID)))(t, fault.Forbidden, "forbidden")
		for range 2 {
			if yes := got(w.registry.AcceptFacilitation(w.ctx, gust, w.programme.ID))(t); yes.State != Facilitating || yes.Name != "Gust Gielen" {
				t.Errorf("%+v", yes)
			}
		}
		if !w.person(gust.PersonID).Confirmed() {
			t.Error("the press proves the address")
		}
		got(w.registry.PatchProgramme(w.ctx, gust, w.programme.ID, 0, ProgrammePatch{}))(t)
		if again := w.gust(); again.PersonID != gust.PersonID || len(w.facilitators()) != 2 || len(w.told(KindFacilitatorInvited)) != 1 {
			t.Error("who facilitates is asked")
		}
		if deeds := w.deeds(gust.PersonID); len(deeds) != 2 || deeds[0] != "facilitator-invited" || deeds[1] != "facilitator-added" {
			t.Errorf("journal: %v", deeds)
		}
	})
}

func TestWhoIsAskedTwiceGetsSevenDaysMoreAndNoSecondLetterWithinADay(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		gust := w.gust()
		w.clock.Advance(23 * time.Hour)
		w.gust()
		if n := len(w.told(KindFacilitatorInvited)); n != 1 {
			t.Errorf("%d letters within a day", n)
		}
		if until := w.facilitators()[1].ExpiresAt; until.Sub(w.clock.Now()) < FacilitateWithin-time.Minute {
			t.Errorf("until %s", until)
		}
		w.clock.Advance(time.Hour)
		w.gust()
		if n := len(w.told(KindFacilitatorInvited)); n != 2 {
			t.Errorf("%d letters after a day", n)
		}
		w.clock.Advance(FacilitateWithin - time.Second)
		got(w.registry.AcceptFacilitation(w.ctx, gust, w.programme.ID))(t)
	})
}

func TestAnInvitationToFacilitateEndsAfterSevenDaysAndAStrangerIsForgotten(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		gust := w.gust()
		known := w.somebody("Bekende", "")
		got(w.registry.InviteFacilitator(w.ctx, w.facilitator, w.programme.ID, FacilitatorDraft{
			Name: "Wie", Email: w.person(known.PersonID).Email, LetterLanguage: "nl",
		}))(t)
		if done := w.later(FacilitateWithin - time.Second); done.Facilitators != 0 {
			t.Fatal("too early")
		}
		w.clock.Advance(time.Second)
		refused(w.registry.AcceptFacilitation(w.ctx, gust, w.programme.ID))(t, fault.Conflict, "invitation-expired")
		if done := w.later(0); done.Facilitators != 2 || len(w.facilitators()) != 1 {
			t.Fatalf("%d ended", done.Facilitators)
		}
		if !w.gone(gust.PersonID) || w.gone(known.PersonID) || w.person(known.PersonID).Name != "Bekende" {
			t.Error("a stranger is forgotten, somebody known is not")
		}
	})
}

func TestAnInvitationToFacilitateIsRefusedOrTakenBack(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		gust := w.gust()
		notice := w.told(KindFacilitatorInvited)
		person := w.person(gust.PersonID)
		if err := w.registry.DeclineFacilitation(w.ctx, gust, w.programme.ID); err != nil {
			t.Fatal(err)
		}
		refused(nothing(w.registry.DeclineFacilitation(w.ctx, gust, w.programme.ID)))(t, fault.NotFound, "not-found")
		if _, err := w.letters().Table()[KindFacilitatorInvited].Compose(w.ctx, person, notice); err == nil {
			t.Error("who said no is written to")
		}
		if !w.gone(gust.PersonID) || len(w.facilitators()) != 1 {
			t.Error("a stranger who says no is forgotten")
		}
		gust = w.gust()
		if err := w.registry.RemoveFacilitator(w.ctx, w.facilitator, w.programme.ID, gust.PersonID); err != nil {
			t.Fatal(err)
		}
		refused(w.registry.AcceptFacilitation(w.ctx, gust, w.programme.ID))(t, fault.NotFound, "not-found")
		if deeds := w.deeds(gust.PersonID); deeds[len(deeds)-1] != "facilitator-invitation-withdrawn" || !w.gone(gust.PersonID) {
			t.Errorf("journal: %v", deeds)
		}
	})
}

func TestTheLastFacilitatorHandsOverOrCloses(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, _ := w.circle(2)
		leave := func() error {
			return w.registry.RemoveFacilitator(w.ctx, w.facilitator, w.programme.ID, w.facilitator.PersonID)
		}
		w.gust() // to be asked is not to facilitate
		refused(nothing(leave()))(t, fault.Conflict, "last-facilitator")
		got(w.registry.PatchProgramme(w.ctx, w.facilitator, w.programme.ID, 0, ProgrammePatch{State: ptr(Closed)}))(t)
		refused(nothing(leave()))(t, fault.Conflict, "last-facilitator")
		w.write(func(tx database.Tx) error {
			c, err := LockIn(tx, c.ID)
			if err == nil {
				_, err = EndIn(tx, w.facilitator, w.clock.Now(), c, EndOther, "")
			}
			return err
		})
		if err := leave(); err != nil {
			t.Fatal(err)
		}
		if by := w.see(c.ID).LookedAfterBy; by != nil {
			t.Errorf("%s looks after the circle", *by)
		}
		refused(w.registry.Facilitators(w.ctx, w.facilitator, w.programme.ID))(t, fault.NotFound, "not-found")
		owner := identity.Actor{PersonID: w.somebody("Olga", "").PersonID, Owner: true}
		if left := got(w.registry.Facilitators(w.ctx, owner, w.programme.ID))(t); len(left) != 1 || left[0].State != FacilitatorInvited {
			t.Errorf("the owner sees %+v", left)
		}
	})
}

func TestTwoWhoRemoveEachOtherLeaveOne(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		gust := w.gust()
		got(w.registry.AcceptFacilitation(w.ctx, gust, w.programme.ID))(t)
		both := []identity.Actor{w.facilitator, gust}
		errs := make([]error, 2)
		var group sync.WaitGroup
		for i, actor := range both {
			group.Go(func() {
				errs[i] = w.registry.RemoveFacilitator(w.ctx, actor, w.programme.ID, both[1-i].PersonID)
			})
		}
		group.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("both or none: %v, %v", errs[0], errs[1])
		}
	})
}
