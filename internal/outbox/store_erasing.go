package outbox

import (
	"time"

	"kring/internal/database"
)

func lettersOf(tx database.Tx, personID string) ([]letterRow, error) {
	var rows []letterRow
	err := tx.Gorm().Where("person_id = ?", personID).Order("id").Find(&rows).Error
	return rows, wrap(err, "read somebody's letters")
}

func waitingOf(tx database.Tx, personID string) ([]noticeRow, error) {
	var rows []noticeRow
	err := tx.Gorm().Where("person_id = ? AND state = 'waiting'", personID).Order("hold_until, id").Find(&rows).Error
	return rows, wrap(err, "read somebody's notices")
}

// lapseLettersOf ends the letters to somebody that are not sent, with their notices. One that is being sent is ended by
// its receipt, or lapses at the next claim.
func lapseLettersOf(tx database.Tx, personID string, now time.Time) error {
	err := tx.Gorm().Exec("UPDATE letters SET state = 'lapsed', reason = ?, updated_at = ? "+
		"WHERE person_id = ? AND state IN ('queued', 'parked')", ReasonErased, now, personID).Error
	if err != nil {
		return wrap(err, "lapse somebody's letters")
	}
	err = tx.Gorm().Exec("UPDATE notices SET state = 'lapsed', reason = ? WHERE person_id = ? AND state = 'in_letter' AND letter_id IN "+
		"(SELECT id FROM letters WHERE person_id = ? AND state = 'lapsed')", ReasonErased, personID, personID).Error
	return wrap(err, "lapse somebody's notices")
}
