package database_test

import (
	"database/sql"
	"testing"
	"time"
	_ "time/tzdata"

	"gorm.io/gorm"

	"kring/internal/database"
	"kring/internal/testkit"
)

type due struct {
	ID     string
	DueAt  time.Time
	DoneAt *time.Time
	SeenAt sql.NullTime
}

func dues(t *testing.T, fn func(t *testing.T, db *database.DB)) {
	t.Helper()
	testkit.Unmigrated(t, func(t *testing.T, url string) {
		db := testkit.Open(t, url)
		err := db.Write(t.Context(), func(tx database.Tx) error {
			id, instant := "text", "datetime"
			if tx.Postgres() {
				id, instant = "uuid", "timestamptz"
			}
			return tx.Gorm().Exec(`CREATE TABLE dues (id ` + id + ` NOT NULL PRIMARY KEY, due_at ` + instant +
				` NOT NULL, done_at ` + instant + `, seen_at ` + instant + `)`).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		fn(t, db)
	})
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// Kept as they come, these rows compare as text on SQLite, and "due by now" finds
// the wrong ones.
func TestDueIsTheSameWhateverZoneWroteAndAsked(t *testing.T) {
	moments := map[string]time.Time{
		"a summer afternoon":              time.Date(2026, 7, 1, 15, 30, 0, 0, time.UTC),
		"before the clocks go forward":    time.Date(2026, 3, 29, 0, 59, 59, 0, time.UTC),
		"after the clocks went forward":   time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC),
		"the first 02:30 of October":      time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC),
		"the second 02:30 of October":     time.Date(2026, 10, 25, 1, 30, 0, 0, time.UTC),
		"the turn of the year":            time.Date(2026, 12, 31, 23, 59, 59, 999_999_000, time.UTC),
		"Auckland's clocks going forward": time.Date(2026, 9, 26, 14, 0, 0, 0, time.UTC),
	}
	zones := []string{"UTC", "Europe/Brussels", "Pacific/Auckland", "Asia/Kathmandu", "America/New_York"}
	dues(t, func(t *testing.T, db *database.DB) {
		for name, moment := range moments {
			for i, writes := range zones {
				asks := zones[(i+1)%len(zones)]
				checkDue(t, db, name+", written in "+writes+", asked in "+asks,
					moment.In(zone(t, writes)), moment.In(zone(t, asks)))
			}
		}
	})
}

func checkDue(t *testing.T, db *database.DB, name string, written, asked time.Time) {
	t.Helper()
	write(t, db, func(tx *gorm.DB) error {
		if err := tx.Exec("DELETE FROM dues").Error; err != nil {
			return err
		}
		return tx.Table("dues").Create(&[]due{
			{ID: database.NewID(), DueAt: written.Add(-time.Microsecond)},
			{ID: database.NewID(), DueAt: written},
			{ID: database.NewID(), DueAt: written.Add(time.Microsecond)},
		}).Error
	})
	var n int64
	err := db.Read(t.Context(), func(tx database.Tx) error {
		return tx.Gorm().Table("dues").Where("due_at <= ?", asked).Count(&n).Error
	})
	if err != nil || n != 2 {
		t.Errorf("%s: %d due, %v", name, n, err)
	}
}

func TestInstantsComeBackInUTCCutToMicroseconds(t *testing.T) {
	dues(t, func(t *testing.T, db *database.DB) {
		at := time.Date(2026, 1, 1, 0, 15, 0, 123_456_789, zone(t, "Asia/Kathmandu"))
		want := time.Date(2025, 12, 31, 18, 30, 0, 123_456_000, time.UTC)
		for name, store := range map[string]func(tx *gorm.DB) error{
			"by gorm": func(tx *gorm.DB) error {
				return tx.Table("dues").Create(&due{database.NewID(), at, &at, sql.NullTime{Time: at, Valid: true}}).Error
			},
			"by hand": func(tx *gorm.DB) error {
				return tx.Exec("INSERT INTO dues VALUES (?, ?, ?, ?)", database.NewID(), at, &at,
					sql.Null[time.Time]{V: at, Valid: true}).Error
			},
		} {
			var got due
			err := db.Write(t.Context(), func(tx database.Tx) error {
				got = due{}
				return firstOf(tx.Gorm().Exec("DELETE FROM dues").Error, store(tx.Gorm()),
					tx.Gorm().Table("dues").Where("due_at = ?", at).Take(&got).Error)
			})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if got.DueAt != want || *got.DoneAt != want || got.SeenAt.Time != want { // == compares the zone too
				t.Errorf("%s: %v %v %v", name, got.DueAt, got.DoneAt, got.SeenAt)
			}
		}
	})
}

func TestNoInstantStaysNone(t *testing.T) {
	dues(t, func(t *testing.T, db *database.DB) {
		var got due
		err := db.Write(t.Context(), func(tx database.Tx) error {
			got = due{}
			return firstOf(tx.Gorm().Table("dues").Create(&due{ID: database.NewID(), DueAt: time.Unix(0, 0)}).Error,
				tx.Gorm().Table("dues").Take(&got).Error)
		})
		if err != nil || got.DoneAt != nil || got.SeenAt.Valid {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
