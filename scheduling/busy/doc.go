// Package busy reads when people are busy out of their own calendars elsewhere, and keeps nothing else of them: no titles,
// no places, no guests.
//
// It refuses addresses that are not https (webcal is how calendar programs write it), to show an address again to anybody,
// to tell anybody but its person why it could not be read, and to fail a use case because of a calendar: what was read
// before holds until it is read again, for at most a month. Entries that are our own (UID ending in @ and our host) do not
// make anybody busy.
//
// Where to start: [Calendars.Name] and [Calendars.Refresh]; for who plans dates, [In].
//
//	Name ──> due ── claim ──> look: fetch ── 304 ───────────> as it was
//	          ^               │       └── a file ── ical ──> busy times of fifteen weeks, in place of the old ones
//	          │               └─ a code, told to its person ─┐
//	          ├── in six hours <── well ─────────────────────┤
//	          └── in half an hour, then twice as long each time, up to a day <┘
//	                                                     a month of that: given up, busy times dropped
//
// Rows say who reads what (claims with a lease), so several processes read each calendar once. Addresses are locked with
// our secrets (lock.go): a copy of the database opens nobody's calendar.
package busy
