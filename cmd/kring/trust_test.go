package main

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"

	"kring/internal/clock"
	"kring/internal/identity"
	"kring/internal/testkit"
	"kring/internal/testkit/smtpsink"
)

// A page of another site that sends a form by the browser of somebody who is signed in here is refused, and nothing is
// written. The same form from our own page goes through.
func TestAFormOfAnotherSiteChangesNothing(t *testing.T) {
	live(t, "2026-11-23T09:00:00Z", func(l *life) {
		els := l.signsIn(owner)
		name := url.Values{"name": {"Mallory"}}
		for _, site := range []string{"cross-site", "same-site"} {
			els.header.Set("Sec-Fetch-Site", site)
			els.header.Set("Origin", "https://evil.example.org")
			for path, form := range map[string]url.Values{
				"/me": name, "/me/erase": {"email": {owner}}, "/me/address": {"email": {"mallory@example.org"}}, "/sign-out": {},
			} {
				status, page, _ := els.open(http.MethodPost, path, form)
				if status != http.StatusForbidden || !strings.Contains(page, "<html") {
					t.Errorf("%s from %s: %d %s", path, site, status, page)
				}
			}
			if status, answer := els.ask(http.MethodPatch, "/api/v1/me", object{"name": "Mallory"}); status != http.StatusForbidden || answer.text("code") != "cross-site" {
				t.Errorf("the API from %s: %d %s", site, status, answer)
			}
		}
		els.header.Set("Sec-Fetch-Site", "same-origin")
		els.header.Set("Origin", "null") // as browsers say of a page that gives no referrer
		if p := l.person(owner); p.Name != "els" || !els.signedIn() {
			t.Errorf("%q, signed in: %t", p.Name, els.signedIn())
		}
		if status, page, _ := els.open(http.MethodPost, "/me", url.Values{"name": {"Els Maes"}}); status != http.StatusSeeOther || l.person(owner).Name != "Els Maes" {
			t.Errorf("our own form: %d %s", status, page)
		}
		l.silent("mallory@example.org")
	})
}

// Whatever name a request has for us, nothing that leaves us repeats it.
func TestNobodyBelievesTheHostHeader(t *testing.T) {
	live(t, "2026-11-23T09:00:00Z", func(l *life) {
		programme := l.post(owner, "/api/v1/programmes", object{
			"name": "Leren", "purpose": "Samen leren", "guide_set": "wol", "language": "nl", "zone": "Europe/Brussels", "signup_open": true,
		})
		b := l.browser()
		b.header.Set("X-Forwarded-Host", "evil.example")
		b.header.Set("X-Forwarded-For", "203.0.113.9")
		b.header.Set("Forwarded", "host=evil.example;proto=http")
		var said strings.Builder
		ask := func(method, path string, form url.Values) string {
			var body string
			if form != nil {
				body = form.Encode()
			}
			request := httptest.NewRequestWithContext(l.Context(), method, "http://evil.example"+path, strings.NewReader(body))
			request.Header = b.header.Clone()
			if form != nil {
				request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			for _, cookie := range b.cookies {
				request.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
			}
			recorder := httptest.NewRecorder()
			l.service.echo.ServeHTTP(recorder, request)
			for _, cookie := range recorder.Result().Cookies() {
				b.cookies[cookie.Name] = cookie
				if cookie.Domain != "" {
					t.Errorf("a cookie for %s", cookie.Domain)
				}
			}
			if err := recorder.Result().Header.Write(&said); err != nil {
				t.Fatal(err)
			}
			said.WriteString(recorder.Body.String())
			return recorder.Body.String()
		}
		for _, path := range []string{"/", "/me", "/sign-in", "/nowhere", "//evil.example/..", "/api/docs", "/api/v1/openapi.yaml", "/api/v1/nowhere", "/p/" + programme.text("id"), "/guides/wol"} {
			ask(http.MethodGet, path, nil)
		}
		ask(http.MethodPost, "/p/"+programme.text("id"), url.Values{
			"name": {"Ann Sterckx"}, "email": {"ann@example.org"}, "language": {"nl"}, "speaks": {"nl"}, "zone": {"Europe/Brussels"},
			"weekday-0": {"mon"}, "from-0": {"09:00"}, "until-0": {"12:00"},
		})
		l.letter("ann@example.org")
		ask(http.MethodPost, "/sign-in", url.Values{"email": {owner}})
		door := l.letter(owner).enter()
		ask(http.MethodGet, strings.TrimPrefix(door, "https://kring.example.org"), nil)
		ask(http.MethodPost, strings.TrimPrefix(door, "https://kring.example.org"), url.Values{})
		if !b.signedIn() {
			t.Error("not signed in")
		}
		ask(http.MethodGet, "/me", nil)
		ask(http.MethodPost, "/me/address", url.Values{"email": {"els@example.net"}})
		ask(http.MethodPost, "/sign-out", url.Values{})
		l.settle()
		mails := l.sink.Mails()
		if len(mails) != 4 { // the sign-up, the sign-in, and the change of address to both
			t.Errorf("%d mails", len(mails))
		}
		for _, m := range mails {
			said.Write(m.Raw)
		}
		if at := strings.Index(said.String(), "evil.example"); at >= 0 {
			t.Errorf("the made-up host stands in: %.400s", said.String()[max(0, at-200):])
		}
	})
}

// The log of a day on which somebody signs up, presses a link, and signs in wrongly and rightly, names nobody and opens
// nothing; nor does what operators ask.
func TestTheLogNamesNobody(t *testing.T) {
	testkit.URLs(t, func(t *testing.T, databaseURL string) {
		sink := smtpsink.Start(t)
		synctest.Test(t, func(t *testing.T) {
			sleep(instant(t, "2026-11-23T09:00:00Z").Sub(clock.System().Now()))
			l, end := begin(t, ingredients{clock: clock.System(), strict: true}, databaseURL, sink, func(s *settings) {
				s.LogLevel, s.TrustedProxies = "debug", "192.0.2.1"
			})
			defer end()
			secrets := aDay(l)
			log, operators := l.log.String(), ""
			for _, path := range []string{"/metrics", "/readyz", "/healthz", "/version"} {
				_, said := l.open(http.MethodGet, path, nil)
				operators += said
			}
			for what, secret := range secrets {
				if secret == "" || strings.Contains(log, secret) || strings.Contains(log, url.QueryEscape(secret)) {
					t.Errorf("the log has %s (%q)", what, secret)
				}
				if strings.Contains(operators, secret) {
					t.Errorf("the routes for operators tell %s (%q)", what, secret)
				}
			}
			for _, word := range strings.FieldsFunc(log, func(r rune) bool { return strings.ContainsRune(" \n\"=,", r) }) {
				if _, err := netip.ParseAddr(word); err == nil {
					t.Errorf("the log has the network address %s", word)
				}
			}
			if !strings.Contains(log, "route=/s/:token") || strings.Count(log, "msg=request") < 10 {
				t.Errorf("this is not the log of the day:\n%s", log)
			}
		})
	})
}

// aDay lives that day and answers what may not be in the log.
func aDay(l *life) (secrets map[string]string) {
	l.Helper()
	programme := l.post(owner, "/api/v1/programmes", object{
		"name": "Leren", "purpose": "Samen leren", "guide_set": "wol", "language": "nl", "zone": "Europe/Brussels", "signup_open": true,
	})
	b := l.browser()
	b.header.Set("X-Forwarded-For", "203.0.113.9")
	b.header.Set("Accept", "application/json")
	if status, answer := b.ask(http.MethodPost, "/api/v1/programmes/"+programme.text("id")+"/applications", object{
		"name": "Ann Sterckx", "email": "ann@example.org", "letter_language": "nl", "speaks": []string{"nl"}, "zone": "Europe/Brussels",
		"availability": []object{{"weekday": "mon", "from": "09:00", "until": "12:00"}},
	}); status != http.StatusAccepted {
		l.Fatalf("%d %s", status, answer)
	}
	link := l.letter("ann@example.org").links()[0]
	l.press(link, nil)
	request := b.asks("ann@example.org")
	letters := l.letters("ann@example.org")
	door := letters[len(letters)-1]
	b.open(http.MethodPost, "/sign-in/code", url.Values{"request": {request}, "code": {"000000"}})
	b.open(http.MethodGet, "/s/"+strings.ToLower(path.Base(door.enter())), nil)
	if status, page := b.enters(door.enter()); status != http.StatusSeeOther {
		l.Fatalf("%d %s", status, page)
	}
	b.open(http.MethodGet, "/me?email=ann%40example.org&q=geheim", nil)
	b.open(http.MethodGet, "/nowhere/ann@example.org", nil)
	b.open(http.MethodPost, "/sign-in", url.Values{"email": {"bea@example.org"}}) // nobody has it
	cookie := b.cookies["__Host-kring"]
	if cookie == nil {
		l.Fatal("no cookie")
	}
	l.settle()
	return map[string]string{
		"an address": "ann@example.org", "an address in part": "ann@", "a name": "Sterckx", "an address of nobody": "bea@",
		"the letter's link": path.Base(door.enter()), "its code": door.code(), "the link of a sign-up": path.Base(link),
		"the cookie": cookie.Value, "a query": "geheim", "the caller": "203.0.113.9", "the proxy": "192.0.2.1",
		"a bearer token": l.tokens[owner], "the secret": secret,
	}
}

// The provider is offered where one is set, and a service whose cookies no browser would keep says so when it starts.
func TestWaysIn(t *testing.T) {
	const form = `action="/sign-in/oidc"`
	for name, c := range map[string]struct {
		env     []string
		offered bool
		warned  bool
	}{
		"by letter alone":   {nil, false, false},
		"by a provider":     {[]string{"KRING_OIDC_ISSUER=https://id.example.org", "KRING_OIDC_CLIENT_ID=kring"}, true, false},
		"by nothing at all": {[]string{"KRING_PUBLIC_URL=http://kring.example.org"}, false, true},
		"on this machine":   {[]string{"KRING_PUBLIC_URL=http://localhost:8080"}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := serving(t, settingsFor(testkit.SQLite(t), c.env...)...)
			if status, page := r.get("/sign-in"); status != http.StatusOK || strings.Contains(page, form) != c.offered {
				t.Errorf("%d %s", status, page)
			}
			if strings.Contains(r.errs.String(), "nobody can sign in") != c.warned {
				t.Errorf("it says %s", r.errs)
			}
		})
	}
}

// A flood from one network is stopped however it dresses up; only a proxy that was named says whom it speaks for.
func TestNetworksAreCountedByWhoReallyCalls(t *testing.T) {
	for name, c := range map[string]struct {
		env     []string
		refused int // of three that ask, each in another name
	}{
		"nobody is believed":    {nil, 1},
		"another proxy":         {[]string{"KRING_TRUSTED_PROXIES=192.0.2.1"}, 1},
		"a proxy that is named": {[]string{"KRING_TRUSTED_PROXIES=127.0.0.1"}, 0},
		"no bound":              {[]string{"KRING_NETWORK_LIMIT=0"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			r := serving(t, settingsFor(testkit.SQLite(t), append([]string{"KRING_NETWORK_LIMIT=2"}, c.env...)...)...)
			refused := 0
			for _, from := range []string{"203.0.113.9", "198.51.100.9", "2001:db8:1::9"} {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.url+"/sign-in", strings.NewReader("email=wim%40example.org"))
				if err != nil {
					t.Fatal(err)
				}
				request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				request.Header.Set("X-Forwarded-For", from)
				request.Header.Set("X-Real-Ip", from)
				response, err := http.DefaultClient.Do(request)
				if err != nil {
					t.Fatal(err)
				}
				response.Body.Close()
				switch response.StatusCode {
				case http.StatusAccepted:
				case http.StatusTooManyRequests:
					refused++
					if response.Header.Get("Retry-After") == "" {
						t.Error("it does not say how long to wait")
					}
				default:
					t.Errorf("%s: %d", from, response.StatusCode)
				}
			}
			if refused != c.refused {
				t.Errorf("%d were refused, want %d", refused, c.refused)
			}
		})
	}
}

const newSecret = "another secret that is longer than 32 characters"

// A secret is followed by a new one without anybody noticing: what the old one signed works while it is named, and what
// is signed from now on is signed with the new one. Taken out, it opens nothing any more.
func TestSecretsFollowEachOther(t *testing.T) {
	testkit.URLs(t, func(t *testing.T, databaseURL string) {
		sink := smtpsink.Start(t)
		synctest.Test(t, func(t *testing.T) {
			sleep(instant(t, "2026-11-23T09:00:00Z").Sub(clock.System().Now()))
			with := func(secrets string) (*life, func()) {
				l, end := begin(t, ingredients{clock: clock.System(), strict: true}, databaseURL, sink, func(s *settings) { s.Secret = secrets })
				l.read = map[string]int{} // every mail is looked at anew
				return l, end
			}
			l, end := with(secret)
			token := l.tokens[owner]
			programme, seat := invites(l, "ann@example.org")
			els, waits := l.signsIn(owner), l.browser()
			typed := waits.asks(owner)
			door := l.letter(owner)
			member := l.tokenOf("ann@example.org")
			end()

			l, end = with(newSecret + "," + secret)
			l.tokens = map[string]string{owner: token, "ann@example.org": member}
			els.life, waits.life = l, l
			if !els.signedIn() {
				t.Error("the old secret: signed out")
			}
			if status, page := l.open(http.MethodGet, pathOf(seat), nil); status != http.StatusOK {
				t.Errorf("a link signed with the old secret: %d %s", status, page)
			}
			l.get("ann@example.org", "/api/v1/me")
			if status, page, _ := waits.open(http.MethodPost, "/sign-in/code", url.Values{"request": {typed}, "code": {door.code()}}); status != http.StatusSeeOther {
				t.Errorf("a code of the old secret: %d %s", status, page)
			}
			delete(l.tokens, "ann@example.org")
			again := l.browser()
			again.asks(owner)
			mails := l.letters(owner)
			newDoor := mails[len(mails)-1].enter()
			newSeat := invitesTo(l, programme, "bea@example.org")
			if keyOf(t, seat) == keyOf(t, newSeat) {
				t.Error("the new letter is signed with the old secret")
			}
			end()

			l, end = with(newSecret)
			defer end()
			l.tokens = map[string]string{owner: token}
			els.life, again.life = l, l
			if status, page := l.open(http.MethodGet, pathOf(seat), nil); status != http.StatusNotFound && status != http.StatusGone {
				t.Errorf("a link signed with what was taken out: %d %s", status, page)
			}
			if status, _ := l.ask("ann@example.org", http.MethodGet, "/api/v1/me", nil); status != http.StatusOK {
				t.Errorf("a new member token: %d", status)
			}
			l.tokens["ann@example.org"] = member
			if status, _ := l.ask("ann@example.org", http.MethodGet, "/api/v1/me", nil); status != http.StatusUnauthorized {
				t.Errorf("a member token signed with what was taken out: %d", status)
			}
			if status, page := l.open(http.MethodGet, pathOf(newSeat), nil); status != http.StatusOK {
				t.Errorf("a link signed with the new secret: %d %s", status, page)
			}
			if status, page := again.enters(newDoor); status != http.StatusSeeOther {
				t.Errorf("a sign-in letter of the new secret: %d %s", status, page)
			}
			if !els.signedIn() {
				t.Error("cookies are no matter of the secret")
			}
		})
	})
}

// invites opens a programme and a circle with one person, and answers the link that her letter offers the seat with.
func invites(l *life, address string) (programme, link string) {
	l.Helper()
	programme = l.post(owner, "/api/v1/programmes", object{
		"name": "Leren", "purpose": "Samen leren", "guide_set": "wol", "language": "nl", "zone": "Europe/Brussels",
	}).text("id")
	return programme, invitesTo(l, programme, address)
}

func invitesTo(l *life, programme, address string) (link string) {
	l.Helper()
	l.post(owner, "/api/v1/circles", object{
		"programme_id": programme, "name": "Kring van " + address[:3], "slot": object{"weekday": "tue", "time": "12:30"}, "starts_on": "2027-01-05",
		"members": []object{{"name": "Ann Sterckx", "email": address, "letter_language": "nl"}},
	})
	mails := l.letters(address)
	if len(mails) == 0 {
		l.Fatalf("no letter to %s", address)
	}
	return mails[len(mails)-1].link("yes")
}

func pathOf(link string) string { return strings.TrimPrefix(link, "https://kring.example.org") }

// keyOf is the id of the key that a link is signed with: its first two bytes.
func keyOf(t *testing.T, link string) string {
	t.Helper()
	token := regexp.MustCompile(`/l/([^?]+)`).FindStringSubmatch(link)
	if token == nil {
		t.Fatalf("no token in %s", link)
	}
	raw, err := base64.RawURLEncoding.DecodeString(token[1])
	if err != nil || len(raw) < 2 {
		t.Fatalf("%s: %v", link, err)
	}
	return string(raw[:2])
}

// Of two processes on one database, one sends the letter and the other lets in; what ends at one is over at the other
// within five seconds of machine time.
func TestTwoProcessesShareSignIns(t *testing.T) {
	testkit.URLs(t, func(t *testing.T, databaseURL string) {
		sink := smtpsink.Start(t)
		synctest.Test(t, func(t *testing.T) {
			sleep(instant(t, "2026-11-23T09:00:00Z").Sub(clock.System().Now()))
			one, endOne := begin(t, ingredients{clock: clock.System(), strict: true}, databaseURL, sink)
			defer endOne()
			other, endOther := begin(t, ingredients{clock: clock.System(), strict: true}, databaseURL, sink)
			defer endOther()
			els := one.browser()
			els.asks(owner)
			door := one.letter(owner).enter()
			els.life = other
			if status, page := els.enters(door); status != http.StatusSeeOther {
				t.Fatalf("%d %s", status, page)
			}
			if status, _ := one.browser().enters(door); status != http.StatusGone {
				t.Errorf("the letter holds twice: %d", status)
			}
			thief, copied := one.browser(), els.cookies["__Host-kring"]
			thief.cookies[copied.Name] = copied
			if !thief.signedIn() || !els.signedIn() {
				t.Fatal("not signed in at both")
			}
			if status, page, _ := els.open(http.MethodPost, "/sign-out", url.Values{}); status != http.StatusSeeOther {
				t.Fatalf("%d %s", status, page)
			}
			sleep(identity.CacheFor)
			if thief.signedIn() {
				t.Error("signed out at one process, still signed in at the other after five seconds")
			}
			thief.life, thief.cookies = other, map[string]*http.Cookie{copied.Name: copied}
			if thief.signedIn() {
				t.Error("the copy holds where it was ended")
			}
		})
	})
}

// The operator ends what somebody is signed in with, beside a service that runs.
func TestTheOperatorEndsSignIns(t *testing.T) {
	testkit.URLs(t, func(t *testing.T, databaseURL string) {
		sink := smtpsink.Start(t)
		synctest.Test(t, func(t *testing.T) {
			sleep(instant(t, "2026-11-23T09:00:00Z").Sub(clock.System().Now()))
			l, end := begin(t, ingredients{clock: clock.System(), strict: true}, databaseURL, sink)
			defer end()
			els := l.signsIn(owner)
			for _, c := range []struct {
				args  []string
				code  int
				want  string
				token int // what the API answers to the bearer token afterwards
			}{
				{[]string{"--email=wim@example.org"}, 1, "nobody has the address wim@example.org", http.StatusOK},
				{[]string{"--email=Els@example.org"}, 0, "0 tokens are revoked", http.StatusOK},
				{[]string{"--email=els@example.org", "--tokens"}, 0, "1 tokens are revoked", http.StatusUnauthorized},
			} {
				code, out, errs := kring(t, settingsFor(databaseURL), append([]string{"end-sign-ins"}, c.args...)...)
				if code != c.code || !strings.Contains(out+errs, c.want) {
					t.Errorf("%s: exit code %d, %s%s", c.args, code, out, errs)
				}
				sleep(identity.CacheFor)
				if els.signedIn() != (c.code != 0) {
					t.Errorf("%s: signed in: %t", c.args, els.signedIn())
				}
				if status, _ := l.ask(owner, http.MethodGet, "/api/v1/me", nil); status != c.token {
					t.Errorf("%s: the token answers %d", c.args, status)
				}
			}
		})
	})
}
