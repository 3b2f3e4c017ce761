// Package database opens the one database and holds the one door to it.
//
// What it is for: SQLite (a file) and PostgreSQL behind the same four calls,
// with the same rules on time, cancellation and repetition, so that a room
// writes its storage once.
//
//   - [DB.Write]: a transaction. The only way to change anything.
//     [DB.WriteInParts] repeats it for work without end.
//   - [DB.Read]: statements that each see the newest committed state.
//   - [DB.Snapshot]: several statements that see one and the same state.
//   - [Tx]: what those three hand out. Only store.go files open it.
//   - [Within]: for the receipt of a repeated request, and nobody else.
//
// What it refuses: a second way to write; Write inside Write and Read inside
// Write (they panic when [Options].Strict is set, as tests do); clock functions
// in SQL; models that change the schema (see package migrations).
//
// # Where to start
//
// open.go opens, tx.go reads and writes, door.go lets waiting writers of SQLite
// share a commit, utc.go keeps every instant in UTC.
//
// # The way of a write
//
//	Write(ctx, fn) ── SQLite ──> queue ──> group ──> one transaction ──> commit ──> answers
//	     │                         │         │ a fn fails: roll back, each alone
//	     │                         └ ctx ends while waiting: leaves without effect
//	     └─ Postgres ──> transaction ──> commit (deadlock, serialisation: again)
//
// fn may therefore run more than once, on another goroutine than the caller's,
// and after its caller stopped waiting. It touches nothing but its Tx and
// variables that it sets anew in every run; the caller reads these only after
// Write has answered nil. A transaction that has begun is not cancelled with
// its caller, because a cancelled statement makes SQLite roll back everything
// that shares the transaction; it ends by the door's own time limit.
//
// # Traps that this package cannot close
//
//   - On Postgres any failed statement spoils the rest of its transaction. Where
//     a duplicate is expected, insert with OnConflict{DoNothing: true} and look
//     at RowsAffected; do not go on after gorm.ErrDuplicatedKey.
//   - An update that matches no row is no error: look at RowsAffected.
//   - gorm stamps a field named UpdatedAt by itself, with machine time, whenever
//     it knows the struct; name updated_at in the map of values.
//   - No Save, no Updates by struct, no condition by struct.
//   - SQLite finds no time in an expression (max(at)): order and take the row.
package database
