package ical

import (
	"slices"
	"strings"
	"time"

	goical "github.com/emersion/go-ical"

	"kring/internal/wall"
)

// zones is what a file says about its zones: its own (X-WR-TIMEZONE) and those that it describes.
type zones struct {
	own       *time.Location
	described map[string]*goical.Component
	clocks    map[string]clock
}

func zonesOf(file *goical.Calendar) zones {
	z := zones{own: knownZone(plain(value(file.Props, "X-WR-TIMEZONE"))), described: map[string]*goical.Component{}, clocks: map[string]clock{}}
	for _, child := range file.Children {
		if child.Name == goical.CompTimezone {
			z.described[plain(value(child.Props, "TZID"))] = child
		}
	}
	return z
}

// knownZone finds the IANA zone that a TZID means: the name itself, a Windows name, or the end of a path such as
// "/freeassociation.sourceforge.net/Europe/Brussels". It answers nil for any other.
func knownZone(tzid string) *time.Location {
	tzid = strings.Trim(strings.TrimSpace(tzid), `"`)
	names := []string{tzid, windowsZones[strings.ToLower(tzid)]}
	parts := strings.Split(tzid, "/")
	for n := min(3, len(parts)-1); n > 1; n-- {
		names = append(names, strings.Join(parts[len(parts)-n:], "/"))
	}
	for _, name := range names {
		if loc, err := wall.LoadZone(name); err == nil {
			return loc
		}
	}
	return nil
}

// clock finds what a property's local times mean: its zone by name, by the file's own description, or, counted, the
// zone of the file or the reader.
func (in *reading) clock(prop *goical.Prop) clock {
	tzid := plain(prop.Params.Get("TZID"))
	written := strings.ToUpper(strings.TrimSpace(prop.Value))
	if strings.HasSuffix(written, "Z") {
		return func(local time.Time) time.Time { return local }
	}
	if tzid == "" {
		return in.fallback(len(written) > len("20060102"))
	}
	if c, known := in.zones.clocks[tzid]; known {
		return c
	}
	c := in.byName(tzid)
	in.zones.clocks[tzid] = c
	return c
}

func (in *reading) byName(tzid string) clock {
	if in.named++; in.named > MaxZones {
		return in.fallback(true)
	}
	if loc := knownZone(tzid); loc != nil {
		return locationClock(loc)
	}
	if described, ok := in.zones.described[tzid]; ok {
		if loc := knownZone(plain(value(described.Props, "X-LIC-LOCATION"))); loc != nil {
			return locationClock(loc)
		}
		if c, ok := in.describedClock(described); ok {
			return c
		}
	}
	if len(in.report.UnknownZones) < 20 {
		in.report.UnknownZones = append(in.report.UnknownZones, strings.ToValidUTF8(tzid[:min(len(tzid), 80)], ""))
	}
	return in.fallback(true)
}

// fallback: whole days are the reader's own, times the file's.
func (in *reading) fallback(timed bool) clock {
	if timed && in.zones.own != nil {
		return locationClock(in.zones.own)
	}
	return locationClock(in.window.Zone)
}

// onset is the moment, on the wall before it, at which an offset begins to hold.
type onset struct {
	local    time.Time
	from, to time.Duration
}

// describedClock follows the observances of a VTIMEZONE around the window. It answers false when there is none that
// can be read.
func (in *reading) describedClock(zone *goical.Component) (clock, bool) {
	around := span{from: in.window.From.AddDate(-2, 0, 0), until: in.window.Until.AddDate(1, 0, 0)}
	var onsets []onset
	for _, child := range zone.Children {
		first, _, ok := momentText(value(child.Props, "DTSTART"))
		from, okFrom := parseOffset(value(child.Props, "TZOFFSETFROM"))
		to, okTo := parseOffset(value(child.Props, "TZOFFSETTO"))
		if !ok || !okFrom || !okTo {
			continue
		}
		onsets = append(onsets, onset{local: first, from: from, to: to})
		asUTC := func(local time.Time) time.Time { return local.Add(-from) }
		for _, rule := range child.Props.Values("RRULE") {
			locals, _ := in.expand(rule.Value, first, around, asUTC)
			for _, local := range locals {
				onsets = append(onsets, onset{local: local, from: from, to: to})
			}
		}
		for _, dates := range child.Props.Values("RDATE") {
			for item := range strings.SplitSeq(dates.Value, ",") {
				if local, _, ok := momentText(item); ok {
					onsets = append(onsets, onset{local: local, from: from, to: to})
				}
			}
		}
	}
	slices.SortFunc(onsets, func(a, b onset) int { return a.local.Compare(b.local) })
	return func(local time.Time) time.Time { return local.Add(-offsetOf(onsets, local)) }, len(onsets) > 0
}

// offsetOf gives the offset that holds at a local time, in a gap that from before. An onset is written in the time
// before it, so of a time shown twice this finds the first.
func offsetOf(onsets []onset, local time.Time) time.Duration {
	i, found := slices.BinarySearchFunc(onsets, local, func(o onset, t time.Time) int { return o.local.Compare(t) })
	if found {
		i++
	}
	if i == 0 {
		return onsets[0].from
	}
	last := onsets[i-1]
	if forward := last.to - last.from; forward > 0 && local.Before(last.local.Add(forward)) {
		return last.from
	}
	return last.to
}

// parseOffset reads "+0100" and "+010000".
func parseOffset(s string) (time.Duration, bool) {
	if len(s) != 5 && len(s) != 7 || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	var parts [3]time.Duration
	for i := 1; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		parts[(i-1)/2] = parts[(i-1)/2]*10 + time.Duration(s[i]-'0')
	}
	offset := parts[0]*time.Hour + parts[1]*time.Minute + parts[2]*time.Second
	if s[0] == '-' {
		offset = -offset
	}
	return offset, offset > -widestOffset && offset < widestOffset
}
