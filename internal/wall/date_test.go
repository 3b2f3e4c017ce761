package wall_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kring/internal/wall"
)

func date(t testing.TB, s string) wall.Date {
	t.Helper()
	d, err := wall.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := wall.LoadZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestParseDateRefuses(t *testing.T) {
	for _, s := range []string{"", "2017-6-6", "2017-02-29", "1999-12-31", "2201-01-01", "9999-01-01", "2017-06-06T00:00:00Z", " 2017-06-06", "06-06-2017", "2017-13-01"} {
		if d, err := wall.ParseDate(s); !errors.Is(err, wall.ErrDate) {
			t.Errorf("ParseDate(%q) = %v, %v, want ErrDate", s, d, err)
		}
	}
}

func TestDateInOtherForms(t *testing.T) {
	d := wall.NewDate(2017, time.June, 6)
	text, err := json.Marshal(map[wall.Date]wall.Date{d: d})
	if err != nil || string(text) != `{"2017-06-06":"2017-06-06"}` {
		t.Errorf("JSON %s, %v", text, err)
	}
	var back map[wall.Date]wall.Date
	if err := json.Unmarshal(text, &back); err != nil || back[d] != d {
		t.Errorf("back from JSON: %v, %v", back, err)
	}
	if v, err := d.Value(); v != "2017-06-06" || err != nil {
		t.Errorf("Value %v, %v", v, err)
	}
	if v, err := (wall.Date{}).Value(); v != nil || err != nil {
		t.Errorf("no date is stored as %v, %v", v, err)
	}
	midnight := time.Date(2017, time.June, 6, 0, 0, 0, 0, time.FixedZone("", 13*3600))
	for _, src := range []any{"2017-06-06", []byte("2017-06-06"), midnight} {
		var got wall.Date
		if err := got.Scan(src); err != nil || got != d {
			t.Errorf("Scan(%v) = %v, %v", src, got, err)
		}
	}
	got := d
	if err := got.Scan(nil); err != nil || !got.IsZero() || got.String() != "" {
		t.Errorf("Scan(nil) = %v, %v", got, err)
	}
	for _, src := range []any{int64(5), "yesterday"} {
		if err := got.Scan(src); !errors.Is(err, wall.ErrDate) {
			t.Errorf("Scan(%v): %v, want ErrDate", src, err)
		}
	}
}

func TestDateOfDependsOnTheZone(t *testing.T) {
	turn := time.Date(2017, time.December, 31, 23, 30, 0, 0, time.UTC)
	for name, want := range map[string]string{"Europe/London": "2017-12-31", "Europe/Brussels": "2018-01-01", "Pacific/Auckland": "2018-01-01", "Asia/Kathmandu": "2018-01-01", "America/New_York": "2017-12-31"} {
		if got := wall.DateOf(turn, zone(t, name)); got.String() != want {
			t.Errorf("in %s the turn of the year is on %s, want %s", name, got, want)
		}
	}
}

func TestDatesCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDate(t, "date")
		n := rapid.IntRange(-5000, 5000).Draw(t, "days")
		e := d.AddDays(n)
		if e.Sub(d) != n || e.AddDays(-n) != d {
			t.Fatalf("%s + %d = %s, back %s, difference %d", d, n, e, e.AddDays(-n), e.Sub(d))
		}
		if e.After(d) != (n > 0) || e.Before(d) != (n < 0) || d.Compare(e) != -e.Compare(d) {
			t.Fatalf("order of %s and %s", d, e)
		}
		w := time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday"))
		if on := d.OnOrAfter(w); on.Weekday() != w || on.Sub(d) < 0 || on.Sub(d) > 6 {
			t.Fatalf("first %s from %s is %s", w, d, on)
		}
		if back, err := wall.ParseDate(d.String()); err != nil || back != d {
			t.Fatalf("%s reads back as %s, %v", d, back, err)
		}
	})
}

func drawDate(t *rapid.T, label string) wall.Date {
	return wall.NewDate(2000, time.January, 1).AddDays(rapid.IntRange(0, 200*365).Draw(t, label))
}

func TestWorkingDaysBefore(t *testing.T) {
	whitMonday := func(d wall.Date) bool { return d.String() == "2017-06-05" }
	cases := []struct {
		name    string
		on      string
		n       int
		holiday func(wall.Date) bool
		want    string
	}{
		{"two before a Thursday is Tuesday", "2017-06-08", 2, nil, "2017-06-06"},
		{"two before a Tuesday steps over the weekend", "2017-06-13", 2, nil, "2017-06-09"},
		{"a holiday is no working day", "2017-06-06", 2, whitMonday, "2017-06-01"},
		{"from a Sunday the first is Friday", "2017-06-11", 1, nil, "2017-06-09"},
		{"none is the day itself", "2017-06-11", 0, nil, "2017-06-11"},
		{"over the turn of the year", "2018-01-02", 2, nil, "2017-12-29"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := wall.WorkingDaysBefore(date(t, c.on), c.n, c.holiday); got.String() != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func FuzzParseDate(f *testing.F) {
	f.Add("2017-06-06")
	f.Add("9999-99-99")
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := wall.ParseDate(s); err == nil && (d.String() != s || !d.Valid()) {
			t.Errorf("ParseDate(%q) = %s", s, d)
		}
	})
}
