package wall

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrTimeOfDay is wrapped by every refusal of a time of day.
var ErrTimeOfDay = errors.New("not a time of day")

// ErrWeekday is wrapped by every refusal of a weekday.
var ErrWeekday = errors.New("not a weekday")

const dayMinutes = 24 * 60

// TimeOfDay is a reading of the clock on the wall, in minutes since 00:00: 0..1439.
type TimeOfDay int

// At gives the time of day of an hour and a minute.
func At(hour, minute int) TimeOfDay { return TimeOfDay(hour*60 + minute) }

// TimeOfDayOf gives what a clock on the wall in loc shows at the instant t, seconds cut off.
func TimeOfDayOf(t time.Time, loc *time.Location) TimeOfDay {
	hour, minute, _ := t.In(loc).Clock()
	return At(hour, minute)
}

// ParseTimeOfDay reads "15:04": two digits each, 00:00 to 23:59. It wraps ErrTimeOfDay for anything else.
func ParseTimeOfDay(s string) (TimeOfDay, error) {
	minutes, ok := clockMinutes(s)
	if !ok || minutes >= dayMinutes {
		return 0, fmt.Errorf("time %.20q: %w", s, ErrTimeOfDay)
	}
	return TimeOfDay(minutes), nil
}

// clockMinutes reads "15:04" up to and including "24:00".
func clockMinutes(s string) (int, bool) {
	if len(s) != 5 || s[2] != ':' {
		return 0, false
	}
	for _, i := range []int{0, 1, 3, 4} {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	hour, minute := int(s[0]-'0')*10+int(s[1]-'0'), int(s[3]-'0')*10+int(s[4]-'0')
	minutes := hour*60 + minute
	return minutes, minute < 60 && minutes <= dayMinutes
}

func clockText(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// Valid says whether t is a time of a day: 00:00 to 23:59.
func (t TimeOfDay) Valid() bool { return t >= 0 && t < dayMinutes }

// Hour is 0..23.
func (t TimeOfDay) Hour() int { return int(t) / 60 }

// Minute is 0..59.
func (t TimeOfDay) Minute() int { return int(t) % 60 }

// String is "15:04", in every language.
func (t TimeOfDay) String() string { return clockText(int(t)) }

// MarshalText writes what String shows.
func (t TimeOfDay) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads as ParseTimeOfDay does, with its errors.
func (t *TimeOfDay) UnmarshalText(text []byte) error {
	parsed, err := ParseTimeOfDay(string(text))
	if err != nil {
		return err
	}
	*t = parsed
	return nil
}

// Value stores the time as text.
func (t TimeOfDay) Value() (driver.Value, error) { return t.String(), nil }

// Scan reads text. It wraps ErrTimeOfDay for anything else.
func (t *TimeOfDay) Scan(src any) error {
	switch v := src.(type) {
	case string:
		return t.UnmarshalText([]byte(v))
	case []byte:
		return t.UnmarshalText(v)
	}
	return fmt.Errorf("column of type %T: %w", src, ErrTimeOfDay)
}

// GormDataType names the column's class for the comparison of models and schema.
func (TimeOfDay) GormDataType() string { return "text" }

// weekdayKeys in the order of time.Weekday.
const weekdayKeys = "sunmontuewedthufrisat"

// WeekdayKey is the weekday in the API and in files: "mon" .. "sun".
func WeekdayKey(w time.Weekday) string {
	if w < time.Sunday || w > time.Saturday {
		return ""
	}
	return weekdayKeys[3*w : 3*w+3]
}

// ParseWeekday reads what WeekdayKey writes. It wraps ErrWeekday for anything else.
func ParseWeekday(key string) (time.Weekday, error) {
	at := strings.Index(weekdayKeys, key)
	if len(key) != 3 || at < 0 || at%3 != 0 {
		return 0, fmt.Errorf("weekday %.20q: %w", key, ErrWeekday)
	}
	return time.Weekday(at / 3), nil
}
