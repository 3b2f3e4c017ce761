package scheduling

import (
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

// markRow is a circle's mark as it is stored.
type markRow struct {
	Revision    int
	NextCheckAt *time.Time
}

// markOf reads a circle's mark: one row by its key.
func markOf(tx database.Tx, circleID string) (Mark, error) {
	row, found, err := first[markRow](tx.Gorm().Raw("select revision, next_check_at from circles where id = ?", circleID))
	if err != nil {
		return Mark{}, err
	}
	if !found {
		return Mark{}, notFound()
	}
	mark := Mark{Revision: row.Revision}
	if row.NextCheckAt != nil {
		mark.NextCheckAt = *row.NextCheckAt
	}
	return mark, nil
}
