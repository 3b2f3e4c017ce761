package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"kring/internal/mail/catcher"
	"kring/scheduling/ical"
)

// diary is somebody's calendar program, fed with every calendar file of every letter in turn. It takes files as RFC 5546
// (2.1.4, 3.2.2) says: of one entry the highest SEQUENCE counts, and a file of the whole series takes the place of all
// that was known of it, single changes as well.
type diary struct {
	zones   map[string]string // VTIMEZONE by TZID
	series  map[string]vevent // by UID
	changes map[string]vevent // by UID and RECURRENCE-ID
}

// vevent is an event as it stands in a file.
type vevent struct {
	uid, place string
	sequence   int
	body       string // without DTSTAMP, which says when the file was made
}

func newDiary() *diary {
	return &diary{zones: map[string]string{}, series: map[string]vevent{}, changes: map[string]vevent{}}
}

// take puts a file into the calendar and checks that its SEQUENCE rose with every change.
func (d *diary) take(t *testing.T, file []byte) {
	t.Helper()
	events, zones := blocks(file)
	maps.Copy(d.zones, zones)
	for _, e := range events {
		known, before := d.series, d.series[e.uid]
		key := e.uid
		if e.place != "" {
			known, key = d.changes, e.uid+" "+e.place
			before = d.changes[key]
		}
		if e.sequence < before.sequence || e.sequence == before.sequence && before.body != "" && e.body != before.body {
			t.Errorf("SEQUENCE %d of %s changes what SEQUENCE %d said:\n%s\nwas\n%s", e.sequence, key, before.sequence, e.body, before.body)
		}
		if whole := d.series[e.uid]; e.place != "" && e.sequence < whole.sequence {
			t.Errorf("SEQUENCE %d of %s is below that of its series, %d", e.sequence, key, whole.sequence)
		}
		known[key] = e
		if e.place == "" {
			maps.DeleteFunc(d.changes, func(_ string, c vevent) bool { return c.uid == e.uid && c.sequence < e.sequence })
		}
	}
}

// entry is what the calendar shows at a time.
type entry struct {
	at  time.Time
	uid string
}

// shows are the entries from an instant on.
func (d *diary) shows(t *testing.T, from time.Time) (all []entry) {
	t.Helper()
	file := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Diary//EN\r\n"
	for _, parts := range []map[string]string{d.zones, bodies(d.series), bodies(d.changes)} {
		for _, name := range slices.Sorted(maps.Keys(parts)) {
			file += parts[name]
		}
	}
	if len(d.series)+len(d.changes) == 0 {
		return nil
	}
	found, report, err := ical.Read(strings.NewReader(file+"END:VCALENDAR\r\n"), ical.Window{From: from, Until: from.AddDate(2, 0, 0), Zone: time.UTC})
	if err != nil || report.BadLines+report.BadEvents+report.BadRules+report.LeftOut > 0 || len(report.UnknownZones) > 0 {
		t.Errorf("the files read as %+v, %v:\n%s", report, err, file)
	}
	for _, o := range found {
		if o.Status != ical.Cancelled && !o.StartAt.Before(from) {
			all = append(all, entry{o.StartAt, o.UID})
		}
	}
	return all
}

func bodies(events map[string]vevent) map[string]string {
	all := map[string]string{}
	for key, e := range events {
		all[key] = e.body
	}
	return all
}

// blocks takes a file apart into its events and zones. Events are told apart by lines that Kring never folds.
func blocks(file []byte) (events []vevent, zones map[string]string) {
	zones = map[string]string{}
	cancels := bytes.Contains(file, []byte("\r\nMETHOD:CANCEL\r\n"))
	var e vevent
	var zone, tzid string
	inEvent, inZone := false, false
	for line := range strings.SplitSeq(string(file), "\r\n") {
		switch line {
		case "BEGIN:VEVENT":
			e, inEvent = vevent{}, true
		case "BEGIN:VTIMEZONE":
			zone, tzid, inZone = "", "", true
		}
		name, value, _ := strings.Cut(line, ":")
		name, _, _ = strings.Cut(name, ";")
		switch {
		case inEvent && name != "DTSTAMP" && (name != "STATUS" || !cancels):
			e.note(name, line, value)
		case inZone:
			zone += line + "\r\n"
			if name == "TZID" {
				tzid = value
			}
		}
		switch line {
		case "END:VEVENT":
			if cancels {
				e.body = strings.Replace(e.body, "END:VEVENT", "STATUS:CANCELLED\r\nEND:VEVENT", 1)
			}
			events, inEvent = append(events, e), false
		case "END:VTIMEZONE":
			zones[tzid], inZone = zone, false
		}
	}
	return events, zones
}

func (e *vevent) note(name, line, value string) {
	e.body += line + "\r\n"
	switch name {
	case "UID":
		e.uid = value
	case "RECURRENCE-ID":
		e.place = value
	case "SEQUENCE":
		e.sequence, _ = strconv.Atoi(value)
	}
}

// files are the calendar files of a mail, each once: one that shows as an invitation is attached as well.
func files(m catcher.Mail) (all [][]byte) {
	for _, part := range slices.Concat(m.Calendars, m.Files) {
		known := slices.ContainsFunc(all, func(file []byte) bool { return bytes.Equal(lines(file), lines(part.Body)) })
		if !known && bytes.Contains(part.Body, []byte("BEGIN:VCALENDAR")) {
			all = append(all, lines(part.Body))
		}
	}
	return all
}

// lines end with CRLF again, which transport may have changed.
func lines(file []byte) []byte {
	return bytes.ReplaceAll(bytes.ReplaceAll(file, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
}

// except are those that are not among others; what stands twice counts twice.
func except(all, others []string) (left []string) {
	others = slices.Clone(others)
	for _, one := range all {
		if i := slices.Index(others, one); i >= 0 {
			others = slices.Delete(others, i, i+1)
		} else {
			left = append(left, one)
		}
	}
	return left
}

// calendars checks that the calendar of each of the cast, fed with all their mails, shows the sessions to come and
// nothing else, in one series. It answers the UID of that series.
func (s *story) calendars() string {
	s.Helper()
	mails := s.mails()
	now := s.now()
	var want []string
	for _, one := range s.sessions() {
		if at := instant(s.T, one.text("starts_at")); one.text("state") == "planned" && at.After(now) {
			want = append(want, at.Format(time.RFC3339))
		}
	}
	uids := map[string]bool{}
	for _, one := range s.cast {
		d := newDiary()
		for _, m := range mails {
			if m.to != one.email {
				continue
			}
			for _, file := range files(m.Mail) {
				d.take(s.T, file)
			}
		}
		var got []string
		for _, e := range d.shows(s.T, now) {
			got = append(got, e.at.UTC().Format(time.RFC3339))
			uids[e.uid] = true
		}
		if !slices.Equal(got, want) {
			s.Errorf("at %s the calendar of %s has not %v, and also %v", now.Format(time.RFC3339), one.name, except(want, got), except(got, want))
		}
	}
	if len(uids) > 1 {
		s.Errorf("sessions to come stand in %d series", len(uids))
	}
	return fmt.Sprint(slices.Sorted(maps.Keys(uids)))
}
