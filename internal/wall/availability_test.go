package wall_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kring/internal/wall"
)

func hours(t testing.TB, text string) wall.Availability {
	t.Helper()
	a, err := wall.ParseAvailability([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAvailabilityIsMergedAndSorted(t *testing.T) {
	a := hours(t, `[{"weekday":"thu","from":"12:00","until":"14:00"},{"weekday":"tue","from":"11:00","until":"12:00"},
		{"from":"09:00","until":"11:30","weekday":"tue"},{"weekday":"sun","from":"22:00","until":"24:00"},{"weekday":"mon","from":"00:00","until":"01:00"}]`)
	text, err := json.Marshal(a)
	want := `[{"weekday":"mon","from":"00:00","until":"01:00"},{"weekday":"tue","from":"09:00","until":"12:00"},` +
		`{"weekday":"thu","from":"12:00","until":"14:00"},{"weekday":"sun","from":"22:00","until":"24:00"}]`
	if err != nil || string(text) != want {
		t.Errorf("got %s, %v", text, err)
	}
	if empty, _ := json.Marshal(wall.Availability{}); string(empty) != "[]" {
		t.Errorf("no hours are %s", empty)
	}
}

func TestParseAvailabilityNamesEveryFault(t *testing.T) {
	many := "[" + strings.Repeat(`{"weekday":"tue","from":"09:00","until":"10:00"},`, wall.MaxHours) + `{"weekday":"tue","from":"09:00","until":"10:00"}]`
	cases := []struct {
		name, text string
		want       wall.HoursFaults
	}{
		{"not a list", `{"weekday":"tue"}`, wall.HoursFaults{{-1, "", wall.HoursUnreadable}}},
		{"null", `null`, wall.HoursFaults{{-1, "", wall.HoursUnreadable}}},
		{"something after the list", `[] []`, wall.HoursFaults{{-1, "", wall.HoursUnreadable}}},
		{"nothing", ``, wall.HoursFaults{{-1, "", wall.HoursUnreadable}}},
		{"more than the bound", many, wall.HoursFaults{{-1, "", wall.HoursTooMany}}},
		{"an entry that is no object", `[7]`, wall.HoursFaults{{0, "", wall.HoursField}}},
		{"a field missing, one unknown, one in capitals", `[{"Weekday":"tue","from":"09:00"}]`,
			wall.HoursFaults{{0, "Weekday", wall.HoursField}, {0, "weekday", wall.HoursField}, {0, "until", wall.HoursField}}},
		{"a field twice", `[{"weekday":"tue","weekday":"wed","from":"09:00","until":"10:00"}]`, wall.HoursFaults{{0, "weekday", wall.HoursField}}},
		{"a number for a time", `[{"weekday":"tue","from":9,"until":"10:00"}]`, wall.HoursFaults{{0, "from", wall.HoursField}}},
		{"faults in the second and the third, all at once",
			`[{"weekday":"tue","from":"09:00","until":"10:00"},{"weekday":"tuesday","from":"09:10","until":"25:00"},{"weekday":"wed","from":"10:00","until":"10:00"}]`,
			wall.HoursFaults{{1, "weekday", wall.HoursWeekday}, {1, "from", wall.HoursNotQuarter}, {1, "until", wall.HoursTime}, {2, "until", wall.HoursZeroLength}}},
		{"over midnight in one range", `[{"weekday":"tue","from":"22:00","until":"02:00"}]`, wall.HoursFaults{{0, "until", wall.HoursUntilBefore}}},
		{"24:00 is only an end", `[{"weekday":"tue","from":"24:00","until":"24:00"}]`, wall.HoursFaults{{0, "from", wall.HoursTime}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a, err := wall.ParseAvailability([]byte(c.text))
			var faults wall.HoursFaults
			if !errors.As(err, &faults) || !slices.Equal(faults, c.want) || !a.IsZero() {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
	stated := []wall.Hours{{Weekday: "mon", From: "09:00", Until: "08:00"}}
	if _, err := wall.AvailabilityOf(stated); err == nil || err.Error() != "availability: range 0 until: until-before-from" {
		t.Errorf("AvailabilityOf: %v", err)
	}
	if _, err := wall.AvailabilityOf(make([]wall.Hours, wall.MaxHours+1)); err == nil {
		t.Error("AvailabilityOf takes too many ranges")
	}
}

func TestAvailabilityInAColumn(t *testing.T) {
	a := hours(t, `[{"weekday":"tue","from":"09:00","until":"12:00"}]`)
	v, err := a.Value()
	if err != nil || v != `[{"weekday":"tue","from":"09:00","until":"12:00"}]` {
		t.Errorf("Value %v, %v", v, err)
	}
	for _, src := range []any{v, []byte(v.(string))} {
		var back wall.Availability
		if err := back.Scan(src); err != nil || back != a {
			t.Errorf("Scan(%T) = %v, %v", src, back, err)
		}
	}
	back := a
	if err := back.Scan(nil); err != nil || !back.IsZero() {
		t.Errorf("Scan(nil) = %v, %v", back, err)
	}
	if err := back.Scan(int64(1)); err == nil {
		t.Error("Scan takes a number")
	}
}

func TestCovers(t *testing.T) {
	a := hours(t, `[{"weekday":"tue","from":"12:00","until":"14:00"},{"weekday":"sat","from":"22:00","until":"24:00"},{"weekday":"sun","from":"00:00","until":"01:00"}]`)
	cases := []struct {
		name    string
		weekday time.Weekday
		from    string
		minutes int
		want    bool
	}{
		{"inside", time.Tuesday, "12:30", 60, true},
		{"to the edges", time.Tuesday, "12:00", 120, true},
		{"a minute too long", time.Tuesday, "12:00", 121, false},
		{"a minute too early", time.Tuesday, "11:59", 30, false},
		{"an odd start inside", time.Tuesday, "12:07", 60, true},
		{"over midnight and the end of the week", time.Saturday, "23:30", 60, true},
		{"too far over midnight", time.Saturday, "23:30", 95, false},
		{"another day", time.Wednesday, "12:30", 60, false},
		{"no length", time.Tuesday, "12:30", 0, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := a.Covers(c.weekday, at(t, c.from), c.minutes); got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestSuitsFollowsThePersonsOwnWall(t *testing.T) {
	lunch := `[{"weekday":"tue","from":"12:00","until":"14:00"}]`
	cases := []struct {
		name, hours, zone, start string
		minutes                  int
		want                     bool
	}{
		{"lunch in Brussels in summer", lunch, "Europe/Brussels", "2017-06-06T10:30Z", 60, true},
		{"the same UTC hour in winter is too early", lunch, "Europe/Brussels", "2017-12-05T10:30Z", 60, false},
		{"an hour later in winter", lunch, "Europe/Brussels", "2017-12-05T11:30Z", 60, true},
		{"London is an hour behind", lunch, "Europe/London", "2017-06-06T10:30Z", 60, false},
		{"Kathmandu by its quarter hours", lunch, "Asia/Kathmandu", "2017-06-06T06:15Z", 120, true},
		{"Kathmandu a minute too long", lunch, "Asia/Kathmandu", "2017-06-06T06:15Z", 121, false},
		{"Tuesday in Auckland is Monday in UTC", `[{"weekday":"tue","from":"08:00","until":"10:00"}]`, "Pacific/Auckland", "2017-06-05T20:00Z", 120, true},
		{"through the gap of March the wall runs from 1 to 4", `[{"weekday":"sun","from":"01:00","until":"02:00"},{"weekday":"sun","from":"03:00","until":"04:00"}]`, "Europe/Brussels", "2018-03-25T00:00Z", 120, true},
		{"through the overlap of October the wall shows 2 to 3 twice", `[{"weekday":"sun","from":"01:00","until":"03:00"}]`, "Europe/Brussels", "2017-10-28T23:00Z", 180, true},
		{"after the overlap it is past 3", `[{"weekday":"sun","from":"01:00","until":"03:00"}]`, "Europe/Brussels", "2017-10-28T23:00Z", 181, false},
		{"over the turn of the year", `[{"weekday":"sun","from":"23:00","until":"24:00"},{"weekday":"mon","from":"00:00","until":"01:00"}]`, "Europe/Brussels", "2017-12-31T22:30Z", 60, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			start, err := time.Parse("2006-01-02T15:04Z07:00", c.start)
			if err != nil {
				t.Fatal(err)
			}
			if got := hours(t, c.hours).Suits(start, c.minutes, zone(t, c.zone)); got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestAvailabilityReadsBackWhatItWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a wall.Availability
		for range rapid.IntRange(0, 20).Draw(t, "ranges") {
			from := rapid.IntRange(0, 95).Draw(t, "from")
			until := rapid.IntRange(from+1, 96).Draw(t, "until")
			weekday := time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday"))
			a = a.With(weekday, from*15, until*15)
			if !a.Covers(weekday, wall.TimeOfDay(from*15), (until-from)*15) {
				t.Fatalf("the range just added is not covered")
			}
		}
		back, err := wall.AvailabilityOf(a.Hours())
		if err != nil || back != a {
			t.Fatalf("%v reads back as %v, %v", a.Hours(), back.Hours(), err)
		}
	})
}

func FuzzParseAvailability(f *testing.F) {
	f.Add([]byte(`[{"weekday":"tue","from":"09:00","until":"12:00"}]`))
	f.Add([]byte(`[{"weekday":"tue","from":"09:00","until":"24:00","x":{}},{},[],7]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := wall.ParseAvailability(data)
		if err != nil {
			if !a.IsZero() {
				t.Errorf("%q: hours in spite of %v", data, err)
			}
			return
		}
		text, _ := json.Marshal(a)
		if back, err := wall.ParseAvailability(text); err != nil || back != a {
			t.Errorf("%q reads back as %v, %v", data, back, err)
		}
	})
}
