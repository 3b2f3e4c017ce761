package scheduling

import (
	"strings"

	"kring/internal/wall"

	"kring/scheduling/holidays"
)

// The codes of warnings; each has a sentence under "warning.<code>".
const (
	WarnSummer            = "summer"               // dates in July and August
	WarnYearEnd           = "year-end"             // dates from 24 December to 2 January
	WarnSchoolHoliday     = "school-holiday"       // dates in a school holiday that the programme lists
	WarnHoliday           = "holiday"              // a single move onto a holiday of the circle's calendar
	WarnHolidayNear       = "holiday-near"         // the day before or after one
	WarnHolidayOfSome     = "holiday-of-some"      // a holiday where some of the members live
	WarnHolidayOfSomeNear = "holiday-of-some-near" // the day before or after one
	WarnInBreak           = "in-break"             // dates in a stretch that the circle or the programme keeps free
	WarnSomeAway          = "some-away"            // dates on which some said that they cannot
	WarnTooFew            = "too-few"              // dates to which too few come
)

// Warning is what somebody should know about dates before they are fixed. It never moves a date.
type Warning struct {
	Code    string
	On      wall.Date     // the first date that it is about
	UntilOn wall.Date     // the last
	Dates   int           // how many
	Name    holidays.Name // of the holiday; a school holiday has the programme's own words in both
	// HolidayOn is the holiday's own date: a session right beside it is warned about too.
	HolidayOn wall.Date `json:",omitzero"` // none written rather than an empty one, which is no date when it is read back
}

// Holidays answers whether a date is a holiday, and which: [holidays.Calendar.On].
type Holidays func(wall.Date) (holidays.Holiday, bool)

// Watched is what dates are held against.
type Watched struct {
	Circle  Holidays   // the circle's own calendar; nil: none
	Others  []Holidays // of the countries where members live
	Schools []Span     // that the programme lists
}

// Warnings looks at dates and says what they fall into, in a stable order: stretches of the year first, then single
// days by date.
func Warnings(dates []wall.Date, w Watched) []Warning {
	var out []Warning
	out = appendStretch(out, dates, Warning{Code: WarnSummer}, inSeason("summer"))
	out = appendStretch(out, dates, Warning{Code: WarnYearEnd}, inSeason("turn-of-year"))
	for _, school := range w.Schools {
		name := holidays.Name{NL: school.Name, EN: school.Name}
		out = appendStretch(out, dates, Warning{Code: WarnSchoolHoliday, Name: name}, school.Holds)
	}
	for _, d := range dates {
		out = append(out, w.onDay(d)...)
	}
	return out
}

func inSeason(key string) func(wall.Date) bool {
	return func(d wall.Date) bool {
		season, ok := holidays.SeasonOn(d)
		return ok && season.Key == key
	}
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

// onDay warns about holidays on the date and right beside it: a long weekend keeps people away as well. A holiday of
// the circle's own calendar is met on the date itself only by a move, because a run leaves it free.
func (w Watched) onDay(d wall.Date) []Warning {
	var out []Warning
	seen := map[wall.Date]bool{}
	add := func(code string, calendar Holidays, offset int) {
		on := d.AddDays(offset)
		if calendar == nil || seen[on] {
			return
		}
		if h, ok := calendar(on); ok {
			seen[on] = true
			out = append(out, Warning{Code: code, On: d, UntilOn: d, Dates: 1, Name: h.Name, HolidayOn: on})
		}
	}
	add(WarnHoliday, w.Circle, 0)
	for _, other := range w.Others {
		add(WarnHolidayOfSome, other, 0)
	}
	for _, offset := range []int{-1, 1} {
		add(WarnHolidayNear, w.Circle, offset)
		for _, other := range w.Others {
			add(WarnHolidayOfSomeNear, other, offset)
		}
	}
	return out
}

// countryOfZone is the country that a zone lies in, as calendars name it, and "" for one without a calendar here.
func countryOfZone(zone string) string {
	switch zone {
	case "Europe/Brussels":
		return "be"
	case "Europe/Amsterdam":
		return "nl"
	case "Europe/London":
		return "gb"
	case "Europe/Berlin", "Europe/Busingen":
		return "de"
	}
	return ""
}

// countryOf is the country of a calendar's key: "de" of "de-nw".
func countryOf(calendar string) string {
	country, _, _ := strings.Cut(calendar, "-")
	return country
}

// livesBy gives the holidays of a country. Of Germany it is the days that are free in every Land: a zone does not say
// in which one somebody lives.
func livesBy(country string) Holidays {
	switch country {
	case "gb":
		return calendarOf("gb-eaw")
	case "de":
		return inAllLaender()
	}
	return calendarOf(country)
}

// calendarOf gives the holidays of a calendar by its key, and nil for a key that is none.
func calendarOf(key string) Holidays {
	calendar, err := holidays.Load(key)
	if err != nil {
		return nil
	}
	return calendar.On
}

// inAllLaender gives the holidays that every Land of Germany has.
func inAllLaender() Holidays {
	var laender []Holidays
	for _, key := range holidays.Keys() {
		if countryOf(key) == "de" {
			laender = append(laender, calendarOf(key))
		}
	}
	return func(d wall.Date) (found holidays.Holiday, free bool) {
		for _, land := range laender {
			if found, free = land(d); !free {
				return holidays.Holiday{}, false
			}
		}
		return found, free
	}
}

// Key is the warning's sentence in the catalogue, and Args what it needs, in a language.
func (w Warning) Key() string { return "warning." + w.Code }

// Args are the values of the warning's sentence in a language: dates in words, the holiday's name, and how many.
func (w Warning) Args(lang string) map[string]any {
	args := map[string]any{
		"count": w.Dates, "from": wall.ShortDate(w.On, lang), "until": wall.ShortDate(w.UntilOn, lang), "holiday": w.Name.In(lang),
		"holiday_on": "",
	}
	if !w.HolidayOn.IsZero() {
		args["holiday_on"] = wall.ShortDate(w.HolidayOn, lang)
	}
	return args
}
