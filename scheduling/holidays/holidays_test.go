package holidays_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"kring/internal/wall"
	"kring/scheduling/holidays"
)

func load(t *testing.T, key string) holidays.Calendar {
	t.Helper()
	c, err := holidays.Load(key)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// year writes a calendar's year as "01-01 04-17 ..."; a substitute day has a star.
func year(c holidays.Calendar, y int) string {
	var days []string
	for _, day := range c.Between(wall.NewDate(y, time.January, 1), wall.NewDate(y, time.December, 31)) {
		text := fmt.Sprintf("%02d-%02d", day.On.Month, day.On.Day)
		if day.Holiday.Substitute {
			text += "*"
		}
		days = append(days, text)
	}
	return strings.Join(days, " ")
}

// The tables are written by hand from official lists, not from the program.
func TestYearsAsOfficialListsHaveThem(t *testing.T) {
	cases := []struct {
		key  string
		year int
		want string
	}{
		{"be", 2017, "01-01 04-17 05-01 05-25 06-05 07-21 08-15 11-01 11-11 12-25"},
		{"be", 2018, "01-01 04-02 05-01 05-10 05-21 07-21 08-15 11-01 11-11 12-25"},
		{"be", 2024, "01-01 04-01 05-01 05-09 05-20 07-21 08-15 11-01 11-11 12-25"},
		{"be", 2025, "01-01 04-21 05-01 05-29 06-09 07-21 08-15 11-01 11-11 12-25"},
		{"be", 2026, "01-01 04-06 05-01 05-14 05-25 07-21 08-15 11-01 11-11 12-25"},
		{"be", 2027, "01-01 03-29 05-01 05-06 05-17 07-21 08-15 11-01 11-11 12-25"},
		{"be", 2008, "01-01 03-24 05-01 05-12 07-21 08-15 11-01 11-11 12-25"}, // Ascension on 1 May: one free day
		{"nl", 2006, "01-01 04-16 04-17 04-29 05-25 06-04 06-05 12-25 12-26"}, // Queen's Day off a Sunday
		{"nl", 2013, "01-01 03-31 04-01 04-30 05-09 05-19 05-20 12-25 12-26"},
		{"nl", 2014, "01-01 04-20 04-21 04-26 05-29 06-08 06-09 12-25 12-26"}, // the first King's Day, off a Sunday
		{"nl", 2017, "01-01 04-16 04-17 04-27 05-25 06-04 06-05 12-25 12-26"},
		{"nl", 2018, "01-01 04-01 04-02 04-27 05-10 05-20 05-21 12-25 12-26"},
		{"nl", 2020, "01-01 04-12 04-13 04-27 05-05 05-21 05-31 06-01 12-25 12-26"}, // lustrum
		{"nl", 2024, "01-01 03-31 04-01 04-27 05-09 05-19 05-20 12-25 12-26"},
		{"nl", 2025, "01-01 04-20 04-21 04-26 05-05 05-29 06-08 06-09 12-25 12-26"}, // lustrum, King's Day off a Sunday
		{"nl", 2026, "01-01 04-05 04-06 04-27 05-14 05-24 05-25 12-25 12-26"},
		{"nl", 2027, "01-01 03-28 03-29 04-27 05-06 05-16 05-17 12-25 12-26"},
		{"de-nw", 2017, "01-01 04-14 04-17 05-01 05-25 06-05 06-15 10-03 10-31 11-01 12-25 12-26"},
		{"de-nw", 2018, "01-01 03-30 04-02 05-01 05-10 05-21 05-31 10-03 11-01 12-25 12-26"},
		{"de-nw", 2024, "01-01 03-29 04-01 05-01 05-09 05-20 05-30 10-03 11-01 12-25 12-26"},
		{"de-nw", 2025, "01-01 04-18 04-21 05-01 05-29 06-09 06-19 10-03 11-01 12-25 12-26"},
		{"de-nw", 2026, "01-01 04-03 04-06 05-01 05-14 05-25 06-04 10-03 11-01 12-25 12-26"},
		{"de-nw", 2027, "01-01 03-26 03-29 05-01 05-06 05-17 05-27 10-03 11-01 12-25 12-26"},
		{"de-bw", 2025, "01-01 01-06 04-18 04-21 05-01 05-29 06-09 06-19 10-03 11-01 12-25 12-26"},
		{"de-by", 2017, "01-01 01-06 04-14 04-17 05-01 05-25 06-05 06-15 10-03 10-31 11-01 12-25 12-26"},
		{"de-by", 2025, "01-01 01-06 04-18 04-21 05-01 05-29 06-09 06-19 10-03 11-01 12-25 12-26"},
		{"de-be", 2017, "01-01 04-14 04-17 05-01 05-25 06-05 10-03 10-31 12-25 12-26"},
		{"de-be", 2018, "01-01 03-30 04-02 05-01 05-10 05-21 10-03 12-25 12-26"},
		{"de-be", 2019, "01-01 03-08 04-19 04-22 05-01 05-30 06-10 10-03 12-25 12-26"},
		{"de-be", 2020, "01-01 03-08 04-10 04-13 05-01 05-08 05-21 06-01 10-03 12-25 12-26"},
		{"de-be", 2025, "01-01 03-08 04-18 04-21 05-01 05-08 05-29 06-09 10-03 12-25 12-26"},
		{"de-be", 2026, "01-01 03-08 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26"},
		{"de-be", 2028, "01-01 03-08 04-14 04-17 05-01 05-25 06-05 06-17 10-03 12-25 12-26"},
		{"de-bb", 2025, "01-01 04-18 04-20 04-21 05-01 05-29 06-08 06-09 10-03 10-31 12-25 12-26"},
		{"de-hb", 2018, "01-01 03-30 04-02 05-01 05-10 05-21 10-03 10-31 12-25 12-26"},
		{"de-hh", 2016, "01-01 03-25 03-28 05-01 05-05 05-16 10-03 12-25 12-26"},
		{"de-hh", 2017, "01-01 04-14 04-17 05-01 05-25 06-05 10-03 10-31 12-25 12-26"},
		{"de-he", 2017, "01-01 04-14 04-17 05-01 05-25 06-05 06-15 10-03 10-31 12-25 12-26"},
		{"de-he", 2024, "01-01 03-29 04-01 05-01 05-09 05-20 05-30 10-03 12-25 12-26"},
		{"de-mv", 2022, "01-01 04-15 04-18 05-01 05-26 06-06 10-03 10-31 12-25 12-26"},
		{"de-mv", 2023, "01-01 03-08 04-07 04-10 05-01 05-18 05-29 10-03 10-31 12-25 12-26"},
		{"de-ni", 2024, "01-01 03-29 04-01 05-01 05-09 05-20 10-03 10-31 12-25 12-26"},
		{"de-rp", 2025, "01-01 04-18 04-21 05-01 05-29 06-09 06-19 10-03 11-01 12-25 12-26"},
		{"de-sl", 2026, "01-01 04-03 04-06 05-01 05-14 05-25 06-04 08-15 10-03 11-01 12-25 12-26"},
		{"de-sn", 2017, "01-01 04-14 04-17 05-01 05-25 06-05 10-03 10-31 11-22 12-25 12-26"},
		{"de-sn", 2024, "01-01 03-29 04-01 05-01 05-09 05-20 10-03 10-31 11-20 12-25 12-26"},
		{"de-sn", 2026, "01-01 04-03 04-06 05-01 05-14 05-25 10-03 10-31 11-18 12-25 12-26"},
		{"de-sn", 2027, "01-01 03-26 03-29 05-01 05-06 05-17 10-03 10-31 11-17 12-25 12-26"},
		{"de-st", 2025, "01-01 01-06 04-18 04-21 05-01 05-29 06-09 10-03 10-31 12-25 12-26"},
		{"de-sh", 2027, "01-01 03-26 03-29 05-01 05-06 05-17 10-03 10-31 12-25 12-26"},
		{"de-th", 2018, "01-01 03-30 04-02 05-01 05-10 05-21 10-03 10-31 12-25 12-26"},
		{"de-th", 2019, "01-01 04-19 04-22 05-01 05-30 06-10 09-20 10-03 10-31 12-25 12-26"},
		{"gb-eaw", 2002, "01-01 03-29 04-01 05-06 06-03 06-04 08-26 12-25 12-26"},
		{"gb-eaw", 2011, "01-01 01-03* 04-22 04-25 04-29 05-02 05-30 08-29 12-25 12-26 12-27*"},
		{"gb-eaw", 2012, "01-01 01-02* 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26"},
		{"gb-eaw", 2017, "01-01 01-02* 04-14 04-17 05-01 05-29 08-28 12-25 12-26"},
		{"gb-eaw", 2018, "01-01 03-30 04-02 05-07 05-28 08-27 12-25 12-26"},
		{"gb-eaw", 2020, "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-26 12-28*"},
		{"gb-eaw", 2021, "01-01 04-02 04-05 05-03 05-31 08-30 12-25 12-26 12-27* 12-28*"},
		{"gb-eaw", 2022, "01-01 01-03* 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-25 12-26 12-27*"},
		{"gb-eaw", 2023, "01-01 01-02* 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26"},
		{"gb-eaw", 2024, "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26"},
		{"gb-eaw", 2025, "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26"},
		{"gb-eaw", 2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-26 12-28*"},
		{"gb-eaw", 2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-25 12-26 12-27* 12-28*"},
		{"none", 2017, ""},
	}
	for _, c := range cases {
		t.Run(fmt.Sprint(c.key, " ", c.year), func(t *testing.T) {
			if got := year(load(t, c.key), c.year); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestReformationDay2017IsFreeInAllOfGermany(t *testing.T) {
	n := 0
	for _, key := range holidays.Keys() {
		if !strings.HasPrefix(key, "de-") {
			continue
		}
		n++
		if h, ok := load(t, key).On(wall.NewDate(2017, time.October, 31)); !ok || h.Key != "reformation-day" {
			t.Errorf("%s: %v", key, h)
		}
		repentance := load(t, key).IsHoliday(wall.NewDate(2017, time.November, 22))
		if repentance != (key == "de-sn") {
			t.Errorf("%s: Buß- und Bettag is %v", key, repentance)
		}
	}
	if n != 16 {
		t.Errorf("Germany has %d Länder", n)
	}
}

func TestNamesInBothLanguages(t *testing.T) {
	cases := []struct{ key, date, nl, en string }{
		{"be", "2018-05-10", "Hemelvaart", "Ascension Day"},
		{"nl", "2018-05-10", "Hemelvaartsdag", "Ascension Day"},
		{"de-nw", "2017-06-15", "Sacramentsdag", "Corpus Christi"},
		{"gb-eaw", "2017-08-28", "de Britse zomerfeestdag", "the Summer bank holiday"},
		{"gb-eaw", "2022-12-27", "Kerstmis (vervangende vrije dag)", "Christmas Day (substitute day)"},
		{"gb-eaw", "2021-12-28", "tweede kerstdag (vervangende vrije dag)", "Boxing Day (substitute day)"},
	}
	for _, c := range cases {
		d, _ := wall.ParseDate(c.date)
		h, ok := load(t, c.key).On(d)
		if !ok || h.Name.In("nl") != c.nl || h.Name.In("en") != c.en {
			t.Errorf("%s on %s: %+v", c.key, c.date, h)
		}
	}
}

func TestEveryCalendarIsNamedAndEveryHolidayToo(t *testing.T) {
	for _, key := range holidays.Keys() {
		c := load(t, key)
		if c.Key() != key || c.Name().NL == "" || c.Name().EN == "" {
			t.Errorf("%s: %+v", key, c.Name())
		}
		days := c.Between(wall.NewDate(2000, time.January, 1), wall.NewDate(2060, time.December, 31))
		for _, day := range days {
			if h, ok := c.On(day.On); !ok || h != day.Holiday {
				t.Errorf("%s: On(%s) = %v, Between says %v", key, day.On, h, day.Holiday)
			}
			if day.Holiday.Key == "" || day.Holiday.Name.NL == "" || day.Holiday.Name.EN == "" {
				t.Errorf("%s on %s: %+v", key, day.On, day.Holiday)
			}
		}
		if key != holidays.None && len(days) < 61*8 {
			t.Errorf("%s has only %d holidays in 61 years", key, len(days))
		}
	}
	for _, key := range []string{"", "de", "de-xx", "BE", "gb"} {
		if _, err := holidays.Load(key); !errors.Is(err, holidays.ErrCalendar) {
			t.Errorf("Load(%q): %v", key, err)
		}
	}
}

func TestWorkingDaysStepOverHolidays(t *testing.T) {
	afterEaster := wall.NewDate(2018, time.April, 4)
	if got := wall.WorkingDaysBefore(afterEaster, 2, load(t, "de-nw").IsHoliday); got.String() != "2018-03-29" {
		t.Errorf("two working days before Wednesday after Easter in Cologne: %s", got)
	}
}

func TestSeasonOn(t *testing.T) {
	for date, want := range map[string]string{
		"2017-06-30": "", "2017-07-01": "summer", "2017-08-31": "summer", "2017-09-01": "",
		"2017-12-23": "", "2017-12-24": "turn-of-year", "2018-01-02": "turn-of-year", "2018-01-03": "",
	} {
		d, _ := wall.ParseDate(date)
		season, ok := holidays.SeasonOn(d)
		if season.Key != want || ok != (want != "") || ok && (season.Name.NL == "" || season.Name.EN == "") {
			t.Errorf("%s: %+v", date, season)
		}
	}
}
