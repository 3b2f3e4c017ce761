package oidc_test

import (
	"context"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/testkit"
	"kring/internal/testkit/openid"
)

// unreachable holds that somebody is told to come again.
func (r *room) unreachable(err error) {
	r.t.Helper()
	f, ok := fault.Of(err)
	if !ok || f.Kind != fault.Unavailable || f.Code != "oidc-unreachable" {
		r.t.Fatalf("%v", err)
	}
	if f.RetryAfter < 0 || f.RetryAfter > 5*time.Second {
		r.t.Errorf("wait %s", f.RetryAfter)
	}
}

// cannotBegin holds that nothing can begin, and that nothing was written.
func (r *room) cannotBegin() {
	r.t.Helper()
	_, _, err := r.Begin(r.t.Context())
	r.unreachable(err)
	if n := testkit.Counts(r.t, r.DB)["oidc_attempts"]; n != 0 {
		r.t.Errorf("%d attempts were written", n)
	}
}

// Kring starts while the provider is away, asks again five seconds after a failure at the earliest, and reads the
// provider's settings once.
func TestAProviderThatIsAwayForAWhile(t *testing.T) {
	idp := everybody(t)
	testkit.URLs(t, func(t *testing.T, url string) {
		synctest.Test(t, func(t *testing.T) {
			r := newRoom(t, testkit.Open(t, url), idp, openid.Client)
			before := idp.Asked(openid.Discovery)
			asked := func() int { return idp.Asked(openid.Discovery) - before }
			idp.Away(true)
			r.cannotBegin()
			idp.Away(false)
			sleep(5*time.Second - time.Millisecond)
			r.cannotBegin()
			if asked() != 1 {
				t.Fatalf("it was asked %d times", asked())
			}
			sleep(time.Millisecond)
			r.begin()
			idp.Away(true)
			r.begin()
			idp.Away(false)
			if asked() != 2 {
				t.Fatalf("it was asked %d times", asked())
			}
		})
	})
}

// Somebody may take ten minutes at the provider; later the answer is refused, and the attempt swept, if nobody came back
// at all.
func TestAnAttemptEnds(t *testing.T) {
	idp := everybody(t)
	testkit.URLs(t, func(t *testing.T, url string) {
		synctest.Test(t, func(t *testing.T) {
			r := newRoom(t, testkit.Open(t, url), idp, openid.Client)
			late, forgotten := r.begin(), r.begin()
			sleep(time.Minute)
			young := r.begin()
			sleep(9*time.Minute - time.Microsecond)
			r.sweeps(0)
			answer := idp.SignIn(t, late.address, els)
			sleep(time.Microsecond)
			r.refuses(late, answer, late.cookie, fault.Unauthenticated, "oidc-refused")
			r.sweeps(1)
			r.refuses(forgotten, idp.SignIn(t, forgotten.address, els), forgotten.cookie, fault.Unauthenticated, "oidc-refused")
			if id, err := r.Finish(t.Context(), idp.SignIn(t, young.address, els), young.cookie); err != nil || id != r.els.ID {
				t.Errorf("%q, %v", id, err)
			}
		})
	})
}

func (r *room) sweeps(want int64) {
	r.t.Helper()
	if n, err := r.Sweep(r.t.Context(), r.Clock.Machine()); err != nil || n != want {
		r.t.Errorf("%d were swept, %v", n, err)
	}
}

// A provider that goes away while somebody is there, or answers nonsense: come again. Nobody is let in, nothing linked.
func TestAProviderThatGoesAwayHalfway(t *testing.T) {
	idp := everybody(t)
	long := func([]byte) []byte { return []byte(`{"access_token":"` + strings.Repeat("a", 2<<20) + `"}`) }
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		r := newRoom(t, db, idp, openid.Client)
		for name, breakIt := range map[string]func() (mend func()){
			"away":                       func() func() { idp.Away(true); return func() { idp.Away(false) } },
			"a token answer too long":    func() func() { idp.Change(openid.Token, long); return func() { idp.Change(openid.Token, nil) } },
			"keys too long":              func() func() { idp.Change(openid.Keys, long); return func() { idp.Change(openid.Keys, nil) } },
			"a userinfo answer too long": func() func() { idp.Change(openid.UserInfo, long); return func() { idp.Change(openid.UserInfo, nil) } },
		} {
			t.Run(name, func(t *testing.T) {
				r := r.again(t, openid.Client)
				a := r.begin()
				answer := idp.SignIn(t, a.address, els)
				mend := breakIt()
				defer mend()
				id, err := r.Finish(t.Context(), answer, a.cookie)
				r.unreachable(err)
				r.silent(a, answer, err)
				if id != "" || r.linked() != 0 {
					t.Errorf("%q, %d linked", id, r.linked())
				}
			})
		}
	})
}

// Settings of a provider that nobody can believe.
func TestDiscoveryThatDoesNotHold(t *testing.T) {
	idp := everybody(t)
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		r := newRoom(t, db, idp, openid.Client)
		for name, change := range map[string]func([]byte) []byte{
			"another issuer":               withField("issuer", set("https://login.example")),
			"the issuer with a slash":      withField("issuer", set(idp.Issuer+"/")),
			"no issuer":                    withField("issuer", set(nil)),
			"no token endpoint":            withField("token_endpoint", set(nil)),
			"a token endpoint over http":   withField("token_endpoint", set("http://login.example/token")),
			"no authorisation endpoint":    withField("authorization_endpoint", set("")),
			"a script as such an endpoint": withField("authorization_endpoint", set("javascript:alert(1)")),
			"keys in a file":               withField("jwks_uri", set("file:///etc/passwd")),
			"a page":                       func([]byte) []byte { return []byte("<html>sign in here</html>") },
			"nothing":                      func([]byte) []byte { return nil },
			"no end":                       func([]byte) []byte { return []byte(strings.Repeat(" ", 2<<20)) },
		} {
			t.Run(name, func(t *testing.T) {
				idp.Change(openid.Discovery, change)
				defer idp.Change(openid.Discovery, nil)
				r.again(t, openid.Client).cannotBegin()
			})
		}
	})
}

// The issuer is asked over https, or over http on this machine.
func TestIssuersThatAreNotAsked(t *testing.T) {
	idp := everybody(t)
	for _, issuer := range []string{"http://login.example", "ftp://127.0.0.1", "", "login.example", "http://127.0.0.1.login.example"} {
		t.Run(issuer, func(t *testing.T) {
			r := newRoom(t, testkit.Open(t, testkit.SQLite(t)), idp, openid.Client)
			r.Issuer = issuer
			r.cannotBegin()
		})
	}
}

// A provider that takes a call and says nothing costs nobody more than five seconds, and whoever comes meanwhile no more.
func TestAProviderThatSaysNothing(t *testing.T) {
	idp := everybody(t)
	deaf, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0") // takes connections, and nobody reads
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	r := newRoom(t, testkit.Open(t, testkit.SQLite(t)), idp, openid.Client)
	r.Issuer = "http://" + deaf.Addr().String()
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // who asked is gone; the others wait for the answer all the same
	start := r.Clock.Machine()
	_, _, err = r.Begin(ctx)
	r.unreachable(err)
	r.cannotBegin()
	if took := r.Clock.Machine().Sub(start); took < 4*time.Second || took > 9*time.Second {
		t.Errorf("it took %s", took)
	}
}

// What a provider's settings say of how the client shows itself is done: in the form when HTTP Basic is not taken, and
// without a secret when there is none. The real provider takes both ways; it would refuse a wrong one.
func TestHowTheClientShowsItself(t *testing.T) {
	idp := everybody(t)
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		r := newRoom(t, db, idp, openid.Client)
		for name, methods := range map[string]any{"basic": []string{"client_secret_basic"}, "form": []string{"client_secret_post"}, "no word": nil} {
			t.Run(name, func(t *testing.T) {
				idp.Change(openid.Discovery, withField("token_endpoint_auth_methods_supported", set(methods)))
				defer idp.Change(openid.Discovery, nil)
				r := r.again(t, openid.Client)
				if id := r.passes(els); id != r.els.ID {
					t.Errorf("it is %q", id)
				}
			})
		}
		r = r.again(t, openid.Client)
		r.ClientSecret = "not the secret"
		a := r.begin()
		r.refuses(a, idp.SignIn(t, a.address, els), a.cookie, fault.Unauthenticated, "oidc-refused")
	})
}

// A provider that names itself in its answers (RFC 9207) does so in every one.
func TestAProviderThatNamesItself(t *testing.T) {
	idp := everybody(t)
	idp.Change(openid.Discovery, withField("authorization_response_iss_parameter_supported", set(true)))
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		r := newRoom(t, db, idp, openid.Client)
		a := r.begin()
		r.refuses(a, changed(idp.SignIn(t, a.address, els), "iss", ""), a.cookie, fault.Unauthenticated, "oidc-refused")
		a = r.begin()
		if _, err := r.Finish(t.Context(), changed(idp.SignIn(t, a.address, els), "iss", idp.Issuer), a.cookie); err != nil {
			t.Error(err)
		}
	})
}
