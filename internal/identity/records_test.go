package identity_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/journal"
	"kring/internal/testkit"
)

var strong = strings.Repeat("s", 40)

// kept is Records with this room's own part, and what else a test adds before it.
func kept(t *testing.T, db *database.DB, more ...identity.Part) (*identity.Records, *identity.Tokens) {
	t.Helper()
	secrets, err := identity.ParseSecrets(strong)
	if err != nil {
		t.Fatal(err)
	}
	tokens := identity.NewTokens(db, clock.System(), secrets)
	return identity.NewRecords(db, clock.System(), append(more, tokens.Part())...), tokens
}

func signedIn(p identity.Person) identity.Actor {
	return identity.Actor{PersonID: p.ID, Scopes: identity.Scopes(), SignInID: database.NewID()}
}

func TestExportIsForThePersonAlone(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		records, tokens := kept(t, db, identity.Part{Name: "nothing"})
		anke, bert := ensure(t, db, "anke@example.org"), ensure(t, db, "bert@example.org")
		raw, token, err := tokens.Issue(t.Context(), signedIn(anke), identity.TokenDraft{Name: "report", Scopes: []string{"me"}, Days: 3})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := records.Export(t.Context(), identity.Actor{}); !fault.IsKind(err, fault.Unauthenticated) {
			t.Errorf("to nobody: %v", err)
		}
		member := identity.Actor{PersonID: anke.ID, MemberOnly: true, Scopes: identity.Scopes()}
		if _, err := records.Export(t.Context(), member); !fault.IsKind(err, fault.Forbidden) {
			t.Errorf("by a member token: %v", err)
		}
		suppress(t, db, anke.Email, identity.Bounced)
		for _, actor := range []string{bert.ID, ""} {
			write(t, db, func(tx database.Tx) (struct{}, error) {
				return struct{}{}, journal.Add(tx, journal.Entry{At: now, ActorID: actor, SubjectID: anke.ID, Action: "facilitator-invited"})
			})
		}
		all, err := records.Export(t.Context(), signedIn(anke))
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		wanted := []string{
			`"email":"anke@example.org"`, `"name":"Anke Peeters"`, `"speaks":["en","nl"]`, `"suppressed":"bounced"`,
			`"availability":[{"weekday":"tue","from":"12:00","until":"14:00"}]`, `"name":"report"`, token.ID, `"action":"token-issued","actor":"self"`,
			`"action":"facilitator-invited","actor":"other"`, `"action":"facilitator-invited","actor":"kring"`,
		}
		for _, want := range wanted {
			if !strings.Contains(string(text), want) {
				t.Errorf("no %s in %s", want, text)
			}
		}
		if strings.Contains(string(text), raw) || strings.Contains(string(text), bert.ID) || strings.Contains(string(text), "hash") {
			t.Errorf("too much in %s", text)
		}
	})
}

func TestWhoMayErase(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		records, tokens := kept(t, db)
		anke := ensure(t, db, "anke@example.org")
		if _, _, err := tokens.EnsureOwner(t.Context(), "els@example.org", "nl", "Europe/Brussels"); err != nil {
			t.Fatal(err)
		}
		els := write(t, db, func(tx database.Tx) (identity.Person, error) { return identity.ByEmailIn(tx, "els@example.org") })
		before := testkit.Counts(t, db)
		program := signedIn(anke)
		program.SignInID = ""
		for name, test := range map[string]struct {
			actor identity.Actor
			kind  fault.Kind
			code  string
		}{
			"nobody":                {identity.Actor{}, fault.Unauthenticated, "sign-in-needed"},
			"a program of hers":     {program, fault.Forbidden, "needs-sign-in"},
			"the owner":             {signedIn(els), fault.Conflict, "last-owner"},
			"somebody who is no id": {identity.Actor{PersonID: "anke", SignInID: "x"}, fault.NotFound, "not-found"},
		} {
			err := records.Erase(t.Context(), test.actor, true)
			if f, _ := fault.Of(err); f == nil || f.Kind != test.kind || f.Code != test.code {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := db.Write(t.Context(), func(tx database.Tx) error { return records.EraseIn(tx, now, els.ID) }); !fault.IsKind(err, fault.Conflict) {
			t.Errorf("the owner by a rule: %v", err)
		}
		after := testkit.Counts(t, db)
		if after["suppressions"] != 0 || after["journal"] != before["journal"] || after["tokens"] != before["tokens"] {
			t.Errorf("refused, and yet something was written: %v", after)
		}
	})
}

func TestErasedLeavesATombstone(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		var order []string
		step := func(name string) func(database.Tx, time.Time, string) error {
			return func(database.Tx, time.Time, string) error { order = append(order, name); return nil }
		}
		records, tokens := kept(t, db, identity.Part{Name: "first", EraseIn: step("first")}, identity.Part{Name: "second", EraseIn: step("second")})
		anke := ensure(t, db, "anke@example.org")
		write(t, db, func(tx database.Tx) (identity.Person, error) { return identity.ConfirmAddressIn(tx, now, anke.ID) })
		raw, _, err := tokens.Issue(t.Context(), signedIn(anke), identity.TokenDraft{Name: "report", Scopes: []string{"*"}})
		if err != nil {
			t.Fatal(err)
		}
		member, _ := tokens.MemberToken(anke)
		secrets, _ := identity.ParseSecrets(strong)
		links := identity.NewLinks(secrets)
		link := links.Sign("seat", "", anke)
		if _, err := tokens.Authenticate(t.Context(), raw); err != nil { // now it is cached
			t.Fatal(err)
		}
		if err := records.Erase(t.Context(), signedIn(anke), false); err != nil {
			t.Fatal(err)
		}
		for _, credential := range []string{raw, member} {
			if _, err := tokens.Authenticate(t.Context(), credential); !fault.IsKind(err, fault.Unauthenticated) {
				t.Errorf("%.4s lets her in: %v", credential, err)
			}
		}
		_, err = try(t, db, func(tx database.Tx) (int, error) {
			_, _, err := links.OpenIn(tx, now, link)
			return 0, err
		})
		if !fault.IsKind(err, fault.NotFound) {
			t.Errorf("a link: %v", err)
		}
		_, err = try(t, db, func(tx database.Tx) (identity.Person, error) { return identity.ConfirmAddressIn(tx, now, anke.ID) })
		if !fault.IsKind(err, fault.NotFound) {
			t.Errorf("confirmed: %v", err)
		}
		p := find(t, db, anke.ID)
		if p.Email+p.Name != "" || p.ErasedAt == nil || p.Confirmed() || len(p.Speaks) > 0 || !p.Availability.IsZero() || p.LinkEpoch != anke.LinkEpoch+1 {
			t.Errorf("left %+v", p)
		}
		if !slices.Equal(order, []string{"first", "second"}) {
			t.Errorf("in the order %v", order)
		}
		if n := testkit.Counts(t, db); n["tokens"] != 0 || n["suppressions"] != 0 {
			t.Errorf("left %v", n)
		}
		if err := records.Erase(t.Context(), signedIn(anke), false); !fault.IsKind(err, fault.NotFound) {
			t.Errorf("a second time: %v", err)
		}
		if _, err := records.Export(t.Context(), signedIn(anke)); !fault.IsKind(err, fault.NotFound) {
			t.Errorf("export: %v", err)
		}
		if _, _, err := tokens.Issue(t.Context(), signedIn(anke), identity.TokenDraft{Name: "late", Scopes: []string{"me"}}); !fault.IsKind(err, fault.Unauthenticated) {
			t.Errorf("a token for nobody: %v", err)
		}
		if again := ensure(t, db, "anke@example.org"); again.ID == anke.ID || again.Confirmed() {
			t.Errorf("the address is taken by %+v", again)
		}
	})
}

func TestErasedWithSilenceIsNeverWrittenToAgain(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		records, _ := kept(t, db)
		anke := ensure(t, db, "anke@example.org")
		if err := records.Erase(t.Context(), signedIn(anke), true); err != nil {
			t.Fatal(err)
		}
		if got := suppressed(t, db, "anke@example.org"); got != identity.Silence {
			t.Errorf("got %q", got)
		}
	})
}

func TestARoomThatFailsErasesNothing(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		boom, called := errors.New("boom"), false
		records, _ := kept(t, db, identity.Part{
			Name: "failing", EraseIn: func(database.Tx, time.Time, string) error { return boom }, Erased: func() { called = true },
		})
		anke := ensure(t, db, "anke@example.org")
		if err := records.Erase(t.Context(), signedIn(anke), true); !errors.Is(err, boom) || called {
			t.Errorf("%v, told: %v", err, called)
		}
		if p := find(t, db, anke.ID); p.Name != anke.Name || suppressed(t, db, anke.Email) != "" {
			t.Errorf("left %+v", p)
		}
	})
}

// Whoever signs up while somebody with the same address is erased becomes a new person, or is erased as well: never is a
// row left that points at a tombstone.
func TestErasureAndSignUpWaitForEachOther(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		records, _ := kept(t, db)
		anke := ensure(t, db, "anke@example.org")
		var wg sync.WaitGroup
		ids := make([]string, 10)
		for i := range ids {
			wg.Go(func() { ids[i] = ensure(t, db, "anke@example.org").ID })
		}
		wg.Go(func() {
			if err := records.Erase(t.Context(), signedIn(anke), false); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		if p := ensure(t, db, "anke@example.org"); p.ID == anke.ID {
			t.Error("the address still is the erased person's")
		}
		if all := slices.Compact(slices.Sorted(slices.Values(ids))); len(all) > 2 {
			t.Errorf("%d people", len(all))
		}
	})
}

func TestChecks(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		records, _ := kept(t, db)
		anke, bert := ensure(t, db, "anke@example.org"), ensure(t, db, "bert@example.org")
		due := func(at time.Time) []string {
			return write(t, db, func(tx database.Tx) ([]string, error) { return identity.DueChecksIn(tx, at, 10) })
		}
		next := func() time.Time { return write(t, db, identity.NextCheckIn) }
		first := database.Cut(now).Add(identity.CheckWithin)
		if !next().Equal(first) || len(due(first.Add(-time.Microsecond))) != 0 || len(due(first)) != 2 {
			t.Errorf("first at %v: %v", next(), due(first))
		}
		again := map[string]time.Time{anke.ID: first.Add(48 * time.Hour), bert.ID: first.Add(24 * time.Hour)}
		write(t, db, func(tx database.Tx) (int, error) { return 0, identity.CheckAgainIn(tx, again) })
		if got := due(first.Add(48 * time.Hour)); !slices.Equal(got, []string{bert.ID, anke.ID}) || !next().Equal(again[bert.ID]) {
			t.Errorf("due are %v, next %v", got, next())
		}
		write(t, db, func(tx database.Tx) (int, error) { return 0, identity.CheckNowIn(tx, now, []string{anke.ID}) })
		if got := due(now); !slices.Equal(got, []string{anke.ID}) {
			t.Errorf("now due are %v", got)
		}
		for _, p := range []identity.Person{anke, bert} {
			if err := records.Erase(t.Context(), signedIn(p), false); err != nil {
				t.Fatal(err)
			}
		}
		write(t, db, func(tx database.Tx) (int, error) { return 0, identity.CheckAgainIn(tx, again) })
		if !next().IsZero() {
			t.Errorf("somebody erased is looked at, at %v", next())
		}
	})
}
