package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const secret = "a secret that is longer than 32 characters"

// kring runs the program and answers its exit code and what it wrote.
func kring(t *testing.T, env []string, args ...string) (code int, out, errs string) {
	t.Helper()
	var outs, errors bytes.Buffer
	code = run(t.Context(), args, env, &outs, &errors)
	return code, outs.String(), errors.String()
}

func TestMistakesInTheSettings(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "nothing")
	for name, c := range map[string]struct {
		env  []string
		args []string
		want []string // each in the message; none: the settings are right
	}{
		"the defaults are right": {},
		"every mistake comes in one message": {
			env: []string{
				"KRING_ADDR=8080", "KRING_DATABASE_URL=mysql://x", "KRING_SMTP_URL=http://mail", "KRING_PUBLIC_URL=kring.example.org",
				"KRING_SECRET=short", "KRING_OWNER_EMAIL=els", "KRING_MAIL_FROM=Kring", "KRING_LANGUAGE=de", "KRING_ZONE=Europe/Gent",
				"KRING_GUIDE_URL=ftp://x/", "KRING_LOG_LEVEL=loud", "KRING_LOG_FORMAT=xml",
			},
			want: []string{
				"addr (KRING_ADDR)", "database-url (KRING_DATABASE_URL)", "smtp-url (KRING_SMTP_URL)", "public-url (KRING_PUBLIC_URL)",
				"secret (KRING_SECRET)", "owner-email (KRING_OWNER_EMAIL)", "mail-from (KRING_MAIL_FROM)", "language (KRING_LANGUAGE)",
				"zone (KRING_ZONE)", "guide-url (KRING_GUIDE_URL)", "log-level (KRING_LOG_LEVEL)", "log-format (KRING_LOG_FORMAT)",
			},
		},
		"Postgres needs a secret":                {env: []string{"KRING_DATABASE_URL=postgres://db/kring"}, want: []string{"secret (KRING_SECRET): PostgreSQL needs one"}},
		"Postgres with a secret":                 {env: []string{"KRING_DATABASE_URL=postgres://db/kring", "KRING_SECRET=" + secret}},
		"a flag wins over the environment":       {env: []string{"KRING_ADDR=nonsense"}, args: []string{"--addr", ":8080"}},
		"what is set to nothing is not set":      {env: []string{"KRING_ADDR=", "KRING_SMTP_URL="}},
		"a file that is not there":               {env: []string{"KRING_SECRET_FILE=" + empty}, want: []string{"secret-file (KRING_SECRET_FILE)"}},
		"a secret twice":                         {env: []string{"KRING_SECRET_FILE=" + empty, "KRING_SECRET=" + secret}, want: []string{"given both"}},
		"a port beyond 65535":                    {env: []string{"KRING_ADDR=:70000"}, want: []string{"addr (KRING_ADDR)"}},
		"a public URL with a query":              {env: []string{"KRING_PUBLIC_URL=https://kring.example.org/?a=b"}, want: []string{"public-url"}},
		"a SQLite file with parameters":          {env: []string{"KRING_DATABASE_URL=file:a.db?mode=memory"}, want: []string{"database-url"}},
		"mail without TLS to another machine":    {env: []string{"KRING_SMTP_URL=smtp://mail.example.org?starttls=none"}, want: []string{"smtp-url"}},
		"a public URL with a slash at the end":   {env: []string{"KRING_PUBLIC_URL=https://kring.example.org/"}},
		"a line break in the address of mails":   {env: []string{"KRING_MAIL_FROM=Kring <a@b.example>\r\nBcc: x@y.example"}, want: []string{"mail-from"}},
		"an address that reaches all interfaces": {env: []string{"KRING_ADDR=:8080"}},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, errs := kring(t, c.env, append(c.args, "config")...)
			if want := map[bool]int{true: 0, false: 2}[len(c.want) == 0]; code != want {
				t.Errorf("exit code %d, want %d; %s", code, want, errs)
			}
			for _, part := range c.want {
				if !strings.Contains(errs, part) {
					t.Errorf("%q is not in the message:\n%s", part, errs)
				}
			}
			if strings.Count(errs, "\n") > len(c.want)+1 {
				t.Errorf("more mistakes than there are:\n%s", errs)
			}
		})
	}
}

func TestConfigShowsNoSecret(t *testing.T) {
	file := filepath.Join(t.TempDir(), "smtp")
	if err := os.WriteFile(file, []byte("smtp://user:hunter2@mail.example.org:587?starttls=required\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := kring(t, []string{
		"KRING_DATABASE_URL=postgres://kring:hunter2@db.example.org/kring?password=hunter3",
		"KRING_SECRET=" + secret, "KRING_SMTP_URL_FILE=" + file, "KRING_OWNER_EMAIL=els@example.org", "KRING_PUBLIC_URL=https://kring.example.org/",
	}, "config")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	for _, hidden := range []string{"hunter", secret, "user:"} {
		if strings.Contains(out, hidden) {
			t.Errorf("%q is shown:\n%s", hidden, out)
		}
	}
	for _, shown := range []string{"db.example.org/kring", "mail.example.org:587", "KRING_SECRET", "els@example.org", "https://kring.example.org"} {
		if !strings.Contains(out, shown) {
			t.Errorf("%q is not shown:\n%s", shown, out)
		}
	}
}

func TestConfigShowsNoSecretOfAnAddressThatIsNone(t *testing.T) {
	for name, env := range map[string][]string{
		"words instead of an address": {"KRING_DATABASE_URL=host=db user=kring password=hunter2"},
		"an address without //":       {"KRING_SMTP_URL=kring:hunter2@mail.example.org:587"},
		"a scheme that is not taken":  {"KRING_SMTP_URL=mailto://x/hunter2"},
		"a # in the password":         {"KRING_DATABASE_URL=postgres://kring:12#hunter2@db/kring"},
		"a / in the password":         {"KRING_DATABASE_URL=postgres://kring:12/hunter2@db/kring"},
		"a ? in the password":         {"KRING_SMTP_URL=smtp://kring:12?hunter2@mail"},
	} {
		t.Run(name, func(t *testing.T) {
			_, out, errs := kring(t, env, "config")
			if strings.Contains(out+errs, "hunter2") || strings.Contains(out, "kring:12") {
				t.Errorf("a secret is shown:\n%s%s", out, errs)
			}
		})
	}
}

func TestCommandLine(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"help lists the commands":           {[]string{"--help"}, 0, "migrate"},
		"an unknown flag is a wrong call":   {[]string{"--nonsense"}, 2, "nonsense"},
		"an unknown command is one as well": {[]string{"nonsense"}, 2, "nonsense"},
		"version says what this is":         {[]string{"version"}, 0, "SQLite 3."},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := kring(t, nil, c.args...)
			if code != c.code || !strings.Contains(out+errs, c.want) {
				t.Errorf("exit code %d, %q and %q", code, out, errs)
			}
		})
	}
}

// A variable that the process itself has must not reach a run that was given an environment of its own.
func TestRunKnowsOnlyItsOwnEnvironment(t *testing.T) {
	t.Setenv("KRING_ADDR", "nonsense")
	if code, _, errs := kring(t, nil, "config"); code != 0 {
		t.Errorf("exit code %d: %s", code, errs)
	}
}

func TestEverySettingIsNamedInTheHelp(t *testing.T) {
	_, help, _ := kring(t, nil, "--help")
	_, shown, _ := kring(t, nil, "config")
	for line := range strings.Lines(shown) {
		name := strings.Fields(line)[0]
		if !slices.Contains([]string{"KRING_DATABASE_URL_FILE", "KRING_SMTP_URL_FILE", "KRING_SECRET_FILE"}, name) && !strings.Contains(help, "("+name+")") {
			t.Errorf("%s is not in the help", name)
		}
	}
}
