// Package ical writes the calendar files that letters carry and feeds serve, and reads calendars from anywhere.
//
// It is pure: no storage, no HTTP, no "now". It refuses to write what calendar programs read differently: an event
// without UID, stamp or length, a moment that its zone cannot name, a date left out that is not in the series. It
// keeps no calendar: who calls it gives UID and SEQUENCE and sees to it that the latter rises.
//
// Where to start: [Calendar] with [Event] and [Write]; [Series] for a whole run; [Read] for files of others.
//
// How a run goes through its life (RFC 5545 and 5546):
//
//	begin            REQUEST  one series: RRULE weekly, EXDATE for holidays and breaks, one override per moved session
//	one session      REQUEST  an override: same UID, RECURRENCE-ID = its place in the series, SEQUENCE + 1
//	one called off   CANCEL   the same with STATUS:CANCELLED
//	several changes  REQUEST  the whole series again, SEQUENCE + 1
//	new weekly slot  REQUEST of a new series with a new UID; the old one is cut off behind what was held
//	leaving, ending  CANCEL   the series as a whole
//	feed             PUBLISH  all of it in one file
//
// Of several VEVENTs in one invitation Outlook reads the first (docs/adr/0116), so what matters most stands first and
// alone where that is possible.
//
// Writing:  Write -> layOut (checked, every place of the series) -> file, lines folded at 75 octets as they are written
// Reading:  Read -> clean (bytes to sound lines of what matters, faults counted) -> emersion/go-ical decodes -> expand by
// zone and rule -> Busy
//
// A file of others may be made to take much; its bounds stand in read.go and clean.go, and bounds_test.go tries them.
// Answers:  ReadAnswers -> clean, attendees kept -> decode -> who answers what to which entry
//
// A file's zone is described for just the time that its events span: short, because clients are reported to choke on
// long ones, and exact, because some believe the file rather than their own tables.
package ical
