package testkit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"kring/internal/database"
	"kring/migrations"
)

// What follows is made once per test binary; tests only ever copy it.

// sqliteTemplate answers the bytes of a migrated SQLite file.
var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "kring-template-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "template.db")
	if err := migrate(database.FileURL(path)); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// postgresTemplate makes a migrated database on the cluster and answers its name.
// Every test binary makes its own, so that none can see another's schema.
var postgresTemplate = sync.OnceValues(func() (string, error) {
	name := newName("template")
	if err := admin("CREATE DATABASE " + name); err != nil {
		return "", err
	}
	url, err := postgresURL(name)
	if err != nil {
		return "", err
	}
	return name, migrate(url)
})

func migrate(url string) error {
	ctx := context.Background()
	db, err := database.Open(ctx, database.Options{URL: url})
	if err != nil {
		return err
	}
	return errors.Join(migrations.Up(ctx, db), db.Close())
}

// admin runs one statement on the cluster's own database.
func admin(statement string) error {
	ctx := context.Background()
	url, err := postgresURL("postgres")
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("reach the PostgreSQL of the tests: %w", err)
	}
	_, err = conn.Exec(ctx, statement)
	return errors.Join(err, conn.Close(ctx))
}

// taken tells whether Postgres refused because somebody still looks at the template.
func taken(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == "55006"
}
