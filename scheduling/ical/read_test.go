package ical_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kring/internal/wall"
	"kring/scheduling/ical"
)

// window is the autumn and winter of 2017, for a reader in Brussels.
func window(t testing.TB) ical.Window {
	t.Helper()
	loc, err := wall.LoadZone("Europe/Brussels")
	if err != nil {
		t.Fatal(err)
	}
	return ical.Window{From: time.Date(2017, 8, 1, 0, 0, 0, 0, time.UTC), Until: time.Date(2018, 5, 1, 0, 0, 0, 0, time.UTC), Zone: loc}
}

func lines(occurrences []ical.Occurrence) string {
	var out []string
	for _, o := range occurrences {
		out = append(out, fmt.Sprintf("%s\t%s\t%s\t%d\t%s\t%s\n",
			o.StartAt.UTC().Format(time.RFC3339), o.EndAt.UTC().Format(time.RFC3339), o.Status, o.Sequence, o.UID, o.Summary))
	}
	slices.Sort(out)
	return strings.Join(out, "")
}

func TestReadSeesInOurFilesWhatTheForeignProgramsSee(t *testing.T) {
	for _, g := range goldens(t) {
		t.Run(g.name, func(t *testing.T) {
			got, report, err := ical.Read(bytes.NewReader(write(t, g)), window(t))
			if err != nil || lines(got) != g.want {
				t.Errorf("%v, reads\n%swant\n%s", err, lines(got), g.want)
			}
			if report.BadLines+report.BadParams+report.BadEvents+report.BadRules+report.LeftOut != 0 || len(report.UnknownZones) != 0 {
				t.Errorf("faults in our own file: %+v", report)
			}
			if report.Method != g.calendar.Method {
				t.Errorf("method %q", report.Method)
			}
		})
	}
}

// file puts lines into a VCALENDAR; starts reads it and gives the starts and lengths.
func file(body ...string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + strings.Join(body, "\r\n") + "\r\nEND:VCALENDAR\r\n"
}

func event(body ...string) string {
	return "BEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20170101T000000Z\r\n" + strings.Join(body, "\r\n") + "\r\nEND:VEVENT"
}

func starts(t testing.TB, text string) (string, ical.Report) {
	t.Helper()
	got, report, err := ical.Read(strings.NewReader(text), window(t))
	if err != nil {
		return err.Error(), report
	}
	var out []string
	for _, o := range got {
		out = append(out, o.StartAt.UTC().Format("0102T1504")+"+"+o.EndAt.Sub(o.StartAt).String())
	}
	return strings.Join(out, " "), report
}

const customZone = `BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE`

func TestReadTakesFilesAsTheyCome(t *testing.T) {
	plain := event("DTSTART:20171003T100000Z", "DTEND:20171003T110000Z")
	cases := []struct {
		name, text, want string
	}{
		{"UTC", file(plain), "1003T1000+1h0m0s"},
		{"a byte order mark", "\xef\xbb\xbf" + file(plain), "1003T1000+1h0m0s"},
		{"bare line feeds", strings.ReplaceAll(file(plain), "\r\n", "\n"), "1003T1000+1h0m0s"},
		{"bare carriage returns", strings.ReplaceAll(file(plain), "\r\n", "\r"), "1003T1000+1h0m0s"},
		{"empty lines between", strings.ReplaceAll(file(plain), "\r\n", "\r\n\r\n"), "1003T1000+1h0m0s"},
		{"a line of rubbish", file("this is no line", plain), "1003T1000+1h0m0s"},
		{"a parameter without a value", file(event("DTSTART;X-FOO;X-BAR=1:20171003T100000Z", "DTEND:20171003T110000Z")), "1003T1000+1h0m0s"},
		{"a line that ends in a parameter", file(event("ATTENDEE;CN=x", "DTSTART:20171003T100000Z", "DTEND:20171003T110000Z")), "1003T1000+1h0m0s"},
		{"a quote never closed", file(event(`ATTENDEE;CN="x:mailto:a@b.c`, "DTSTART:20171003T100000Z", "DTEND:20171003T110000Z")), "1003T1000+1h0m0s"},
		{"names in lower case", strings.ToLower(file(event("DTSTART:20171003T100000Z", "DTEND:20171003T110000Z"))), "1003T1000+1h0m0s"},
		{"no DTSTAMP", file("BEGIN:VEVENT\r\nDTSTART:20171003T100000Z\r\nDTEND:20171003T110000Z\r\nEND:VEVENT"), "1003T1000+1h0m0s"},
		{"DURATION for DTEND", file(event("DTSTART:20171003T100000Z", "DURATION:PT1H30M")), "1003T1000+1h30m0s"},
		{"no end at all", file(event("DTSTART:20171003T100000Z")), "1003T1000+0s"},
		{"Outlook's name of a zone", file(event("DTSTART;TZID=W. Europe Standard Time:20171003T120000", "DTEND;TZID=W. Europe Standard Time:20171003T130000")), "1003T1000+1h0m0s"},
		{"a path for a zone", file(event("DTSTART;TZID=/freeassociation.sourceforge.net/Tzfile/Europe/Brussels:20171003T120000", "DURATION:PT1H")), "1003T1000+1h0m0s"},
		{"a zone that only the file knows, in summer and winter", file(customZone, event("DTSTART;TZID=Customized Time Zone:20171024T120000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2")), "1024T1000+1h0m0s 1031T1100+1h0m0s"},
		{"an unknown zone is the file's own", file("X-WR-TIMEZONE:Asia/Kathmandu", event("DTSTART;TZID=Nowhere:20171003T120000", "DURATION:PT1H")), "1003T0615+1h0m0s"},
		{"an unknown zone is else the reader's", file(event("DTSTART;TZID=Nowhere:20171003T120000", "DURATION:PT1H")), "1003T1000+1h0m0s"},
		{"no zone is the reader's", file(event("DTSTART:20171003T120000", "DURATION:PT1H")), "1003T1000+1h0m0s"},
		{"a whole day", file(event("DTSTART;VALUE=DATE:20171003")), "1002T2200+24h0m0s"},
		{"the whole day on which the clocks change", file(event("DTSTART;VALUE=DATE:20171029", "DTEND;VALUE=DATE:20171030")), "1028T2200+25h0m0s"},
		{"whole days every week over the change", file(event("DTSTART;VALUE=DATE:20171022", "RRULE:FREQ=WEEKLY;COUNT=3")), "1021T2200+24h0m0s 1028T2200+25h0m0s 1104T2300+24h0m0s"},
		{"two calendars in one file", file(plain) + file(event("DTSTART:20171004T100000Z", "DURATION:PT1H")), "1003T1000+1h0m0s 1004T1000+1h0m0s"},
		{"an event that is never closed", "BEGIN:VCALENDAR\r\n" + strings.TrimSuffix(plain, "END:VEVENT") + "END:VCALENDAR\r\n", "1003T1000+1h0m0s"},
		{"a file cut off", "BEGIN:VCALENDAR\r\n" + strings.TrimSuffix(plain, "END:VEVENT"), "1003T1000+1h0m0s"},
		{"an event without a start", file(event("SUMMARY:x"), plain), "1003T1000+1h0m0s"},
		{"an end before the start", file(event("DTSTART:20171003T100000Z", "DTEND:20171003T090000Z")), ""},
		{"outside the window", file(event("DTSTART:20190101T100000Z", "DURATION:PT1H")), ""},
		{"an older version of the same event", file(event("SEQUENCE:2", "DTSTART:20171003T100000Z", "DURATION:PT1H"), event("SEQUENCE:1", "DTSTART:20171004T100000Z", "DURATION:PT1H")), "1003T1000+1h0m0s"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got, report := starts(t, c.text); got != c.want {
				t.Errorf("got %s, want %s; %+v", got, c.want, report)
			}
		})
	}
}

func TestReadExpandsForeignRules(t *testing.T) {
	cases := []struct {
		name string
		body []string
		want string
	}{
		{"weekly without an end, from long ago", []string{"DTSTART;TZID=Europe/Brussels:19990105T120000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;INTERVAL=12"}, "0822T1000+1h0m0s 1114T1100+1h0m0s 0206T1100+1h0m0s"},
		{"until an instant", []string{"DTSTART;TZID=Europe/Brussels:20171024T120000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;UNTIL=20171031T110000Z"}, "1024T1000+1h0m0s 1031T1100+1h0m0s"},
		{"until just before an instant", []string{"DTSTART;TZID=Europe/Brussels:20171024T120000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;UNTIL=20171031T105959Z"}, "1024T1000+1h0m0s"},
		{"until a day, that day included", []string{"DTSTART;TZID=Europe/Brussels:20171024T120000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;UNTIL=20171031"}, "1024T1000+1h0m0s 1031T1100+1h0m0s"},
		{"the last Friday of the month", []string{"DTSTART;TZID=Europe/Brussels:20170929T120000", "DURATION:PT1H", "RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=3"}, "0929T1000+1h0m0s 1027T1000+1h0m0s 1124T1100+1h0m0s"},
		{"every working day, a few left out", []string{"DTSTART:20171002T080000Z", "DURATION:PT15M", "RRULE:FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;COUNT=7", "EXDATE:20171003T080000Z,20171004T080000Z"}, "1002T0800+15m0s 1005T0800+15m0s 1006T0800+15m0s 1009T0800+15m0s 1010T0800+15m0s"},
		{"a day left out as a day", []string{"DTSTART:20171002T080000Z", "DURATION:PT15M", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20171003"}, "1002T0800+15m0s 1004T0800+15m0s"},
		{"dates one by one, as moments and as periods", []string{"DTSTART:20171002T080000Z", "DURATION:PT15M", "RDATE:20171005T080000Z,20171002T080000Z", "RDATE;VALUE=PERIOD:20171007T080000Z/PT1H"}, "1002T0800+15m0s 1005T0800+15m0s 1007T0800+15m0s"},
		{"in the gap a foreign rule goes on with the old offset", []string{"DTSTART;TZID=Europe/Brussels:20180318T023000", "DURATION:PT15M", "RRULE:FREQ=WEEKLY;COUNT=2"}, "0318T0130+15m0s 0325T0130+15m0s"},
		{"yearly on 29 February", []string{"DTSTART;VALUE=DATE:20160229", "RRULE:FREQ=YEARLY"}, ""},
		{"over the turn of the year in Auckland", []string{"DTSTART;TZID=Pacific/Auckland:20171226T080000", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2"}, "1225T1900+1h0m0s 0101T1900+1h0m0s"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, report := starts(t, file(event(c.body...)))
			if got != c.want || report.BadRules != 0 {
				t.Errorf("got %s, want %s; %+v", got, c.want, report)
			}
		})
	}
}

func TestReadRefusesRulesThatWouldTakeLong(t *testing.T) {
	for _, rule := range []string{
		"FREQ=SECONDLY", "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5", "FREQ=DAILY;INTERVAL=999999999999",
		"INTERVAL=2", "FREQ=SOMETIMES", "FREQ=DAILY;BYEASTER=1", "FREQ=DAILY;UNTIL=tomorrow", "FREQ=DAILY;COUNT=-1", "FREQ=DAILY;BYDAY=99MO", "FREQ=MONTHLY;BYDAY=10MO", "",
	} {
		got, report := starts(t, file(event("DTSTART:20171002T080000Z", "DURATION:PT15M", "RRULE:"+rule)))
		if got != "1002T0800+15m0s" || report.BadRules != 1 {
			t.Errorf("%q: %s, %+v", rule, got, report)
		}
	}
	long := strings.Repeat(event("DTSTART:19000101T000000Z", "RRULE:FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYHOUR=1,2,3,4;COUNT=400000")+"\r\n", 400)
	if _, report := starts(t, file(strings.ReplaceAll(long, "UID:a\r\n", ""))); report.BadRules < 390 {
		t.Errorf("rules that are too long: %+v", report)
	}
	for name, params := range map[string]string{`a long parameter`: `;X="` + strings.Repeat("a", ical.MaxBytes/2) + `"`, `many`: strings.Repeat(";X=a", ical.MaxBytes/5)} {
		if got, report := starts(t, file(event("DTSTART"+params+":20171002T080000Z", "DURATION:PT15M"))); got != "1002T0800+15m0s" || report.BadParams != 1 {
			t.Errorf("%s: %s, %+v", name, got, report)
		}
	}
	never := strings.Repeat(event("DTSTART:20171002T080000Z", "DURATION:PT15M", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")+"\r\n", 600)
	never = strings.ReplaceAll(never, "UID:a\r\n", "")
	if _, report := starts(t, file(never)); report.BadRules != 100 || report.Events != 600 {
		t.Errorf("600 rules that never come: %+v", report)
	}
}

func TestReadHasBounds(t *testing.T) {
	w := window(t)
	if _, _, err := ical.Read(io.LimitReader(zeros{}, ical.MaxBytes+1), w); !errors.Is(err, ical.ErrTooLarge) {
		t.Errorf("a large file: %v", err)
	}
	for _, text := range []string{"", "hello", "<html>", "BEGIN:VEVENT\r\nEND:VEVENT\r\n"} {
		if _, _, err := ical.Read(strings.NewReader(text), w); !errors.Is(err, ical.ErrUnreadable) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, _, err := ical.Read(broken{}, w); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a broken reader: %v", err)
	}
	many := file(strings.Repeat("BEGIN:VEVENT\r\nDTSTART:20171003T100000Z\r\nEND:VEVENT\r\n", ical.MaxEvents+3))
	if _, report := starts(t, many); report.Events != ical.MaxEvents || report.BadEvents != 3 {
		t.Errorf("many events: %+v", report)
	}
	daily := "BEGIN:VEVENT\r\nDTSTART:20170101T100000Z\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\n"
	got, report, err := ical.Read(strings.NewReader(file(strings.Repeat(daily, 100))), w)
	if err != nil || len(got) != ical.MaxOccurrences || report.LeftOut != 100*273-ical.MaxOccurrences {
		t.Errorf("many occurrences: %d, %+v, %v", len(got), report, err)
	}
	if _, report := starts(t, file(event("DTSTART;TZID=Nowhere:20171003T120000", "DTEND;TZID=Nowhere:20171003T120000"))); !slices.Equal(report.UnknownZones, []string{"Nowhere"}) {
		t.Errorf("unknown zones: %v", report.UnknownZones)
	}
	deep := "BEGIN:VCALENDAR\r\n" + strings.Repeat("BEGIN:VEVENT\r\n", 100_000)
	if _, report := starts(t, deep); report.BadLines == 0 {
		t.Errorf("deeply nested: %+v", report)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestBusyMergesAndLeavesOutWhatTakesNoTime(t *testing.T) {
	text := file(
		strings.ReplaceAll(event("DTSTART:20171003T100000Z", "DTEND:20171003T110000Z"), "UID:a", "UID:1"),
		strings.ReplaceAll(event("DTSTART:20171003T103000Z", "DTEND:20171003T104500Z"), "UID:a", "UID:2"),
		strings.ReplaceAll(event("DTSTART:20171003T110000Z", "DTEND:20171003T120000Z"), "UID:a", "UID:3"),
		strings.ReplaceAll(event("DTSTART:20171004T100000Z", "DTEND:20171004T110000Z", "STATUS:CANCELLED"), "UID:a", "UID:4"),
		strings.ReplaceAll(event("DTSTART:20171005T100000Z", "DTEND:20171005T110000Z", "TRANSP:TRANSPARENT"), "UID:a", "UID:5"),
		strings.ReplaceAll(event("DTSTART:20171006T100000Z"), "UID:a", "UID:6"),
		strings.ReplaceAll(event("DTSTART:20171007T100000Z", "DTEND:20171007T110000Z"), "UID:a", "UID:7"))
	occurrences, _, err := ical.Read(strings.NewReader(text), window(t))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, i := range ical.Busy(occurrences) {
		got = append(got, i.From.Format("0102T1504")+"-"+i.Until.Format("1504"))
	}
	if want := []string{"1003T1000-1200", "1007T1000-1100"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func FuzzRead(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.ics")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(file(customZone, event("DTSTART;TZID=Customized Time Zone:20171024T120000", "DURATION:PT1H", "RRULE:FREQ=MONTHLY;BYDAY=-1FR,2MO;BYSETPOS=1,-1"))))
	w := window(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		occurrences, _, err := ical.Read(bytes.NewReader(data), w)
		if err != nil && len(occurrences) > 0 {
			t.Error("occurrences beside an error")
		}
		for _, o := range occurrences {
			if o.EndAt.Before(o.StartAt) || !o.StartAt.Before(w.Until) || o.EndAt.Before(w.From) {
				t.Errorf("outside the window or backwards: %v", o)
			}
		}
		for _, i := range ical.Busy(occurrences) {
			if !i.Until.After(i.From) {
				t.Errorf("busy for no time: %v", i)
			}
		}
	})
}
