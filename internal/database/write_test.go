package database_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"kring/internal/database"
	"kring/internal/testkit"
)

func TestAWriteThatFailsLeavesNothingBehind(t *testing.T) {
	bothWithCounters(t, func(t *testing.T, db *database.DB) {
		no := errors.New("no")
		err := db.Write(t.Context(), func(tx database.Tx) error {
			if err := add(tx, "a"); err != nil {
				return err
			}
			return no
		})
		if !errors.Is(err, no) || total(t, db, "a") != 0 {
			t.Errorf("%v, total %d", err, total(t, db, "a"))
		}
	})
}

func TestAPanicInAWriteRollsBackAndFreesTheDoor(t *testing.T) {
	bothWithCounters(t, func(t *testing.T, db *database.DB) {
		func() {
			defer func() {
				if recover() != "alarm" {
					t.Error("the panic did not reach the caller")
				}
			}()
			_ = db.Write(t.Context(), func(tx database.Tx) error {
				if err := add(tx, "a"); err != nil {
					return err
				}
				panic("alarm")
			})
		}()
		if err := db.Write(t.Context(), func(tx database.Tx) error { return add(tx, "b") }); err != nil {
			t.Fatal(err)
		}
		if a, b := total(t, db, "a"), total(t, db, "b"); a != 0 || b != 1 {
			t.Errorf("a %d, b %d", a, b)
		}
	})
}

func TestAWriteThatBeganIsNotCancelledWithItsCaller(t *testing.T) {
	bothWithCounters(t, func(t *testing.T, db *database.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		err := db.Write(ctx, func(tx database.Tx) error {
			if err := add(tx, "a"); err != nil {
				return err
			}
			cancel()
			return add(tx, "b")
		})
		if err != nil {
			t.Fatal(err)
		}
		if a, b := total(t, db, "a"), total(t, db, "b"); a != 1 || b != 1 {
			t.Errorf("a %d, b %d", a, b)
		}
	})
}

func TestAWriteKnowsTheValuesOfItsCaller(t *testing.T) {
	type key struct{}
	bothWithCounters(t, func(t *testing.T, db *database.DB) {
		ctx := context.WithValue(t.Context(), key{}, "request 7")
		err := db.Write(ctx, func(tx database.Tx) error {
			if got := tx.Gorm().Statement.Context.Value(key{}); got != "request 7" {
				t.Errorf("got %v", got)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestAWriteOfACancelledCallerDoesNotBegin(t *testing.T) {
	bothWithCounters(t, func(t *testing.T, db *database.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := db.Write(ctx, func(database.Tx) error {
			t.Error("fn ran")
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}

// Loading, changing and storing loses updates on SQLite without immediate
// transactions and on Postgres without a lock on the row.
func TestFortyWritersThatLoadAndStoreLoseNothing(t *testing.T) {
	bothWithCounters(t, func(t *testing.T, db *database.DB) {
		second := testkit.Open(t, db.URL()) // as another process would
		var all sync.WaitGroup
		for i := range 40 {
			door := db
			if i%2 == 1 {
				door = second
			}
			all.Go(func() {
				err := door.Write(t.Context(), func(tx database.Tx) error {
					var n int
					q := tx.Gorm().Table("counters").Clauses(database.Lock(tx)).Where("name = ?", "a").Select("total")
					if err := q.Take(&n).Error; err != nil {
						return err
					}
					return tx.Gorm().Exec("UPDATE counters SET total = ? WHERE name = ?", n+1, "a").Error
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := total(t, db, "a"); n != 40 {
			t.Errorf("total %d", n)
		}
	})
}

func TestPostgresRunsAWriteAgainThatItCouldNotSerialise(t *testing.T) {
	bothWithCounters(t, func(t *testing.T, db *database.DB) {
		if db.Dialect() != database.Postgres {
			return // one writer at a time has nothing to serialise
		}
		var read, all sync.WaitGroup // both have read before either writes
		read.Add(2)
		runs := make(chan struct{}, 9)
		for range 2 {
			first := true
			all.Go(func() {
				err := db.Write(t.Context(), func(tx database.Tx) error {
					runs <- struct{}{}
					var n int
					err := firstOf(
						tx.Gorm().Exec("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").Error,
						tx.Gorm().Raw("SELECT total FROM counters WHERE name = 'a'").Scan(&n).Error)
					if first {
						first = false
						read.Done()
						read.Wait()
					}
					return firstOf(err, tx.Gorm().Exec("UPDATE counters SET total = ? WHERE name = 'a'", n+1).Error)
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := total(t, db, "a"); n != 2 || len(runs) != 3 {
			t.Errorf("total %d after %d runs", n, len(runs))
		}
	})
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func TestCallsInsideWritePanic(t *testing.T) {
	nothing := func(database.Tx) error { return nil }
	bothWithCounters(t, func(t *testing.T, db *database.DB) {
		for what, call := range map[string]func() error{
			"Write":    func() error { return db.Write(t.Context(), nothing) },
			"Read":     func() error { return db.Read(t.Context(), nothing) },
			"Snapshot": func() error { return db.Snapshot(t.Context(), nothing) },
		} {
			said := panicOf(func() {
				_ = db.Write(t.Context(), func(database.Tx) error { return call() })
			})
			if !strings.Contains(said, what+" inside Write") {
				t.Errorf("%s: %q", what, said)
			}
			if err := call(); err != nil { // and outside it works again
				t.Error(err)
			}
		}
	})
}

func panicOf(fn func()) (said string) {
	defer func() {
		if text, ok := recover().(string); ok {
			said = text
		}
	}()
	fn()
	return ""
}
