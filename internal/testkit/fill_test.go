package testkit_test

import (
	"testing"

	"kring/internal/database"
	"kring/internal/testkit"
)

func TestFillLeavesNoTableEmptyAndFillsNoneTwice(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		testkit.Fill(t, db)
		for table, rows := range testkit.Fill(t, db) {
			if rows < 1 || rows > 2 {
				t.Errorf("%s holds %d rows", table, rows)
			}
		}
	})
}

func TestGoldenReadsItsFile(t *testing.T) {
	testkit.Golden(t, "golden.txt", []byte("warm, brief and in your own words\n"))
}
