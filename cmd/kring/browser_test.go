package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
)

// browser is somebody's browser in a story: it keeps cookies, and says of each request that a page of ours sent it.
type browser struct {
	*life
	cookies map[string]*http.Cookie
	header  http.Header // sent with every request; Sec-Fetch-Site may be changed
}

// browser opens a browser in which nobody is signed in.
func (l *life) browser() *browser {
	return &browser{life: l, cookies: map[string]*http.Cookie{}, header: http.Header{
		"Sec-Fetch-Site": {"same-origin"}, "Origin": {l.service.config.publicURL}, "User-Agent": {"Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"},
		"Accept": {"text/html,application/xhtml+xml"}, "Accept-Language": {"en"},
	}}
}

// send sends a request and answers what came back.
func (b *browser) send(method, path, kind string, body io.Reader) *http.Response {
	b.Helper()
	request := httptest.NewRequestWithContext(b.Context(), method, path, body)
	request.Header = b.header.Clone()
	if kind != "" {
		request.Header.Set("Content-Type", kind)
	}
	for _, cookie := range b.cookies {
		request.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value}) //nolint:gosec // what a browser sends
	}
	recorder := httptest.NewRecorder()
	b.service.echo.ServeHTTP(recorder, request)
	response := recorder.Result()
	for _, cookie := range response.Cookies() {
		b.cookies[cookie.Name] = cookie
		if cookie.MaxAge < 0 {
			delete(b.cookies, cookie.Name)
		}
	}
	return response
}

// open asks for a page, with a form when there is one, and answers where it leads.
func (b *browser) open(method, path string, form url.Values) (status int, page, leads string) {
	b.Helper()
	kind := ""
	if form != nil {
		kind = "application/x-www-form-urlencoded"
	}
	response := b.send(method, path, kind, strings.NewReader(form.Encode()))
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		b.Fatal(err)
	}
	return response.StatusCode, string(raw), response.Header.Get("Location")
}

// ask asks the API with the cookie.
func (b *browser) ask(method, path string, body object) (int, object) {
	b.Helper()
	var sent io.Reader
	kind := ""
	if body != nil {
		sent, kind = bytes.NewReader(encode(b.T, body)), "application/json"
	}
	b.header.Set("Accept", "application/json")
	if method != http.MethodGet {
		b.header.Set("If-Match", "*")
	}
	defer func() { b.header.Set("Accept", "text/html,application/xhtml+xml"); b.header.Del("If-Match") }()
	response := b.send(method, path, kind, sent)
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		b.Fatal(err)
	}
	var answer object
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &answer); err != nil {
			b.Fatalf("%s %s answers no JSON: %s", method, path, raw)
		}
	}
	return response.StatusCode, answer
}

// asks asks for a sign-in letter and answers the request that the code is typed for.
func (b *browser) asks(address string) (request string) {
	b.Helper()
	status, page, _ := b.open(http.MethodPost, "/sign-in", url.Values{"email": {address}})
	found := regexp.MustCompile(`name="request" value="([^"]+)"`).FindStringSubmatch(page)
	if status/100 != 2 || found == nil {
		b.Fatalf("asking to sign in: %d %s", status, page)
	}
	return found[1]
}

// enters opens a sign-in link and presses the button on the page behind it.
func (b *browser) enters(link string) (status int, page string) {
	b.Helper()
	path := strings.TrimPrefix(link, b.service.config.publicURL)
	if status, page, _ := b.open(http.MethodGet, path, nil); status != http.StatusOK {
		return status, page
	}
	status, page, _ = b.open(http.MethodPost, path, url.Values{})
	return status, page
}

// signsIn signs somebody in by a letter, in a new browser.
func (l *life) signsIn(address string) *browser {
	l.Helper()
	b := l.browser()
	b.asks(address)
	mails := l.letters(address)
	if len(mails) == 0 {
		l.Fatalf("no letter to %s", address)
	}
	if status, page := b.enters(mails[len(mails)-1].enter()); status != http.StatusSeeOther {
		l.Fatalf("signing in: %d %s", status, page)
	}
	return b
}

// enter is the address in a sign-in letter that opens the door.
func (m letter) enter() string {
	m.l.Helper()
	for _, address := range linkLine.FindAllString(m.Text, -1) {
		if strings.Contains(address, "/s/") {
			return address
		}
	}
	m.l.Fatalf("no link to sign in with in %q:\n%s", m.Subject, m.Text)
	return ""
}

// code is the six digits in a sign-in letter.
func (m letter) code() string {
	m.l.Helper()
	found := regexp.MustCompile(`(?m)^\s*(\d{3}) (\d{3})\s*$`).FindStringSubmatch(m.Text)
	if found == nil {
		m.l.Fatalf("no code in %q:\n%s", m.Subject, m.Text)
	}
	return found[1] + found[2]
}

// signedIn says whether the browser still is.
func (b *browser) signedIn() bool {
	b.Helper()
	status, _, _ := b.open(http.MethodGet, "/me", nil)
	return status == http.StatusOK
}
