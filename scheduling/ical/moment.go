package ical

import (
	"strings"
	"time"

	goical "github.com/emersion/go-ical"

	"kring/internal/wall"
)

// clock turns what a file writes as a local time, read as UTC, into the instant. Wall times that a zone skips or shows
// twice are settled as RFC 5545 (3.3.5) says: with the offset from before the gap, and the first of the two.
type clock func(local time.Time) time.Time

func locationClock(loc *time.Location) clock {
	return func(local time.Time) time.Time {
		t, kind := wall.Instant(wall.DateOf(local, time.UTC), wall.TimeOfDayOf(local, time.UTC), loc)
		if kind == wall.Gap {
			_, before := t.Add(-time.Second).In(loc).Zone()
			return local.Add(-time.Duration(before) * time.Second)
		}
		return t.Add(time.Duration(local.Second()) * time.Second)
	}
}

// moment reads the first date or date-time of a property as if it were in UTC.
func moment(prop *goical.Prop) (t time.Time, allDay, ok bool) {
	if prop == nil {
		return time.Time{}, false, false
	}
	first, _, _ := strings.Cut(prop.Value, ",")
	t, allDay, ok = momentText(first)
	return t, allDay, ok && t.Year() >= 1900
}

func momentText(s string) (t time.Time, allDay, ok bool) {
	s = strings.ToUpper(strings.TrimSpace(s))
	form := localForm
	if len(s) == len("20060102") {
		form, allDay = "20060102", true
	}
	t, err := time.Parse(form, strings.TrimSuffix(s, "Z"))
	return t, allDay, err == nil && t.Year() <= wall.LastYear
}
