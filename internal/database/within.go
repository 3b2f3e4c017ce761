package database

import (
	"context"
	"errors"
)

type withinKey struct{}

// Within answers a ctx on which Read, Snapshot and Write happen inside tx: what
// Write changes is durable when the transaction around it is, or not at all.
//
// It exists for one caller, the receipt of an idempotent request, which has to
// be written in the transaction of an effect whose use case opens the door by
// itself. Rooms hand their tx on instead.
func Within(ctx context.Context, tx Tx) context.Context {
	return context.WithValue(ctx, withinKey{}, tx)
}

func within(ctx context.Context) (Tx, bool) {
	tx, inside := ctx.Value(withinKey{}).(Tx)
	return tx, inside
}

// joined runs fn inside tx. When fn fails, nothing of it was written, as Write
// promises; the transaction around it can go on.
func (tx Tx) joined(fn func(Tx) error) error {
	if err := tx.gorm.Exec("SAVEPOINT joined").Error; err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return errors.Join(err, tx.gorm.Exec("ROLLBACK TO SAVEPOINT joined").Error)
	}
	return tx.gorm.Exec("RELEASE SAVEPOINT joined").Error
}
