package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/mail"
	"kring/internal/mail/catcher"
	"kring/internal/page"
	"kring/internal/testkit"
	"kring/internal/testkit/smtpsink"
	"kring/scheduling"
	"kring/scheduling/health"
)

// demoWith puts a new demo together, with its sandbox, and answers it.
func demoWith(t *testing.T, box *catcher.Box, smtp string) *sandbox {
	t.Helper()
	s := defaults(t, "demo")
	c, err := s.checkDemo()
	if err != nil {
		t.Fatal(err)
	}
	server, err := mail.ParseURL(smtp)
	if err != nil {
		t.Fatal(err)
	}
	folder, clean, err := demoCommand{}.folder()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(clean)
	g := &stage{folder: folder, inbox: box, out: io.Discard}
	c.smtp, c.databaseURL, c.publicURL = &server, "file:"+g.folder+"/demo.db", "http://127.0.0.1:8080"
	service, err := open(t.Context(), ingredients{config: c, clock: g.clock(), log: c.logger(t.Output()), out: io.Discard, strict: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { service.close(context.WithoutCancel(t.Context())) })
	b, err := g.set(t.Context(), service)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Whatever day it is, a new demo shows each of the circles that Kring was made for, and its clock can be turned.
func TestDemo(t *testing.T) {
	for _, day := range []string{"2026-11-23T18:00:00Z", "2027-05-22T11:00:00Z"} {
		t.Run(day, func(t *testing.T) {
			sink := smtpsink.Start(t)
			synctest.Test(t, func(t *testing.T) {
				sleep(instant(t, day).Sub(clock.System().Now()))
				b := demoWith(t, sink.Box, sink.URL())
				alive(t, b, day)
				planning(t, b)
				turning(t, b)
			})
		})
	}
}

func alive(t *testing.T, b *sandbox, day string) {
	t.Helper()
	if now := b.clock.Now(); !now.Equal(instant(t, day)) {
		t.Errorf("a new demo shows %s", now)
	}
	found, err := b.watch.ProgrammeHealth(t.Context(), b.cast.owner, b.cast.programmeID, "", page.Cursor{}, 50)
	if err != nil {
		t.Fatal(err)
	}
	verdicts := map[string]health.Level{}
	for _, circle := range found.Items {
		verdicts[circle.Name] = circle.Verdict
		if !strings.Contains("Drie zoeken twee", circle.Name) && circle.Held < 2 {
			t.Errorf("%s held %d sessions", circle.Name, circle.Held)
		}
	}
	for name, want := range map[string]health.Level{
		"The Tuesday five": health.Stalling, "Donderdagkring": health.OnTrack, "Het middaguur": health.Wobbling, "Vroege vogels": health.OnTrack,
	} {
		if verdicts[name] != want {
			t.Errorf("%s is %s, not %s", name, verdicts[name], want)
		}
	}
	languages := map[string]int{}
	for _, m := range b.box.Mails() {
		languages[m.Header.Get("Content-Language")]++
	}
	if languages["nl"] < 100 || languages["en"] < 50 {
		t.Errorf("letters by language: %v", languages)
	}
}

// A new demo shows planning at work: a vote on another date under way, somebody asked a day ahead, invitations in the
// inbox, and addresses to subscribe to that answer.
func planning(t *testing.T, b *sandbox) {
	t.Helper()
	found, err := b.circles.Circles(t.Context(), b.cast.owner, b.cast.programmeID, "", page.Cursor{}, sampleCircles)
	if err != nil {
		t.Fatal(err)
	}
	open := 0
	for _, circle := range found.Items {
		proposals, err := b.calendar.DateProposals(t.Context(), b.cast.owner, circle.ID, page.Cursor{}, 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range proposals.Items {
			if p.State == scheduling.ProposalOpen && circle.Name == "Tussen twee treinen" && p.Options[0].Kind == scheduling.OptionMove && p.Options[0].Yes > 0 {
				open++
			}
		}
	}
	if open != 1 {
		t.Errorf("%d votes on another date are under way", open)
	}
	asked, invited := 0, 0
	for _, m := range b.box.Mails() {
		if strings.HasPrefix(m.Subject, "Vrijdag na de koffie: ben je erbij op ") {
			asked++
		}
		for _, c := range m.Calendars {
			if strings.Contains(string(c.Body), "METHOD:REQUEST") {
				invited++
			}
		}
	}
	if asked == 0 || invited < 30 {
		t.Errorf("%d are asked a day ahead, %d mails carry an invitation", asked, invited)
	}
	reads := httptest.NewRecorder()
	b.echo.ServeHTTP(reads, httptest.NewRequestWithContext(t.Context(), http.MethodGet, strings.TrimPrefix(b.subscribes(t), b.config.publicURL), nil))
	if reads.Code != http.StatusOK || strings.Count(reads.Body.String(), "BEGIN:VEVENT") < 13 {
		t.Errorf("a member who subscribes gets %d %.300s", reads.Code, reads.Body)
	}
}

// subscribes is the address of a member's own calendar.
func (b *sandbox) subscribes(t *testing.T) string {
	t.Helper()
	var member identity.Person
	err := b.db.Read(t.Context(), func(tx database.Tx) (err error) {
		member, err = identity.ByEmailIn(tx, "nele.hermans@example.org")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	feed, err := b.feeds.OfPerson(t.Context(), identity.Actor{PersonID: member.ID, Scopes: []string{identity.ScopeAll}})
	if err != nil {
		t.Fatal(err)
	}
	return feed.Address
}

func turning(t *testing.T, b *sandbox) {
	t.Helper()
	ask := func(method, path, body string, headers ...string) (int, string) {
		request := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
		for i := 0; i+1 < len(headers); i += 2 {
			request.Header.Set(headers[i], headers[i+1])
		}
		recorder := httptest.NewRecorder()
		b.echo.ServeHTTP(recorder, request)
		return recorder.Code, recorder.Body.String()
	}
	const advance = "/sandbox/clock/advance"
	for name, c := range map[string]struct {
		body   string
		status int
		want   string
	}{
		"no body":                      {"", 400, "unreadable"},
		"no JSON":                      {"{", 400, "unreadable"},
		"two bodies":                   {`{"days":1}{}`, 400, "unreadable"},
		"nothing":                      {`{}`, 422, `"pointer":"/to"`},
		"everything that is wrong":     {`{"days":"x","play":1,"fast":true}`, 422, `"pointer":"/fast"`},
		"both":                         {`{"days":1,"to":"2099-01-01T00:00:00Z"}`, 422, `"pointer":"/days"`},
		"backwards":                    {`{"to":"2001-01-01T00:00:00Z"}`, 422, "in-the-past"},
		"days backwards":               {`{"days":-1}`, 422, "not-between"},
		"the year 9999":                {`{"to":"9999-01-01T00:00:00Z"}`, 422, "too-far"},
		"three thousand days":          {`{"days":3000}`, 422, "not-between"},
		"a date without hour and zone": {`{"to":"2027-01-01"}`, 422, "not-an-instant"},
	} {
		if status, body := ask("POST", advance, c.body, "Content-Type", "application/json"); status != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	before, mails := b.clock.Now(), b.box.Taken()
	if status, body := ask("POST", advance, `{"days":7}`, "Content-Type", "text/plain"); status != http.StatusUnsupportedMediaType {
		t.Errorf("a form of another site: %d %s", status, body)
	}
	if status, body := ask("POST", advance, `{"days":7}`, "Content-Type", "application/json"); status != http.StatusOK || !strings.Contains(body, `"local"`) {
		t.Fatalf("%d %s", status, body)
	}
	if turned := b.clock.Now().Sub(before); turned < 7*24*time.Hour || turned > 7*24*time.Hour+time.Minute {
		t.Errorf("turned by %s", turned)
	}
	if b.box.Taken() < mails+20 {
		t.Errorf("a week brought %d mails", b.box.Taken()-mails)
	}
	newest := b.box.Mails()[len(b.box.Mails())-1]
	if status, body := ask("GET", "/sandbox/inbox", "", "Accept", "application/json"); status != 200 || !strings.Contains(body, `"links":[{"label":`) {
		t.Errorf("%d %.300s", status, body)
	}
	if status, body := ask("GET", "/sandbox/inbox?to="+newest.Envelope.To[0], "", "Accept-Language", "nl"); status != 200 || !strings.Contains(body, "Alleen mails aan") {
		t.Errorf("%d %.300s", status, body)
	}
	if status, body := ask("GET", "/sandbox/inbox/"+strconv.Itoa(newest.Number), ""); status != 200 || !strings.Contains(body, "<iframe") || strings.Contains(body, "<script") {
		t.Errorf("%d %.300s", status, body)
	}
	for _, path := range []string{"/sandbox/inbox/0", "/sandbox/inbox/999999", "/sandbox/inbox/x", "/sandbox/inbox/1/files/9"} {
		if status, body := ask("GET", path, ""); status != 404 {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}

func TestTheDemoReachesNobody(t *testing.T) {
	for name, env := range map[string][]string{
		"by address": {"KRING_SMTP_URL=smtps://mail.example.org"}, "by file": {"KRING_SMTP_URL_FILE=/run/secrets/smtp"},
		"with a database in use": {"KRING_DATABASE_URL=postgres://db/kring"},
	} {
		t.Run(name, func(t *testing.T) {
			if code, _, errs := kring(t, env, "demo"); code != 2 || !strings.Contains(errs, "the demo") {
				t.Errorf("%d %s", code, errs)
			}
		})
	}
}

// The sandbox is the demo's alone.
func TestServeHasNoSandbox(t *testing.T) {
	r := serving(t, settingsFor(testkit.SQLite(t))...)
	for _, path := range []string{"/sandbox", "/sandbox/inbox", "/sandbox/clock", "/sandbox/token"} {
		if status, body := r.get(path); status != http.StatusNotFound {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
}
