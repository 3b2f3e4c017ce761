package ical

import (
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"kring/internal/wall"
)

const (
	localForm = "20060102T150405"
	utcForm   = "20060102T150405Z"
)

// Writer writes files and remembers how zones are described: those of one circle span the same time. The zero Writer may
// be used, also from several goroutines.
type Writer struct {
	mu    sync.Mutex
	zones map[zoneSpan][]byte
}

// mostZones bounds what a Writer remembers.
const mostZones = 500

// Write writes the file: CRLF, lines of at most 75 octets, the same bytes for the same calendar. It wraps ErrEvent,
// with everything that is wrong with the first event that cannot be written.
func Write(w io.Writer, c Calendar) error { return new(Writer).Write(w, c) }

// Write is Write, with what the Writer remembers.
func (k *Writer) Write(w io.Writer, c Calendar) error {
	laid := make([]laidOut, len(c.Events))
	var spans zoneSpans
	for i := range c.Events {
		var err error
		if laid[i], err = c.Events[i].layOut(); err != nil {
			return err
		}
		laid[i].cover(&spans)
	}
	f := file{out: make([]byte, 0, 1024+2048*len(c.Events))}
	f.line("BEGIN:VCALENDAR")
	f.head(c)
	for _, span := range spans {
		if span.loc != time.UTC {
			f.lines(k.zone(span))
		}
	}
	for _, e := range laid {
		f.event(e, c.Method)
	}
	if len(c.Events) == 0 {
		// A file must hold something (RFC 5545, 3.6), also the feed of a circle that has no dates yet.
		f.lines(k.zone(zoneSpan{loc: time.UTC}))
	}
	f.line("END:VCALENDAR")
	_, err := w.Write(f.out)
	return err
}

// zone is the description of a zone over a span.
func (k *Writer) zone(span zoneSpan) []byte {
	span.from, span.until = span.from.UTC(), span.until.UTC() // equal instants are one key
	k.mu.Lock()
	known := k.zones[span]
	k.mu.Unlock()
	if known != nil {
		return known
	}
	var f file
	f.zone(span)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.zones == nil || len(k.zones) >= mostZones {
		k.zones = map[zoneSpan][]byte{}
	}
	k.zones[span] = f.out
	return f.out
}

func (f *file) head(c Calendar) {
	f.line("VERSION:2.0")
	f.words("PRODID", c.ProductID)
	f.line("CALSCALE:GREGORIAN")
	if c.Method != "" {
		f.line("METHOD:", c.Method)
	}
	if c.Name != "" {
		f.words("NAME", c.Name)
		f.words("X-WR-CALNAME", c.Name)
	}
	if c.Refresh > 0 {
		every := "PT" + strconv.Itoa(int(c.Refresh.Minutes())) + "M"
		f.line("REFRESH-INTERVAL;VALUE=DURATION:", every)
		f.line("X-PUBLISHED-TTL:", every)
	}
}

// laidOut is an event with its zone and its places, checked.
type laidOut struct {
	*Event
	loc    *time.Location
	places []place
}

func (e laidOut) cover(spans *zoneSpans) {
	spans.cover(e.loc, e.StartAt, e.places[len(e.places)-1].at.Add(e.Length))
	if e.RecurrenceID != nil {
		spans.cover(e.loc, *e.RecurrenceID, *e.RecurrenceID)
	}
}

// event writes one VEVENT. The alarm stands at its end: a program was seen to give up on one that does not
// (ics-py/ics-py#416).
func (f *file) event(e laidOut, method string) {
	f.line("BEGIN:VEVENT")
	f.words("UID", e.UID)
	f.line("SEQUENCE:", strconv.Itoa(e.Sequence))
	f.instant("DTSTAMP", e.Stamp, time.UTC)
	f.instant("DTSTART", e.StartAt, e.loc)
	f.instant("DTEND", e.StartAt.Add(e.Length), e.loc)
	if e.RecurrenceID != nil {
		f.instant("RECURRENCE-ID", *e.RecurrenceID, e.loc)
	}
	if e.Recurrence != nil {
		f.rule(e)
	}
	f.about(e.Event, method)
	f.people(e.Event)
	if e.AlarmMinutes > 0 && e.status(method) != Cancelled {
		f.line("BEGIN:VALARM")
		f.line("ACTION:DISPLAY")
		f.words("DESCRIPTION", e.Summary)
		f.line("TRIGGER:-PT", strconv.Itoa(e.AlarmMinutes), "M")
		f.line("END:VALARM")
	}
	f.line("END:VEVENT")
}

// rule writes the rule, or all dates one by one when one of them falls into a clock-change gap: there RFC 5545
// (3.3.10) goes on with the offset from before, and we with the first minute after. The start is listed too: ical.js
// forgets it otherwise, and the others count it once.
func (f *file) rule(e laidOut) {
	listed := false
	for _, p := range e.places {
		listed = listed || p.gap
	}
	if listed {
		for _, p := range e.places {
			f.instant("RDATE", p.at, e.loc)
		}
	} else {
		f.line("RRULE:", e.Recurrence.text(e.StartAt.In(e.loc).Weekday()))
	}
	for _, t := range e.Recurrence.Except {
		f.instant("EXDATE", t, e.loc)
	}
}

// text is the rule as RFC 5545 (3.3.10) writes it.
func (r Weekly) text(day time.Weekday) string {
	days, freq := r.IntervalDays, "FREQ=DAILY"
	weekly := days%7 == 0
	if weekly {
		days, freq = days/7, "FREQ=WEEKLY"
	}
	if days > 1 {
		freq += ";INTERVAL=" + strconv.Itoa(days)
	}
	if r.Count > 0 {
		freq += ";COUNT=" + strconv.Itoa(r.Count)
	} else {
		freq += ";UNTIL=" + r.Until.UTC().Format(utcForm)
	}
	if weekly {
		freq += ";BYDAY=" + strings.ToUpper(wall.WeekdayKey(day)[:2])
	}
	return freq
}

// status is the event's own, or what the file's method says.
func (e *Event) status(method string) string {
	switch {
	case method == Cancel:
		return Cancelled
	case e.Status == "":
		return Confirmed
	}
	return e.Status
}

func (f *file) about(e *Event, method string) {
	status := e.status(method)
	f.line("STATUS:", status)
	if status == Cancelled {
		f.line("TRANSP:TRANSPARENT")
	} else {
		f.line("TRANSP:OPAQUE")
	}
	for _, field := range []struct{ name, value string }{
		{"SUMMARY", e.Summary}, {"DESCRIPTION", e.Description}, {"LOCATION", e.Location},
	} {
		if field.value != "" {
			f.words(field.name, field.value)
		}
	}
	if e.URL != "" {
		f.line("URL:", e.URL)
	}
	if e.Conference != "" {
		f.line("CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO:", e.Conference)
	}
}

func (f *file) people(e *Event) {
	if e.Organizer != nil {
		f.out = append(f.out, "ORGANIZER"...)
		f.name(e.Organizer.Name)
		f.line(":mailto:", e.Organizer.Address)
	}
	for _, p := range e.Attendees {
		f.out = append(f.out, "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT="...)
		f.out = append(f.out, p.status()...)
		f.out = append(f.out, ";RSVP="...)
		f.out = append(f.out, strings.ToUpper(strconv.FormatBool(e.RSVP))...)
		f.name(p.Name)
		f.line(":mailto:", p.Address)
	}
}

// name writes the parameter CN, in quotes where RFC 5545 (3.2) wants them.
func (f *file) name(name string) {
	if name == "" {
		return
	}
	name = paramText(name)
	if strings.ContainsAny(name, ";:,") {
		name = `"` + name + `"`
	}
	f.out = append(append(f.out, ";CN="...), name...)
}
