package scheduling

import (
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/page"
	"kring/internal/testkit"
	"kring/internal/text"
	"kring/internal/wall"

	"kring/circles"
)

func TestRowsAndTablesAgree(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		testkit.Parity(t, db, "sessions", Session{})
		testkit.Parity(t, db, "answers", Said{})
		testkit.Parity(t, db, "absences", Absence{})
		testkit.Parity(t, db, "circle_breaks", CircleBreak{})
		testkit.Parity(t, db, "reminders", Reminder{})
		testkit.Parity(t, db, "circle_dues", Due{})
		testkit.Parity(t, db, "circle_messages", CircleMessage{})
		testkit.Parity(t, db, "told", Told{})
		testkit.Parity(t, db, "replans", replanRow{})
		testkit.Parity(t, db, "date_proposals", DateProposal{})
		testkit.Parity(t, db, "date_options", DateOption{})
		testkit.Parity(t, db, "date_votes", DateVote{})
	})
}

// TestRowsScannedByHandAreWholeRows fills every column with something of its own and reads it both ways.
func TestRowsScannedByHandAreWholeRows(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		testkit.Fill(t, db)
		err := db.Read(t.Context(), func(tx database.Tx) error {
			sameRows(t, tx, "select "+sessionColumns+" from sessions", scan[Session])
			sameRows(t, tx, "select "+reminderColumns+" from reminders r", scan[Reminder])
			sameRows(t, tx, "select "+toldColumns+" from told", scan[Told])
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func sameRows[T any](t *testing.T, tx database.Tx, statement string, scan func(*gorm.DB) ([]T, error)) {
	t.Helper()
	byHand, err := scan(tx.Gorm().Raw(statement))
	if err != nil {
		t.Fatal(err)
	}
	byGorm, err := rows[T](tx.Gorm())
	if err != nil || len(byGorm) == 0 || !reflect.DeepEqual(byHand, byGorm) {
		t.Errorf("%v\nby hand %+v\nby gorm %+v", err, byHand, byGorm)
	}
}

func TestEveryColumnHasAPrivacyMark(t *testing.T) {
	ours := []string{
		"sessions", "answers", "absences", "circle_breaks", "reminders", "circle_dues", "circle_messages", "told",
		"replans", "date_proposals", "date_options", "date_votes", "mails_read", "courtesies",
	}
	schema := testkit.ReadSchema(t, testkit.Open(t, testkit.SQLite(t)))
	var columns []string
	for _, name := range ours {
		table, _ := schema.Table(name)
		for _, column := range table.Columns {
			columns = append(columns, name+"."+column.Name)
		}
	}
	if mistakes := identity.Unmarked(columns, Marks()); len(mistakes) > 0 {
		t.Error(strings.Join(mistakes, "\n"))
	}
}

func TestEveryWarningHasItsSentence(t *testing.T) {
	catalogue, err := text.Load([]fs.FS{identity.Texts, circles.Texts, Texts}...)
	if err != nil {
		t.Fatal(err)
	}
	catalogue = catalogue.Strict()
	for _, code := range []string{
		WarnSummer, WarnYearEnd, WarnSchoolHoliday, WarnHoliday, WarnHolidayNear, WarnHolidayOfSome, WarnHolidayOfSomeNear,
		WarnInBreak, WarnSomeAway, WarnTooFew,
	} {
		for _, dates := range []int{1, 3} {
			on := wall.NewDate(2017, time.August, 29)
			w := Warning{Code: code, On: on, UntilOn: on, Dates: dates, HolidayOn: on}
			for _, lang := range []string{"nl", "en"} {
				if said := catalogue.Say(lang, w.Key(), w.Args(lang)); said == "" {
					t.Errorf("%s says nothing in %s", code, lang)
				}
			}
		}
	}
}

// TestDueListsGoStraightIntoAnIndex keeps the passes as fast at a million rows as at a thousand.
func TestDueListsGoStraightIntoAnIndex(t *testing.T) {
	db := testkit.Open(t, testkit.SQLite(t))
	id, now := database.NewID(), time.Now()
	for name, list := range map[string]func(tx database.Tx) error{
		"sessions of a circle":       func(tx database.Tx) error { _, err := sessionsOf(tx, id); return err },
		"absences of a circle":       func(tx database.Tx) error { _, err := absencesOf(tx, id); return err },
		"breaks of a circle":         func(tx database.Tx) error { _, err := breaksOf(tx, id); return err },
		"circles that are due":       func(tx database.Tx) error { _, err := dueCircles(tx, now, 100); return err },
		"circles with other members": func(tx database.Tx) error { _, err := changedCircles(tx, now, now, 100); return err },
		"what is due next":           func(tx database.Tx) error { _, err := nextDue(tx); return err },
		"answers to forget":          func(tx database.Tx) error { _, err := dueForgets(tx, now, 100); return err },
		"what is forgotten":          func(tx database.Tx) error { _, err := nextForget(tx); return err },
		"a member's messages":        func(tx database.Tx) error { _, err := messagesSince(tx, id, now, 10); return err },
		"votes of a circle":          func(tx database.Tx) error { _, err := openProposalsOf(tx, id); return err },
		"votes about a session":      func(tx database.Tx) error { _, err := proposalsAbout(tx, id); return err },
		"a page of votes":            func(tx database.Tx) error { _, err := proposalsPage(tx, id, page.Cursor{ID: id}, 50); return err },
		"options of votes":           func(tx database.Tx) error { _, err := optionsOf(tx, []string{id}); return err },
		"what is voted":              func(tx database.Tx) error { _, err := votesOf(tx, []DateOption{{ID: id}}); return err },
		"changes of dates":           func(tx database.Tx) error { _, err := replansOf(tx, id, page.Cursor{}, 50); return err },
		"older changes of dates":     func(tx database.Tx) error { _, err := replansOf(tx, id, page.Cursor{ID: id, At: now}, 50); return err },
		"whether it is flagged":      func(tx database.Tx) error { _, err := isStalling(tx, id); return err },
	} {
		t.Run(name, func(t *testing.T) {
			for _, statement := range spoken(t, db, list) {
				for _, step := range plan(t, db, statement) {
					if strings.HasPrefix(step, "SCAN ") && !strings.Contains(step, "INDEX") || strings.Contains(step, "TEMP B-TREE") {
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
		if err := call(tx); err != nil {
			return err
		}
		return errors.Join(callbacks.Query().Remove(name), callbacks.Row().Remove(name))
	})
	if err != nil || len(statements) == 0 {
		t.Fatalf("%d statements: %v", len(statements), err)
	}
	return statements
}

func plan(t *testing.T, db *database.DB, statement string) []string {
	t.Helper()
	var found []struct{ Detail string }
	err := db.Read(t.Context(), func(tx database.Tx) error {
		return tx.Gorm().Raw("explain query plan " + statement).Scan(&found).Error
	})
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	var steps []string
	for _, row := range found {
		steps = append(steps, row.Detail)
	}
	return steps
}
