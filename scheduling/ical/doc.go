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
//	new weekly slot  CANCEL of the old series, REQUEST of a new one with a new UID
//	feed             PUBLISH  all of it in one file
//
// Writing:  Write -> component -> emersion/go-ical encodes -> fold at 75 octets
// Reading:  Read -> clean (bytes to sound lines, faults counted) -> emersion/go-ical decodes -> expand by zone and rule
//
// A file's zone is described for just the time that its events span: short, because clients are reported to choke on
// long ones, and exact, because some believe the file rather than their own tables.
package ical
