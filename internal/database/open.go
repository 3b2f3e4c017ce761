package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"gorm.io/gorm"

	"kring/internal/clock"
)

// Dialect names the kind of database.
type Dialect string

// The two databases that Kring runs on.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Options say which database to open and how.
type Options struct {
	// URL is file:NAME for SQLite (a file URI without parameters) or
	// postgres://... for PostgreSQL.
	URL string
	// Log receives slow statements, without their values. Nil means silence.
	Log *slog.Logger
	// Strict makes Write inside Write and Read inside Write panic. Tests set
	// it; it costs about a microsecond a call.
	Strict bool
}

// DB is an open database. It may be used from several goroutines.
type DB struct {
	dialect Dialect
	url     string
	gorm    *gorm.DB
	writer  *sql.DB
	reader  *sql.DB
	door    door
	nested  *nested
}

// Open opens the database that o names and proves that it answers. It changes
// no schema; see package migrations. For SQLite the file is made when missing.
func Open(ctx context.Context, o Options) (*DB, error) {
	dialect, err := DialectOf(o.URL)
	if err != nil {
		return nil, err
	}
	db := &DB{dialect: dialect, url: o.URL}
	if o.Strict {
		db.nested = &nested{}
	}
	if dialect == SQLite {
		db.writer, db.reader, err = openSQLite(ctx, o.URL)
	} else {
		db.writer, err = openPostgres(ctx, o.URL)
		db.reader = db.writer
	}
	if err != nil {
		return nil, err
	}
	db.gorm, err = gorm.Open(dialector(dialect, db.writer), config(o.Log))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("database: %w", err), db.Close())
	}
	return db, nil
}

// DialectOf tells which database a URL names, or what is wrong with the URL.
// It never repeats the URL, which may hold a password.
func DialectOf(url string) (Dialect, error) {
	switch {
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		return Postgres, nil
	case !strings.HasPrefix(url, "file:"):
		return "", errors.New("database: the URL must begin with file: or postgres://")
	case strings.ContainsAny(url, "?#"):
		return "", errors.New("database: file: takes a name only, without parameters")
	case strings.TrimLeft(strings.TrimPrefix(url, "file:"), "/") == "", strings.Contains(url, ":memory:"):
		return "", errors.New("database: file: needs the name of a file")
	}
	return SQLite, nil
}

func config(log *slog.Logger) *gorm.Config {
	machine := clock.System()
	return &gorm.Config{
		SkipDefaultTransaction: true, // one transaction per use case, opened on purpose
		TranslateError:         true, // duplicate keys become gorm.ErrDuplicatedKey
		DisableAutomaticPing:   true, // done while opening
		NowFunc:                machine.Machine,
		Logger:                 newLogger(log),
	}
}

// Dialect tells which database this is.
func (db *DB) Dialect() Dialect { return db.dialect }

// URL is what the database was opened with. It may hold a password.
func (db *DB) URL() string { return db.url }

// OpenForMigration opens connections of their own, for package migrations alone;
// the caller closes them. On SQLite foreign keys are off: a table rebuilt with
// them on takes along the rows that refer to it.
func (db *DB) OpenForMigration(ctx context.Context) (*sql.DB, error) {
	if db.dialect == SQLite {
		return migrateSQLite(ctx, db.url)
	}
	return openPostgres(ctx, db.url)
}

// Ping proves that the database answers a read.
func (db *DB) Ping(ctx context.Context) error {
	var one int
	return db.reader.QueryRowContext(ctx, "SELECT 1").Scan(&one)
}

// Close closes all connections. Calls that are under way end first.
func (db *DB) Close() error {
	if db.dialect == SQLite {
		return closeSQLite(db.writer, db.reader)
	}
	return db.writer.Close()
}
