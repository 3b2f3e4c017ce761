// Command bench measures Kring beside the least that could do the same work, and prints both in one run.
//
// What it is for: the figures of docs/performance.md. `make bench` runs it; it ends by itself in about five minutes, needs
// no network but the loopback, and leaves nothing behind.
//
// What it refuses: absolute promises. A shared machine is twice as fast at one minute as at the next, so every figure
// stands beside that of the other program in the same round, and ratios are taken within a round. It is no part of the
// shipped program, and no room imports it.
//
// Where to start: the table of parts in main.go.
//
//	requests  the real binary and bench/bare on equal SQLite files, 32 connections that stay open    requests.go, load.go
//	letters   from due to accepted by an SMTP server, beside a client that only speaks SMTP           inside.go
//	health    the full pass over 100,000 circles, and one with 1 % due                                inside.go
//	start     from exec to the first 200, memory at rest and after load                               start.go
//	flat      lists at 1,000 rows and at 1,000,000                                                    flat.go
//	trust     a page with a token, with a cookie and with neither; sign-in letters; the policy        trust.go
//	feeds     a calendar to subscribe to, beside the list of the same sessions                        feeds.go
//	planning  a preview, the best weekly hour, invitations written, a foreign calendar read           planning.go
//
// The load comes from this process, which shares the cores with who is measured: both are slowed alike.
package main
