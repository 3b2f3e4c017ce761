package ical

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	goical "github.com/emersion/go-ical"

	"kring/internal/wall"
)

const (
	localForm = "20060102T150405"
	utcForm   = "20060102T150405Z"
)

// Write writes the file: CRLF, lines of at most 75 octets, the same bytes for the same calendar. It wraps ErrEvent,
// with everything that is wrong with the first event that cannot be written.
func Write(w io.Writer, c Calendar) error {
	out := goical.NewCalendar()
	set(out.Props, "VERSION", "2.0")
	set(out.Props, "PRODID", text(c.ProductID))
	set(out.Props, "CALSCALE", "GREGORIAN")
	if c.Method != "" {
		set(out.Props, "METHOD", c.Method)
	}
	if c.Name != "" {
		set(out.Props, "NAME", text(c.Name))
		set(out.Props, "X-WR-CALNAME", text(c.Name))
	}
	if c.Refresh > 0 {
		every := "PT" + strconv.Itoa(int(c.Refresh.Minutes())) + "M"
		set(out.Props, "REFRESH-INTERVAL", every).Params.Set("VALUE", "DURATION")
		set(out.Props, "X-PUBLISHED-TTL", every)
	}
	var spans zoneSpans
	var events []*goical.Component
	for _, e := range c.Events {
		event, err := e.component(c.Method, &spans)
		if err != nil {
			return err
		}
		events = append(events, event)
	}
	out.Children = append(spans.components(), events...)
	if len(out.Children) == 0 {
		// A file must hold something (RFC 5545, 3.6), also the feed of a circle that has no dates yet.
		out.Children = append(out.Children, zoneSpan{loc: time.UTC}.component())
	}
	var flat bytes.Buffer
	if err := goical.NewEncoder(&flat).Encode(out); err != nil {
		return fmt.Errorf("encode calendar: %w", err)
	}
	_, err := w.Write(fold(flat.Bytes()))
	return err
}

func set(props goical.Props, name, value string) *goical.Prop {
	props[name] = []goical.Prop{{Name: name, Params: goical.Params{}, Value: value}}
	return &props[name][0]
}

func add(props goical.Props, name, value string) *goical.Prop {
	props[name] = append(props[name], goical.Prop{Name: name, Params: goical.Params{}, Value: value})
	return &props[name][len(props[name])-1]
}

func (e Event) component(method string, spans *zoneSpans) (*goical.Component, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	loc, err := wall.LoadZone(e.Zone)
	if err != nil {
		return nil, err
	}
	places := e.places(loc)
	spans.cover(loc, e.StartAt, places[len(places)-1].at.Add(e.Length))
	c := goical.NewComponent(goical.CompEvent)
	set(c.Props, "UID", text(e.UID))
	set(c.Props, "SEQUENCE", strconv.Itoa(e.Sequence))
	set(c.Props, "DTSTAMP", e.Stamp.UTC().Format(utcForm))
	setInstant(c.Props, "DTSTART", e.StartAt, loc)
	setInstant(c.Props, "DTEND", e.StartAt.Add(e.Length), loc)
	if e.RecurrenceID != nil {
		spans.cover(loc, *e.RecurrenceID, *e.RecurrenceID)
		setInstant(c.Props, "RECURRENCE-ID", *e.RecurrenceID, loc)
	}
	if e.Recurrence != nil {
		e.writeRule(c.Props, places, loc)
	}
	e.writeWords(c.Props, method)
	e.writePeople(c.Props)
	if e.AlarmMinutes > 0 {
		c.Children = append(c.Children, e.alarm())
	}
	return c, nil
}

// setInstant writes an instant at its wall time in the zone, and in UTC where the wall time would mean another: in the
// second pass of an hour that the clock shows twice.
func setInstant(props goical.Props, name string, t time.Time, loc *time.Location) {
	prop := add(props, name, t.UTC().Format(utcForm))
	named, _ := wall.Instant(wall.DateOf(t, loc), wall.TimeOfDayOf(t, loc), loc)
	if loc != time.UTC && named.Equal(t.Truncate(time.Minute)) {
		prop.Value = t.In(loc).Format(localForm)
		prop.Params.Set("TZID", loc.String())
	}
}

// writeRule writes the rule, or all dates one by one when one of them falls into a clock-change gap: there RFC 5545
// (3.3.10) goes on with the offset from before, and we with the first minute after. The start is listed too: ical.js
// forgets it otherwise, and the others count it once.
func (e Event) writeRule(props goical.Props, places []place, loc *time.Location) {
	listed := false
	for _, p := range places {
		listed = listed || p.gap
	}
	if listed {
		for _, p := range places {
			setInstant(props, "RDATE", p.at, loc)
		}
	} else {
		set(props, "RRULE", e.rule(loc))
	}
	for _, t := range e.Recurrence.Except {
		setInstant(props, "EXDATE", t, loc)
	}
}

func (e Event) rule(loc *time.Location) string {
	r := *e.Recurrence
	var rule strings.Builder
	days, freq := r.IntervalDays, "FREQ=DAILY"
	if days%7 == 0 {
		days, freq = days/7, "FREQ=WEEKLY"
	}
	rule.WriteString(freq)
	if days > 1 {
		fmt.Fprintf(&rule, ";INTERVAL=%d", days)
	}
	if r.Count > 0 {
		fmt.Fprintf(&rule, ";COUNT=%d", r.Count)
	} else {
		rule.WriteString(";UNTIL=" + r.Until.UTC().Format(utcForm))
	}
	if freq == "FREQ=WEEKLY" {
		rule.WriteString(";BYDAY=" + strings.ToUpper(wall.WeekdayKey(e.StartAt.In(loc).Weekday())[:2]))
	}
	return rule.String()
}

func (e Event) writeWords(props goical.Props, method string) {
	status := e.Status
	switch {
	case method == Cancel:
		status = Cancelled
	case status == "":
		status = Confirmed
	}
	set(props, "STATUS", status)
	set(props, "TRANSP", "OPAQUE")
	if status == Cancelled {
		set(props, "TRANSP", "TRANSPARENT")
	}
	for _, field := range []struct{ name, value string }{{"SUMMARY", e.Summary}, {"DESCRIPTION", e.Description}, {"LOCATION", e.Location}} {
		if field.value != "" {
			set(props, field.name, text(field.value))
		}
	}
	if e.URL != "" {
		set(props, "URL", e.URL)
	}
}

func (e Event) writePeople(props goical.Props) {
	if e.Organizer != nil {
		nameParam(set(props, "ORGANIZER", "mailto:"+e.Organizer.Address), e.Organizer.Name)
	}
	for _, p := range e.Attendees {
		prop := add(props, "ATTENDEE", "mailto:"+p.Address)
		nameParam(prop, p.Name)
		prop.Params.Set("ROLE", "REQ-PARTICIPANT")
		prop.Params.Set("PARTSTAT", "NEEDS-ACTION")
		prop.Params.Set("RSVP", strings.ToUpper(strconv.FormatBool(e.RSVP)))
	}
}

func nameParam(prop *goical.Prop, name string) {
	if name != "" {
		prop.Params.Set("CN", paramText(name))
	}
}

func (e Event) alarm() *goical.Component {
	c := goical.NewComponent(goical.CompAlarm)
	set(c.Props, "ACTION", "DISPLAY")
	set(c.Props, "DESCRIPTION", text(e.Summary))
	set(c.Props, "TRIGGER", fmt.Sprintf("-PT%dM", e.AlarmMinutes))
	return c
}
