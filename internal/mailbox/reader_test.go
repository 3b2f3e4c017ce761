package mailbox_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"kring/internal/clock"
	"kring/internal/mailbox"
	"kring/internal/testkit/dovecot"
)

// patience is how long a test waits for what must come; nothing is waited for by the clock otherwise.
const patience = 30 * time.Second

// taker is told of each mail by its subject, and may refuse some.
type taker struct {
	t      *testing.T
	got    chan string
	mu     sync.Mutex
	refuse map[string]int // how often still, by subject
	panics string
}

func (k *taker) take(_ context.Context, m mailbox.Mail) error {
	read, err := netmail.ReadMessage(strings.NewReader(string(m.Raw)))
	if err != nil {
		k.t.Errorf("%v in %q", err, m.Raw)
		return nil
	}
	subject := read.Header.Get("Subject")
	k.mu.Lock()
	defer k.mu.Unlock()
	if subject == k.panics {
		panic("at " + subject)
	}
	k.got <- subject
	if k.refuse[subject] > 0 {
		k.refuse[subject]--
		return errors.New("not now")
	}
	return nil
}

// await waits for mails in this order.
func (k *taker) await(subjects ...string) {
	k.t.Helper()
	for _, want := range subjects {
		select {
		case got := <-k.got:
			if got != want {
				k.t.Fatalf("got %q, want %q", got, want)
			}
		case <-time.After(patience):
			k.t.Fatalf("%q never came", want)
		}
	}
}

func newTaker(t *testing.T) *taker {
	return &taker{t: t, got: make(chan string, 100), refuse: map[string]int{}}
}

// log is a log of which a test waits for lines.
type log struct {
	lines chan string
}

func (l log) Write(line []byte) (int, error) {
	l.lines <- string(line)
	return len(line), nil
}

func (l log) await(t *testing.T, part string) {
	t.Helper()
	for {
		select {
		case line := <-l.lines:
			if strings.Contains(line, "@") {
				t.Errorf("the log names an address: %s", line)
			}
			if strings.Contains(line, part) {
				return
			}
		case <-time.After(patience):
			t.Fatalf("the log never said %q", part)
		}
	}
}

// reading reads a mailbox until the test, or stop, ends it.
func reading(t *testing.T, address string, k *taker, change func(*mailbox.Options)) (lines log, stop func()) {
	t.Helper()
	server, err := mailbox.ParseURL(address)
	if err != nil {
		t.Fatal(err)
	}
	lines = log{make(chan string, 1000)}
	o := mailbox.Options{
		Server: server, Take: k.take, Clock: clock.System(), Log: slog.New(slog.NewTextHandler(lines, nil)), Pause: 10 * time.Millisecond,
	}
	if change != nil {
		change(&o)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); mailbox.NewReader(o).Run(ctx) }()
	stop = func() { cancel(); <-ended }
	t.Cleanup(stop)
	return lines, stop
}

func mailOf(subject string) []byte {
	return []byte("From: An <an@example.org>\r\nTo: reply@kring.example.org\r\nSubject: " + subject + "\r\n\r\nhello\r\n")
}

func TestMailsComeByIdle(t *testing.T) {
	server := dovecot.Start(t, dovecot.Options{})
	for name, address := range map[string]string{
		"open": server.URL("open"), "starttls": server.StartTLSURL("starttls"), "tls": server.TLSURL("tls"),
	} {
		t.Run(name, func(t *testing.T) {
			server.Append(name, mailOf("one"))
			k := newTaker(t)
			_, stop := reading(t, address, k, func(o *mailbox.Options) { o.Poll, o.Idle = time.Hour, time.Hour })
			k.await("one")
			server.Append(name, mailOf("two")) // while it waits, or just before
			k.await("two")
			server.Deliver("an@example.org", name+"+tag@kring.example.org", mailOf("three"))
			k.await("three")
			stop()
			if n := server.Unread(name); n != 0 {
				t.Errorf("%d mails are unread", n)
			}
		})
	}
}

func TestIdleIsRenewed(t *testing.T) {
	server := dovecot.Start(t, dovecot.Options{})
	k := newTaker(t)
	reading(t, server.URL("reply"), k, func(o *mailbox.Options) { o.Poll, o.Idle = time.Hour, time.Millisecond })
	for i := range 20 {
		subject := fmt.Sprint("mail ", i)
		server.Append("reply", mailOf(subject))
		k.await(subject)
	}
}

func TestMailsComeByPolling(t *testing.T) {
	server := dovecot.Start(t, dovecot.Options{NoIdle: true})
	server.Append("reply", mailOf("one"))
	k := newTaker(t)
	reading(t, server.URL("reply"), k, func(o *mailbox.Options) { o.Poll = 10 * time.Millisecond })
	k.await("one")
	server.Append("reply", mailOf("two"))
	k.await("two")
}

func TestAServerThatDiesIsFoundAgain(t *testing.T) {
	server := dovecot.Start(t, dovecot.Options{})
	server.Append("reply", mailOf("one"))
	k := newTaker(t)
	lines, stop := reading(t, server.URL("reply"), k, nil)
	k.await("one")
	server.Kill()
	lines.await(t, "cannot be read")
	server.Revive()
	lines.await(t, "can be read again")
	server.Append("reply", mailOf("two"))
	for got := ""; got != "two"; { // "one" again where the server died before it was marked
		select {
		case got = <-k.got:
		case <-time.After(patience):
			t.Fatal("nothing came after the server was found again")
		}
	}
	stop()
	if n := server.Unread("reply"); n != 0 {
		t.Errorf("%d mails are unread", n)
	}
}

func TestNoServerIsNoFailure(t *testing.T) {
	for name, address := range map[string]string{
		"nobody listens":                "imap://reply:x@127.0.0.1:1?starttls=none",
		"nobody vouches for it":         "",
		"a password that is not theirs": "",
	} {
		t.Run(name, func(t *testing.T) {
			if address == "" {
				server := dovecot.Start(t, dovecot.Options{})
				address = strings.Replace(server.StartTLSURL("reply"), "?ca="+server.CAFile, "", 1)
				if strings.HasPrefix(name, "a password") {
					address = strings.Replace(server.URL("reply"), "open%40sesame", "wrong", 1)
				}
			}
			lines, stop := reading(t, address, newTaker(t), nil)
			lines.await(t, "cannot be read")
			stop() // at once, in the middle of a pause
		})
	}
}

// halfServer opens a mailbox and then refuses a command.
func halfServer(t *testing.T, refused string) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serveHalf(conn, refused)
		}
	}()
	return "imap://reply:x@" + listener.Addr().String() + "?starttls=none"
}

func serveHalf(conn net.Conn, refused string) {
	defer conn.Close()
	fmt.Fprint(conn, "* OK [CAPABILITY IMAP4rev1 IDLE] hello\r\n")
	raw := mailOf("one")
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		tag, command, _ := strings.Cut(lines.Text(), " ")
		switch {
		case strings.Contains(command, refused):
			fmt.Fprintf(conn, "%s NO not for you\r\n", tag)
			continue
		case strings.HasPrefix(command, "SELECT"):
			fmt.Fprint(conn, "* 1 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n")
		case strings.HasPrefix(command, "UID SEARCH"):
			fmt.Fprint(conn, "* SEARCH 7\r\n")
		case strings.Contains(command, "BODY"):
			fmt.Fprintf(conn, "* 1 FETCH (UID 7 BODY[]<0> {%d}\r\n%s)\r\n", len(raw), raw)
		case strings.Contains(command, "FETCH"):
			fmt.Fprintf(conn, "* 1 FETCH (UID 7 RFC822.SIZE %d)\r\n", len(raw))
		}
		fmt.Fprintf(conn, "%s OK [CAPABILITY IMAP4rev1 IDLE] done\r\n", tag)
	}
}

// A mailbox that can be opened and nothing more is as bad as none: it is told, and not asked for again without a pause.
func TestAMailboxThatOnlyOpensIsNotUp(t *testing.T) {
	for _, command := range []string{"SEARCH", "FETCH", "STORE"} {
		t.Run(command, func(t *testing.T) {
			lines, _ := reading(t, halfServer(t, command), newTaker(t), func(o *mailbox.Options) {
				o.Take = func(context.Context, mailbox.Mail) error { return nil }
			})
			lines.await(t, "reason="+strings.ToLower(command))
		})
	}
}

func TestWhatCannotBeDealtWithBlocksNothing(t *testing.T) {
	server := dovecot.Start(t, dovecot.Options{})
	k := newTaker(t)
	k.refuse["later"], k.panics = 2, "poison"
	server.Append("reply", mailOf("poison"))
	server.Append("reply", append(mailOf("huge"), strings.Repeat("far too much\r\n", mailbox.MaxBytes/14)...))
	server.Append("reply", mailOf("later"))
	server.Append("reply", mailOf("behind"))
	lines, stop := reading(t, server.URL("reply"), k, func(o *mailbox.Options) { o.Poll = 50 * time.Millisecond })
	k.await("later", "behind", "later", "later")
	lines.await(t, "too large")
	server.Append("reply", mailOf("last"))
	k.await("last")
	stop()
	if n := server.Unread("reply"); n != 0 {
		t.Errorf("%d mails are unread", n)
	}
}

func TestManyThatFailEndTheLookAndAreTriedAgain(t *testing.T) {
	server := dovecot.Start(t, dovecot.Options{})
	k := newTaker(t)
	var all []string
	for i := range 12 {
		subject := fmt.Sprint("mail ", i)
		k.refuse[subject] = 1
		all = append(all, subject)
		server.Append("reply", mailOf(subject))
	}
	reading(t, server.URL("reply"), k, func(o *mailbox.Options) { o.Poll = 300 * time.Millisecond })
	k.await(all[:5]...) // then it pauses: the database is away
	seen := map[string]int{}
	for range 19 {
		select {
		case subject := <-k.got:
			seen[subject]++
		case <-time.After(patience):
			t.Fatalf("only %v", seen)
		}
	}
	for i, subject := range all {
		if want := map[bool]int{true: 1, false: 2}[i < 5]; seen[subject] != want {
			t.Errorf("%s came %d times, want %d", subject, seen[subject], want)
		}
	}
}
