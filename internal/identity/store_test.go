package identity

import (
	"slices"
	"strings"
	"testing"

	"kring/internal/database"
	"kring/internal/testkit"
	"kring/internal/text"
)

func TestRowsAreTheirTables(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		testkit.Parity(t, db, "people", personRow{})
		testkit.Parity(t, db, "tokens", tokenRow{})
		testkit.Parity(t, db, "first_run", firstRunRow{})
		testkit.Parity(t, db, "suppressions", suppressionRow{})
		testkit.Parity(t, db, "salts", saltRow{})
	})
}

func TestEveryColumnOfOursHasAMark(t *testing.T) {
	ours := []string{"people", "tokens", "suppressions", "salts", "journal", "idempotency_keys", "first_run", "job_runs"}
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		var columns []string
		for _, table := range testkit.ReadSchema(t, db) {
			for _, column := range table.Columns {
				if slices.Contains(ours, table.Name) {
					columns = append(columns, table.Name+"."+column.Name)
				}
			}
		}
		for _, mistake := range Unmarked(columns, Marks()) {
			t.Error(mistake)
		}
	})
}

func TestUnmarkedFindsEveryMistake(t *testing.T) {
	got := Unmarked([]string{"a.id", "a.name", "a.twice"},
		map[string]Mark{"a.id": Code, "a.twice": None, "a.gone": None}, map[string]Mark{"a.twice": "nice"})
	want := []string{
		"a.gone is marked and is no column", "a.name has no mark", "a.twice has the unknown mark \"nice\"",
		"a.twice is marked by more than one room",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

func TestTextsLoad(t *testing.T) {
	catalog, err := text.Load(Texts)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"problem.token-refused", "violation.unknown-scope", "problem.link-expired", "problem.stale"} {
		if !catalog.Has(key) {
			t.Errorf("no text %s", key)
		}
	}
}
