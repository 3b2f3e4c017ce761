package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"kring/circles"
	"kring/scheduling"
	"kring/scheduling/letters"
)

func choice(value string) url.Values { return url.Values{"choice": {value}} }

func TestAButtonShowsThenDoesThenSaysItWasDone(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		first := w.sessions(0)[0]
		path := w.link(0, letters.LinkAnswer, first.ID)
		w.unchanged(t, func() {
			a := w.get(path+"?choice=no").is(t, http.StatusOK, "Ben je erbij?", "dinsdag 13 februari 2018 om 12:30, Brusselse tijd")
			if got := a.page.buttons(); !slices.Equal(got, []string{"Ik kan niet", "Ik ben erbij"}) {
				t.Errorf("the buttons are %v: the one that the letter named comes first", got)
			}
			if attribute(a.page.all("button")[0], "class") != "first" || attribute(a.page.all("button")[1], "class") != "" {
				t.Error("not the first button alone stands out")
			}
		})
		a := w.post(path+"?choice=no", choice("no")).is(t, http.StatusOK, "Dank je dat je het laat weten.", "Toch anders?")
		if got := a.page.buttons(); !slices.Equal(got, []string{"Ik ben erbij"}) {
			t.Errorf("the way back is %v", got)
		}
		if w.said(0, first.ID) != scheduling.No {
			t.Error("the answer was not kept")
		}
		w.unchanged(t, func() {
			w.post(path, choice("no")).is(t, http.StatusOK, "Je zei dat je niet kunt.")
			w.get(path).is(t, http.StatusOK, "Je zei dat je niet kunt.")
		})
		w.unchanged(t, func() {
			w.post(path, url.Values{}).is(t, http.StatusOK, "Je zei dat je niet kunt.")
			w.post(path, choice("perhaps")).is(t, http.StatusUnprocessableEntity, "Kies een van de knoppen.")
		})
		w.post(path, choice("yes")).is(t, http.StatusOK, "Fijn, tot dan!")
		if w.said(0, first.ID) != scheduling.Yes {
			t.Error("the answer was not taken back")
		}
		w.get(w.link(1, letters.LinkAnswer, first.ID)).is(t, http.StatusOK, "Kathmandu time")
	})
}

func TestAPressNamesItsChoice(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		path := w.link(0, letters.LinkAnswer, w.sessions(0)[0].ID)
		w.unchanged(t, func() {
			for _, form := range []url.Values{{}, choice("perhaps"), {"List-Unsubscribe": {"One-Click"}}} {
				a := w.post(path, form).is(t, http.StatusUnprocessableEntity, "Kies een van de knoppen.")
				if len(a.page.buttons()) != 2 {
					t.Error("the buttons are gone")
				}
			}
		})
	})
}

func TestLeaveAndComeBack(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		path := w.link(1, circles.LinkLeave, w.seats[1].ID)
		w.unchanged(t, func() { w.get(path).is(t, http.StatusOK) })
		a := w.post(path, choice("leave")).is(t, http.StatusOK)
		if len(w.members()) != 4 {
			t.Fatal("she did not leave")
		}
		undo := a.page.all("form")[0]
		if !strings.HasPrefix(attribute(undo, "action"), "/l/") {
			t.Fatal("no way back")
		}
		w.unchanged(t, func() {
			w.post(path, choice("leave")).is(t, http.StatusGone) // who leaves is held to no older link
			w.post(w.link(1, circles.LinkLeave, w.seats[1].ID), choice("leave")).is(t, http.StatusOK)
		})
		w.post(attribute(undo, "action"), choice("undo")).is(t, http.StatusOK)
		if len(w.members()) != 5 {
			t.Error("she did not come back")
		}
		w.unchanged(t, func() { w.post(attribute(undo, "action"), choice("undo")).is(t, http.StatusOK) })

		w.post(w.link(1, circles.LinkLeave, w.seats[1].ID), choice("leave")).is(t, http.StatusOK)
		w.sleep(8 * 24 * time.Hour)
		if n := len(w.get(w.link(1, circles.LinkLeave, w.seats[1].ID)).is(t, http.StatusOK).page.all("form")); n != 0 {
			t.Error("there is a way back after seven days")
		}
	})
}

func TestAStrangerAsksForSilence(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.post(SignupPath(w.programme.ID, ""), signupForm()).is(t, http.StatusAccepted)
		path := "/l/" + w.links.Sign(circles.LinkSilence, "", w.byEmail("gust@example.org"))
		w.unchanged(t, func() {
			w.get(path).is(t, http.StatusOK, "Nooit meer mail van ons?").never(t, "Gust", "Mijn datums")
		})
		w.post(path, choice("silence")).is(t, http.StatusOK, "schrijven we nooit meer")
		w.unchanged(t, func() { w.post(path, choice("silence")).is(t, http.StatusGone) })
	})
}

func TestTheWeek(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		path := w.link(0, letters.LinkWeek, w.circle.ID)
		a := w.get(path+"?choice=2").is(t, http.StatusOK, "Aan welke week zijn jullie?")
		if a.page.buttons()[0] != "Week 2" {
			t.Errorf("the buttons are %v", a.page.buttons())
		}
		w.post(path, choice("2")).is(t, http.StatusOK, "is aan week 2")
		w.get(w.link(1, circles.LinkMe, "")).is(t, http.StatusOK, "You are on week 2")
	})
}

func TestOutcome(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		first := w.sessions(0)[0]
		path := w.link(1, letters.LinkOutcome, first.ID)
		w.get(path).is(t, http.StatusOK)
		w.unchanged(t, func() { w.post(path, choice("held")).is(t, http.StatusOK) })
		w.sleep(first.EndsAt.Sub(w.clock.Now()))
		w.post(path, choice("held")).is(t, http.StatusOK)
		if s := w.sessions(0)[0]; s.State != scheduling.Held {
			t.Errorf("the session is %s", s.State)
		}
		w.unchanged(t, func() { w.post(path, choice("held")).is(t, http.StatusOK) })
	})
}

// silence lets three sessions in a row be missed, after which the circle is asked how it goes on.
func (w *world) silence() {
	w.t.Helper()
	for n := range 3 {
		s := w.sessions(0)[n]
		w.sleep(s.EndsAt.Sub(w.clock.Now()))
		got(w.calendar.RecordOutcome(w.ctx, w.actor(0), s.ID, scheduling.Missed))(w.t)
	}
}

func TestPauseWithADate(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.silence()
		path := w.link(0, letters.LinkGoOn, w.circle.ID)
		a := w.get(path+"?choice=pause").is(t, http.StatusOK, "Even pauzeren", "Weer verder op")
		if a.page.buttons()[0] != "Even pauzeren" || a.page.value("returns_on") != "2018-03-27" {
			t.Errorf("the buttons are %v, the date is %s", a.page.buttons(), a.page.value("returns_on"))
		}
		w.unchanged(t, func() {
			for _, on := range []string{"2030-01-01", "2018-01-01", "morgen"} {
				form := choice("pause")
				form.Set("returns_on", on)
				a := w.post(path, form).is(t, http.StatusUnprocessableEntity)
				if a.page.value("returns_on") != on || attribute(a.page.input("returns_on"), "aria-invalid") != "true" {
					t.Errorf("%s is not shown as faulty", on)
				}
			}
		})
		form := choice("pause")
		form.Set("returns_on", "2018-04-10")
		w.post(path, form).is(t, http.StatusOK, "pauzeert tot dinsdag 10 april 2018")
		w.unchanged(t, func() { w.post(path, form).is(t, http.StatusOK, "er is geantwoord") })
	})
}

func TestGoOn(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.silence()
		path := w.link(1, letters.LinkGoOn, w.circle.ID)
		w.post(path, choice("go_on")).is(t, http.StatusOK)
		w.unchanged(t, func() { w.post(path, choice("go_on")).is(t, http.StatusOK) })
	})
}

func TestConfirmASignUpByThePage(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.post(SignupPath(w.programme.ID, ""), signupForm()).is(t, http.StatusAccepted)
		a := w.application("gust@example.org")
		gust := w.byEmail("gust@example.org")
		path := "/l/" + w.links.Sign(circles.LinkConfirm, a.ID, gust)
		w.unchanged(t, func() { w.get(path).is(t, http.StatusOK, "Bevestig je inschrijving").never(t, "Gust", "Mijn datums") })
		w.post(path, choice("confirm")).is(t, http.StatusOK, "Je bent ingeschreven.")
		if got := w.application("gust@example.org").State; got != circles.Waiting {
			t.Errorf("the sign-up is %s", got)
		}
		w.unchanged(t, func() { w.post(path, choice("confirm")).is(t, http.StatusOK, "al bevestigd") })

		withdraw := "/l/" + w.links.Sign(circles.LinkApplication, a.ID, gust)
		w.get(withdraw).is(t, http.StatusOK, "Mijn inschrijving")
		w.post(withdraw, choice("withdraw")).is(t, http.StatusOK)
		w.unchanged(t, func() { w.post(withdraw, choice("withdraw")).is(t, http.StatusOK) })
	})
}

func TestEveryPurposeHasAPageInBothLanguages(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		rows := map[string]string{
			letters.LinkAnswer: w.sessions(0)[0].ID, letters.LinkOutcome: w.sessions(0)[0].ID,
			letters.LinkWeek: w.circle.ID, letters.LinkGoOn: w.circle.ID, letters.LinkFinish: w.circle.ID,
			letters.LinkFine: w.circle.ID, letters.LinkRevive: w.circle.ID,
			circles.LinkAskSeat: w.circle.ID, circles.LinkSeat: w.seats[0].ID, circles.LinkDeclineSeat: w.seats[0].ID, circles.LinkLeave: w.seats[0].ID,
			circles.LinkUndoLeave: w.seats[0].ID, letters.LinkStillIn: w.seats[0].ID,
			circles.LinkMe: "", circles.LinkMails: "", circles.LinkSees: "", letters.LinkOffChanges: "", letters.LinkOffReminder: "",
			circles.LinkFacilitate: w.programme.ID, circles.LinkSilence: "", letters.LinkPropose: w.sessions(0)[1].ID,
			letters.LinkVote: got(w.calendar.ProposeDate(w.ctx, w.actor(1), w.sessions(0)[0].ID, scheduling.Wanted{On: date(t, "2018-02-14")}))(t).Options[0].ID,
		}
		w.unchanged(t, func() {
			for _, purpose := range letters.Purposes() {
				row, has := rows[purpose]
				if !has {
					if purpose != circles.LinkConfirm && purpose != circles.LinkApplication && purpose != circles.LinkObject && !isChange(purpose) {
						t.Errorf("%s is not looked at", purpose)
					}
					continue
				}
				nl := w.get(w.link(0, purpose, row)+"?lang=nl").is(t, http.StatusOK)
				en := w.get(w.link(0, purpose, row)+"?lang=en").is(t, http.StatusOK)
				w.send(httptest.NewRequestWithContext(w.ctx, http.MethodHead, w.link(0, purpose, row), nil))
				if nl.page.text() == en.page.text() {
					t.Errorf("%s reads the same in both languages", purpose)
				}
			}
		})
	})
}
