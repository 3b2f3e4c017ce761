package health

import (
	"testing"
	"time"

	"kring/internal/database"
)

// The figures of docs/performance.md: 100,000 running circles in SQLite.
const benchCircles = 100_000

var benchNow = time.Date(2026, 3, 3, 10, 0, 0, 0, time.UTC)

// BenchmarkProve is the full pass: every running circle is looked at.
func BenchmarkProve(b *testing.B) {
	watch := New(Options{DB: generate(b, benchCircles, benchNow), Guides: library(b)})
	if _, err := watch.Prove(b.Context(), benchNow); err != nil { // which wakes those that were never looked at
		b.Fatal(err)
	}
	if _, _, err := watch.Review(b.Context(), benchNow); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if p, err := watch.Prove(b.Context(), benchNow); err != nil || p.Looked != benchCircles {
			b.Fatal(p, err)
		}
	}
}

// BenchmarkReview is the pass of every tick: with one circle of a hundred due, with all of them, and with none.
func BenchmarkReview(b *testing.B) {
	db := generate(b, benchCircles, benchNow)
	watch := New(Options{DB: db, Guides: library(b)})
	for name, share := range map[string]int{"one of a hundred": 100, "all": 1, "none": 0} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				due := makeDue(b, db, share)
				b.StartTimer()
				done, _, err := watch.Review(b.Context(), benchNow)
				if err != nil || done.Looked != due {
					b.Fatal(done, due, err)
				}
			}
		})
	}
}

// makeDue makes every n-th hundred of circles due, and no other; 0 makes none. It answers how many.
func makeDue(b *testing.B, db *database.DB, n int) int {
	b.Helper()
	due := 0
	err := db.Write(b.Context(), func(tx database.Tx) error {
		if n == 0 {
			return nil
		}
		done := tx.Gorm().Exec("update circles set next_check_at = ? where cast(substr(name, 8) as integer) / 100 % ? = 0", benchNow, n)
		due = int(done.RowsAffected)
		return done.Error
	})
	if err != nil {
		b.Fatal(err)
	}
	return due
}
