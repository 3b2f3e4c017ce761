// Package feeds serves calendars to subscribe to: one for each person, with the sessions of all her circles, and one for
// each member of a circle, with the circle's.
//
// It refuses to name anybody else than the circle, to put a guide week into a title, to ring, and to give an address to
// who only holds a link of a letter: that may have been passed on, and an address goes on for years.
//
// Where to start: [Feeds.OfPerson] for the address, [Feeds.Read] for what is behind it.
//
//	address = stable token of a person or a seat (identity/stable.go), with an epoch of the row: renewing raises it
//	Read ──> mark: whose, in which circles, at which revisions, which day ──> ETag ── the one that is known ──> nothing more
//	                                                                            └──> sessions ──> file
//
// A member's address of a circle is hers alone: it ends with her seat and is renewed by her, and nobody else's calendar
// goes blank because somebody leaves or is careless (docs/adr/0121-an-address-for-each-member.md).
package feeds
