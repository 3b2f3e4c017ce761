package signin

import (
	"time"

	"kring/internal/database"
)

// signInRow is a row of sign_ins.
type signInRow struct {
	ID        string
	TokenHash string
	PersonID  string
	Data      string
	Device    string
	CreatedAt time.Time
	ExpiresAt time.Time
}

// TableName is asked by gorm.
func (signInRow) TableName() string { return "sign_ins" }

func insertSignIn(tx database.Tx, row signInRow) error {
	return wrap(tx.Gorm().Create(&row).Error, "insert sign-in")
}

func signInByHash(tx database.Tx, hash string) (signInRow, bool, error) {
	return oneSignIn(tx, "token_hash = ?", hash)
}

func signInByID(tx database.Tx, id, personID string) (signInRow, bool, error) {
	if !database.IsID(id) {
		return signInRow{}, false, nil
	}
	return oneSignIn(tx, "id = ? and person_id = ?", id, personID)
}

func oneSignIn(tx database.Tx, where string, values ...any) (signInRow, bool, error) {
	var rows []signInRow
	err := tx.Gorm().Where(where, values...).Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return signInRow{}, false, wrap(err, "read sign-in")
	}
	return rows[0], true, nil
}

// signInsOf answers a person's sign-ins that end after an instant, newest first.
func signInsOf(tx database.Tx, personID string, after time.Time) ([]signInRow, error) {
	var rows []signInRow
	err := tx.Gorm().Where("person_id = ? and expires_at > ?", personID, after).Order("id desc").Find(&rows).Error
	return rows, wrap(err, "list sign-ins")
}

// deleteSignIn says whether there was one.
func deleteSignIn(tx database.Tx, id string) (bool, error) {
	done := tx.Gorm().Exec("delete from sign_ins where id = ?", id)
	return done.RowsAffected > 0, wrap(done.Error, "end sign-in")
}
