package identity_test

import (
	"strings"
	"sync"
	"testing"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/testkit"
)

func suppress(t *testing.T, db *database.DB, email, reason string) {
	t.Helper()
	err := db.Write(t.Context(), func(tx database.Tx) error { return identity.SuppressIn(tx, now, email, reason) })
	if err != nil {
		t.Fatal(err)
	}
}

func suppressed(t *testing.T, db *database.DB, email string) string {
	t.Helper()
	return write(t, db, func(tx database.Tx) (string, error) { return identity.SuppressedIn(tx, email) })
}

func TestSuppressed(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		if got := suppressed(t, db, "anke@example.org"); got != "" {
			t.Errorf("in an empty database: %q", got)
		}
		suppress(t, db, " Anke@Example.ORG", identity.Bounced)
		suppress(t, db, "no address", identity.Silence)
		for email, want := range map[string]string{
			"anke@example.org": identity.Bounced, "ANKE@example.org ": identity.Bounced, "anke+x@example.org": "",
			"bert@example.org": "", "no address": "", "": "", strings.Repeat("a", 1_000_000): "",
		} {
			if got := suppressed(t, db, email); got != want {
				t.Errorf("%.30q: %q, want %q", email, got, want)
			}
		}
	})
}

func TestSilenceIsStrongerThanABounce(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		suppress(t, db, "anke@example.org", identity.Bounced)
		suppress(t, db, "anke@example.org", identity.Silence)
		suppress(t, db, "anke@example.org", identity.Bounced)
		if got := suppressed(t, db, "anke@example.org"); got != identity.Silence {
			t.Errorf("got %q", got)
		}
		lift := func() bool {
			return write(t, db, func(tx database.Tx) (bool, error) { return identity.UnsuppressIn(tx, "ANKE@example.org") })
		}
		if !lift() || lift() || suppressed(t, db, "anke@example.org") != "" {
			t.Error("the operator lifts it, once")
		}
	})
}

func TestAnotherReasonIsADefect(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		err := db.Write(t.Context(), func(tx database.Tx) error { return identity.SuppressIn(tx, now, "anke@example.org", "anger") })
		if err == nil || suppressed(t, db, "anke@example.org") != "" {
			t.Errorf("got %v", err)
		}
	})
}

func TestTwentyMakeOneSalt(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		var wg sync.WaitGroup
		emails := strings.Split("abcdefghijklmnopqrst", "")
		for _, name := range emails {
			wg.Go(func() { suppress(t, db, name+"@example.org", identity.Silence) })
		}
		wg.Wait()
		for _, name := range emails {
			if suppressed(t, db, name+"@example.org") != identity.Silence {
				t.Errorf("%s was hashed with another salt", name)
			}
		}
		if n := testkit.Counts(t, db)["salts"]; n != 1 {
			t.Errorf("%d salts", n)
		}
	})
}

func TestTwoDatabasesHashAnAddressDifferently(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		hash := func() (hash string) {
			suppress(t, db, "anke@example.org", identity.Silence)
			return write(t, db, func(tx database.Tx) (hash string, err error) {
				err = tx.Gorm().Raw("select hash from suppressions").Scan(&hash).Error
				return hash, err
			})
		}
		first := hash()
		write(t, db, func(tx database.Tx) (int, error) {
			return 0, tx.Gorm().Exec("delete from suppressions").Exec("delete from salts").Error
		})
		if second := hash(); first == second || len(first) != 64 {
			t.Errorf("%q and %q", first, second)
		}
	})
}

func TestABounceIsRememberedUntilAPress(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		anke := ensure(t, db, "anke@example.org")
		bounce := func() {
			err := db.Write(t.Context(), func(tx database.Tx) error { return identity.MarkUndeliverableIn(tx, now, anke.ID) })
			if err != nil || suppressed(t, db, anke.Email) != identity.Bounced {
				t.Fatalf("after a bounce %q, %v", suppressed(t, db, anke.Email), err)
			}
		}
		presses := []func(database.Tx) (identity.Person, error){
			func(tx database.Tx) (identity.Person, error) { return identity.ConfirmAddressIn(tx, now, anke.ID) },
			func(tx database.Tx) (identity.Person, error) {
				profile := identity.Profile{Name: "Anke", LetterLanguage: "nl", Zone: "Europe/Brussels"}
				return identity.ConfirmIn(tx, now, anke.ID, profile)
			},
		}
		for _, press := range presses {
			bounce()
			if write(t, db, press); suppressed(t, db, anke.Email) != "" {
				t.Error("a press proves that mail arrives")
			}
		}
		suppress(t, db, anke.Email, identity.Silence)
		for _, press := range presses {
			if write(t, db, press); suppressed(t, db, anke.Email) != identity.Silence {
				t.Error("a press does not end silence")
			}
		}
	})
}

func TestAFaultyProfileLiftsNothing(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		anke := ensure(t, db, "anke@example.org")
		suppress(t, db, anke.Email, identity.Bounced)
		_, err := try(t, db, func(tx database.Tx) (identity.Person, error) {
			return identity.ConfirmIn(tx, now, anke.ID, identity.Profile{Zone: "Mars"})
		})
		if !fault.IsKind(err, fault.Invalid) || suppressed(t, db, anke.Email) != identity.Bounced {
			t.Errorf("%v", err)
		}
	})
}
