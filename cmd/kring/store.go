package main

import (
	"context"
	"time"

	"gorm.io/gorm/clause"

	"kring/internal/database"
)

// jobRun is a row of job_runs: when a job last ran and when it is due next.
type jobRun struct {
	Name       string
	FinishedAt time.Time  // machine time
	NextAt     *time.Time // product time; nil: nothing is due
	Error      *string    // nil: it went well
}

// TableName is the table of the runs.
func (jobRun) TableName() string { return "job_runs" }

// jobRuns are all rows, by name.
func jobRuns(ctx context.Context, db *database.DB) (map[string]jobRun, error) {
	var rows []jobRun
	err := db.Read(ctx, func(tx database.Tx) error { return tx.Gorm().Find(&rows).Error })
	byName := make(map[string]jobRun, len(rows))
	for _, row := range rows {
		byName[row.Name] = row
	}
	return byName, err
}

// keepJobRuns writes rows, over those of the same name.
func keepJobRuns(ctx context.Context, db *database.DB, rows []jobRun) error {
	return db.Write(ctx, func(tx database.Tx) error {
		return tx.Gorm().Clauses(clause.OnConflict{UpdateAll: true, Columns: []clause.Column{{Name: "name"}}}).Create(&rows).Error
	})
}
