package wall_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kring/internal/wall"
)

func quietHours(t testing.TB, from, until string) wall.Quiet {
	t.Helper()
	return wall.Quiet{From: at(t, from), Until: at(t, until)}
}

func moment(t testing.TB, text string) time.Time {
	t.Helper()
	m, err := time.Parse("2006-01-02T15:04Z07:00", text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestQuietHoursHold(t *testing.T) {
	night, lunch, none := quietHours(t, "22:00", "07:00"), quietHours(t, "12:00", "13:00"), quietHours(t, "09:00", "09:00")
	cases := []struct {
		quiet wall.Quiet
		at    string
		want  bool
	}{
		{night, "21:59", false}, {night, "22:00", true}, {night, "00:00", true}, {night, "06:59", true}, {night, "07:00", false},
		{lunch, "11:59", false}, {lunch, "12:00", true}, {lunch, "13:00", false}, {none, "09:00", false},
	}
	for _, c := range cases {
		if got := c.quiet.Holds(at(t, c.at)); got != c.want {
			t.Errorf("%v at %s: %v", c.quiet, c.at, got)
		}
	}
}

func TestASessionTouchesQuietHours(t *testing.T) {
	night := quietHours(t, "22:00", "07:00")
	cases := []struct {
		name, zone, start string
		minutes           int
		want              bool
	}{
		{"until 22 h sharp", "Europe/Brussels", "2017-06-06T19:00Z", 60, false},
		{"a minute longer", "Europe/Brussels", "2017-06-06T19:00Z", 61, true},
		{"from 7 h on", "Europe/Brussels", "2017-06-06T05:00Z", 60, false},
		{"a minute earlier", "Europe/Brussels", "2017-06-06T04:59Z", 60, true},
		{"Kathmandu is a quarter of an hour beside the rest", "Asia/Kathmandu", "2017-06-06T15:15Z", 60, false},
		{"over the turn of the year", "Pacific/Auckland", "2017-12-31T10:30Z", 60, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := night.Touches(moment(t, c.start), c.minutes, zone(t, c.zone)); got != c.want {
				t.Errorf("got %v", got)
			}
			if got := wall.InNight(moment(t, c.start), c.minutes, zone(t, c.zone)); got != c.want {
				t.Errorf("InNight %v", got)
			}
		})
	}
	// The clock of 25 March 2018 jumps from 2 to 3: quiet from 2 until 3 is not met that day, and is on another.
	small := quietHours(t, "02:00", "03:00")
	if small.Touches(moment(t, "2018-03-25T00:30Z"), 60, zone(t, "Europe/Brussels")) {
		t.Error("a session through the gap meets hours that are not there")
	}
	if !small.Touches(moment(t, "2018-03-24T00:30Z"), 60, zone(t, "Europe/Brussels")) {
		t.Error("the day before they are there")
	}
}

func TestTouchesIsWhatEveryMinuteSays(t *testing.T) {
	zones := []string{"Europe/Brussels", "Pacific/Auckland", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Santiago"}
	days := []string{"2018-03-24", "2017-10-28", "2018-03-31", "2017-09-23", "2018-08-11", "2017-12-31"}
	rapid.Check(t, func(r *rapid.T) {
		q := wall.Quiet{From: wall.TimeOfDay(rapid.IntRange(0, 1439).Draw(r, "from")), Until: wall.TimeOfDay(rapid.IntRange(0, 1439).Draw(r, "until"))}
		loc, minutes := zone(t, rapid.SampledFrom(zones).Draw(r, "zone")), rapid.IntRange(1, 300).Draw(r, "minutes")
		start := moment(t, rapid.SampledFrom(days).Draw(r, "day")+"T00:00Z").Add(time.Duration(rapid.IntRange(0, 2880).Draw(r, "start")) * time.Minute)
		want := false
		for m := range minutes {
			local := start.Add(time.Duration(m) * time.Minute).In(loc)
			want = want || q.Holds(wall.At(local.Hour(), local.Minute()))
		}
		if got := q.Touches(start, minutes, loc); got != want {
			r.Fatalf("%v, %d minutes from %v: %v", q, minutes, start.In(loc), got)
		}
		if ends := q.After(start, loc); q.Holds(wall.TimeOfDayOf(ends, loc)) || ends.Before(start) || ends.Sub(start) > 25*time.Hour {
			r.Fatalf("%v after %v ends at %v", q, start.In(loc), ends.In(loc))
		}
	})
}

func TestWhenQuietHoursEnd(t *testing.T) {
	night, brussels := quietHours(t, "22:00", "07:00"), zone(t, "Europe/Brussels")
	for at, want := range map[string]string{
		"2017-06-06T19:59Z": "2017-06-06T19:59Z", "2017-06-06T20:00Z": "2017-06-07T05:00Z", "2017-06-07T03:00Z": "2017-06-07T05:00Z",
		"2018-03-24T23:00Z": "2018-03-25T05:00Z", "2017-12-31T22:00Z": "2018-01-01T06:00Z",
	} {
		if got := night.After(moment(t, at), brussels); !got.Equal(moment(t, want)) {
			t.Errorf("after %s: %v", at, got)
		}
	}
}

func TestDaysOfTheWeek(t *testing.T) {
	days := wall.WeekdaysOf(time.Sunday, time.Wednesday)
	if !slices.Equal(days.Days(), []time.Weekday{time.Wednesday, time.Sunday}) || days.Has(time.Monday) {
		t.Errorf("%v", days.Days())
	}
	brussels := zone(t, "Europe/Brussels")
	cases := []struct {
		name  string
		days  wall.Weekdays
		after string
		at    string
		want  string
	}{
		{"the same morning", wall.MondayToFriday, "2017-06-06T05:59Z", "08:00", "2017-06-06T06:00Z"},
		{"at that very moment it is the next", wall.MondayToFriday, "2017-06-06T06:00Z", "08:00", "2017-06-07T06:00Z"},
		{"over the weekend", wall.MondayToFriday, "2017-06-09T10:00Z", "08:00", "2017-06-12T06:00Z"},
		{"one day a week", wall.WeekdaysOf(time.Tuesday), "2017-06-06T06:00Z", "08:00", "2017-06-13T06:00Z"},
		{"an hour that the clock jumps over", wall.WeekdaysOf(time.Sunday), "2018-03-24T12:00Z", "02:30", "2018-03-25T01:00Z"},
		{"no day at all", 0, "2017-06-06T05:59Z", "08:00", "2017-06-06T05:59Z"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := c.days.MorningAfter(moment(t, c.after), at(t, c.at), brussels); !got.Equal(moment(t, c.want)) {
				t.Errorf("got %v", got)
			}
		})
	}
}
