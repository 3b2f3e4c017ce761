// Package wall knows dates, clocks on the wall and zones: everything that a person means by "Tuesday at half past
// twelve in Brussels", and the one function that turns it into an instant.
//
// It is pure: no storage, no HTTP, no "now", only the standard library (with the zone data embedded, so that the
// program needs none from the machine). It refuses zones that mean something else on another machine ("Local"),
// dates outside 2000..2200, and hours that are not quarter hours.
//
// Where to start: [Slot] (a circle's weekly slot), [Availability] (the hours at which a person can),
// [Quiet] (those at which nobody is to be bothered).
//
// Main path:
//
//	Slot.Occurrences -> Date.AddDays -> Instant -> an instant in UTC
//
// [Instant] is the only place that meets a clock change:
//
//	Exact    the wall time exists once
//	Gap      the clock jumps over it: the first minute after the gap
//	Overlap  the clock shows it twice: the first of the two
//
// A weekly slot takes what it gets; who moves a single session looks at the kind and refuses a Gap.
package wall
