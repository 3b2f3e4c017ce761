package api_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"kring/internal/signin"
)

func (w *world) confirm(from string, body any) answer {
	w.t.Helper()
	return w.send(request{method: "POST", path: "/api/v1/sign-in/confirm", body: body, from: from, crooked: true})
}

// setCookie is our cookie of an answer, as the browser is told it.
func (a answer) setCookie() *http.Cookie {
	a.t.Helper()
	for _, c := range a.Result().Cookies() {
		if c.Name == signin.CookieName {
			return c
		}
	}
	a.t.Fatalf("no cookie in %v", a.Header())
	return nil
}

func sent(c *http.Cookie) string { return c.Name + "=" + c.Value }

func TestSomebodySignsInAndOut(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		for _, proof := range []func(askedLetter) map[string]any{
			func(l askedLetter) map[string]any { return map[string]any{"token": l.token} },
			func(l askedLetter) map[string]any { return map[string]any{"id": l.id, "code": l.code} },
			func(l askedLetter) map[string]any {
				return map[string]any{"id": l.id, "code": l.code[:3] + " " + l.code[3:]}
			},
		} {
			in := w.confirm("", proof(w.askedToSignIn("owner@example.org"))).status(http.StatusOK)
			if in.text("email") != "owner@example.org" {
				t.Errorf("signed in: %s", in.Body)
			}
			cookie := in.setCookie()
			if cookie.Path != "/" || cookie.Domain != "" || !cookie.HttpOnly || !cookie.Secure || cookie.SameSite != http.SameSiteLaxMode ||
				cookie.MaxAge < 29*24*60*60 {
				t.Errorf("the cookie: %+v", cookie)
			}
			browser := sent(cookie)
			w.send(request{method: "GET", path: "/api/v1/me", cookie: browser}).status(http.StatusOK)
			listed := w.send(request{method: "GET", path: "/api/v1/sign-ins", cookie: browser}).status(http.StatusOK).json()["items"].([]any)
			if len(listed) != 1 || listed[0].(map[string]any)["current"] != true {
				t.Errorf("sign-ins: %v", listed)
			}
			out := w.send(request{method: "POST", path: "/api/v1/sign-out", cookie: browser}).status(http.StatusNoContent).setCookie()
			if out.Value != "" || out.MaxAge >= 0 || !out.Secure || !out.HttpOnly || out.Path != "/" {
				t.Errorf("the cookie is not taken back: %+v", out)
			}
			if got := w.send(request{method: "GET", path: "/api/v1/me", cookie: browser}).status(http.StatusUnauthorized); got.text("code") != "signed-out" {
				t.Errorf("signed out: %s", got.Body)
			}
			w.send(request{method: "POST", path: "/api/v1/sign-out", cookie: browser}).status(http.StatusNoContent).setCookie()
		}
	})
}

func TestOneOfSeveralBrowsersIsSignedOut(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		lost, kept := w.cookie(w.owner.PersonID), w.cookie(w.owner.PersonID)
		for _, one := range w.send(request{method: "GET", path: "/api/v1/sign-ins", cookie: kept}).status(http.StatusOK).json()["items"].([]any) {
			if entry := one.(map[string]any); entry["current"] == false {
				w.send(request{method: "DELETE", path: "/api/v1/sign-ins/" + entry["id"].(string), cookie: kept}).status(http.StatusNoContent)
			}
		}
		w.send(request{method: "GET", path: "/api/v1/me", cookie: lost}).status(http.StatusUnauthorized)
		w.send(request{method: "GET", path: "/api/v1/me", cookie: kept}).status(http.StatusOK)
	})
}

// The letter goes to whoever has the address; the answer tells nobody whether somebody has it.
func TestTheAnswerTellsNotWhoIsKnown(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		shapes := map[string]bool{}
		for _, email := range []string{"owner@example.org", "OWNER@EXAMPLE.ORG", "nobody@example.org", "owner+tag@example.org", "оwner@example.org"} {
			got := w.send(request{method: "POST", path: "/api/v1/sign-in", body: map[string]any{"email": email}})
			if email == "оwner@example.org" { // a Cyrillic letter, which no mail server of ours would take
				if got.Code != http.StatusUnprocessableEntity {
					t.Errorf("%s: %d", email, got.Code)
				}
				continue
			}
			got.status(http.StatusAccepted)
			answered := got.json()
			shapes[fmt.Sprint(answered["message"], slices.Sorted(maps.Keys(answered)), slices.Sorted(maps.Keys(got.Header())))] = true
		}
		if len(shapes) != 1 {
			t.Errorf("answers differ: %v", shapes)
		}
		w.send(request{method: "POST", path: "/api/v1/sign-in", body: `{"email":"owner+tag@example.org"}`}).status(http.StatusAccepted)
		letters, _, err := w.signIn.QueueLetters(t.Context(), w.clock.Now())
		if err != nil || letters != 2 {
			t.Errorf("%d letters, %v: one for each form of the owner's address alone", letters, err)
		}
	})
}

func TestWhatALetterHoldsIsTakenOnceAndInTime(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		used := w.askedToSignIn("owner@example.org")
		w.confirm("", map[string]any{"token": used.token}).status(http.StatusOK)
		other := w.askedToSignIn("owner@example.org")
		before := w.rows()
		for name, c := range map[string]struct {
			body   any
			status int
			found  []string
		}{
			"a link that was used":            {map[string]any{"token": used.token}, 404, nil},
			"the code beside a link used":     {map[string]any{"id": used.id, "code": used.code}, 404, nil},
			"a link cut short":                {map[string]any{"token": other.token[:len(other.token)-1]}, 404, nil},
			"a link with a letter more":       {map[string]any{"token": other.token + "A"}, 404, nil},
			"a link with a bit flipped":       {map[string]any{"token": flip(other.token)}, 404, nil},
			"a bearer token":                  {map[string]any{"token": w.tokenLike()}, 404, nil},
			"a letter's link":                 {map[string]any{"token": w.links.Sign("me", "", w.person("owner@example.org"))}, 404, nil},
			"the code of another request":     {map[string]any{"id": used.id, "code": other.code}, 404, nil},
			"a request that is none":          {map[string]any{"id": nobodyID, "code": other.code}, 404, nil},
			"neither link nor code":           {map[string]any{}, 422, []string{"/code required", "/id required"}},
			"a code without a request":        {map[string]any{"code": other.code}, 422, []string{"/id required"}},
			"a code of letters":               {map[string]any{"id": other.id, "code": "abcdef"}, 422, []string{"/code wrong-code"}},
			"a code in other digits":          {map[string]any{"id": other.id, "code": "１２３４５６"}, 422, []string{"/code wrong-code"}},
			"a code of seven digits":          {map[string]any{"id": other.id, "code": other.code + "0"}, 422, []string{"/code wrong-code"}},
			"a code of twenty-one characters": {map[string]any{"id": other.id, "code": strings.Repeat("1", 21)}, 422, []string{"/code too-long"}},
			"a code of a million characters":  {map[string]any{"id": other.id, "code": strings.Repeat("1", 1_000_000)}, 413, nil},
			"a link of a million characters":  {map[string]any{"token": strings.Repeat("a", 1_000_000)}, 413, nil},
			"an address beside the code":      {map[string]any{"id": other.id, "code": other.code, "person_id": w.owner.PersonID}, 422, []string{"/person_id unknown-field"}},
		} {
			got := w.confirm("", c.body)
			if got.Code != c.status || len(got.Result().Cookies()) > 0 {
				t.Errorf("%s: %d %v %s", name, got.Code, got.Header(), got.Body)
			}
			if c.found != nil && !slices.Equal(slices.Sorted(slices.Values(got.pointers())), c.found) {
				t.Errorf("%s: found %v", name, got.pointers())
			}
			if c.status == 404 && got.text("code") != "sign-in-void" {
				t.Errorf("%s: %s", name, got.Body)
			}
		}
		unwritten(t, before, w.rows())
		w.turn(15 * time.Minute)
		w.confirm("", map[string]any{"token": other.token}).status(http.StatusNotFound)
		w.confirm("", map[string]any{"id": other.id, "code": other.code}).status(http.StatusNotFound)
		unwritten(t, before, w.rows())
	})
}

// tokenLike is as long as what a letter holds and of its signs.
func (w *world) tokenLike() string { return strings.Repeat("Aa0_", 11)[:43] }

func TestAThousandWrongCodes(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		const guesser, office = "198.51.100.7", "203.0.113.9"
		one := w.askedToSignIn("owner@example.org")
		for n := range 5 {
			got := w.confirm(guesser, map[string]any{"id": one.id, "code": wrong(one.code)}).status(http.StatusUnprocessableEntity)
			if !slices.Equal(got.pointers(), []string{"/code wrong-code"}) {
				t.Errorf("try %d: %s", n+1, got.Body)
			}
		}
		w.confirm(guesser, map[string]any{"id": one.id, "code": one.code}).status(http.StatusNotFound)
		w.confirm(office, map[string]any{"token": one.token}).status(http.StatusOK) // the link is no guess

		two := w.askedToSignIn("owner@example.org")
		for i := 0; i < 19; i++ { // as many as the network has left, five for each letter of people who do not exist
			asked := w.send(request{
				method: "POST", path: "/api/v1/sign-in", from: office, body: map[string]any{"email": fmt.Sprintf("a%d@example.org", i)},
			}).status(http.StatusAccepted)
			for range 5 {
				w.confirm(guesser, map[string]any{"id": asked.text("id"), "code": "000000"}).status(http.StatusUnprocessableEntity)
			}
		}
		before := w.rows()
		for n := range 900 {
			got := w.confirm(guesser, map[string]any{"id": two.id, "code": fmt.Sprintf("%06d", n)})
			if got.Code != http.StatusTooManyRequests || got.text("code") != "too-often" || got.Header().Get("Retry-After") == "" {
				t.Fatalf("wrong code %d: %d %s", n+101, got.Code, got.Body)
			}
		}
		w.confirm(guesser, map[string]any{"id": two.id, "code": two.code}).status(http.StatusTooManyRequests)
		unwritten(t, before, w.rows())
		w.confirm(office, map[string]any{"id": two.id, "code": two.code}).status(http.StatusOK) // the guesser locked out nobody else
	})
}

// wrong is another code.
func wrong(code string) string {
	if code == "123456" {
		return "654321"
	}
	return "123456"
}

func TestASignInFlood(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		ask := func(email, from string) answer {
			return w.send(request{method: "POST", path: "/api/v1/sign-in", from: from, body: map[string]any{"email": email}})
		}
		for _, email := range []string{"owner@example.org", "nobody@example.org"} {
			for i := range 5 {
				ask(email, fmt.Sprintf("198.51.%d.1", i)).status(http.StatusAccepted)
			}
			before := w.rows()
			for i := range 50 { // from everywhere
				got := ask(email, fmt.Sprintf("198.18.%d.1", i)).status(http.StatusTooManyRequests)
				if got.text("code") != "too-often" || got.Header().Get("Retry-After") == "" {
					t.Errorf("%s", got.Body)
				}
			}
			unwritten(t, before, w.rows())
		}
		for i := range networkLimit {
			ask(fmt.Sprintf("a%d@example.org", i), "203.0.113.9").status(http.StatusAccepted)
		}
		before := w.rows()
		for i := range 50 {
			got := ask(fmt.Sprintf("b%d@example.org", i), fmt.Sprintf("203.0.113.%d", i)).status(http.StatusTooManyRequests)
			if got.Header().Get("Retry-After") == "" {
				t.Errorf("%s", got.Body)
			}
		}
		unwritten(t, before, w.rows())
		ask("b@example.org", "192.0.2.77").status(http.StatusAccepted)
	})
}

func TestASignUpFlood(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		p := w.programme(w.token(w.owner.PersonID), map[string]any{"signup_open": true})
		apply := func(i int, from string) answer {
			return w.send(request{method: "POST", path: "/api/v1/programmes/" + p.text("id") + "/applications", from: from, body: map[string]any{
				"name": "Ann Maes", "email": fmt.Sprintf("ann%d@example.org", i), "letter_language": "nl", "speaks": []string{"nl"}, "zone": "Europe/Brussels",
				"availability": []any{map[string]any{"weekday": "mon", "from": "09:00", "until": "12:00"}},
			}})
		}
		for i := range networkLimit {
			apply(i, "203.0.113.9").status(http.StatusAccepted)
		}
		before := w.rows()
		for i := range 20 {
			if got := apply(1000+i, "203.0.113.10").status(http.StatusTooManyRequests); got.Header().Get("Retry-After") == "" {
				t.Errorf("%s", got.Body)
			}
		}
		unwritten(t, before, w.rows())
		apply(2000, "192.0.2.77").status(http.StatusAccepted)
	})
}

// Somebody puts a cookie of hers, or one that she made up, into another's browser and waits until he signs in.
func TestASignInTakesNoCookieOver(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		attacker := w.cookie(c.actors[stranger].PersonID)
		for name, planted := range map[string]string{
			"hers": attacker, "made up": signin.CookieName + "=" + strings.Repeat("A", 43), "short": signin.CookieName + "=x",
		} {
			letter := w.askedToSignIn("els@example.org")
			in := w.send(request{
				method: "POST", path: "/api/v1/sign-in/confirm", cookie: planted, body: map[string]any{"token": letter.token},
			}).status(http.StatusOK)
			fresh := sent(in.setCookie())
			if fresh == planted {
				t.Errorf("%s: the cookie stayed", name)
			}
			if got := w.send(request{method: "GET", path: "/api/v1/me", cookie: planted}); got.Code != http.StatusUnauthorized {
				t.Errorf("%s: the planted cookie holds: %s", name, got.Body)
			}
			if got := w.send(request{method: "GET", path: "/api/v1/me", cookie: fresh}).status(http.StatusOK); got.text("email") != "els@example.org" {
				t.Errorf("%s: signed in as %s", name, got.Body)
			}
		}
	})
}

// Whatever a request says about where it came to, letters and answers name the public URL alone.
func TestNoHostOfARequestGetsAnywhere(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		evil := map[string]string{
			"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "X-Forwarded-For": "203.0.113.9",
			"Forwarded": "host=evil.example;proto=http", "X-Original-URL": "/evil.example", "X-Rewrite-URL": "/evil.example", "Origin": "https://evil.example",
			"Referer": "https://evil.example/",
		}
		asked := w.send(request{
			method: "POST", path: "/api/v1/sign-in", headers: evil, body: `{"email":"owner@example.org"}`,
		}).status(http.StatusAccepted)
		letter := w.letterOf(asked.text("id"), "owner@example.org")
		if !strings.HasPrefix(letter.text, "https://kring.example/s/") || strings.Contains(letter.text, "evil") {
			t.Errorf("the letter leads to %s", letter.text)
		}
		token := w.token(w.owner.PersonID)
		said := asked.Body.String()
		for _, r := range []request{
			{method: "POST", path: "/api/v1/programmes", body: `{"name":"x","purpose":"y","signup_open":true}`},
			{method: "GET", path: "/api/v1/circles"}, {method: "GET", path: "/api/v1/nothing"}, {method: "GET", path: "/api/v1/me/"},
		} {
			r.token, r.headers = token, evil
			got := w.send(r)
			said += got.Body.String() + fmt.Sprint(got.Header())
		}
		if strings.Contains(said, "evil") {
			t.Errorf("an answer repeats it: %s", said)
		}
	})
}

// A page of the API shows whose network is counted: the connection's, whatever a header says.
func TestNoHeaderMakesAnotherNetwork(t *testing.T) {
	w := oneWorld(t)
	for i := range networkLimit + 1 {
		got := w.send(request{
			method: "POST", path: "/api/v1/sign-in", body: map[string]any{"email": fmt.Sprintf("a%d@example.org", i)},
			headers: map[string]string{"X-Forwarded-For": fmt.Sprintf("198.51.%d.1", i), "X-Real-IP": fmt.Sprintf("198.51.%d.1", i)},
		})
		if (got.Code == http.StatusTooManyRequests) != (i == networkLimit) {
			t.Fatalf("request %d: %d", i+1, got.Code)
		}
	}
}

// A browser reads without writing: no sign-in grows older or younger by being used.
func TestReadingByCookieWritesNothing(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		browser := byCookie(w.cookie(c.actors[facilitatorMember].PersonID))
		var asked []request
		for i := range operations {
			if o := &operations[i]; o.Method == http.MethodGet {
				some := *c // what has to be there for one route is not there for the next
				asked = append(asked, some.asking(t.Context(), browser, o, policy[o.ID]))
			}
		}
		before := w.rows()
		read := 0
		for _, r := range asked {
			if c.send(r).Code < 300 {
				read++
			}
		}
		if read < 20 {
			t.Errorf("only %d could be read", read)
		}
		unwritten(t, before, w.rows())
	})
}

// Nobody who repeats another's Idempotency-Key is shown, or served by, what the other did.
func TestAKeyOfSomebodyElseIsNobodyElses(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		key := map[string]string{"Idempotency-Key": "1"}
		first := w.send(request{method: "POST", path: "/api/v1/sign-in", from: "198.51.100.1", headers: key, body: `{"email":"els@example.org"}`}).status(http.StatusAccepted)
		again := w.send(request{method: "POST", path: "/api/v1/sign-in", from: "198.51.100.1", headers: key, body: `{"email":"els@example.org"}`}).status(http.StatusAccepted)
		if first.Body.String() != again.Body.String() {
			t.Errorf("a repetition: %s, then %s", first.Body, again.Body)
		}
		for name, r := range map[string]request{
			"from another network": {from: "203.0.113.1", body: `{"email":"els@example.org"}`},
			"for another address":  {from: "198.51.100.1", body: `{"email":"hugo@example.org"}`},
		} {
			r.method, r.path, r.headers = "POST", "/api/v1/sign-in", key
			if got := w.send(r).status(http.StatusAccepted); got.text("id") == first.text("id") {
				t.Errorf("%s: the other's request is shown", name)
			}
		}
		form := func(name string) map[string]any {
			return map[string]any{
				"name": name, "email": strings.ToLower(name) + "@example.org", "letter_language": "nl", "speaks": []string{"nl"}, "zone": "Europe/Brussels",
				"availability": []any{map[string]any{"weekday": "mon", "from": "09:00", "until": "12:00"}},
			}
		}
		applied := w.count()["applications"]
		for _, name := range []string{"Ann", "Bob", "Ann"} {
			w.send(request{method: "POST", path: "/api/v1/programmes/" + c.programme.ID + "/applications", headers: key, body: form(name)}).status(http.StatusAccepted)
		}
		if n := w.count()["applications"] - applied; n != 2 {
			t.Errorf("%d applications", n)
		}
		made := map[string]bool{}
		for _, who := range []string{facilitator, owner, stranger} {
			made[w.send(request{
				method: "POST", path: "/api/v1/programmes", token: w.token(c.actors[who].PersonID), headers: key, body: `{"name":"x","purpose":"y"}`,
			}).status(http.StatusCreated).text("id")] = true
		}
		if len(made) != 3 {
			t.Errorf("one programme for several: %v", made)
		}
		browser := w.send(request{
			method: "POST", path: "/api/v1/programmes", cookie: w.cookie(c.actors[facilitator].PersonID), headers: key, body: `{"name":"x","purpose":"y"}`,
		}).status(http.StatusCreated)
		if !made[browser.text("id")] {
			t.Error("the same person by another credential made it twice")
		}
	})
}
