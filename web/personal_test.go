package web

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"kring/circles"
	"kring/internal/wall"
	"kring/scheduling"
	"kring/scheduling/letters"
)

func answerForm(sessionID, answer string) url.Values {
	return url.Values{"do": {"answer"}, "session": {sessionID}, "answer": {answer}}
}

func TestMyDates(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		nl := w.link(0, circles.LinkMe, "")
		a := w.get(nl).is(t, http.StatusOK, "Mijn datums", "dinsdag 13 februari 2018",
			"12:30–13:30, Brusselse tijd (CET, UTC+1)", "dinsdag 27 maart 2018", "(CEST, UTC+2)", "Jullie zijn aan week 0",
			"Samen met Ben, Cato, Dan, Eva", "Je wordt verwacht.")
		if n := len(a.page.all("form")); n != 17 {
			t.Errorf("%d forms, want one for each of 13 sessions, one for being away and 3 for the circle", n)
		}
		if !slices.Contains(a.page.links(), w.planOf(0)) || !slices.Contains(a.page.links(), w.planOf(0)+"/dates/"+w.sessions(0)[0].ID) {
			t.Errorf("no way to plan among %v", a.page.links())
		}
		w.get(w.link(1, circles.LinkMe, "")).is(t, http.StatusOK, "My dates", "Tuesday 13 February 2018",
			"17:15–18:15, Kathmandu time (UTC+5:45)", "16:15–17:15") // after the clock change in Brussels

		first := w.sessions(0)[0]
		w.post(nl, answerForm(first.ID, "no")).is(t, http.StatusOK, "Genoteerd: je kunt niet.", "Je komt niet.")
		if w.said(0, first.ID) != scheduling.No {
			t.Error("the answer was not kept")
		}
		w.post(nl, answerForm(first.ID, "no")).is(t, http.StatusOK, "Je komt niet.")
		w.post(nl, answerForm(first.ID, "yes")).is(t, http.StatusOK, "Genoteerd: je bent erbij.", "Je komt.")
		if w.said(0, first.ID) != scheduling.Yes {
			t.Error("the answer was not changed")
		}
	})
}

func TestMyDatesRefuse(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		path, first := w.link(0, circles.LinkMe, ""), w.sessions(0)[0]
		w.unchanged(t, func() {
			w.post(path, url.Values{}).is(t, http.StatusBadRequest)
			w.post(path, answerForm(first.ID, "perhaps")).is(t, http.StatusUnprocessableEntity, "Kies een van de knoppen.")
			w.post(path, answerForm("not-an-id", "yes")).is(t, http.StatusNotFound)
			w.post(path, url.Values{"do": {"away"}, "circle": {w.circle.ID}, "from_on": {"2018-03-09"}, "until_on": {"2018-03-05"}}).
				is(t, http.StatusUnprocessableEntity, "De laatste dag ligt voor de eerste.")
			a := w.post(path, url.Values{"do": {"away"}, "circle": {w.circle.ID}, "from_on": {"morgen"}}).
				is(t, http.StatusUnprocessableEntity, "Vul een datum in.")
			if a.page.value("from_on") != "morgen" {
				t.Error("what was typed is gone")
			}
		})
		w.sleep(first.EndsAt.Sub(w.clock.Now()))
		w.unchanged(t, func() { w.post(path, answerForm(first.ID, "yes")).is(t, http.StatusConflict, "voorbij") })
	})
}

func TestWhenIAmAway(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		path := w.link(1, circles.LinkMe, "")
		away := func(do, from, until string) url.Values {
			return url.Values{"do": {do}, "circle": {w.circle.ID}, "from_on": {from}, "until_on": {until}}
		}
		w.post(path, away("away", "2018-02-26", "2018-03-09")).
			is(t, http.StatusOK, "Noted: you're away from Monday 26 February 2018 to Friday 9 March 2018.", "You're not coming.")
		w.post(path, away("away", "2018-03-27", "")).is(t, http.StatusOK, "you're away Tuesday 27 March 2018")
		w.post(path, away("away", "2018-03-27", "2018-03-27")).is(t, http.StatusOK)
		if n := len(got(w.calendar.Absences(w.ctx, w.actor(1), w.circle.ID))(t)); n != 2 {
			t.Errorf("%d absences, want 2", n)
		}
		w.post(path, away("back", "2018-02-26", "2018-03-09")).is(t, http.StatusOK, "you'll be there after all")
		left := got(w.calendar.Absences(w.ctx, w.actor(1), w.circle.ID))(t)
		if len(left) != 1 || left[0].FromOn != date(t, "2018-03-27") {
			t.Errorf("left are %v", left)
		}
		w.get(w.link(0, circles.LinkMe, "")).never(t, "27 maart 2018 tot")
	})
}

func TestOnlyOnesOwnCircle(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		stranger := w.person("Fien Vreemd", "fien@example.org", "nl", "Europe/Brussels")
		path := "/l/" + w.links.Sign(circles.LinkMe, "", stranger)
		w.unchanged(t, func() {
			w.get(path).is(t, http.StatusOK, "Je zit op dit moment in geen enkele cirkel.")
			w.post(path, answerForm(w.sessions(0)[0].ID, "no")).is(t, http.StatusNotFound)
			w.post(path, url.Values{"do": {"away"}, "circle": {w.circle.ID}, "from_on": {"2018-03-05"}}).is(t, http.StatusNotFound)
		})
		farah := w.person("Farah Facilitator", "farah@example.org", "nl", "Europe/Brussels")
		w.get("/l/"+w.links.Sign(circles.LinkMe, "", farah)).is(t, http.StatusOK, "geen enkele cirkel")
	})
}

func TestWhichMails(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		path := w.link(0, circles.LinkMails, "")
		a := w.get(path).is(t, http.StatusOK, "Welke mails", "Brusselse tijd (CET, UTC+1)")
		if a.page.value("zone") != "Europe/Brussels" || !slices.Equal(a.page.checked("language"), []string{"nl"}) ||
			len(a.page.checked("reminders")) != 1 {
			t.Error("the form does not show what is so")
		}
		w.post(path, url.Values{"changes": {"on"}, "language": {"en"}, "zone": {"Pacific/Auckland"}}).is(t, http.StatusOK, "Saved.")
		p := w.known(0)
		if !p.RemindersOff || !p.HourOff || p.ChangesOff || p.LetterLanguage != "en" || p.Zone != "Pacific/Auckland" {
			t.Errorf("kept was %+v", p)
		}
		w.get(w.link(0, circles.LinkMe, "")).is(t, http.StatusOK, "Wednesday 14 February 2018", "00:30–01:30, Auckland time")
		w.unchanged(t, func() {
			w.post(path, url.Values{"language": {"en"}, "zone": {"Mars/Base"}}).is(t, http.StatusUnprocessableEntity, "Choose a time zone")
		})
	})
}

func TestQuietHoursAndWorkingDays(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		path := w.link(0, circles.LinkMails, "")
		quiet := func(from, until string, days ...string) url.Values {
			return url.Values{"do": {"quiet"}, "from": {from}, "until": {until}, "days": days}
		}
		a := w.get(path).is(t, http.StatusOK, "Stille uren en werkdagen", "Alleen jij ziet dit")
		if a.page.value("from") != "22:00" || a.page.value("until") != "07:00" || !slices.Equal(a.page.checked("days"), []string{"mon", "tue", "wed", "thu", "fri"}) {
			t.Error("the form does not show what holds for who said nothing")
		}
		a = w.post(path, quiet("20:10", "08:05", "sat", "tue")).is(t, http.StatusOK, "Bewaard.")
		if a.page.value("from") != "20:10" || !slices.Equal(a.page.checked("days"), []string{"tue", "sat"}) {
			t.Error("the form does not show what was saved")
		}
		p := w.known(0)
		if p.Quiet() != (wall.Quiet{From: wall.At(20, 10), Until: wall.At(8, 5)}) || p.RemindersOff || p.ChangesOff {
			t.Errorf("kept was %+v", p)
		}
		w.post(path, url.Values{"changes": {"on"}, "reminders": {"on"}, "hour": {"on"}, "language": {"nl"}, "zone": {"Europe/Brussels"}}).is(t, http.StatusOK)
		if after := w.known(0); after.Quiet() != p.Quiet() || after.Days() != p.Days() {
			t.Errorf("which mails took the quiet hours away: %+v", after)
		}
		w.unchanged(t, func() {
			a := w.post(path, quiet("18:00", "half elf")).is(t, http.StatusUnprocessableEntity, "Dit is geen tijdstip van de dag.", "Kies minstens één dag.")
			if a.page.value("until") != "half elf" || attribute(a.page.input("until"), "aria-invalid") != "true" || len(a.page.checked("days")) != 0 {
				t.Error("what was typed is gone, or not marked")
			}
			w.post(path, quiet("18:00", "", "mon")).is(t, http.StatusUnprocessableEntity, "Dit ontbreekt.")
			w.post(path, quiet("18:00", "18:00", "mon")).is(t, http.StatusUnprocessableEntity, "gelijk")
			w.post(path, quiet("17:00", "12:00", "mon")).is(t, http.StatusUnprocessableEntity, "hoogstens 16 uur")
			w.post(path, quiet("22:00", "07:00", "noday")).is(t, http.StatusUnprocessableEntity)
		})
		w.post(path, quiet("", "", "mon")).is(t, http.StatusOK, "Bewaard.")
		if p := w.known(0); p.QuietFrom != nil || p.Days() != wall.WeekdaysOf(time.Monday) {
			t.Errorf("left to Kring is %+v", p)
		}
	})
}

// What facilitators see is listed in one place; the pages show that list whole, and how long the programme keeps it.
func TestWhoSeesWhatAndForHowLong(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		last, unplaced := 1, 18
		got(w.registry.PatchProgramme(w.ctx, w.facilitator, w.programme.ID, 0, circles.ProgrammePatch{
			KeepMonths: &last, KeepUnplacedMonths: &unplaced,
		}))(t)
		for _, lang := range []string{"nl", "en"} {
			pages := []answered{
				w.get(SignupPath(w.programme.ID, "")+"?lang="+lang).is(t, http.StatusOK),
				w.get(w.link(0, circles.LinkSees, "")+"?lang="+lang).is(t, http.StatusOK),
			}
			for _, a := range pages {
				var items []string
				for _, n := range a.page.all("li") {
					items = append(items, (&htmlPage{root: n}).text())
				}
				for _, key := range slices.Concat(circles.SeenByFacilitators(), circles.NeverSeen()) {
					if word := w.texts.Say(lang, "seen."+key, nil); !slices.Contains(items, word) {
						t.Errorf("%q is not listed among %q", word, items)
					}
				}
				says := map[string][]string{"nl": {"een maand na je laatste cirkel", "18 maanden nadat"}, "en": {"one month after", "18 months after"}}
				a.is(t, http.StatusOK, says[lang]...)
			}
		}
		farah := w.person("Fien Vreemd", "fien@example.org", "nl", "Europe/Brussels")
		w.get("/l/"+w.links.Sign(circles.LinkSees, "", farah)).is(t, http.StatusOK, "Dat zegt elk programma zelf")
	})
}

func TestUnsubscribe(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		oneClick := url.Values{"List-Unsubscribe": {"One-Click"}}
		reminders := "/u/" + strings.TrimPrefix(w.link(0, letters.LinkOffReminder, ""), "/l/")
		w.unchanged(t, func() {
			w.get(reminders).is(t, http.StatusOK, "Herinneringen en vragen", "Geen herinneringen en vragen meer")
			w.post(reminders, url.Values{}).is(t, http.StatusUnprocessableEntity, "Kies een van de knoppen.")
		})
		w.post(reminders, oneClick).is(t, http.StatusOK, "Je krijgt geen herinneringen en vragen meer.", "Toch anders?")
		w.unchanged(t, func() { w.post(reminders, oneClick).is(t, http.StatusOK, "Je krijgt al geen herinneringen") })
		if p := w.known(0); !p.RemindersOff || p.ChangesOff {
			t.Error("not this list alone was left")
		}
		w.post(reminders, url.Values{"choice": {"on"}}).is(t, http.StatusOK, "Je krijgt weer herinneringen")
		if w.known(0).RemindersOff {
			t.Error("the list was not joined again")
		}
		w.post(reminders, url.Values{"choice": {"off"}}).is(t, http.StatusOK, "Je krijgt geen herinneringen")

		w.send(multipartOneClick(t, w, w.link(1, letters.LinkOffChanges, ""))).is(t, http.StatusOK)
		if p := w.known(1); p.RemindersOff || !p.ChangesOff {
			t.Error("not this list alone was left")
		}
	})
}

// multipartOneClick is how some mail programs send the one-click POST (RFC 8058, 3.2 allows both encodings).
func multipartOneClick(t *testing.T, w *world, path string) *http.Request {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("List-Unsubscribe", "One-Click"); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(w.ctx, http.MethodPost, path, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return r
}

func TestZonesThatAreOfferedExist(t *testing.T) {
	for _, zone := range zonesOffered() {
		if _, err := wall.LoadZone(zone); err != nil {
			t.Error(err)
		}
	}
}
