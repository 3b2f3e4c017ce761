package testkit_test

import (
	"testing"

	"kring/internal/database"
	"kring/internal/testkit"
	"kring/migrations"
)

func TestEveryTestHasADatabaseOfItsOwn(t *testing.T) {
	for _, name := range []string{"the first", "the second"} {
		t.Run(name, func(t *testing.T) {
			testkit.Databases(t, func(t *testing.T, db *database.DB) {
				if pending, err := migrations.Pending(t.Context(), db); pending || err != nil {
					t.Fatalf("pending %v, %v", pending, err)
				}
				// Making the same table twice would fail in a shared database.
				err := db.Write(t.Context(), func(tx database.Tx) error {
					return tx.Gorm().Exec("CREATE TABLE mine (id text PRIMARY KEY)").Error
				})
				if err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}

func TestUnmigratedDatabasesAreEmpty(t *testing.T) {
	testkit.Unmigrated(t, func(t *testing.T, url string) {
		version, err := migrations.Version(t.Context(), testkit.Open(t, url))
		if version != 0 || err != nil {
			t.Fatalf("version %d, %v", version, err)
		}
	})
}
