package web

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"kring/circles"
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

func TestPauseTheCircleAndGoOn(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		path := w.link(0, circles.LinkMe, "")
		w.post(path, w.deedOf(0, "pause", "returns_on", "2018-04-02")).is(t, http.StatusOK, "is gepauzeerd", "gaat verder op maandag 2 april 2018")
		w.post(path, w.deedOf(0, "resume")).is(t, http.StatusOK, "De cirkel gaat weer verder.")
		if state := w.circleNow().State; state != circles.Running {
			t.Errorf("the circle is %s", state)
		}
	})
}

func TestFaultsOfDeedsAreShownAtTheirFields(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		path := w.link(1, circles.LinkMe, "")
		w.unchanged(t, func() {
			for _, tt := range []struct {
				form  url.Values
				field string
			}{
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
			w.post(path, url.Values{"do": {"pause"}, "circle": {w.circle.ID}, "returns_on": {"2018-04-02"}}).is(t, http.StatusBadRequest)
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
		w.unchanged(t, func() {
			for _, form := range []url.Values{
				w.deedOf(0, "write", "text", "Dag"),
				w.deedOf(0, "pause", "returns_on", "2018-04-02"), w.deedOf(0, "place", "venue", "Elders"),
			} {
				w.post(path, form).is(t, http.StatusNotFound)
			}
		})
	})
}
