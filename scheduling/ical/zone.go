package ical

import (
	"fmt"
	"slices"
	"time"

	"kring/internal/wall"
)

// zoneSpans collects the zones of a file, each with the time that its events span, in the order of first use.
type zoneSpans []zoneSpan

type zoneSpan struct {
	loc         *time.Location
	from, until time.Time
}

func (s *zoneSpans) cover(loc *time.Location, from, until time.Time) {
	for i := range *s {
		span := &(*s)[i]
		if span.loc != loc {
			continue
		}
		if from.Before(span.from) {
			span.from = from
		}
		if until.After(span.until) {
			span.until = until
		}
		return
	}
	*s = append(*s, zoneSpan{loc: loc, from: from, until: until})
}

// zone describes the zone from the last clock change before the span to the last one in it. At least one
// observance is STANDARD, because python-icalendar breaks on a zone without: if need be the change before as well, or,
// where there was none for two years, one from 1970 on.
func (f *file) zone(s zoneSpan) {
	f.line("BEGIN:VTIMEZONE")
	f.words("TZID", s.loc.String())
	changes := wall.Changes(s.from.AddDate(-1, 0, 0), s.until, s.loc)
	if s.lacks(changes) {
		changes = wall.Changes(s.from.AddDate(-2, 0, 0), s.until, s.loc)
	}
	for len(changes) > 1 && !changes[1].At.After(s.from) && slices.ContainsFunc(changes[1:], isStandard) {
		changes = changes[1:]
	}
	if s.lacks(changes) {
		f.observance(s.before(changes))
	}
	for _, change := range changes {
		f.observance(change)
	}
	f.line("END:VTIMEZONE")
}

// lacks says whether the changes leave open what holds at the start of the span, or have no STANDARD among them.
func (s zoneSpan) lacks(changes []wall.Change) bool {
	return len(changes) == 0 || changes[0].At.After(s.from) || !slices.ContainsFunc(changes, isStandard)
}

// before is what held until the first change, since 1970.
func (s zoneSpan) before(changes []wall.Change) wall.Change {
	at := s.from
	if len(changes) > 0 {
		at = changes[0].At.Add(-time.Second)
	}
	name, seconds := at.In(s.loc).Zone()
	offset := time.Duration(seconds) * time.Second
	start := time.Date(1970, time.January, 1, 0, 0, 0, 0, time.UTC).Add(-offset)
	return wall.Change{At: start, From: offset, To: offset, Name: name}
}

// isStandard: a clock set back shows standard time, one set forward daylight time.
func isStandard(change wall.Change) bool { return change.To <= change.From }

func (f *file) observance(change wall.Change) {
	name := "DAYLIGHT"
	if isStandard(change) {
		name = "STANDARD"
	}
	f.line("BEGIN:", name)
	f.out = change.At.Add(change.From).UTC().AppendFormat(append(f.out, "DTSTART:"...), localForm)
	f.line()
	f.line("TZOFFSETFROM:", offsetForm(change.From))
	f.line("TZOFFSETTO:", offsetForm(change.To))
	f.words("TZNAME", change.Name)
	f.line("END:", name)
}

func offsetForm(offset time.Duration) string {
	sign, seconds := '+', int(offset.Seconds())
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	if seconds%60 != 0 {
		return fmt.Sprintf("%c%02d%02d%02d", sign, seconds/3600, seconds/60%60, seconds%60)
	}
	return fmt.Sprintf("%c%02d%02d", sign, seconds/3600, seconds/60%60)
}
