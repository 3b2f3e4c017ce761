package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"kring/internal/identity"
)

const nobodyID = "0192f0c1-7a0e-7d3a-9f50-3d0f7f2b6c11"

func TestRefusalsOnTheWayIn(t *testing.T) {
	w := oneWorld(t)
	owner := w.token(w.owner.PersonID)
	narrow := w.token(w.owner.PersonID, identity.ScopeMe)
	circle := "/api/v1/circles/" + nobodyID
	programme := map[string]any{"name": "Pilot", "purpose": "To try it"}
	cases := map[string]struct {
		request
		status   int
		code     string
		pointers []string
	}{
		"an address that is none":                 {request{method: "GET", path: "/api/v1/nothing"}, 404, "no-such-path", nil},
		"a method that is not taken":              {request{method: "PUT", path: "/api/v1/me"}, 405, "no-such-method", nil},
		"nobody asks":                             {request{method: "GET", path: "/api/v1/me", crooked: true}, 401, "sign-in-needed", nil},
		"a token that is none":                    {request{method: "GET", path: "/api/v1/me", token: "x"}, 401, "token-refused", nil},
		"a token that is none, on a public route": {request{method: "GET", path: "/api/v1/guide-sets", token: "x"}, 401, "token-refused", nil},
		"another scheme":                          {request{method: "GET", path: "/api/v1/me", headers: map[string]string{"Authorization": "Basic eDp5"}}, 401, "sign-in-needed", nil},
		"a token without the scope":               {request{method: "GET", path: "/api/v1/circles", token: narrow}, 403, "scope-missing", nil},
		"a malformed id":                          {request{method: "GET", path: "/api/v1/circles/7", token: owner, crooked: true}, 404, "not-found", nil},
		"an id in upper case":                     {request{method: "GET", path: "/api/v1/circles/" + strings.ToUpper(nobodyID), token: owner}, 404, "not-found", nil},
		"an id with a zero byte":                  {request{method: "GET", path: "/api/v1/circles/%00", token: owner, crooked: true}, 404, "not-found", nil},
		"a week that is no number":                {request{method: "GET", path: "/api/v1/guide-sets/wol/weeks/x", crooked: true}, 404, "not-found", nil},
		"a guide set that is none":                {request{method: "GET", path: "/api/v1/guide-sets/%2e%2e/weeks/1"}, 404, "not-found", nil},
		"nothing has that id":                     {request{method: "GET", path: circle, token: owner}, 404, "not-found", nil},
		"an unknown parameter":                    {request{method: "GET", path: "/api/v1/circles?page=2&lang=nl", token: owner, crooked: true}, 422, "invalid", []string{"?page unknown-parameter"}},
		"parameters of a wrong kind":              {request{method: "GET", path: "/api/v1/circles?limit=x&state=gone&programme_id=7&lang=fr&cursor=a&cursor=b", token: owner, crooked: true}, 422, "invalid", []string{"?limit not-a-whole-number", "?cursor repeated-parameter", "?programme_id not-an-id", "?state not-one-of", "?lang not-one-of"}},
		"a limit out of bounds":                   {request{method: "GET", path: "/api/v1/circles?limit=201", token: owner, crooked: true}, 422, "invalid", []string{"?limit not-between"}},
		"a limit with a sign":                     {request{method: "GET", path: "/api/v1/circles?limit=%2B5", token: owner, crooked: true}, 422, "invalid", []string{"?limit not-a-whole-number"}},
		"a query that is none":                    {request{method: "GET", path: "/api/v1/circles?limit=%zz", token: owner, crooked: true}, 400, "not-a-query", nil},
		"a cursor that is not ours":               {request{method: "GET", path: "/api/v1/circles?cursor=abc", token: owner}, 400, "bad-cursor", nil},
		"no body":                                 {request{method: "POST", path: "/api/v1/programmes", token: owner, crooked: true}, 400, "body-missing", nil},
		"an empty body":                           {request{method: "POST", path: "/api/v1/programmes", token: owner, body: "", crooked: true}, 400, "body-missing", nil},
		"a body that is not JSON":                 {request{method: "POST", path: "/api/v1/programmes", token: owner, body: "name=x", crooked: true}, 400, "not-json", nil},
		"a body of another type":                  {request{method: "POST", path: "/api/v1/programmes", token: owner, body: programme, headers: map[string]string{"Content-Type": "text/plain"}, crooked: true}, 415, "not-json-type", nil},
		"a body of another charset":               {request{method: "POST", path: "/api/v1/programmes", token: owner, body: programme, headers: map[string]string{"Content-Type": "application/json; charset=latin1"}, crooked: true}, 415, "not-json-type", nil},
		"a compressed body":                       {request{method: "POST", path: "/api/v1/programmes", token: owner, body: programme, headers: map[string]string{"Content-Encoding": "gzip"}, crooked: true}, 415, "not-json-type", nil},
		"a body of 50 MiB":                        {request{method: "POST", path: "/api/v1/programmes", token: owner, body: make([]byte, 50<<20), crooked: true}, 413, "body-too-large", nil},
		"a body where none is taken":              {request{method: "POST", path: circle + "/seats", token: owner, body: `{"a":1}`, crooked: true}, 422, "invalid", []string{"/a unknown-field"}},
		"body and parameters together":            {request{method: "POST", path: "/api/v1/programmes?x=1", token: owner, body: `{"name":""}`, headers: map[string]string{"Idempotency-Key": "a b"}, crooked: true}, 422, "invalid", []string{"Idempotency-Key wrong-form", "?x unknown-parameter", "/name required", "/purpose required"}},
		"no If-Match":                             {request{method: "PATCH", path: circle, token: owner, body: `{}`, crooked: true}, 428, "if-match-needed", nil},
		"an If-Match that is no ETag":             {request{method: "PATCH", path: circle, token: owner, body: `{}`, headers: map[string]string{"If-Match": "7"}}, 422, "invalid", []string{"If-Match not-an-etag"}},
	}
	before := w.count()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			for _, lang := range []string{"nl", "en"} {
				r := c.request
				r.headers = map[string]string{"Accept-Language": lang, "X-Request-ID": "test-0815"}
				for name, value := range c.headers {
					r.headers[name] = value
				}
				got := w.send(r).status(c.status)
				p := got.json()
				if p["code"] != c.code || p["status"] != float64(c.status) || p["request_id"] != "test-0815" {
					t.Errorf("problem %v", p)
				}
				if title, _ := p["title"].(string); title == "" || strings.HasPrefix(title, "problem.") {
					t.Errorf("no sentence in %s: %q", lang, title)
				}
				if kind := got.Header().Get("Content-Type"); kind != "application/problem+json" {
					t.Errorf("content type %s", kind)
				}
				found := got.pointers()
				slices.Sort(found)
				want := slices.Sorted(slices.Values(c.pointers))
				if !slices.Equal(found, want) {
					t.Errorf("found %q\nwant  %q", found, want)
				}
			}
		})
	}
	if loud := w.log.aboveInfo(); len(loud) > 0 {
		t.Errorf("above info: %s", loud)
	}
	same(t, before, w.count())
}

func TestTheLogKnowsRoutesAndNoTokens(t *testing.T) {
	w := oneWorld(t)
	token := w.token(w.owner.PersonID)
	w.send(request{method: "GET", path: "/api/v1/me", token: token}).status(http.StatusOK)
	w.send(request{method: "GET", path: "/api/v1/circles/" + nobodyID + "?cursor=secret", token: token, crooked: true})
	got := w.log.String()
	for _, secret := range []string{token, "secret", nobodyID, "owner@example.org"} {
		if strings.Contains(got, secret) {
			t.Errorf("the log says %s", secret)
		}
	}
	if !strings.Contains(got, `"route":"/api/v1/circles/:circle_id"`) {
		t.Errorf("no route in %s", got)
	}
}

func TestTheLogIsNotFilledByMadeUpMethods(t *testing.T) {
	w := oneWorld(t)
	w.raw(t.Context(), request{method: strings.Repeat("X", 50_000), path: "/api/v1/me"})
	if got := w.log.String(); len(got) > 1000 || !strings.Contains(got, `"method":"XXX`) {
		t.Errorf("%d bytes in the log", len(got))
	}
}

func TestARequestIDIsTakenWhenItIsHarmless(t *testing.T) {
	w := oneWorld(t)
	for sent, kept := range map[string]bool{
		"abcdef-1.2_3": true, "short": false, "with space": false, "new\tline-0": false, strings.Repeat("x", 65): false, "": false,
	} {
		got := w.send(request{method: "GET", path: "/api/v1/guide-sets", headers: map[string]string{"X-Request-ID": sent}})
		if id := got.Header().Get("X-Request-ID"); (id == sent) != kept || id == "" {
			t.Errorf("%q became %q", sent, id)
		}
	}
}

func TestTheContractAndItsPagesAreServed(t *testing.T) {
	w := oneWorld(t)
	for path, holds := range map[string]string{
		"/api/v1/openapi.yaml":  "operationId: showCircle",
		"/api/docs":             "GET /api/v1/circles/{circle_id}",
		"/api/problems?lang=nl": "id=\"not-found\"",
		"/api/problems?lang=en": "id=\"field-required\"",
	} {
		got := w.send(request{method: "GET", path: path}).status(http.StatusOK)
		if !strings.Contains(got.Body.String(), holds) {
			t.Errorf("%s does not hold %s", path, holds)
		}
		if strings.Contains(got.Body.String(), "http://") || strings.Contains(got.Body.String(), "<script") {
			t.Errorf("%s loads something", path)
		}
	}
}
