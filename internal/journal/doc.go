// Package journal keeps what happened: who did what to which circle or programme, and when.
//
// What it is for: every write that matters adds one [Entry] in its own transaction, so that a facilitator or a member
// can read later how a circle came to where it is, and everybody what she did and what was done to her ([OfPerson]).
//
// What it refuses: anything but ids and codes. Names, addresses and sentences never get in, so an entry says nothing
// about a person once that person's row is a tombstone, and needs no erasing. Secrets, answers, votes and presses are not
// written down at all; that is for the rooms to keep to, and tests hold them to it: one knows every name of a detail in
// the source, one lets a circle live and finds nothing of who answered what.
//
// Where to start: [Add], [ListIn].
//
//	use case -> Add(tx, Entry) -> commit ... ListIn(tx, OfCircle(id), cursor, limit) -> newest first
//
// An entry is never changed and never deleted.
package journal
