package oidc

import (
	"testing"

	"kring/internal/database"
	"kring/internal/testkit"
)

func TestRowsAreTheirTables(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		testkit.Parity(t, db, "oidc_attempts", attemptRow{})
		testkit.Parity(t, db, "oidc_subjects", subjectRow{})
	})
}
