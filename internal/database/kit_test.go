package database_test

import (
	"runtime"
	"testing"

	"gorm.io/gorm"

	"kring/internal/database"
	"kring/internal/testkit"
)

// counters is a table of our own: these tests are about the door, not about what
// the product keeps behind it.
func counters(t testing.TB, db *database.DB, names ...string) {
	t.Helper()
	write(t, db, func(tx *gorm.DB) error {
		return tx.Exec("CREATE TABLE counters (name text NOT NULL PRIMARY KEY, total integer NOT NULL)").Error
	})
	for _, name := range names {
		write(t, db, func(tx *gorm.DB) error {
			return tx.Exec("INSERT INTO counters (name, total) VALUES (?, 0)", name).Error
		})
	}
}

func bothWithCounters(t *testing.T, fn func(t *testing.T, db *database.DB)) {
	t.Helper()
	testkit.Unmigrated(t, func(t *testing.T, url string) {
		db := testkit.Open(t, url)
		counters(t, db, "a", "b")
		fn(t, db)
	})
}

func sqliteWithCounters(t testing.TB) *database.DB {
	t.Helper()
	db := testkit.Open(t, database.FileURL(t.TempDir()+"/door.db"))
	counters(t, db, "a", "b")
	return db
}

func write(t testing.TB, db *database.DB, fn func(tx *gorm.DB) error) {
	t.Helper()
	if err := db.Write(t.Context(), func(tx database.Tx) error { return fn(tx.Gorm()) }); err != nil {
		t.Fatal(err)
	}
}

func add(tx database.Tx, name string) error {
	return tx.Gorm().Exec("UPDATE counters SET total = total + 1 WHERE name = ?", name).Error
}

func total(t testing.TB, db *database.DB, name string) int {
	t.Helper()
	var n int
	err := db.Read(t.Context(), func(tx database.Tx) error {
		return tx.Gorm().Raw("SELECT total FROM counters WHERE name = ?", name).Scan(&n).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// holdDoor keeps the door of a SQLite database taken until the answer is called.
func holdDoor(t testing.TB, db *database.DB) (open func()) {
	t.Helper()
	inside, leave, left := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		left <- db.Write(t.Context(), func(database.Tx) error {
			close(inside)
			<-leave
			return nil
		})
	}()
	<-inside
	return func() {
		close(leave)
		if err := <-left; err != nil {
			t.Error(err)
		}
	}
}

// until gives way to other goroutines until what is true.
func until(what func() bool) {
	for !what() {
		runtime.Gosched()
	}
}
