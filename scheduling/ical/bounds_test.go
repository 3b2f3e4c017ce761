package ical_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"kring/scheduling/ical"
)

// TestReadOfNoFileTakesMuch reads files that are made to take much: each as long as is taken, and each within a few times
// the memory of an ordinary one.
func TestReadOfNoFileTakesMuch(t *testing.T) {
	const room = ical.MaxBytes - 1000
	fill := func(unit string) string { return strings.Repeat(unit, room/len(unit)) }
	each := func(unit func(i int) string) string {
		var out strings.Builder
		for i := 0; out.Len() < room; i++ {
			out.WriteString(unit(i))
		}
		return out.String()
	}
	const head, one = "BEGIN:VCALENDAR\n", "BEGIN:VEVENT\nDTSTART:20171002T080000Z\n"
	hours := "BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23"
	for name, text := range map[string]string{
		"short lines":                  head + one + fill("A:1\n"),
		"one property again and again": head + one + fill("DTEND:\n"),
		"parameters without end":       head + one + "DTEND" + fill(";B=c") + ":1",
		"quotes that never close":      head + one + `DTEND;B="` + fill(`";";`) + ":1",
		"a million events":             head + fill("BEGIN:VEVENT\nEND:VEVENT\n"),
		"events":                       head + fill(one+"END:VEVENT\n"),
		"calendars":                    fill("BEGIN:VCALENDAR\nEND:VCALENDAR\n"),
		"deep":                         head + fill("BEGIN:A\n"),
		"folds":                        head + one + "SUMMARY:" + fill("a\n "),
		"dates one by one": head + one + "RDATE:" + each(func(i int) string {
			return time.Date(2017, 8, 1, 0, i, 0, 0, time.UTC).Format("20060102T150405Z,")
		}),
		"commas":                  head + one + "RDATE:" + fill(","),
		"days left out":           head + one + "EXDATE;VALUE=DATE:" + fill("20171002,"),
		"every minute":            head + fill("BEGIN:VEVENT\nDTSTART:20101002T080000Z\nRRULE:FREQ=MINUTELY;UNTIL=20201002T080000Z\nEND:VEVENT\n"),
		"every hour, by the back": head + fill("BEGIN:VEVENT\nDTSTART:20101002T080000Z\nRRULE:FREQ=DAILY;"+hours+"\nEND:VEVENT\n"),
		"rules of one":            head + one + fill("RRULE:FREQ=DAILY;"+hours+"\n"),
		"zones that nobody knows": head + each(func(i int) string {
			return fmt.Sprintf("BEGIN:VEVENT\nDTSTART;TZID=a/b/c/d/%d:20171002T080000\nEND:VEVENT\n", i)
		}),
		"zones that are long to follow": head + each(func(i int) string {
			return fmt.Sprintf("BEGIN:VTIMEZONE\nTZID:a%d\nBEGIN:STANDARD\nDTSTART:16010101T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n"+
				"RRULE:FREQ=DAILY;"+hours+"\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nDTSTART;TZID=a%d:20171002T080000\nEND:VEVENT\n", i, i)
		}),
		"stretches": head + "BEGIN:VFREEBUSY\nFREEBUSY:" + fill("20171002T080000Z/PT1H,"),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			got, report, err := ical.Read(strings.NewReader(text), window(t))
			ical.Busy(got)
			runtime.ReadMemStats(&after)
			if took := (after.TotalAlloc - before.TotalAlloc) >> 20; err != nil || took > 300 || len(got) > ical.MaxOccurrences {
				t.Errorf("%d occurrences in %d MB: %v, %+v", len(got), took, err, report)
			}
		})
	}
}

// TestRulesThatHaveEndedKeepNoneOut reads the calendar of somebody who has met every week, with one or another, for years.
func TestRulesThatHaveEndedKeepNoneOut(t *testing.T) {
	var text strings.Builder
	text.WriteString("BEGIN:VCALENDAR\n")
	for i := range 2 * ical.MaxRules {
		fmt.Fprintf(&text, "BEGIN:VEVENT\nUID:%d\nDTSTART:20100104T080000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;UNTIL=20110101T000000Z\nEND:VEVENT\n", i)
	}
	text.WriteString("BEGIN:VEVENT\nUID:last\nDTSTART:20170904T080000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY\nEND:VEVENT\nEND:VCALENDAR\n")
	got, report, err := ical.Read(strings.NewReader(text.String()), window(t))
	if err != nil || len(got) < 4 || report.BadRules != 0 {
		t.Errorf("%d occurrences: %v, %+v", len(got), err, report)
	}
}

func TestWhatTakesUpTime(t *testing.T) {
	const timed = "DTSTART:20171003T100000Z\nDURATION:PT1H\n"
	const day = "DTSTART;VALUE=DATE:20171003\n"
	for _, c := range []struct {
		name, body string
		want       bool
	}{
		{"an hour", timed, true},
		{"an hour that says so", timed + "TRANSP:OPAQUE\n", true},
		{"an hour that takes none", timed + "TRANSP:TRANSPARENT\n", false},
		{"an hour called off", timed + "STATUS:CANCELLED\n", false},
		{"an hour not yet sure", timed + "STATUS:TENTATIVE\n", true},
		{"an hour that Outlook calls free", timed + "TRANSP:OPAQUE\nX-MICROSOFT-CDO-BUSYSTATUS:FREE\n", false},
		{"an hour of working elsewhere", timed + "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE\n", false},
		{"an hour that Outlook calls busy", timed + "X-MICROSOFT-CDO-BUSYSTATUS:BUSY\n", true},
		{"a birthday", day, false},
		{"a day that takes none", day + "TRANSP:TRANSPARENT\n", false},
		{"a day off that says so", day + "TRANSP:OPAQUE\n", true},
		{"a day that Outlook calls away", day + "X-MICROSOFT-CDO-BUSYSTATUS:OOF\n", true},
	} {
		found, _, err := ical.Read(strings.NewReader("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\n"+c.body+"END:VEVENT\nEND:VCALENDAR\n"), window(t))
		if busy := ical.Busy(found); err != nil || len(found) != 1 || len(busy) > 0 != c.want {
			t.Errorf("%s: %v, %v, busy %v", c.name, err, found, busy)
		}
	}
}

func TestReadTakesFilesThatSayWhenSomebodyIsBusyAndNothingElse(t *testing.T) {
	text := file("BEGIN:VFREEBUSY", "FREEBUSY;FBTYPE=BUSY:20171003T100000Z/20171003T110000Z,20171004T100000Z/PT30M",
		"FREEBUSY;FBTYPE=FREE:20171005T100000Z/PT1H", "FREEBUSY:20171006T100000Z/20171006T090000Z,rubbish,/", "FREEBUSY:20171007T100000Z/PT2H", "END:VFREEBUSY")
	if got, report := starts(t, text); got != "1003T1000+1h0m0s 1004T1000+30m0s 1007T1000+2h0m0s" {
		t.Errorf("%s, %+v", got, report)
	}
}
