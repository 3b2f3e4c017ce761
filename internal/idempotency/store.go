package idempotency

import (
	"fmt"
	"time"

	"gorm.io/gorm/clause"

	"kring/internal/database"
)

// keyRow is a row of idempotency_keys.
type keyRow struct {
	Caller    string
	Route     string
	Key       string
	BodyHash  string
	Status    int // 0 until finished
	SubjectID string
	CreatedAt time.Time
}

// TableName is asked by gorm.
func (keyRow) TableName() string { return "idempotency_keys" }

const byKey = "caller = ? and route = ? and key = ?"

// hold says whether nobody else is at this key, and keeps it so until the transaction ends. On SQLite the transaction
// has the database to itself.
func hold(tx database.Tx, call Call) (free bool, err error) {
	if !tx.Postgres() {
		return true, nil
	}
	err = tx.Gorm().Raw("select pg_try_advisory_xact_lock(hashtextextended(?, 0))",
		call.Caller+"\n"+call.Route+"\n"+call.Key).Row().Scan(&free)
	return free, wrap(err, "hold")
}

// replace makes an old row the row of a new request.
func replace(tx database.Tx, call Call, machine time.Time) error {
	return wrap(tx.Gorm().Exec("update idempotency_keys set body_hash = ?, status = 0, subject_id = '', created_at = ? where "+byKey,
		call.BodyHash, machine, call.Caller, call.Route, call.Key).Error, "replace")
}

func insert(tx database.Tx, call Call, machine time.Time) (bool, error) {
	row := keyRow{
		Caller: call.Caller, Route: call.Route, Key: call.Key, BodyHash: call.BodyHash, CreatedAt: database.Cut(machine),
	}
	done := tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
	return done.RowsAffected > 0, wrap(done.Error, "insert")
}

func read(tx database.Tx, call Call) (keyRow, error) {
	var row keyRow
	err := tx.Gorm().Where(byKey, call.Caller, call.Route, call.Key).Take(&row).Error
	return row, wrap(err, "read")
}

func finish(tx database.Tx, call Call, status int, subjectID string) error {
	done := tx.Gorm().Exec("update idempotency_keys set status = ?, subject_id = ? where "+byKey,
		status, subjectID, call.Caller, call.Route, call.Key)
	if done.Error == nil && done.RowsAffected != 1 {
		return fmt.Errorf("idempotency key was not claimed")
	}
	return wrap(done.Error, "finish")
}

func release(tx database.Tx, call Call) error {
	return wrap(tx.Gorm().Exec("delete from idempotency_keys where "+byKey, call.Caller, call.Route, call.Key).Error, "release")
}

func sweep(tx database.Tx, until time.Time, most int) (int64, error) {
	done := tx.Gorm().Exec("delete from idempotency_keys where (caller, route, key) in "+
		"(select caller, route, key from idempotency_keys where created_at <= ? order by created_at limit ?)", until, most)
	return done.RowsAffected, wrap(done.Error, "sweep")
}

func wrap(err error, what string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s idempotency key: %w", what, err)
}
