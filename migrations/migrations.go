package migrations

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"kring/internal/database"
)

//go:embed sqlite/*.sql postgres/*.sql
var files embed.FS

// How often a SQLite file is tried that another process migrates as well.
const sqliteTries = 5

// Up applies what is missing. When it answers nil the schema is the newest that
// this build knows. Calling it again costs one read.
func Up(ctx context.Context, db *database.DB) error {
	return upTo(ctx, db, Newest(db.Dialect()))
}

func upTo(ctx context.Context, db *database.DB, target int64) error {
	version, err := Version(ctx, db)
	if err != nil {
		return err
	}
	if newest := Newest(db.Dialect()); version > newest {
		return fmt.Errorf("migrations: the database is at %d, this program knows up to %d: it is too old", version, newest)
	}
	if version >= target {
		return nil
	}
	return withProvider(ctx, db, func(conn *sql.DB, p *goose.Provider) error {
		if db.Dialect() == database.SQLite {
			return sqliteUp(ctx, conn, p, target)
		}
		_, err := p.UpTo(ctx, target)
		return err
	})
}

// Down takes back every migration above a version; 0 empties the database.
// All that the taken back tables held is lost.
func Down(ctx context.Context, db *database.DB, version int64) error {
	return withProvider(ctx, db, func(conn *sql.DB, p *goose.Provider) error {
		if _, err := p.DownTo(ctx, version); err != nil {
			return err
		}
		return checkReferences(ctx, db.Dialect(), conn)
	})
}

// Pending tells whether the database lacks a migration that this build has.
func Pending(ctx context.Context, db *database.DB) (bool, error) {
	version, err := Version(ctx, db)
	return version < Newest(db.Dialect()), err
}

// Version is the number of the last migration applied; 0 on an empty database.
func Version(ctx context.Context, db *database.DB) (int64, error) {
	var version sql.NullInt64
	err := db.Read(ctx, func(tx database.Tx) error {
		known := tx.Gorm().Raw("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'goose_db_version'")
		if tx.Postgres() {
			known = tx.Gorm().Raw("SELECT count(*) WHERE to_regclass('goose_db_version') IS NOT NULL")
		}
		var tables int
		if err := known.Scan(&tables).Error; err != nil || tables == 0 {
			return err
		}
		return tx.Gorm().Raw("SELECT max(version_id) FROM goose_db_version WHERE is_applied").Scan(&version).Error
	})
	if err != nil {
		return 0, fmt.Errorf("migrations: read version: %w", err)
	}
	return version.Int64, nil
}

// Newest is the number of the last migration that this build has.
func Newest(dialect database.Dialect) int64 {
	names, _ := fs.Glob(files, string(dialect)+"/*.sql") // the pattern is well formed
	var newest int64
	for _, name := range names {
		number, _, _ := strings.Cut(path.Base(name), "_")
		if n, err := strconv.ParseInt(number, 10, 64); err == nil {
			newest = max(newest, n)
		}
	}
	return newest
}

func withProvider(ctx context.Context, db *database.DB, fn func(*sql.DB, *goose.Provider) error) (err error) {
	conn, err := db.OpenForMigration(ctx)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	folder, err := fs.Sub(files, string(db.Dialect()))
	if err != nil {
		return err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger())}
	dialect := goose.DialectSQLite3
	if db.Dialect() == database.Postgres {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 120), lock.WithUnlockTimeout(1, 30))
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, conn, folder, options...)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if err := fn(conn, provider); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return nil
}

// sqliteUp goes file by file, so that an error names the file that left rows
// without what they refer to. goose has no lock for SQLite: of two processes
// one fails on a table that the other just made, and looks again.
func sqliteUp(ctx context.Context, conn *sql.DB, p *goose.Provider, target int64) error {
	var last int64
	for try := 1; ; {
		version, err := p.GetDBVersion(ctx)
		if err == nil && version >= target {
			return nil
		}
		if err == nil && version > last { // the other process gets on
			last, try = version, 1
		}
		if err == nil {
			_, err = p.UpByOne(ctx)
		}
		switch {
		case err == nil:
			try = 1
			if err := checkReferences(ctx, database.SQLite, conn); err != nil {
				return fmt.Errorf("after migration %d: %w", version+1, err)
			}
		case errors.Is(err, goose.ErrNoNextVersion): // another process was faster
		case try == sqliteTries || ctx.Err() != nil:
			return err
		default:
			try++
		}
	}
}

// checkReferences finds rows that refer to nothing. Only SQLite needs it,
// because its foreign keys are off while migrating.
func checkReferences(ctx context.Context, dialect database.Dialect, conn *sql.DB) error {
	if dialect != database.SQLite {
		return nil
	}
	rows, err := conn.QueryContext(ctx, "PRAGMA foreign_key_check")
	if err != nil {
		return err
	}
	defer rows.Close()
	if rows.Next() {
		var table, parent string
		var row, key sql.NullInt64
		if err := rows.Scan(&table, &row, &parent, &key); err != nil {
			return err
		}
		return fmt.Errorf("a row of %s refers to nothing in %s", table, parent)
	}
	return rows.Err()
}
