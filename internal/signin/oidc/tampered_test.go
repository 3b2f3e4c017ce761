package oidc_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/testkit"
	"kring/internal/testkit/openid"
)

// ID tokens that do not hold. Where an honest provider gives such a token, to another program or for another attempt,
// it is that very token; the rest is made of a genuine one by the proxy in front of the provider.
func TestTokensThatDoNotHold(t *testing.T) {
	idp := everybody(t)
	foreign := newSigner(t)
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		everyone := newRoom(t, db, idp, openid.ClientTold)
		for name, forge := range map[string]func(t *testing.T, a attempt, raw string) string{
			"for another program": func(t *testing.T, a attempt, _ string) string {
				return otherToken(t, idp, els, a.param("nonce"))
			},
			"of somebody else, under the old signature": func(_ *testing.T, _ attempt, raw string) string {
				return open(raw).saying(map[string]any{"sub": ada.ID}).String()
			},
			"with a flipped bit in the signature": func(_ *testing.T, _ attempt, raw string) string {
				tok := open(raw)
				signature, _ := base64.RawURLEncoding.DecodeString(tok.signature)
				signature[0] ^= 1
				tok.signature = base64.RawURLEncoding.EncodeToString(signature)
				return tok.String()
			},
			"signed by a stranger": func(_ *testing.T, _ attempt, raw string) string { return foreign.sign(open(raw)) },
			"not signed": func(_ *testing.T, _ attempt, raw string) string {
				tok := open(raw)
				tok.header["alg"], tok.signature = "none", ""
				return tok.String()
			},
			"signed with the client's secret": func(_ *testing.T, _ attempt, raw string) string {
				tok := open(raw)
				tok.header["alg"] = "HS256"
				h := hmac.New(sha256.New, []byte(openid.Secret))
				h.Write([]byte(tok.body()))
				tok.signature = base64.RawURLEncoding.EncodeToString(h.Sum(nil))
				return tok.String()
			},
			"cut off":   func(_ *testing.T, _ attempt, raw string) string { return raw[:len(raw)/2] },
			"empty":     func(*testing.T, attempt, string) string { return "" },
			"no token":  func(*testing.T, attempt, string) string { return "no.token.at-all" },
			"very long": func(_ *testing.T, _ attempt, raw string) string { return raw + strings.Repeat("A", 200_000) },
		} {
			t.Run(name, func(t *testing.T) {
				r := everyone.again(t, openid.ClientTold)
				a := r.begin()
				answer := idp.SignIn(t, a.address, els)
				var kept string
				idp.Change(openid.Token, func(body []byte) []byte {
					if kept != "" { // forge asks the provider, too
						return body
					}
					kept = idToken(body)
					return withIDToken(func(raw string) string { return forge(t, a, raw) })(body)
				})
				defer idp.Change(openid.Token, nil)
				r.refuses(a, answer, a.cookie, fault.Unauthenticated, "oidc-refused")
				if kept == "" {
					t.Error("nothing was forged")
				}
			})
		}
	})
}

// What a provider says whose keys sign, and which is wrong all the same. The proxy changes the keys for ones of the test,
// signs with them, and so speaks as the provider.
func TestClaimsThatDoNotHold(t *testing.T) {
	idp := everybody(t)
	key := newSigner(t)
	idp.Change(openid.Keys, key.keys)
	soon := time.Now().Add(time.Hour).Unix()
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		everyone := newRoom(t, db, idp, openid.ClientTold)
		for name, c := range map[string]struct {
			claims map[string]any
			holds  bool
		}{
			"as they are":                             {nil, true},
			"another issuer":                          {map[string]any{"iss": "https://login.example"}, false},
			"another audience":                        {map[string]any{"aud": "other"}, false},
			"no audience":                             {map[string]any{"aud": nil}, false},
			"several audiences, given to us":          {map[string]any{"aud": []string{"other", "told"}, "azp": "told"}, true},
			"several audiences, given to another":     {map[string]any{"aud": []string{"other", "told"}, "azp": "other"}, false},
			"several audiences, given to nobody":      {map[string]any{"aud": []string{"other", "told"}, "azp": nil}, false},
			"our audience, given to another":          {map[string]any{"azp": "other"}, false},
			"over since a second":                     {map[string]any{"exp": time.Now().Add(-time.Second).Unix()}, false},
			"over never":                              {map[string]any{"exp": nil}, false},
			"not yet":                                 {map[string]any{"nbf": soon}, false},
			"another nonce":                           {map[string]any{"nonce": "another"}, false},
			"no nonce":                                {map[string]any{"nonce": nil}, false},
			"no subject":                              {map[string]any{"sub": nil}, false},
			"a subject that is too long":              {map[string]any{"sub": strings.Repeat("s", 256)}, false},
			"a subject with a zero in it":             {map[string]any{"sub": "els\x00"}, false},
			"verified, as a text":                     {map[string]any{"email_verified": "true"}, true},
			"claims of another shape":                 {map[string]any{"email": []string{"els@example.org"}}, false},
			"an audience of another shape":            {map[string]any{"aud": 7}, false},
			"claims that another place would tell us": {map[string]any{"_claim_names": map[string]string{"email": "x"}}, false},
		} {
			t.Run(name, func(t *testing.T) {
				idp.Change(openid.Token, withIDToken(func(raw string) string { return key.sign(open(raw).saying(c.claims)) }))
				r := everyone.again(t, openid.ClientTold)
				defer r.forget()
				if c.holds {
					if id := r.passes(els); id != r.els.ID {
						t.Errorf("it is %q", id)
					}
					return
				}
				a := r.begin()
				r.refuses(a, idp.SignIn(t, a.address, els), a.cookie, fault.Unauthenticated, "oidc-refused")
			})
		}
	})
}

// Not verified is everything that is not said to be.
func TestAddressesThatAreNotVerified(t *testing.T) {
	idp := everybody(t)
	key := newSigner(t)
	idp.Change(openid.Keys, key.keys)
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		everyone := newRoom(t, db, idp, openid.ClientTold)
		for name, verified := range map[string]any{"no": false, "no, as a text": "false", "no word": nil, "a number": 1, "a list": []bool{true}} {
			t.Run(name, func(t *testing.T) {
				idp.Change(openid.Token, withIDToken(func(raw string) string {
					return key.sign(open(raw).saying(map[string]any{"email_verified": verified}))
				}))
				r := everyone.again(t, openid.ClientTold)
				a := r.begin()
				r.refuses(a, idp.SignIn(t, a.address, els), a.cookie, fault.Forbidden, "oidc-address-unverified")
			})
		}
	})
}

// The client "brief" gets genuine tokens that are over already.
func TestAnExpiredToken(t *testing.T) {
	idp := everybody(t)
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		r := newRoom(t, db, idp, openid.ClientBrief)
		a := r.begin()
		r.refuses(a, idp.SignIn(t, a.address, els), a.cookie, fault.Unauthenticated, "oidc-refused")
	})
}

// Genuine tokens for an attempt without a nonce, and for another attempt: the browser cuts the nonce out of the address,
// and the proxy hands out the token of before.
func TestTokensOfAnotherAttempt(t *testing.T) {
	idp := everybody(t)
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		r := newRoom(t, db, idp, openid.Client)
		a := r.begin()
		r.refuses(a, idp.SignIn(t, a.with(map[string]string{"nonce": ""}), els), a.cookie, fault.Unauthenticated, "oidc-refused")

		var before string
		idp.Change(openid.Token, func(body []byte) []byte { before = idToken(body); return body })
		r.passes(els)
		idp.Change(openid.Token, withIDToken(func(string) string { return before }))
		defer idp.Change(openid.Token, nil)
		a = r.begin()
		r.refuses(a, idp.SignIn(t, a.address, els), a.cookie, fault.Unauthenticated, "oidc-refused")
	})
}

// The userinfo endpoint is believed about whom the ID token names and nobody else.
func TestUserInfoThatDoesNotHold(t *testing.T) {
	idp := everybody(t)
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		everyone := newRoom(t, db, idp, openid.Client)
		for name, change := range map[string]func([]byte) []byte{
			"of somebody else": withField("sub", set(ada.ID)),
			"of nobody":        withField("sub", set(nil)),
			"not to be read":   func([]byte) []byte { return []byte(`{"sub": "subject-of-els", "email": "els@example.org`) },
		} {
			t.Run(name, func(t *testing.T) {
				idp.Change(openid.UserInfo, change)
				defer idp.Change(openid.UserInfo, nil)
				r := everyone.again(t, openid.Client)
				a := r.begin()
				r.refuses(a, idp.SignIn(t, a.address, els), a.cookie, fault.Unauthenticated, "oidc-refused")
			})
		}
	})
}

// A provider that says much: an error that repeats everything it was sent, on any status that the standard knows.
func TestWhatTheProviderSaysIsNotToldOn(t *testing.T) {
	idp := everybody(t)
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		r := newRoom(t, db, idp, openid.Client)
		a := r.begin()
		answer := idp.SignIn(t, a.address, els)
		idp.Change(openid.Token, func(body []byte) []byte {
			said, _ := json.Marshal(map[string]string{
				"error": answer.Get("code"), "error_description": string(body) + answer.Get("code") + els.Email,
			})
			return said
		})
		defer idp.Change(openid.Token, nil)
		r.refuses(a, answer, a.cookie, fault.Unauthenticated, "oidc-refused")
	})
}
