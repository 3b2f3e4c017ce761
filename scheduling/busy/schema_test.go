package busy

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/testkit"

	"kring/scheduling/fitting"
)

func TestRowsAndTablesAgree(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		testkit.Parity(t, db, "foreign_calendars", calendarRow{})
		testkit.Parity(t, db, "busy_times", busyRow{})
	})
}

func TestEveryColumnHasAPrivacyMark(t *testing.T) {
	schema := testkit.ReadSchema(t, testkit.Open(t, testkit.SQLite(t)))
	var columns []string
	for _, name := range []string{"foreign_calendars", "busy_times"} {
		table, _ := schema.Table(name)
		for _, column := range table.Columns {
			columns = append(columns, name+"."+column.Name)
		}
	}
	if mistakes := identity.Unmarked(columns, Marks()); len(mistakes) > 0 {
		t.Error(strings.Join(mistakes, "\n"))
	}
}

func TestBusyTimesAreReadByWhomTheyMeet(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		at := func(hour int) time.Time { return time.Date(2018, 3, 20, hour, 0, 0, 0, time.UTC) }
		anke, bert := person(t, db, "anke@example.org"), person(t, db, "bert@example.org")
		before, within, across := fitting.Interval{From: at(8), Until: at(9)}, fitting.Interval{From: at(10), Until: at(11)}, fitting.Interval{From: at(11), Until: at(14)}
		var got map[string][]fitting.Interval
		err := db.Write(t.Context(), func(tx database.Tx) error {
			for _, times := range [][]fitting.Interval{{before}, {before, within, across}} { // the second in place of the first
				if err := replaceBusy(tx, anke.ID, times); err != nil {
					return err
				}
			}
			if err := replaceBusy(tx, bert.ID, []fitting.Interval{before}); err != nil {
				return err
			}
			var err error
			got, err = In(tx, []string{anke.ID, bert.ID}, at(9), at(12))
			return err
		})
		want := map[string][]fitting.Interval{anke.ID: {within, across}}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v\n got %v\nwant %v", err, got, want)
		}
	})
}

// person is somebody who can name a calendar.
func person(t *testing.T, db *database.DB, email string) identity.Person {
	t.Helper()
	var p identity.Person
	err := db.Write(t.Context(), func(tx database.Tx) (err error) {
		p, err = identity.EnsureIn(tx, time.Date(2018, 3, 1, 9, 0, 0, 0, time.UTC), identity.Person{Email: email, Name: email[:4], LetterLanguage: "nl", Zone: "Europe/Brussels"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}
