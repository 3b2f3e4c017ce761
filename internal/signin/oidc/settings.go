package oidc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"kring/internal/fault"
)

const (
	answerWithin = 5 * time.Second // for each question to the provider
	maxAnswer    = 1 << 20         // bytes
	tryAgain     = 5 * time.Second // machine time after a failure in which nobody asks
)

// settings are those of the provider, as its discovery document tells them (OpenID Connect Discovery 1.0, 4.2).
type settings struct {
	issuer      string
	oauth       oauth2.Config
	provider    *gooidc.Provider
	keys        gooidc.KeySet
	algorithms  []string // that ID tokens may be signed with
	namesItself bool     // in every answer (RFC 9207)
}

// finding is what was found out about the provider. While one asks, the others wait for the answer.
type finding struct {
	mu       sync.Mutex
	settings *settings
	failed   error
	failedAt time.Time
}

// settings answers the provider's settings, which are read once. What failed is tried again, not more often than every
// five seconds, so that a provider that is away costs nobody long and is not run over when it comes back.
func (p *Provider) settings(ctx context.Context) (*settings, error) {
	f := &p.found
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.settings != nil {
		return f.settings, nil
	}
	if wait := tryAgain - p.Clock.Machine().Sub(f.failedAt); f.failed != nil && wait > 0 {
		return nil, unreachable(f.failed).After(wait)
	}
	f.settings, f.failed = p.discover(context.WithoutCancel(ctx)) // others wait for it, too
	if f.failed != nil {
		f.failedAt = p.Clock.Machine()
		return nil, unreachable(f.failed).After(tryAgain)
	}
	return f.settings, nil
}

// discover reads the discovery document.
func (p *Provider) discover(ctx context.Context) (*settings, error) {
	ctx = gooidc.ClientContext(ctx, p.client)
	provider, err := gooidc.NewProvider(ctx, p.Issuer)
	if err != nil {
		return nil, undiscovered(err)
	}
	var more struct {
		Keys        string   `json:"jwks_uri"`
		UserInfo    string   `json:"userinfo_endpoint"`
		Algorithms  []string `json:"id_token_signing_alg_values_supported"`
		Secrets     []string `json:"token_endpoint_auth_methods_supported"`
		NamesItself bool     `json:"authorization_response_iss_parameter_supported"`
	}
	if err := provider.Claims(&more); err != nil {
		return nil, undiscovered(err)
	}
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = p.style(more.Secrets)
	for _, address := range []string{endpoint.AuthURL, endpoint.TokenURL, more.Keys} {
		if !safeAddress(address) {
			return nil, errUnsafe
		}
	}
	return &settings{
		issuer: p.Issuer, provider: provider, keys: gooidc.NewRemoteKeySet(ctx, more.Keys),
		oauth: oauth2.Config{
			ClientID: p.ClientID, ClientSecret: p.ClientSecret, RedirectURL: p.RedirectURL, Endpoint: endpoint,
			Scopes: []string{gooidc.ScopeOpenID, "email"},
		},
		algorithms:  slices.DeleteFunc(more.Algorithms, func(a string) bool { return !slices.Contains(signed, a) }),
		namesItself: more.NamesItself,
	}, nil
}

// signed are the algorithms that take a key of the provider's own. The others take the client's secret, or none.
var signed = []string{
	gooidc.RS256, gooidc.RS384, gooidc.RS512, gooidc.ES256, gooidc.ES384, gooidc.ES512,
	gooidc.PS256, gooidc.PS384, gooidc.PS512, gooidc.EdDSA,
}

// style is how the client shows who it is: as the provider says, without trying, because a code that was shown once is
// used up. Without a word it is HTTP Basic (Discovery 1.0, 3).
func (p *Provider) style(methods []string) oauth2.AuthStyle {
	basic := len(methods) == 0 || slices.Contains(methods, "client_secret_basic")
	if p.ClientSecret != "" && basic {
		return oauth2.AuthStyleInHeader
	}
	return oauth2.AuthStyleInParams
}

// undiscovered keeps of an error what is no text of the provider's.
func undiscovered(err error) error {
	var other *gooidc.IssuerMismatchError
	if errors.As(err, &other) {
		return fmt.Errorf("it goes by another name than %q", other.Provided)
	}
	return away(err, "no discovery document")
}

// away answers an error of the way to the provider as it is, and any other, which may hold what the provider said, as
// the sentence.
func away(err error, sentence string) error {
	var onTheWay *url.Error
	if errors.As(err, &onTheWay) {
		return onTheWay
	}
	return errors.New(sentence)
}

func unreachable(cause error) *fault.Fault {
	return fault.New(fault.Unavailable, "oidc-unreachable").Because(cause)
}

// newClient makes a client that nobody on the other side can make wait or read for long. It keeps no connection: people
// sign in seldom, and one that was kept breaks when it is needed.
func newClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableKeepAlives = true
	return &http.Client{
		Transport: guarded{transport}, Timeout: answerWithin,
		CheckRedirect: func(*http.Request, []*http.Request) error { return errRedirect },
	}
}

var (
	errUnsafe   = errors.New("an address of the provider is not https")
	errRedirect = errors.New("the provider sends us elsewhere")
	errTooLong  = errors.New("the provider's answer is too long")
)

// guarded goes only where nobody can listen, and brings back whole answers of bounded length.
type guarded struct{ http.RoundTripper }

// RoundTrip answers an error also where the provider is there and not working: 429 and from 500 on.
func (g guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	if !safeAddress(r.URL.String()) {
		return nil, errUnsafe
	}
	answer, err := g.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= http.StatusInternalServerError || answer.StatusCode == http.StatusTooManyRequests {
		return nil, fmt.Errorf("the provider answers %d", answer.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxAnswer {
		return nil, errTooLong
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}

// safeAddress takes https, and http to this machine.
func safeAddress(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}
