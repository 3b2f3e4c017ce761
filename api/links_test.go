package api_test

import (
	"net/http"
	"strings"
	"testing"

	"kring/circles"
	"kring/internal/identity"
	"kring/scheduling/letters"
)

func TestLinksOfLetters(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		path := "/api/v1/links/" + c.link
		before := w.count()
		shown := w.send(request{method: "GET", path: path}).status(http.StatusOK).json()
		if shown["purpose"] != letters.LinkAnswer || len(shown["buttons"].([]any)) == 0 || shown["language"] != "nl" {
			t.Errorf("shown: %v", shown)
		}
		if lang := w.send(request{method: "GET", path: path + "?lang=en"}).status(http.StatusOK).text("language"); lang != "en" {
			t.Errorf("in %s", lang)
		}
		same(t, before, w.count())
		press := func(body string) answer {
			return w.send(request{method: "POST", path: path, body: body})
		}
		for _, body := range []string{`{"choice":"perhaps"}`, `{"choice":""}`, `{}`, ``} {
			press(body).status(http.StatusUnprocessableEntity)
		}
		press(`{"choice":"no"}`).status(http.StatusOK)
		once := w.count()
		for _, body := range []string{`{"choice":"no"}`, `{"choice":""}`, `{}`, ``} {
			if again := press(body).status(http.StatusOK).json(); again["again"] != true {
				t.Errorf("%q after no: %v", body, again)
			}
			if left := w.send(request{method: "GET", path: path}).json()["buttons"].([]any); len(left) != 1 || left[0].(map[string]any)["choice"] != "yes" {
				t.Errorf("%q turned the answer round: %v", body, left)
			}
		}
		same(t, once, w.count())
	})
}

func TestAMemberTokenReachesOnesOwnCirclesOnly(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		for who, email := range map[string]string{member: "els@example.org", facilitatorMember: "fien@example.org"} {
			link := w.links.Sign(circles.LinkMe, "", w.person(email))
			pressed := w.send(request{method: "POST", path: "/api/v1/links/" + link}).status(http.StatusOK)
			token := pressed.text("token")
			if !strings.HasPrefix(token, "krm_") || pressed.json()["expires_at"] == nil {
				t.Fatalf("pressed: %s", pressed.Body)
			}
			w.send(request{method: "GET", path: "/api/v1/me", token: token}).status(http.StatusOK)
			w.send(request{method: "GET", path: "/api/v1/circles/" + c.circle.ID, token: token}).status(http.StatusOK)
			w.send(request{method: "GET", path: "/api/v1/circles/" + c.elsewhere.ID, token: token}).status(http.StatusNotFound)
			w.send(request{method: "GET", path: "/api/v1/programmes/" + c.programme.ID + "/applications", token: token})
			for _, path := range []string{"/applications", "/letters", "/health"} {
				got := w.send(request{method: "GET", path: "/api/v1/programmes/" + c.programme.ID + path, token: token})
				if got.Code != http.StatusForbidden && got.Code != http.StatusNotFound {
					t.Errorf("%s sees %s: %d", who, path, got.Code)
				}
			}
			w.send(request{method: "POST", path: "/api/v1/tokens", token: token, body: `{"name":"x","scopes":["*"]}`}).status(http.StatusForbidden)
		}
	})
}

func TestLinksThatHoldNoMore(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		els := w.person("els@example.org")
		foreign, err := identity.ParseSecrets(strings.Repeat("x", 32))
		must(t, err)
		before := w.count()
		for name, token := range map[string]string{
			"nothing of ours":     "abc",
			"one letter changed":  c.link[:len(c.link)-1] + string(c.link[len(c.link)-1]^1),
			"cut":                 c.link[:len(c.link)-4],
			"too long":            strings.Repeat("a", 401),
			"a bearer token":      w.token(els.ID),
			"signed by another":   identity.NewLinks(foreign).Sign(letters.LinkAnswer, c.hostSession.ID, els),
			"about nothing":       w.links.Sign(letters.LinkAnswer, nobodyID, els),
			"of no purpose":       w.links.Sign("dance", c.hostSession.ID, els),
			"run out":             w.links.SignUntil(letters.LinkAnswer, c.hostSession.ID, els, w.clock.Now()),
			"with an escaped dot": "%2e%2e%2f",
		} {
			for _, method := range []string{"GET", "POST"} {
				got := w.send(request{method: method, path: "/api/v1/links/" + token, crooked: true})
				if got.Code != http.StatusNotFound {
					t.Errorf("%s %s: %d %s", method, name, got.Code, got.Body)
				}
			}
		}
		after := w.count()
		after["tokens"], after["journal"] = before["tokens"], before["journal"] // the bearer token above
		same(t, before, after)
		if loud := w.log.aboveInfo(); len(loud) > 0 {
			t.Errorf("above info: %s", loud)
		}
		if strings.Contains(w.log.String(), c.link[:20]) {
			t.Error("a link's token is in the log")
		}
	})
}
