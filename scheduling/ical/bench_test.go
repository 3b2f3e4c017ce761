package ical_test

import (
	"bytes"
	"fmt"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"kring/scheduling/ical"
)

// fullCalendar is a calendar of just under MaxBytes as Google writes one: years of meetings with guests and long
// descriptions, folded, every tenth of them a weekly one.
func fullCalendar() []byte {
	var out bytes.Buffer
	out.WriteString("BEGIN:VCALENDAR\r\nPRODID:-//Google Inc//Google Calendar 70.9054//EN\r\nVERSION:2.0\r\nMETHOD:PUBLISH\r\nX-WR-TIMEZONE:Europe/Brussels\r\n")
	start := time.Date(2010, 1, 4, 8, 0, 0, 0, time.UTC)
	for i := 0; out.Len() < ical.MaxBytes-1000; i++ {
		at := start.AddDate(0, 0, i).Add(time.Duration(i%9) * time.Hour)
		fmt.Fprintf(&out, "BEGIN:VEVENT\r\nDTSTART:%s\r\nDTEND:%s\r\n", at.Format("20060102T150405Z"), at.Add(time.Hour).Format("20060102T150405Z"))
		if i%10 == 0 {
			fmt.Fprintf(&out, "RRULE:FREQ=WEEKLY;UNTIL=%s;BYDAY=MO,WE\r\n", at.AddDate(3, 0, 0).Format("20060102T150405Z"))
		}
		fmt.Fprintf(&out, "DTSTAMP:20171001T080000Z\r\nORGANIZER;CN=Els:mailto:els@example.org\r\nUID:%d@google.com\r\n"+
			"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=Bert;X\r\n -NUM-GUESTS=0:mailto:bert@example.org\r\n"+
			"CREATED:20100101T080000Z\r\nDESCRIPTION:%s\r\nLAST-MODIFIED:20170101T080000Z\r\nLOCATION:Gent\r\nSEQUENCE:0\r\nSTATUS:CONFIRMED\r\nSUMMARY:Overleg\r\nTRANSP:OPAQUE\r\nEND:VEVENT\r\n",
			i, strings.Repeat("praten over\r\n  het werk ", i%8))
	}
	out.WriteString("END:VCALENDAR\r\n")
	return out.Bytes()
}

// BenchmarkRead reads 2 MB of a calendar for fifteen weeks. It aims under 150 ms, with less than 64 MB at any moment.
func BenchmarkRead(b *testing.B) {
	data := fullCalendar()
	w := window(b)
	w.Until = w.From.AddDate(0, 0, 15*7)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	before, most := heap(), uint64(0)
	for b.Loop() {
		found, report, err := ical.Read(bytes.NewReader(data), w)
		if err != nil || len(found) == 0 || report.BadLines > 0 {
			b.Fatal(len(found), report, err)
		}
		most = max(most, heap())
	}
	b.ReportMetric(float64(most-min(before, most))/(1<<20), "MB-heap")
}

// heap is how much the objects take that are not collected yet.
func heap() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}
