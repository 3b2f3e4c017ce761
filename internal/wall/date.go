package wall

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"time"
)

// The years that a Date may have.
const (
	FirstYear = 2000
	LastYear  = 2200
)

// ErrDate is wrapped by every refusal of a date.
var ErrDate = errors.New("not a date")

// Date is a day of the calendar, without a zone. Dates compare with ==; the zero Date is no date.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// NewDate gives the date, normalised as time.Date does (30 February is 1 or 2 March). It is meant for dates known to
// the program; ParseDate checks.
func NewDate(year int, month time.Month, day int) Date {
	return dateOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DateOf gives the date that a calendar on the wall in loc shows at the instant t.
func DateOf(t time.Time, loc *time.Location) Date { return dateOf(t.In(loc)) }

func dateOf(t time.Time) Date {
	year, month, day := t.Date()
	return Date{Year: year, Month: month, Day: day}
}

// ParseDate reads "2006-01-02". It wraps ErrDate for any other form, days that do not exist, and years outside
// FirstYear..LastYear.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("date %.20q: %w", s, ErrDate)
	}
	d := dateOf(t)
	if !d.Valid() {
		return Date{}, fmt.Errorf("date %.20q is outside %d..%d: %w", s, FirstYear, LastYear, ErrDate)
	}
	return d, nil
}

// Valid says whether the day exists and lies in FirstYear..LastYear.
func (d Date) Valid() bool {
	return d.Year >= FirstYear && d.Year <= LastYear && d == dateOf(d.midnight())
}

// IsZero says whether d is no date at all.
func (d Date) IsZero() bool { return d == Date{} }

// midnight is the date's midnight in UTC: a way to count with days, not an instant that anybody lives at.
func (d Date) midnight() time.Time { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }

// AddDays gives the date n days later, or earlier for a negative n.
func (d Date) AddDays(n int) Date {
	return dateOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, time.UTC))
}

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.midnight().Weekday() }

// OnOrAfter gives the first date from d on that falls on the weekday.
func (d Date) OnOrAfter(weekday time.Weekday) Date {
	return d.AddDays(int(weekday-d.Weekday()+7) % 7)
}

// Sub is the number of days from e to d.
func (d Date) Sub(e Date) int {
	return int((d.midnight().Unix() - e.midnight().Unix()) / (24 * 60 * 60))
}

// Before says whether d comes before e.
func (d Date) Before(e Date) bool { return d.Compare(e) < 0 }

// After says whether d comes after e.
func (d Date) After(e Date) bool { return d.Compare(e) > 0 }

// Compare is -1, 0 or +1, for slices.SortFunc.
func (d Date) Compare(e Date) int {
	switch {
	case d == e:
		return 0
	case d.Year != e.Year:
		return sign(d.Year - e.Year)
	case d.Month != e.Month:
		return sign(int(d.Month - e.Month))
	}
	return sign(d.Day - e.Day)
}

func sign(n int) int {
	if n < 0 {
		return -1
	}
	return 1
}

// String is "2006-01-02", and empty for the zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// MarshalText writes what String shows.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads as ParseDate does, with its errors; empty text is no date.
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Value stores the date as text, the zero Date as NULL.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads text, NULL (the zero Date), and the midnight that drivers make of a date column, whatever its zone.
// It wraps ErrDate for anything else.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Date{}
		return nil
	case string:
		return d.UnmarshalText([]byte(v))
	case []byte:
		return d.UnmarshalText(v)
	case time.Time:
		*d = dateOf(v)
		return nil
	}
	return fmt.Errorf("column of type %T: %w", src, ErrDate)
}

// GormDataType names the column's class for the comparison of models and schema.
func (Date) GormDataType() string { return "text" }
