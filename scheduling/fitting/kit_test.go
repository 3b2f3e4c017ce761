package fitting_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"kring/internal/wall"
	"kring/scheduling/fitting"
)

// zones are those of the tests: both hemispheres, a quarter of an hour beside the others, a change of half an hour, one
// that changes at midnight, and one that never does.
var zones = []string{
	"Europe/Brussels", "Europe/London", "America/New_York", "Pacific/Auckland", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Santiago", "Asia/Tokyo",
}

// weeks are days around which the clock changes somewhere, and the turn of the year.
var weeks = []string{"2017-03-24", "2017-10-27", "2017-11-03", "2017-12-29", "2018-03-09", "2018-03-31", "2018-09-29", "2018-08-10", "2018-06-04"}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func instant(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02T15:04Z07:00", text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func date(t testing.TB, text string) wall.Date {
	t.Helper()
	d, err := wall.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func hours(t testing.TB, text string) wall.Availability {
	t.Helper()
	a, err := wall.ParseAvailability([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// somebody states hours and has the quiet hours of most.
func somebody(t testing.TB, in, text string) fitting.Person {
	t.Helper()
	return fitting.Person{Zone: zone(t, in), Hours: hours(t, text), Quiet: wall.Quiet{From: wall.Night, Until: wall.Morning}}
}

// anybody draws somebody around an instant.
func anybody(t *rapid.T, around time.Time) fitting.Person {
	loc, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	p := fitting.Person{Zone: loc, Said: map[int64]bool{}, Quiet: wall.Quiet{
		From: wall.TimeOfDay(rapid.IntRange(0, 1439).Draw(t, "quiet from")), Until: wall.TimeOfDay(rapid.IntRange(0, 1439).Draw(t, "quiet until")),
	}}
	for range rapid.IntRange(0, 4).Draw(t, "ranges") {
		from := rapid.IntRange(0, 90).Draw(t, "from")
		until := rapid.IntRange(from+1, 96).Draw(t, "until")
		for weekday := range time.Weekday(7) {
			if rapid.Bool().Draw(t, "on that day") {
				p.Hours = p.Hours.With(weekday, from*15, until*15)
			}
		}
	}
	p.Away, p.Busy = stretches(t, around, 1, 3*24*60), stretches(t, around, 4, 180)
	for range rapid.IntRange(0, 3).Draw(t, "answers") {
		start := around.Add(time.Duration(rapid.IntRange(0, 8*48).Draw(t, "half hours")) * 30 * time.Minute)
		p.Said[start.Unix()] = rapid.Bool().Draw(t, "comes")
	}
	return p
}

func stretches(t *rapid.T, around time.Time, most, longest int) []fitting.Interval {
	var out []fitting.Interval
	for range rapid.IntRange(0, most).Draw(t, "stretches") {
		from := around.Add(time.Duration(rapid.IntRange(-2*24*60, 9*24*60).Draw(t, "minutes")) * time.Minute)
		out = append(out, fitting.Interval{From: from, Until: from.Add(time.Duration(rapid.IntRange(1, longest).Draw(t, "length")) * time.Minute)})
	}
	return out
}

// slowly is Person.At as the rule says it: minute by minute, by what the clock on the wall shows.
func slowly(p fitting.Person, start time.Time, minutes int) fitting.Fit {
	if suits, said := p.Said[start.Unix()]; said {
		return map[bool]fitting.Fit{true: fitting.Yes, false: fitting.No}[suits]
	}
	stated, quiet := true, false
	for m := range minutes {
		t := start.Add(time.Duration(m) * time.Minute)
		for _, taken := range append(append([]fitting.Interval{}, p.Away...), p.Busy...) {
			if !t.Before(taken.From) && t.Before(taken.Until) {
				return fitting.No
			}
		}
		local := t.In(p.Zone)
		at := wall.At(local.Hour(), local.Minute())
		stated = stated && p.Hours.Covers(local.Weekday(), at, 1)
		quiet = quiet || p.Quiet.Holds(at)
	}
	switch {
	case p.Hours.IsZero() && quiet, !p.Hours.IsZero() && !stated:
		return fitting.No
	case p.Hours.IsZero():
		return fitting.Unknown
	}
	return fitting.Yes
}

func atNight(p fitting.Person, start time.Time, minutes int) bool {
	for m := range minutes {
		if hour := start.Add(time.Duration(m) * time.Minute).In(p.Zone).Hour(); hour >= 22 || hour < 7 {
			return true
		}
	}
	return false
}

// shown gives, for the minutes from an instant on, the first instant at which the wall shows each date and time.
func shown(from time.Time, days int, loc *time.Location) map[wall.Date]map[wall.TimeOfDay]time.Time {
	out := map[wall.Date]map[wall.TimeOfDay]time.Time{}
	for m := range days * 24 * 60 {
		t := from.Add(time.Duration(m) * time.Minute)
		local := t.In(loc)
		on := wall.NewDate(local.Date())
		if out[on] == nil {
			out[on] = map[wall.TimeOfDay]time.Time{}
		}
		at := wall.At(local.Hour(), local.Minute())
		if _, before := out[on][at]; !before {
			out[on][at] = t
		}
	}
	return out
}
