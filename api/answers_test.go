package api_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kring/api"
	"kring/internal/database"
)

// anew mounts the API again after its options were changed.
func (w *world) anew(change func(*api.Options)) {
	change(&w.options)
	w.web = newEcho()
	api.New(w.options).Mount(w.web)
}

// raw sends a request without holding it against the contract, which knows no outages.
func (w *world) raw(ctx context.Context, r request) *httptest.ResponseRecorder {
	req := httptest.NewRequestWithContext(ctx, r.method, r.path, strings.NewReader(fmt.Sprint(r.body)))
	req.Header.Set("Authorization", "Bearer "+r.token)
	req.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	w.web.ServeHTTP(rec, req)
	return rec
}

func TestEveryAnswerCarriesTheHeadersThatGuardIt(t *testing.T) {
	w := oneWorld(t)
	token := w.token(w.owner.PersonID)
	for _, r := range []request{
		{method: "GET", path: "/api/v1/me", token: token}, {method: "GET", path: "/api/v1/me"}, {method: "GET", path: "/api/v1/guide-sets"},
		{method: "GET", path: "/nothing"}, {method: "DELETE", path: "/api/v1/circles", token: token}, {method: "HEAD", path: "/api/v1/me", token: token},
		{method: "POST", path: "/api/v1/sign-in", body: "x", crooked: true}, {method: "POST", path: "/api/v1/sign-out"},
		{method: "GET", path: "/api/v1/me/export", token: token}, {method: "GET", path: "/api/v1/openapi.yaml"}, {method: "GET", path: "/api/docs"},
		{method: "GET", path: "/api/problems"},
	} {
		h := w.send(r).Header()
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if h.Get(name) != want {
				t.Errorf("%s %s: %s %q", r.method, r.path, name, h.Get(name))
			}
		}
		policy := h.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "script") {
			t.Errorf("%s %s: policy %q", r.method, r.path, policy)
		}
		if page := strings.HasPrefix(h.Get("Content-Type"), "text/html"); !page && policy != "default-src 'none'; frame-ancestors 'none'" {
			t.Errorf("%s %s: policy %q", r.method, r.path, policy)
		}
		if strings.HasPrefix(r.path, "/api/v1/me") && h.Get("Vary") != "Accept-Language, Authorization, Cookie" {
			t.Errorf("%s %s: Vary %q", r.method, r.path, h.Get("Vary"))
		}
	}
	if got := w.send(request{method: "GET", path: "/api/v1/me"}).Header().Get("WWW-Authenticate"); got != `Bearer realm="kring"` {
		t.Errorf("WWW-Authenticate %q", got)
	}
}

// TestADefectIsNotShown breaks the program under a handler, in two ways: a statement that fails, and a panic.
func TestADefectIsNotShown(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		token := w.token(w.owner.PersonID)
		must(t, w.db.Write(t.Context(), func(tx database.Tx) error { return tx.Gorm().Exec("alter table circles rename to round_things").Error }))
		w.anew(func(o *api.Options) { o.Buttons = nil })
		for _, r := range []request{
			{method: "GET", path: "/api/v1/circles/" + nobodyID, token: token},
			{method: "GET", path: "/api/v1/circles", token: token},
			{method: "GET", path: "/api/v1/links/abc", token: token},
		} {
			rec := w.raw(t.Context(), r)
			if rec.Code != http.StatusInternalServerError || !strings.Contains(rec.Body.String(), `"code":"internal"`) {
				t.Errorf("%s: %d %s", r.path, rec.Code, rec.Body)
			}
			said := strings.ToLower(rec.Body.String() + fmt.Sprint(rec.Header()))
			for _, inside := range []string{"select", "circles\"", "relation", "table", "sql", "goroutine", ".go:", "panic", "nil pointer", "kring/", "token"} {
				if strings.Contains(said, inside) {
					t.Errorf("%s tells %q: %s", r.path, inside, said)
				}
			}
		}
		log := w.log.String()
		if !strings.Contains(log, "nil pointer") || !strings.Contains(log, "circles") {
			t.Error("the log does not know what went wrong")
		}
		if strings.Contains(log, token) {
			t.Error("the log has the token")
		}
	})
}

func TestADatabaseThatIsAwayIsNoDefect(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		token, cookie := w.token(w.owner.PersonID), w.cookie(w.owner.PersonID)
		w.send(request{method: "GET", path: "/api/v1/me", token: token}).status(http.StatusOK)
		must(t, w.db.Close())
		for _, r := range []request{
			{method: "GET", path: "/api/v1/me", token: token}, {method: "POST", path: "/api/v1/programmes", token: token, body: `{"name":"x","purpose":"y"}`},
			{method: "POST", path: "/api/v1/sign-in", token: token, body: `{"email":"owner@example.org"}`},
		} {
			rec := w.raw(t.Context(), r)
			if rec.Code != http.StatusServiceUnavailable || !strings.Contains(rec.Body.String(), `"code":"busy"`) || rec.Header().Get("Retry-After") == "" {
				t.Errorf("%s: %d %s", r.path, rec.Code, rec.Body)
			}
		}
		req := httptest.NewRequestWithContext(t.Context(), "GET", "/api/v1/guide-sets", nil) // public, but who knows whose cookie it is
		req.Header.Set("Cookie", cookie)
		rec := httptest.NewRecorder()
		w.web.ServeHTTP(rec, req)
		if rec.Code != http.StatusServiceUnavailable {
			t.Errorf("a cookie that nobody can look up: %d", rec.Code)
		}
		if loud := w.log.aboveInfo(); len(loud) == 0 {
			t.Error("no line in the log")
		}
	})
}

// TestNoRequestWaitsForEver holds the writer back for longer than a request waits.
func TestNoRequestWaitsForEver(t *testing.T) {
	w := oneWorld(t)
	token := w.token(w.owner.PersonID)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond) // an operation's own seconds are counted from the same context
	defer cancel()
	must(t, w.db.Write(t.Context(), func(database.Tx) error {
		ended := make(chan *httptest.ResponseRecorder)
		go func() {
			ended <- w.raw(ctx, request{method: "POST", path: "/api/v1/programmes", token: token, body: `{"name":"x","purpose":"y"}`})
		}()
		rec := <-ended
		if rec.Code != http.StatusServiceUnavailable || rec.Header().Get("Retry-After") == "" || !strings.Contains(rec.Body.String(), `"code":"busy"`) {
			t.Errorf("%d %s", rec.Code, rec.Body)
		}
		return nil
	}))
	for i := range operations {
		o := &operations[i]
		if o.Within < 1 || o.Within > 60 || o.MostBody < 1024 || o.MostBody > 1<<20 {
			t.Errorf("%s has %d seconds and takes %d bytes", o.ID, o.Within, o.MostBody)
		}
		if strings.HasPrefix(o.Path, "/api/v1/sign-") && o.Body != nil && o.MostBody != 4096 {
			t.Errorf("%s takes %d bytes of anybody", o.ID, o.MostBody)
		}
	}
}

// endless is a body that never ends.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return copy(p, bytes.Repeat([]byte(" "), len(p))), nil
}

func TestABodyIsReadToItsLimitOnly(t *testing.T) {
	w := oneWorld(t)
	token := w.token(w.owner.PersonID)
	for path, most := range map[string]int{"/api/v1/sign-in": 4096, "/api/v1/sign-in/confirm": 4096, "/api/v1/programmes": 1 << 20} {
		body := &endless{}
		req := httptest.NewRequestWithContext(t.Context(), "POST", path, io.NopCloser(body))
		req.ContentLength = -1
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+token)
		rec := httptest.NewRecorder()
		w.web.ServeHTTP(rec, req)
		if rec.Code != http.StatusRequestEntityTooLarge || !strings.Contains(rec.Body.String(), fmt.Sprint(most>>10, " KiB")) {
			t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
		}
		if body.read > 2*most+1024 {
			t.Errorf("%s: %d bytes read", path, body.read)
		}
	}
}
