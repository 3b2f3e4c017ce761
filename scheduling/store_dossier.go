package scheduling

import (
	"database/sql"
	"errors"
	"time"

	"kring/internal/database"
)

// Mark says which state of a circle was read: every write about a circle changes its revision, or wakes its health.
type Mark struct {
	Revision    int
	NextCheckAt time.Time // zero: health never looks
}

func (m Mark) same(other Mark) bool {
	return m.Revision == other.Revision && m.NextCheckAt.Equal(other.NextCheckAt)
}

// markOf reads a circle's mark: one row by its key.
func markOf(tx database.Tx, circleID string) (Mark, error) {
	var mark Mark
	var next *time.Time
	err := tx.Gorm().Raw("select revision, next_check_at from circles where id = ?", circleID).Row().Scan(&mark.Revision, &next)
	if errors.Is(err, sql.ErrNoRows) {
		return Mark{}, notFound()
	}
	if next != nil {
		mark.NextCheckAt = *next
	}
	return mark, err
}
