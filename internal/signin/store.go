package signin

import (
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"kring/internal/database"
)

// TableName is asked by gorm.
func (request) TableName() string { return "sign_in_requests" }

func insertRequest(tx database.Tx, r request) error {
	return wrap(tx.Gorm().Create(&r).Error, "insert sign-in request")
}

func requestByID(tx database.Tx, id string, lock bool) (request, error) {
	return oneRequest(tx, lock, "id = ?", id)
}

func requestByLink(tx database.Tx, hash string, lock bool) (request, error) {
	return oneRequest(tx, lock, "link_hash = ?", hash)
}

func oneRequest(tx database.Tx, lock bool, where, value string) (request, error) {
	query := tx.Gorm()
	if lock {
		query = query.Clauses(database.Lock(tx))
	}
	var r request
	err := query.Where(where, value).Take(&r).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return request{}, void()
	}
	return r, wrap(err, "read sign-in request")
}

func addTry(tx database.Tx, id string) error {
	return wrap(tx.Gorm().Exec("update sign_in_requests set tries = tries + 1 where id = ?", id).Error, "count try")
}

// useRequests uses up all that a person asked for.
func useRequests(tx database.Tx, personID string, now time.Time) error {
	return wrap(tx.Gorm().Exec("update sign_in_requests set used_at = ? where person_id = ? and used_at is null", now, personID).Error,
		"use sign-in requests")
}

func deleteRequests(tx database.Tx, personID string) error {
	return wrap(tx.Gorm().Exec("delete from sign_in_requests where person_id = ?", personID).Error, "delete sign-in requests")
}

// anyUnwritten says whether a request's letter was not yet asked for.
func anyUnwritten(tx database.Tx) (bool, error) {
	var ids []string
	err := tx.Gorm().Table("sign_in_requests").Where("letter_at is null").Limit(1).Pluck("id", &ids).Error
	return len(ids) > 0, wrap(err, "read sign-in requests")
}

func unwritten(tx database.Tx, some int) ([]request, error) {
	var rows []request
	err := tx.Gorm().Clauses(database.LockFree(tx)).Where("letter_at is null").Order("created_at, id").Limit(some).Find(&rows).Error
	return rows, wrap(err, "read sign-in requests")
}

func markWritten(tx database.Tx, ids []string, now time.Time) error {
	return wrap(tx.Gorm().Exec("update sign_in_requests set letter_at = ? where id in ?", now, ids).Error, "mark sign-in requests")
}

// sweepOver deletes what ended before an instant, which is product time for what was asked for and machine time for who
// is signed in.
func sweepOver(tx database.Tx, now, machine time.Time) (int64, error) {
	var swept int64
	for _, over := range []struct {
		table string
		at    time.Time
	}{
		{"sign_in_requests", now}, {"address_changes", now}, {"sign_ins", machine},
	} {
		done := tx.Gorm().Exec("delete from "+over.table+" where expires_at <= ?", over.at)
		if done.Error != nil {
			return 0, wrap(done.Error, "sweep "+over.table)
		}
		swept += done.RowsAffected
	}
	return swept, nil
}

func wrap(err error, what string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// providersOf are the names under which providers know a person.
func providersOf(tx database.Tx, personID string) ([]providerRecord, error) {
	found := []providerRecord{}
	err := tx.Gorm().Table("oidc_subjects").Where("person_id = ?", personID).Order("issuer, subject").Find(&found).Error
	return found, wrap(err, "read subjects")
}

// deleteOf deletes all that this room keeps of a person but who is signed in.
func deleteOf(tx database.Tx, personID string) error {
	for _, table := range []string{"sign_in_requests", "address_changes", "oidc_subjects"} {
		if err := tx.Gorm().Exec("delete from "+table+" where person_id = ?", personID).Error; err != nil {
			return wrap(err, "delete "+table)
		}
	}
	return nil
}
