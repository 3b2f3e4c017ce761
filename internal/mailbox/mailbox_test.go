package mailbox_test

import (
	"fmt"
	"strings"
	"testing"

	"kring/internal/mailbox"
)

func TestAddresses(t *testing.T) {
	ours, err := mailbox.ParseAddress("Reply@Kring.Example.org")
	if err != nil || ours.String() != "reply@kring.example.org" || ours.With("abc") != "reply+abc@kring.example.org" {
		t.Fatalf("%v %v", ours, err)
	}
	for address, want := range map[string]string{
		"reply@kring.example.org": "", "REPLY+ABC@KRING.EXAMPLE.ORG": "abc", "reply+a+b@kring.example.org": "a+b",
	} {
		if tag, is := ours.Tag(address); !is || tag != want {
			t.Errorf("%s: %q %v", address, tag, is)
		}
	}
	for _, address := range []string{"", "reply", "reply@kring.example.com", "replyabc@kring.example.org", "x+reply@kring.example.org"} {
		if _, is := ours.Tag(address); is {
			t.Errorf("%s is ours", address)
		}
	}
	if _, is := (mailbox.Address{}).Tag("@"); is || (mailbox.Address{}).String() != "" {
		t.Error("no address has mails")
	}
	for _, wrong := range []string{"", "reply", "Kring <reply@kring.example.org>", "reply+x@kring.example.org", "averylongname@kring.example.org", `"a b"@kring.example.org`} {
		if _, err := mailbox.ParseAddress(wrong); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
}

func TestParseURL(t *testing.T) {
	for raw, want := range map[string]string{
		"imaps://u:hunter2@mail.example.org":                       "mail.example.org 993 INBOX",
		"imap://u:hunter2@mail.example.org/Kring%20in":             "mail.example.org 143 Kring in",
		"imap://u:hunter%402@127.0.0.1:1430/?starttls=none":        "127.0.0.1 1430 INBOX",
		"imap://u:hunter2@mail.example.org:1143?starttls=required": "mail.example.org 1143 INBOX",
	} {
		s, err := mailbox.ParseURL(raw)
		if got := fmt.Sprint(s.Host, " ", s.Port, " ", s.Mailbox); err != nil || got != want {
			t.Errorf("%s: %s, %v", raw, got, err)
		}
		if printed := fmt.Sprintf("%v %+v %#v", s, s, s); strings.Contains(printed, "hunter") {
			t.Errorf("the password shows in %s", printed)
		}
	}
	for raw, want := range map[string]string{
		"imaps://u:hunter2%zz@x":                          "no URL",
		"http://u:hunter2@x":                              "must begin with",
		"imaps://u:hunter2@":                              "names no host",
		"imaps://mail.example.org":                        "no user with a password",
		"imap://u:hunter2@mail.example.org?starttls=none": "on this machine",
		"imaps://u:hunter2@127.0.0.1?starttls=none":       "speaks TLS",
		"imap://u:hunter2@127.0.0.1?starttls=perhaps":     "neither",
		"imap://u:hunter2@127.0.0.1?colour=red":           "an option other",
		"imap://u:hunter2@127.0.0.1:70000":                "no port",
		"imap://u:hunter2@127.0.0.1?ca=/does/not/exist":   "cannot be read",
		"imaps://u:hunter2@127.0.0.1/INBOX#7":             "after the name",
	} {
		if _, err := mailbox.ParseURL(raw); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter") {
			t.Errorf("%s: %v, want %q", raw, err, want)
		}
	}
}

func TestParseListen(t *testing.T) {
	for _, right := range []string{"127.0.0.1:2424", ":2424", "lmtp://127.0.0.1:2424", "smtp://[::1]:2525", "unix:/run/kring/lmtp"} {
		if _, err := mailbox.ParseListen(right); err != nil {
			t.Errorf("%s: %v", right, err)
		}
	}
	for _, wrong := range []string{"", "2424", "127.0.0.1", "127.0.0.1:lmtp", "unix:lmtp", "http://127.0.0.1:2424", "unix:/" + strings.Repeat("x", 120)} {
		if _, err := mailbox.ParseListen(wrong); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
}
