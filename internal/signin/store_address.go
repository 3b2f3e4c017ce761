package signin

import (
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"kring/internal/database"
)

// TableName is asked by gorm.
func (change) TableName() string { return "address_changes" }

// replaceChange puts a change in the place of the one that waited: under another id, so that its letters are void.
func replaceChange(tx database.Tx, c change) error {
	again := clause.OnConflict{
		Columns: []clause.Column{{Name: "person_id"}},
		DoUpdates: clause.AssignmentColumns([]string{
			"id", "email", "old_needed", "old_confirmed_at", "new_confirmed_at", "expires_at", "created_at",
		}),
	}
	return wrap(tx.Gorm().Clauses(again).Create(&c).Error, "insert change of address")
}

func changeByID(tx database.Tx, id string, lock bool) (change, error) {
	return oneChange(tx, lock, "id = ?", id)
}

func changeOf(tx database.Tx, personID string, lock bool) (change, error) {
	return oneChange(tx, lock, "person_id = ?", personID)
}

func oneChange(tx database.Tx, lock bool, where, value string) (change, error) {
	query := tx.Gorm()
	if lock {
		query = query.Clauses(database.Lock(tx))
	}
	var c change
	err := query.Where(where, value).Take(&c).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return change{}, notFound()
	}
	return c, wrap(err, "read change of address")
}

func savePresses(tx database.Tx, c change) error {
	return wrap(tx.Gorm().Exec("update address_changes set old_confirmed_at = ?, new_confirmed_at = ? where id = ?",
		c.OldConfirmedAt, c.NewConfirmedAt, c.ID).Error, "save press")
}

func deleteChange(tx database.Tx, personID string) error {
	return wrap(tx.Gorm().Exec("delete from address_changes where person_id = ?", personID).Error, "delete change of address")
}
