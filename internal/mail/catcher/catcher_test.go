package catcher_test

import (
	"fmt"
	"net/smtp"
	"strings"
	"testing"

	"kring/internal/mail/catcher"
)

func TestCatcherKeepsTheLastMails(t *testing.T) {
	c, err := catcher.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := strings.TrimSuffix(strings.TrimPrefix(c.URL(), "smtp://"), "?starttls=none")
	body := "From: a@example.org\r\nTo: b@example.org\r\nSubject: =?utf-8?q?Caf=C3=A9?=\r\nMessage-ID: <1@x>\r\n\r\nHallo\r\n"
	if err := smtp.SendMail(address, nil, "a@example.org", []string{"b@example.org"}, []byte(body)); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	got, ok := c.Mail(1)
	if !ok || got.Subject != "Café" || got.Text != "Hallo\n" || got.MessageID != "1@x" || got.Shape != "text/plain" || got.Err != nil {
		t.Errorf("%v %+v", ok, got)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func TestCatcherListensOnThisMachineOnly(t *testing.T) {
	if c, err := catcher.Start("0.0.0.0:0"); err == nil {
		_ = c.Close()
		t.Error("it listens to the world")
	}
}

func TestBoxForgetsTheOldest(t *testing.T) {
	box := catcher.NewBox(3)
	for i := range 5 {
		box.Put(catcher.Envelope{}, fmt.Appendf(nil, "Subject: %d\r\n\r\n", i+1))
	}
	mails := box.Mails()
	if len(mails) != 3 || mails[0].Number != 3 || mails[2].Subject != "5" || box.Taken() != 5 {
		t.Errorf("%d mails, %d taken", len(mails), box.Taken())
	}
	if _, ok := box.Mail(2); ok {
		t.Error("mail 2 should be forgotten")
	}
	if m, ok := box.Mail(5); !ok || m.Subject != "5" {
		t.Error("mail 5 should be there")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nhi\r\n--x--\r\n"))
	f.Add([]byte("Content-Type: multipart/alternative\r\n\r\n"))
	f.Fuzz(func(_ *testing.T, raw []byte) { catcher.Parse(catcher.Envelope{}, raw) })
}
