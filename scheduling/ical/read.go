package ical

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	goical "github.com/emersion/go-ical"
)

// The bounds of a file that Read takes.
const (
	MaxBytes       = 2 << 20
	MaxEvents      = 5000
	MaxRules       = 500    // recurrence rules that have not ended, fewer if they are long; the rest is counted
	MaxOccurrences = 20_000 // occurrences answered, the first ones; the rest is counted
	MaxZones       = 200    // names of zones looked up, the rest is unknown
)

// ErrTooLarge is wrapped when a file has more than MaxBytes, ErrUnreadable when it is no calendar at all.
var (
	ErrTooLarge   = errors.New("calendar too large")
	ErrUnreadable = errors.New("not a calendar")
)

// Window is the time of which Read answers the occurrences: those that end after From and start before Until. Zone is
// the reader's own: it holds for times without a zone and for whole days.
type Window struct {
	From, Until time.Time
	Zone        *time.Location
}

// Occurrence is one event at one time, in UTC. Transparent ones do not take up time.
type Occurrence struct {
	UID         string
	Sequence    int
	StartAt     time.Time
	EndAt       time.Time
	AllDay      bool
	Summary     string
	Status      string
	Transparent bool
}

// Report counts what Read could not make sense of. It holds no text of the file but the names of zones.
type Report struct {
	Method       string
	Events       int      // read
	BadLines     int      // left out
	BadParams    int      // left out, their property was read
	BadEvents    int      // without a start that can be read, or beyond MaxEvents
	BadRules     int      // recurrence rules that cannot be expanded: the event stands once
	LeftOut      int      // occurrences beyond MaxOccurrences
	UnknownZones []string // read in Window.Zone
}

// Read reads a calendar file of anybody and answers its occurrences in the window, by start. Faults in it are left out
// and counted. It wraps ErrTooLarge and ErrUnreadable, and the errors of r.
func Read(r io.Reader, w Window) ([]Occurrence, Report, error) {
	var report Report
	data, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, report, fmt.Errorf("read calendar: %w", err)
	}
	if len(data) > MaxBytes {
		return nil, report, fmt.Errorf("calendar of more than %d bytes: %w", MaxBytes, ErrTooLarge)
	}
	out, err := readAll(data, w, &report)
	return out, report, err
}

func readAll(data []byte, w Window, report *Report) ([]Occurrence, error) {
	decoder := goical.NewDecoder(bytes.NewReader(clean(data, report)))
	in := reading{window: w, report: report}
	files := 0
	for ; ; files++ {
		file, err := decoder.Decode()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("decode calendar: %w", errors.Join(ErrUnreadable, err))
		}
		in.zones = zonesOf(file)
		in.calendar(file)
	}
	if files == 0 {
		return nil, ErrUnreadable
	}
	in.shorten()
	return in.found, nil
}

// reading is a file on its way to occurrences; its bounds hold for all calendars in it together.
type reading struct {
	window Window
	report *Report
	zones  zones
	method string
	rules  int
	steps  int
	named  int // zones
	found  []Occurrence
}

// add keeps an occurrence that meets the window. What is beyond MaxOccurrences is dropped now and then, so that a file
// that repeats without end fills no memory.
func (in *reading) add(o Occurrence) {
	if !o.StartAt.Before(in.window.Until) || !o.EndAt.After(in.window.From) && !o.StartAt.Equal(in.window.From) {
		return
	}
	if in.found = append(in.found, o); len(in.found) >= 2*MaxOccurrences {
		in.shorten()
	}
}

// shorten sorts what was found and drops what is beyond MaxOccurrences.
func (in *reading) shorten() {
	slices.SortStableFunc(in.found, func(a, b Occurrence) int { return a.StartAt.Compare(b.StartAt) })
	if beyond := len(in.found) - MaxOccurrences; beyond > 0 {
		in.report.LeftOut += beyond
		in.found = in.found[:MaxOccurrences]
	}
}

// entry is a VEVENT whose times are understood.
type entry struct {
	event goical.Event
	base  Occurrence
	clock clock
	local time.Time // the start as the file writes it, read as UTC
	place time.Time // RECURRENCE-ID
}

// at gives the event's occurrence at a start. Whole days are counted on the wall, all else in hours.
func (e entry) at(s start) Occurrence {
	o := e.base
	length := o.EndAt.Sub(o.StartAt)
	o.StartAt, o.EndAt = s.at, s.at.Add(length)
	if o.AllDay {
		days := int((length + 12*time.Hour) / (24 * time.Hour))
		o.EndAt = e.clock(s.local.AddDate(0, 0, days))
	}
	return o
}

func (in *reading) calendar(file *goical.Calendar) {
	in.method = strings.ToUpper(value(file.Props, "METHOD"))
	in.report.Method = in.method
	var entries []entry
	overridden := map[string]bool{}
	for _, event := range file.Events() {
		if in.report.Events >= MaxEvents {
			in.report.BadEvents++
			continue
		}
		e, ok := in.entry(event)
		if !ok {
			in.report.BadEvents++
			continue
		}
		in.report.Events++
		entries = append(entries, e)
		if !e.place.IsZero() {
			overridden[placeKey(e.base.UID, e.place)] = true
		}
	}
	for _, e := range newest(entries) {
		for _, s := range in.starts(e) {
			if o := e.at(s); !e.place.IsZero() || !overridden[placeKey(o.UID, o.StartAt)] {
				in.add(o)
			}
		}
	}
	in.freeBusy(file)
}

func placeKey(uid string, t time.Time) string { return strconv.FormatInt(t.Unix(), 10) + " " + uid }

// newest keeps of several versions of an event the one with the highest SEQUENCE, the later one among equals.
func newest(entries []entry) []entry {
	best := map[string]int{}
	for i, e := range entries {
		key := placeKey(e.base.UID, e.place)
		if j, seen := best[key]; !seen || e.base.UID == "" || entries[j].base.Sequence <= e.base.Sequence {
			best[key] = i
		}
	}
	var out []entry
	for i, e := range entries {
		if e.base.UID == "" || best[placeKey(e.base.UID, e.place)] == i {
			out = append(out, e)
		}
	}
	return out
}

func (in *reading) entry(event goical.Event) (entry, bool) {
	e := entry{event: event}
	begin := event.Props.Get("DTSTART")
	var ok bool
	if e.local, e.base.AllDay, ok = moment(begin); !ok {
		return entry{}, false
	}
	e.clock = in.clock(begin)
	e.base.StartAt = e.clock(e.local)
	if e.base.EndAt, ok = in.end(e); !ok {
		return entry{}, false
	}
	if place := event.Props.Get("RECURRENCE-ID"); place != nil {
		at, _, ok := moment(place)
		if !ok {
			return entry{}, false
		}
		e.place = in.clock(place)(at)
	}
	e.base.UID = plain(written(event.Props, "UID"))
	e.base.Sequence, _ = strconv.Atoi(value(event.Props, "SEQUENCE"))
	e.base.Summary = plain(written(event.Props, "SUMMARY"))
	e.base.Transparent = transparent(event.Props, e.base.AllDay)
	e.base.Status = strings.ToUpper(value(event.Props, "STATUS"))
	switch {
	case in.method == Cancel:
		e.base.Status = Cancelled
	case e.base.Status == "":
		e.base.Status = Confirmed
	}
	return e, true
}

// longest is how long an event written by its length may be.
const longest = 366 * 24 * time.Hour

// end takes DTEND, DURATION, or else the day of a whole-day event; without any of them an event has no length.
func (in *reading) end(e entry) (time.Time, bool) {
	if prop := e.event.Props.Get("DTEND"); prop != nil {
		at, _, ok := moment(prop)
		if !ok {
			return time.Time{}, false
		}
		end := in.clock(prop)(at)
		return end, !end.Before(e.base.StartAt)
	}
	if prop := e.event.Props.Get("DURATION"); prop != nil {
		length, err := prop.Duration()
		return e.base.StartAt.Add(length), err == nil && length >= 0 && length < longest
	}
	if e.base.AllDay {
		return e.clock(e.local.AddDate(0, 0, 1)), true
	}
	return e.base.StartAt, true
}

// transparent says whether an event takes up no time. A whole day takes it up only where the file says so: others put
// birthdays and holidays there. Where somebody works, other than at home or at the office, takes up nothing either.
func transparent(props goical.Props, allDay bool) bool {
	switch strings.ToUpper(value(props, "X-MICROSOFT-CDO-BUSYSTATUS")) {
	case "FREE", "WORKINGELSEWHERE":
		return true
	case "BUSY", "OOF", "TENTATIVE":
		return false
	}
	transp := strings.ToUpper(value(props, "TRANSP"))
	return transp == "TRANSPARENT" || allDay && transp != "OPAQUE"
}

// Busy gives the times that the occurrences take up, merged and in order; cancelled and transparent ones take none.
func Busy(occurrences []Occurrence) []Interval {
	var out []Interval
	sorted := slices.SortedFunc(slices.Values(occurrences), func(a, b Occurrence) int { return a.StartAt.Compare(b.StartAt) })
	for _, o := range sorted {
		if o.Transparent || o.Status == Cancelled || !o.EndAt.After(o.StartAt) {
			continue
		}
		if last := len(out) - 1; last >= 0 && !o.StartAt.After(out[last].Until) {
			if o.EndAt.After(out[last].Until) {
				out[last].Until = o.EndAt
			}
			continue
		}
		out = append(out, Interval{From: o.StartAt, Until: o.EndAt})
	}
	return out
}

// Interval is a stretch of time in UTC: From is in it, Until is not.
type Interval struct {
	From, Until time.Time
}

// written is the value of a property as it stands in the file, value without the space around it.
func written(props goical.Props, name string) string {
	if prop := props.Get(name); prop != nil {
		return prop.Value
	}
	return ""
}

func value(props goical.Props, name string) string { return strings.TrimSpace(written(props, name)) }
