package ical_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"kring/internal/wall"
	"kring/scheduling/ical"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden is a file that Kring writes, and what every reader must see in it.
type golden struct {
	name     string
	calendar ical.Calendar
	want     string
}

func instant(t testing.TB, zone, date, clock string) time.Time {
	t.Helper()
	loc, err := wall.LoadZone(zone)
	if err != nil {
		t.Fatal(err)
	}
	d, err := wall.ParseDate(date)
	if err != nil {
		t.Fatal(err)
	}
	tod, err := wall.ParseTimeOfDay(clock)
	if err != nil {
		t.Fatal(err)
	}
	at, _ := wall.Instant(d, tod, loc)
	return at
}

// run lays sessions out every seven days at a wall time, without the dates left out.
func run(t testing.TB, zone, first, clock string, n int, without ...string) []ical.Instance {
	t.Helper()
	d, err := wall.ParseDate(first)
	if err != nil {
		t.Fatal(err)
	}
	skip := map[string]bool{}
	for _, s := range without {
		skip[s] = true
	}
	var out []ical.Instance
	for ; len(out) < n; d = d.AddDays(7) {
		if !skip[d.String()] {
			out = append(out, ical.Instance{PlannedAt: instant(t, zone, d.String(), clock)})
		}
	}
	return out
}

func base(uid, zone string) ical.Event {
	return ical.Event{
		UID: uid, Stamp: time.Date(2017, time.August, 1, 8, 0, 0, 0, time.UTC), Length: time.Hour, Zone: zone,
		Summary: `Kring "Keulen", België; koffie \ thee`, Location: "https://meet.example.org/kring?room=1,2;3",
		Description: "Week 0: kennismaken, en afspreken hoe we werken.\n\nWat je nodig hebt: een rustig uur; verder niets. Één keer per week, twaalf weken lang.",
		URL:         "https://kring.example.org/l/abc", Conference: "https://meet.example.org/kring?room=1,2;3",
		Organizer:    &ical.Person{Name: `Kring, "samen"; leren`, Address: "kring@example.org"},
		Attendees:    []ical.Person{{Name: "Zoë O'Neill", Address: "zoe@example.org", Status: ical.Accepted}},
		AlarmMinutes: 60,
	}
}

func series(t testing.TB, e ical.Event, sessions []ical.Instance) []ical.Event {
	t.Helper()
	events, err := ical.Series(e, 7, sessions)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

func goldens(t testing.TB) []golden {
	t.Helper()
	const title = "\t" + `Kring "Keulen", België; koffie \ thee` + "\n"
	autumn := run(t, "Europe/Brussels", "2017-08-31", "12:30", 13, "2017-11-02")
	autumn[3].StartAt = instant(t, "Europe/Brussels", "2017-09-22", "09:00")
	spring := run(t, "Europe/Brussels", "2018-02-20", "12:30", 5)
	spring[2].StartAt = instant(t, "Europe/Brussels", "2018-03-08", "12:30")
	off := base("autumn@kring.example.org", "Europe/Brussels")
	off.Sequence, off.Status, off.StartAt = 2, ical.Cancelled, autumn[8].PlannedAt
	off.RecurrenceID = &autumn[8].PlannedAt
	withOneOff := run(t, "Europe/Brussels", "2017-10-19", "12:30", 3)
	withOneOff[1].Cancelled = true
	slot := base("spring-2@kring.example.org", "Europe/Brussels")
	fortnight := base("fortnight@kring.example.org", "Pacific/Auckland")
	fortnight.StartAt = instant(t, "Pacific/Auckland", "2017-12-19", "08:00")
	fortnight.Recurrence = &ical.Weekly{IntervalDays: 14, Until: instant(t, "Pacific/Auckland", "2018-01-30", "08:00")}
	tenDays := base("ten-days@kring.example.org", "Europe/Brussels")
	tenDays.StartAt = instant(t, "Europe/Brussels", "2018-03-10", "18:15")
	tenDays.Recurrence = &ical.Weekly{IntervalDays: 10, Count: 3}
	night := base("night@kring.example.org", "Europe/Brussels")
	london := base("london@kring.example.org", "Europe/London")
	kathmandu := base("kathmandu@kring.example.org", "Asia/Kathmandu")
	return []golden{
		{"begin-october", ical.Calendar{Method: ical.Request, Events: series(t, base("autumn@kring.example.org", "Europe/Brussels"), autumn)},
			`2017-08-31T10:30:00Z	2017-08-31T11:30:00Z	CONFIRMED	0	autumn@kring.example.org` + title +
				`2017-09-07T10:30:00Z	2017-09-07T11:30:00Z	CONFIRMED	0	autumn@kring.example.org` + title +
				`2017-09-14T10:30:00Z	2017-09-14T11:30:00Z	CONFIRMED	0	autumn@kring.example.org` + title +
				`2017-09-22T07:00:00Z	2017-09-22T08:00:00Z	CONFIRMED	0	autumn@kring.example.org` + title +
				`2017-09-28T10:30:00Z	2017-09-28T11:30:00Z	CONFIRMED	0	autumn@kring.example.org` + title +
				`2017-10-05T10:30:00Z	2017-10-05T11:30:00Z	CONFIRMED	0	autumn@kring.example.org` + title +
				`2017-10-12T10:30:00Z	2017-10-12T11:30:00Z	CONFIRMED	0	autumn@kring.example.org` + title +
				`2017-10-19T10:30:00Z	2017-10-19T11:30:00Z	CONFIRMED	0	autumn@kring.example.org` + title +
				`2017-10-26T10:30:00Z	2017-10-26T11:30:00Z	CONFIRMED	0	autumn@kring.example.org` + title +
				`2017-11-09T11:30:00Z	2017-11-09T12:30:00Z	CONFIRMED	0	autumn@kring.example.org` + title +
				`2017-11-16T11:30:00Z	2017-11-16T12:30:00Z	CONFIRMED	0	autumn@kring.example.org` + title +
				`2017-11-23T11:30:00Z	2017-11-23T12:30:00Z	CONFIRMED	0	autumn@kring.example.org` + title +
				`2017-11-30T11:30:00Z	2017-11-30T12:30:00Z	CONFIRMED	0	autumn@kring.example.org` + title},
		{"begin-march", ical.Calendar{Method: ical.Request, Events: series(t, base("spring@kring.example.org", "Europe/Brussels"), spring)},
			`2018-02-20T11:30:00Z	2018-02-20T12:30:00Z	CONFIRMED	0	spring@kring.example.org` + title +
				`2018-02-27T11:30:00Z	2018-02-27T12:30:00Z	CONFIRMED	0	spring@kring.example.org` + title +
				`2018-03-08T11:30:00Z	2018-03-08T12:30:00Z	CONFIRMED	0	spring@kring.example.org` + title +
				`2018-03-13T11:30:00Z	2018-03-13T12:30:00Z	CONFIRMED	0	spring@kring.example.org` + title +
				`2018-03-20T11:30:00Z	2018-03-20T12:30:00Z	CONFIRMED	0	spring@kring.example.org` + title},
		{"one-called-off", ical.Calendar{Method: ical.Cancel, Events: []ical.Event{off}},
			`2017-10-26T10:30:00Z	2017-10-26T11:30:00Z	CANCELLED	2	autumn@kring.example.org` + title},
		{"feed-with-one-called-off", ical.Calendar{Method: ical.Publish, Name: "Kring", Refresh: 6 * time.Hour, Events: series(t, base("feed@kring.example.org", "Europe/Brussels"), withOneOff)},
			`2017-10-19T10:30:00Z	2017-10-19T11:30:00Z	CONFIRMED	0	feed@kring.example.org` + title +
				`2017-10-26T10:30:00Z	2017-10-26T11:30:00Z	CANCELLED	0	feed@kring.example.org` + title +
				`2017-11-02T11:30:00Z	2017-11-02T12:30:00Z	CONFIRMED	0	feed@kring.example.org` + title},
		{"new-slot", ical.Calendar{Method: ical.Request, Events: series(t, slot, run(t, "Europe/Brussels", "2018-03-22", "12:30", 3))},
			`2018-03-22T11:30:00Z	2018-03-22T12:30:00Z	CONFIRMED	0	spring-2@kring.example.org` + title +
				`2018-03-29T10:30:00Z	2018-03-29T11:30:00Z	CONFIRMED	0	spring-2@kring.example.org` + title +
				`2018-04-05T10:30:00Z	2018-04-05T11:30:00Z	CONFIRMED	0	spring-2@kring.example.org` + title},
		{"kathmandu", ical.Calendar{Method: ical.Request, Events: series(t, kathmandu, run(t, "Asia/Kathmandu", "2017-12-26", "08:00", 2))},
			`2017-12-26T02:15:00Z	2017-12-26T03:15:00Z	CONFIRMED	0	kathmandu@kring.example.org` + title +
				`2018-01-02T02:15:00Z	2018-01-02T03:15:00Z	CONFIRMED	0	kathmandu@kring.example.org` + title},
		{"london-and-brussels", ical.Calendar{Method: ical.Publish, Events: append(
			series(t, london, run(t, "Europe/London", "2018-03-20", "11:30", 2)),
			series(t, base("brussels@kring.example.org", "Europe/Brussels"), run(t, "Europe/Brussels", "2018-03-20", "12:30", 2))...)},
			`2018-03-20T11:30:00Z	2018-03-20T12:30:00Z	CONFIRMED	0	brussels@kring.example.org` + title +
				`2018-03-20T11:30:00Z	2018-03-20T12:30:00Z	CONFIRMED	0	london@kring.example.org` + title +
				`2018-03-27T10:30:00Z	2018-03-27T11:30:00Z	CONFIRMED	0	brussels@kring.example.org` + title +
				`2018-03-27T10:30:00Z	2018-03-27T11:30:00Z	CONFIRMED	0	london@kring.example.org` + title},
		{"fortnights-in-auckland", ical.Calendar{Method: ical.Request, Events: []ical.Event{fortnight}},
			`2017-12-18T19:00:00Z	2017-12-18T20:00:00Z	CONFIRMED	0	fortnight@kring.example.org` + title +
				`2018-01-01T19:00:00Z	2018-01-01T20:00:00Z	CONFIRMED	0	fortnight@kring.example.org` + title +
				`2018-01-15T19:00:00Z	2018-01-15T20:00:00Z	CONFIRMED	0	fortnight@kring.example.org` + title +
				`2018-01-29T19:00:00Z	2018-01-29T20:00:00Z	CONFIRMED	0	fortnight@kring.example.org` + title},
		{"every-ten-days", ical.Calendar{Method: ical.Request, Events: []ical.Event{tenDays}},
			`2018-03-10T17:15:00Z	2018-03-10T18:15:00Z	CONFIRMED	0	ten-days@kring.example.org` + title +
				`2018-03-20T17:15:00Z	2018-03-20T18:15:00Z	CONFIRMED	0	ten-days@kring.example.org` + title +
				`2018-03-30T16:15:00Z	2018-03-30T17:15:00Z	CONFIRMED	0	ten-days@kring.example.org` + title},
		{"through-the-gap", ical.Calendar{Method: ical.Request, Events: series(t, night, run(t, "Europe/Brussels", "2018-03-18", "02:30", 3))},
			`2018-03-18T01:30:00Z	2018-03-18T02:30:00Z	CONFIRMED	0	night@kring.example.org` + title +
				`2018-03-25T01:00:00Z	2018-03-25T02:00:00Z	CONFIRMED	0	night@kring.example.org` + title +
				`2018-04-01T00:30:00Z	2018-04-01T01:30:00Z	CONFIRMED	0	night@kring.example.org` + title},
	}
}

// write gives the file of a golden calendar; with -update it also becomes the golden file.
func write(t testing.TB, g golden) []byte {
	t.Helper()
	g.calendar.ProductID = "-//Kring//EN"
	var out bytes.Buffer
	if err := ical.Write(&out, g.calendar); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(goldenPath(g), out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

func goldenPath(g golden) string { return filepath.Join("testdata", g.name+".ics") }

func TestGoldenFiles(t *testing.T) {
	for _, g := range goldens(t) {
		t.Run(g.name, func(t *testing.T) {
			got := write(t, g)
			want, err := os.ReadFile(goldenPath(g))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("differs from %s (go test -update writes it anew):\n%s", goldenPath(g), got)
			}
		})
	}
}
