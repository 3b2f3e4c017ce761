package identity_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/page"
	"kring/internal/testkit"
)

func machineClock() *clock.Clock { return clock.System() }

func tokens(t testing.TB, db *database.DB) *identity.Tokens {
	t.Helper()
	return identity.NewTokens(db, machineClock(), secrets(t, newSecret))
}

func actorOf(p identity.Person) identity.Actor {
	return identity.Actor{PersonID: p.ID, Scopes: identity.Scopes()}
}

func issue(t *testing.T, tk *identity.Tokens, actor identity.Actor, scopes ...string) (string, identity.Token) {
	t.Helper()
	raw, token, err := tk.Issue(t.Context(), actor, identity.TokenDraft{Name: "script", Scopes: scopes})
	if err != nil {
		t.Fatal(err)
	}
	return raw, token
}

func TestATokenStandsForItsPerson(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		tk, anke := tokens(t, db), ensure(t, db, "anke@example.org")
		raw, token := issue(t, tk, actorOf(anke), "circles:write", "circles:read", "circles:read")
		if !strings.HasPrefix(raw, "krg_") || len(raw) != 63 {
			t.Errorf("token of %d characters", len(raw))
		}
		for range 2 { // from the database, then from memory
			actor, err := tk.Authenticate(t.Context(), raw)
			if err != nil || actor.PersonID != anke.ID || actor.TokenID != token.ID || actor.Owner || actor.MemberOnly ||
				!slices.Equal(actor.Scopes, []string{"circles:read", "circles:write"}) {
				t.Errorf("got %+v, %v", actor, err)
			}
			if !actor.MayUse("circles:read") || actor.MayUse("letters:read") {
				t.Error("the scopes are not those of the token")
			}
		}
	})
}

func TestWhatIsNoTokenIsRefused(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		tk, anke := tokens(t, db), ensure(t, db, "anke@example.org")
		raw, _ := issue(t, tk, actorOf(anke), "me")
		other, _ := issue(t, tk, actorOf(anke), "me")
		for _, bad := range []string{
			"", "krg_", "krg", "Bearer " + raw, raw + "A", raw[:62], strings.ToLower(raw), strings.ToUpper(raw),
			raw[:37] + other[37:], other[:37] + raw[37:], "krg_" + strings.Repeat("0", 32) + "_" + raw[37:],
			"krg_" + strings.Repeat("\x00", 32) + "_" + raw[37:], "krm_", "krm_" + raw, strings.Repeat("k", 100000),
		} {
			_, err := tk.Authenticate(t.Context(), bad)
			if !fault.IsKind(err, fault.Unauthenticated) || !fault.HasCode(err, "token-refused") {
				t.Errorf("%.70q: %v", bad, err)
			}
		}
	})
}

func TestRevokingHoldsAtOnce(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		tk, anke, bert := tokens(t, db), ensure(t, db, "anke@example.org"), ensure(t, db, "bert@example.org")
		raw, token := issue(t, tk, actorOf(anke), "me")
		authenticate := func() error {
			_, err := tk.Authenticate(t.Context(), raw)
			return err
		}
		if err := authenticate(); err != nil {
			t.Fatal(err)
		}
		if err := tk.Revoke(t.Context(), actorOf(bert), token.ID); !fault.IsKind(err, fault.NotFound) {
			t.Errorf("somebody else's: %v", err)
		}
		if err := authenticate(); err != nil {
			t.Errorf("after somebody else tried: %v", err)
		}
		if err := tk.Revoke(t.Context(), actorOf(anke), token.ID); err != nil {
			t.Fatal(err)
		}
		if err := authenticate(); !fault.HasCode(err, "token-refused") {
			t.Errorf("revoked: %v", err)
		}
		for _, id := range []string{token.ID, "nonsense"} {
			if err := tk.Revoke(t.Context(), actorOf(anke), id); !fault.IsKind(err, fault.NotFound) {
				t.Errorf("revoked again: %v", err)
			}
		}
	})
}

// Requests and a revocation at once: nobody gets in once Revoke has answered, whatever was being read then.
func TestRevokingHoldsAgainstReadersUnderWay(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		tk, anke := tokens(t, db), ensure(t, db, "anke@example.org")
		for range 10 {
			raw, token := issue(t, tk, actorOf(anke), "me")
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					for range 5 {
						_, _ = tk.Authenticate(t.Context(), raw)
						tk.Forget()
					}
				})
			}
			err := tk.Revoke(t.Context(), actorOf(anke), token.ID)
			_, after := tk.Authenticate(t.Context(), raw)
			wg.Wait()
			if err != nil || !fault.HasCode(after, "token-refused") {
				t.Fatalf("%v, %v", err, after)
			}
		}
	})
}

func TestATokenCarriesNoMoreThanWhatAskedForIt(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		tk, anke := tokens(t, db), ensure(t, db, "anke@example.org")
		narrow := identity.Actor{PersonID: anke.ID, Scopes: []string{"tokens:write", "me"}}
		for _, scope := range []string{"circles:read", "*"} {
			_, _, err := tk.Issue(t.Context(), narrow, identity.TokenDraft{Name: "x", Scopes: []string{scope}})
			if !fault.IsKind(err, fault.Forbidden) || !fault.HasCode(err, "scope-missing") {
				t.Errorf("%s: %v", scope, err)
			}
		}
		issue(t, tk, narrow, "me")
		_, _, err := tk.Issue(t.Context(), identity.Actor{}, identity.TokenDraft{Name: "x", Scopes: []string{"me"}})
		if !fault.IsKind(err, fault.Unauthenticated) {
			t.Errorf("nobody: %v", err)
		}
		_, _, err = tk.Issue(t.Context(), actorOf(anke), identity.TokenDraft{Scopes: []string{"me", "x"}, Days: 731})
		if f, _ := fault.Of(err); f == nil || len(f.Violations) != 3 {
			t.Errorf("faulty fields: %v", err)
		}
	})
}

func TestAPersonHasFiftyTokens(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		tk, anke := tokens(t, db), ensure(t, db, "anke@example.org")
		var last identity.Token
		for range 50 {
			_, last = issue(t, tk, actorOf(anke), "me")
		}
		draft := identity.TokenDraft{Name: "one more", Scopes: []string{"me"}}
		if _, _, err := tk.Issue(t.Context(), actorOf(anke), draft); !fault.HasCode(err, "too-many-tokens") {
			t.Errorf("the fifty-first: %v", err)
		}
		if err := tk.Revoke(t.Context(), actorOf(anke), last.ID); err != nil {
			t.Fatal(err)
		}
		issue(t, tk, actorOf(anke), "me")
		seen, cursor := 0, page.Cursor{}
		for pages := 0; pages == 0 || !cursor.IsZero(); pages++ {
			p, err := tk.List(t.Context(), actorOf(anke), cursor, 20)
			if err != nil {
				t.Fatal(err)
			}
			seen += len(p.Items)
			if cursor, err = page.Parse(p.Next); err != nil {
				t.Fatal(err)
			}
		}
		if seen != 50 {
			t.Errorf("%d listed", seen)
		}
	})
}

func TestExpiryAndUseGoByTheMachine(t *testing.T) {
	testkit.URLs(t, func(t *testing.T, url string) {
		synctest.Test(t, func(t *testing.T) {
			db, err := database.Open(t.Context(), database.Options{URL: url, Strict: true})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			tk, anke := tokens(t, db), ensure(t, db, "anke@example.org")
			raw, token, err := tk.Issue(t.Context(), actorOf(anke), identity.TokenDraft{Name: "x", Scopes: []string{"me"}, Days: 2})
			if err != nil {
				t.Fatal(err)
			}
			authenticate := func() error {
				_, err := tk.Authenticate(t.Context(), raw)
				return errors.Join(err, tk.FlushUses(t.Context()))
			}
			start := time.Now()
			for _, wait := range []time.Duration{0, 36 * time.Hour, 12*time.Hour - time.Second} {
				time.Sleep(wait) //nolint:forbidigo // virtual time
				if err := authenticate(); err != nil {
					t.Fatalf("after %v: %v", time.Since(start), err)
				}
			}
			p, err := tk.List(t.Context(), actorOf(anke), page.Cursor{}, 10)
			if err != nil || len(p.Items) != 1 || p.Items[0].LastUsedOn.String() != time.Now().UTC().Format(time.DateOnly) || !p.Items[0].ExpiresAt.Equal(*token.ExpiresAt) {
				t.Errorf("listed %+v, %v", p.Items, err)
			}
			time.Sleep(time.Second) //nolint:forbidigo // virtual time, well within the memory's five seconds
			if err := authenticate(); !fault.HasCode(err, "token-refused") {
				t.Errorf("after two days: %v", err)
			}
		})
	})
}

func TestMemberToken(t *testing.T) {
	testkit.URLs(t, func(t *testing.T, url string) {
		synctest.Test(t, func(t *testing.T) {
			db, err := database.Open(t.Context(), database.Options{URL: url, Strict: true})
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			tk, anke := tokens(t, db), ensure(t, db, "anke@example.org")
			raw, until := tk.MemberToken(anke)
			actor, err := tk.Authenticate(t.Context(), raw)
			if err != nil || actor.PersonID != anke.ID || !actor.MemberOnly || actor.Owner || actor.TokenID == "" ||
				!actor.MayUse("sessions:write") || actor.MayUse("programmes:read") || actor.MayUse("tokens:write") {
				t.Errorf("got %+v, %v", actor, err)
			}
			time.Sleep(time.Until(until)) //nolint:forbidigo // virtual time
			if _, err := tk.Authenticate(t.Context(), raw); !fault.HasCode(err, "token-refused") {
				t.Errorf("after an hour: %v", err)
			}
			raw, _ = tk.MemberToken(anke)
			write(t, db, func(tx database.Tx) (identity.Person, error) { return identity.RaiseLinkEpochIn(tx, now, anke.ID) })
			if _, err := tk.Authenticate(t.Context(), raw); !fault.HasCode(err, "token-refused") {
				t.Errorf("after the epoch was raised: %v", err)
			}
			raw, _ = tk.MemberToken(somebody())
			if _, err := tk.Authenticate(t.Context(), raw); !fault.HasCode(err, "token-refused") {
				t.Errorf("of somebody who is gone: %v", err)
			}
		})
	})
}

func TestFirstRunMakesOneOwner(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		if _, created, err := tokens(t, db).EnsureOwner(t.Context(), " ", "nl", "Europe/Brussels"); created || !errors.Is(err, identity.ErrNoOwner) {
			t.Fatalf("without an address: %v, %v", created, err)
		}
		if _, _, err := tokens(t, db).EnsureOwner(t.Context(), "nobody", "nl", "Europe/Brussels"); !errors.Is(err, identity.ErrEmail) {
			t.Fatalf("with a wrong address: %v", err)
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		var raws []string
		for i := range 8 { // each stands for a process: Tokens of its own
			wg.Go(func() {
				raw, created, err := tokens(t, db).EnsureOwner(t.Context(), fmt.Sprintf("owner%d@example.org", i%2), "nl", "Europe/Brussels")
				mu.Lock()
				defer mu.Unlock()
				if err != nil || created != (raw != "") {
					t.Errorf("%v, %v", created, err)
				}
				if created {
					raws = append(raws, raw)
				}
			})
		}
		wg.Wait()
		if len(raws) != 1 {
			t.Fatalf("%d owners", len(raws))
		}
		actor, err := tokens(t, db).Authenticate(t.Context(), raws[0])
		if err != nil || !actor.Owner || !actor.MayUse("programmes:write") || !slices.Contains(actor.Scopes, "circles:read") {
			t.Errorf("got %+v, %v", actor, err)
		}
		owner := find(t, db, actor.PersonID)
		if !owner.Confirmed() || !owner.Owner {
			t.Errorf("the owner is %+v", owner)
		}
		people := 0
		for i := range 2 {
			_, err := try(t, db, func(tx database.Tx) (identity.Person, error) {
				return identity.ByEmailIn(tx, fmt.Sprintf("owner%d@example.org", i))
			})
			if err == nil {
				people++
			}
		}
		if people != 1 {
			t.Errorf("%d people are left", people)
		}
		if _, created, err := tokens(t, db).EnsureOwner(t.Context(), "", "", ""); created || err != nil {
			t.Errorf("a later start without an address: %v, %v", created, err)
		}
	})
}

func FuzzAuthenticate(f *testing.F) {
	db, err := database.Open(f.Context(), database.Options{URL: testkit.SQLite(f)})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = db.Close() })
	tk := tokens(f, db)
	member, _ := tk.MemberToken(somebody())
	f.Add(member)
	f.Add("krg_01932c073f9a7c3e8d5f0a1b2c3d4e5f_ABCDEFGHIJKLMNOPQRSTUVWXYZ")
	f.Fuzz(func(t *testing.T, raw string) {
		if _, err := tk.Authenticate(t.Context(), raw); !fault.HasCode(err, "token-refused") {
			t.Errorf("%q: %v", raw, err)
		}
	})
}

func BenchmarkAuthenticate(b *testing.B) {
	db, err := database.Open(b.Context(), database.Options{URL: testkit.SQLite(b)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	tk := tokens(b, db)
	raw, _, err := tk.EnsureOwner(b.Context(), "owner@example.org", "nl", "Europe/Brussels")
	if err != nil {
		b.Fatal(err)
	}
	for name, before := range map[string]func(){"remembered": func() {}, "read": tk.Forget} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				before()
				if _, err := tk.Authenticate(b.Context(), raw); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
