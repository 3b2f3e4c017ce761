package wall

import (
	"errors"
	"fmt"
	"time"
)

// Slot is a weekly slot: a weekday, the time on the wall, and the IANA zone of that wall.
type Slot struct {
	Weekday time.Weekday
	At      TimeOfDay
	Zone    string
}

// Occurrence is one date of a slot with its instant in UTC.
type Occurrence struct {
	On   Date
	At   time.Time
	Kind Kind
}

// Check names everything that is wrong with the slot: it joins ErrWeekday, ErrTimeOfDay and ErrZone.
func (s Slot) Check() error {
	var faults []error
	if WeekdayKey(s.Weekday) == "" {
		faults = append(faults, fmt.Errorf("weekday %d: %w", s.Weekday, ErrWeekday))
	}
	if !s.At.Valid() {
		faults = append(faults, fmt.Errorf("minute %d of the day: %w", int(s.At), ErrTimeOfDay))
	}
	if _, err := LoadZone(s.Zone); err != nil {
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// On gives the slot's instant on a date, in UTC, whatever the date's weekday: a run whose interval is not a number of
// weeks wanders through the week at the slot's time. A gap and an overlap are settled as Instant does. It wraps
// ErrZone.
func (s Slot) On(d Date) (time.Time, error) {
	loc, err := LoadZone(s.Zone)
	if err != nil {
		return time.Time{}, err
	}
	t, _ := Instant(d, s.At, loc)
	return t, nil
}

// Next gives the first occurrence strictly after the instant. It wraps ErrZone.
func (s Slot) Next(after time.Time) (Occurrence, error) {
	loc, err := LoadZone(s.Zone)
	if err != nil {
		return Occurrence{}, err
	}
	// A gap over midnight can carry yesterday's slot into today, so the search begins a day early.
	d := DateOf(after, loc).AddDays(-1).OnOrAfter(s.Weekday)
	for {
		t, kind := Instant(d, s.At, loc)
		if t.After(after) {
			return Occurrence{On: d, At: t, Kind: kind}, nil
		}
		d = d.AddDays(7)
	}
}

// Occurrences gives n occurrences, the first on the slot's weekday on or after from, each intervalDays after the one
// before. The time on the wall stays across clock changes. It wraps ErrZone.
func (s Slot) Occurrences(from Date, n, intervalDays int) ([]Occurrence, error) {
	loc, err := LoadZone(s.Zone)
	if err != nil {
		return nil, err
	}
	first := from.OnOrAfter(s.Weekday)
	out := make([]Occurrence, n)
	for i := range out {
		d := first.AddDays(i * intervalDays)
		t, kind := Instant(d, s.At, loc)
		out[i] = Occurrence{On: d, At: t, Kind: kind}
	}
	return out, nil
}
