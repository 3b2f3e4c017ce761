package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/mail"
	"kring/internal/text"
	"kring/internal/wall"
)

// settings are what can be set, each by a flag or by the environment: --database-url is KRING_DATABASE_URL. A flag
// wins. Those marked secret can also come from a file, named by --smtp-url-file or KRING_SMTP_URL_FILE, and are never
// printed.
type settings struct {
	Addr        string `default:"127.0.0.1:8080" help:"Address to listen on (KRING_ADDR)."`
	DatabaseURL string `name:"database-url" default:"file:kring.db" secret:"url" help:"file:NAME for SQLite or postgres://... (KRING_DATABASE_URL)."`
	SMTPURL     string `name:"smtp-url" secret:"url" help:"smtp://user:password@host:587 or smtps://...; none: letters wait (KRING_SMTP_URL)."`
	PublicURL   string `name:"public-url" help:"Where people reach Kring; stands in letters; default http://ADDR (KRING_PUBLIC_URL)."`
	Secret      string `secret:"whole" help:"Key that links are signed with, at least 32 characters; several with commas, newest first. SQLite: made once into DATABASE.secret (KRING_SECRET)."`
	OwnerEmail  string `name:"owner-email" help:"Whose token the first start prints; needed while the database is empty (KRING_OWNER_EMAIL)."`
	MailFrom    string `name:"mail-from" default:"Kring <kring@localhost>" help:"Sender of the letters (KRING_MAIL_FROM)."`
	Language    string `default:"nl" help:"Letter language of the owner (KRING_LANGUAGE)."`
	Zone        string `default:"Europe/Brussels" help:"IANA zone of the owner (KRING_ZONE)."`
	GuideURL    string `name:"guide-url" help:"Page of the official guides that the set wol links to (KRING_GUIDE_URL)."`
	LogLevel    string `name:"log-level" default:"info" help:"debug, info, warn or error (KRING_LOG_LEVEL)."`
	LogFormat   string `name:"log-format" default:"text" help:"text or json (KRING_LOG_FORMAT)."`

	TrustedProxies   string `name:"trusted-proxies" help:"Proxies whose word on who calls is taken: addresses or ranges, with commas; default: none (KRING_TRUSTED_PROXIES)."`
	NetworkLimit     string `name:"network-limit" default:"300" help:"How often one network may ask to sign in, and to sign up, in an hour; 0: any number of times (KRING_NETWORK_LIMIT)."`
	OIDCIssuer       string `name:"oidc-issuer" help:"Address of the OpenID provider that people may sign in with; default: none (KRING_OIDC_ISSUER)."`
	OIDCClientID     string `name:"oidc-client-id" help:"Name under which that provider knows Kring (KRING_OIDC_CLIENT_ID)."`
	OIDCClientSecret string `name:"oidc-client-secret" secret:"whole" help:"Its secret; none: a public client (KRING_OIDC_CLIENT_SECRET)."`
	TLSCert          string `name:"tls-cert" help:"File with the certificate to serve TLS with, and those between it and the root (KRING_TLS_CERT)."`
	TLSKey           string `name:"tls-key" help:"File with its key (KRING_TLS_KEY)."`
	ACME             string `name:"acme" default:"no" help:"yes: get a certificate for the public URL and keep it new (KRING_ACME)."`
	ACMEDirectory    string `name:"acme-directory" help:"Who gives it; default: Let's Encrypt (KRING_ACME_DIRECTORY)."`
	ACMEEmail        string `name:"acme-email" help:"Where that authority writes to (KRING_ACME_EMAIL)."`
	ACMECache        string `name:"acme-cache" help:"Folder that keeps the certificate; default: beside the database file (KRING_ACME_CACHE)."`

	ReplyAddress  string `name:"reply-address" help:"Address that calendar programs answer to and bounces come back to, such as reply@kring.example.org; default: nobody reads answers (KRING_REPLY_ADDRESS)."`
	IMAPURL       string `name:"imap-url" secret:"url" help:"Mailbox in which those mails arrive, imaps://user:password@host/INBOX (KRING_IMAP_URL)."`
	LMTPAddr      string `name:"lmtp-addr" help:"Or where Kring takes them over LMTP: 127.0.0.1:2424, unix:/run/kring/lmtp, or smtp://127.0.0.1:2525 for SMTP (KRING_LMTP_ADDR)."`
	ReplyAuthServ string `name:"reply-authserv-id" help:"Name under which your mail server writes Authentication-Results; what fails there is not believed (KRING_REPLY_AUTHSERV_ID)."`

	DatabaseURLFile string `name:"database-url-file" hidden:"" help:"File with the database URL (KRING_DATABASE_URL_FILE)."`
	SMTPURLFile     string `name:"smtp-url-file" hidden:"" help:"File with the SMTP URL (KRING_SMTP_URL_FILE)."`
	IMAPURLFile     string `name:"imap-url-file" hidden:"" help:"File with the URL of the reply mailbox (KRING_IMAP_URL_FILE)."`
	SecretFile      string `name:"secret-file" hidden:"" help:"File with the secret (KRING_SECRET_FILE)."`

	OIDCClientSecretFile string `name:"oidc-client-secret-file" hidden:"" help:"File with the client secret (KRING_OIDC_CLIENT_SECRET_FILE)."`
}

// defaultDatabase is the database of a service that is told of none.
const defaultDatabase = "file:kring.db"

// config is what the settings mean, checked.
type config struct {
	addr        string
	databaseURL string
	dialect     database.Dialect
	smtp        *mail.Server // nil: letters wait
	publicURL   string       // without a slash at the end; empty: where the service listens
	secrets     identity.Secrets
	hasSecret   bool // false: SQLite keeps one beside its file
	ownerEmail  string
	from        mail.Address
	language    string
	zone        string
	guideURL    string
	level       slog.Level
	json        bool

	proxies      []netip.Prefix // whose word on who calls is taken
	networkLimit int            // sign-ins and sign-ups from one network in an hour; 0: any number
	oidc         oidcSettings
	tls          tlsSettings
	replies      replySettings
}

// settingError says that the settings are wrong; all mistakes are in it.
type settingError struct{ error }

// exitCode tells wrong settings (2) from everything else (1).
func exitCode(err error) int {
	if wrong := (settingError{}); errors.As(err, &wrong) {
		return 2
	}
	return 1
}

// environment answers the settings that env holds, for the flags that the command line does not name. kong would ask
// the process's own environment, which a program that runs twice in one process does not have.
func environment(env []string) kong.Resolver {
	values := map[string]string{}
	for _, line := range env {
		if name, value, found := strings.Cut(line, "="); found {
			values[name] = value
		}
	}
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if value := values[variable(flag.Name)]; value != "" { // set to nothing is not set
			return value, nil
		}
		return nil, nil //nolint:nilnil // kong's way to say that the resolver knows nothing
	})
}

// variable is the name of a flag in the environment.
func variable(flag string) string {
	return "KRING_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// check reads the settings and answers what they mean, or every mistake in one settingError. It makes nothing.
func (s settings) check() (config, error) {
	m := mistakes{}
	s = s.withFiles(&m)
	c := config{
		addr: s.Addr, databaseURL: s.DatabaseURL, ownerEmail: s.OwnerEmail,
		language: s.Language, zone: s.Zone, guideURL: s.GuideURL,
	}
	m.check("addr", listenable(s.Addr))
	c.dialect = read(&m, "database-url", s.DatabaseURL, database.DialectOf)
	if s.SMTPURL != "" {
		server := read(&m, "smtp-url", s.SMTPURL, mail.ParseURL)
		c.smtp = &server
	}
	if s.PublicURL != "" {
		c.publicURL = read(&m, "public-url", s.PublicURL, publicURL)
	}
	if s.Secret != "" {
		c.secrets, c.hasSecret = read(&m, "secret", s.Secret, identity.ParseSecrets), true
	} else if c.dialect == database.Postgres {
		m.add("secret", errors.New("PostgreSQL needs one, the same for all processes"))
	}
	if s.OwnerEmail != "" {
		c.ownerEmail = read(&m, "owner-email", s.OwnerEmail, identity.NormaliseEmail)
	}
	c.from = read(&m, "mail-from", s.MailFrom, mail.ParseAddress)
	if !text.Known(s.Language) {
		m.add("language", errors.New("is nl or en"))
	}
	read(&m, "zone", s.Zone, wall.LoadZone)
	if s.GuideURL != "" {
		c.guideURL = read(&m, "guide-url", s.GuideURL, webAddress)
	}
	if c.level.UnmarshalText([]byte(s.LogLevel)) != nil {
		m.add("log-level", errors.New("is debug, info, warn or error"))
	}
	c.json = s.LogFormat == "json"
	if !c.json && s.LogFormat != "text" {
		m.add("log-format", errors.New("is text or json"))
	}
	s.checkDoors(&m, &c)
	c.replies = s.readReplies(&m)
	return c, m.err()
}

// withFiles is s with the secrets that come from files.
func (s settings) withFiles(m *mistakes) settings {
	for _, from := range []struct {
		name, file string
		value      *string
		standard   string
	}{
		{"database-url", s.DatabaseURLFile, &s.DatabaseURL, defaultDatabase},
		{"smtp-url", s.SMTPURLFile, &s.SMTPURL, ""},
		{"imap-url", s.IMAPURLFile, &s.IMAPURL, ""},
		{"secret", s.SecretFile, &s.Secret, ""},
		{"oidc-client-secret", s.OIDCClientSecretFile, &s.OIDCClientSecret, ""},
	} {
		if from.file == "" {
			continue
		}
		if *from.value != from.standard {
			m.add(from.name, errors.New("is given both itself and by a file"))
			continue
		}
		if content, err := contentOf(from.file); err != nil {
			m.add(from.name+"-file", err)
		} else {
			*from.value = content
		}
	}
	return s
}

// contentOf reads a file that holds a secret. One with nothing in it is a mistake: whoever names a file means to set
// something, and without it letters would wait, or the provider would be asked without a secret, unseen.
func contentOf(file string) (string, error) {
	raw, err := os.ReadFile(file)
	content := strings.TrimSpace(string(raw))
	if err == nil && content == "" {
		err = errors.New("is empty")
	}
	return content, err
}

// mistakes collects what is wrong, by the name of the setting.
type mistakes []string

func (m *mistakes) add(name string, err error) {
	*m = append(*m, fmt.Sprintf("%s (%s): %v", name, variable(name), err))
}

func (m *mistakes) check(name string, err error) {
	if err != nil {
		m.add(name, err)
	}
}

func (m *mistakes) err() error {
	if len(*m) == 0 {
		return nil
	}
	return settingError{fmt.Errorf("wrong settings:\n  %s", strings.Join(*m, "\n  "))}
}

// read reads one setting; a mistake is collected and the zero value answered.
func read[T any](m *mistakes, name, value string, parse func(string) (T, error)) T {
	v, err := parse(value)
	m.check(name, err)
	return v
}

// listenable says what is wrong with an address to listen on.
func listenable(addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return errors.New("is host:port, such as 127.0.0.1:8080 or :8080")
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return errors.New("has no port between 0 and 65535")
	}
	return nil
}

// publicURL reads where people reach Kring. It has no path: pages lead to each other from the root of their site, and the
// cookie is of a whole site.
func publicURL(raw string) (string, error) {
	address, err := webAddress(raw)
	if err != nil {
		return "", err
	}
	if u, err := url.Parse(address); err != nil || u.Path != "" {
		return "", errors.New("is an address without path: Kring has a host, or a port, of its own")
	}
	return address, nil
}

// webAddress reads an address that goes into letters, and answers it without a slash at its end.
func webAddress(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil || strings.ContainsAny(raw, "?#") {
		return "", errors.New("is an http or https address without query")
	}
	if _, err := strconv.ParseUint(u.Port(), 10, 16); u.Port() != "" && err != nil {
		return "", errors.New("has no port between 0 and 65535")
	}
	return strings.TrimRight(raw, "/"), nil
}

// configCommand prints the settings in force.
type configCommand struct{}

// Run prints them; wrong settings are printed too, and then told.
func (configCommand) Run(p *program) error {
	p.settings.withFiles(&mistakes{}).print(p.out)
	_, err := p.settings.check()
	return err
}

// unknownSettings are the names in an environment that look like settings and are none: a slip of the pen that would
// otherwise go unseen.
func unknownSettings(env []string) (names []string) {
	known := map[string]bool{"KRING_TOKEN": true} // what a shell keeps the token in, as the first start says
	for _, name := range settingNames() {
		known[variable(name)] = true
	}
	for _, line := range env {
		if name, _, _ := strings.Cut(line, "="); strings.HasPrefix(name, "KRING_") && !known[name] {
			names = append(names, name)
		}
	}
	return names
}

// settingNames are the names of all settings, as flags have them, in the order of the fields.
func settingNames() []string {
	kind := reflect.TypeFor[settings]()
	names := make([]string, kind.NumField())
	for i := range names {
		field := kind.Field(i)
		names[i] = field.Tag.Get("name")
		if names[i] == "" {
			names[i] = strings.ToLower(field.Name)
		}
	}
	return names
}

// print writes one setting a line: its name in the environment and its value, hidden for a secret that is set.
func (s settings) print(out io.Writer) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer table.Flush()
	value := reflect.ValueOf(s)
	for i, name := range settingNames() {
		shown := value.Field(i).String()
		switch value.Type().Field(i).Tag.Get("secret") {
		case "whole":
			shown = disguise(shown)
		case "url":
			shown = disguiseURL(shown)
		}
		fmt.Fprintf(table, "%s\t%s\n", variable(name), shown)
	}
}

// disguise shows of a secret only that it is there.
func disguise(secret string) string {
	if secret == "" {
		return ""
	}
	return "hidden"
}

// disguiseURL shows of an address everything but user, password and options, any of which may be secret. Of what is no
// address of the kinds that are taken, nobody knows where the secret stands: it is hidden as a whole, and so is one with
// an @ where a password with a special character would leave it.
func disguiseURL(address string) string {
	u, err := url.Parse(address)
	if err != nil || !slices.Contains(schemes(), u.Scheme) || strings.Contains(u.Path+u.Fragment+u.RawQuery, "@") {
		return disguise(address)
	}
	if u.User != nil {
		u.User = url.User("hidden")
	}
	u.RawQuery, u.Fragment = "", ""
	return u.String()
}

// schemes are those of the addresses that can be set.
func schemes() []string {
	return []string{"file", "postgres", "postgresql", "smtp", "smtps", "imap", "imaps"}
}
