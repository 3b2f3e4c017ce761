package oidc_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/signin/oidc"
	"kring/internal/testkit"
	"kring/internal/testkit/openid"
)

// Whom the provider knows. Els and Mia are people of Kring.
var (
	els     = openid.User{ID: "subject-of-els", Email: "Els@Example.org", EmailVerified: true}
	elsToo  = openid.User{ID: "subject-of-the-next-els", Email: "els@example.org", EmailVerified: true}
	mia     = openid.User{ID: "subject-of-mia", Email: "mia@example.org"}
	ada     = openid.User{ID: "subject-of-ada", Email: "ada@example.org", EmailVerified: true}
	noEmail = openid.User{ID: "subject-without-address"}
)

// everybody starts a provider that knows them all.
func everybody(t *testing.T) *openid.Provider { return openid.Start(t, els, elsToo, mia, ada, noEmail) }

// room is Kring's side: the provider as Kring knows it, with people.
type room struct {
	*oidc.Provider
	t        *testing.T
	idp      *openid.Provider
	els, mia identity.Person
}

func newRoom(t *testing.T, db *database.DB, idp *openid.Provider, client string) *room {
	t.Helper()
	r := &room{t: t, idp: idp, Provider: oidc.New(oidc.Options{
		DB: db, Clock: clock.System(), Issuer: idp.Issuer, ClientID: client, ClientSecret: openid.Secret, RedirectURL: openid.Callback,
	})}
	r.els, r.mia = r.person("els@example.org"), r.person("mia@example.org")
	return r
}

// again is the same with nothing read of the provider yet, for a test within the test.
func (r *room) again(t *testing.T, client string) *room {
	next := *r
	next.t = t
	o := r.Options
	o.ClientID = client
	next.Provider = oidc.New(o)
	return &next
}

func (r *room) person(email string) (p identity.Person) {
	r.t.Helper()
	r.write(func(tx database.Tx) (err error) {
		p, err = identity.EnsureIn(tx, r.Clock.Now(), identity.Person{Email: email, Name: "Iemand", LetterLanguage: "nl", Zone: "Europe/Brussels"})
		return err
	})
	return p
}

func (r *room) write(fn func(tx database.Tx) error) {
	r.t.Helper()
	if err := r.DB.Write(r.t.Context(), fn); err != nil {
		r.t.Fatal(err)
	}
}

// forget takes back that people are linked.
func (r *room) forget() {
	r.t.Helper()
	r.write(func(tx database.Tx) error { return tx.Gorm().Exec("delete from oidc_subjects").Error })
}

// sleep lets virtual time pass, in a bubble.
func sleep(d time.Duration) { time.Sleep(d) } //nolint:forbidigo // the bubble's time, nobody waits

// attempt is one that has begun: where the browser is sent, and its cookie.
type attempt struct {
	address string
	cookie  *http.Cookie
}

func (r *room) begin() attempt {
	r.t.Helper()
	address, cookie, err := r.Begin(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	return attempt{address, cookie}
}

// param is what the address says.
func (a attempt) param(name string) string { return a.query().Get(name) }

func (a attempt) query() url.Values {
	u, _ := url.Parse(a.address)
	return u.Query()
}

// with is the address with other parameters; "" takes one away.
func (a attempt) with(names map[string]string) string {
	u, _ := url.Parse(a.address)
	query := u.Query()
	for name, value := range names {
		query.Set(name, value)
		if value == "" {
			query.Del(name)
		}
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// passes lets a user go the whole way.
func (r *room) passes(u openid.User) string {
	r.t.Helper()
	a := r.begin()
	id, err := r.Finish(r.t.Context(), r.idp.SignIn(r.t, a.address, u), a.cookie)
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

// refuses holds that an answer is refused with a code, that nobody is linked by it, and that the error tells no secret.
func (r *room) refuses(a attempt, answer url.Values, cookie *http.Cookie, kind fault.Kind, code string) {
	r.t.Helper()
	linked := r.linked()
	id, err := r.Finish(r.t.Context(), answer, cookie)
	if id != "" || !fault.IsKind(err, kind) || !fault.HasCode(err, code) {
		r.t.Fatalf("%q, %v instead of %s %s", id, err, kind, code)
	}
	if now := r.linked(); now != linked {
		r.t.Errorf("%d subjects are linked instead of %d", now, linked)
	}
	r.silent(a, answer, err)
}

// silent holds that an error tells no token, code, address or other secret.
func (r *room) silent(a attempt, answer url.Values, err error) {
	r.t.Helper()
	secrets := []string{"eyJ", openid.Secret + ":", a.param("state"), a.param("nonce"), a.cookie.Value, answer.Get("code"), answer.Get("state")}
	for _, u := range []openid.User{els, elsToo, mia, ada} {
		secrets = append(secrets, u.ID, u.Email)
	}
	for _, secret := range secrets {
		if secret != "" && strings.Contains(err.Error(), secret) {
			r.t.Errorf("the error tells %q: %v", secret, err)
		}
	}
}

func (r *room) linked() int { return testkit.Counts(r.t, r.DB)["oidc_subjects"] }

// actions are what the journal holds, newest first.
func (r *room) actions() (actions []string) {
	r.t.Helper()
	r.write(func(tx database.Tx) error {
		actions = nil
		return tx.Gorm().Table("journal").Order("id desc").Pluck("action", &actions).Error
	})
	return actions
}

// otherToken is a genuine ID token that the provider gave to another program, for a nonce.
func otherToken(t *testing.T, idp *openid.Provider, u openid.User, nonce string) string {
	t.Helper()
	address := idp.Issuer + "/auth?" + url.Values{
		"client_id": {openid.ClientOther}, "redirect_uri": {openid.Callback}, "response_type": {"code"},
		"scope": {"openid email"}, "nonce": {nonce}, "state": {"other"},
	}.Encode()
	code := idp.SignIn(t, address, u).Get("code")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, idp.Issuer+openid.Token, strings.NewReader(url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {openid.Callback},
	}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(openid.ClientOther, openid.Secret)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return idToken(body)
}

// idToken is that in an answer of the token endpoint.
func idToken(body []byte) string {
	var answer struct {
		IDToken string `json:"id_token"`
	}
	_ = json.Unmarshal(body, &answer)
	return answer.IDToken
}

// withIDToken changes the ID token in an answer of the token endpoint.
func withIDToken(change func(raw string) string) func([]byte) []byte {
	return withField("id_token", func(raw any) any { return change(raw.(string)) })
}

// withField changes one field of a JSON object; nil takes it away.
func withField(name string, change func(any) any) func([]byte) []byte {
	return func(body []byte) []byte {
		var object map[string]any
		if err := json.Unmarshal(body, &object); err != nil {
			return body
		}
		object[name] = change(object[name])
		if object[name] == nil {
			delete(object, name)
		}
		changed, err := json.Marshal(object)
		if err != nil {
			return body
		}
		return changed
	}
}

// set is a value for withField.
func set(value any) func(any) any { return func(any) any { return value } }

// token is a JWT taken apart.
type token struct {
	header, claims map[string]any
	signature      string
}

func open(raw string) (tok token) {
	parts := strings.Split(raw, ".")
	for i, into := range []*map[string]any{&tok.header, &tok.claims} {
		text, _ := base64.RawURLEncoding.DecodeString(parts[i])
		_ = json.Unmarshal(text, into)
	}
	tok.signature = parts[2]
	return tok
}

func (tok token) body() string {
	return encoded(tok.header) + "." + encoded(tok.claims)
}

func (tok token) String() string { return tok.body() + "." + tok.signature }

func encoded(object map[string]any) string {
	text, _ := json.Marshal(object)
	return base64.RawURLEncoding.EncodeToString(text)
}

// saying is a token that says other things; nil takes a claim away. Its signature is for what it said before.
func (tok token) saying(claims map[string]any) token {
	tok.claims = maps.Clone(tok.claims)
	maps.Copy(tok.claims, claims)
	maps.DeleteFunc(tok.claims, func(_ string, value any) bool { return value == nil })
	return tok
}

// signer signs tokens with a key of its own, under the key id that they name.
type signer struct{ key *rsa.PrivateKey }

func newSigner(t *testing.T) signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return signer{key}
}

func (s signer) sign(tok token) string {
	sum := sha256.Sum256([]byte(tok.body()))
	signature, _ := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, sum[:])
	tok.signature = base64.RawURLEncoding.EncodeToString(signature)
	return tok.String()
}

// keys makes the provider's keys the signer's: what the signer signs is then what the provider says.
func (s signer) keys(body []byte) []byte {
	return withField("keys", func(keys any) any {
		only := keys.([]any)[0].(map[string]any)
		only["n"] = base64.RawURLEncoding.EncodeToString(s.key.N.Bytes())
		only["e"] = base64.RawURLEncoding.EncodeToString(big.NewInt(int64(s.key.E)).Bytes())
		return []any{only}
	})(body)
}
