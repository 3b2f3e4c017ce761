package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"kring/circles"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/limit"
)

func code(request, digits string) url.Values {
	return url.Values{"request": {request}, "code": {digits}}
}

func TestSignInByTheButtonOfALetter(t *testing.T) {
	sites(t, func(t *testing.T, s *site) {
		b := s.browser("nl-BE")
		b.get("/me").leads(t, "/sign-in")
		a := b.get("/sign-in").is(t, http.StatusOK, "Inloggen", "Een wachtwoord heb je hier niet nodig.")
		if f := a.page.input("email"); attribute(f, "autocomplete") != "email" || attribute(f, "type") != "email" {
			t.Error("the field does not say that it is for an address")
		}
		b.post("/sign-in", address("member0@example.org")).is(t, http.StatusAccepted, "is er nu een mail onderweg.")
		if b.cookie() != "" {
			t.Error("asking sets a cookie")
		}

		path, _ := s.signInLetter("member0@example.org")
		s.unchanged(t, func() {
			a := b.get(path).is(t, http.StatusOK, "Eén druk op de knop").never(t, "An", "Aerts", "member0")
			if got := a.page.buttons(); !slices.Equal(got, []string{"Log mij in"}) {
				t.Errorf("the buttons are %v", got)
			}
		})
		b.post(path, nil).leads(t, "/me")
		if b.cookie() == "" {
			t.Fatal("no cookie")
		}
		b.get("/me").is(t, http.StatusOK, "Je gegevens", "member0@example.org", "deze browser")
		b.get("/sign-in").leads(t, "/me")
		b.get("/sign-in/code").leads(t, "/me")

		b.post("/sign-out", nil).leads(t, "/sign-in?did=signed-out&lang=nl")
		if b.cookie() != "" {
			t.Error("the cookie stays")
		}
		b.get("/sign-in?did=signed-out&lang=nl").is(t, http.StatusOK, "Je bent uitgelogd.")
		b.get("/me").leads(t, "/sign-in")
		b.post("/sign-out", nil).leads(t, "/sign-in?did=signed-out&lang=nl")
	})
}

func TestACookieOfSomebodySignedOutHoldsNoMore(t *testing.T) {
	oneSite(t, func(t *testing.T, s *site) {
		b := s.browser("nl").signsIn("member0@example.org")
		old := b.cookie()
		b.post("/sign-out", nil)
		b.plant(old)
		b.get("/me").leads(t, "/sign-in")
		b.get("/sign-in").is(t, http.StatusOK, "Inloggen")
		b.plant("of nobody")
		b.get("/me").leads(t, "/sign-in")
		b.post("/me/erase", address("member0@example.org")).leads(t, "/sign-in")
	})
}

func TestACookieAndATokenAtOnceAreRefused(t *testing.T) {
	oneSite(t, func(t *testing.T, s *site) {
		b := s.browser("nl").signsIn("member0@example.org")
		s.unchanged(t, func() {
			b.get("/me", "Authorization", "Bearer kring_x").is(t, http.StatusBadRequest, "een cookie en een token")
			b.post("/me/erase", address("member0@example.org"), "Authorization", "bearer x").is(t, http.StatusBadRequest)
		})
		b.get("/me", "Authorization", "Basic eDp5").is(t, http.StatusOK) // what a proxy of the organisation may ask for
	})
}

func TestSignInByCode(t *testing.T) {
	sites(t, func(t *testing.T, s *site) {
		b := s.browser("en")
		asked := b.post("/sign-in", address("Member1@Example.org")).is(t, http.StatusAccepted)
		form := asked.page.all("form")[0]
		if attribute(form, "action") != "/sign-in/code" {
			t.Fatalf("the code goes to %s", attribute(form, "action"))
		}
		field := asked.page.input("code")
		if attribute(field, "inputmode") != "numeric" || attribute(field, "autocomplete") != "one-time-code" {
			t.Error("the field does not say that it is for a code")
		}
		request := asked.page.value("request")
		b.get("/sign-in/code?lang=nl&request="+request).is(t, http.StatusOK, "Code uit de mail")

		path, digits := s.signInLetter("member1@example.org")
		wrong := "000000"
		if strings.HasPrefix(digits, "000") {
			wrong = "999999"
		}
		for _, typed := range []string{wrong, "", "12345", "abcdef", strings.Repeat("1", 3000)} {
			a := b.post("/sign-in/code", code(request, typed)).is(t, http.StatusUnprocessableEntity, "This is not the code.")
			if attribute(a.page.input("code"), "aria-invalid") != "true" || a.page.value("request") != request {
				t.Errorf("the fault of %.20q is not at the field", typed)
			}
		}
		b.post("/sign-in/code", code(request, " "+digits+" ")).leads(t, "/me")
		b.get("/me").is(t, http.StatusOK, "member1@example.org", "this one")

		other := s.browser("nl")
		other.post("/sign-in/code", code(request, digits)).is(t, http.StatusGone, "werkt één keer", "Een nieuwe mail vragen")
		other.post(path, nil).is(t, http.StatusGone)
		if other.cookie() != "" {
			t.Error("a code was used twice")
		}
	})
}

func TestAfterFiveWrongCodesTheRightOneIsVoid(t *testing.T) {
	sites(t, func(t *testing.T, s *site) {
		b := s.browser("nl")
		request := b.post("/sign-in", address("member0@example.org")).page.value("request")
		path, digits := s.signInLetter("member0@example.org")
		wrong := map[bool]string{true: "999999", false: "000000"}[strings.HasPrefix(digits, "0")]
		for range 5 {
			b.post("/sign-in/code", code(request, wrong)).is(t, http.StatusUnprocessableEntity)
		}
		s.unchanged(t, func() {
			b.post("/sign-in/code", code(request, digits)).is(t, http.StatusGone)
		})
		b.post(path, nil).leads(t, "/me") // the link is no guess
	})
}

func TestTheAnswerIsTheSameForUnknownAddresses(t *testing.T) {
	oneSite(t, func(t *testing.T, s *site) {
		body := func(email string) string {
			a := s.browser("nl").post("/sign-in", address(email)).is(t, http.StatusAccepted)
			return strings.ReplaceAll(a.Body.String(), a.page.value("request"), "ID")
		}
		known := body("member0@example.org")
		for _, email := range []string{"nobody@example.org", "member0+tag@example.org", "member0@exаmple.org", "a@xn--bcher-kva.example"} {
			if body(email) != known {
				t.Errorf("the answer for %s differs", email)
			}
			if found := s.letters(email); len(found) > 0 {
				t.Errorf("a letter to %s", email)
			}
		}
		a := s.browser("nl").post("/sign-in", address("no address")).is(t, http.StatusUnprocessableEntity, "Dit is geen e-mailadres.")
		if a.page.value("email") != "no address" || attribute(a.page.input("email"), "aria-invalid") != "true" {
			t.Error("the fault is not at the field")
		}
	})
}

func TestTokensThatSignNobodyIn(t *testing.T) {
	sites(t, func(t *testing.T, s *site) {
		b := s.browser("nl")
		ask := func() string {
			b.post("/sign-in", address("member2@example.org")).is(t, http.StatusAccepted)
			path, _ := s.signInLetter("member2@example.org")
			return path
		}
		used := ask()
		s.browser("nl").post(used, nil).leads(t, "/me")
		expired := ask()
		s.clock.Advance(15 * time.Minute)
		good := ask()
		token := strings.TrimPrefix(good, "/s/")

		void := map[string]string{
			"used": used, "expired": expired, "unknown": "/s/hello", "cut short": good[:len(good)-1], "with more behind it": good + "A",
			"of a button in another letter": "/s/" + strings.TrimPrefix(s.link(2, circles.LinkMe, ""), "/l/"),
			"of 5,000 characters":           "/s/" + strings.Repeat("A", 5000),
			"with a slash in it":            "/s/" + token + "/more",
			"in other letters":              "/s/" + strings.ToUpper(token),
		}
		for i := range len(token) {
			flipped := []byte(token)
			flipped[i] ^= 1
			void["with a bit changed at "+strconv.Itoa(i)] = "/s/" + url.PathEscape(string(flipped))
		}
		s.unchanged(t, func() {
			for name, path := range void {
				for _, method := range []string{http.MethodGet, http.MethodPost} {
					if a := b.do(method, path, nil); a.Code != http.StatusGone || a.Header().Get("Set-Cookie") != "" {
						t.Errorf("%s a token %s: status %d", method, name, a.Code)
					}
				}
			}
			b.get("/s/").is(t, http.StatusNotFound)
			b.get("/l/"+token).is(t, http.StatusNotFound)
			b.get(expired).is(t, http.StatusGone, "Hiermee kun je niet meer inloggen", "Een nieuwe mail vragen")
		})
		if a := b.get(expired); !slices.Contains(a.page.links(), "/sign-in") {
			t.Error("no way to ask anew")
		}
		if s.log.Len() > 0 {
			t.Errorf("the log has lines: %s", s.log)
		}
		b.post(good, nil).leads(t, "/me")
	})
}

func TestFormsOfSigningInAreShort(t *testing.T) {
	oneSite(t, func(t *testing.T, s *site) {
		b := s.browser("nl")
		s.unchanged(t, func() {
			million := strings.Repeat("1", 1_000_000)
			b.post("/sign-in", address(million)).is(t, http.StatusRequestEntityTooLarge, "Dat is te veel")
			b.post("/sign-in/code", code(s.circle.ID, million)).is(t, http.StatusRequestEntityTooLarge, "Dat is te veel")
		})
	})
}

// A cookie that somebody else planted before is worth nothing after: signing in makes a new one.
func TestACookieFromBeforeIsNotTakenOver(t *testing.T) {
	sites(t, func(t *testing.T, s *site) {
		attacker := s.browser("nl").signsIn("member4@example.org")
		for _, planted := range []string{"of-the-attackers-own-choice", attacker.cookie()} {
			victim := s.browser("nl")
			victim.plant(planted)
			victim.post("/sign-in", address("member0@example.org"))
			path, _ := s.signInLetter("member0@example.org")
			victim.post(path, nil).leads(t, "/me")
			if victim.cookie() == planted || victim.cookie() == "" {
				t.Error("the cookie is the one from before")
			}
			victim.get("/me").is(t, http.StatusOK, "member0@example.org")
			thief := s.browser("nl")
			thief.plant(planted)
			if a := thief.get("/me"); a.Code == http.StatusOK {
				a.never(t, "member0@example.org")
			}
		}
	})
}

func TestSigningInTooOften(t *testing.T) {
	sites(t, func(t *testing.T, s *site) {
		b := s.browser("en")
		for range 5 {
			b.post("/sign-in", address("member1@example.org")).is(t, http.StatusAccepted)
		}
		s.unchanged(t, func() {
			a := b.post("/sign-in", address("member1@example.org")).is(t, http.StatusTooManyRequests, "Just a moment", "Please try again in")
			if seconds, err := strconv.Atoi(a.Header().Get("Retry-After")); err != nil || seconds < 1 || seconds > 7200 {
				t.Errorf("Retry-After is %q", a.Header().Get("Retry-After"))
			}
		})
		if n := len(s.letters("member1@example.org")); n > 5 {
			t.Errorf("%d letters", n)
		}
		b.post("/sign-in", address("member2@example.org")).is(t, http.StatusAccepted)
	})
}

func TestWaitsAreSaidInWords(t *testing.T) {
	oneWorld(t, func(t *testing.T, w *world) {
		for _, tt := range []struct {
			wait   time.Duration
			nl, en string
		}{
			{0, "over een minuut", "in a minute"}, {time.Second, "over een minuut", "in a minute"},
			{61 * time.Second, "over 2 minuten", "in 2 minutes"}, {90 * time.Minute, "over 90 minuten", "in 90 minutes"},
			{91 * time.Minute, "over 2 uur", "in 2 hours"}, {24 * time.Hour, "over 24 uur", "in 24 hours"},
		} {
			web := &Web{Options: Options{Texts: w.texts}}
			nl, en := visit{Web: web, lang: "nl"}, visit{Web: web, lang: "en"}
			if nl.wait(tt.wait) != tt.nl || en.wait(tt.wait) != tt.en {
				t.Errorf("%s: %q, %q", tt.wait, nl.wait(tt.wait), en.wait(tt.wait))
			}
		}
	})
}

// What a request says of our host is believed nowhere: neither on a page nor in a letter.
func TestHostsOfRequestsAreNotBelieved(t *testing.T) {
	oneSite(t, func(t *testing.T, s *site) {
		b := s.browser("nl")
		evil := []string{
			"Host", "evil.example", "X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "http",
			"Forwarded", "host=evil.example", "X-Original-URL", "/evil.example",
		}
		s.browser("nl").get("/me", evil...).leads(t, "/sign-in")
		for _, path := range []string{"/", "/sign-in", "/sign-in/code", "/s/hello", "/me", "/me/nothing", SignupPath(s.programme.ID, "")} {
			a := b.get(path, evil...)
			if strings.Contains(a.Body.String(), "evil.example") || strings.Contains(a.Header().Get("Location"), ":") {
				t.Errorf("%s repeats the host", path)
			}
		}
		b.post("/sign-in", address("member0@example.org"), evil...).is(t, http.StatusAccepted)
		s.deliver()
		for _, m := range s.sink.Mails() {
			if strings.Contains(string(m.Raw), "evil.example") {
				t.Error("a letter repeats the host")
			}
		}
		path, _ := s.signInLetter("member0@example.org")
		b.post(path, nil, evil...).leads(t, "/me")
	})
}

// Mail scanners open every address, some with the cookies of the browser that they work in.
func TestOpeningPagesWritesNothing(t *testing.T) {
	sites(t, func(t *testing.T, s *site) {
		b := s.browser("nl").signsIn("farah@example.org")
		b.post("/sign-in", nil) // leads on, signed in or not
		guest := s.browser("en")
		request := guest.post("/sign-in", address("member1@example.org")).page.value("request")
		link, _ := s.signInLetter("member1@example.org")
		paths := []string{
			link, "/sign-in", "/sign-in/code?request=" + request, "/sign-in/oidc", "/sign-in/oidc/callback?state=a&code=b", "/sign-out",
			"/me", "/me/dates", "/me/mails", "/me/sees", "/me/sign-ins", "/me/address", "/me/export", "/me/erase", "/me/nothing",
			"/", "/guides/wol", SignupPath(s.programme.ID, ""), s.link(0, circles.LinkMe, ""), s.link(0, circles.LinkLeave, s.seats[0].ID),
		}
		s.unchanged(t, func() {
			for _, path := range paths {
				for _, opens := range []*browser{b, guest} {
					for _, method := range []string{http.MethodGet, http.MethodHead} {
						if a := opens.do(method, path, nil); a.Code >= 500 {
							t.Errorf("%s %s: status %d", method, path, a.Code)
						}
					}
				}
			}
		})
		if b.cookie() == "" || guest.cookie() != "" {
			t.Error("opening pages changes who is signed in")
		}
	})
}

func TestSignUpsFromOneNetworkAreCounted(t *testing.T) {
	oneWorld(t, func(t *testing.T, w *world) {
		secrets := got(identity.ParseSecrets(strings.Repeat("k", 32)))(t)
		w.limitSignUps(limit.New(secrets, 1))
		path := SignupPath(w.programme.ID, "")
		w.post(path, signupForm()).is(t, http.StatusAccepted)
		other := signupForm()
		other.Set("email", "hilde@example.org")
		w.unchanged(t, func() {
			a := w.post(path, other, "Accept-Language", "nl").is(t, http.StatusTooManyRequests, "Probeer het over", "Wat je invulde, staat er nog.")
			if a.Header().Get("Retry-After") == "" || a.page.value("email") != "hilde@example.org" {
				t.Error("no hour to come back, or what was typed is gone")
			}
		})
	})
}

// A refusal before any page is asked stands at whatever address was asked for. Its other language is ours too, not a host
// that the address smuggles in as //host.
func TestTheOtherLanguageIsNoOtherSite(t *testing.T) {
	oneWorld(t, func(t *testing.T, w *world) {
		pages := New(Options{Clock: w.clock, Texts: w.texts, Log: w.logger()})
		for _, path := range []string{"//evil.example/x", "///evil.example", `/\evil.example`, "/%2Fevil.example", "/me"} {
			answer := httptest.NewRecorder()
			r := httptest.NewRequest(http.MethodPost, "/", nil)
			r.URL = &url.URL{Path: path}
			if err := pages.Refuse(w.echo.NewContext(r, answer), fault.New(fault.Forbidden, "cross-site")); err != nil {
				t.Fatal(err)
			}
			_, link, _ := strings.Cut(answer.Body.String(), `class="other" href="`)
			if link, _, _ = strings.Cut(link, `"`); !strings.HasPrefix(link, "/") || strings.HasPrefix(link, "//") || strings.HasPrefix(link, `/\`) {
				t.Errorf("%s leads to %s", path, link)
			}
		}
	})
}
