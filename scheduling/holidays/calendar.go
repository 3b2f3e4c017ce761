package holidays

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/rickar/cal/v2"

	"kring/internal/wall"
)

// ErrCalendar is wrapped when a key names no calendar.
var ErrCalendar = errors.New("not a holiday calendar")

// None is the key of the calendar without holidays.
const None = "none"

// Name is a name in the two languages of the product, as it stands in the middle of a sentence.
type Name struct {
	NL string
	EN string
}

// In gives the name in a language: Dutch for "nl", English for all else.
func (n Name) In(lang string) string {
	if lang == wall.Dutch {
		return n.NL
	}
	return n.EN
}

// Holiday is what a free day is called. Key is the same in all calendars and years ("easter-monday"); Substitute says
// that the day is free in place of a holiday that fell on a weekend.
type Holiday struct {
	Key        string
	Name       Name
	Substitute bool
}

// Day is a holiday with its date.
type Day struct {
	On      wall.Date
	Holiday Holiday
}

// Calendar is the holidays of a region. The zero Calendar has none.
type Calendar struct {
	key   string
	name  Name
	rules []rule
	known *sync.Map // year -> map[wall.Date]Holiday: see in
}

// known is laid out once and never changed.
var known = calendars()

// Load gives the calendar of a key. It wraps ErrCalendar for a key that is not among Keys.
func Load(key string) (Calendar, error) {
	for _, c := range known {
		if c.key == key {
			return c, nil
		}
	}
	return Calendar{}, fmt.Errorf("calendar %.40q: %w", key, ErrCalendar)
}

// Keys gives the keys of all calendars: Belgium, the Netherlands, the German Länder by name, England and Wales, none.
func Keys() []string {
	var keys []string
	for _, c := range known {
		keys = append(keys, c.key)
	}
	return keys
}

// Key is the key that Load takes.
func (c Calendar) Key() string { return c.key }

// Name is the region's name.
func (c Calendar) Name() Name { return c.name }

// On answers whether the date is a holiday, and which.
func (c Calendar) On(d wall.Date) (Holiday, bool) {
	if len(c.rules) == 0 {
		return Holiday{}, false
	}
	h, ok := c.in(d.Year)[d]
	return h, ok
}

// in is a year's holidays by date. A run is held against thousands of dates of two or three years, so a year is worked
// out once and remembered: a memo of a pure function, bounded by the years that a date may have.
func (c Calendar) in(year int) map[wall.Date]Holiday {
	if days, ok := c.known.Load(year); ok {
		return days.(map[wall.Date]Holiday)
	}
	days := map[wall.Date]Holiday{}
	for _, r := range c.rules {
		for _, day := range r.days(year) {
			if _, taken := days[day.On]; !taken { // one free day, called after the rule that comes first
				days[day.On] = day.Holiday
			}
		}
	}
	if year >= wall.FirstYear && year <= wall.LastYear {
		c.known.Store(year, days)
	}
	return days
}

// IsHoliday is On without the name, for wall.WorkingDaysBefore.
func (c Calendar) IsHoliday(d wall.Date) bool {
	_, ok := c.On(d)
	return ok
}

// Between gives the holidays from a date until another, both included, in order.
func (c Calendar) Between(from, until wall.Date) []Day {
	var days []Day
	for year := from.Year; year <= until.Year; year++ {
		for _, r := range c.rules {
			for _, day := range r.days(year) {
				if !day.On.Before(from) && !day.On.After(until) {
					days = append(days, day)
				}
			}
		}
	}
	slices.SortStableFunc(days, func(a, b Day) int { return a.On.Compare(b.On) })
	// Ascension can fall on 1 May: one free day, called after the rule that comes first, as in On.
	return slices.CompactFunc(days, func(a, b Day) bool { return a.On == b.On })
}

// rule is a line of a table: a named day, computed by the library, in the years for which it holds.
type rule struct {
	key      string
	name     Name
	day      cal.Holiday
	from, to int // first and last year; 0 is open
	only     func(int) bool
	moved    []cal.AltDay // free on another day instead, by weekday: the day itself is not free
	replaced []cal.AltDay // free on another day as well, by weekday: a substitute day
}

// days gives the rule's one or two days of a year, or none. No rule moves a day into another year.
func (r rule) days(year int) []Day {
	if r.from > 0 && year < r.from || r.to > 0 && year > r.to || r.only != nil && !r.only(year) {
		return nil
	}
	actual, _ := r.day.Calc(year)
	if actual.IsZero() {
		return nil // the library's way to say "not in this year"
	}
	// The library answers midnight in the machine's zone; noon is the same date even where midnight is skipped.
	on := wall.DateOf(actual.Add(12*time.Hour), actual.Location())
	on = on.AddDays(offset(r.moved, on))
	days := []Day{{On: on, Holiday: Holiday{Key: r.key, Name: r.name}}}
	if n := offset(r.replaced, on); n != 0 {
		name := Name{NL: r.name.NL + " (vervangende vrije dag)", EN: r.name.EN + " (substitute day)"}
		days = append(days, Day{On: on.AddDays(n), Holiday: Holiday{Key: r.key, Name: name, Substitute: true}})
	}
	return days
}

func offset(days []cal.AltDay, d wall.Date) int {
	for _, day := range days {
		if day.Day == d.Weekday() {
			return day.Offset
		}
	}
	return 0
}
