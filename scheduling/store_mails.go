package scheduling

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"kring/internal/database"
)

const (
	// mailsKept is how long a mail is known again: its server comes again within days, and its sender's clock may be slow.
	mailsKept = 30 * 24 * time.Hour
	// CourtesyPause is how long a person is not told again that nobody reads the mails.
	CourtesyPause = 30 * 24 * time.Hour
)

// mailRow is a mail that was dealt with: a hash, and nothing of what it said.
type mailRow struct {
	Hash   string
	ReadAt time.Time
}

// TableName is asked by gorm.
func (mailRow) TableName() string { return "mails_read" }

// RememberMailIn notes that a mail is dealt with, and answers false when it was before. Of two processes with the same mail
// the second waits for the first.
func RememberMailIn(tx database.Tx, hash string, now time.Time) (fresh bool, err error) {
	row := mailRow{Hash: hash, ReadAt: database.Cut(now)}
	done := tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
	return done.RowsAffected > 0, done.Error
}

// KnowsMailIn says whether a mail was dealt with.
func KnowsMailIn(tx database.Tx, hash string) (bool, error) {
	_, known, err := first[mailRow](tx.Gorm().Where("hash = ?", hash))
	return known, err
}

// CourtesyIn notes that a person is told that nobody reads the mails, and answers false when she was told lately.
func CourtesyIn(tx database.Tx, personID string, now time.Time) (bool, error) {
	now = database.Cut(now)
	done := tx.Gorm().Exec(`insert into courtesies (person_id, at) values (?, ?)
		on conflict (person_id) do update set at = excluded.at where courtesies.at <= ?`, personID, now, now.Add(-CourtesyPause))
	return done.RowsAffected > 0, done.Error
}

// SweepMails forgets mails and courtesies that are a month old, and answers how many mails.
func (cal *Calendar) SweepMails(ctx context.Context, now time.Time) (int, error) {
	swept := 0
	err := cal.db.Write(ctx, func(tx database.Tx) error {
		done := tx.Gorm().Exec("delete from mails_read where read_at < ?", now.Add(-mailsKept))
		if swept = int(done.RowsAffected); done.Error != nil {
			return done.Error
		}
		return tx.Gorm().Exec("delete from courtesies where at <= ?", now.Add(-CourtesyPause)).Error
	})
	return swept, err
}

func courtesyOf(tx database.Tx, personID string) (*time.Time, error) {
	row, found, err := first[struct{ At time.Time }](tx.Gorm().Table("courtesies").Where("person_id = ?", personID))
	if err != nil || !found {
		return nil, err
	}
	return &row.At, nil
}

func deleteCourtesy(tx database.Tx, personID string) error {
	return tx.Gorm().Exec("delete from courtesies where person_id = ?", personID).Error
}
