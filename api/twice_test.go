package api_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// Of two tokens nobody knows which one a proxy before us looked at.
func TestTwoTokensAreRefused(t *testing.T) {
	w := oneWorld(t)
	token := w.token(w.owner.PersonID)
	for name, cookie := range map[string]string{"alone": "", "with a cookie": w.cookie(w.owner.PersonID)} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/me", http.NoBody)
		r.Header["Authorization"] = []string{"Bearer " + token, "Bearer " + token}
		if cookie != "" {
			r.Header.Set("Cookie", cookie)
		}
		rec := httptest.NewRecorder()
		w.web.ServeHTTP(rec, r)
		if rec.Code != http.StatusBadRequest {
			t.Errorf("%s: %d %s", name, rec.Code, rec.Body)
		}
	}
}

func TestWhatOneSaysOfOneselfIsNotOverwrittenUnseen(t *testing.T) {
	w := oneWorld(t)
	token := w.token(w.owner.PersonID)
	seen := w.send(request{method: "GET", path: "/api/v1/me", token: token}).status(http.StatusOK).Header().Get("ETag")
	change := request{method: "PATCH", path: "/api/v1/me", token: token, headers: map[string]string{"If-Match": seen}, body: map[string]any{"name": "Els"}}
	w.send(change).status(http.StatusOK)
	w.send(change).status(http.StatusPreconditionFailed)
}
