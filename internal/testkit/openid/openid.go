package openid

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"
)

// The clients that the provider knows, all with [Secret].
const (
	Client      = "kring" // the address is told by the userinfo endpoint
	ClientTold  = "told"  // the address stands in the ID token
	ClientBrief = "brief" // ID tokens are over when they are given
	ClientOther = "other" // another program
	Secret      = "secret"
)

// Callback is where the provider sends its answers. No browser of [Provider.SignIn] goes there.
const Callback = "https://kring.example.org/sign-in/oidc/callback"

// The paths of the provider that answers can be changed of.
const (
	Discovery = "/.well-known/openid-configuration"
	Token     = "/oauth/token"
	UserInfo  = "/userinfo"
	Keys      = "/keys"
)

// password is everybody's.
const password = "correct horse battery staple"

// User is somebody whom the provider knows.
type User struct {
	ID            string // the subject, and the name to sign in with
	Email         string
	EmailVerified bool
}

// Provider is a provider with its proxy. It may be used from several goroutines.
type Provider struct {
	Issuer string

	mu     sync.Mutex
	away   bool
	change map[string]func(body []byte) []byte
	asked  map[string]int
}

// Start starts a provider that knows the users. It is stopped when the test ends.
func Start(t testing.TB, users ...User) *Provider {
	t.Helper()
	p := &Provider{change: map[string]func([]byte) []byte{}, asked: map[string]int{}}
	proxy := httptest.NewUnstartedServer(nil)
	p.Issuer = "http://" + proxy.Listener.Addr().String()
	behind, err := url.Parse(startProcess(t, p.Issuer, users))
	if err != nil {
		t.Fatal(err)
	}
	proxy.Config.Handler = &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(behind) }, Transport: p, ModifyResponse: p.modify,
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	proxy.Start()
	t.Cleanup(proxy.Close)
	return p
}

// startProcess answers where the provider listens.
func startProcess(t testing.TB, issuer string, users []User) string {
	t.Helper()
	known := map[string]map[string]any{}
	for _, u := range users {
		known[u.ID] = map[string]any{
			"ID": u.ID, "Username": u.ID, "Password": password, "Email": u.Email, "EmailVerified": u.EmailVerified,
		}
	}
	raw, err := json.Marshal(known)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "users.json")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("go", "run", ".", "-issuer", issuer, "-callback", Callback, "-users", file) //nolint:noctx // it ends with its standard input
	command.Dir, command.Stderr = filepath.Join(root(t), "tools", "openid-provider"), os.Stderr
	command.Env = append(os.Environ(), "GOWORK=off")
	stdin, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = command.Wait()
	})
	address, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("the provider did not start: %v", err)
	}
	return strings.TrimSpace(address)
}

// root is the folder of the module.
func root(t testing.TB) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOMOD").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(strings.TrimSpace(string(out)))
}

// Change lets what the provider answers to a path be changed, from now on; nil: no more.
func (p *Provider) Change(path string, change func(body []byte) []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.change[path] = change
}

// Away lets the provider be out of reach: it answers 502, as a proxy with nobody behind it does.
func (p *Provider) Away(away bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = away
}

// Asked is how often a path was asked for, in vain or not.
func (p *Provider) Asked(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[path]
}

var errAway = errors.New("away")

// RoundTrip is how the proxy reaches the provider.
func (p *Provider) RoundTrip(r *http.Request) (*http.Response, error) {
	p.mu.Lock()
	p.asked[r.URL.Path]++
	away := p.away
	p.mu.Unlock()
	if away {
		return nil, errAway
	}
	return http.DefaultTransport.RoundTrip(r)
}

func (p *Provider) modify(r *http.Response) error {
	p.mu.Lock()
	change := p.change[r.Request.URL.Path]
	p.mu.Unlock()
	if change == nil {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	body = change(body)
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return nil
}

// SignIn goes to the address in a browser of its own, signs in there as the user by the provider's form, and answers the
// query that the provider sends to [Callback].
func (p *Provider) SignIn(t testing.TB, address string, u User) url.Values {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	// A connection that is kept would stop the time of a bubble.
	b := &browser{t: t, client: &http.Client{
		Jar: jar, CheckRedirect: stopAtCallback, Transport: &http.Transport{DisableKeepAlives: true},
	}}
	shown := b.visit(http.MethodGet, address, nil)
	if shown.to == nil {
		shown = b.fillIn(shown, u.ID)
	}
	if shown.to == nil {
		t.Fatalf("the provider answers %s: %s", shown.status, shown.body)
	}
	return shown.to.Query()
}

func stopAtCallback(r *http.Request, _ []*http.Request) error {
	if strings.HasPrefix(r.URL.String(), Callback) {
		return http.ErrUseLastResponse
	}
	return nil
}

type browser struct {
	t      testing.TB
	client *http.Client
}

// shown is what a browser shows: a page, or that it is sent to [Callback].
type shown struct {
	status string
	at     *url.URL
	body   []byte
	to     *url.URL
}

// visit goes to an address, with a form or without.
func (b *browser) visit(method, address string, form url.Values) (s shown) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	s.status, s.at = answer.Status, answer.Request.URL
	if s.body, err = io.ReadAll(answer.Body); err != nil {
		b.t.Fatal(err)
	}
	if to, err := answer.Location(); err == nil && strings.HasPrefix(to.String(), Callback+"?") {
		s.to = to
	}
	return s
}

// fillIn fills in the one form of a page and sends it.
func (b *browser) fillIn(page shown, name string) shown {
	b.t.Helper()
	document, err := html.Parse(bytes.NewReader(page.body))
	if err != nil {
		b.t.Fatal(err)
	}
	fields, action := url.Values{}, ""
	for node := range document.Descendants() {
		switch node.Data {
		case "form":
			action = attribute(node, "action")
		case "input":
			fields.Set(attribute(node, "name"), attribute(node, "value"))
		}
	}
	if action == "" || !fields.Has("username") || !fields.Has("password") {
		b.t.Fatalf("%s shows no form to sign in with, but %s: %s", page.at, page.status, page.body)
	}
	fields.Set("username", name)
	fields.Set("password", password)
	to, err := page.at.Parse(action)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.visit(http.MethodPost, to.String(), fields)
}

func attribute(node *html.Node, name string) string {
	for _, a := range node.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
