package circles

import (
	"strings"
	"testing"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/testkit"
)

func TestRowsAndTablesAgree(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		testkit.Parity(t, db, "programmes", Programme{})
		testkit.Parity(t, db, "programme_breaks", Break{})
		testkit.Parity(t, db, "facilitators", Facilitator{})
		testkit.Parity(t, db, "applications", Application{})
		testkit.Parity(t, db, "circles", Circle{})
		testkit.Parity(t, db, "members", Member{})
		testkit.Parity(t, db, "motions", Motion{})
	})
}

func TestEveryColumnHasAPrivacyMark(t *testing.T) {
	ours := []string{"programmes", "programme_breaks", "facilitators", "applications", "circles", "members", "motions"}
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
