package wall_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kring/internal/wall"
)

func at(t testing.TB, s string) wall.TimeOfDay {
	t.Helper()
	tod, err := wall.ParseTimeOfDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return tod
}

func TestInstantMeetsClockChanges(t *testing.T) {
	cases := []struct {
		name, zone, date, clock string
		want                    string
		kind                    wall.Kind
	}{
		{"Brussels in summer", "Europe/Brussels", "2017-06-06", "12:30", "2017-06-06T10:30Z", wall.Exact},
		{"Brussels in winter", "Europe/Brussels", "2017-12-05", "12:30", "2017-12-05T11:30Z", wall.Exact},
		{"the hour that Brussels skips in March", "Europe/Brussels", "2018-03-25", "02:30", "2018-03-25T01:00Z", wall.Gap},
		{"the first minute skipped", "Europe/Brussels", "2018-03-25", "02:00", "2018-03-25T01:00Z", wall.Gap},
		{"the minute before the gap", "Europe/Brussels", "2018-03-25", "01:59", "2018-03-25T00:59Z", wall.Exact},
		{"the minute after the gap", "Europe/Brussels", "2018-03-25", "03:00", "2018-03-25T01:00Z", wall.Exact},
		{"the hour that Brussels shows twice in October", "Europe/Brussels", "2017-10-29", "02:30", "2017-10-29T00:30Z", wall.Overlap},
		{"the last minute shown twice", "Europe/Brussels", "2017-10-29", "02:59", "2017-10-29T00:59Z", wall.Overlap},
		{"the minute after the overlap", "Europe/Brussels", "2017-10-29", "03:00", "2017-10-29T02:00Z", wall.Exact},
		{"the minute before the overlap", "Europe/Brussels", "2017-10-29", "01:59", "2017-10-28T23:59Z", wall.Exact},
		{"London's gap", "Europe/London", "2018-03-25", "01:30", "2018-03-25T01:00Z", wall.Gap},
		{"London's overlap", "Europe/London", "2017-10-29", "01:30", "2017-10-29T00:30Z", wall.Overlap},
		{"Auckland's gap in September", "Pacific/Auckland", "2017-09-24", "02:30", "2017-09-23T14:00Z", wall.Gap},
		{"Auckland's overlap in April", "Pacific/Auckland", "2018-04-01", "02:30", "2018-03-31T13:30Z", wall.Overlap},
		{"Auckland at the turn of the year", "Pacific/Auckland", "2018-01-01", "00:00", "2017-12-31T11:00Z", wall.Exact},
		{"Kathmandu is 5:45 ahead", "Asia/Kathmandu", "2017-06-06", "12:30", "2017-06-06T06:45Z", wall.Exact},
		{"Lord Howe skips half an hour", "Australia/Lord_Howe", "2017-10-01", "02:15", "2017-09-30T15:30Z", wall.Gap},
		{"Lord Howe after its half hour", "Australia/Lord_Howe", "2017-10-01", "02:30", "2017-09-30T15:30Z", wall.Exact},
		{"Lord Howe shows half an hour twice", "Australia/Lord_Howe", "2018-04-01", "01:45", "2018-03-31T14:45Z", wall.Overlap},
		{"Lord Howe before its doubled half hour", "Australia/Lord_Howe", "2018-04-01", "01:29", "2018-03-31T14:29Z", wall.Exact},
		{"São Paulo once had no midnight in October", "America/Sao_Paulo", "2017-10-15", "00:00", "2017-10-15T03:00Z", wall.Gap},
		{"São Paulo showed the last hour twice in February", "America/Sao_Paulo", "2018-02-17", "23:30", "2018-02-18T01:30Z", wall.Overlap},
		{"Santiago has no midnight in August", "America/Santiago", "2018-08-12", "00:30", "2018-08-12T04:00Z", wall.Gap},
		{"Beirut has no midnight in March", "Asia/Beirut", "2018-03-25", "00:15", "2018-03-24T22:00Z", wall.Gap},
		{"Cairo has no midnight in April", "Africa/Cairo", "2024-04-26", "00:59", "2024-04-25T22:00Z", wall.Gap},
		{"Nuuk jumps over the end of a Saturday, so it is Sunday", "America/Nuuk", "2024-03-30", "23:30", "2024-03-31T01:00Z", wall.Gap},
		{"Apia left a whole Friday out", "Pacific/Apia", "2011-12-30", "12:00", "2011-12-30T10:00Z", wall.Gap},
		{"New Year's Eve of a leap year far ahead", "Europe/Brussels", "2040-12-31", "12:30", "2040-12-31T11:30Z", wall.Exact},
		{"UTC knows no changes", "UTC", "2018-03-25", "02:30", "2018-03-25T02:30Z", wall.Exact},
		{"Brussels in the last year", "Europe/Brussels", "2200-03-30", "02:30", "2200-03-30T01:00Z", wall.Gap},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, kind := wall.Instant(date(t, c.date), at(t, c.clock), zone(t, c.zone))
			if s := got.Format("2006-01-02T15:04Z07:00"); s != c.want || kind != c.kind || got.Location() != time.UTC {
				t.Errorf("got %s %s, want %s %s", s, kind, c.want, c.kind)
			}
		})
	}
}

// The oracle knows nothing of periods: it asks the zone about every minute of three days.
func TestInstantAgreesWithTryingEveryMinute(t *testing.T) {
	zones := []string{"Europe/Brussels", "Pacific/Auckland", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Cairo", "Asia/Beirut", "America/Nuuk", "Africa/Casablanca", "Pacific/Apia", "America/St_Johns"}
	rapid.Check(t, func(rt *rapid.T) {
		loc := zone(t, rapid.SampledFrom(zones).Draw(rt, "zone"))
		tod := wall.TimeOfDay(rapid.IntRange(0, 1439).Draw(rt, "minute"))
		d := nearChange(rt, loc)
		var first time.Time
		count := 0
		noon := time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC)
		for m := noon.Add(-36 * time.Hour); m.Before(noon.Add(36 * time.Hour)); m = m.Add(time.Minute) {
			if wall.DateOf(m, loc) == d && wall.TimeOfDayOf(m, loc) == tod {
				if count++; count == 1 {
					first = m
				}
			}
		}
		got, kind := wall.Instant(d, tod, loc)
		if want := []wall.Kind{wall.Gap, wall.Exact, wall.Overlap}[count]; kind != want {
			rt.Fatalf("%s %s in %s is %s, the zone shows it %d times", d, tod, loc, kind, count)
		}
		if count > 0 && !got.Equal(first) {
			rt.Fatalf("%s %s in %s is %s, the zone says %s", d, tod, loc, got, first)
		}
		if count == 0 {
			_, before := got.Add(-time.Minute).In(loc).Zone()
			_, after := got.In(loc).Zone()
			if after <= before {
				rt.Fatalf("%s %s in %s: %s is not the end of a gap", d, tod, loc, got)
			}
		}
	})
}

// nearChange draws dates of which many lie on a clock change.
func nearChange(t *rapid.T, loc *time.Location) wall.Date {
	d := wall.NewDate(2005, time.January, 1).AddDays(rapid.IntRange(0, 40*365).Draw(t, "day"))
	noon, _ := wall.Instant(d, wall.At(12, 0), loc)
	changes := wall.Changes(noon, noon.AddDate(0, 7, 0), loc)
	if len(changes) == 0 || rapid.Bool().Draw(t, "anywhere") {
		return d
	}
	return wall.DateOf(changes[0].At, loc).AddDays(rapid.IntRange(-1, 1).Draw(t, "beside"))
}

func TestChangesOfAZone(t *testing.T) {
	from, until := time.Date(2017, 10, 1, 0, 0, 0, 0, time.UTC), time.Date(2018, 4, 30, 0, 0, 0, 0, time.UTC)
	for name, want := range map[string]string{
		"Europe/Brussels":     "2017-10-29T01:00 2h0m0s>1h0m0s CET 2018-03-25T01:00 1h0m0s>2h0m0s CEST ",
		"Australia/Lord_Howe": "2018-03-31T15:00 11h0m0s>10h30m0s +1030 ",
		"Asia/Kathmandu":      "",
	} {
		got := ""
		for _, c := range wall.Changes(from, until, zone(t, name)) {
			got += c.At.Format("2006-01-02T15:04 ") + c.From.String() + ">" + c.To.String() + " " + c.Name + " "
		}
		if got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	change := time.Date(2017, 10, 29, 1, 0, 0, 0, time.UTC)
	if n := len(wall.Changes(change, change, zone(t, "Europe/Brussels"))); n != 1 {
		t.Errorf("both ends are included, but a change was found %d times", n)
	}
	if n := len(wall.Changes(time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2200, 12, 31, 0, 0, 0, 0, time.UTC), zone(t, "Europe/Brussels"))); n != 2*101 {
		t.Errorf("101 years have %d changes", n)
	}
}

func TestSlotOccurrencesKeepTheWallClock(t *testing.T) {
	slot := wall.Slot{Weekday: time.Thursday, At: wall.At(12, 30), Zone: "Europe/Brussels"}
	got, err := slot.Occurrences(date(t, "2017-08-29"), 14, 7)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, o := range got {
		texts = append(texts, o.At.Format("01-02T15:04"))
	}
	want := []string{
		"08-31T10:30", "09-07T10:30", "09-14T10:30", "09-21T10:30", "09-28T10:30", "10-05T10:30", "10-12T10:30", "10-19T10:30",
		"10-26T10:30", "11-02T11:30", "11-09T11:30", "11-16T11:30", "11-23T11:30", "11-30T11:30",
	}
	if !slices.Equal(texts, want) {
		t.Errorf("got %v", texts)
	}
	if first := got[0].On.String(); first != "2017-08-31" {
		t.Errorf("first on %s", first)
	}
	if wanders, _ := slot.Occurrences(date(t, "2017-08-31"), 2, 10); wanders[1].On.String() != "2017-09-10" {
		t.Errorf("ten days later is %s", wanders[1].On)
	}
}

func TestSlotNextIsStrictlyAfter(t *testing.T) {
	cases := []struct{ name, zone, clock, after, want string }{
		{"later the same day", "Europe/Brussels", "12:30", "2017-06-06T10:29Z", "2017-06-06T10:30Z"},
		{"not the instant itself", "Europe/Brussels", "12:30", "2017-06-06T10:30Z", "2017-06-13T10:30Z"},
		{"over the change of October", "Europe/Brussels", "12:30", "2017-10-24T10:30Z", "2017-10-31T11:30Z"},
		{"over the change of March", "Europe/Brussels", "12:30", "2018-03-20T11:30Z", "2018-03-27T10:30Z"},
		{"Tuesday in Auckland is Monday in UTC", "Pacific/Auckland", "09:00", "2017-06-05T20:00Z", "2017-06-05T21:00Z"},
		{"over the turn of the year", "Asia/Kathmandu", "08:00", "2017-12-26T02:15Z", "2018-01-02T02:15Z"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			after, err := time.Parse("2006-01-02T15:04Z07:00", c.after)
			if err != nil {
				t.Fatal(err)
			}
			got, err := wall.Slot{Weekday: time.Tuesday, At: at(t, c.clock), Zone: c.zone}.Next(after)
			if s := got.At.Format("2006-01-02T15:04Z07:00"); s != c.want || err != nil || got.On.Weekday() != time.Tuesday {
				t.Errorf("got %s on %s, %v, want %s", s, got.On, err, c.want)
			}
		})
	}
}

func TestSlotNextAndOccurrencesAgree(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		slot := wall.Slot{
			Weekday: time.Weekday(rapid.IntRange(0, 6).Draw(rt, "weekday")),
			At:      wall.TimeOfDay(rapid.IntRange(0, 1439).Draw(rt, "minute")),
			Zone:    rapid.SampledFrom([]string{"Europe/Brussels", "Pacific/Auckland", "America/Nuuk", "Africa/Cairo"}).Draw(rt, "zone"),
		}
		run, err := slot.Occurrences(nearChange(rt, zone(t, slot.Zone)), 4, 7)
		if err != nil {
			rt.Fatal(err)
		}
		for i := range run[1:] {
			if next, _ := slot.Next(run[i].At); next != run[i+1] {
				rt.Fatalf("after %v comes %v, want %v", run[i], next, run[i+1])
			}
		}
		if on, _ := slot.On(run[0].On); !on.Equal(run[0].At) {
			rt.Fatalf("on %s: %s, want %s", run[0].On, on, run[0].At)
		}
	})
}

func TestSlotCheckNamesEveryFault(t *testing.T) {
	err := wall.Slot{Weekday: 7, At: 1440, Zone: "Mars/Olympus"}.Check()
	for _, want := range []error{wall.ErrWeekday, wall.ErrTimeOfDay, wall.ErrZone} {
		if !errors.Is(err, want) {
			t.Errorf("%v does not name %v", err, want)
		}
	}
	if err := (wall.Slot{Weekday: time.Tuesday, At: wall.At(12, 30), Zone: "Europe/Brussels"}).Check(); err != nil {
		t.Error(err)
	}
	bad := wall.Slot{Zone: "Local"}
	_, onErr := bad.On(date(t, "2017-06-06"))
	_, nextErr := bad.Next(time.Unix(0, 0))
	_, runErr := bad.Occurrences(date(t, "2017-06-06"), 1, 7)
	for _, err := range []error{onErr, nextErr, runErr} {
		if !errors.Is(err, wall.ErrZone) {
			t.Errorf("%v, want ErrZone", err)
		}
	}
}

func TestTimeOfDay(t *testing.T) {
	for _, s := range []string{"", "24:00", "9:00", "12:60", "12-30", "12:3o", "12:30:00", "-1:00", "+1:00", "１2:30"} {
		if got, err := wall.ParseTimeOfDay(s); !errors.Is(err, wall.ErrTimeOfDay) {
			t.Errorf("ParseTimeOfDay(%q) = %v, %v", s, got, err)
		}
	}
	noonish := wall.At(12, 30)
	if v, _ := noonish.Value(); v != "12:30" || noonish.Hour() != 12 || noonish.Minute() != 30 {
		t.Errorf("12:30 is stored as %v", v)
	}
	for _, src := range []any{"12:30", []byte("12:30")} {
		var got wall.TimeOfDay
		if err := got.Scan(src); err != nil || got != noonish {
			t.Errorf("Scan(%v) = %v, %v", src, got, err)
		}
	}
	var got wall.TimeOfDay
	if err := got.Scan(int64(750)); !errors.Is(err, wall.ErrTimeOfDay) {
		t.Errorf("Scan of a number: %v", err)
	}
}

func TestWeekdayKeys(t *testing.T) {
	for w := time.Sunday; w <= time.Saturday; w++ {
		if back, err := wall.ParseWeekday(wall.WeekdayKey(w)); back != w || err != nil {
			t.Errorf("%s reads back as %s, %v", w, back, err)
		}
	}
	for _, s := range []string{"", "Mon", "unm", "monday", "mo", "monTue"} {
		if w, err := wall.ParseWeekday(s); !errors.Is(err, wall.ErrWeekday) {
			t.Errorf("ParseWeekday(%q) = %s, %v", s, w, err)
		}
	}
}

func FuzzParseTimeOfDay(f *testing.F) {
	f.Add("12:30")
	f.Add("24:00")
	f.Fuzz(func(t *testing.T, s string) {
		if got, err := wall.ParseTimeOfDay(s); err == nil && (got.String() != s || !got.Valid()) {
			t.Errorf("ParseTimeOfDay(%q) = %s", s, got)
		}
	})
}
