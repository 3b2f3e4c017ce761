package identity_test

import (
	"fmt"
	"sync"
	"testing"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/testkit"
)

// However many hand the installation over at once, it has one owner afterwards.
func TestTheInstallationHasOneOwner(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		now := clock.System().Now()
		secrets, err := identity.ParseSecrets("a secret that is longer than 32 characters")
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := identity.NewTokens(db, clock.System(), secrets).EnsureOwner(t.Context(), "els@example.org", "nl", "Europe/Brussels"); err != nil {
			t.Fatal(err)
		}
		const heirs = 8
		address := func(n int) string { return fmt.Sprintf("heir-%d@example.org", n) }
		err = db.Write(t.Context(), func(tx database.Tx) error {
			for n := range heirs {
				p, err := identity.EnsureIn(tx, now, identity.Person{Email: address(n), Name: "Heir", LetterLanguage: "nl", Zone: "Europe/Brussels"})
				if err == nil {
					_, err = identity.ConfirmAddressIn(tx, now, p.ID)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for n := range heirs {
			all.Go(func() {
				err := db.Write(t.Context(), func(tx database.Tx) error {
					_, err := identity.HandOverIn(tx, now, address(n))
					return err
				})
				if err != nil && !fault.HasCode(err, "stale") {
					t.Error(err)
				}
			})
		}
		all.Wait()
		var owners int64
		err = db.Read(t.Context(), func(tx database.Tx) error {
			return tx.Gorm().Table("people").Where("owner").Count(&owners).Error
		})
		if err != nil || owners != 1 {
			t.Errorf("%d owners, %v", owners, err)
		}
	})
}
