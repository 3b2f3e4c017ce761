package api_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzRequest: whatever stands in path, query, headers and body, the answer is a problem that asks something of the
// caller, never a fault of ours.
func FuzzRequest(f *testing.F) {
	w := oneWorld(f)
	token := w.token(w.owner.PersonID)
	for _, seed := range [][6]string{
		{"GET", "circles", "limit=1&cursor=1e30", "", "", ""},
		{"GET", "links/abc", "lang=nl", "", "", ""},
		{"POST", "links/krg_", "", "", "", `{"choice":"yes"}`},
		{"GET", "circles/" + nobodyID, "", `"1-0000000000000"`, "", ""},
		{"PATCH", "me", "", `"1-0000000000000"`, "", `{"zone":"Europe/Brussels","availability":[]}`},
		{"POST", "programmes", "dry_run=true", "", "key", `{"name":"a","purpose":"b"}`},
		{"POST", "programmes/" + nobodyID + "/applications", "", "", "k", `{"name":"a"}`},
		{"GET", "guide-sets/wol/weeks/1", "lang=en", "*", "", ""},
		{"POST", "sign-in", "", "", "k", `{"email":"owner@example.org"}`},
		{"POST", "sign-in/confirm", "", "", "", `{"id":"` + nobodyID + `","code":"123 456"}`},
		{"DELETE", "me", "", "", "", `{"email":"owner@example.org","silence":true}`},
		{"GET", "programmes/" + nobodyID + "/applications/export", "separator=semicolon&state=waiting", "", "", ""},
		{"POST", "sessions/" + nobodyID + "/move", "", "*", "", `{"date":"2027-01-01","time":"10:00"}`},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3], seed[4], []byte(seed[5]))
	}
	f.Fuzz(func(t *testing.T, method, path, query, match, key string, body []byte) {
		if !strings.Contains("GET POST PUT PATCH DELETE", method) || method == "" {
			return
		}
		u := url.URL{Path: "/api/v1/" + path, RawQuery: query}
		req, err := http.NewRequestWithContext(t.Context(), method, "http://kring.example", strings.NewReader(string(body)))
		if err != nil {
			return
		}
		req.URL.Path, req.URL.RawQuery = u.Path, query
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+token)
		for name, value := range map[string]string{"If-Match": match, "If-None-Match": match, "Idempotency-Key": key} {
			if value != "" {
				req.Header.Set(name, value)
			}
		}
		rec := httptest.NewRecorder()
		w.web.ServeHTTP(rec, req)
		if rec.Code >= 500 {
			t.Fatalf("%s %s?%s: %d %s", method, path, query, rec.Code, rec.Body)
		}
		if rec.Code >= 400 && !json.Valid(rec.Body.Bytes()) {
			t.Fatalf("no problem: %s", rec.Body)
		}
	})
}
