package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"kring/internal/clock"
	"kring/internal/testkit"
	"kring/internal/testkit/smtpsink"
)

// sent answers a request as a browser sends it: header is name and value in turn, with Host among them.
func (r *running) sent(method, path string, header ...string) (status int, body string, answered http.Header) {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, strings.NewReader(""))
	if err != nil {
		r.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	request.Host = request.Header.Get("Host")
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return response.StatusCode, string(raw), response.Header
}

// What a browser says of where a request comes from decides, whatever the method that writes; who says nothing is no
// browser.
func TestRequestsOfOtherSites(t *testing.T) {
	const public, host = "https://kring.example.org", "kring.example.org"
	r := serving(t, settingsFor(testkit.SQLite(t), "KRING_PUBLIC_URL="+public)...)
	const site, origin, cookie = "Sec-Fetch-Site", "Origin", "Cookie"
	for name, c := range map[string]struct {
		header  []string
		refused bool
	}{
		"our own page": {[]string{"Host", host, site, "same-origin", origin, public}, false},
		"our own page, whose form names no origin": {[]string{"Host", host, site, "same-origin", origin, "null"}, false},
		"typed by hand":                                  {[]string{"Host", host, site, "none"}, false},
		"another site":                                   {[]string{"Host", host, site, "cross-site", origin, "https://evil.example"}, true},
		"a site beside ours":                             {[]string{"Host", host, site, "same-site", origin, "https://blog.example.org"}, true},
		"another site that hides its name":               {[]string{"Host", host, site, "cross-site", origin, "null"}, true},
		"another site, no origin":                        {[]string{"Host", host, site, "cross-site"}, true},
		"a word that no browser says":                    {[]string{"Host", host, site, "yes"}, true},
		"our own page in an old browser":                 {[]string{"Host", host, origin, public}, false},
		"another site in an old browser":                 {[]string{"Host", host, origin, "https://evil.example"}, true},
		"another port of ours in an old browser":         {[]string{"Host", host, origin, public + ":8443"}, true},
		"no page, in an old browser":                     {[]string{"Host", host, origin, "null"}, true},
		"a program":                                      {[]string{"Host", host}, false},
		"a program with a token":                         {[]string{"Host", host, "Authorization", "Bearer x", site, "cross-site"}, false},
		"a token beside a cookie":                        {[]string{"Host", host, "Authorization", "Bearer x", cookie, "a=b", site, "cross-site"}, true},
		"another scheme than a token":                    {[]string{"Host", host, "Authorization", "Basic eDp5", site, "cross-site"}, true},
		"a proxy that writes another Host":               {[]string{"Host", "127.0.0.1:8080", site, "same-origin", origin, public}, false},
		"that, in an old browser":                        {[]string{"Host", "127.0.0.1:8080", origin, public}, false},
		"that, and another site in an old browser":       {[]string{"Host", "127.0.0.1:8080", origin, "https://evil.example"}, true},
		"another site that has its own name for us":      {[]string{"Host", "evil.example", site, "cross-site", origin, "https://evil.example"}, true},
		"our name with another beside it":                {[]string{"Host", host, origin, public + ".evil.example"}, true},
		"a forwarded host is believed by nobody":         {[]string{"Host", host, origin, "https://evil.example", "X-Forwarded-Host", "evil.example"}, true},
		"a method is what it is, whatever a header says": {[]string{"Host", host, site, "cross-site", "X-HTTP-Method-Override", "GET"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, one := range []struct{ method, path string }{
				{"POST", "/api/v1/programmes"}, {"PATCH", "/api/v1/me"}, {"DELETE", "/api/v1/me"}, {"PUT", "/nowhere"}, {"POST", "/sign-in"},
			} {
				status, body, _ := r.sent(one.method, one.path, c.header...)
				if refused := status == http.StatusForbidden && strings.Contains(body, `"cross-site"`); refused != c.refused {
					t.Errorf("%s %s: %d %s", one.method, one.path, status, body)
				}
			}
			for _, method := range []string{"GET", "HEAD", "OPTIONS"} {
				if status, body, _ := r.sent(method, "/api/v1/guide-sets", c.header...); strings.Contains(body, "cross-site") || method != "OPTIONS" && status == http.StatusForbidden {
					t.Errorf("%s: %d %s", method, status, body)
				}
			}
			if status, body, _ := r.sent("POST", "/u/token", c.header...); status != http.StatusNotFound {
				t.Errorf("unsubscribing: %d %s", status, body)
			}
		})
	}
}

// Letter pages and the sign-up give no referrer, and so browsers call the origin of their forms null. Where a browser
// says no more, a press must go through; with a cookie it does not.
func TestFormsOfPagesWithoutReferrer(t *testing.T) {
	r := serving(t, settingsFor(testkit.SQLite(t), "KRING_PUBLIC_URL=http://10.0.0.7")...)
	for name, c := range map[string]struct {
		path    string
		header  []string
		refused bool
	}{
		"a press":                      {"/l/token", nil, false},
		"a sign-up":                    {"/p/programme", nil, false},
		"a press with a cookie":        {"/l/token", []string{"Cookie", "a=b"}, true},
		"a press from another site":    {"/l/token", []string{"Sec-Fetch-Site", "cross-site"}, true},
		"what a cookie has a say in":   {"/me/erase", nil, true},
		"signing somebody else in":     {"/s/token", nil, true},
		"a path that looks like a way": {"/l/../me/erase", []string{"Cookie", "a=b"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			header := append([]string{"Origin", "null", "Accept", "text/html,*/*;q=0.8"}, c.header...)
			status, body, _ := r.sent("POST", c.path, header...)
			if refused := status == http.StatusForbidden; refused != c.refused || !strings.Contains(body, "<html") {
				t.Errorf("%d %s", status, body)
			}
		})
	}
}

func TestBrowsersAreToldToComeByTLS(t *testing.T) {
	for public, want := range map[string]string{"https://kring.example.org": "max-age=31536000", "http://kring.example.org": ""} {
		r := serving(t, settingsFor(testkit.SQLite(t), "KRING_PUBLIC_URL="+public)...)
		for _, path := range []string{"/", "/api/v1/me", "/api/docs", "/nowhere", "/healthz"} {
			if _, _, header := r.sent("GET", path); header.Get("Strict-Transport-Security") != want {
				t.Errorf("%s%s: %q", public, path, header.Get("Strict-Transport-Security"))
			}
		}
	}
}

func TestOriginsAreWrittenAsBrowsersDo(t *testing.T) {
	for public, want := range map[string]string{
		"https://Kring.Example.org:443/base": "https://kring.example.org", "http://kring.example.org:80": "http://kring.example.org",
		"https://kring.example.org:8443": "https://kring.example.org:8443", "http://[2001:DB8::1]:8080": "http://[2001:db8::1]:8080",
		"http://[::1]": "http://[::1]",
	} {
		e, err := newEdge(public, nil)
		if err != nil {
			t.Fatal(err)
		}
		request := httptest.NewRequest("POST", "/", nil)
		request.Header.Set("Origin", want)
		request.Header.Set("Sec-Fetch-Site", "cross-site") // passes only as a trusted origin
		if err := e.origins.Check(request); err != nil {
			t.Errorf("%s is not %s", public, want)
		}
	}
}

// Who calls is the other end of the connection, and what one of our proxies says of whom it speaks for.
func TestWhoCalls(t *testing.T) {
	for name, c := range map[string]struct {
		trusted, from, forwarded, proto string
		ip, scheme                      string
	}{
		"nobody is believed by default":     {"", "127.0.0.1", "9.9.9.9", "https", "127.0.0.1", "http"},
		"nor a private network":             {"", "10.0.0.3", "9.9.9.9", "https", "10.0.0.3", "http"},
		"nor whom we did not name":          {"192.0.2.1", "127.0.0.1", "9.9.9.9", "https", "127.0.0.1", "http"},
		"a proxy is believed":               {"127.0.0.1", "127.0.0.1", "9.9.9.9", "https", "9.9.9.9", "https"},
		"a proxy that says nothing":         {"127.0.0.1", "127.0.0.1", "", "", "127.0.0.1", "http"},
		"what a caller says before it, not": {"127.0.0.1", "127.0.0.1", "1.1.1.1, 9.9.9.9", "https", "9.9.9.9", "https"},
		"two proxies":                       {"10.0.0.0/8", "10.0.0.3", "9.9.9.9, 10.0.0.2", "http", "9.9.9.9", "http"},
		"a private caller behind a proxy":   {"10.0.0.3", "10.0.0.3", "9.9.9.9, 10.0.0.2", "http", "10.0.0.2", "http"},
		"what is no address":                {"127.0.0.1", "127.0.0.1", "els@example.org", "gopher", "127.0.0.1", "http"},
		"IPv6":                              {"fd00::/64", "[fd00::1]", "2001:db8::7", "https", "2001:db8::7", "https"},
	} {
		t.Run(name, func(t *testing.T) {
			ranges, err := proxies(c.trusted)
			if err != nil {
				t.Fatal(err)
			}
			e := echo.New()
			e.IPExtractor, e.SchemeExtractor = callers(ranges)
			request := httptest.NewRequest("GET", "/", nil)
			request.RemoteAddr = c.from + ":4711"
			for header, value := range map[string]string{"X-Forwarded-For": c.forwarded, "X-Forwarded-Proto": c.proto, "X-Real-Ip": "8.8.8.8"} {
				if value != "" {
					request.Header.Set(header, value)
				}
			}
			context := e.NewContext(request, httptest.NewRecorder())
			if ip, scheme := context.RealIP(), context.Scheme(); ip != c.ip || scheme != c.scheme {
				t.Errorf("%s by %s, not %s by %s", ip, scheme, c.ip, c.scheme)
			}
		})
	}
}

// Whoever takes too long over a request is cut off, and holds no one else up.
func TestSlowClientsAreCutOff(t *testing.T) {
	sink := smtpsink.Start(t)
	l := assemble(t, ingredients{clock: clock.System(), strict: true}, testkit.SQLite(t), sink)
	defer l.service.close(t.Context())
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	short := patience{header: 100 * time.Millisecond, read: 200 * time.Millisecond, write: 10 * time.Second, idle: 100 * time.Millisecond}
	server := newServer(t.Context(), l.service.echo, slog.New(slog.DiscardHandler), short)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	defer func() {
		if err := errors.Join(server.Close(), <-ended); !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	}()
	bearer := "Host: kring\r\nAuthorization: Bearer " + l.tokens[owner] + "\r\n"
	for name, c := range map[string]struct {
		sent   string
		status int // 0: no answer
	}{
		"says nothing":            {"", 0},
		"half a line":             {"GET / HT", 400},
		"half a header":           {"GET / HTTP/1.1\r\nHost: kring\r\nX-", 400},
		"half a body":             {"POST /api/v1/programmes HTTP/1.1\r\n" + bearer + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"name\"", 400},
		"half a form":             {"POST /l/token HTTP/1.1\r\nHost: kring\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nchoice", 404},
		"a chunk that never ends": {"POST /api/v1/programmes HTTP/1.1\r\n" + bearer + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{", 400},
		"a header without an end": {"GET / HTTP/1.1\r\nHost: kring\r\nX-Much: " + strings.Repeat("x", 2*mostHeader), 431},
		"a whole request":         {"GET /healthz HTTP/1.1\r\nHost: kring\r\n\r\n", 200},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if err := conn.SetDeadline(clock.System().Machine().Add(20 * time.Second)); err != nil {
				t.Fatal(err)
			}
			_, _ = io.WriteString(conn, c.sent) // it may be cut off before all is written
			said, err := io.ReadAll(conn)
			if errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatalf("still open, said %q", said)
			}
			status := 0
			if answer, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(said)), nil); err == nil {
				status = answer.StatusCode
				answer.Body.Close()
			}
			if status != c.status {
				t.Errorf("answered %d, not %d: %q", status, c.status, said)
			}
		})
	}
}

// What net/http writes into the log says no address of whoever called.
func TestTheServersOwnLinesNameNobody(t *testing.T) {
	var said bytes.Buffer
	log := slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelDebug}))
	server := newServer(t.Context(), http.NotFoundHandler(), log, usually())
	server.ErrorLog.Print("http: TLS handshake error from 192.0.2.7:50321: EOF")
	server.ErrorLog.Print("http2: server: error reading preface from client [2001:db8::7]:50321: EOF")
	if strings.Contains(said.String(), "192.0.2.7") || strings.Contains(said.String(), "2001:db8") || strings.Count(said.String(), "EOF") != 2 {
		t.Error(said.String())
	}
}
