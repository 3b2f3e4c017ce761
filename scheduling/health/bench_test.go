package health

import (
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/testkit"
)

// The figures of docs/performance.md: 100,000 running circles in SQLite.
const benchCircles = 100_000

var benchNow = time.Date(2026, 3, 3, 10, 0, 0, 0, time.UTC)

// BenchmarkHealth is the look at 100,000 circles: the nightly proof of all of them, and the pass of every tick with one
// circle of a hundred due, with none, and with all of them.
func BenchmarkHealth(b *testing.B) {
	db := generate(b, benchCircles, benchNow)
	watch := New(Options{DB: db, Guides: library(b)})
	settled(b, watch)
	b.Run("proof", func(b *testing.B) {
		used := testkit.CPU(b)
		for b.Loop() {
			if p, err := watch.Prove(b.Context(), benchNow); err != nil || p.Looked != benchCircles {
				b.Fatal(p, err)
			}
		}
		b.ReportMetric(float64((testkit.CPU(b)-used).Microseconds())/1000/float64(b.N), "cpu-ms/op")
	})
	for _, due := range []struct {
		name string
		nth  int
	}{{"one in a hundred due", 100}, {"none due", 0}, {"all due", 1}} {
		b.Run(due.name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				due := makeDue(b, db, due.nth)
				b.StartTimer()
				done, _, err := watch.Review(b.Context(), benchNow)
				if err != nil || done.Looked != due {
					b.Fatal(done, due, err)
				}
			}
		})
	}
}

// settled lets a proof wake what the generator did not foresee, and reviews it.
func settled(b *testing.B, watch *Watch) {
	b.Helper()
	if _, err := watch.Prove(b.Context(), benchNow); err != nil {
		b.Fatal(err)
	}
	for looked := 1; looked > 0; {
		done, _, err := watch.Review(b.Context(), benchNow)
		if err != nil {
			b.Fatal(err)
		}
		looked = done.Looked
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
