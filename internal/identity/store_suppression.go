package identity

import (
	"maps"
	"slices"
	"time"

	"gorm.io/gorm/clause"

	"kring/internal/database"
)

// saltName is the row of salts that addresses are hashed with.
const saltName = "suppressions"

// suppressionRow is a row of suppressions.
type suppressionRow struct {
	Hash      string
	Reason    string
	CreatedAt time.Time
}

// TableName is asked by gorm.
func (suppressionRow) TableName() string { return "suppressions" }

// saltRow is a row of salts.
type saltRow struct {
	Name  string
	Value string
}

// TableName is asked by gorm.
func (saltRow) TableName() string { return "salts" }

// readSalt answers "" while there is none, and so nothing suppressed.
func readSalt(tx database.Tx) (string, error) {
	var values []string
	err := tx.Gorm().Table("salts").Where("name = ?", saltName).Pluck("value", &values).Error
	if err != nil || len(values) == 0 {
		return "", wrap(err, "read salt")
	}
	return values[0], nil
}

// insertSalt changes nothing when there is one. On Postgres it waits for whoever is just making one.
func insertSalt(tx database.Tx, value string) error {
	row := saltRow{Name: saltName, Value: value}
	return wrap(tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error, "insert salt")
}

// suppress inserts a row, or turns a bounced one into one of silence.
func suppress(tx database.Tx, row suppressionRow) error {
	done := tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
	if done.Error != nil || done.RowsAffected > 0 || row.Reason != Silence {
		return wrap(done.Error, "insert suppression")
	}
	done = tx.Gorm().Exec("update suppressions set reason = ? where hash = ?", Silence, row.Hash)
	return wrap(done.Error, "silence an address")
}

// unsuppress says whether there was something to lift.
func unsuppress(tx database.Tx, hash string, reasons []string) (bool, error) {
	done := tx.Gorm().Exec("delete from suppressions where hash = ? and reason in ?", hash, reasons)
	return done.RowsAffected > 0, wrap(done.Error, "lift suppression")
}

func suppressionsOf(tx database.Tx, byHash map[string][]string) ([]suppressionRow, error) {
	var found []suppressionRow
	for some := range slices.Chunk(slices.Sorted(maps.Keys(byHash)), manyIDs) {
		var rows []suppressionRow
		if err := tx.Gorm().Where("hash in ?", some).Find(&rows).Error; err != nil {
			return nil, wrap(err, "read suppressions")
		}
		found = append(found, rows...)
	}
	return found, nil
}
