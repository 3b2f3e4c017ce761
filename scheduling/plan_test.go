package scheduling

import (
	"slices"
	"testing"
	"time"

	"kring/internal/wall"

	"kring/scheduling/holidays"
)

func day(t testing.TB, text string) wall.Date {
	t.Helper()
	d, err := wall.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func at(t testing.TB, text string) time.Time {
	t.Helper()
	instant, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return instant.UTC()
}

func span(t testing.TB, from, until string) Span {
	t.Helper()
	return Span{FromOn: day(t, from), UntilOn: day(t, until)}
}

func holidayOn(dates ...wall.Date) func(wall.Date) bool {
	return func(d wall.Date) bool { return slices.Contains(dates, d) }
}

func weekly(weekday time.Weekday, clock wall.TimeOfDay, zone string) Run {
	return Run{Slot: wall.Slot{Weekday: weekday, At: clock, Zone: zone}, Interval: 7, Minutes: 60}
}

func TestLayOut(t *testing.T) {
	ascension, allSaints := day(t, "2018-05-10"), day(t, "2017-11-01")
	for name, c := range map[string]struct {
		run    Run
		off    OffDays
		from   string
		n      int
		starts []string
		free   []string
	}{
		"the hour on the wall stays when summer ends in Brussels": {
			run: weekly(time.Thursday, wall.At(12, 30), "Europe/Brussels"), from: "2017-10-19", n: 3,
			starts: []string{"2017-10-19T10:30:00Z", "2017-10-26T10:30:00Z", "2017-11-02T11:30:00Z"},
		},
		"and when summer begins": {
			run: weekly(time.Thursday, wall.At(12, 30), "Europe/Brussels"), from: "2018-03-22", n: 2,
			starts: []string{"2018-03-22T11:30:00Z", "2018-03-29T10:30:00Z"},
		},
		"summer begins in Auckland when it ends in Europe": {
			run: weekly(time.Monday, wall.At(9, 0), "Pacific/Auckland"), from: "2017-09-18", n: 2,
			starts: []string{"2017-09-17T21:00:00Z", "2017-09-24T20:00:00Z"},
		},
		"Kathmandu has a quarter of an hour and no summer": {
			run: weekly(time.Sunday, wall.At(10, 0), "Asia/Kathmandu"), from: "2018-03-24", n: 2,
			starts: []string{"2018-03-25T04:15:00Z", "2018-04-01T04:15:00Z"},
		},
		"an hour that the clock jumps over becomes the next valid minute": {
			run: weekly(time.Sunday, wall.At(2, 30), "Europe/Brussels"), from: "2018-03-18", n: 3,
			starts: []string{"2018-03-18T01:30:00Z", "2018-03-25T01:00:00Z", "2018-04-01T00:30:00Z"},
		},
		"an hour that comes twice is the first of the two": {
			run: weekly(time.Sunday, wall.At(2, 30), "Europe/Brussels"), from: "2017-10-29", n: 1,
			starts: []string{"2017-10-29T00:30:00Z"},
		},
		"a holiday is left free and the run goes on a week later": {
			run: weekly(time.Thursday, wall.At(12, 30), "Europe/Brussels"), off: OffDays{Holiday: holidayOn(ascension)},
			from: "2018-05-03", n: 3, free: []string{"2018-05-10 holiday"},
			starts: []string{"2018-05-03T10:30:00Z", "2018-05-17T10:30:00Z", "2018-05-24T10:30:00Z"},
		},
		"a holiday on another weekday changes nothing": {
			run: weekly(time.Thursday, wall.At(12, 30), "Europe/Brussels"), off: OffDays{Holiday: holidayOn(allSaints)},
			from: "2017-10-26", n: 2, starts: []string{"2017-10-26T10:30:00Z", "2017-11-02T11:30:00Z"},
		},
		"a break over the turn of the year is left free": {
			run: weekly(time.Tuesday, wall.At(9, 0), "Europe/London"), off: OffDays{Breaks: []Span{span(t, "2017-12-23", "2018-01-07")}},
			from: "2017-12-19", n: 2, free: []string{"2017-12-26 break", "2018-01-02 break"},
			starts: []string{"2017-12-19T09:00:00Z", "2018-01-09T09:00:00Z"},
		},
		"the first date is on the slot's weekday on or after the start": {
			run: weekly(time.Tuesday, wall.At(12, 30), "Europe/Brussels"), from: "2018-02-15", n: 1,
			starts: []string{"2018-02-20T11:30:00Z"},
		},
		"a rhythm of two weeks stays one of two weeks": {
			run:  Run{Slot: wall.Slot{Weekday: time.Monday, At: wall.At(16, 0), Zone: "Europe/Brussels"}, Interval: 14, Minutes: 90},
			from: "2018-01-01", n: 2, starts: []string{"2018-01-01T15:00:00Z", "2018-01-15T15:00:00Z"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.run.Off = c.off
			dates, free, err := c.run.LayOut(day(t, c.from), time.Time{}, c.n)
			if err != nil {
				t.Fatal(err)
			}
			if got := startsOf(dates); !slices.Equal(got, c.starts) {
				t.Errorf("dates are %v, want %v", got, c.starts)
			}
			for _, d := range dates {
				if length := d.EndsAt.Sub(d.StartsAt); length != time.Duration(c.run.Minutes)*time.Minute {
					t.Errorf("session on %v takes %v", d.On, length)
				}
			}
			if got := freeOf(free); !slices.Equal(got, c.free) {
				t.Errorf("free are %v, want %v", got, c.free)
			}
		})
	}
}

func startsOf(dates []Dated) []string {
	var out []string
	for _, d := range dates {
		out = append(out, d.StartsAt.Format(time.RFC3339))
	}
	return out
}

func freeOf(free []Free) []string {
	var out []string
	for _, f := range free {
		out = append(out, f.On.String()+" "+f.Why)
	}
	return out
}

func TestTheSecondCircleHasThirteenDatesAroundItsBreak(t *testing.T) {
	run := weekly(time.Thursday, wall.At(12, 30), "Europe/Brussels")
	run.Off.Breaks = []Span{span(t, "2017-11-02", "2017-11-02")}
	dates, free, err := run.LayOut(day(t, "2017-08-31"), time.Time{}, 13)
	if err != nil {
		t.Fatal(err)
	}
	if first, last := dates[0].On, dates[12].On; first != day(t, "2017-08-31") || last != day(t, "2017-11-30") {
		t.Errorf("the run goes from %v to %v", first, last)
	}
	if len(free) != 1 || free[0].On != day(t, "2017-11-02") {
		t.Errorf("free are %v", free)
	}
}

func TestALayOutOfAnEndlessBreakEnds(t *testing.T) {
	run := weekly(time.Thursday, wall.At(12, 30), "Europe/Brussels")
	run.Off.Breaks = []Span{span(t, "2000-01-01", "2199-12-31")}
	dates, _, err := run.LayOut(day(t, "2018-01-01"), time.Time{}, 13)
	if err != nil || len(dates) != 0 {
		t.Errorf("got %v, %v", dates, err)
	}
}

func TestAppend(t *testing.T) {
	for name, c := range map[string]struct {
		interval int
		last     string
		after    string
		off      []Span
		want     string
		then     string
	}{
		"one interval after the last date of the slot": {
			interval: 7, last: "2018-05-15", after: "2018-05-15T11:00:00Z", want: "2018-05-22T10:30:00Z", then: "2018-05-29T10:30:00Z",
		},
		"later than the last session even when that was moved far on": {
			interval: 7, last: "2018-05-15", after: "2018-05-22T10:30:00Z", want: "2018-05-29T10:30:00Z", then: "2018-06-05T10:30:00Z",
		},
		"over a break": {
			interval: 7, last: "2018-05-15", after: "2018-05-15T11:00:00Z", off: []Span{span(t, "2018-05-20", "2018-05-30")},
			want: "2018-06-05T10:30:00Z", then: "2018-06-12T10:30:00Z",
		},
		"in a rhythm of two weeks": {
			interval: 14, last: "2018-05-15", after: "2018-05-15T11:00:00Z", want: "2018-05-29T10:30:00Z", then: "2018-06-12T10:30:00Z",
		},
	} {
		t.Run(name, func(t *testing.T) {
			run := weekly(time.Tuesday, wall.At(12, 30), "Europe/Brussels")
			run.Interval, run.Off.Breaks = c.interval, c.off
			dates, err := run.Append(day(t, c.last), at(t, c.after), 2)
			if err != nil {
				t.Fatal(err)
			}
			if got := startsOf(dates); !slices.Equal(got, []string{c.want, c.then}) {
				t.Errorf("got %v, want %v and %v", got, c.want, c.then)
			}
		})
	}
}

func TestWarnings(t *testing.T) {
	bankHoliday := day(t, "2017-08-28")
	england := livesBy(countryOfZone("Europe/London"))
	name := holidays.Name{NL: "de bankfeestdag eind augustus", EN: "the summer bank holiday"}
	if h, ok := england(bankHoliday); ok {
		name = h.Name
	}
	run := weekly(time.Tuesday, wall.At(12, 30), "Europe/Brussels")
	dated, _, err := run.LayOut(day(t, "2017-06-06"), time.Time{}, 13)
	if err != nil {
		t.Fatal(err)
	}
	var dates []wall.Date
	for _, d := range dated {
		dates = append(dates, d.On)
	}
	for name, c := range map[string]struct {
		dates   []wall.Date
		watched Watched
		want    []Warning
	}{
		"the first circle hears of July and August and of the bank holiday of most of its members": {
			dates: dates, watched: Watched{Others: []Holidays{england}},
			want: []Warning{
				{Code: WarnSummer, On: day(t, "2017-07-04"), UntilOn: day(t, "2017-08-29"), Dates: 9},
				{
					Code: WarnHolidayOfSomeNear, On: day(t, "2017-08-29"), UntilOn: day(t, "2017-08-29"), Dates: 1,
					Name: name, HolidayOn: bankHoliday,
				},
			},
		},
		"a holiday of only some members on the very date": {
			dates: []wall.Date{bankHoliday}, watched: Watched{Others: []Holidays{england, england}},
			want: []Warning{
				{Code: WarnSummer, On: bankHoliday, UntilOn: bankHoliday, Dates: 1},
				{Code: WarnHolidayOfSome, On: bankHoliday, UntilOn: bankHoliday, Dates: 1, Name: name, HolidayOn: bankHoliday},
			},
		},
		"the end of the year from 24 December to 2 January": {
			dates: []wall.Date{day(t, "2017-12-23"), day(t, "2017-12-24"), day(t, "2018-01-02"), day(t, "2018-01-03")},
			want:  []Warning{{Code: WarnYearEnd, On: day(t, "2017-12-24"), UntilOn: day(t, "2018-01-02"), Dates: 2}},
		},
		"a school holiday of the programme": {
			dates:   []wall.Date{day(t, "2018-02-13"), day(t, "2018-02-20")},
			watched: Watched{Schools: []Span{{FromOn: day(t, "2018-02-12"), UntilOn: day(t, "2018-02-18"), Name: "krokusvakantie"}}},
			want: []Warning{{
				Code: WarnSchoolHoliday, On: day(t, "2018-02-13"), UntilOn: day(t, "2018-02-13"), Dates: 1, Name: holidays.Name{NL: "krokusvakantie", EN: "krokusvakantie"},
			}},
		},
		"an ordinary week": {dates: []wall.Date{day(t, "2018-02-20")}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Warnings(c.dates, c.watched); !slices.Equal(got, c.want) {
				t.Errorf("got  %v\nwant %v", got, c.want)
			}
		})
	}
}
