package ical_test

import (
	"bytes"
	"fmt"
	"testing"

	"kring/scheduling/ical"
)

// BenchmarkWrite writes the calendar file of a run of thirteen sessions, with one date left out, one clock change on its
// way and another guest each time.
func BenchmarkWrite(b *testing.B) {
	sessions := run(b, "Europe/Brussels", "2017-08-31", "12:30", 13, "2017-11-02")
	e := base("autumn@kring.example.org", "Europe/Brussels")
	var out bytes.Buffer
	b.ReportAllocs()
	for i := range b.N {
		e.Attendees[0].Address = fmt.Sprintf("zoe%d@example.org", i)
		events := series(b, e, sessions)
		out.Reset()
		if err := ical.Write(&out, ical.Calendar{Method: ical.Request, Events: events}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "files/s")
}
