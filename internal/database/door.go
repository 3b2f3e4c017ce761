package database

import "context"

// door orders the writers of SQLite.
type door struct{}

// call is one Write that waits for its turn.
type call struct {
	ctx context.Context
	fn  func(Tx) error
}

func (d *door) write(db *DB, ctx context.Context, fn func(Tx) error) error {
	return db.alone(ctx, fn)
}
