package mailbox_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"

	"kring/internal/mailbox"
)

// doorway is an open door and what came in by it.
type doorway struct {
	door *mailbox.Door
	mu   sync.Mutex
	got  []mailbox.Mail
	fail map[string]error // by recipient
}

func open(t *testing.T, at string) *doorway {
	t.Helper()
	listen, err := mailbox.ParseListen(at)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := mailbox.ParseAddress("reply@kring.example.org")
	if err != nil {
		t.Fatal(err)
	}
	d := &doorway{fail: map[string]error{}}
	if d.door, err = mailbox.Open(t.Context(), listen, ours, "kring.example.org", d.take, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- d.door.Serve() }()
	t.Cleanup(func() {
		if err := errors.Join(d.door.Close(), <-ended); err != nil {
			t.Error(err)
		}
	})
	return d
}

func (d *doorway) take(_ context.Context, m mailbox.Mail) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if strings.Contains(string(m.Raw), "poison") {
		panic("poison")
	}
	if err := d.fail[m.Recipient]; err != nil {
		return err
	}
	d.got = append(d.got, m)
	return nil
}

func (d *doorway) dial(t *testing.T, lmtp bool) *smtp.Client {
	t.Helper()
	conn, err := net.Dial(d.door.Addr().Network(), d.door.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	client := smtp.NewClient
	if lmtp {
		client = smtp.NewClientLMTP
	}
	c := client(conn)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// codeOf is what a server answered; 250 for nothing wrong.
func codeOf(err error) int {
	var refusal *smtp.SMTPError
	if errors.As(err, &refusal) {
		return refusal.Code
	}
	if err != nil {
		return -1
	}
	return 250
}

func TestTheDoorTakesMailsOverLMTPAndSMTP(t *testing.T) {
	for name, at := range map[string]string{
		"lmtp": "127.0.0.1:0", "lmtp on a socket": "unix:" + filepath.Join(t.TempDir(), "lmtp"), "smtp": "smtp://127.0.0.1:0",
	} {
		t.Run(name, func(t *testing.T) {
			d := open(t, at)
			c := d.dial(t, name != "smtp")
			if err := c.SendMail("", []string{"Reply+ABC@Kring.Example.ORG"}, bytes.NewReader(mailOf("x"))); err != nil {
				t.Fatal(err)
			}
			if len(d.got) != 1 || d.got[0].Recipient != "Reply+ABC@Kring.Example.ORG" || *d.got[0].Sender != "" || !bytes.Equal(d.got[0].Raw, mailOf("x")) {
				t.Errorf("%+v", d.got)
			}
		})
	}
}

func TestTheDoorIsNoRelay(t *testing.T) {
	c := open(t, "smtp://127.0.0.1:0").dial(t, false)
	if err := c.Mail("a@example.org", nil); err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]int{
		"reply@kring.example.org": 250, "reply+x@kring.example.org": 250, "replay@kring.example.org": 550,
		"reply@elsewhere.example.org": 550, "reply+x@kring.example.org.evil.example": 550, "postmaster@kring.example.org": 550,
	} {
		if got := codeOf(c.Rcpt(address, nil)); got != want {
			t.Errorf("%s: %d, want %d", address, got, want)
		}
	}
}

func TestOneAnswerForEachRecipient(t *testing.T) {
	d := open(t, "127.0.0.1:0")
	d.fail["reply+b@kring.example.org"] = errors.New("the database is away")
	c := d.dial(t, true)
	if err := c.Mail("a@example.org", nil); err != nil {
		t.Fatal(err)
	}
	for _, tag := range []string{"a", "b", "c"} {
		if err := c.Rcpt("reply+"+tag+"@kring.example.org", nil); err != nil {
			t.Fatal(err)
		}
	}
	w, err := c.Data()
	if err == nil {
		_, err = w.Write(mailOf("x"))
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.CloseWithLMTPResponse()
	var refused smtp.LMTPDataError
	if !errors.As(err, &refused) || len(refused) != 1 || refused["reply+b@kring.example.org"].Code != 451 {
		t.Errorf("answers %v", err)
	}
	if len(d.got) != 2 {
		t.Errorf("%d were taken", len(d.got))
	}
}

func TestTheDoorKeepsItsMeasure(t *testing.T) {
	d := open(t, "127.0.0.1:0")
	send := func(raw []byte) int {
		return codeOf(d.dial(t, true).SendMail("a@example.org", []string{"reply+a@kring.example.org"}, bytes.NewReader(raw)))
	}
	if got := send(append(mailOf("x"), strings.Repeat("far too much\r\n", mailbox.MaxBytes/14)...)); got != 552 {
		t.Errorf("too large: %d", got)
	}
	if got := send(append(mailOf("x"), strings.Repeat("x", 5000)...)); got == 250 {
		t.Error("a line without end was taken")
	}
	if got := send(mailOf("poison")); got != 250 {
		t.Errorf("poison: %d", got) // it would come again for ever
	}
	if got := send(mailOf("x")); got != 250 || len(d.got) != 1 {
		t.Errorf("%d, %d were taken", got, len(d.got))
	}
	c := d.dial(t, true)
	if got := codeOf(c.Mail("a@example.org", &smtp.MailOptions{Size: mailbox.MaxBytes + 1})); got != 552 {
		t.Errorf("announced as too large: %d", got)
	}
}

func TestASocketThatWasLeftBehindIsReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lmtp")
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: path})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false)
	if err := left.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, "unix:"+path)
	listen, _ := mailbox.ParseListen("unix:" + path)
	if _, err := mailbox.Open(t.Context(), listen, mailbox.Address{}, "x", nil, nil); err == nil {
		t.Error("the socket of a living door was taken away")
	}
}
