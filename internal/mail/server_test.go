package mail_test

import (
	"fmt"
	"strings"
	"testing"

	"kring/internal/mail"
)

func TestParseURL(t *testing.T) {
	good := map[string]string{
		"smtp://u:p@relay.example.org":                         "smtp://***@relay.example.org:587?starttls=required&connections=1",
		"smtp://relay.example.org:2525?connections=8":          "smtp://relay.example.org:2525?starttls=required&connections=8",
		"smtps://u:p%40ss@relay.example.org/":                  "smtps://***@relay.example.org:465?connections=1",
		"smtp://127.0.0.1:1025?starttls=none":                  "smtp://127.0.0.1:1025?starttls=none&connections=1",
		"smtp://[::1]:1025?starttls=none":                      "smtp://[::1]:1025?starttls=none&connections=1",
		"smtp://mailpit:1025?starttls=optional&connections=64": "smtp://mailpit:1025?starttls=optional&connections=64",
	}
	for raw, want := range good {
		server, err := mail.ParseURL(raw)
		if err != nil || server.String() != want {
			t.Errorf("%s: %v %v", raw, server, err)
		}
		if printed := fmt.Sprintf("%v %+v %#v", server, server, server); strings.Contains(printed, "p@ss") {
			t.Errorf("the password shows in %s", printed)
		}
	}
}

func TestParseURLNamesEveryMistakeAndNoSecret(t *testing.T) {
	bad := map[string]string{
		"smtp://u:hunter2%zz@relay.example.org":                          "not a URL",
		"http://u:hunter2@relay.example.org":                             "must begin with",
		"smtp://u:hunter2@":                                              "names no host",
		"smtp://u:hunter2@relay.example.org?starttls=none":               "on this machine",
		"smtp://u:hunter2@relay.example.org?starttls=perhaps":            "starttls must be",
		"smtps://u:hunter2@relay.example.org?starttls=required":          "starttls is for smtp",
		"smtp://u:hunter2@relay.example.org:70000":                       "port",
		"smtp://u:hunter2@relay.example.org?connections=0":               "connections must be",
		"smtp://u:hunter2@relay.example.org?connections=many":            "connections must be",
		"smtp://u:hunter2@relay.example.org?colour=red":                  "an option other",
		"smtp://u:hunter2@relay.example.org/inbox":                       "path",
		"smtp://u:hunter2@relay.example.org?ca=/does/not/exist":          "the file of ca",
		"smtp://u:hunter2@relay.example.org?connections=1&connections=2": "more than once",
	}
	for raw, want := range bad {
		_, err := mail.ParseURL(raw)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, want %q", raw, err, want)
		}
	}
	_, err := mail.ParseURL("smtp://relay.example.org:0?starttls=x&connections=x")
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("not all three mistakes at once: %v", err)
	}
}
