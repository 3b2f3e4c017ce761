package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
)

// Connections that one process holds at most; idle ones are kept, because
// opening one costs far more than holding it.
const postgresConns = 12

// PostgreSQL error codes, appendix A of its manual.
const (
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
)

func openPostgres(ctx context.Context, url string) (*sql.DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, errors.New("database: the postgres:// URL cannot be read") // err repeats the URL
	}
	config.RuntimeParams["timezone"] = "UTC"
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "kring"
	}
	db := sql.OpenDB(postgresConnector{stdlib.GetConnector(*config, stdlib.OptionAfterConnect(readUTC))})
	db.SetMaxOpenConns(postgresConns)
	db.SetMaxIdleConns(postgresConns)
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("database: connect: %w", err), db.Close())
	}
	return db, nil
}

// again tells whether Postgres gave up a transaction that would succeed when
// tried once more.
func again(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == serializationFailure || e.Code == deadlockDetected)
}

func dialector(d Dialect, conn *sql.DB) gorm.Dialector {
	if d == SQLite {
		return sqlite.New(sqlite.Config{Conn: conn})
	}
	return postgres.New(postgres.Config{Conn: conn})
}
