package scheduling

import (
	"time"

	"kring/internal/wall"
)

// The codes of warnings; each has a sentence under "warning.<code>".
const (
	WarnSummer            = "summer"          // dates in July and August
	WarnYearEnd           = "year_end"        // dates from 24 December to 2 January
	WarnSchoolHoliday     = "school_holiday"  // dates in a school holiday that the programme lists
	WarnHolidayNear       = "holiday_near"    // the day before or after a holiday of the circle's calendar
	WarnHolidayOfSome     = "holiday_of_some" // a holiday where some of the members live
	WarnNearHolidayOfSome = "holiday_of_some_near"
)

// Warning is what somebody should know about dates before they are fixed. It never moves a date.
type Warning struct {
	Code    string
	On      wall.Date // the first date that it is about
	UntilOn wall.Date // the last
	Dates   int       // how many
	Holiday string    // key of the holiday's name, or the name of a school holiday
	// HolidayOn is the holiday's own date: a session next to it is warned about too.
	HolidayOn wall.Date
}

// Holidays is a calendar of holidays as warnings read it: the key of the day's name, and whether the day is one.
type Holidays func(wall.Date) (name string, ok bool)

// Watched is what dates are held against.
type Watched struct {
	Circle  Holidays   // the circle's own calendar; nil: none
	Others  []Holidays // the calendars of the countries where members live, other than the circle's
	Schools []Span
}

// Warnings looks at dates and says what they fall into, in a stable order: stretches of the year first, then single
// days by date.
func Warnings(dates []wall.Date, w Watched) []Warning {
	var out []Warning
	out = appendStretch(out, dates, Warning{Code: WarnSummer}, inSummer)
	out = appendStretch(out, dates, Warning{Code: WarnYearEnd}, inYearEnd)
	for _, school := range w.Schools {
		out = appendStretch(out, dates, Warning{Code: WarnSchoolHoliday, Holiday: school.Name}, school.Holds)
	}
	for _, d := range dates {
		out = append(out, w.onDay(d)...)
	}
	return out
}

func inSummer(d wall.Date) bool { return d.Month == time.July || d.Month == time.August }

func inYearEnd(d wall.Date) bool {
	return d.Month == time.December && d.Day >= 24 || d.Month == time.January && d.Day <= 2
}

func appendStretch(out []Warning, dates []wall.Date, w Warning, holds func(wall.Date) bool) []Warning {
	for _, d := range dates {
		if !holds(d) {
			continue
		}
		if w.Dates == 0 {
			w.On = d
		}
		w.UntilOn = d
		w.Dates++
	}
	if w.Dates == 0 {
		return out
	}
	return append(out, w)
}

// onDay warns about holidays on the date, and about those right beside it: a long weekend keeps people away as well.
// The circle's own holiday on the date itself is not warned about; it is left free.
func (w Watched) onDay(d wall.Date) []Warning {
	var out []Warning
	seen := map[wall.Date]bool{}
	add := func(code string, holidays Holidays, offset int) {
		on := d.AddDays(offset)
		if holidays == nil || seen[on] {
			return
		}
		if name, ok := holidays(on); ok {
			seen[on] = true
			out = append(out, Warning{Code: code, On: d, UntilOn: d, Dates: 1, Holiday: name, HolidayOn: on})
		}
	}
	for _, others := range w.Others {
		add(WarnHolidayOfSome, others, 0)
	}
	for _, offset := range []int{-1, 1} {
		add(WarnHolidayNear, w.Circle, offset)
		for _, others := range w.Others {
			add(WarnNearHolidayOfSome, others, offset)
		}
	}
	return out
}
