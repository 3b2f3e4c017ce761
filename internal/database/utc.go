package database

import (
	"context"
	"database/sql/driver"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/mattn/go-sqlite3"
)

// Cut answers t as both databases keep it: UTC, cut to microseconds.
func Cut(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// SQLite keeps an instant as text and compares it as text: 18:00+02:00 would
// sort after 17:00+00:00. So no value reaches either database before it passed
// here, whichever way it came: gorm, raw SQL, arguments of a condition.

type sqliteConnector struct{ dsn string }

func (c sqliteConnector) Connect(context.Context) (driver.Conn, error) {
	conn, err := (&sqlite3.SQLiteDriver{}).Open(c.dsn)
	if err != nil {
		return nil, err
	}
	return sqliteConn{conn.(*sqlite3.SQLiteConn)}, nil
}

func (c sqliteConnector) Driver() driver.Driver { return &sqlite3.SQLiteDriver{} }

type sqliteConn struct{ *sqlite3.SQLiteConn }

// CheckNamedValue is asked by database/sql for every bound value.
func (sqliteConn) CheckNamedValue(v *driver.NamedValue) error {
	if cutInto(v) {
		return nil
	}
	return convert(v)
}

type postgresConnector struct{ driver.Connector }

func (c postgresConnector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return postgresConn{conn.(*stdlib.Conn)}, nil
}

type postgresConn struct{ *stdlib.Conn }

// CheckNamedValue is asked by database/sql for every bound value. pgx takes
// slices and the like as they are; only times and what yields times is looked at.
func (postgresConn) CheckNamedValue(v *driver.NamedValue) error {
	if cutInto(v) {
		return nil
	}
	if _, ok := v.Value.(driver.Valuer); !ok {
		return nil
	}
	return convert(v)
}

// convert asks a value what it stores, which may be a time.
func convert(v *driver.NamedValue) error {
	value, err := driver.DefaultParameterConverter.ConvertValue(v.Value)
	if err != nil {
		return err
	}
	v.Value = value
	cutInto(v)
	return nil
}

// cutInto cuts a time and says whether it was one.
func cutInto(v *driver.NamedValue) bool {
	switch t := v.Value.(type) {
	case time.Time:
		v.Value = Cut(t)
	case *time.Time:
		v.Value = nil
		if t != nil {
			v.Value = Cut(*t)
		}
	default:
		return false
	}
	return true
}

// readUTC makes times come back in UTC instead of the machine's zone.
func readUTC(_ context.Context, conn *pgx.Conn) error {
	conn.TypeMap().RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID,
		Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	return nil
}
