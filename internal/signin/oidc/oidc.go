package oidc

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"time"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
)

// CookieName is the cookie that binds an attempt to the browser that made it.
const CookieName = "__Host-kring-oidc"

// attemptLives is how long somebody may take at the provider.
const attemptLives = 10 * time.Minute

// Options is what a Provider is made of.
type Options struct {
	DB           *database.DB
	Clock        *clock.Clock
	Issuer       string // https address, http on this machine only; discovery is below it
	ClientID     string
	ClientSecret string // empty: a public client, PKCE alone
	RedirectURL  string // PUBLIC_URL + /sign-in/oidc/callback
}

// Provider is an organisation's OpenID provider. It may be used from several goroutines.
type Provider struct {
	Options
	client *http.Client
	found  finding
}

// New makes a Provider. It calls nobody: the provider's settings are read when somebody first signs in.
func New(o Options) *Provider { return &Provider{Options: o, client: newClient()} }

// Begin answers where to send the browser, and the cookie that binds the attempt to it. It answers Unavailable
// "oidc-unreachable".
func (p *Provider) Begin(ctx context.Context) (address string, cookie *http.Cookie, err error) {
	s, err := p.settings(ctx)
	if err != nil {
		return "", nil, err
	}
	state, bound, nonce, verifier := rand.Text(), rand.Text(), rand.Text(), oauth2.GenerateVerifier()
	row := attemptRow{
		StateHash: hashed(state), CookieHash: hashed(bound), Nonce: nonce, Verifier: verifier,
		ExpiresAt: p.Clock.Machine().Add(attemptLives),
	}
	if err := p.DB.Write(ctx, func(tx database.Tx) error { return insertAttempt(tx, row) }); err != nil {
		return "", nil, err
	}
	cookie = &http.Cookie{
		Name: CookieName, Value: bound, Path: "/", MaxAge: int(attemptLives.Seconds()),
		Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
	return s.oauth.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier), gooidc.Nonce(nonce)), cookie, nil
}

// Finish takes the provider's answer, once, and says whose it is. It answers Unauthenticated "oidc-refused" for an answer
// that does not hold, Forbidden "oidc-address-unverified", Forbidden "oidc-unknown" for who is nobody here, and
// Unavailable "oidc-unreachable".
func (p *Provider) Finish(ctx context.Context, query url.Values, cookie *http.Cookie) (personID string, err error) {
	attempt, err := p.take(ctx, query.Get("state"), cookie)
	if err != nil {
		return "", err
	}
	s, err := p.settings(ctx)
	if err != nil {
		return "", err
	}
	if err := s.answered(query); err != nil {
		return "", err
	}
	who, err := p.redeem(ctx, s, query.Get("code"), attempt)
	if err != nil {
		return "", err
	}
	return p.whose(ctx, who)
}

// take answers the attempt that a state names and deletes it, whatever comes of it. It is refused when there is none,
// when it is over, and in another browser than the one that it began in.
func (p *Provider) take(ctx context.Context, state string, cookie *http.Cookie) (attemptRow, error) {
	if state == "" || cookie == nil {
		return attemptRow{}, refused("no attempt is named")
	}
	var attempt attemptRow
	var there bool
	err := p.DB.Write(ctx, func(tx database.Tx) (err error) {
		attempt, there, err = takeAttempt(tx, hashed(state))
		return err
	})
	switch {
	case err != nil:
		return attemptRow{}, err
	case !there:
		return attemptRow{}, refused("the attempt is unknown or was finished")
	case !same(attempt.CookieHash, hashed(cookie.Value)):
		return attemptRow{}, refused("the attempt began in another browser")
	case !p.Clock.Machine().Before(attempt.ExpiresAt):
		return attemptRow{}, refused("the attempt is over")
	}
	return attempt, nil
}

// answered says whether the provider said yes. Where it says who it is (RFC 9207), it is the one that was asked.
func (s *settings) answered(query url.Values) error {
	if query.Has("error") {
		return refused("the provider says no")
	}
	if iss := query.Get("iss"); iss != s.issuer && (iss != "" || s.namesItself) {
		return refused("another provider answers")
	}
	if query.Get("code") == "" {
		return refused("the answer has no code")
	}
	return nil
}

// Sweep deletes attempts that nobody came back from and says how many.
func (p *Provider) Sweep(ctx context.Context, machine time.Time) (swept int64, err error) {
	err = p.DB.Write(ctx, func(tx database.Tx) (err error) {
		swept, err = deleteAttempts(tx, machine)
		return err
	})
	return swept, err
}

func refused(why string) error {
	return fault.New(fault.Unauthenticated, "oidc-refused").Because(errors.New(why))
}

// hashed is what is kept of a secret. It is random, so that a fast hash is enough, and how long a look-up by it takes says
// nothing about it.
func hashed(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// same compares in constant time.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
