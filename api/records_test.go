package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/mail"
	"kring/internal/outbox"
	"kring/internal/testkit/smtpsink"
	"kring/scheduling"
)

func TestSomebodyTakesEverythingAlongAndNothingOfOthers(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		token := w.token(c.actors[member].PersonID)
		browser := w.cookie(c.actors[member].PersonID)
		w.send(request{method: "PUT", path: "/api/v1/sessions/" + c.hostSession.ID + "/rsvp", token: token, body: `{"answer":"no"}`}).status(http.StatusOK)
		for _, r := range []request{{token: token}, {cookie: browser}} {
			r.method, r.path = "GET", "/api/v1/me/export"
			got := w.send(r).status(http.StatusOK)
			h := got.Header()
			if h.Get("Content-Type") != "application/json" || !strings.HasPrefix(h.Get("Content-Disposition"), `attachment; filename="kring-20`) || h.Get("Cache-Control") != "no-store" {
				t.Errorf("headers %v", h)
			}
			for _, part := range []string{"person", "circles", "sign_ins"} {
				if _, has := got.json()[part]; !has {
					t.Errorf("no %s in %v", part, got.json())
				}
			}
			said := got.Body.String()
			if !strings.Contains(said, "els@example.org") || !strings.Contains(said, c.hostSession.ID) {
				t.Errorf("something of hers is not there: %s", said)
			}
			for _, others := range []string{"hugo@", "fien@", "fred@", "owner@", "hugo Maes", "krg_", strings.TrimPrefix(browser, "__Host-kring=")} {
				if strings.Contains(said, others) {
					t.Errorf("the export holds %s: %s", others, said)
				}
			}
		}
	})
}

func TestSomebodyIsForgotten(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		els := c.actors[member].PersonID
		token, lost, browser := w.token(els), w.cookie(els), w.cookie(els)
		letter := c.memberToken("els@example.org")
		seats := w.send(request{method: "GET", path: "/api/v1/circles/" + c.circle.ID, token: w.token(w.owner.PersonID)}).json()["seats"]
		erase := func(r request) answer {
			r.method, r.path = "DELETE", "/api/v1/me"
			return w.send(r)
		}
		before := w.rows()
		for name, refused := range map[string]struct {
			request
			status int
			code   string
		}{
			"nobody":               {request{body: `{"email":"els@example.org"}`}, 401, "sign-in-needed"},
			"a program":            {request{token: token, body: `{"email":"els@example.org"}`}, 403, "needs-sign-in"},
			"who has a letter":     {request{token: letter, body: `{"email":"els@example.org"}`}, 403, "needs-sign-in"},
			"another's address":    {request{cookie: browser, body: `{"email":"hugo@example.org"}`}, 422, "/email not-your-address"},
			"an address of nobody": {request{cookie: browser, body: `{"email":"els+x@example.org","silence":true}`}, 422, "/email not-your-address"},
			"no address":           {request{cookie: browser, body: `{}`, crooked: true}, 422, "/email required"},
			"no address at all":    {request{cookie: browser, body: `{"email":"els"}`}, 422, "/email not-an-address"},
			"no body":              {request{cookie: browser, crooked: true}, 400, "body-missing"},
		} {
			got := erase(refused.request).status(refused.status)
			if got.text("code") != refused.code && !slices.Equal(got.pointers(), []string{refused.code}) {
				t.Errorf("%s: %s", name, got.Body)
			}
		}
		unwritten(t, before, w.rows())

		gone := erase(request{cookie: browser, body: `{"email":"ELS@example.org ","silence":true}`}).status(http.StatusNoContent)
		if c := gone.setCookie(); c.Value != "" || c.MaxAge >= 0 {
			t.Errorf("the cookie stays: %v", c)
		}
		for name, r := range map[string]request{
			"token": {token: token}, "letter": {token: letter}, "browser": {cookie: browser}, "another browser": {cookie: lost},
		} {
			r.method, r.path = "GET", "/api/v1/me"
			if got := w.send(r); got.Code != http.StatusUnauthorized {
				t.Errorf("the %s still opens: %d", name, got.Code)
			}
		}
		w.send(request{method: "GET", path: "/api/v1/links/" + c.link}).status(http.StatusNotFound)
		for table, rows := range w.rows() {
			if strings.Contains(rows, "els@example.org") || strings.Contains(rows, "els@ Maes") {
				t.Errorf("%s remembers her", table)
			}
		}
		left := w.send(request{method: "GET", path: "/api/v1/circles/" + c.circle.ID, token: w.token(w.owner.PersonID)}).status(http.StatusOK).json()["seats"]
		if fmt.Sprint(left) == fmt.Sprint(seats) {
			t.Errorf("her seat is not free: %v", left)
		}
		w.send(request{method: "POST", path: "/api/v1/sign-in", body: `{"email":"els@example.org"}`}).status(http.StatusAccepted)
		if n, _, err := w.signIn.QueueLetters(t.Context(), w.clock.Now()); err != nil || n != 0 {
			t.Errorf("%d letters to who asked for silence, %v", n, err)
		}
	})
}

func TestTheOwnerStaysAndProgrammesAreHandedOn(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		erase := func(personID, email string) answer {
			return w.send(request{method: "DELETE", path: "/api/v1/me", cookie: w.cookie(personID), body: map[string]any{"email": email}})
		}
		if got := erase(w.owner.PersonID, "owner@example.org").status(http.StatusConflict); got.text("code") != "last-owner" {
			t.Errorf("%s", got.Body)
		}
		erase(c.actors[stranger].PersonID, "stan@example.org").status(http.StatusNoContent)
		left := w.send(request{
			method: "GET", path: "/api/v1/programmes/" + c.other.ID + "/facilitators", token: w.token(w.owner.PersonID),
		}).status(http.StatusOK)
		if strings.Contains(left.Body.String(), "stan") || len(left.json()["items"].([]any)) == 0 {
			t.Errorf("who facilitates now: %s", left.Body)
		}
	})
}

func TestAnotherAddressIsAskedFor(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		browser := w.cookie(c.actors[member].PersonID)
		ask := func(email string) answer {
			return w.send(request{method: "POST", path: "/api/v1/me/address", cookie: browser, body: map[string]any{"email": email}})
		}
		free, taken := ask("new@example.org").status(http.StatusAccepted), ask("hugo@example.org").status(http.StatusAccepted)
		if free.text("message") != taken.text("message") || len(free.json()) != len(taken.json()) {
			t.Errorf("the answer tells that an address is taken: %s, %s", free.Body, taken.Body)
		}
		if got := w.send(request{method: "GET", path: "/api/v1/me", cookie: browser}).status(http.StatusOK); got.text("email") != "els@example.org" {
			t.Errorf("changed at once: %s", got.Body)
		}
		if got := ask("els@example.org"); got.Code != http.StatusUnprocessableEntity {
			t.Errorf("her own address: %d", got.Code)
		}
		for range 3 {
			ask("another@example.org")
		}
		if got := ask("another@example.org").status(http.StatusTooManyRequests); got.Header().Get("Retry-After") == "" {
			t.Errorf("%s", got.Body)
		}
	})
}

func TestAFacilitatorSaysYes(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		fred := w.token(c.actors[facilitator].PersonID)
		list := "/api/v1/programmes/" + c.programme.ID + "/facilitators"
		asked := w.send(request{method: "POST", path: list, token: fred, body: `{"name":"Greet Maes","email":"greet@example.org"}`}).status(http.StatusCreated)
		if asked.text("state") != "invited" || asked.text("name") != "" || asked.json()["expires_at"] == nil {
			t.Errorf("asked: %s", asked.Body)
		}
		greet := asked.text("person_id")
		token := w.token(greet)
		w.send(request{method: "GET", path: list, token: token}).status(http.StatusNotFound)
		w.send(request{method: "POST", path: list + "/" + greet + "/accept", token: fred}).status(http.StatusForbidden)
		said := w.send(request{method: "POST", path: list + "/" + greet + "/accept", token: token}).status(http.StatusOK)
		if said.text("state") != "facilitator" || said.json()["expires_at"] != nil {
			t.Errorf("said yes: %s", said.Body)
		}
		w.send(request{method: "GET", path: list, token: token}).status(http.StatusOK)
		w.send(request{method: "POST", path: list + "/" + greet + "/accept", token: token}).status(http.StatusOK) // she did already
		w.send(request{method: "DELETE", path: list + "/" + c.actors[invited].PersonID, token: fred}).status(http.StatusNoContent)
		if left := w.send(request{method: "GET", path: list, token: fred}).status(http.StatusOK); strings.Contains(left.Body.String(), c.actors[invited].PersonID) {
			t.Errorf("the invitation stays: %s", left.Body)
		}
	})
}

func TestAProgrammeSaysHowLongItKeepsPeople(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		token := w.token(w.owner.PersonID)
		usual := w.programme(token, map[string]any{"signup_open": true}).json()
		if usual["keep_months"] != 12.0 || usual["keep_unplaced_months"] != 6.0 {
			t.Errorf("usually %v", usual)
		}
		path := "/api/v1/programmes/" + usual["id"].(string)
		changed := w.send(request{
			method: "PATCH", path: path, token: token, headers: map[string]string{"If-Match": "*"}, body: `{"keep_months":3,"keep_unplaced_months":1}`,
		}).status(http.StatusOK).json()
		if changed["keep_months"] != 3.0 || changed["keep_unplaced_months"] != 1.0 {
			t.Errorf("changed %v", changed)
		}
		w.send(request{
			method: "PATCH", path: path, token: token, headers: map[string]string{"If-Match": "*"}, body: `{"keep_months":0}`, crooked: true,
		}).status(http.StatusUnprocessableEntity)
		if public := w.send(request{method: "GET", path: path}).status(http.StatusOK).json(); public["breaks"] != nil {
			t.Errorf("nobody sees %v", public)
		}
	})
}

// Two of a circle's members get no mail: the programme is told the name of its own, and nothing of the other.
func TestLettersNameTheProgrammesOwnPeopleOnly(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		sink := smtpsink.Start(t)
		for _, email := range []string{"els@example.org", "gus@example.org"} {
			sink.RefuseAddress(email, 550, "5.1.1")
		}
		server, err := mail.ParseURL(sink.URL())
		must(t, err)
		sender, err := mail.NewSender(server, mail.Address{Mailbox: "kring@example.org"}, "https://kring.example")
		must(t, err)
		post := w.post(sender)
		must(t, w.db.Write(t.Context(), func(tx database.Tx) error { // gus has pressed a link: his address is his word
			_, err := identity.ConfirmAddressIn(tx, w.clock.Now(), c.actors[guest].PersonID)
			return err
		}))
		passes := func() {
			_, _, err := post.Plan(t.Context(), w.clock.Now())
			must(t, err)
			_, _, err = post.Deliver(t.Context(), w.clock.Now())
			must(t, err)
		}
		passes()
		must(t, w.db.Write(t.Context(), func(tx database.Tx) error { // who is asked this has not said that she comes
			for _, kind := range []string{scheduling.NoticeGoNoGo, scheduling.NoticeStillIn} {
				if err := outbox.NoteIn(tx, outbox.Notice{
					PersonID: c.actors[member].PersonID, Kind: kind, Key: kind, ProgrammeID: c.programme.ID, CircleID: c.circle.ID, HoldUntil: w.clock.Now(),
				}); err != nil {
					return err
				}
			}
			return nil
		}))
		passes()
		letters := func(who, programmeID string) string {
			return w.send(request{
				method: "GET", path: "/api/v1/programmes/" + programmeID + "/letters?limit=200", token: w.token(c.actors[who].PersonID),
			}).status(http.StatusOK).Body.String()
		}
		own := letters(facilitator, c.programme.ID)
		if !strings.Contains(own, `"undeliverable":["els@ Maes"]`) || strings.Contains(own, "gus@") {
			t.Errorf("the circle's facilitator reads %s", own)
		}
		if strings.Contains(own, scheduling.NoticeGoNoGo) || strings.Contains(own, scheduling.NoticeStillIn) {
			t.Errorf("the facilitator reads who had not answered: els gets no mail, and this is of her: %s", own)
		}
		if theirs := letters(partner, c.allied.ID); strings.Contains(theirs, "els@") {
			t.Errorf("the partner reads %s", theirs)
		}
		seats := func(who string) map[string]any {
			found := map[string]any{}
			for _, one := range w.send(request{
				method: "GET", path: "/api/v1/circles/" + c.circle.ID + "/members", token: w.token(c.actors[who].PersonID),
			}).status(http.StatusOK).json()["items"].([]any) {
				seat := one.(map[string]any)
				found[seat["first_name"].(string)] = seat["email"]
			}
			return found
		}
		for who, want := range map[string][2]any{facilitator: {"els@example.org", nil}, partner: {nil, "gus@example.org"}, owner: {"els@example.org", "gus@example.org"}, host: {nil, nil}} {
			if found := seats(who); found["els@"] != want[0] || found["gus@"] != want[1] {
				t.Errorf("%s sees %v", who, found)
			}
		}
	})
}

func TestJournalsSayWhatEachMayRead(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		actors := func(path, who string) map[string]bool {
			found := map[string]bool{}
			got := w.send(request{method: "GET", path: path + "?limit=200", token: w.token(c.actors[who].PersonID)}).status(http.StatusOK)
			for _, one := range got.json()["items"].([]any) {
				found[one.(map[string]any)["actor"].(string)] = true
			}
			if strings.Contains(got.Body.String(), "@") {
				t.Errorf("%s holds an address: %s", path, got.Body)
			}
			return found
		}
		if found := actors("/api/v1/programmes/"+c.programme.ID+"/journal", facilitator); !found["member"] || found["self"] {
			t.Errorf("a programme's journal knows %v", found)
		}
		if found := actors("/api/v1/me/journal", member); !found["self"] || found["member"] || found["facilitator"] {
			t.Errorf("one's own journal knows %v", found)
		}
		mine := w.walk("/api/v1/me/journal", w.token(c.actors[member].PersonID), "id", 2)
		if whole := w.walk("/api/v1/me/journal", w.token(c.actors[member].PersonID), "id", 200); len(mine) < 3 || len(whole) < len(mine) {
			t.Errorf("in pages %v, at once %v", mine, whole)
		}
	})
}
