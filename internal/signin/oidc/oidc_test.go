package oidc_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/signin/oidc"
	"kring/internal/testkit"
	"kring/internal/testkit/openid"
)

// The whole way, with a provider that tells the address at its userinfo endpoint and with one that tells it in the ID
// token. It goes on when product time is far ahead: expiry is machine time.
func TestTheWholeWayIn(t *testing.T) {
	idp := everybody(t)
	for _, client := range []string{openid.Client, openid.ClientTold} {
		t.Run(client, func(t *testing.T) {
			testkit.Databases(t, func(t *testing.T, db *database.DB) {
				r := newRoom(t, db, idp, client)
				r.Clock.Advance(30 * 24 * time.Hour)
				if id := r.passes(els); id != r.els.ID {
					t.Fatalf("it is %q", id)
				}
				var now identity.Person
				r.write(func(tx database.Tx) (err error) { now, err = identity.FindIn(tx, r.els.ID); return err })
				if !now.Confirmed() {
					t.Error("the address is not confirmed")
				}
				if got := r.actions(); !slices.Equal(got, []string{"provider-linked"}) {
					t.Errorf("the journal says %v", got)
				}
				if left := testkit.Counts(t, db)["oidc_attempts"]; left != 0 {
					t.Errorf("%d attempts are left", left)
				}
			})
		})
	}
}

func TestWhatBeginSends(t *testing.T) {
	idp := everybody(t)
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		r := newRoom(t, db, idp, openid.Client)
		a, b := r.begin(), r.begin()
		for name, want := range map[string]string{
			"response_type": "code", "client_id": openid.Client, "redirect_uri": openid.Callback, "scope": "openid email",
			"code_challenge_method": "S256",
		} {
			if got := a.param(name); got != want {
				t.Errorf("%s is %q", name, got)
			}
		}
		for _, name := range []string{"state", "nonce", "code_challenge"} {
			if one, two := a.param(name), b.param(name); len(one) < 20 || one == two {
				t.Errorf("%s is %q and %q", name, one, two)
			}
		}
		if got, want := a.cookie.String(), oidc.CookieName+"="+a.cookie.Value+"; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax"; got != want {
			t.Errorf("the cookie is %s", got)
		}
		if len(a.cookie.Value) < 20 || a.cookie.Value == b.cookie.Value || strings.Contains(a.address, a.cookie.Value) {
			t.Error("the cookie is no secret of the browser's")
		}
		for _, secret := range []string{a.param("state"), a.cookie.Value} {
			if inAttempts(t, r, secret) {
				t.Errorf("%s is stored as it is", secret)
			}
		}
	})
}

func inAttempts(t *testing.T, r *room, secret string) bool {
	t.Helper()
	var n int64
	r.write(func(tx database.Tx) error {
		return tx.Gorm().Table("oidc_attempts").Where("? in (state_hash, cookie_hash, nonce, verifier)", secret).Count(&n).Error
	})
	return n > 0
}

// Once linked, the subject is the person, whatever address either of them has now; the first word on it stays in the
// journal alone.
func TestTheSubjectCountsFromThenOn(t *testing.T) {
	idp := everybody(t)
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		r := newRoom(t, db, idp, openid.Client)
		r.passes(els)
		r.write(func(tx database.Tx) error {
			return tx.Gorm().Exec("update people set email = ? where id = ?", "els@elsewhere.example", r.els.ID).Error
		})
		other := r.person("els@example.org") // somebody else has the address now
		if id := r.passes(els); id != r.els.ID {
			t.Errorf("it is %q, not the person who was linked (the other is %q)", id, other.ID)
		}
		if r.linked() != 1 || len(r.actions()) != 1 {
			t.Errorf("%d links, the journal says %v", r.linked(), r.actions())
		}
	})
}

// An address is given to the next Els one day: the provider's account of the next one does not open the first one's door.
func TestASecondSubjectForAnAddressIsRefused(t *testing.T) {
	idp := everybody(t)
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		r := newRoom(t, db, idp, openid.Client)
		r.passes(els)
		a := r.begin()
		r.refuses(a, idp.SignIn(t, a.address, elsToo), a.cookie, fault.Unauthenticated, "oidc-refused")
		if id := r.passes(els); id != r.els.ID {
			t.Errorf("the first account opens the door to %q", id)
		}
	})
}

func TestWhoIsNobodyHere(t *testing.T) {
	idp := everybody(t)
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		everyone := newRoom(t, db, idp, openid.Client)
		everyone.erase(everyone.els)
		for name, c := range map[string]struct {
			user openid.User
			code string
		}{
			"an address that is not verified":     {mia, "oidc-address-unverified"},
			"an address that nobody has":          {ada, "oidc-unknown"},
			"an account without an address":       {noEmail, "oidc-unknown"},
			"an address that nobody has any more": {els, "oidc-unknown"},
		} {
			t.Run(name, func(t *testing.T) {
				for _, client := range []string{openid.Client, openid.ClientTold} {
					r := everyone.again(t, client)
					a := r.begin()
					r.refuses(a, idp.SignIn(t, a.address, c.user), a.cookie, fault.Forbidden, c.code)
				}
			})
		}
		if people := testkit.Counts(t, db)["people"]; people != 2 || len(everyone.actions()) != 0 {
			t.Errorf("%d people, the journal says %v", people, everyone.actions())
		}
	})
}

// erase makes somebody a tombstone.
func (r *room) erase(p identity.Person) {
	r.t.Helper()
	r.write(func(tx database.Tx) error {
		return tx.Gorm().Exec("update people set email = '', erased_at = ? where id = ?", r.Clock.Now(), p.ID).Error
	})
}

// A link that is left of somebody erased leads nowhere.
func TestSomebodyErasedIsNobody(t *testing.T) {
	idp := everybody(t)
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		r := newRoom(t, db, idp, openid.Client)
		r.passes(els)
		r.erase(r.els)
		a := r.begin()
		r.refuses(a, idp.SignIn(t, a.address, els), a.cookie, fault.Forbidden, "oidc-unknown")
	})
}

// An answer is good once, in the browser that asked for it, with the state that it was asked with.
func TestAnswersOfAnotherAttempt(t *testing.T) {
	idp := everybody(t)
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		r := newRoom(t, db, idp, openid.Client)
		refused := func(name string, a attempt, answer url.Values, cookie *http.Cookie) {
			t.Helper()
			t.Log(name)
			r.refuses(a, answer, cookie, fault.Unauthenticated, "oidc-refused")
		}

		a := r.begin()
		answer := idp.SignIn(t, a.address, els)
		if _, err := r.Finish(t.Context(), answer, a.cookie); err != nil {
			t.Fatal(err)
		}
		refused("replayed", a, answer, a.cookie)

		a = r.begin()
		answer = idp.SignIn(t, a.address, els)
		refused("without a cookie", a, answer, nil)
		refused("with another state", a, changed(answer, "state", "another"), a.cookie)
		refused("without a state", a, changed(answer, "state", ""), a.cookie)
		refused("with an empty cookie", a, answer, &http.Cookie{Name: oidc.CookieName})
		refused("after another browser tried", a, answer, a.cookie)

		a = r.begin()
		refused("in another browser", a, idp.SignIn(t, a.address, els), r.begin().cookie)

		// The attacker signs in as herself and pushes her code into the victim's attempt: the verifier is not hers.
		mine, victims := r.begin(), r.begin()
		stolen := changed(idp.SignIn(t, mine.address, els), "state", victims.param("state"))
		refused("with the code of another attempt", victims, stolen, victims.cookie)

		a = r.begin()
		refused("without a code", a, changed(idp.SignIn(t, a.address, els), "code", ""), a.cookie)

		a = r.begin()
		no := idp.SignIn(t, a.with(map[string]string{"prompt": "none"}), els) // the provider itself says no: nobody is signed in there
		if no.Get("error") == "" {
			t.Fatalf("the provider says %v", no)
		}
		refused("with the provider's no", a, no, a.cookie)

		a = r.begin()
		refused("with the person's no", a, url.Values{"error": {"access_denied"}, "state": {a.param("state")}}, a.cookie)

		a = r.begin()
		refused("in the name of another provider (RFC 9207)", a, changed(idp.SignIn(t, a.address, els), "iss", "https://evil.example"), a.cookie)
	})
}

// changed is a query with one value changed; "" takes it away.
func changed(query url.Values, name, value string) url.Values {
	next := url.Values{}
	for n, v := range query {
		next[n] = slices.Clone(v)
	}
	next.Set(name, value)
	if value == "" {
		next.Del(name)
	}
	return next
}

// Of several who come with one answer at the same moment one gets in.
func TestOneAnswerAtTheSameMoment(t *testing.T) {
	idp := everybody(t)
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		r := newRoom(t, db, idp, openid.Client)
		a := r.begin()
		answer := idp.SignIn(t, a.address, els)
		var all sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			all.Go(func() { _, errs[i] = r.Finish(t.Context(), answer, a.cookie) })
		}
		all.Wait()
		in := 0
		for _, err := range errs {
			if err == nil {
				in++
			} else if !fault.HasCode(err, "oidc-refused") {
				t.Error(err)
			}
		}
		if in != 1 {
			t.Errorf("%d got in", in)
		}
	})
}

// Several browsers link one account at the same moment: all get in, and it is noted once.
func TestOneAccountLinkedByTwoBrowsers(t *testing.T) {
	idp := everybody(t)
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		r := newRoom(t, db, idp, openid.ClientTold)
		var all sync.WaitGroup
		for range 4 {
			a := r.begin()
			answer := idp.SignIn(t, a.address, els)
			all.Go(func() {
				if id, err := r.Finish(t.Context(), answer, a.cookie); err != nil || id != r.els.ID {
					t.Errorf("%q, %v", id, err)
				}
			})
		}
		all.Wait()
		if r.linked() != 1 || len(r.actions()) != 1 {
			t.Errorf("%d links, the journal says %v", r.linked(), r.actions())
		}
	})
}
