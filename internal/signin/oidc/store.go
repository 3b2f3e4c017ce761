package oidc

import (
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"kring/internal/database"
)

// attemptRow is a row of oidc_attempts.
type attemptRow struct {
	StateHash  string
	CookieHash string
	Nonce      string
	Verifier   string
	ExpiresAt  time.Time
}

// TableName is asked by gorm.
func (attemptRow) TableName() string { return "oidc_attempts" }

func insertAttempt(tx database.Tx, row attemptRow) error {
	return wrap(tx.Gorm().Create(&row).Error, "insert attempt")
}

// takeAttempt answers the attempt and deletes it, or says that there is none. Of two who take at once one gets it.
func takeAttempt(tx database.Tx, stateHash string) (attemptRow, bool, error) {
	var row attemptRow
	err := tx.Gorm().Clauses(database.Lock(tx)).Where("state_hash = ?", stateHash).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return attemptRow{}, false, nil
	}
	if err != nil {
		return attemptRow{}, false, wrap(err, "read attempt")
	}
	done := tx.Gorm().Exec("delete from oidc_attempts where state_hash = ?", stateHash)
	return row, done.RowsAffected == 1, wrap(done.Error, "delete attempt")
}

func deleteAttempts(tx database.Tx, machine time.Time) (int64, error) {
	done := tx.Gorm().Exec("delete from oidc_attempts where expires_at <= ?", machine)
	return done.RowsAffected, wrap(done.Error, "delete attempts")
}

// subjectRow is a row of oidc_subjects. Those of a person are told and forgotten by the room around this one (signin.Part).
type subjectRow struct {
	Issuer    string
	Subject   string
	PersonID  string
	CreatedAt time.Time
}

// TableName is asked by gorm.
func (subjectRow) TableName() string { return "oidc_subjects" }

// personOf answers whom a subject stands for. Somebody erased is nobody.
func personOf(tx database.Tx, issuer, subject string) (personID string, known bool, err error) {
	var ids []string
	err = tx.Gorm().Raw("select s.person_id from oidc_subjects s join people p on p.id = s.person_id "+
		"where s.issuer = ? and s.subject = ? and p.erased_at is null", issuer, subject).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return "", false, wrap(err, "read subject")
	}
	return ids[0], true, nil
}

// insertSubject says whether the row is new: the subject or the person may have one.
func insertSubject(tx database.Tx, row subjectRow) (bool, error) {
	done := tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
	return done.RowsAffected == 1, wrap(done.Error, "insert subject")
}

func wrap(err error, what string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
