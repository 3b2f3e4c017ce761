// Package health knows how a circle is doing, and says what would help it next.
//
// What it is for: a circle that falters is seen while it can still be saved. Time alone can make a circle falter, so
// silence counts as much as bad news. What the facilitator is told about a circle, its members read in the same words.
//
// What it refuses: to judge a person (no reason names or counts one), to count weeks (a break, a pause and a slow pace
// are no fault; everything counts in sessions), to show an opinion without reasons, and to look at a circle that does
// not run.
//
// Where to start: [Assess] is the whole judgement, a pure function over [Signals]; rules.go is the list of its rules.
// [Watch] holds the rest: [Watch.Review] is the pass that raises, changes and clears flags, [Watch.Prove] the nightly
// proof that it missed nothing, flags.go what people answer, views.go what they see, overview.go the weekly letter.
//
// Main path:
//
//	any write about a circle -> next_check_at = now
//	Review: due circles, locked -> Signals, in one statement for all of them -> Assess -> flag, journal, notice,
//	next_check_at = NextMoment: the next instant at which time alone can change the verdict
//
// A flag, of which a circle carries one at most:
//
//	           ┌────────── update ──────────┐
//	raise ──> open (wobbling <-> stalling) ─┴─ held, or no reason left, or the circle is over ──> cleared
//	           │  └ acknowledged, snoozed: still open
//	           └───────────────────────────── dismiss ──────────────────────────────────────────> dismissed
//
// Reasons look only at what happened since circles.reasons_since: the last clearing, dismissal or new slot.
package health
