package identity

import (
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/testkit"
)

func TestMoveAddress(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		now := time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC)
		write := func(fn func(tx database.Tx) error) {
			t.Helper()
			if err := db.Write(t.Context(), fn); err != nil {
				t.Fatal(err)
			}
		}
		var an, bo, gone Person
		write(func(tx database.Tx) (err error) {
			for email, p := range map[string]*Person{"an@example.org": &an, "bo@example.org": &bo, "gone@example.org": &gone} {
				if *p, err = EnsureIn(tx, now, Person{Email: email, LetterLanguage: "nl", Zone: "Europe/Brussels"}); err != nil {
					return err
				}
			}
			if err = MarkUndeliverableIn(tx, now, an.ID); err != nil {
				return err
			}
			return tx.Gorm().Exec("update people set erased_at = ?, email = '' where id = ?", now, gone.ID).Error
		})
		write(func(tx database.Tx) error {
			if _, err := MoveAddressIn(tx, now, an.ID, "Bo@Example.org"); !fault.HasCode(err, "address-taken") {
				t.Errorf("somebody else's address: %v", err)
			}
			if _, err := MoveAddressIn(tx, now, an.ID, "an"); !fault.IsKind(err, fault.Invalid) {
				t.Errorf("no address: %v", err)
			}
			if _, err := MoveAddressIn(tx, now, gone.ID, "new@example.org"); !fault.IsKind(err, fault.NotFound) {
				t.Errorf("an erased person: %v", err)
			}
			return SuppressIn(tx, now, "an@example.com", Bounced) // the transaction goes on
		})
		write(func(tx database.Tx) error {
			moved, err := MoveAddressIn(tx, now, an.ID, "An@example.com")
			if err != nil {
				return err
			}
			if moved.Email != "an@example.com" || moved.LinkEpoch != an.LinkEpoch+1 || moved.UndeliverableAt != nil || !moved.Confirmed() {
				t.Errorf("%+v", moved)
			}
			if found, err := ByEmailIn(tx, "an@example.com"); err != nil || found.Revision != moved.Revision {
				t.Errorf("%+v, %v", found, err)
			}
			if reason, err := SuppressedIn(tx, "an@example.com"); reason != "" || err != nil {
				t.Errorf("still %s, %v", reason, err)
			}
			_, err = MoveAddressIn(tx, now, bo.ID, "an@example.org") // free again
			return err
		})
	})
}
