package scheduling

import (
	"testing"
	"time"

	"kring/guides"
	"kring/internal/wall"

	"kring/scheduling/fitting"
)

var fiveZones = []string{"Europe/Brussels", "Europe/London", "Europe/Berlin", "America/New_York", "Pacific/Auckland"}

// BenchmarkSlotsOfAYear is everything that is reckoned for the weekly hours of 52 sessions: the run laid out on every
// weekday, its warnings, and the hours weighed.
func BenchmarkSlotsOfAYear(b *testing.B) {
	c := lone(b, guides.Set{Weeks: 52, Interval: 7, Minutes: 60}, "de-nw", fiveZones...)
	for zone, p := range c.persons {
		for weekday := time.Monday; weekday <= time.Friday; weekday++ {
			p.Availability = p.Availability.With(weekday, 7*60, 21*60)
		}
		c.persons[zone] = p
	}
	c.busy = busyTimes{Interval: fitting.Interval{From: c.now, Until: c.now.AddDate(3, 0, 0)}, of: map[string][]fitting.Interval{}}
	for b.Loop() {
		found, err := c.slots(wall.NewDate(2018, 2, 20), 50, true)
		if err != nil || len(found) != 50 {
			b.Fatal(len(found), err)
		}
	}
}

func BenchmarkStarts(b *testing.B) {
	c := lone(b, guides.Set{Weeks: 13, Interval: 7, Minutes: 60}, "de-nw", fiveZones...)
	for b.Loop() {
		watched, err := c.watched()
		if err != nil {
			b.Fatal(err)
		}
		if found, err := c.starts(wall.NewDate(2018, 2, 20), watched); err != nil || len(found) < 20 {
			b.Fatal(len(found), err)
		}
	}
}
