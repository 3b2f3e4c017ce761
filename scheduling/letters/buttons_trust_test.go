package letters

import (
	"strings"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/signin"

	"kring/circles"
)

// zora is a stranger who is asked to facilitate the programme, and the link of her letter.
func (w *world) zora() (identity.Person, string) {
	w.t.Helper()
	got(w.registry.InviteFacilitator(w.ctx, w.farah, w.programme.ID, circles.FacilitatorDraft{
		Name: "Zora Zegers", Email: "zora@example.org", LetterLanguage: "nl",
	}))(w.t)
	zora := w.person("Zora")
	return zora, w.links.Sign(circles.LinkFacilitate, w.programme.ID, zora)
}

func (w *world) forgotten(id string) bool {
	w.t.Helper()
	err := w.db.Read(w.ctx, func(tx database.Tx) error { _, err := identity.FindIn(tx, id); return err })
	if err != nil && !fault.IsKind(err, fault.NotFound) {
		w.t.Fatal(err)
	}
	return err != nil
}

func TestAStrangerBecomesAFacilitatorByHerOwnPress(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		zora, token := w.zora()
		before := w.state()
		shown := got(w.buttons.Show(w.ctx, token, "nl"))(t)
		if choices(shown) != "yes no" || !strings.Contains(shown.Text, "Najaar") || w.state() != before {
			t.Errorf("%+v", shown)
		}
		_, err := w.buttons.Press(w.ctx, token, "nl", Choice{})
		refusedWith(t, err, "invalid")
		yes := got(w.buttons.Press(w.ctx, token, "nl", Choice{Value: "yes"}))(t)
		if yes.Again || !w.person("Zora").Confirmed() {
			t.Errorf("%+v", yes)
		}
		got(w.registry.Facilitators(w.ctx, identity.Actor{PersonID: zora.ID}, w.programme.ID))(t)
		before = w.state()
		for _, value := range []string{"yes", "no", ""} {
			if again := got(w.buttons.Press(w.ctx, token, "nl", Choice{Value: value}))(t); !again.Again || w.state() != before {
				t.Errorf("%q afterwards: %+v", value, again)
			}
		}
	})
}

func TestAStrangerWhoWillNotFacilitateIsForgotten(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		zora, token := w.zora()
		if no := got(w.buttons.Press(w.ctx, token, "nl", Choice{Value: "no"}))(t); no.Again || !w.forgotten(zora.ID) {
			t.Errorf("%+v", no)
		}
		_, err := w.buttons.Press(w.ctx, token, "nl", Choice{Value: "no"})
		refusedWith(t, err, "link-expired")
	})
}

func TestAnInvitationToFacilitateThatIsOverSaysSo(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.facilitation()
		w.clock.Advance(circles.FacilitateWithin)
		if late := w.show("Ben", circles.LinkFacilitate, w.programme.ID); !late.Done || len(late.Options) > 0 {
			t.Errorf("%+v", late)
		}
		before := w.state()
		if late := w.press("Ben", circles.LinkFacilitate, w.programme.ID, Choice{Value: "yes"}); !late.Again || w.state() != before {
			t.Errorf("%+v", late)
		}
		if never := w.press("An", circles.LinkFacilitate, w.programme.ID, Choice{Value: "yes"}); !never.Again || w.state() != before {
			t.Errorf("who was never asked: %+v", never)
		}
	})
}

func TestSilenceIsAskedForInTheLettersThatAStrangerCanCause(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		zora, _ := w.zora()
		token := w.links.Sign(circles.LinkSilence, "", zora)
		if done := got(w.buttons.Press(w.ctx, token, "nl", Choice{}))(t); done.Again || !w.forgotten(zora.ID) {
			t.Errorf("%+v", done)
		}
		_, err := w.buttons.Show(w.ctx, token, "nl")
		refusedWith(t, err, "link-expired")
		if ben := w.press("Ben", circles.LinkSilence, "", Choice{}); ben.Again {
			t.Errorf("%+v", ben)
		}
		if shown := w.show("Ben", circles.LinkSilence, ""); !shown.Done || len(shown.Options) > 0 || !w.seat("Ben").In() {
			t.Errorf("%+v", shown)
		}
	})
}

func TestAChangeOfAddressIsPressedFromBothSides(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		id := w.addressChange("ben@example.com")
		for _, purpose := range []string{signin.LinkAddressOld, signin.LinkAddressNew} {
			if shown := w.show("Ben", purpose, id); !strings.Contains(shown.Text, "ben@example.com") || strings.Contains(shown.Text, "ben@example.org") {
				t.Errorf("%s: %s", purpose, shown.Text)
			}
			if foreign := w.show("An", purpose, id); !foreign.Done || strings.Contains(foreign.Text, "ben@") {
				t.Errorf("%s for somebody else: %+v", purpose, foreign)
			}
		}
		old := w.links.Sign(signin.LinkAddressOld, id, w.person("Ben"))
		if first := w.press("Ben", signin.LinkAddressNew, id, Choice{Value: "yes"}); first.Again || w.person("Ben").Email != "ben@example.org" {
			t.Errorf("%+v", first)
		}
		if again := w.press("Ben", signin.LinkAddressNew, id, Choice{}); !again.Again {
			t.Errorf("%+v", again)
		}
		ben := w.person("Ben").ID
		if second := got(w.buttons.Press(w.ctx, old, "nl", Choice{Value: "yes"}))(t); second.Again {
			t.Errorf("%+v", second)
		}
		w.write(func(tx database.Tx) error {
			p, err := identity.FindIn(tx, ben)
			if err == nil && p.Email != "ben@example.com" {
				t.Errorf("the address is %s", p.Email)
			}
			return err
		})
		_, err := w.buttons.Show(w.ctx, old, "nl")
		refusedWith(t, err, "link-expired")
	})
}

func TestWhoeverHasTheOldAddressRefusesAChange(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		id := w.addressChange("eve@example.com")
		_, err := w.buttons.Press(w.ctx, w.links.Sign(signin.LinkAddressNew, id, w.person("Ben")), "nl", Choice{Value: "no"})
		refusedWith(t, err, "invalid")
		if no := w.press("Ben", signin.LinkAddressOld, id, Choice{Value: "no"}); no.Again {
			t.Errorf("%+v", no)
		}
		for _, purpose := range []string{signin.LinkAddressOld, signin.LinkAddressNew} {
			if late := w.press("Ben", purpose, id, Choice{Value: "yes"}); !late.Again || w.person("Ben").Email != "ben@example.org" {
				t.Errorf("%s: %+v", purpose, late)
			}
		}
		id = w.addressChange("ben@example.com")
		w.clock.Advance(73 * time.Hour)
		if late := w.show("Ben", signin.LinkAddressNew, id); !late.Done {
			t.Errorf("%+v", late)
		}
	})
}

func TestWithoutSignInsNobodyChangesAnAddressByALink(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		id := w.addressChange("ben@example.com")
		without := NewButtons(ButtonsOptions{
			DB: w.db, Clock: w.clock, Circles: w.registry, Calendar: w.calendar, Texts: w.texts, Links: w.links,
		})
		_, err := without.Show(w.ctx, w.links.Sign(signin.LinkAddressOld, id, w.person("Ben")), "nl")
		refusedWith(t, err, "link-unknown")
	})
}

func TestLeavingGivesANewLinkBack(t *testing.T) {
	lives(t, func(t *testing.T, w *world) {
		w.begin()
		seat, old := w.seat("Ben"), w.links.Sign(circles.LinkUndoLeave, w.seat("Ben").ID, w.person("Ben"))
		w.press("Ben", circles.LinkLeave, seat.ID, Choice{})
		_, err := w.buttons.Press(w.ctx, old, "nl", Choice{})
		refusedWith(t, err, "link-expired")
		if back := w.press("Ben", circles.LinkUndoLeave, seat.ID, Choice{}); back.Again || !w.seat("Ben").In() {
			t.Errorf("%+v", back)
		}
	})
}
