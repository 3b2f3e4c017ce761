// Package limit counts in the database how often something was asked for, so that several processes count together and a
// restart forgets nothing.
//
// What it is for: a [Rule] bounds how often something may happen to one key (an address, a person, a [Network]) within a
// window of machine time; [Limits.TakeIn] counts inside the transaction of what is bounded.
//
// What it refuses: to keep what it counts by (a row holds a keyed hash); to count what was refused because the window is
// full, so that a flood writes nothing; windows of more than a day.
//
// Where to start: limit.go decides, network.go says what is one network, store.go counts.
//
// A key of one rule:
//
//	        TakeIn                     TakeIn
//	(none) --------> taken 1 .. Most --------> TooMany "too-often", wait
//	   ^                  |
//	   +------ Sweep -----+  when no window can need it any more
package limit
