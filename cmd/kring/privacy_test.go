package main

import (
	"testing"

	"kring/circles"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/limit"
	"kring/internal/outbox"
	"kring/internal/signin"
	"kring/internal/testkit"
	"kring/scheduling"
	"kring/scheduling/busy"
	"kring/scheduling/health"
)

// A column that somebody adds says what it means for privacy before it is filled: export and erasure go by the marks.
func TestEveryColumnOfTheSchemaHasAPrivacyMark(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		var columns []string
		for _, table := range testkit.ReadSchema(t, db) {
			for _, column := range table.Columns {
				columns = append(columns, table.Name+"."+column.Name)
			}
		}
		rooms := []map[string]identity.Mark{
			identity.Marks(), limit.Marks(), signin.Marks(), circles.Marks(), scheduling.Marks(), busy.Marks(), health.Marks(), outbox.Marks(),
		}
		for _, mistake := range identity.Unmarked(columns, rooms...) {
			t.Error(mistake)
		}
	})
}
