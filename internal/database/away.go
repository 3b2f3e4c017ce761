package database

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"
)

// errClosed is what database/sql says of a database that was closed; it exports no value for it.
const errClosed = "sql: database is closed"

// Away says whether err tells that the database cannot be reached, takes nobody in just now, or cannot write to its
// disk: an outage that passes, and no defect of the statement.
func Away(err error) bool {
	var (
		dial  *net.OpError
		meet  *pgconn.ConnectError
		said  *pgconn.PgError
		local sqlite3.Error
	)
	switch {
	case err == nil:
		return false
	case errors.As(err, &said):
		return awayStates(said.Code)
	case errors.As(err, &local):
		return slices.Contains([]sqlite3.ErrNo{
			sqlite3.ErrBusy, sqlite3.ErrLocked, sqlite3.ErrIoErr, sqlite3.ErrFull, sqlite3.ErrCantOpen,
		}, local.Code)
	case errors.As(err, &dial), errors.As(err, &meet):
		return true
	}
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.Is(err, io.ErrUnexpectedEOF) ||
		strings.Contains(err.Error(), errClosed)
}

// awayStates are what PostgreSQL says when it goes, comes, or has no room (appendix A of its manual): connection
// exceptions, insufficient resources, and an operator who shuts down.
func awayStates(code string) bool {
	return strings.HasPrefix(code, "08") || strings.HasPrefix(code, "53") || strings.HasPrefix(code, "57P")
}
