// Package clock is the only place that asks the machine for the time.
//
// What it is for: two readings of time that must not be mixed up.
//
//   - Product time, [Clock.Now]: what the product lives by: dates, due times,
//     expiry of links and seats, retries. In the demo it can be turned forward.
//   - Machine time, [Clock.Machine]: what protects the machine: leases,
//     sign-ins, bearer tokens, idempotency, rate limits. It is never turned.
//
// Product time is machine time plus an offset, so it flows like any clock.
// Both answer UTC, cut to microseconds, which is what both databases keep.
//
// What it refuses: stopping, turning backwards, and zones (see wall).
//
// Tests of whole lives run in testing/synctest, where the machine's time
// itself is virtual; they need no other clock than this one.
package clock
