package api_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestAFeedIsFoundAndRenewed(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		els, hugo := w.token(c.actors[member].PersonID), w.token(c.actors[host].PersonID)
		circle := "/api/v1/circles/" + c.circle.ID + "/feed"
		ask := func(method, path, token string) string {
			got := w.send(request{method: method, path: path, token: token, headers: map[string]string{"Idempotency-Key": "k"}}).status(http.StatusOK)
			https, webcal := got.text("address"), got.text("webcal")
			if !strings.HasPrefix(https, "https://kring.example/calendar/") || strings.TrimPrefix(https, "https") != strings.TrimPrefix(webcal, "webcal") {
				t.Errorf("%s and %s", https, webcal)
			}
			return https
		}
		own, ours := ask("GET", "/api/v1/me/feed", els), ask("GET", circle, els)
		his := ask("GET", circle, hugo)
		if own == ours || own == ask("GET", "/api/v1/me/feed", hugo) || ours == his {
			t.Error("every address is one person's own")
		}
		renewed := ask("POST", "/api/v1/me/feed/renew", els)
		if renewed == own || renewed != ask("GET", "/api/v1/me/feed", els) || renewed != ask("POST", "/api/v1/me/feed/renew", els) {
			t.Error("renewed once for its key, and read from then on")
		}
		if after := ask("POST", circle+"/renew", els); after == ours || after != ask("GET", circle, els) || his != ask("GET", circle, hugo) {
			t.Error("the circle's feed is another for her alone")
		}
	})
}

func TestACalendarElsewhereIsNamedAndForgotten(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		token, path := w.token(c.actors[member].PersonID), "/api/v1/me/busy-calendar"
		send := func(method string, body any) answer {
			return w.send(request{method: method, path: path, token: token, body: body, crooked: true})
		}
		send("GET", nil).status(http.StatusNotFound)
		named := send("PUT", `{"address":"webcal://calendar.example.org/secret-of-els.ics"}`).status(http.StatusOK)
		seen := send("GET", nil).status(http.StatusOK)
		for _, got := range []answer{named, seen} {
			if got.text("host") != "calendar.example.org" || strings.Contains(got.Body.String(), "secret") {
				t.Errorf("the calendar is shown as %s", got.Body)
			}
		}
		if view := seen.json(); view["failure"] != nil || view["read_at"] != nil || view["busy_times"] != 0.0 {
			t.Errorf("not read yet: %v", view)
		}
		before := w.rows()
		for _, address := range []string{"", "calendar.example.org", "http://calendar.example.org/x.ics", "https://127.0.0.1/x.ics", "https://localhost/x.ics", "ftp://x", "javascript:alert(1)"} {
			got := send("PUT", map[string]any{"address": address}).status(http.StatusUnprocessableEntity)
			if found := got.pointers(); len(found) != 1 || !strings.HasPrefix(found[0], "/address ") {
				t.Errorf("%s: %v", address, found)
			}
		}
		unwritten(t, before, w.rows())
		send("DELETE", nil).status(http.StatusNoContent)
		send("DELETE", nil).status(http.StatusNoContent)
		send("GET", nil).status(http.StatusNotFound)
	})
}
