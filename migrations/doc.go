// Package migrations brings a database to the schema that this build needs.
//
// What it is for: two folders of goose files, sqlite/ and postgres/, with the
// same numbers. The dialects differ for real (uuid, timestamptz, how a table is
// rebuilt), so each is written by hand; tests prove that both end in the same
// tables, columns, nullability, keys and indexes.
//
// What it refuses: Go code in migrations, clock functions in SQL, changing a
// released file, and building the schema from models.
//
// Where to start: [Up], which `kring serve` calls before anything else. Several
// processes may call it at once; one of them does the work.
//
// # The way of Up
//
//	newest already? ── yes ──> done (one read)
//	      │ no
//	      ├─ SQLite:   own connection, foreign keys off, file by file,
//	      │            foreign_key_check after each
//	      └─ Postgres: own connections, a session lock that others wait for
//
// # Rules for a file
//
//   - Columns: ids are text | uuid, instants datetime | timestamptz, dates text,
//     times of day integer, JSON text; name indexes alike in both dialects.
//   - A SQLite table is rebuilt by: create new, copy, drop old, rename. Foreign
//     keys are off meanwhile; with them on, dropping deletes what refers to it.
//   - Every file has a Down that works on filled tables.
//   - The program before and the program after must both run on the result.
package migrations
