package limit

import (
	"fmt"
	"time"

	"kring/internal/database"
)

// sweepSome is how many windows one transaction deletes.
const sweepSome = 1000

// windowRow is a row of limits.
type windowRow struct {
	Name     string
	KeyHash  string
	WindowAt time.Time
	Taken    int
}

// TableName is asked by gorm.
func (windowRow) TableName() string { return "limits" }

// takenIn answers how many were taken of the row's key in the window that began at an instant.
func takenIn(tx database.Tx, row windowRow, at time.Time) (int, error) {
	var taken []int
	err := tx.Gorm().Table("limits").Where("name = ? and key_hash = ? and window_at = ?", row.Name, row.KeyHash, at).
		Pluck("taken", &taken).Error
	if err != nil || len(taken) == 0 {
		return 0, wrap(err, "read count")
	}
	return taken[0], nil
}

// take counts one more unless there are most already, in one statement: of several that do so at once each sees what the
// others took.
func take(tx database.Tx, row windowRow, most int) (bool, error) {
	done := tx.Gorm().Exec("insert into limits (name, key_hash, window_at, taken) values (?, ?, ?, 1) "+
		"on conflict (name, key_hash, window_at) do update set taken = limits.taken + 1 where limits.taken < ?",
		row.Name, row.KeyHash, row.WindowAt, most)
	return done.RowsAffected > 0, wrap(done.Error, "count")
}

func giveBack(tx database.Tx, row windowRow) error {
	return wrap(tx.Gorm().Exec("update limits set taken = taken - 1 where name = ? and key_hash = ? and window_at = ? and taken > 0",
		row.Name, row.KeyHash, row.WindowAt).Error, "give back")
}

// sweep deletes up to some windows that began before an instant.
func sweep(tx database.Tx, before time.Time, some int) (int64, error) {
	done := tx.Gorm().Exec("delete from limits where (name, key_hash, window_at) in "+
		"(select name, key_hash, window_at from limits where window_at < ? order by window_at limit ?)", before, some)
	return done.RowsAffected, wrap(done.Error, "sweep counts")
}

func wrap(err error, what string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
