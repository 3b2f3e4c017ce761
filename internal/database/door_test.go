package database_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"

	"gorm.io/gorm"

	"kring/internal/database"
)

func TestWaitingWritersShareACommit(t *testing.T) {
	db := sqliteWithCounters(t)
	open := holdDoor(t, db)
	var mu sync.Mutex
	transactions := map[gorm.ConnPool]int{}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			err := db.Write(t.Context(), func(tx database.Tx) error {
				mu.Lock()
				transactions[tx.Gorm().Statement.ConnPool]++
				mu.Unlock()
				return add(tx, "a")
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	until(func() bool { return db.Waiting() == 20 })
	open()
	all.Wait()
	if len(transactions) != 1 || total(t, db, "a") != 20 {
		t.Errorf("%d transactions, total %d", len(transactions), total(t, db, "a"))
	}
}

func TestNoMoreThanABoundedNumberShareACommit(t *testing.T) {
	db := sqliteWithCounters(t)
	open := holdDoor(t, db)
	var mu sync.Mutex
	transactions := map[gorm.ConnPool]int{}
	var all sync.WaitGroup
	for range 150 {
		all.Go(func() {
			err := db.Write(t.Context(), func(tx database.Tx) error {
				mu.Lock()
				transactions[tx.Gorm().Statement.ConnPool]++
				mu.Unlock()
				return add(tx, "a")
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	until(func() bool { return db.Waiting() == 150 })
	open()
	all.Wait()
	for _, n := range transactions {
		if n > 64 {
			t.Errorf("%d in one transaction", n)
		}
	}
	if n := total(t, db, "a"); n != 150 {
		t.Errorf("total %d", n)
	}
}

// One of the group fails, one panics and one ends its goroutine, as a failing
// assertion in a test does. Each of these is its own caller's affair.
func TestAGroupWithAFailureIsAbandonedAndEachRunsAlone(t *testing.T) {
	db := sqliteWithCounters(t)
	open := holdDoor(t, db)
	no := errors.New("no")
	spoil := map[int]func() error{
		3: func() error { return no },
		5: func() error { panic("alarm") },
		7: func() error { runtime.Goexit(); return nil },
	}
	ends := make([]string, 12)
	var all sync.WaitGroup
	for i := range ends {
		all.Go(func() {
			ends[i] = "goroutine ended"
			defer func() {
				if said := recover(); said != nil {
					ends[i] = "panic: " + said.(string)
				}
			}()
			err := db.Write(t.Context(), func(tx database.Tx) error {
				if err := add(tx, "a"); err != nil {
					return err
				}
				if fail, ok := spoil[i]; ok {
					return fail()
				}
				return nil
			})
			ends[i] = "written"
			if err != nil {
				ends[i] = "error: " + err.Error()
			}
		})
		until(func() bool { return db.Waiting() == i+1 })
	}
	open()
	all.Wait()
	want := map[int]string{3: "error: no", 5: "panic: alarm", 7: "goroutine ended"}
	for i, end := range ends {
		if expected, ok := want[i]; ok && end != expected || !ok && end != "written" {
			t.Errorf("%d: %s", i, end)
		}
	}
	if n := total(t, db, "a"); n != 9 {
		t.Errorf("total %d", n)
	}
}

func TestAWriterWhoseContextEndsInTheQueueLeavesWithoutEffect(t *testing.T) {
	db := sqliteWithCounters(t)
	open := holdDoor(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		left <- db.Write(ctx, func(database.Tx) error {
			t.Error("fn ran")
			return nil
		})
	}()
	until(func() bool { return db.Waiting() == 1 })
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if n := db.Waiting(); n != 0 {
		t.Errorf("%d wait", n)
	}
	open()
}

func TestAWriterTakenIntoAGroupIsToldHowItWent(t *testing.T) {
	db := sqliteWithCounters(t)
	open := holdDoor(t, db)
	ctx, cancel := context.WithCancel(t.Context())
	ends := make(chan error, 2)
	go func() {
		ends <- db.Write(t.Context(), func(tx database.Tx) error {
			cancel() // by now the second is in this group
			return add(tx, "a")
		})
	}()
	until(func() bool { return db.Waiting() == 1 })
	go func() {
		ends <- db.Write(ctx, func(tx database.Tx) error { return add(tx, "b") })
	}()
	until(func() bool { return db.Waiting() == 2 })
	open()
	for range 2 {
		if err := <-ends; err != nil {
			t.Error(err)
		}
	}
	if a, b := total(t, db, "a"), total(t, db, "b"); a != 1 || b != 1 {
		t.Errorf("a %d, b %d", a, b)
	}
}
