package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
	"unicode/utf8"
)

// The bounds that a Client has when its Options say nothing else.
const (
	Most          = 2 << 20          // bytes of an answer
	Within        = 10 * time.Second // from the first look-up to the last byte
	MostRedirects = 5
)

// mostHeader bounds the header of an answer, mostTag what is kept of it; in bytes.
const (
	mostHeader = 32 << 10
	mostTag    = 500
)

// Options is what a Client is made of. The zero one is whole but for Agent.
type Options struct {
	Agent    string                // how it calls itself (RFC 9110, 10.1.5)
	Allow    func(netip.Addr) bool // whom it connects to; nil: [Public]
	Resolver *net.Resolver         // nil: the machine's
	Roots    *x509.CertPool        // whose certificates hold; nil: the machine's
	Most     int64                 // 0: [Most]
	Within   time.Duration         // 0: [Within]
}

// Client fetches. It may be used from several goroutines.
type Client struct {
	agent  string
	most   int64
	within time.Duration
	http   *http.Client
}

// New makes a Client.
func New(o Options) *Client {
	if o.Allow == nil {
		o.Allow = Public
	}
	if o.Most == 0 {
		o.Most = Most
	}
	if o.Within == 0 {
		o.Within = Within
	}
	dialer := &net.Dialer{Resolver: o.Resolver, ControlContext: guard(o.Allow), Timeout: o.Within}
	transport := &http.Transport{
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
		TLSNextProto:           map[string]func(string, *tls.Conn) http.RoundTripper{}, // HTTP/1.1: one file needs no more
		TLSHandshakeTimeout:    o.Within,                                               // it goes on without whoever waited for it
		DisableKeepAlives:      true,
		DisableCompression:     true, // unpacked by ourselves, so that both sizes are bounded
		MaxResponseHeaderBytes: mostHeader,
	}
	return &Client{
		agent: o.Agent, most: o.Most, within: o.Within,
		http: &http.Client{Transport: transport, CheckRedirect: mayFollow},
	}
}

// guard looks at every address that a connection is about to be made to: what names say is resolved by then.
func guard(allow func(netip.Addr) bool) func(context.Context, string, string, syscall.RawConn) error {
	return func(_ context.Context, _, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || !allow(to.Addr()) {
			return Error(Private)
		}
		return nil
	}
}

// mayFollow holds where an address leads on to against the same rules. The server there is not told where from.
func mayFollow(next *http.Request, before []*http.Request) error {
	next.Header.Del("Referer")
	if len(before) > MostRedirects || checkAddress(next.URL) != nil {
		return Error(Astray)
	}
	return nil
}

// Known is what a server said of the version that it gave last, for it to compare (RFC 9110, 13.1); empty: nothing.
type Known struct {
	ETag     string
	Modified string // Last-Modified, as it was written
}

// Answer is a file, or the news that it is still the one that was known.
type Answer struct {
	Body      []byte
	Known     Known
	Unchanged bool
}

// Get fetches a file. It answers an [Error] for everything that can be wrong with it, and ctx's error when ctx ended.
func (c *Client) Get(ctx context.Context, address string, known Known) (Answer, error) {
	within, cancel := context.WithTimeout(ctx, c.within)
	defer cancel()
	answer, err := c.get(within, address, known)
	switch {
	case err == nil:
		return answer, nil
	case ctx.Err() != nil:
		return Answer{}, ctx.Err()
	case within.Err() != nil:
		return Answer{}, Error(TooSlow)
	}
	return Answer{}, codeOf(err)
}

func (c *Client) get(ctx context.Context, address string, known Known) (Answer, error) {
	u, err := ParseAddress(address)
	if err != nil {
		return Answer{}, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Answer{}, err
	}
	request.Header.Set("User-Agent", c.agent)
	request.Header.Set("Accept", "text/calendar, */*;q=0.5")
	request.Header.Set("Accept-Encoding", "gzip")
	for name, value := range map[string]string{"If-None-Match": known.ETag, "If-Modified-Since": known.Modified} {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	response, err := c.http.Do(request)
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	return c.read(response, known)
}

func (c *Client) read(response *http.Response, known Known) (Answer, error) {
	switch status := response.StatusCode; {
	case status == http.StatusNotModified && known != Known{}:
		return Answer{Known: known, Unchanged: true}, nil
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return Answer{}, Error(NeedsSignIn)
	case status == http.StatusNotFound || status == http.StatusGone:
		return Answer{}, Error(NotFound)
	case status != http.StatusOK:
		return Answer{}, Error(Unreachable)
	}
	body, err := unpack(response, c.most)
	if err != nil {
		return Answer{}, err
	}
	return Answer{Body: body, Known: Known{ETag: kept(response.Header.Get("ETag")), Modified: kept(response.Header.Get("Last-Modified"))}}, nil
}

// kept is a tag as far as it is worth keeping. A tag may hold bytes that are no text (RFC 9110, 8.8.3), which Postgres refuses.
func kept(tag string) string {
	if len(tag) > mostTag || !utf8.ValidString(tag) {
		return ""
	}
	return tag
}

// codeOf finds what went wrong in what the libraries answer.
func codeOf(err error) error {
	var known Error
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &certificate):
		return Error(Certificate)
	}
	return Error(Unreachable)
}
