package testkit

import (
	"database/sql/driver"
	"slices"
	"testing"
	"time"

	"kring/internal/database"
)

type ownText string

func (o ownText) Value() (driver.Value, error) { return string(o), nil }

func TestParityFindsWhatDisagrees(t *testing.T) {
	Databases(t, func(t *testing.T, db *database.DB) {
		err := db.Write(t.Context(), func(tx database.Tx) error {
			instant := "datetime"
			if tx.Postgres() {
				instant = "timestamptz"
			}
			return tx.Gorm().Exec(`CREATE TABLE things (id text NOT NULL PRIMARY KEY, name text NOT NULL, at ` + instant + `,
				seats integer NOT NULL, open boolean NOT NULL, list text NOT NULL, own text)`).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		table, _ := ReadSchema(t, db).Table("things")

		type agrees struct {
			ID, Name string
			At       *time.Time
			Seats    int
			Open     bool
			List     []string `gorm:"serializer:json"`
			Own      ownText
		}
		Parity(t, db, "things", agrees{})

		type disagrees struct {
			ID    string
			At    time.Time
			Seats *int
			Open  int
			Extra string
		}
		got, err := differences(table, disagrees{}, []string{"own"})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{
			"at may be null, its field may not",
			"list has no field",
			"name has no field",
			"open is boolean, its field is integer (int)",
			"seats may not be null, its field may",
			"extra has no column",
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %q", got)
		}
	})
}
