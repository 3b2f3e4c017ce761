package web

import (
	"bytes"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"kring/internal/clock"
	"kring/internal/mail"
	"kring/internal/mail/catcher"
	"kring/internal/outbox"
	"kring/internal/signin"
	"kring/internal/signin/oidc"
	"kring/internal/testkit"
	"kring/internal/testkit/smtpsink"
)

// publicURL is where letters say that the pages are; tests reach them elsewhere, as behind a proxy.
const publicURL = "https://kring.example"

// site is a world that browsers reach over TLS and that sends letters. Its time is true, but product time begins where
// it does in every world and can be turned.
type site struct {
	*world
	server *httptest.Server
	sink   *smtpsink.Sink
	post   *outbox.Post
	read   map[string]int // the number of the last letter that was looked at, by address
}

// sites runs a test on each database.
func sites(t *testing.T, fn func(t *testing.T, s *site)) {
	t.Helper()
	testkit.URLs(t, func(t *testing.T, url string) { fn(t, newSite(t, url)) })
}

// oneSite is for tests of what no database has a part in.
func oneSite(t *testing.T, fn func(t *testing.T, s *site)) {
	t.Helper()
	fn(t, newSite(t, testkit.SQLite(t)))
}

func newSite(t *testing.T, url string) *site {
	t.Helper()
	s := &site{sink: smtpsink.Start(t), read: map[string]int{}}
	s.world = newWorld(t, testkit.Open(t, url), clock.From(begins))
	s.server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.echo.ServeHTTP(w, r) }))
	t.Cleanup(s.server.Close)
	to := got(mail.ParseURL(s.sink.URL()))(t)
	sender := got(mail.NewSender(to, mail.Address{Name: "Kring", Mailbox: "kring@example.org"}, publicURL))(t)
	s.post = got(outbox.New(outbox.Options{
		DB: s.db, Clock: s.clock, Table: s.signIn.Table(), Sender: sender, Host: "kring.example",
	}))(t)
	return s
}

// deliver lets time act: letters that were asked for are sent.
func (s *site) deliver() {
	s.t.Helper()
	_, _, err := s.signIn.QueueLetters(s.ctx, s.clock.Now())
	if err == nil {
		_, _, err = s.post.Plan(s.ctx, s.clock.Now())
	}
	if err == nil {
		_, _, err = s.post.Deliver(s.ctx, s.clock.Now())
	}
	if err != nil {
		s.t.Fatalf("letters: %v", err)
	}
}

// letters are what came for an address since the last look.
func (s *site) letters(email string) []catcher.Mail {
	s.t.Helper()
	s.deliver()
	var found []catcher.Mail
	for _, m := range s.sink.Mails() {
		if m.Envelope.To[0] == email && m.Number > s.read[email] {
			found = append(found, m)
			s.read[email] = m.Number
		}
	}
	return found
}

var (
	letterLink = regexp.MustCompile(regexp.QuoteMeta(publicURL) + `(/[sl]/[^\s"<>?]+)`)
	letterCode = regexp.MustCompile(`(?m)^\s*(\d{3}[  ]?\d{3})\s*$`)
)

// signInLetter answers the link's path and the code of the one new letter to an address.
func (s *site) signInLetter(email string) (path, code string) {
	s.t.Helper()
	found := s.letters(email)
	if len(found) != 1 {
		s.t.Fatalf("%d letters to %s", len(found), email)
	}
	link, digits := letterLink.FindStringSubmatch(found[0].Text), letterCode.FindStringSubmatch(found[0].Text)
	if link == nil || digits == nil {
		s.t.Fatalf("no link or no code in:\n%s", found[0].Text)
	}
	return link[1], digits[1]
}

// browser is one that keeps cookies, and shows what it was answered before it follows.
type browser struct {
	*site
	client *http.Client
	jar    *cookiejar.Jar
	lang   string
}

func (s *site) browser(lang string) *browser {
	s.t.Helper()
	jar := got(cookiejar.New(nil))(s.t)
	client := s.server.Client()
	return &browser{site: s, jar: jar, lang: lang, client: &http.Client{
		Transport: client.Transport, Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// home is where the browser finds the pages.
func (b *browser) home() *url.URL { return got(url.Parse(b.server.URL))(b.t) }

// cookie is the value that the browser keeps; "" for none.
func (b *browser) cookie() string {
	for _, c := range b.jar.Cookies(b.home()) {
		if c.Name == signin.CookieName {
			return c.Value
		}
	}
	return ""
}

// plant puts a cookie into the browser, as another page of the same host could.
func (b *browser) plant(value string) {
	b.jar.SetCookies(b.home(), []*http.Cookie{{Name: signin.CookieName, Value: value, Path: "/", Secure: true, HttpOnly: true}})
}

func (b *browser) get(path string, headers ...string) answered {
	b.t.Helper()
	return b.do(http.MethodGet, path, nil, headers...)
}

func (b *browser) post(path string, form url.Values, headers ...string) answered {
	b.t.Helper()
	return b.do(http.MethodPost, path, form, headers...)
}

// do sends a request as browsers do and holds the answer against what holds for every page.
func (b *browser) do(method, path string, form url.Values, headers ...string) answered {
	b.t.Helper()
	r := got(http.NewRequestWithContext(b.ctx, method, b.server.URL+path, strings.NewReader(form.Encode())))(b.t)
	r.Header.Set("Accept-Language", b.lang)
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	a := answered{ResponseRecorder: httptest.NewRecorder()}
	a.Code, a.Body = answer.StatusCode, bytes.NewBuffer(got(io.ReadAll(answer.Body))(b.t))
	for name, values := range answer.Header {
		a.Header()[name] = values
	}
	if strings.HasPrefix(a.Header().Get("Content-Type"), "text/html") && method != http.MethodHead {
		a.page = parsePage(b.t, a.Body.String())
		a.page.check(b.t)
	}
	b.checkHeaders(r.URL.Path, a)
	b.checkCookies(a)
	return a
}

// checkCookies looks at what an answer lets the browser keep: nothing but the sign-in, for us alone.
func (b *browser) checkCookies(a answered) {
	b.t.Helper()
	for _, line := range a.Header().Values("Set-Cookie") {
		c := got(http.ParseSetCookie(line))(b.t)
		ours := c.Name == signin.CookieName || c.Name == oidc.CookieName
		kept := c.Path == "/" && c.Domain == "" && c.Secure && c.HttpOnly && c.SameSite == http.SameSiteLaxMode
		if !ours || !kept {
			b.t.Errorf("a cookie is %s", line)
		}
	}
}

// leads fails unless the answer leads to a page of ours, by a relative address.
func (a answered) leads(t testing.TB, to string) answered {
	t.Helper()
	if a.Code != http.StatusSeeOther || a.Header().Get("Location") != to {
		t.Fatalf("status %d to %q, want 303 to %q: %s", a.Code, a.Header().Get("Location"), to, a.page)
	}
	return a
}

// signsIn lets somebody in by the button behind the link of a letter.
func (b *browser) signsIn(email string) *browser {
	b.t.Helper()
	b.post("/sign-in", address(email)).is(b.t, http.StatusAccepted)
	path, _ := b.signInLetter(email)
	b.post(path, nil).leads(b.t, "/me")
	return b
}

func address(email string) url.Values { return url.Values{"email": {email}} }
