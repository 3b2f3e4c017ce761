package database_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/testkit"
)

// Whole lives are told in virtual time: the door, its pools and its time limit
// must neither stop that time nor be overtaken by it.
func TestTwelveWeeksOfWritesInVirtualTime(t *testing.T) {
	testkit.Unmigrated(t, func(t *testing.T, url string) {
		synctest.Test(t, func(t *testing.T) {
			db := testkit.Open(t, url)
			counters(t, db, "a")
			now, end := clock.System(), clock.System().Now().AddDate(0, 0, 84)
			for now.Now().Before(end) {
				time.Sleep(24 * time.Hour) //nolint:forbidigo // virtual time
				var all sync.WaitGroup
				for range 4 {
					all.Go(func() {
						if err := db.Write(t.Context(), func(tx database.Tx) error { return add(tx, "a") }); err != nil {
							t.Error(err)
						}
					})
				}
				all.Wait()
			}
			if n := total(t, db, "a"); n != 84*4 {
				t.Errorf("total %d", n)
			}
		})
	})
}
