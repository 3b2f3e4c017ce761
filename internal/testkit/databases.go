package testkit

import (
	"os"
	"path/filepath"
	"testing"

	"kring/internal/database"
)

// Databases runs fn as a sub-test on SQLite and as one on Postgres, each with a
// database of its own at the newest schema, opened strictly and closed at the end.
func Databases(t *testing.T, fn func(t *testing.T, db *database.DB)) {
	t.Helper()
	URLs(t, func(t *testing.T, url string) { fn(t, Open(t, url)) })
}

// URLs runs fn as a sub-test per database, with the URL of a database of its
// own at the newest schema that nobody has opened yet.
func URLs(t *testing.T, fn func(t *testing.T, url string)) {
	t.Helper()
	each(t, true, fn)
}

// Unmigrated is URLs with empty databases.
func Unmigrated(t *testing.T, fn func(t *testing.T, url string)) {
	t.Helper()
	each(t, false, fn)
}

// Open opens a database as tests do: strictly, and closed when the test ends.
func Open(t testing.TB, url string) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), database.Options{URL: url, Strict: true})
	if err != nil {
		t.Fatalf("open database: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close database: %v", err)
		}
	})
	return db
}

// SQLite answers the URL of a new SQLite file at the newest schema. Tests that
// concern storage use [Databases] instead; this is for benchmarks and the like.
func SQLite(t testing.TB) string {
	t.Helper()
	return sqliteFile(t, true)
}

func each(t *testing.T, migrated bool, fn func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, sqliteFile(t, migrated)) })
	t.Run("postgres", func(t *testing.T) { fn(t, postgresDatabase(t, migrated)) })
}

func sqliteFile(t testing.TB, migrated bool) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kring.db")
	if migrated {
		template, err := sqliteTemplate()
		if err != nil {
			t.Fatalf("migrate the SQLite template: %v", err)
		}
		if err := os.WriteFile(path, template, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return database.FileURL(path)
}
