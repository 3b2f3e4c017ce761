package api_test

import (
	"net/http"
	"strings"
	"testing"
)

func (w *world) programme(token string, more ...map[string]any) answer {
	w.t.Helper()
	body := map[string]any{"name": "Pilot", "purpose": "To learn aloud", "signup_open": true, "zone": "Europe/Brussels", "language": "nl"}
	for _, fields := range more {
		for name, value := range fields {
			body[name] = value
		}
	}
	return w.send(request{method: "POST", path: "/api/v1/programmes", token: token, body: body}).status(http.StatusCreated)
}

func TestEditingKeepsEverybodysChanges(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		token := w.token(w.owner.PersonID)
		opened := w.programme(token)
		path, seen := opened.Header().Get("Location"), opened.Header().Get("ETag")
		patch := func(match, name string) answer {
			return w.send(request{
				method: "PATCH", path: path, token: token, body: map[string]any{"name": name}, headers: map[string]string{"If-Match": match},
			})
		}
		shown := w.send(request{method: "GET", path: path, token: token}).status(http.StatusOK)
		if shown.Header().Get("ETag") != seen {
			t.Errorf("shown with %s, opened with %s", shown.Header().Get("ETag"), seen)
		}
		changed := patch(seen, "One").status(http.StatusOK)
		if patch(seen, "Two").status(http.StatusPreconditionFailed).text("code") != "stale" {
			t.Error("a change was lost")
		}
		patch(`"999-0000000000000"`, "Two").status(http.StatusPreconditionFailed)
		patch(`W/`+changed.Header().Get("ETag"), "Two").status(http.StatusPreconditionFailed)
		patch(changed.Header().Get("ETag"), "Two").status(http.StatusOK)
		patch(`*`, "Three").status(http.StatusOK)
	})
}

func TestWhatIsUnchangedIsNotSentAgain(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		token := w.token(w.owner.PersonID)
		path := w.programme(token).Header().Get("Location")
		get := func(none string) answer {
			return w.send(request{method: "GET", path: path, token: token, headers: map[string]string{"If-None-Match": none}})
		}
		seen := get(`"x"`).status(http.StatusOK)
		etag := seen.Header().Get("ETag")
		for _, none := range []string{etag, "*", `"a", ` + etag, "W/" + etag} {
			got := get(none).status(http.StatusNotModified)
			if got.Header().Get("ETag") != etag || got.Header().Get("Content-Type") != "" {
				t.Errorf("%s: %v", none, got.Header())
			}
			if vary := got.Header().Get("Vary"); !strings.Contains(vary, "Authorization") || !strings.Contains(vary, "Accept-Language") {
				t.Errorf("Vary %q", vary)
			}
		}
		for _, none := range []string{`"1-0000000000000"`, "rubbish", strings.Trim(etag, `"`), `"`} {
			get(none).status(http.StatusOK)
		}
		// Somebody without a token sees less of it, and so another ETag.
		public := w.send(request{method: "GET", path: path}).status(http.StatusOK)
		if public.Header().Get("ETag") == etag || public.json()["breaks"] != nil {
			t.Errorf("public: %s", public.Body)
		}
	})
}

func TestTheLanguageOfAnAnswer(t *testing.T) {
	w := oneWorld(t)
	cases := map[string]struct{ path, accept, title string }{
		"nothing asked":               {"/api/v1/x", "", w.texts.Say("en", "problem.no-such-path", nil)},
		"Accept-Language":             {"/api/v1/x", "nl-BE,nl;q=0.9,en;q=0.5", w.texts.Say("nl", "problem.no-such-path", nil)},
		"the parameter wins":          {"/api/v1/x?lang=en", "nl", w.texts.Say("en", "problem.no-such-path", nil)},
		"a language that we have not": {"/api/v1/x", "fr", w.texts.Say("en", "problem.no-such-path", nil)},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := w.send(request{method: "GET", path: c.path, headers: map[string]string{"Accept-Language": c.accept}})
			if got.text("title") != c.title {
				t.Errorf("%s", got.text("title"))
			}
		})
	}
}

// A command whose answer the caller could not have before is answered whole, whatever If-None-Match says.
func TestOnlyReadingIsAnsweredNotModified(t *testing.T) {
	w := oneWorld(t)
	token := w.token(w.owner.PersonID)
	same := map[string]string{"If-None-Match": "*", "If-Match": "*"}
	made := w.send(request{
		method: "POST", path: "/api/v1/programmes", token: token, body: map[string]any{"name": "x", "purpose": "y"}, headers: same, crooked: true,
	}).status(http.StatusCreated)
	path := "/api/v1/programmes/" + made.text("id")
	w.send(request{method: "PATCH", path: path, token: token, body: `{"name":"z"}`, headers: same, crooked: true}).status(http.StatusOK)
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		w.send(request{method: method, path: path, token: token, headers: map[string]string{"If-None-Match": "*"}}).status(http.StatusNotModified)
	}
}

func TestHeadAnswersWhereGetDoes(t *testing.T) {
	w := oneWorld(t)
	token := w.token(w.owner.PersonID)
	for _, path := range []string{"/api/v1/me", "/api/v1/circles", "/api/v1/openapi.yaml", "/api/docs", "/api/problems"} {
		read := w.send(request{method: http.MethodGet, path: path, token: token}).status(http.StatusOK)
		head := w.send(request{method: http.MethodHead, path: path, token: token}).status(http.StatusOK)
		for _, name := range []string{"ETag", "Content-Type", "Cache-Control", "Vary"} {
			if got, want := head.Header().Get(name), read.Header().Get(name); got != want {
				t.Errorf("%s: %s is %q, for GET %q", path, name, got, want)
			}
		}
	}
	w.send(request{method: http.MethodHead, path: "/api/v1/circles/" + nobodyID, token: token}).status(http.StatusNotFound)
	w.send(request{method: http.MethodHead, path: "/api/v1/me"}).status(http.StatusUnauthorized)
}
