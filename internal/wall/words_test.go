package wall_test

import (
	"testing"
	"time"

	"kring/internal/wall"
)

func TestDatesInWords(t *testing.T) {
	d := wall.NewDate(2017, time.June, 6)
	for got, want := range map[string]string{
		wall.LongDate(d, "nl"):  "dinsdag 6 juni 2017",
		wall.LongDate(d, "en"):  "Tuesday 6 June 2017",
		wall.LongDate(d, "fr"):  "Tuesday 6 June 2017",
		wall.ShortDate(d, "nl"): "di 6 juni",
		wall.ShortDate(d, "en"): "Tue 6 June",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	for m := time.January; m <= time.December; m++ {
		if wall.MonthName(m, "nl") == "" {
			t.Errorf("%s has no Dutch name", m)
		}
	}
}

func TestZoneLabel(t *testing.T) {
	summer, winter := time.Date(2017, 6, 6, 10, 30, 0, 0, time.UTC), time.Date(2017, 12, 5, 11, 30, 0, 0, time.UTC)
	cases := []struct {
		zone   string
		t      time.Time
		nl, en string
	}{
		{"Europe/Brussels", summer, "Brusselse tijd (CEST, UTC+2)", "Brussels time (CEST, UTC+2)"},
		{"Europe/Brussels", winter, "Brusselse tijd (CET, UTC+1)", "Brussels time (CET, UTC+1)"},
		{"Europe/London", winter, "Londense tijd (GMT, UTC+0)", "London time (GMT, UTC+0)"},
		{"Pacific/Auckland", winter, "tijd in Auckland (NZDT, UTC+13)", "Auckland time (NZDT, UTC+13)"},
		{"Asia/Kathmandu", summer, "tijd in Kathmandu (UTC+5:45)", "Kathmandu time (UTC+5:45)"},
		{"America/Sao_Paulo", summer, "tijd in São Paulo (UTC-3)", "São Paulo time (UTC-3)"},
		{"America/New_York", summer, "tijd in New York (EDT, UTC-4)", "New York time (EDT, UTC-4)"},
		{"America/St_Johns", winter, "tijd in St Johns (NST, UTC-3:30)", "St Johns time (NST, UTC-3:30)"},
		{"UTC", winter, "UTC", "UTC"},
		{"CET", summer, "CET (CEST, UTC+2)", "CET (CEST, UTC+2)"},
	}
	for _, c := range cases {
		t.Run(c.zone, func(t *testing.T) {
			loc := zone(t, c.zone)
			if got := wall.ZoneLabel(c.t, loc, "nl"); got != c.nl {
				t.Errorf("Dutch %q, want %q", got, c.nl)
			}
			if got := wall.ZoneLabel(c.t, loc, "en"); got != c.en {
				t.Errorf("English %q, want %q", got, c.en)
			}
		})
	}
}
