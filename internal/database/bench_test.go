package database_test

import (
	"fmt"
	"testing"

	"kring/internal/database"
)

// Durable writes (synchronous FULL) by one writer, and by 32 who share commits.
func BenchmarkWrite(b *testing.B) {
	for _, writers := range []int{1, 32} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			db := openPlain(b)
			work := make(chan struct{}, writers)
			done := make(chan error, writers)
			for range writers {
				go func() {
					var err error
					for range work {
						if e := db.Write(b.Context(), insert); e != nil {
							err = e
						}
					}
					done <- err
				}()
			}
			for b.Loop() {
				work <- struct{}{}
			}
			close(work)
			for range writers {
				if err := <-done; err != nil {
					b.Error(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
		})
	}
}

func BenchmarkReadOne(b *testing.B) {
	db := openPlain(b)
	if err := db.Write(b.Context(), insert); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		var total int
		err := db.Read(b.Context(), func(tx database.Tx) error {
			return tx.Gorm().Table("counters").Where("name = ?", "a").Select("total").Take(&total).Error
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// openPlain opens a SQLite database as the program does, without Strict.
func openPlain(b *testing.B) *database.DB {
	b.Helper()
	db, err := database.Open(b.Context(), database.Options{URL: database.FileURL(b.TempDir() + "/bench.db")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	counters(b, db, "a")
	return db
}

func insert(tx database.Tx) error {
	return tx.Gorm().Exec("INSERT INTO counters (name, total) VALUES (?, ?)", database.NewID(), 1).Error
}
