package ical_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"kring/internal/wall"
	"kring/scheduling/ical"
)

func TestWriteRefusesWhatProgramsWouldReadDifferently(t *testing.T) {
	at := instant(t, "Europe/Brussels", "2017-08-31", "12:30")
	elsewhere := at.Add(time.Hour)
	cases := []struct {
		name   string
		change func(*ical.Event)
	}{
		{"no UID", func(e *ical.Event) { e.UID = "" }},
		{"a line end in the UID", func(e *ical.Event) { e.UID = "a\nb" }},
		{"a zone that is none", func(e *ical.Event) { e.Zone = "Local" }},
		{"no stamp", func(e *ical.Event) { e.Stamp = time.Time{} }},
		{"no start", func(e *ical.Event) { e.StartAt = time.Time{} }},
		{"a start with nanoseconds", func(e *ical.Event) { e.StartAt = at.Add(1) }},
		{"no length", func(e *ical.Event) { e.Length = 0 }},
		{"a negative sequence", func(e *ical.Event) { e.Sequence = -1 }},
		{"a state that calendars do not know", func(e *ical.Event) { e.Status = "MAYBE" }},
		{"a link with a line end", func(e *ical.Event) { e.URL = "https://a.example/\r\nX:1" }},
		{"a link without a scheme", func(e *ical.Event) { e.URL = "a.example" }},
		{"a conference that is no address", func(e *ical.Event) { e.Conference = "room 1" }},
		{"an answer that calendars do not know", func(e *ical.Event) { e.Attendees = []ical.Person{{Address: "a@b.c", Status: "YES"}} }},
		{"an address with a line end", func(e *ical.Event) { e.Attendees = []ical.Person{{Address: "a@b.c\r\nX:1"}} }},
		{"an organizer without an address", func(e *ical.Event) { e.Organizer = &ical.Person{Name: "x"} }},
		{"a series and an override at once", func(e *ical.Event) { e.RecurrenceID, e.Recurrence = &at, &ical.Weekly{IntervalDays: 7, Count: 2} }},
		{"a series without an end", func(e *ical.Event) { e.Recurrence = &ical.Weekly{IntervalDays: 7} }},
		{"a series with two ends", func(e *ical.Event) { e.Recurrence = &ical.Weekly{IntervalDays: 7, Count: 2, Until: elsewhere} }},
		{"a series that ends before it starts", func(e *ical.Event) { e.Recurrence = &ical.Weekly{IntervalDays: 7, Until: at.Add(-time.Hour)} }},
		{"a series for ever", func(e *ical.Event) { e.Recurrence = &ical.Weekly{IntervalDays: 7, Until: at.AddDate(180, 0, 0)} }},
		{"no interval", func(e *ical.Event) { e.Recurrence = &ical.Weekly{Count: 2} }},
		{"a date left out that is not in the series", func(e *ical.Event) {
			e.Recurrence = &ical.Weekly{IntervalDays: 7, Count: 2, Except: []time.Time{elsewhere}}
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e := base("a@kring.example.org", "Europe/Brussels")
			e.StartAt = at
			c.change(&e)
			if err := ical.Write(&bytes.Buffer{}, ical.Calendar{Events: []ical.Event{e}}); !errors.Is(err, ical.ErrEvent) {
				t.Errorf("%v, want ErrEvent", err)
			}
		})
	}
}

func TestSeriesRefusesSessionsOutsideTheRhythm(t *testing.T) {
	e := base("a@kring.example.org", "Europe/Brussels")
	sessions := run(t, "Europe/Brussels", "2017-08-31", "12:30", 3)
	for name, bad := range map[string][]ical.Instance{
		"none":             nil,
		"another hour":     append(sessions[:2:2], ical.Instance{PlannedAt: sessions[2].PlannedAt.Add(time.Hour)}),
		"the same twice":   append(sessions[:2:2], sessions[1]),
		"another day":      append(sessions[:2:2], ical.Instance{PlannedAt: sessions[2].PlannedAt.AddDate(0, 0, 1)}),
		"before the first": append(sessions[:2:2], ical.Instance{PlannedAt: sessions[0].PlannedAt.Add(-time.Hour)}),
	} {
		if events, err := ical.Series(e, 7, bad); !errors.Is(err, ical.ErrEvent) {
			t.Errorf("%s: %v, %v", name, events, err)
		}
	}
	e.Zone = "Local"
	if _, err := ical.Series(e, 7, sessions); !errors.Is(err, wall.ErrZone) {
		t.Errorf("zone: %v", err)
	}
	e.Zone = "Europe/Brussels"
	if events, err := ical.Series(e, 7, sessions[:1]); err != nil || len(events) != 1 || events[0].Recurrence != nil {
		t.Errorf("one session is one event: %v, %v", events, err)
	}
}

func TestWriteNamesTheSecondPassOfADoubledHourInUTC(t *testing.T) {
	e := base("a@kring.example.org", "Europe/Brussels")
	e.StartAt = time.Date(2017, 10, 29, 1, 30, 0, 0, time.UTC)
	var out bytes.Buffer
	if err := ical.Write(&out, ical.Calendar{Events: []ical.Event{e}}); err != nil || !strings.Contains(out.String(), "DTSTART:20171029T013000Z\r\n") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestWriteAnEmptyFeed(t *testing.T) {
	var out bytes.Buffer
	if err := ical.Write(&out, ical.Calendar{Method: ical.Publish, ProductID: "-//Kring//EN"}); err != nil {
		t.Fatal(err)
	}
	if got, report, err := ical.Read(&out, window(t)); err != nil || len(got) != 0 || report.BadLines != 0 {
		t.Errorf("%v, %+v, %v", got, report, err)
	}
}

// Whatever stands in the texts, the file keeps its form and the text comes back.
func TestWrittenTextsComeBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		e := base("a@kring.example.org", "Europe/Brussels")
		e.StartAt = instant(t, "Europe/Brussels", "2017-10-03", "12:30")
		e.Summary = rapid.String().Draw(rt, "summary")
		e.Description = rapid.StringMatching(`[a-zé,;:\\"\n\r 漢😀]{0,300}`).Draw(rt, "description")
		e.Organizer.Name = rapid.String().Draw(rt, "organizer")
		var out bytes.Buffer
		if err := ical.Write(&out, ical.Calendar{Method: ical.Request, Events: []ical.Event{e}}); err != nil {
			rt.Fatal(err)
		}
		for line := range bytes.SplitSeq(bytes.TrimSuffix(out.Bytes(), []byte("\r\n")), []byte("\r\n")) {
			if len(line) > 75 || !utf8.Valid(line) || bytes.ContainsAny(line, "\r\n") {
				rt.Fatalf("line %q", line)
			}
		}
		got, report, err := ical.Read(&out, window(t))
		if err != nil || len(got) != 1 || report.BadLines+report.BadParams != 0 {
			rt.Fatalf("%v, %+v, %v", got, report, err)
		}
		if want := printable(e.Summary); got[0].Summary != want {
			rt.Fatalf("summary %q, want %q", got[0].Summary, want)
		}
	})
}

// printable is the text without control characters, with plain line ends: what a calendar can hold.
func printable(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}

// Any run of any zone reads back as the instants that it was made of.
func TestAnySeriesReadsBack(t *testing.T) {
	zones := []string{"Europe/Brussels", "Europe/London", "Pacific/Auckland", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Cairo", "UTC", "Europe/Dublin", "Africa/Casablanca"}
	rapid.Check(t, func(rt *rapid.T) {
		zone := rapid.SampledFrom(zones).Draw(rt, "zone")
		slot := wall.Slot{Weekday: time.Tuesday, At: wall.TimeOfDay(rapid.IntRange(0, 95).Draw(rt, "quarter") * 15), Zone: zone}
		interval := rapid.SampledFrom([]int{1, 7, 10, 14}).Draw(rt, "interval")
		from := wall.NewDate(2016, 1, 1).AddDays(rapid.IntRange(0, 9000).Draw(rt, "day"))
		occurrences, err := slot.Occurrences(from, 14, interval)
		if err != nil {
			rt.Fatal(err)
		}
		var sessions []ical.Instance
		want := map[int64]bool{}
		for i, o := range occurrences {
			if i > 0 && rapid.IntRange(0, 4).Draw(rt, "left out") == 0 {
				continue
			}
			s := ical.Instance{PlannedAt: o.At}
			if rapid.IntRange(0, 4).Draw(rt, "moved") == 0 {
				s.StartAt = o.At.Add(25 * time.Hour)
				want[s.StartAt.Unix()] = true
			} else {
				want[o.At.Unix()] = true
			}
			sessions = append(sessions, s)
		}
		checkSeries(rt, zone, interval, sessions, want)
	})
}

func checkSeries(rt *rapid.T, zone string, interval int, sessions []ical.Instance, want map[int64]bool) {
	events, err := ical.Series(base("a@kring.example.org", zone), interval, sessions)
	if err != nil {
		rt.Fatal(err)
	}
	var out bytes.Buffer
	if err := ical.Write(&out, ical.Calendar{Method: ical.Request, Events: events}); err != nil {
		rt.Fatal(err)
	}
	file := out.String()
	w := ical.Window{From: time.Unix(0, 0), Until: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), Zone: time.UTC}
	got, report, err := ical.Read(&out, w)
	if err != nil || len(got) != len(sessions) || report.BadEvents+report.BadRules+report.BadLines != 0 {
		rt.Fatalf("%d occurrences of %d, %+v, %v\n%s", len(got), len(sessions), report, err, file)
	}
	for _, o := range got {
		if !want[o.StartAt.Unix()] {
			rt.Fatalf("%s was not planned\n%s", o.StartAt, file)
		}
	}
}
