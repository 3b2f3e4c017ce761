package wall

import "time"

// IsWorkingDay says whether the date is a Monday to Friday. Holidays differ by calendar: see WorkingDaysBefore.
func IsWorkingDay(d Date) bool {
	w := d.Weekday()
	return w != time.Saturday && w != time.Sunday
}

// WorkingDaysBefore gives the n-th working day before the date, the date itself not counted. Days on which holiday
// answers true are no working days; holiday may be nil. For n = 0 it is the date itself.
func WorkingDaysBefore(d Date, n int, holiday func(Date) bool) Date {
	for n > 0 {
		d = d.AddDays(-1)
		if IsWorkingDay(d) && (holiday == nil || !holiday(d)) {
			n--
		}
	}
	return d
}
