package database_test

import (
	"errors"
	"testing"

	"kring/internal/database"
	"kring/internal/testkit"
)

func ask(t *testing.T, db *database.DB, statement string) error {
	t.Helper()
	return db.Read(t.Context(), func(tx database.Tx) error { return tx.Gorm().Exec(statement).Error })
}

func TestAnOutageIsToldFromADefect(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		if err := ask(t, db, "select nothing from nowhere"); err == nil || database.Away(err) {
			t.Errorf("a faulty statement: %v", err)
		}
		if err := ask(t, db, "select 1"); database.Away(err) {
			t.Errorf("no error: %v", err)
		}
		if db.Dialect() == database.Postgres { // somebody restarts the server: the connection dies under the statement
			if err := ask(t, db, "select pg_terminate_backend(pg_backend_pid())"); !database.Away(err) {
				t.Errorf("a connection that was ended: %v", err)
			}
			if err := ask(t, db, "select 1"); err != nil {
				t.Errorf("the next one: %v", err)
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if err := ask(t, db, "select 1"); !database.Away(err) {
			t.Errorf("a closed database: %v", err)
		}
		if err := db.Write(t.Context(), func(database.Tx) error { return nil }); !database.Away(err) {
			t.Errorf("a write to a closed database: %v", err)
		}
	})
	if _, err := database.Open(t.Context(), database.Options{URL: "postgres://kring@127.0.0.1:1/kring"}); !database.Away(err) {
		t.Errorf("nobody listens: %v", err)
	}
	if database.Away(errors.New("something else")) {
		t.Error("any error is an outage")
	}
}
