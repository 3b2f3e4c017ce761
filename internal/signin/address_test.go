package signin

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/outbox"
)

// changing is somebody who is signed in and asked for another address.
func (w *world) changing(p identity.Person, email string) (*browser, AddressChange) {
	w.t.Helper()
	b := w.browser()
	b.start(p)
	until := got(w.ChangeAddress(w.ctx, b.actor(), email))(w.t)
	c := w.change(p)
	if !c.ExpiresAt.Equal(until) || c.ExpiresAt.Sub(w.clock.Now()) > changeLives {
		w.t.Errorf("expires %s, answered %s", c.ExpiresAt, until)
	}
	return b, c
}

// change is the one that waits for a person.
func (w *world) change(p identity.Person) AddressChange {
	w.t.Helper()
	return got(w.AddressChange(w.ctx, identity.Actor{PersonID: p.ID}, ""))(w.t)
}

// toldKinds are the kinds of notices that wait, sorted.
func (w *world) toldKinds() string {
	var kinds []string
	for _, n := range w.told() {
		kinds = append(kinds, n.Kind)
	}
	slices.Sort(kinds)
	return strings.Join(kinds, " ")
}

func TestBothAddressesConfirmAMove(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		for name, order := range map[string][]bool{"An": {true, false}, "Bo": {false, true}} { // old first, new first
			p := w.somebody(name)
			other := w.browser()
			other.start(p)
			b, c := w.changing(p, name+"@Example.com")
			_, letter := w.asked(p.Email)
			actor := identity.Actor{PersonID: p.ID} // as a link in a letter says
			if !c.OldNeeded || c.Email != strings.ToLower(name)+"@example.com" {
				t.Errorf("%+v", c)
			}
			for range 2 { // pressing twice is pressing once
				if got(w.ConfirmAddress(w.ctx, actor, c.ID, order[0]))(t) {
					t.Errorf("%s moved by one press", name)
				}
			}
			if now := w.change(p); now.OldDone != order[0] || now.NewDone == order[0] {
				t.Errorf("%+v", now)
			}
			if w.person(p.ID).Email != p.Email || !b.actor().Known() {
				t.Error("something happened after one press")
			}
			if !got(w.ConfirmAddress(w.ctx, actor, c.ID, order[1]))(t) {
				t.Errorf("%s did not move", name)
			}
			moved := w.person(p.ID)
			if moved.Email != c.Email || moved.LinkEpoch != p.LinkEpoch+1 || !moved.Confirmed() {
				t.Errorf("%+v", moved)
			}
			b.isOut("moved")
			other.isOut("moved")
			refused(w.Confirm(w.ctx, Proof{Token: letter.token}, office))(t, fault.NotFound, "sign-in-void") // sent to the old address
			w.unchanged("again", func() {
				refused(w.ConfirmAddress(w.ctx, actor, c.ID, order[1]))(t, fault.NotFound, "not-found")
				refused(w.AddressChange(w.ctx, actor, c.ID))(t, fault.NotFound, "not-found")
			})
			a, letter := w.asked(c.Email)
			got(w.Confirm(w.ctx, Proof{RequestID: a.ID, Code: letter.code}, office))(t)
		}
		if kinds := w.toldKinds(); kinds != "address_new address_new address_old address_old" {
			t.Errorf("told %s", kinds)
		}
		entries := strings.Join(w.journal(), "\n")
		if strings.Contains(entries, "@") || strings.Count(entries, "address-changed") != 2 || strings.Count(entries, "address-change-asked") != 2 {
			t.Errorf("journal\n%s", entries)
		}
	})
}

func TestTheNewAddressAloneWhereTheOldOneIsOfNoUse(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		unconfirmed, bounces, later := w.stranger("An"), w.somebody("Bo"), w.somebody("Cato")
		bounce := func(p identity.Person) {
			w.write(func(tx database.Tx) error { return identity.MarkUndeliverableIn(tx, w.clock.Now(), p.ID) })
		}
		bounce(bounces)
		for _, p := range []identity.Person{unconfirmed, bounces} {
			_, c := w.changing(p, p.Name[:2]+"@example.com")
			if c.OldNeeded {
				t.Errorf("%s: %+v", p.Name, c)
			}
			if !got(w.ConfirmAddress(w.ctx, identity.Actor{PersonID: p.ID}, c.ID, false))(t) {
				t.Errorf("%s did not move", p.Name)
			}
			if moved := w.person(p.ID); moved.UndeliverableAt != nil || !moved.Confirmed() {
				t.Errorf("%+v", moved)
			}
		}
		if kinds := w.toldKinds(); kinds != "address_new address_new" {
			t.Errorf("told %s", kinds)
		}
		// It turns out only when the letter to the old address comes back; her tokens stay what they are.
		_, c := w.changing(later, "cato@example.com")
		actor := identity.Actor{PersonID: later.ID}
		if got(w.ConfirmAddress(w.ctx, actor, c.ID, false))(t) {
			t.Error("moved without the old address")
		}
		bounce(later)
		if !got(w.ConfirmAddress(w.ctx, actor, c.ID, false))(t) {
			t.Error("stuck with an address that takes no mail")
		}
	})
}

func TestBearerTokensStayWhenSomebodyMoves(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.somebody("An")
		secrets := got(identity.ParseSecrets(firstSecret))(t)
		tokens := identity.NewTokens(w.db, w.clock, secrets)
		raw, _, err := tokens.IssueFor(w.ctx, an.Email, identity.TokenDraft{Name: "script", Scopes: []string{identity.ScopeMe}})
		w.must(err)
		link := w.links.Sign("me", "", an)
		_, c := w.changing(an, "new@example.org")
		for _, old := range []bool{true, false} {
			got(w.ConfirmAddress(w.ctx, identity.Actor{PersonID: an.ID}, c.ID, old))(t)
		}
		if actor := got(tokens.Authenticate(w.ctx, raw))(t); actor.PersonID != an.ID {
			t.Errorf("%+v", actor)
		}
		w.read(func(tx database.Tx) error {
			_, _, err := w.links.OpenIn(tx, w.clock.Now(), link)
			refused(nothing(err))(t, fault.NotFound, "link-expired")
			return nil
		})
	})
}

func TestThatWasNotMe(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.somebody("An")
		b, c := w.changing(an, "mallory@example.org")
		actor := identity.Actor{PersonID: an.ID}
		got(w.ConfirmAddress(w.ctx, actor, c.ID, false))(t)
		w.must(w.RefuseAddress(w.ctx, actor, c.ID))
		b.isOut("who asked for it")
		if w.person(an.ID).Email != an.Email {
			t.Error("moved")
		}
		w.unchanged("dropped", func() {
			refused(w.ConfirmAddress(w.ctx, actor, c.ID, true))(t, fault.NotFound, "not-found")
			refused(nothing(w.RefuseAddress(w.ctx, actor, c.ID)))(t, fault.NotFound, "not-found")
		})
	})
}

// Who was in as somebody else may have made herself a token to come back with. One that is older than any sign-in can be
// is the person's own.
func TestThatWasNotMeVoidsTokensMadeMeanwhile(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an, bo := w.somebody("An"), w.somebody("Bo")
		secrets := got(identity.ParseSecrets(firstSecret))(t)
		issued := func(p identity.Person) string {
			draft := identity.TokenDraft{Name: "script", Scopes: []string{identity.ScopeMe}}
			raw, _, err := identity.NewTokens(w.db, w.clock, secrets).IssueFor(w.ctx, p.Email, draft)
			w.must(err)
			return raw
		}
		before := issued(an)
		w.exec("update tokens set created_at = ?", w.clock.Machine().Add(-signedInFor-time.Second))
		_, c := w.changing(an, "mallory@example.org")
		meanwhile, others := issued(an), issued(bo)
		w.must(w.RefuseAddress(w.ctx, identity.Actor{PersonID: an.ID}, c.ID))
		tokens := identity.NewTokens(w.db, w.clock, secrets)
		refused(tokens.Authenticate(w.ctx, meanwhile))(t, fault.Unauthenticated, "token-refused")
		got(tokens.Authenticate(w.ctx, before))(t)
		got(tokens.Authenticate(w.ctx, others))(t)
		w.read(func(tx database.Tx) error {
			var n int64
			err := tx.Gorm().Table("journal").Where("action = 'token-revoked' and actor_id = ?", an.ID).Count(&n).Error
			if n != 1 {
				t.Errorf("%d times in the journal", n)
			}
			return err
		})
	})
}

func TestANewChangeTakesThePlaceOfTheOneThatWaits(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.somebody("An")
		b, first := w.changing(an, "first@example.org")
		actor := identity.Actor{PersonID: an.ID}
		got(w.ConfirmAddress(w.ctx, actor, first.ID, true))(t)
		got(w.ChangeAddress(w.ctx, b.actor(), "second@example.org"))(t)
		second := w.change(an)
		if second.Email != "second@example.org" || second.OldDone || second.NewDone || second.ID == first.ID {
			t.Errorf("%+v", second)
		}
		refused(w.ConfirmAddress(w.ctx, actor, first.ID, false))(t, fault.NotFound, "not-found")
		refused(w.AddressChange(w.ctx, actor, first.ID))(t, fault.NotFound, "not-found")
		w.later(changeLives)
		w.unchanged("expired", func() {
			refused(w.ConfirmAddress(w.ctx, actor, second.ID, false))(t, fault.NotFound, "not-found")
			refused(nothing(w.RefuseAddress(w.ctx, actor, second.ID)))(t, fault.NotFound, "not-found")
		})
	})
}

func TestWhoMayNotChangeAnAddress(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an, bo := w.somebody("An"), w.somebody("Bo")
		b, c := w.changing(an, "new@example.org")
		w.unchanged("refused", func() {
			refused(w.ChangeAddress(w.ctx, identity.Actor{}, "x@example.org"))(t, fault.Unauthenticated, "sign-in-needed")
			for _, actor := range []identity.Actor{
				{PersonID: an.ID, TokenID: database.NewID(), Scopes: identity.Scopes()}, {PersonID: an.ID, TokenID: identity.MemberTokenID, MemberOnly: true}, {PersonID: an.ID},
			} {
				refused(w.ChangeAddress(w.ctx, actor, "x@example.org"))(t, fault.Forbidden, "needs-sign-in")
			}
			violates(w.ChangeAddress(w.ctx, b.actor(), "An@example.org"))(t, "/email own-address")
			violates(w.ChangeAddress(w.ctx, b.actor(), "x"))(t, "/email not-an-address")
			for _, actor := range []identity.Actor{{}, {PersonID: bo.ID}} { // somebody else's change
				refused(w.AddressChange(w.ctx, actor, c.ID))(t, fault.NotFound, "not-found")
				refused(w.ConfirmAddress(w.ctx, actor, c.ID, false))(t, fault.NotFound, "not-found")
				refused(nothing(w.RefuseAddress(w.ctx, actor, c.ID)))(t, fault.NotFound, "not-found")
			}
		})
		for range 4 {
			got(w.ChangeAddress(w.ctx, b.actor(), "other@example.org"))(t)
		}
		w.unchanged("the sixth of a day", func() {
			refused(w.ChangeAddress(w.ctx, b.actor(), "other@example.org"))(t, fault.TooMany, "too-often")
		})
	})
}

// Whoever asks for somebody else's address hears nothing of it, and neither does that person.
func TestSomebodyElsesAddress(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.somebody("An")
		w.somebody("Bo")
		b := w.browser()
		b.start(an)
		actor := b.actor()
		free := w.statements(func() { got(w.ChangeAddress(w.ctx, actor, "free@example.org"))(t) })
		taken := w.statements(func() { got(w.ChangeAddress(w.ctx, actor, "bo@example.org"))(t) })
		if !slices.Equal(free, taken) {
			t.Errorf("ran\n%s\nand\n%s", strings.Join(free, "\n"), strings.Join(taken, "\n"))
		}
		if err := w.composes(KindAddressNew, an); err == nil {
			t.Error("somebody else is written to")
		}
		if err := w.composes(KindAddressOld, an); err != nil {
			t.Error(err)
		}
	})
}

func TestAnAddressThatAskedForSilence(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.somebody("An")
		w.write(func(tx database.Tx) error {
			return identity.SuppressIn(tx, w.clock.Now(), "quiet@example.org", identity.Silence)
		})
		w.changing(an, "quiet@example.org")
		if err := w.composes(KindAddressNew, an); err == nil {
			t.Error("who asked for silence is written to")
		}
	})
}

func TestAnAddressThatIsTakenMeanwhile(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		an := w.somebody("An")
		b, c := w.changing(an, "bo@example.org")
		actor := identity.Actor{PersonID: an.ID}
		got(w.ConfirmAddress(w.ctx, actor, c.ID, true))(t)
		bo := w.somebody("Bo")
		refused(w.ConfirmAddress(w.ctx, actor, c.ID, false))(t, fault.Conflict, "address-taken")
		refused(w.AddressChange(w.ctx, actor, c.ID))(t, fault.NotFound, "not-found")
		if w.person(an.ID).Email != an.Email || w.person(bo.ID).Email != "bo@example.org" || !b.actor().Known() {
			t.Error("something else changed")
		}
	})
}

// Two people press for the same address at once: one gets it.
func TestTwoPressForOneAddressAtOnce(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		people := []identity.Person{w.stranger("An"), w.stranger("Bo"), w.stranger("Cato"), w.stranger("Dirk")}
		answers := make([]error, len(people))
		var all sync.WaitGroup
		for i, p := range people {
			_, c := w.changing(p, "same@example.org")
			all.Go(func() { _, answers[i] = w.ConfirmAddress(w.ctx, identity.Actor{PersonID: p.ID}, c.ID, false) })
		}
		all.Wait()
		moved := 0
		for i, p := range people {
			if answers[i] == nil {
				moved++
			} else if !fault.HasCode(answers[i], "address-taken") {
				t.Errorf("%s: %v", p.Name, answers[i])
			}
			if (w.person(p.ID).Email == "same@example.org") != (answers[i] == nil) {
				t.Errorf("%s has %s", p.Name, w.person(p.ID).Email)
			}
		}
		if moved != 1 {
			t.Errorf("%d moved", moved)
		}
	})
}

// composes writes the newest letter of a kind to a person, and answers why not.
func (w *world) composes(kind string, p identity.Person) error {
	w.t.Helper()
	told := w.told()
	slices.Reverse(told)
	for _, n := range told {
		if n.Kind == kind && n.PersonID == p.ID {
			_, err := w.Table()[kind].Compose(w.ctx, w.person(p.ID), []outbox.Notice{n})
			return err
		}
	}
	w.t.Fatalf("%s is not told %s", p.Name, kind)
	return nil
}
