package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/mail/catcher"
	"kring/internal/testkit"
	"kring/internal/testkit/smtpsink"
)

// life is the whole program in virtual time: real rooms, ticks, database and mail; requests go straight to the router.
// Time passes only where the story says so (until, settle), and nobody sleeps.
//
//	live(t, "2017-05-29T07:00:00Z", func(l *life) {
//		p := l.post(owner, "/api/v1/programmes", object{...})
//		...
//		offer := l.letter("ann@example.org")            // the one new letter to her, or the test fails
//		l.press(offer.link("yes"), nil)
//		l.until("2017-06-06T11:30:00Z")
//	})
type life struct {
	*testing.T
	service *service
	sink    *smtpsink.Sink
	tokens  map[string]string // bearer tokens by address; the owner's is under owner
	read    map[string]int    // number of the last mail that the story looked at, by address
	log     *bytes.Buffer
}

// owner is who the database belongs to; stories ask as her.
const owner = "els@example.org"

// nobody asks without a token.
const nobody = ""

// object is a JSON object.
type object map[string]any

// live tells a story once per database, beginning at an instant (RFC 3339).
func live(t *testing.T, at string, story func(l *life)) {
	t.Helper()
	begins := instant(t, at)
	testkit.URLs(t, func(t *testing.T, url string) {
		sink := smtpsink.Start(t)
		synctest.Test(t, func(t *testing.T) {
			clock := clock.System()
			sleep(begins.Sub(clock.Now())) // before anything ticks
			l, end := begin(t, ingredients{clock: clock, strict: true}, url, sink)
			defer end()
			story(l)
		})
	})
}

// begin puts the program together and lets its ticks begin; end takes it apart.
func begin(t *testing.T, in ingredients, url string, sink *smtpsink.Sink, change ...func(*settings)) (l *life, end func()) {
	t.Helper()
	l = assemble(t, in, url, sink, change...)
	ticks, err := startTicking(t.Context(), l.service.jobs)
	if err != nil {
		t.Fatal(err)
	}
	return l, func() { l.end(ticks.stop) }
}

// assemble puts the program together, with settings changed as the test wants; nothing ticks yet.
func assemble(t *testing.T, in ingredients, url string, sink *smtpsink.Sink, change ...func(*settings)) *life {
	t.Helper()
	s := settings{
		Addr: "127.0.0.1:0", DatabaseURL: url, SMTPURL: sink.URL(), PublicURL: "https://kring.example.org", Secret: secret,
		OwnerEmail: owner, MailFrom: "Kring <kring@kring.example.org>", Language: "nl", Zone: "Europe/Brussels",
		LogLevel: "info", LogFormat: "text", NetworkLimit: "300", ACME: "no",
	}
	for _, one := range change {
		one(&s)
	}
	c, err := s.check()
	if err != nil {
		t.Fatal(err)
	}
	l := &life{T: t, sink: sink, tokens: map[string]string{}, read: map[string]int{}, log: &bytes.Buffer{}}
	var out bytes.Buffer
	level := max(c.level, slog.LevelWarn)
	if c.level == slog.LevelDebug { // a test that reads all lines
		level = c.level
	}
	in.config, in.out, in.log = c, &out, slog.New(slog.NewTextHandler(&lockedWriter{to: l.log}, &slog.HandlerOptions{Level: level}))
	if l.service, err = open(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	l.tokens[owner] = tokenIn(out.String())
	return l
}

// end stops what lets time act, takes the program apart, and checks that it logged no error.
func (l *life) end(stop func() error) {
	l.Helper()
	if err := stop(); err != nil {
		l.Error(err)
	}
	if err := l.service.close(l.Context()); err != nil {
		l.Error(err)
	}
	if strings.Contains(l.log.String(), "level=ERROR") {
		l.Errorf("the log has errors:\n%s", l.log)
	}
}

// now is product time.
func (l *life) now() time.Time { return l.service.clock.Now() }

// until lets time pass to an instant, and everything run that is due by then.
func (l *life) until(at string) {
	l.Helper()
	to := instant(l.T, at)
	if to.Before(l.now()) {
		l.Fatalf("it is %s, past %s", l.now().Format(time.RFC3339), at)
	}
	sleep(to.Sub(l.now()))
	l.pass(tick) // what fell due since the last tick
	l.settle()
}

// pass lets a while pass.
func (l *life) pass(d time.Duration) { sleep(d); synctest.Wait() }

// settle lets everything run that the last request made due: a few seconds of time.
func (l *life) settle() {
	for range 20 {
		l.pass(wakeAfter)
		if !l.service.jobs.stale.Load() {
			return
		}
	}
	l.Fatal("jobs find something to do again and again")
}

// get, post and patch ask as somebody; all but an answer of 2xx fails the test.
func (l *life) get(as, path string) object { l.Helper(); return l.must(as, http.MethodGet, path, nil) }
func (l *life) post(as, path string, body object) object {
	l.Helper()
	return l.must(as, http.MethodPost, path, body)
}
func (l *life) patch(as, path string, body object) object {
	l.Helper()
	return l.must(as, http.MethodPatch, path, body)
}

func (l *life) must(as, method, path string, body object) object {
	l.Helper()
	status, answer := l.ask(as, method, path, body)
	if status/100 != 2 {
		l.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
	return answer
}

// ask asks as somebody, about whatever revision there is, and answers the status and the body.
func (l *life) ask(as, method, path string, body object) (int, object) {
	l.Helper()
	var sent io.Reader
	if body != nil {
		sent = bytes.NewReader(encode(l.T, body))
	}
	request := httptest.NewRequestWithContext(l.Context(), method, path, sent)
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if method != http.MethodGet {
		request.Header.Set("If-Match", "*")
	}
	if as != nobody {
		request.Header.Set("Authorization", "Bearer "+l.tokenOf(as))
	}
	recorder := httptest.NewRecorder()
	l.service.echo.ServeHTTP(recorder, request)
	var answer object
	if recorder.Body.Len() > 0 {
		if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
			l.Fatalf("%s %s answers no JSON: %s", method, path, recorder.Body)
		}
	}
	return recorder.Code, answer
}

// tokenOf is a member token for whoever is not the owner, as the pages behind a letter have it. A new one is made each
// time: they last an hour.
func (l *life) tokenOf(address string) string {
	l.Helper()
	if token := l.tokens[address]; token != "" {
		return token
	}
	token, _ := l.service.tokens.MemberToken(l.person(address))
	return token
}

// person is who has an address.
func (l *life) person(address string) (p identity.Person) {
	l.Helper()
	err := l.service.db.Read(l.Context(), func(tx database.Tx) (err error) {
		p, err = identity.ByEmailIn(tx, address)
		return err
	})
	if err != nil {
		l.Fatalf("%s: %v", address, err)
	}
	return p
}

// letter is a mail as its reader has it.
type letter struct {
	catcher.Mail
	l *life
}

// letters are the mails to somebody that the story has not looked at yet, the oldest first.
func (l *life) letters(to string) []letter {
	l.Helper()
	l.settle()
	return l.arrived(to)
}

// arrived is letters without letting anything run before.
func (l *life) arrived(to string) []letter {
	l.Helper()
	var found []letter
	for _, m := range l.sink.Mails() {
		if m.Number > l.read[to] && len(m.Envelope.To) == 1 && m.Envelope.To[0] == to {
			found = append(found, letter{m, l})
			l.read[to] = m.Number
		}
	}
	return found
}

// letter is the only new mail to somebody.
func (l *life) letter(to string) letter {
	l.Helper()
	found := l.letters(to)
	if len(found) != 1 {
		l.Fatalf("%d new letters to %s: %q", len(found), to, subjects(found))
	}
	return found[0]
}

// silent checks that nobody of these got a letter that the story has not looked at.
func (l *life) silent(people ...string) {
	l.Helper()
	for _, to := range people {
		if found := l.letters(to); len(found) > 0 {
			l.Errorf("unexpected letters to %s: %q", to, subjects(found))
		}
	}
}

func subjects(letters []letter) (all []string) {
	for _, one := range letters {
		all = append(all, one.Subject)
	}
	return all
}

var linkLine = regexp.MustCompile(`https://kring\.example\.org/[lus]/[^\s<>"]+`)

var choiceField = regexp.MustCompile(`name="choice" value="([^"]*)"`)

// link is the one address in the letter's text that leads to a choice, such as "yes".
func (m letter) link(choice string) string {
	m.l.Helper()
	for _, address := range linkLine.FindAllString(m.Text, -1) {
		if u, err := url.Parse(address); err == nil && u.Query().Get("choice") == choice {
			return address
		}
	}
	m.l.Fatalf("no link %q in %q:\n%s", choice, m.Subject, m.Text)
	return ""
}

// links are all addresses of pages in the letter's text, without those of the footer.
func (m letter) links() []string {
	body, _, _ := strings.Cut(m.Text, "\n-- \n")
	return linkLine.FindAllString(body, -1)
}

// press opens the page behind a link, which must change nothing, and presses the button that the link chose, or the only
// one. Further fields of the form may be given. It answers the page's text.
func (l *life) press(link string, fields url.Values) string {
	l.Helper()
	u, err := url.Parse(link)
	if err != nil {
		l.Fatal(err)
	}
	status, page := l.open(http.MethodGet, u.RequestURI(), nil)
	if status != http.StatusOK {
		l.Fatalf("GET %s: %d %s", u.Path, status, page)
	}
	form := url.Values{}
	if choice := u.Query().Get("choice"); choice != "" {
		form.Set("choice", choice)
	} else if buttons := choiceField.FindAllStringSubmatch(page, -1); len(buttons) == 1 {
		form.Set("choice", buttons[0][1])
	}
	for name, values := range fields {
		form[name] = values
	}
	status, page = l.open(http.MethodPost, u.Path, form)
	if status != http.StatusOK && status != http.StatusSeeOther {
		l.Fatalf("POST %s %v: %d %s", u.Path, form, status, page)
	}
	return page
}

// open asks for a page.
func (l *life) open(method, path string, form url.Values) (int, string) {
	request := httptest.NewRequestWithContext(l.Context(), method, path, strings.NewReader(form.Encode()))
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	recorder := httptest.NewRecorder()
	l.service.echo.ServeHTTP(recorder, request)
	return recorder.Code, recorder.Body.String()
}

// at answers what stands at a path such as "items.0.id"; nil where there is nothing.
func (o object) at(path string) any {
	var value any = map[string]any(o)
	for name := range strings.SplitSeq(path, ".") {
		switch inside := value.(type) {
		case map[string]any:
			value = inside[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(inside) {
				return nil
			}
			value = inside[i]
		default:
			return nil
		}
	}
	return value
}

// text is at for a string; "" where there is none.
func (o object) text(path string) string { s, _ := o.at(path).(string); return s }

// number is at for a number; 0 where there is none.
func (o object) number(path string) int { n, _ := o.at(path).(float64); return int(n) }

// items are the objects of a list.
func (o object) items() (all []object) {
	list, _ := o["items"].([]any)
	for _, one := range list {
		if inside, ok := one.(map[string]any); ok {
			all = append(all, object(inside))
		}
	}
	return all
}

// String is the object as JSON.
func (o object) String() string {
	raw, err := json.Marshal(map[string]any(o))
	if err != nil {
		return fmt.Sprint(map[string]any(o))
	}
	return string(raw)
}

func encode(t *testing.T, value any) []byte {
	t.Helper()
	raw, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func instant(t *testing.T, rfc3339 string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, rfc3339)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
