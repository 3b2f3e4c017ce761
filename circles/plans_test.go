package circles

import (
	"strings"
	"testing"

	"gorm.io/gorm"

	"kring/internal/database"
	"kring/internal/testkit"
)

// TestListsGoStraightIntoAnIndex keeps lists as fast at a million rows as at a thousand: no statement of a list reads
// a table from end to end or sorts what it found.
func TestListsGoStraightIntoAnIndex(t *testing.T) {
	db := testkit.Open(t, testkit.SQLite(t))
	id := database.NewID()
	for name, list := range map[string]func(tx database.Tx) error{
		"programmes of a facilitator": func(tx database.Tx) error { _, err := programmesOf(tx, id, id, 51); return err },
		"applications":                func(tx database.Tx) error { _, err := applicationsOf(tx, id, "", id, 51); return err },
		"applications in a state":     func(tx database.Tx) error { _, err := applicationsOf(tx, id, Waiting, id, 51); return err },
		"circles of a programme":      func(tx database.Tx) error { _, err := circlesOfProgramme(tx, id, "", id, 51); return err },
		"circles in a state":          func(tx database.Tx) error { _, err := circlesOfProgramme(tx, id, Running, id, 51); return err },
		"circles of a member":         func(tx database.Tx) error { _, err := circlesOfMember(tx, id, "", "", id, 51); return err },
		"circles of guests":           func(tx database.Tx) error { _, err := circlesOfGuests(tx, id, "", "", id, 51); return err },
		"circles of guests in one":    func(tx database.Tx) error { _, err := circlesOfGuests(tx, id, id, Running, id, 51); return err },
		"programmes with guests":      func(tx database.Tx) error { _, err := programmesWithGuests(tx, id); return err },
		"partner or not":              func(tx database.Tx) error { _, err := partneredAmong(tx, id, id); return err },
		"circles by id":               func(tx database.Tx) error { _, err := seeCircles(tx, id, id, id); return err },
		"open circles":                func(tx database.Tx) error { _, err := openCircles(tx, id, id, 51); return err },
		"seats of a circle":           func(tx database.Tx) error { _, err := seatsOf(tx, id); return err },
		"all seats of a circle":       func(tx database.Tx) error { _, err := allSeatsOf(tx, id); return err },
		"seats of many circles":       func(tx database.Tx) error { _, err := seatsOf(tx, id, database.NewID()); return err },
		"a person's application":      func(tx database.Tx) error { _, _, err := liveApplication(tx, id, id); return err },
		"breaks of many programmes": func(tx database.Tx) error {
			_, err := breaksByProgramme(tx, []string{id, database.NewID()})
			return err
		},
		"of the programme or not": func(tx database.Tx) error { _, _, err := belongs(tx, id, id); return err },
		"facilitator or not":      func(tx database.Tx) error { _, err := facilitates(tx, id, id); return err },
		"known or not":            func(tx database.Tx) error { _, err := isKnown(tx, id); return err },
	} {
		t.Run(name, func(t *testing.T) {
			for _, statement := range spoken(t, db, list) {
				for _, step := range plan(t, db, statement) {
					if strings.HasPrefix(step, "SCAN ") && !strings.Contains(step, "CONSTANT ROW") || strings.Contains(step, "TEMP B-TREE") {
						t.Errorf("%s\nin %s", step, statement)
					}
				}
			}
		})
	}
}

// spoken are the statements that a call of the store runs, with their values in place.
func spoken(t *testing.T, db *database.DB, call func(tx database.Tx) error) []string {
	t.Helper()
	var statements []string
	err := db.Read(t.Context(), func(tx database.Tx) error {
		note := func(g *gorm.DB) {
			statements = append(statements, g.Explain(g.Statement.SQL.String(), g.Statement.Vars...))
		}
		name := "plans:" + t.Name()
		callbacks := tx.Gorm().Callback()
		for _, err := range []error{callbacks.Query().After("*").Register(name, note), callbacks.Row().After("*").Register(name, note)} {
			if err != nil {
				return err
			}
		}
		err := call(tx)
		for _, errRemove := range []error{callbacks.Query().Remove(name), callbacks.Row().Remove(name)} {
			if errRemove != nil {
				return errRemove
			}
		}
		return err
	})
	if err != nil || len(statements) == 0 {
		t.Fatalf("%d statements: %v", len(statements), err)
	}
	return statements
}

func plan(t *testing.T, db *database.DB, statement string) []string {
	t.Helper()
	var rows []struct{ Detail string }
	err := db.Read(t.Context(), func(tx database.Tx) error {
		return tx.Gorm().Raw("explain query plan " + statement).Scan(&rows).Error
	})
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	steps := make([]string, 0, len(rows))
	for _, row := range rows {
		steps = append(steps, row.Detail)
	}
	return steps
}
