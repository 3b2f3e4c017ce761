package wall

import "time"

// The hours at which nobody should be asked to meet without having said so: from Night until Morning, local time.
const (
	Night   = 22 * 60
	Morning = 7 * 60
)

// InNight says whether a session that starts at the instant and takes so many minutes touches the hours from 22 to 7 on
// the wall in loc.
func InNight(t time.Time, minutes int, loc *time.Location) bool {
	return Quiet{From: Night, Until: Morning}.Touches(t, minutes, loc)
}

// Quiet is the hours of a day at which somebody wants to be left alone, on that person's wall, over midnight when From
// is the later one. From is in it, Until is not; equal ones are no hours at all.
type Quiet struct{ From, Until TimeOfDay }

// Holds says whether the time of day lies in the quiet hours.
func (q Quiet) Holds(at TimeOfDay) bool {
	if q.From <= q.Until {
		return at >= q.From && at < q.Until
	}
	return at >= q.From || at < q.Until
}

// Touches says whether a session that starts at the instant and takes so many minutes meets the quiet hours, as the clock
// on the wall in loc runs through it: a clock change in the middle counts.
func (q Quiet) Touches(t time.Time, minutes int, loc *time.Location) bool {
	local := t.In(loc)
	_, offset := local.Zone()
	_, offsetAtEnd := local.Add(time.Duration(minutes)*time.Minute - 1).Zone()
	if offset == offsetAtEnd {
		return q.TouchesFrom(TimeOfDayOf(t, loc), minutes)
	}
	for i := range minutes {
		if q.Holds(TimeOfDayOf(t.Add(time.Duration(i)*time.Minute), loc)) {
			return true
		}
	}
	return false
}

// TouchesFrom is Touches for a day without a clock change, by the time of day at which the session starts.
func (q Quiet) TouchesFrom(at TimeOfDay, minutes int) bool {
	untilQuiet := (int(q.From-at) + dayMinutes) % dayMinutes
	return q.Holds(at) || q.From != q.Until && untilQuiet < minutes
}

// After is the first moment from t on that lies outside the quiet hours, on the wall in loc.
func (q Quiet) After(t time.Time, loc *time.Location) time.Time {
	if !q.Holds(TimeOfDayOf(t, loc)) {
		return t
	}
	on := DateOf(t, loc)
	if TimeOfDayOf(t, loc) >= q.Until {
		on = on.AddDays(1)
	}
	ends, _ := Instant(on, q.Until, loc)
	return ends
}

// Weekdays is a set of days of the week: bit n is weekday n, Sunday 0.
type Weekdays uint8

// MondayToFriday are the working days of most.
const MondayToFriday Weekdays = 1<<time.Monday | 1<<time.Tuesday | 1<<time.Wednesday | 1<<time.Thursday | 1<<time.Friday

// WeekdaysOf is the set of some days.
func WeekdaysOf(days ...time.Weekday) Weekdays {
	var out Weekdays
	for _, d := range days {
		out |= 1 << d
	}
	return out
}

// Has says whether the day is in the set.
func (w Weekdays) Has(day time.Weekday) bool { return w&(1<<day) != 0 }

// Days are the days of the set, from Monday to Sunday.
func (w Weekdays) Days() []time.Weekday {
	var out []time.Weekday
	for i := range 7 {
		if day := time.Weekday((i + 1) % 7); w.Has(day) {
			out = append(out, day)
		}
	}
	return out
}

// MorningAfter is the first moment after t at which a time of day shows on the wall in loc on one of the days. A clock
// change that skips it makes it the first minute after. Days must hold one.
func (w Weekdays) MorningAfter(t time.Time, at TimeOfDay, loc *time.Location) time.Time {
	on := DateOf(t, loc)
	for range 8 {
		if morning, _ := Instant(on, at, loc); w.Has(on.Weekday()) && morning.After(t) {
			return morning
		}
		on = on.AddDays(1)
	}
	return t
}
