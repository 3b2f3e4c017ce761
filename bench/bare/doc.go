// Command bare answers three of Kring's requests with net/http and database/sql alone, as somebody would write them who
// needs no more than these three: what Kring costs above it is what its layers cost.
//
// It does the same work. The rows are Kring's own: the same file, the same columns, the same four reads of the list
// with the same look at who facilitates and who is a member, the same five reads and three writes of a sign-up. The
// settings of SQLite are the same: WAL, synchronous FULL (NORMAL when asked), one writer connection, four readers,
// prepared statements. A bearer token is recognised as in Kring: SHA-256 of it on every request, its row read by
// primary key, remembered for five seconds. Answers have the same fields and the same ETag.
//
// What it leaves out, and Kring does: checks against a contract with all faults at once, a log line and an id for each
// request, metrics, Postgres, languages, waiting writers that share a commit, and everything that acts when time passes.
package main
