package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kring/internal/clock"
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
	blank := filepath.Join(t.TempDir(), "blank")
	if err := os.WriteFile(blank, []byte(" \n"), 0o600); err != nil {
		t.Fatal(err)
	}
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
				"KRING_GUIDE_URL=ftp://x/", "KRING_LOG_LEVEL=loud", "KRING_LOG_FORMAT=xml", "KRING_TRUSTED_PROXIES=the proxy",
				"KRING_NETWORK_LIMIT=-1", "KRING_OIDC_ISSUER=http://id.example.org", "KRING_TLS_KEY=key.pem", "KRING_ACME=perhaps",
				"KRING_ACME_EMAIL=els@example.org", "KRING_IMAP_URL=imap://mail", "KRING_LMTP_ADDR=lmtp", "KRING_REPLY_AUTHSERV_ID=mail",
			},
			want: []string{
				"addr (KRING_ADDR)", "database-url (KRING_DATABASE_URL)", "smtp-url (KRING_SMTP_URL)", "public-url (KRING_PUBLIC_URL)",
				"secret (KRING_SECRET)", "owner-email (KRING_OWNER_EMAIL)", "mail-from (KRING_MAIL_FROM)", "language (KRING_LANGUAGE)",
				"zone (KRING_ZONE)", "guide-url (KRING_GUIDE_URL)", "log-level (KRING_LOG_LEVEL)", "log-format (KRING_LOG_FORMAT)",
				"trusted-proxies (KRING_TRUSTED_PROXIES)", "network-limit (KRING_NETWORK_LIMIT)", "oidc-issuer (KRING_OIDC_ISSUER)",
				"oidc-client-id (KRING_OIDC_CLIENT_ID)", "tls-cert (KRING_TLS_CERT)", "acme (KRING_ACME)", "acme-email (KRING_ACME_EMAIL)",
				"imap-url (KRING_IMAP_URL)", "lmtp-addr (KRING_LMTP_ADDR)", "reply-address (KRING_REPLY_ADDRESS): is missing",
				"reply-authserv-id (KRING_REPLY_AUTHSERV_ID)",
			},
		},
		"Postgres needs a secret":           {env: []string{"KRING_DATABASE_URL=postgres://db/kring"}, want: []string{"secret (KRING_SECRET): PostgreSQL needs one"}},
		"Postgres with a secret":            {env: []string{"KRING_DATABASE_URL=postgres://db/kring", "KRING_SECRET=" + secret}},
		"a flag wins over the environment":  {env: []string{"KRING_ADDR=nonsense"}, args: []string{"--addr", ":8080"}},
		"what is set to nothing is not set": {env: []string{"KRING_ADDR=", "KRING_SMTP_URL="}},
		"a file that is not there":          {env: []string{"KRING_SECRET_FILE=" + empty}, want: []string{"secret-file (KRING_SECRET_FILE)"}},
		"a file with nothing in it": {
			env: []string{
				"KRING_SECRET_FILE=" + blank, "KRING_SMTP_URL_FILE=" + blank, "KRING_OIDC_CLIENT_SECRET_FILE=" + blank, "KRING_DATABASE_URL_FILE=" + blank,
				"KRING_OIDC_ISSUER=https://id.example.org", "KRING_OIDC_CLIENT_ID=kring",
			},
			want: []string{
				"secret-file (KRING_SECRET_FILE): is empty", "smtp-url-file (KRING_SMTP_URL_FILE): is empty",
				"oidc-client-secret-file (KRING_OIDC_CLIENT_SECRET_FILE): is empty", "database-url-file (KRING_DATABASE_URL_FILE): is empty",
			},
		},
		"a reply mailbox":                        {env: []string{"KRING_REPLY_ADDRESS=reply@kring.example.org", "KRING_IMAP_URL=imaps://u:p@mail.example.org"}},
		"a door for mails":                       {env: []string{"KRING_REPLY_ADDRESS=reply@kring.example.org", "KRING_LMTP_ADDR=unix:/run/kring/lmtp"}},
		"an address nobody reads":                {env: []string{"KRING_REPLY_ADDRESS=reply@kring.example.org"}, want: []string{"reply-address (KRING_REPLY_ADDRESS): is read by nobody"}},
		"an address with no room":                {env: []string{"KRING_REPLY_ADDRESS=circle-replies@kring.example.org", "KRING_LMTP_ADDR=:2424"}, want: []string{"reply-address", "no room"}},
		"a mailbox over an open line":            {env: []string{"KRING_REPLY_ADDRESS=reply@kring.example.org", "KRING_IMAP_URL=imap://u:p@mail.example.org?starttls=none"}, want: []string{"imap-url"}},
		"a public URL without a host":            {env: []string{"KRING_PUBLIC_URL=https://:443"}, want: []string{"public-url"}},
		"a public URL with an empty query":       {env: []string{"KRING_PUBLIC_URL=https://kring.example.org/?"}, want: []string{"public-url"}},
		"a public URL with no real port":         {env: []string{"KRING_PUBLIC_URL=https://kring.example.org:99999"}, want: []string{"public-url"}},
		"a public URL below another site":        {env: []string{"KRING_PUBLIC_URL=https://example.org/kring"}, want: []string{"public-url", "without path"}},
		"a page of guides has a path":            {env: []string{"KRING_GUIDE_URL=https://example.org/guides/wol/"}},
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

// Who is let in, and by which way.
func TestMistakesInTheSettingsOfDoors(t *testing.T) {
	cert, key := keyPair(t, "kring.example.org")
	const public, postgres = "KRING_PUBLIC_URL=https://kring.example.org", "KRING_DATABASE_URL=postgres://db/kring"
	for name, c := range map[string]struct {
		env  []string
		want []string // each in the message; none: the settings are right
	}{
		"proxies":                         {env: []string{"KRING_TRUSTED_PROXIES=127.0.0.1, 10.2.0.0/16,fd00::/64,::1"}},
		"a proxy with a port":             {env: []string{"KRING_TRUSTED_PROXIES=127.0.0.1:80"}, want: []string{"KRING_TRUSTED_PROXIES"}},
		"a proxy with a zone":             {env: []string{"KRING_TRUSTED_PROXIES=fe80::1%eth0"}, want: []string{"KRING_TRUSTED_PROXIES"}},
		"a proxy written as IPv4 in IPv6": {env: []string{"KRING_TRUSTED_PROXIES=::ffff:10.0.0.0/104"}, want: []string{"KRING_TRUSTED_PROXIES"}},
		"everybody a proxy":               {env: []string{"KRING_TRUSTED_PROXIES=0.0.0.0/0"}, want: []string{"takes everybody's word"}},
		"everybody a proxy by IPv6":       {env: []string{"KRING_TRUSTED_PROXIES=10.0.0.1,::/0"}, want: []string{"takes everybody's word"}},
		"no bound for networks":           {env: []string{"KRING_NETWORK_LIMIT=0"}},
		"a bound that is no number":       {env: []string{"KRING_NETWORK_LIMIT=many"}, want: []string{"KRING_NETWORK_LIMIT"}},
		"a provider":                      {env: []string{"KRING_OIDC_ISSUER=https://id.example.org/kring/", "KRING_OIDC_CLIENT_ID=kring"}},
		"a provider on this machine":      {env: []string{"KRING_OIDC_ISSUER=http://localhost:5556", "KRING_OIDC_CLIENT_ID=kring", "KRING_OIDC_CLIENT_SECRET=s"}},
		"a provider and nobody who asks":  {env: []string{"KRING_OIDC_ISSUER=https://id.example.org"}, want: []string{"KRING_OIDC_CLIENT_ID"}},
		"a client without a provider":     {env: []string{"KRING_OIDC_CLIENT_ID=kring"}, want: []string{"KRING_OIDC_ISSUER"}},
		"a client secret alone":           {env: []string{"KRING_OIDC_CLIENT_SECRET=s"}, want: []string{"KRING_OIDC_ISSUER", "KRING_OIDC_CLIENT_ID"}},
		"a provider with a query":         {env: []string{"KRING_OIDC_ISSUER=https://id.example.org/?a", "KRING_OIDC_CLIENT_ID=kring"}, want: []string{"KRING_OIDC_ISSUER"}},
		"a certificate":                   {env: []string{"KRING_TLS_CERT=" + cert, "KRING_TLS_KEY=" + key, public}},
		"a certificate for plain letters": {env: []string{"KRING_TLS_CERT=" + cert, "KRING_TLS_KEY=" + key}, want: []string{"KRING_PUBLIC_URL"}},
		"a certificate without a key":     {env: []string{"KRING_TLS_CERT=" + cert, public}, want: []string{"KRING_TLS_KEY"}},
		"a key that is a certificate":     {env: []string{"KRING_TLS_CERT=" + cert, "KRING_TLS_KEY=" + cert, public}, want: []string{"KRING_TLS_CERT"}},
		"a certificate that is not there": {env: []string{"KRING_TLS_CERT=/nowhere", "KRING_TLS_KEY=" + key, public}, want: []string{"no such file"}},
		"an authority":                    {env: []string{"KRING_ACME=yes", "KRING_ACME_EMAIL=els@example.org", public}},
		"an authority of one's own":       {env: []string{"KRING_ACME=yes", "KRING_ACME_DIRECTORY=https://ca.example.org/dir", "KRING_ACME_CACHE=/var/lib/kring/acme", public, postgres, "KRING_SECRET=" + secret}},
		"an authority beside Postgres":    {env: []string{"KRING_ACME=yes", public, postgres, "KRING_SECRET=" + secret}, want: []string{"KRING_ACME_CACHE"}},
		"an authority asked in the open":  {env: []string{"KRING_ACME=yes", "KRING_ACME_DIRECTORY=http://ca.example.org", public}, want: []string{"KRING_ACME_DIRECTORY"}},
		"an authority for this machine":   {env: []string{"KRING_ACME=yes", "KRING_PUBLIC_URL=https://localhost"}, want: []string{"KRING_PUBLIC_URL"}},
		"an authority for an address":     {env: []string{"KRING_ACME=yes", "KRING_PUBLIC_URL=https://192.0.2.1"}, want: []string{"KRING_PUBLIC_URL"}},
		"an authority and a certificate":  {env: []string{"KRING_ACME=yes", "KRING_TLS_CERT=" + cert, "KRING_TLS_KEY=" + key, public}, want: []string{"KRING_ACME"}},
		"what only an authority has use for": {
			env:  []string{"KRING_ACME_DIRECTORY=https://ca.example.org/dir", "KRING_ACME_EMAIL=els@example.org", "KRING_ACME_CACHE=/tmp"},
			want: []string{"KRING_ACME_DIRECTORY", "KRING_ACME_EMAIL", "KRING_ACME_CACHE"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, errs := kring(t, c.env, "config")
			if want := map[bool]int{true: 0, false: 2}[len(c.want) == 0]; code != want || strings.Count(errs, "\n") > len(c.want)+1 {
				t.Errorf("exit code %d, want %d; %s", code, want, errs)
			}
			for _, part := range c.want {
				if !strings.Contains(errs, part) {
					t.Errorf("%q is not in the message:\n%s", part, errs)
				}
			}
		})
	}
}

// keyPair writes a certificate for a host and its key into files.
func keyPair(t *testing.T, host string) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := clock.System().Machine()
	draft := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{host}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)}
	signed, err := x509.CreateCertificate(rand.Reader, draft, draft, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	for path, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: signed}, key: {Type: "PRIVATE KEY", Bytes: raw}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

func TestConfigShowsNoSecret(t *testing.T) {
	file := filepath.Join(t.TempDir(), "smtp")
	if err := os.WriteFile(file, []byte("smtp://user:hunter2@mail.example.org:587?starttls=required\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := kring(t, []string{
		"KRING_DATABASE_URL=postgres://kring:hunter2@db.example.org/kring?password=hunter3",
		"KRING_SECRET=" + secret, "KRING_SMTP_URL_FILE=" + file, "KRING_OWNER_EMAIL=els@example.org", "KRING_PUBLIC_URL=https://kring.example.org/",
		"KRING_OIDC_ISSUER=https://id.example.org", "KRING_OIDC_CLIENT_ID=kring", "KRING_OIDC_CLIENT_SECRET=hunter4",
	}, "config")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	for _, hidden := range []string{"hunter", secret, "user:"} {
		if strings.Contains(out, hidden) {
			t.Errorf("%q is shown:\n%s", hidden, out)
		}
	}
	for _, shown := range []string{"db.example.org/kring", "mail.example.org:587", "KRING_SECRET", "els@example.org", "https://kring.example.org", "https://id.example.org"} {
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
		if !slices.Contains([]string{"KRING_DATABASE_URL_FILE", "KRING_SMTP_URL_FILE", "KRING_SECRET_FILE", "KRING_OIDC_CLIENT_SECRET_FILE", "KRING_IMAP_URL_FILE"}, name) && !strings.Contains(help, "("+name+")") {
			t.Errorf("%s is not in the help", name)
		}
	}
}
