package identity_test

import (
	"testing"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/testkit"
)

// A token handed out for a while does not become one for ever.
func TestATokenOutlivesNotTheOneThatIssuedIt(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		tk, anke := tokens(t, db), ensure(t, db, "anke@example.org")
		lent := func(days int) identity.TokenDraft {
			return identity.TokenDraft{Name: "lent", Scopes: []string{"tokens:write", "me"}, Days: days}
		}
		raw, first, err := tk.Issue(t.Context(), actorOf(anke), lent(7))
		if err != nil {
			t.Fatal(err)
		}
		for range 2 { // from the database, then from memory
			actor, err := tk.Authenticate(t.Context(), raw)
			if err != nil {
				t.Fatal(err)
			}
			for days, capped := range map[int]bool{0: true, 30: true, 1: false} {
				_, token, err := tk.Issue(t.Context(), actor, lent(days))
				if err != nil || token.ExpiresAt == nil || token.ExpiresAt.After(*first.ExpiresAt) ||
					token.ExpiresAt.Equal(*first.ExpiresAt) != capped {
					t.Errorf("%d days: until %v, %v; the first until %v", days, token.ExpiresAt, err, first.ExpiresAt)
				}
			}
		}
		if _, token, err := tk.Issue(t.Context(), actorOf(anke), lent(0)); err != nil || token.ExpiresAt != nil {
			t.Errorf("by who has no end: until %v, %v", token.ExpiresAt, err)
		}
	})
}

func TestMemberTokensIssueNone(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		tk, anke := tokens(t, db), ensure(t, db, "anke@example.org")
		raw, _ := tk.MemberToken(anke)
		actor, err := tk.Authenticate(t.Context(), raw)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = tk.Issue(t.Context(), actor, identity.TokenDraft{Name: "x", Scopes: []string{"me"}})
		if !fault.IsKind(err, fault.Forbidden) {
			t.Errorf("got %v", err)
		}
	})
}
