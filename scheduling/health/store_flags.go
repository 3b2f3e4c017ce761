package health

import (
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"kring/internal/database"
	"kring/internal/fault"
)

func flagByID(tx database.Tx, id string) (Flag, error) {
	var f Flag
	if !database.IsID(id) {
		return f, fault.New(fault.NotFound, "not-found")
	}
	err := tx.Gorm().Where("id = ?", id).Take(&f).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return f, fault.New(fault.NotFound, "not-found")
	}
	return f, err
}

func openFlags(tx database.Tx, circleIDs []string) ([]Flag, error) {
	var flags []Flag
	if len(circleIDs) == 0 {
		return nil, nil
	}
	return flags, tx.Gorm().Where("state = 'open' and circle_id in ?", circleIDs).Find(&flags).Error
}

// insertFlag answers false when the circle carries an open flag already.
func insertFlag(tx database.Tx, f Flag) (bool, error) {
	done := tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&f)
	return done.RowsAffected == 1, done.Error
}

func saveFlag(tx database.Tx, f Flag) error {
	return tx.Gorm().Table("flags").Where("id = ?", f.ID).Updates(map[string]any{
		"verdict": f.Verdict, "reasons": f.Reasons, "step": f.Step, "state": f.State, "updated_at": f.UpdatedAt,
		"asked_at": f.AskedAt, "acknowledged_at": f.AcknowledgedAt, "snoozed_until": f.SnoozedUntil,
		"told_to": f.ToldTo, "told_at": f.ToldAt, "cleared_at": f.ClearedAt,
	}).Error
}

// lastTold is when the last letter about a stalling circle goes out to the person; zero when there was none.
func lastTold(tx database.Tx, personID string) (time.Time, error) {
	var last []time.Time
	err := tx.Gorm().Table("flags").Where("told_to = ?", personID).Order("told_at desc").Limit(1).
		Pluck("told_at", &last).Error
	if err != nil || len(last) == 0 {
		return time.Time{}, err
	}
	return last[0], nil
}

// firstFacilitator is who facilitates the programme for longest; "" when nobody does.
func firstFacilitator(tx database.Tx, programmeID string) (string, error) {
	var ids []string
	err := tx.Gorm().Table("facilitators").Where("programme_id = ?", programmeID).Order("created_at, person_id").Limit(1).
		Pluck("person_id", &ids).Error
	if err != nil || len(ids) == 0 {
		return "", err
	}
	return ids[0], nil
}

// overWithFlags are circles that are over and still carry an open flag.
func overWithFlags(tx database.Tx) ([]string, error) {
	var ids []string
	return ids, tx.Gorm().Raw(`select f.circle_id from flags f join circles c on c.id = f.circle_id
		where f.state = 'open' and c.state in ('completed', 'ended')`).Scan(&ids).Error
}
