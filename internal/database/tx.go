package database

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"kring/internal/fault"
)

const (
	// A transaction that has begun ends by this limit, whoever waits for it.
	writeLimit = 15 * time.Second
	// How often a transaction is begun anew after the database gave it up.
	writeTries = 6
)

// Tx is the view of the database that one call has. It must not outlive the
// function it was handed to.
type Tx struct {
	gorm *gorm.DB
	pg   bool
}

// Gorm opens the Tx. Only store.go files call it.
func (tx Tx) Gorm() *gorm.DB { return tx.gorm }

// Postgres tells whether the statement will run on PostgreSQL, for the few
// statements that must differ.
func (tx Tx) Postgres() bool { return tx.pg }

// Lock is a clause that keeps the rows read until the transaction ends:
// tx.Gorm().Clauses(database.Lock(tx)). SQLite leaves it out: there the
// transaction already holds the only write lock.
func Lock(Tx) clause.Expression { return clause.Locking{Strength: "UPDATE"} }

// Keep is Lock for rows that are only to be there still when the transaction
// ends: others may read and change them, and nobody may delete them.
func Keep(Tx) clause.Expression { return clause.Locking{Strength: "KEY SHARE"} }

// LockFree is Lock for claims: rows that another transaction holds are passed
// over instead of waited for.
func LockFree(Tx) clause.Expression {
	return clause.Locking{Strength: "UPDATE", Options: "SKIP LOCKED"}
}

// Read hands out a view in which each statement sees the newest committed
// state. Statements end with ctx. The error of fn is answered as it is.
func (db *DB) Read(ctx context.Context, fn func(Tx) error) error {
	if tx, inside := within(ctx); inside {
		return fn(tx)
	}
	db.nested.refuse("Read")
	return fn(db.tx(ctx, db.reader))
}

// Snapshot hands out a view in which all statements see one and the same
// committed state. Statements end with ctx.
func (db *DB) Snapshot(ctx context.Context, fn func(Tx) error) error {
	if tx, inside := within(ctx); inside {
		return fn(tx)
	}
	db.nested.refuse("Snapshot")
	options := &sql.TxOptions{}
	if db.dialect == Postgres {
		options = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	tx, err := db.reader.BeginTx(ctx, options)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	return fn(db.tx(ctx, tx))
}

// Write runs fn in a transaction and answers once it is durable. It is the only
// way to change anything; the package's map says what fn must keep to.
//
// It answers what fn answered; ctx's error when ctx ended before fn began; and
// the fault "busy" (Unavailable) when the database stayed taken for too long.
// In each of these cases nothing was written.
func (db *DB) Write(ctx context.Context, fn func(Tx) error) error {
	if tx, inside := within(ctx); inside {
		return tx.joined(fn)
	}
	db.nested.refuse("Write")
	if err := ctx.Err(); err != nil {
		return err
	}
	if db.dialect == SQLite {
		return db.door.write(ctx, db, fn)
	}
	return db.alone(ctx, fn)
}

// WriteInParts repeats a write that does up to some of the work and answers how much it did, until there is less than that
// left to do; so nobody else waits for long. It answers how much was done in all, also when it fails halfway.
func (db *DB) WriteInParts(ctx context.Context, some int64, fn func(Tx) (int64, error)) (done int64, err error) {
	for {
		var n int64
		err := db.Write(ctx, func(tx Tx) (err error) {
			n, err = fn(tx)
			return err
		})
		if err != nil {
			return done, err
		}
		if done += n; n < some {
			return done, nil
		}
	}
}

// alone runs fn in a transaction of its own, and again when the database gave
// the transaction up for a reason that passes.
func (db *DB) alone(ctx context.Context, fn func(Tx) error) error {
	for try := 1; ; try++ {
		err := db.transact(ctx, []*call{{ctx: ctx, fn: fn}})
		if !again(err) && !sqliteBusy(err) {
			return busyWhenLate(ctx, err)
		}
		if try == writeTries {
			return busy(err)
		}
		pause := time.Duration(try) * (2*time.Millisecond + rand.N(8*time.Millisecond))
		if stopped := wait(ctx, pause); stopped != nil {
			return stopped
		}
	}
}

// group runs several calls in one transaction, on a goroutine of its own: what a
// fn of another caller does to its goroutine (panic, runtime.Goexit) must not
// reach the one who happens to hold the door. It answers false when nothing was
// written and each call can be run alone.
func (db *DB) group(calls []*call) (done bool, err error) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer func() { _ = recover() }() // alone it will panic again, where it belongs
		err = db.transact(context.Background(), calls)
		var unsure *commitError
		done = err == nil || errors.As(err, &unsure)
	}()
	<-ended
	return done, err
}

// transact runs calls one after the other in one transaction. When one fails
// or panics, nothing of any of them was written.
func (db *DB) transact(ctx context.Context, calls []*call) error {
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	limited, cancel := context.WithTimeout(context.Background(), writeLimit)
	defer cancel()
	tx, err := conn.BeginTx(limited, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after a commit it does nothing
	defer db.nested.enter()()
	for _, c := range calls {
		if err := c.fn(db.tx(borrowed{limited, c.ctx}, tx)); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return &commitError{err}
	}
	return nil
}

// commitError is a failed commit: every fn was content, so running them again
// would not help, and whether the write survived is the database's secret.
type commitError struct{ cause error }

func (e *commitError) Error() string { return "database: commit: " + e.cause.Error() }
func (e *commitError) Unwrap() error { return e.cause }

// borrowed ends with the transaction and not with its caller, and knows the
// values that the caller's context knows.
type borrowed struct {
	context.Context
	caller context.Context
}

func (b borrowed) Value(key any) any {
	if value := b.Context.Value(key); value != nil {
		return value
	}
	return b.caller.Value(key)
}

func (db *DB) tx(ctx context.Context, pool gorm.ConnPool) Tx {
	session := db.gorm.Session(&gorm.Session{NewDB: true, Context: ctx})
	session.Statement.ConnPool = pool
	return Tx{gorm: session, pg: db.dialect == Postgres}
}

func busy(err error) error {
	return fault.New(fault.Unavailable, "busy").After(time.Second).Because(err)
}

// busyWhenLate tells the door's own limit from the caller's.
func busyWhenLate(ctx context.Context, err error) error {
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return busy(err)
	}
	return err
}
