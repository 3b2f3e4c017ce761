package scheduling

import (
	"encoding/json"
	"errors"
	"time"

	"gorm.io/gorm"

	"kring/internal/database"
	"kring/internal/page"
)

// replanRow is a change of dates as it is stored: step and outcome are JSON.
type replanRow struct {
	ID          string
	CircleID    string
	ByID        *string
	Step        string
	Outcome     string
	State       ReplanState
	Untold      bool
	Revision    int
	UndoesID    *string
	CreatedAt   time.Time
	CommittedAt *time.Time
}

// TableName is the table of changes of dates.
func (replanRow) TableName() string { return "replans" }

// read answers the row as rooms know it, with what it does.
func (r replanRow) read() (Replan, outcome, error) {
	out := Replan{
		ID: r.ID, CircleID: r.CircleID, State: r.State, ByID: r.ByID, UndoesID: r.UndoesID, CreatedAt: r.CreatedAt, CommittedAt: r.CommittedAt,
	}
	var o outcome
	err := errors.Join(json.Unmarshal([]byte(r.Step), &out.Step), json.Unmarshal([]byte(r.Outcome), &o))
	return out, o, err
}

// rowOf is a replan to be stored.
func rowOf(r Replan, o outcome) (replanRow, error) {
	step, err := json.Marshal(r.Step)
	if err != nil {
		return replanRow{}, err
	}
	done, err := json.Marshal(o)
	return replanRow{
		ID: r.ID, CircleID: r.CircleID, ByID: r.ByID, Step: string(step), Outcome: string(done), State: r.State,
		UndoesID: r.UndoesID, CreatedAt: r.CreatedAt, CommittedAt: r.CommittedAt,
	}, err
}

// replanByID answers NotFound for an id that is none and one without a replan.
func replanByID(tx database.Tx, id string) (replanRow, error) {
	var row replanRow
	if !database.IsID(id) {
		return row, notFound()
	}
	err := tx.Gorm().Where("id = ?", id).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, notFound()
	}
	return row, err
}

// replansOf are the changes that were made of a circle's dates, newest first, one more than a page has.
func replansOf(tx database.Tx, circleID string, behind page.Cursor, limit int) ([]replanRow, error) {
	query := tx.Gorm().Where("circle_id = ? and state <> 'preview'", circleID)
	if !behind.IsZero() {
		query = query.Where("(committed_at, id) < (?, ?)", behind.At, behind.ID)
	}
	return rows[replanRow](query.Order("committed_at desc, id desc").Limit(limit + 1))
}

func insertReplan(tx database.Tx, row replanRow) error { return tx.Gorm().Create(&row).Error }

// deletePreviews deletes the previews of a circle that were made before an instant.
func deletePreviews(tx database.Tx, circleID string, before time.Time) error {
	return tx.Gorm().Where("circle_id = ? and state = 'preview' and created_at < ?", circleID, before).Delete(&replanRow{}).Error
}

// commitReplan makes a preview the change that it shows, or a change that is new the one that it turned out to be.
func commitReplan(tx database.Tx, row replanRow) error {
	return tx.Gorm().Table("replans").Where("id = ?", row.ID).Updates(map[string]any{
		"by_id": row.ByID, "outcome": row.Outcome, "state": Committed, "untold": row.Untold, "revision": row.Revision,
		"committed_at": row.CommittedAt,
	}).Error
}

func markUndone(tx database.Tx, id string) error {
	return tx.Gorm().Table("replans").Where("id = ?", id).Updates(map[string]any{"state": Undone}).Error
}
