// Package idempotency lets a caller repeat a request without repeating its effect.
//
// What it is for: a row per (caller, route, key) with a hash of the body, written in the transaction of the effect
// itself. Either both are there or neither, so a crash between the effect and its receipt cannot be. The row keeps the
// status and what the request made; a repetition is rendered anew from these, so no secret is ever said twice.
//
// What it refuses: stored answers; keys beyond 1 to 200 visible ASCII characters; and, with the fault Invalid
// "idempotency-key-reused", a key that comes back with another body.
//
// Where to start: [CheckKey] at the edge; [ClaimIn] first and [FinishIn] last in the use case's Write.
//
//	            ClaimIn                      FinishIn + commit
//	(no row) ------------> claimed, unseen ---------------------> done ---- 24 h ----> free again, swept
//	    ^                        | the use case fails: rolled back  | ClaimIn again
//	    +------------------------+                                  +--> Replay
//
// A request that fails leaves no row: the key is free, and the repetition is a new attempt.
//
// The same request twice at once: on Postgres the second finds the first's advisory lock and is told Conflict
// "idempotency-in-flight" without waiting. On SQLite writers queue before the one door; the second waits its turn, finds
// the row of the first, and is answered as a repetition.
//
// Times are machine time: a demo whose clock is turned must not forget its keys.
package idempotency
