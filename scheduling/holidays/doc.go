// Package holidays answers whether a date is a public holiday in a circle's calendar, and how the holiday is called in
// Dutch and in English. It also names the parts of the year in which circles lose people ([SeasonOn]).
//
// It is pure and knows no circle: what a holiday means for a session is decided by who asks. It refuses to know school
// holidays (they differ by region and year; a programme lists them) and holidays of single municipalities: a calendar
// holds what is free in the whole of its region, so the Assumption is in Saarland's calendar and not in Bavaria's.
//
// Where to start: [Load] with a key, [Keys] for all keys, then [Calendar.On].
//
//	be      Belgium, the ten legal holidays
//	nl      the Netherlands
//	de-xx   Germany, one per Land: de-nw, de-by, ...
//	gb-eaw  England and Wales, bank holidays with their substitute days
//	none    no holidays
//
// Main path:
//
//	Calendar.On -> the rules of the year (table_*.go) -> rickar/cal for the date of each -> substitute days
//
// Which days count is decided here, in the tables, not by the library: each table says why and where it is from.
package holidays
