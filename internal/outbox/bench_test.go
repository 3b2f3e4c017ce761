package outbox_test

import (
	"bytes"
	"context"
	"fmt"
	"net/textproto"
	"strings"
	"sync"
	"testing"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/mail"
	"kring/internal/outbox"
	"kring/internal/testkit"
	"kring/internal/testkit/smtpsink"
)

// BenchmarkLetters measures letters from due to accepted, durably (SQLite, synchronous FULL), each with
// a receipt of its own, beside a client that does nothing but speak SMTP to the same kind of server
// with a finished mail of the same size. Compare the two of one run; absolute figures depend on the
// machine and its neighbours.
func BenchmarkLetters(b *testing.B) {
	for _, connections := range []int{1, 8} {
		b.Run(fmt.Sprintf("outbox/connections=%d", connections), func(b *testing.B) { benchOutbox(b, connections) })
		b.Run(fmt.Sprintf("raw/connections=%d", connections), func(b *testing.B) { benchRaw(b, connections) })
	}
}

func benchOutbox(b *testing.B, connections int) {
	db, err := database.Open(b.Context(), database.Options{URL: testkit.SQLite(b)})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	w := &world{t: b, db: db, clock: clock.System(), sink: smtpsink.StartWith(b, smtpsink.Options{Discard: true})}
	an := w.person("An")
	notices := make([]outbox.Notice, b.N)
	for i := range notices {
		notices[i] = outbox.Notice{PersonID: an.ID, Kind: "reminder", Key: fmt.Sprint(i), HoldUntil: noon}
	}
	w.note(notices...)
	post := w.benchPost(connections)
	w.plan(post, noon)
	used := testkit.CPU(b)
	b.ResetTimer()
	sent := 0
	for sent < b.N {
		counts, _, err := post.Deliver(b.Context(), noon)
		if err != nil {
			b.Fatal(err)
		}
		sent += counts.Sent
	}
	b.StopTimer()
	report(b)
	b.ReportMetric(float64((testkit.CPU(b)-used).Microseconds())/float64(b.N), "cpu-µs/letter")
	if w.sink.Taken() != b.N {
		b.Errorf("%d mails for %d letters", w.sink.Taken(), b.N)
	}
}

func report(b *testing.B) { b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "letters/s") }

func (w *world) benchPost(connections int) *outbox.Post {
	server, err := mail.ParseURL(fmt.Sprintf("%s&connections=%d", w.sink.URL(), connections))
	w.must(err)
	sender, err := mail.NewSender(server, mail.Address{Mailbox: "kring@example.org"}, "https://kring.example.org")
	w.must(err)
	post, err := outbox.New(outbox.Options{
		DB: w.db, Clock: w.clock, Sender: sender, Host: "kring.example.org",
		Table: outbox.Table{"reminder": {List: outbox.Reminders, Compose: benchLetter}},
	})
	w.must(err)
	return post
}

// benchLetter is as large as a real reminder: some 8 KiB on the wire.
func benchLetter(_ context.Context, person identity.Person, _ []outbox.Notice) (mail.Message, error) {
	link := "https://kring.example.org/l/" + strings.Repeat("a", 80)
	body := mail.Body{Greeting: "Dag " + person.Name + ",", Closing: "Tot dan!", Footer: []mail.Link{{Label: "Mijn data", URL: link}, {Label: "Stop", URL: link}}}
	body.Blocks = append(body.Blocks, mail.Facts{{Label: "Wanneer", Value: "dinsdag 6 maart, 12:30 (Brussel)"}, {Label: "Waar", Value: "Zaal 4"}},
		mail.Buttons{{Label: "Ik ben erbij", URL: link}, {Label: "Ik kan niet", URL: link}})
	for range 4 {
		body.Blocks = append(body.Blocks, mail.Paragraph(strings.Repeat("Lees vooraf de gids van deze week. ", 6)))
	}
	return mail.Message{Subject: "Overmorgen: jullie sessie van week 4", UnsubscribeURL: link, Body: body}, nil
}

func benchRaw(b *testing.B, connections int) {
	sample := smtpsink.Start(b)
	w := &world{t: b, clock: clock.System(), sink: sample}
	server, err := mail.ParseURL(sample.URL())
	w.must(err)
	sender, err := mail.NewSender(server, mail.Address{Mailbox: "kring@example.org"}, "https://kring.example.org")
	w.must(err)
	connection, err := sender.Dial(b.Context())
	w.must(err)
	defer connection.Close()
	m, _ := benchLetter(b.Context(), identity.Person{Name: "An"}, nil)
	m.To, m.ID, m.Date = mail.Address{Mailbox: "an@example.org"}, "1@kring.example.org", noon
	w.must(connection.Send(b.Context(), m))
	finished := sample.Await(b, 1)[0].Raw

	sink := smtpsink.StartWith(b, smtpsink.Options{Discard: true})
	b.ResetTimer()
	var clients sync.WaitGroup
	for i := range connections {
		share := b.N / connections
		if i < b.N%connections {
			share++
		}
		clients.Go(func() {
			if err := rawClient(sink.Address(), finished, share); err != nil {
				b.Error(err)
			}
		})
	}
	clients.Wait()
	b.StopTimer()
	report(b)
	b.ReportMetric(float64(len(finished)), "bytes/letter")
	if sink.Taken() != b.N {
		b.Errorf("%d mails of %d", sink.Taken(), b.N)
	}
}

// rawClient speaks only what RFC 5321 asks for.
func rawClient(address string, letter []byte, times int) error {
	conn, err := textproto.Dial("tcp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, _, err := conn.ReadResponse(220); err != nil {
		return err
	}
	say := func(code int, line string) error {
		if err := conn.PrintfLine("%s", line); err != nil {
			return err
		}
		_, _, err := conn.ReadResponse(code)
		return err
	}
	if err := say(250, "EHLO bench"); err != nil {
		return err
	}
	letter = append(bytes.TrimSuffix(letter, []byte("\r\n")), "\r\n."...)
	for range times {
		for _, step := range []struct {
			code int
			line string
		}{{250, "MAIL FROM:<kring@example.org>"}, {250, "RCPT TO:<an@example.org>"}, {354, "DATA"}} {
			if err := say(step.code, step.line); err != nil {
				return err
			}
		}
		if err := say(250, string(letter)); err != nil {
			return err
		}
	}
	return say(221, "QUIT")
}

// BenchmarkPlan measures notices turned into letters.
func BenchmarkPlan(b *testing.B) {
	db, err := database.Open(b.Context(), database.Options{URL: testkit.SQLite(b)})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	w := &world{t: b, db: db, clock: clock.System(), sink: smtpsink.Start(b)}
	an := w.person("An")
	notices := make([]outbox.Notice, b.N)
	for i := range notices {
		notices[i] = outbox.Notice{PersonID: an.ID, Kind: "reminder", Key: fmt.Sprint(i), HoldUntil: noon.Add(time.Duration(i))}
	}
	w.note(notices...)
	post := w.benchPost(1)
	b.ResetTimer()
	w.plan(post, noon.Add(time.Hour))
	report(b)
}
