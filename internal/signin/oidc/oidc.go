package oidc

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"kring/internal/clock"
	"kring/internal/database"
)

// Options is what a Provider is made of.
type Options struct {
	DB           *database.DB
	Clock        *clock.Clock
	Issuer       string // https address; discovery is below it
	ClientID     string
	ClientSecret string // empty: a public client, PKCE alone
	RedirectURL  string // PUBLIC_URL + /sign-in/oidc/callback
}

// Provider is an organisation's OpenID provider. It may be used from several goroutines.
type Provider struct{ Options }

// New makes a Provider. It calls nobody: the provider's settings are read when somebody first signs in.
func New(o Options) *Provider { return &Provider{Options: o} }

// Begin answers where to send the browser, and the cookie that binds the attempt to it. It answers Unavailable
// "oidc-unreachable".
func (p *Provider) Begin(ctx context.Context) (address string, cookie *http.Cookie, err error) {
	return "", nil, errors.New("oidc: not built")
}

// Finish takes the provider's answer, once, and says whose it is. It answers Unauthenticated "oidc-refused" for an answer
// that does not hold, Forbidden "oidc-address-unverified", Forbidden "oidc-unknown" for who is nobody here, and
// Unavailable "oidc-unreachable".
func (p *Provider) Finish(ctx context.Context, query url.Values, cookie *http.Cookie) (personID string, err error) {
	return "", errors.New("oidc: not built")
}
