package circles

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/outbox"
	"kring/internal/page"
	"kring/internal/testkit"
)

// What nobody may see although it is kept for another reason.

// twice is somebody whom a programme with short months has forgotten while another one still keeps her.
func (w *world) twice() (short ProgrammeView, first Circle, anke identity.Actor) {
	w.t.Helper()
	short, long := w.opened(1, 1), w.opened(12, 12)
	first, _ = w.circle(2, of(short))
	second, _ := w.circle(2, of(long))
	draft := w.application("")
	anke = w.placed(short, first, draft)
	w.placed(long, second, draft)
	w.over(w.began(first, 5))
	w.began(second, 5)
	w.until(w.months(1).Add(time.Minute))
	return short, first, anke
}

// colleague is a facilitator of one programme and nothing else.
func (w *world) colleague(p ProgrammeView) identity.Actor {
	w.t.Helper()
	c := w.somebody("Co Collega", "co@example.org")
	w.write(func(tx database.Tx) error {
		_, err := insertFacilitator(tx, Facilitator{ProgrammeID: p.ID, PersonID: c.PersonID, CreatedAt: w.clock.Now()})
		return err
	})
	return c
}

func TestAProgrammeThatForgotSomebodySeesNothingOfHerAnyMore(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		short, first, anke := w.twice()
		colleague := w.colleague(short)
		p := w.person(anke.PersonID)
		w.write(func(tx database.Tx) error { return identity.MarkUndeliverableIn(tx, w.clock.Now(), anke.PersonID) })
		listed := got(w.registry.Applications(w.ctx, colleague, short.ID, "", page.Cursor{}, 100))(t)
		for _, a := range listed.Items {
			if a.PersonID == anke.PersonID && (a.Email != "" || a.Undeliverable) {
				t.Errorf("the sign-up that was forgotten shows %q", a.Email)
			}
		}
		for _, s := range got(w.registry.Members(w.ctx, colleague, first.ID))(t) {
			if s.PersonID == anke.PersonID && (s.Name != "" || s.Email != "" || s.FirstName != identity.FirstName(p)) {
				t.Errorf("her seat shows %q, %q, %q", s.FirstName, s.Name, s.Email)
			}
		}
		ours := got(read(w.ctx, w.db, func(tx database.Tx) (map[string]bool, error) {
			return OursIn(tx, short.ID, []string{anke.PersonID})
		}))(t)
		if ours[anke.PersonID] {
			t.Error("she would be named where mail does not arrive")
		}
		if w.nights(80*24*time.Hour).Emptied != 0 { // nothing is forgotten twice
			t.Error("forgotten again")
		}
	})
}

// Who types an address learns nothing about whose it is: until her yes, an invitation shows the address alone.
func TestAnInvitationTellsNobodyWhoseTheAddressIs(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		known := w.somebody("Greta Geheim", "greta@example.org")
		c, seats := w.circle(2)
		m := got(w.registry.Invite(w.ctx, w.facilitator, c.ID, Invitee{Name: "Wie dan ook", Email: "greta@example.org", LetterLanguage: "nl"}))(t)
		for who, actor := range map[string]identity.Actor{"the facilitator": w.facilitator, "a member": actorOf(seats[0])} {
			for _, s := range got(w.registry.Members(w.ctx, actor, c.ID))(t) {
				if s.ID == m.ID && s.FirstName+s.Name != "" {
					t.Errorf("%s reads %q, %q", who, s.FirstName, s.Name)
				}
			}
		}
		if s := got(w.registry.Member(w.ctx, known, m.ID))(t); s.Name != "Greta Geheim" {
			t.Errorf("she herself reads %q", s.Name)
		}
		if s := got(w.registry.Member(w.ctx, w.facilitator, m.ID))(t); s.Email != "greta@example.org" {
			t.Errorf("who asked her reads %q", s.Email)
		}
		got(w.registry.DeclineSeat(w.ctx, known, m.ID, false))(t)
		if s := got(w.registry.Member(w.ctx, w.facilitator, m.ID))(t); s.FirstName+s.Name != "" {
			t.Errorf("after her no the facilitator reads %q", s.Name)
		}
		again := got(w.registry.Invite(w.ctx, w.facilitator, c.ID, Invitee{Name: "Wie dan ook", Email: "greta@example.org", LetterLanguage: "nl"}))(t)
		got(w.registry.AcceptSeat(w.ctx, known, again.ID))(t)
		if s := got(w.registry.Member(w.ctx, w.facilitator, again.ID))(t); s.Name != "Greta Geheim" {
			t.Errorf("after her yes the facilitator reads %q", s.Name)
		}
	})
}

// Who left is told of the circle what it was called, and not the door that it meets behind today.
func TestWhoLeftExportsNoDoor(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(3)
		c = w.began(c, 4)
		got(w.registry.Leave(w.ctx, actorOf(seats[0]), seats[0].ID))(t)
		venue, video, chat := "Zaal later", "https://video.example.org/later", "https://chat.example.org/later"
		got(w.registry.PatchCircle(w.ctx, actorOf(seats[1]), c.ID, 0, CirclePatch{Venue: &venue, VideoLink: &video, ChatLink: &chat}))(t)
		out := got(read(w.ctx, w.db, func(tx database.Tx) (any, error) { return exportOf(tx, seats[0].PersonID) }))(t)
		text, err := json.Marshal(out)
		if err != nil || strings.Contains(string(text), "later") || !strings.Contains(string(text), c.Name) {
			t.Errorf("%v: %s", err, text)
		}
	})
}

// stubborn are records of which a part refuses to forget one person.
func (w *world) stubborn(personID string) *identity.Records {
	w.t.Helper()
	tokens := identity.NewTokens(w.db, w.clock, w.secrets())
	bad := identity.Part{Name: "bad", EraseIn: func(_ database.Tx, _ time.Time, id string) error {
		if id == personID {
			return fmt.Errorf("a bad row")
		}
		return nil
	}}
	return identity.NewRecords(w.db, w.clock, bad, w.registry.Part(), outbox.Part(), tokens.Part())
}

func TestWhomNobodyCanForgetHoldsUpNobody(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		w := newWorld(t, db)
		p := w.opened(1, 1)
		c, _ := w.circle(2, of(p))
		w.write(func(tx database.Tx) error {
			for i := range retainAtOnce + 50 {
				if err := w.crowdOne(tx, c, i, database.Cut(w.clock.Now())); err != nil {
					return err
				}
			}
			return nil
		})
		w.over(w.began(c, 5))
		w.clock.Advance(w.months(1).Add(time.Minute).Sub(w.clock.Now()))
		records := w.stubborn(w.byEmail("crowd0@example.org").ID)
		done, _, err := w.registry.Retain(w.ctx, w.clock.Now(), records)
		if err == nil || done.Erased != retainAtOnce+50+2-1 {
			t.Errorf("%+v, %v", done, err)
		}
		w.clock.Advance(25 * time.Hour) // she is tried again the next night, and alone
		if done, _, err := w.registry.Retain(w.ctx, w.clock.Now(), records); err == nil || done.Looked != 1 {
			t.Errorf("the next night %+v, %v", done, err)
		}
		if done, _, err := w.registry.Retain(w.ctx, w.clock.Now().Add(25*time.Hour), w.records()); err != nil || done.Erased != 1 {
			t.Errorf("mended %+v, %v", done, err)
		}
	})
}

// Whoever is asked by a slip of the pen is forgotten with the invitation, when it is taken back as when nobody answers it.
func TestAStrangerIsForgottenWhenHerSeatIsTakenBack(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, _ := w.circle(2)
		known := w.somebody("Greta Bekend", "greta@example.org")
		for _, email := range []string{"slip@example.org", "greta@example.org"} {
			m := got(w.registry.Invite(w.ctx, w.facilitator, c.ID, Invitee{Name: "Sofie", Email: email, LetterLanguage: "nl"}))(t)
			if m = got(w.registry.WithdrawSeat(w.ctx, w.facilitator, m.ID))(t); m.State != Expired {
				t.Errorf("the seat is %s", m.State)
			}
		}
		_, err := read(w.ctx, w.db, func(tx database.Tx) (identity.Person, error) { return identity.ByEmailIn(tx, "slip@example.org") })
		refused(identity.Person{}, err)(t, fault.NotFound, "not-found")
		if p := w.person(known.PersonID); p.Name == "" {
			t.Error("somebody known is gone as well")
		}
	})
}

// An owner may look after a circle of a programme that she does not facilitate; once erased she looks after nothing.
func TestNoTombstoneLooksAfterACircle(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		former := w.somebody("Olga Owner", "")
		owner := former
		owner.Owner = true
		slot := tuesday
		c := got(w.registry.OpenCircle(w.ctx, owner, CircleDraft{ProgrammeID: w.programme.ID, Name: "De kring", Slot: &slot, Seats: 5}))(t)
		if by := valueOf(w.see(c.ID).LookedAfterBy); by != former.PersonID {
			t.Fatalf("looked after by %q", by)
		}
		w.erase(former)
		if by := valueOf(w.see(c.ID).LookedAfterBy); by != w.facilitator.PersonID {
			t.Errorf("looked after by %q", by)
		}
	})
}
