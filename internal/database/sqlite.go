package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mattn/go-sqlite3"
)

const (
	// One connection writes. BEGIN IMMEDIATE takes the write lock before the
	// first read, so that a check and the write it guards see the same state.
	// What is deleted is overwritten: who is forgotten must not be found in the
	// bytes of the file.
	writerParams = "?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=5000&_foreign_keys=1" +
		"&_txlock=immediate&_secure_delete=on&_cache_size=-20000&_stmt_cache_size=64&_loc=UTC"
	// A few connections read. Their page cache is small because the system's
	// file cache stands behind it and each of them costs resident memory.
	readerParams = "?mode=ro&_query_only=1&_busy_timeout=5000&_cache_size=-2000&_stmt_cache_size=64&_loc=UTC"

	readers = 4
	// The switch to WAL does not wait for other processes as statements do.
	openFor  = 10 * time.Second
	openStep = 20 * time.Millisecond
)

// FileURL answers the URL of a SQLite file at a path.
func FileURL(path string) string {
	return "file:" + (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()
}

// FilePath answers the path in a file: URL; false for any other URL.
func FilePath(fileURL string) (string, bool) {
	if dialect, err := DialectOf(fileURL); err != nil || dialect != SQLite {
		return "", false
	}
	name := strings.TrimPrefix(fileURL, "file:")
	if rest, found := strings.CutPrefix(name, "//"); found {
		name = "/" + strings.TrimLeft(rest, "/")
	}
	path, err := url.PathUnescape(name)
	return path, err == nil
}

func openSQLite(ctx context.Context, url string) (writer, reader *sql.DB, err error) {
	if err := makeFile(url); err != nil {
		return nil, nil, err
	}
	writer = sql.OpenDB(sqliteConnector{url + writerParams})
	writer.SetMaxOpenConns(1)
	writer.SetMaxIdleConns(1)
	if err := pingUntilFree(ctx, writer); err != nil {
		return nil, nil, errors.Join(fmt.Errorf("database: open file: %w", err), writer.Close())
	}
	reader = sql.OpenDB(sqliteConnector{url + readerParams})
	reader.SetMaxOpenConns(readers)
	reader.SetMaxIdleConns(readers)
	return writer, reader, nil
}

// makeFile makes a file that is missing, for its owner alone: SQLite would make
// it as the umask says, readable for all more often than not. The log and its
// index take the file's mode over. A file that is there keeps its mode.
func makeFile(url string) error {
	path, _ := FilePath(url)
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("database: make file: %w", err)
	}
	return file.Close()
}

// closeSQLite leaves one file behind. The last connection that closes folds the
// log back into the file, if it may write and has looked into the log before:
// so the readers go first, and the writer reads once.
func closeSQLite(writer, reader *sql.DB) error {
	err := reader.Close()
	var tables int
	_ = writer.QueryRowContext(context.Background(), "SELECT count(*) FROM sqlite_master").Scan(&tables) // the log stays: no harm
	return errors.Join(err, writer.Close())
}

func migrateSQLite(ctx context.Context, url string) (*sql.DB, error) {
	db := sql.OpenDB(sqliteConnector{url + strings.Replace(writerParams, "_foreign_keys=1", "_foreign_keys=0", 1)})
	db.SetMaxOpenConns(1)
	if err := pingUntilFree(ctx, db); err != nil {
		return nil, errors.Join(fmt.Errorf("database: open file: %w", err), db.Close())
	}
	return db, nil
}

// pingUntilFree opens the first connection. Of several processes that open a
// new file at once, all but one are told that it is locked; they try again.
func pingUntilFree(ctx context.Context, db *sql.DB) error {
	ctx, cancel := context.WithTimeout(ctx, openFor)
	defer cancel()
	for {
		err := db.PingContext(ctx)
		if !sqliteBusy(err) || wait(ctx, openStep) != nil {
			return err
		}
	}
}

func sqliteBusy(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && (e.Code == sqlite3.ErrBusy || e.Code == sqlite3.ErrLocked)
}

// wait waits for d, or answers why ctx ended before.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
