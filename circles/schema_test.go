package circles

import (
	"reflect"
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
		testkit.Parity(t, db, "facilitator_invitations", FacilitatorInvitation{})
		testkit.Parity(t, db, "applications", Application{})
		testkit.Parity(t, db, "circles", Circle{})
		testkit.Parity(t, db, "members", Member{})
		testkit.Parity(t, db, "motions", Motion{})
	})
}

func TestEveryColumnHasAPrivacyMark(t *testing.T) {
	ours := []string{
		"programmes", "programme_breaks", "facilitators", "facilitator_invitations", "applications", "circles", "members", "motions",
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

func TestACircleScannedByHandIsTheRow(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(3, func(d *CircleDraft) { d.Venue, d.VideoLink = "Zaal 2", "https://meet.example.org" })
		w.began(c, 3)
		w.write(func(tx database.Tx) error {
			c, err := LockIn(tx, c.ID)
			if err == nil {
				_, err = PauseIn(tx, w.facilitator, w.clock.Now(), c, c.StartsOn, c.StartsOn.AddDays(14))
			}
			return err
		})
		want := w.see(c.ID)
		seen := got(read(w.ctx, w.db, func(tx database.Tx) ([]seenCircle, error) { return seeCircles(tx, seats[1].PersonID, c.ID) }))(t)
		if len(seen) != 1 || !reflect.DeepEqual(seen[0].Circle, want) {
			t.Errorf("scanned\n%+v\nwant\n%+v", seen[0].Circle, want)
		}
		if s := seen[0]; s.Facilitates || *s.SeatID != seats[1].ID || !s.SeatIn || s.MembersIn != 3 || s.Taken != 3 {
			t.Errorf("%+v", s)
		}
	})
}
