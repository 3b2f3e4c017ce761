// Package testkit gives tests the real thing: SQLite files and PostgreSQL
// databases at the newest schema, each test with its own.
//
// What it is for:
//
//   - [Databases]: one sub-test per database, handed over open.
//   - [URLs]: the same by URL, for tests that start the program itself.
//   - [Unmigrated]: the same, empty.
//   - [Parity]: a row struct and its table agree.
//   - [ReadSchema], [Fill]: what a database looks like, and rows in every table.
//   - [Golden]: expected output in files, written anew with -update.
//
// What it refuses: production code (a linter rule), skipping (a missing
// PostgreSQL fails with the one line that installs it), and shared databases.
//
// SQLite: a file migrated once per test binary and copied. Postgres: a database
// migrated once per schema and copied by CREATE DATABASE ... TEMPLATE, on the
// cluster that KRING_TEST_POSTGRES names (make test sets it) or on one that the
// test binary starts and that ends with it (postgres.sh). Inside a synctest
// bubble neither may be started: call [URLs] outside and open the URL inside.
package testkit
