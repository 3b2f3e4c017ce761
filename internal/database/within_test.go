package database_test

import (
	"context"
	"errors"
	"testing"

	"kring/internal/database"
)

func TestAWriteWithinATransactionSharesItsFate(t *testing.T) {
	late := errors.New("late")
	cases := map[string]struct {
		inner, outer error
		a, b         int
	}{
		"both are written together":                             {a: 1, b: 1},
		"when the outer fails nothing was written":              {outer: late},
		"when the inner fails the outer can go on all the same": {inner: late, b: 1},
	}
	bothWithCounters(t, func(t *testing.T, db *database.DB) {
		for name, c := range cases {
			t.Run(name, func(t *testing.T) {
				a, b := total(t, db, "a"), total(t, db, "b")
				err := db.Write(t.Context(), func(tx database.Tx) error {
					ctx := database.Within(context.Background(), tx)
					inner := db.Write(ctx, func(tx database.Tx) error { return errors.Join(add(tx, "a"), c.inner) })
					if !errors.Is(inner, c.inner) {
						t.Errorf("inner: %v", inner)
					}
					return errors.Join(add(tx, "b"), c.outer)
				})
				if !errors.Is(err, c.outer) {
					t.Errorf("outer: %v", err)
				}
				if a, b := total(t, db, "a")-a, total(t, db, "b")-b; a != c.a || b != c.b {
					t.Errorf("a rose by %d, b by %d", a, b)
				}
			})
		}
	})
}

func TestAReadWithinATransactionSeesWhatItWrote(t *testing.T) {
	bothWithCounters(t, func(t *testing.T, db *database.DB) {
		write := func(tx database.Tx) error {
			if err := add(tx, "a"); err != nil {
				return err
			}
			for what, read := range map[string]func(context.Context, func(database.Tx) error) error{
				"Read": db.Read, "Snapshot": db.Snapshot,
			} {
				err := read(database.Within(context.Background(), tx), func(tx database.Tx) error {
					var n int
					err := tx.Gorm().Raw("SELECT total FROM counters WHERE name = ?", "a").Scan(&n).Error
					if n != 1 {
						t.Errorf("%s sees %d", what, n)
					}
					return err
				})
				if err != nil {
					return err
				}
			}
			return nil
		}
		if err := db.Write(t.Context(), write); err != nil {
			t.Fatal(err)
		}
	})
}
