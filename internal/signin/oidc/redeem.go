package oidc

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"unicode/utf8"

	gooidc "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// maxSubject is how long a subject may be, in bytes (OpenID Connect Core 1.0, 2).
const maxSubject = 255

// claims are what the provider says about somebody.
type claims struct {
	issuer, subject string
	// address asks for the e-mail address and whether the provider verified it: somebody who is known by the subject needs
	// none.
	address func(context.Context) (email string, verified bool, err error)
}

// redeem changes the code for an ID token and checks it (OpenID Connect Core 1.0, 3.1.3.7).
func (p *Provider) redeem(ctx context.Context, s *settings, code string, attempt attemptRow) (claims, error) {
	ctx = gooidc.ClientContext(ctx, p.client)
	tokens, err := s.oauth.Exchange(ctx, code, oauth2.VerifierOption(attempt.Verifier))
	if err != nil {
		return claims{}, unredeemed(err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	token, err := p.verify(ctx, s, raw)
	if err != nil {
		return claims{}, err
	}
	var told struct {
		Party    string    `json:"azp"`
		Email    string    `json:"email"`
		Verified truthOrSo `json:"email_verified"`
	}
	if err := token.Claims(&told); err != nil {
		return claims{}, refused("the ID token's claims cannot be read")
	}
	switch {
	case !same(token.Nonce, attempt.Nonce):
		return claims{}, refused("the ID token is for another attempt")
	case told.Party != p.ClientID && (told.Party != "" || len(token.Audience) > 1):
		return claims{}, refused("the ID token was given to another program")
	case !isSubject(token.Subject):
		return claims{}, refused("the ID token names nobody")
	}
	return claims{issuer: s.issuer, subject: token.Subject, address: func(ctx context.Context) (string, bool, error) {
		if told.Email != "" {
			return told.Email, bool(told.Verified), nil
		}
		return p.ask(ctx, s, tokens, token.Subject)
	}}, nil
}

// unredeemed tells a provider that is away from one that says no. What it says is not told on: it may be anything.
func unredeemed(err error) error {
	if cause := new(url.Error); errors.As(err, &cause) {
		return unreachable(cause)
	}
	var said *oauth2.RetrieveError
	if errors.As(err, &said) && isCode(said.ErrorCode) {
		return refused("the code is not taken: " + said.ErrorCode)
	}
	return refused("the code is not taken")
}

// isCode takes an error code as RFC 6749 and its followers have them.
func isCode(text string) bool {
	return text != "" && len(text) <= 40 && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz_") == ""
}

// verify checks who signed an ID token, who gave it, for whom, and until when: signature, iss, aud, exp, nbf.
func (p *Provider) verify(ctx context.Context, s *settings, raw string) (*gooidc.IDToken, error) {
	keys := &watchedKeys{KeySet: s.keys}
	token, err := gooidc.NewVerifier(s.issuer, keys, &gooidc.Config{
		ClientID: p.ClientID, SupportedSigningAlgs: s.algorithms, Now: p.Clock.Machine,
	}).Verify(ctx, raw)
	var late *gooidc.TokenExpiredError
	cause := new(url.Error)
	switch {
	case err == nil:
		return token, nil
	case errors.As(keys.err, &cause):
		return nil, unreachable(cause)
	case errors.As(err, &late):
		return nil, refused("the ID token is over")
	}
	return nil, refused("the ID token does not hold")
}

// watchedKeys remember what went wrong with them: the verifier keeps of it only the text.
type watchedKeys struct {
	gooidc.KeySet
	err error
}

// VerifySignature is asked by the verifier.
func (k *watchedKeys) VerifySignature(ctx context.Context, raw string) (payload []byte, err error) {
	payload, err = k.KeySet.VerifySignature(ctx, raw)
	k.err = err
	return payload, err
}

// ask asks the userinfo endpoint for the address, which is where the standard has it (OpenID Connect Core 1.0, 5.3 and
// 5.4). The answer counts only for the subject that the ID token names.
func (p *Provider) ask(ctx context.Context, s *settings, tokens *oauth2.Token, subject string) (string, bool, error) {
	if s.provider.UserInfoEndpoint() == "" {
		return "", false, nil
	}
	info, err := s.provider.UserInfo(gooidc.ClientContext(ctx, p.client), oauth2.StaticTokenSource(tokens))
	if cause := new(url.Error); errors.As(err, &cause) {
		return "", false, unreachable(cause)
	}
	if err != nil {
		return "", false, refused("the userinfo endpoint gives no answer that can be read")
	}
	if info.Subject != subject {
		return "", false, refused("the userinfo endpoint speaks of somebody else")
	}
	return info.Email, info.EmailVerified, nil
}

func isSubject(subject string) bool {
	return subject != "" && len(subject) <= maxSubject && utf8.ValidString(subject) && !strings.ContainsRune(subject, 0)
}

// truthOrSo is a truth value that some providers write as a text. Anything else is no.
type truthOrSo bool

// UnmarshalJSON reads true and "true".
func (t *truthOrSo) UnmarshalJSON(raw []byte) error {
	*t = string(raw) == "true" || string(raw) == `"true"`
	return nil
}
