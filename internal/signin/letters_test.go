package signin

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kring/internal/identity"
	"kring/internal/mail"
	"kring/internal/outbox"
	"kring/internal/testkit"
	"kring/internal/testkit/smtpsink"
	"kring/internal/text"
)

func TestLettersInBothLanguages(t *testing.T) {
	url := testkit.SQLite(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, testkit.Open(t, url), firstSecret)
		w.later(time.Date(2026, 8, 17, 10, 7, 0, 0, time.UTC).Sub(w.clock.Now()))
		an, unconfirmed := w.somebody("An"), w.stranger("Bo")
		w.asked(an.Email)
		w.asked(unconfirmed.Email)
		w.changing(an, "an.adams@example.com")
		w.changing(unconfirmed, "bo@example.com")
		got(w.QueueLettersNow())(t)
		names := map[string]string{
			KindSignIn + an.ID: "sign-in", KindSignIn + unconfirmed.ID: "sign-in-unconfirmed", KindAddressOld + an.ID: "address-old",
			KindAddressNew + an.ID: "address-new", KindAddressNew + unconfirmed.ID: "address-new-alone",
		}
		for _, notice := range w.told() {
			name, known := names[notice.Kind+notice.PersonID]
			if !known {
				t.Fatalf("%s is told to somebody", notice.Kind)
			}
			delete(names, notice.Kind+notice.PersonID)
			for _, lang := range []string{text.Dutch, text.English} {
				person := w.person(notice.PersonID)
				person.LetterLanguage = lang
				message := got(w.Table()[notice.Kind].Compose(w.ctx, person, []outbox.Notice{notice}))(t)
				content := "To: " + message.To.Mailbox + "\nSubject: " + message.Subject + "\n\n" + message.Body.Text()
				testkit.Golden(t, "letters/"+name+"."+lang+".txt", scrub(content))
				testkit.Golden(t, "letters/"+name+"."+lang+".html", scrub(message.Body.HTML(lang, message.Subject)))
			}
		}
		for missing := range names {
			t.Errorf("nobody is told %s", missing)
		}
	})
}

var (
	tokenInLetter = regexp.MustCompile(`/(s|l)/[A-Za-z0-9_-]+`)
	codeInLetter  = regexp.MustCompile(`\b\d{3} \d{3}\b`)
)

// scrub takes out what differs from run to run: tokens and codes come from ids.
func scrub(content string) []byte {
	content = tokenInLetter.ReplaceAllString(content, "/$1/TOKEN")
	return []byte(codeInLetter.ReplaceAllString(content, "123 456"))
}

// From the question to the mail server and in.
func TestALetterIsSentAndLetsSomebodyIn(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		sink := smtpsink.Start(t)
		an := w.somebody("An")
		a, _ := w.asked(an.Email)
		w.asked("nobody@example.org")
		b, change := w.changing(w.somebody("Bo"), "bo@example.com")
		got(w.QueueLettersNow())(t)
		w.deliver(sink, outbox.Counts{Sent: 3})
		letters := map[string]string{}
		for _, mail := range sink.Await(t, 3) {
			letters[mail.Envelope.To[0]] = mail.Text
			if mail.Header.Get("List-Id") != "" || mail.Header.Get("List-Unsubscribe") != "" {
				t.Errorf("%s is on a list", mail.Subject)
			}
		}
		letter := letters[an.Email]
		token := tokenInLetter.FindString(letter)
		code := codeInLetter.FindString(letter)
		w.must(w.Show(w.ctx, strings.TrimPrefix(token, "/s/")))
		if p := got(w.Confirm(w.ctx, Proof{RequestID: a.ID, Code: code}, office))(t); p.ID != an.ID {
			t.Errorf("%+v is in, by\n%s", p, letter)
		}
		for to, old := range map[string]bool{"bo@example.com": false, "bo@example.org": true} {
			raw := strings.TrimPrefix(tokenInLetter.FindString(letters[to]), "/l/")
			link := got(w.links.Verify(raw))(t)
			if want := map[bool]string{true: LinkAddressOld, false: LinkAddressNew}[old]; link.Purpose != want || link.RowID != change.ID || !link.ExpiresAt.Equal(change.ExpiresAt.Truncate(time.Second)) {
				t.Errorf("%s: %+v", to, link)
			}
			got(w.ConfirmAddress(w.ctx, identity.Actor{PersonID: link.PersonID}, link.RowID, old))(t)
		}
		b.isOut("moved")
	})
}

// A new address that the server refuses says nothing of the person; an old one that it refuses is not waited for.
func TestAddressesThatAServerRefuses(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		sink := smtpsink.Start(t)
		an, bo := w.somebody("An"), w.somebody("Bo")
		sink.RefuseAddress("an@example.com", 550, "5.1.1")
		w.changing(an, "an@example.com")
		w.deliver(sink, outbox.Counts{Sent: 1, Refused: 1})
		if p := w.person(an.ID); p.UndeliverableAt != nil {
			t.Error("her own address is blamed")
		}
		sink.RefuseAddress(bo.Email, 550, "5.1.1")
		_, change := w.changing(bo, "bo@example.com")
		w.deliver(sink, outbox.Counts{Sent: 1, Refused: 1})
		if !got(w.ConfirmAddress(w.ctx, identity.Actor{PersonID: bo.ID}, change.ID, false))(t) {
			t.Error("still waits for an address that takes no mail")
		}
	})
}

// What is over is not sent, whatever it was queued for.
func TestLettersThatAreOver(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		sink := smtpsink.Start(t)
		an, bo, cato := w.somebody("An"), w.somebody("Bo"), w.somebody("Cato")
		_, used := w.asked(an.Email)
		w.asked(an.Email)
		late, _ := w.asked(bo.Email)
		w.changing(cato, "first@example.com")
		w.changing(cato, "second@example.com")
		got(w.QueueLettersNow())(t)
		got(w.Confirm(w.ctx, Proof{Token: used.token}, office))(t)
		w.exec("update sign_in_requests set expires_at = ? where id = ?", w.clock.Now(), late.ID)
		w.deliver(sink, outbox.Counts{Sent: 2, Lapsed: 5})
		for _, mail := range sink.Await(t, 2) {
			if strings.Contains(mail.Text, "first@") {
				t.Errorf("sent\n%s", mail.Text)
			}
		}
		got(w.ConfirmAddress(w.ctx, identity.Actor{PersonID: cato.ID}, w.change(cato).ID, false))(t)
		composed := 0
		for kind, write := range w.Table() {
			for _, subject := range []string{w.change(cato).ID, late.ID} {
				if _, err := write.Compose(w.ctx, an, []outbox.Notice{{Kind: kind, PersonID: an.ID, SubjectID: subject}}); err == nil {
					composed++
				}
			}
		}
		if composed > 0 {
			t.Errorf("%d letters about somebody else", composed)
		}
	})
}

// deliver sends what waits over a real connection.
func (w *world) deliver(sink *smtpsink.Sink, want outbox.Counts) {
	w.t.Helper()
	server := got(mail.ParseURL(sink.URL()))(w.t)
	sender := got(mail.NewSender(server, mail.Address{Name: "Kring", Mailbox: "kring@example.org"}, "https://kring.example.org"))(w.t)
	post := got(outbox.New(outbox.Options{DB: w.db, Clock: w.clock, Table: w.Table(), Sender: sender, Host: "kring.example.org"}))(w.t)
	_, _, err := post.Plan(w.ctx, w.clock.Now())
	w.must(err)
	counts, _, err := post.Deliver(w.ctx, w.clock.Now())
	w.must(err)
	if counts != want {
		w.t.Errorf("delivered %+v, want %+v", counts, want)
	}
}

func TestEveryCodeHasASentence(t *testing.T) {
	texts := got(text.Load(identity.Texts, Texts))(t)
	// too-often is said of all that is asked for too often: its sentence is the API's.
	for name, prefix := range map[string]string{`New\(fault\.\w+, "([a-z-]+)"`: "problem.", `\.Add\("[^"]*", "([a-z-]+)"`: "violation."} {
		found := 0
		for _, file := range got(filepath.Glob("*.go"))(t) {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, code := range regexp.MustCompile(name).FindAllSubmatch(got(os.ReadFile(file))(t), -1) {
				found++
				if !texts.Has(prefix + string(code[1])) {
					t.Errorf("%s%s has no sentence", prefix, code[1])
				}
			}
		}
		if found == 0 {
			t.Errorf("no %s found", prefix)
		}
	}
}
