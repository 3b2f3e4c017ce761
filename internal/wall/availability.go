package wall

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

const (
	quarter      = 15
	dayQuarters  = dayMinutes / quarter
	weekQuarters = 7 * dayQuarters
	weekMinutes  = 7 * dayMinutes
)

// Availability is the quarter hours of a week at which a person can, in that person's own zone. It is a value:
// availabilities compare with ==, and the zero one states no hour at all. Ranges that touch or overlap are one, also
// over midnight.
type Availability struct {
	quarters [(weekQuarters + 63) / 64]uint64 // bit 0 is Sunday 00:00..00:15
}

// Range is a part of one day, in minutes since 00:00; Until 1440 is the end of the day.
type Range struct {
	Weekday     time.Weekday
	From, Until int
}

// With gives the availability with a range added. From and until are minutes since 00:00, multiples of 15, until at
// most 1440; AvailabilityOf checks what people write, With trusts the program.
func (a Availability) With(weekday time.Weekday, from, until int) Availability {
	first := int(weekday)*dayQuarters + from/quarter
	for q := first; q < first+(until-from)/quarter; q++ {
		a.quarters[q/64] |= 1 << (q % 64)
	}
	return a
}

// IsZero says whether no hour is stated.
func (a Availability) IsZero() bool { return a == Availability{} }

func (a Availability) has(q int) bool { return a.quarters[q/64]&(1<<(q%64)) != 0 }

// Covers says whether the person can from the time on, for so many minutes, also past midnight into the next day
// (Saturday runs into Sunday). A quarter hour that is touched must be stated whole.
func (a Availability) Covers(weekday time.Weekday, from TimeOfDay, minutes int) bool {
	return a.coversWeek(int(weekday)*dayMinutes+int(from), minutes)
}

// coversWeek takes the start in minutes since Sunday 00:00.
func (a Availability) coversWeek(start, minutes int) bool {
	if minutes <= 0 || minutes > weekMinutes {
		return false
	}
	for q := start / quarter; q*quarter < start+minutes; q++ {
		if !a.has(q % weekQuarters) {
			return false
		}
	}
	return true
}

// Suits says whether a session that starts at the instant and takes so many minutes lies within the stated hours, as
// the clock on the wall in loc, the person's zone, runs through it: a clock change in the middle counts.
func (a Availability) Suits(t time.Time, minutes int, loc *time.Location) bool {
	local := t.In(loc)
	_, offset := local.Zone()
	_, offsetAtEnd := local.Add(time.Duration(minutes)*time.Minute - 1).Zone()
	if offset == offsetAtEnd {
		return a.coversWeek(weekMinute(local), minutes)
	}
	for i := range minutes {
		if !a.coversWeek(weekMinute(local.Add(time.Duration(i)*time.Minute)), 1) {
			return false
		}
	}
	return true
}

func weekMinute(local time.Time) int {
	hour, minute, _ := local.Clock()
	return int(local.Weekday())*dayMinutes + hour*60 + minute
}

// Ranges gives the stated hours from Monday to Sunday, each as long as it can be within its day.
func (a Availability) Ranges() []Range {
	var out []Range
	for i := range 7 {
		weekday := time.Weekday((i + 1) % 7)
		for q := 0; q < dayQuarters; q++ {
			from := q
			for q < dayQuarters && a.has(int(weekday)*dayQuarters+q) {
				q++
			}
			if q > from {
				out = append(out, Range{Weekday: weekday, From: from * quarter, Until: q * quarter})
			}
		}
	}
	return out
}

// Hours is Ranges in the form of the API and of files.
func (a Availability) Hours() []Hours {
	out := []Hours{}
	for _, r := range a.Ranges() {
		out = append(out, Hours{Weekday: WeekdayKey(r.Weekday), From: clockText(r.From), Until: clockText(r.Until)})
	}
	return out
}

// MarshalJSON writes Hours: [{"weekday":"tue","from":"09:00","until":"12:00"}].
func (a Availability) MarshalJSON() ([]byte, error) { return json.Marshal(a.Hours()) }

// UnmarshalJSON reads as ParseAvailability does, with its errors.
func (a *Availability) UnmarshalJSON(data []byte) error {
	parsed, err := ParseAvailability(data)
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}

// Value stores the availability as JSON text.
func (a Availability) Value() (driver.Value, error) {
	text, err := a.MarshalJSON()
	return string(text), err
}

// Scan reads JSON text that Value wrote; NULL is no hour at all. Its errors are those of ParseAvailability, which looks
// more strictly at text that people wrote: every list of people is read through here.
func (a *Availability) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*a = Availability{}
		return nil
	case string:
		return a.read([]byte(v))
	case []byte:
		return a.read(v)
	}
	return fmt.Errorf("availability in a column of type %T", src)
}

func (a *Availability) read(stored []byte) error {
	var hours []Hours
	if json.Unmarshal(stored, &hours) == nil && hours != nil {
		if parsed, err := AvailabilityOf(hours); err == nil {
			*a = parsed
			return nil
		}
	}
	return a.UnmarshalJSON(stored)
}

// GormDataType names the column's class for the comparison of models and schema.
func (Availability) GormDataType() string { return "text" }
