package identity

import (
	"errors"

	"gorm.io/gorm"

	"kring/internal/database"
)

// moveAddress says whether the address is the person's now; else somebody else has it. Only the unique index can tell,
// and on Postgres what it refuses spoils the transaction, unless it is taken back to a savepoint before.
func moveAddress(tx database.Tx, personID, email string) (bool, error) {
	if err := tx.Gorm().Exec("savepoint move_address").Error; err != nil {
		return false, wrap(err, "move address")
	}
	err := tx.Gorm().Exec("update people set email = ? where id = ?", email, personID).Error
	if !errors.Is(err, gorm.ErrDuplicatedKey) {
		return err == nil, wrap(err, "move address of %s", personID)
	}
	return false, wrap(tx.Gorm().Exec("rollback to savepoint move_address").Error, "move address")
}
