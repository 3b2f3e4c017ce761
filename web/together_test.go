package web

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"kring/circles"
	"kring/internal/wall"
	"kring/scheduling"
)

// deedOf is the form of a deed, as the n-th member's page shows it now.
func (w *world) deedOf(n int, do string, fields ...string) url.Values {
	w.t.Helper()
	c := got(w.registry.Circle(w.ctx, w.actor(n), w.circle.ID))(w.t)
	form := url.Values{"do": {do}, "circle": {w.circle.ID}, "revision": {strconv.Itoa(c.Revision)}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return form
}

func (w *world) circleNow() circles.CircleView {
	w.t.Helper()
	return got(w.registry.Circle(w.ctx, w.actor(0), w.circle.ID))(w.t)
}

func TestDatesForTheWholeCircle(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		path, first := w.link(0, circles.LinkMe, ""), w.sessions(0)[0]

		move := w.deedOf(0, "move", "session", first.ID, "date", "2018-02-15", "time", "09:00")
		w.post(path, move).is(t, http.StatusOK, "De sessie is verplaatst.", "donderdag 15 februari 2018", "09:00–10:00")
		w.unchanged(t, func() { w.post(path, move).is(t, http.StatusOK) })

		skip := w.deedOf(0, "skip", "session", first.ID)
		w.post(path, skip).is(t, http.StatusOK, "overgeslagen").never(t, "donderdag 15 februari 2018, 09:00")
		w.unchanged(t, func() { w.post(path, skip).is(t, http.StatusConflict) })

		slot := w.deedOf(0, "slot", "weekday", "thu", "time", "16:00")
		w.post(path, slot).is(t, http.StatusOK, "nieuw vast moment", "donderdag 22 februari 2018", "16:00–17:00")
		w.unchanged(t, func() { w.post(path, slot).is(t, http.StatusConflict, "intussen iets veranderd") })
		if now, _ := w.circleNow().Slot(); now.Weekday != time.Thursday || now.At != wall.At(16, 0) {
			t.Errorf("the slot is %v", now)
		}

		free := w.deedOf(0, "break", "from_on", "2018-02-19", "until_on", "2018-02-25")
		w.post(path, free).is(t, http.StatusOK, "die dagen blijven vrij").never(t, "donderdag 22 februari 2018")

		w.post(path, w.deedOf(0, "pause", "returns_on", "2018-04-02")).is(t, http.StatusOK, "is gepauzeerd", "gaat verder op maandag 2 april 2018")
		w.post(path, w.deedOf(0, "resume")).is(t, http.StatusOK, "De cirkel gaat weer verder.")
		if state := w.circleNow().State; state != circles.Running {
			t.Errorf("the circle is %s", state)
		}
	})
}

func TestFaultsOfDeedsAreShownAtTheirFields(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		path, first := w.link(1, circles.LinkMe, ""), w.sessions(0)[0]
		w.unchanged(t, func() {
			for _, tt := range []struct {
				form  url.Values
				field string
			}{
				{w.deedOf(1, "move", "session", first.ID, "date", "soon", "time", "09:00"), "date"},
				{w.deedOf(1, "move", "session", first.ID, "date", "2018-02-01", "time", "09:00"), "date"},
				{w.deedOf(1, "move", "session", first.ID, "date", "2018-03-25", "time", "02:30"), "time"}, // the clock jumps
				{w.deedOf(1, "slot", "weekday", "noday", "time", "09:00"), "weekday"},
				{w.deedOf(1, "break", "from_on", "2018-03-01", "until_on", "2018-06-01"), "until_on"},
				{w.deedOf(1, "pause", "returns_on", "2019-03-01"), "returns_on"},
				{w.deedOf(1, "place", "video_link", "http://plain.example", "venue", "Here"), "video_link"},
				{w.deedOf(1, "write", "text", "  "), "text"},
			} {
				a := w.post(path, tt.form).is(t, http.StatusUnprocessableEntity)
				marked := 0
				for _, n := range a.page.all("input", "select", "textarea") {
					if attribute(n, "aria-invalid") == "true" && attribute(n, "name") == tt.field {
						marked++
					}
				}
				if marked != 1 || len(a.page.opened()) != 1 {
					t.Errorf("%v: %d fields marked, %v open", tt.form, marked, a.page.opened())
				}
			}
			w.post(path, url.Values{"do": {"skip"}, "circle": {w.circle.ID}, "session": {first.ID}}).is(t, http.StatusBadRequest)
		})
	})
}

func TestWriteToTheCircleOnce(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		path := w.link(0, circles.LinkMe, "")
		r := w.post(path+"?lang=en", w.deedOf(0, "write", "text", "Tot <b>dinsdag</b>!"))
		if r.Code != http.StatusSeeOther || r.Header().Get("Location") != path+"?did=write&lang=en" {
			t.Fatalf("status %d to %s", r.Code, r.Header().Get("Location"))
		}
		w.unchanged(t, func() { w.get(r.Header().Get("Location")).is(t, http.StatusOK, "Your message is on its way") })
	})
}

func TestPlaceAndLinks(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		path := w.link(0, circles.LinkMe, "")
		a := w.post(path, w.deedOf(0, "place", "venue", "Zolder\r\nrechts", "video_link", "", "chat_link", "https://chat.example/kring"))
		a.is(t, http.StatusOK, "Bewaard.", "Zolder rechts", "Naar de chat van de cirkel").never(t, "Naar het videogesprek")
		if c := w.circleNow(); c.Venue != "Zolder\nrechts" || c.VideoLink != "" {
			t.Errorf("kept was %q, %q", c.Venue, c.VideoLink)
		}
	})
}

func TestStrangersChangeNoDates(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		stranger := w.person("Fien Vreemd", "fien@example.org", "nl", "Europe/Brussels")
		path := "/l/" + w.links.Sign(circles.LinkMe, "", stranger)
		first := w.sessions(0)[0]
		if first.State != scheduling.Planned {
			t.Fatal("not planned")
		}
		w.unchanged(t, func() {
			for _, form := range []url.Values{
				w.deedOf(0, "move", "session", first.ID, "date", "2018-02-15", "time", "09:00"), w.deedOf(0, "skip", "session", first.ID),
				w.deedOf(0, "slot", "weekday", "thu", "time", "16:00"), w.deedOf(0, "write", "text", "Dag"),
				w.deedOf(0, "pause", "returns_on", "2018-04-02"), w.deedOf(0, "place", "venue", "Elders"),
			} {
				w.post(path, form).is(t, http.StatusNotFound)
			}
		})
	})
}
