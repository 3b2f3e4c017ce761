package ical

import (
	"time"
	"unicode/utf8"

	"kring/internal/wall"
)

// maxLine is the longest line in octets, its line end not counted (RFC 5545, 3.1).
const maxLine = 75

// file is a file in the making. A line is begun by appending to out and ended by line, which folds it.
type file struct {
	out   []byte
	begun int    // where the line under way begins
	long  []byte // a line that is being folded
}

// line appends to the line under way and ends it.
func (f *file) line(parts ...string) {
	for _, part := range parts {
		f.out = append(f.out, part...)
	}
	if len(f.out)-f.begun > maxLine {
		f.fold()
	}
	f.out = append(f.out, '\r', '\n')
	f.begun = len(f.out)
}

// fold breaks a line that is too long, never inside a character.
func (f *file) fold() {
	f.long = append(f.long[:0], f.out[f.begun:]...)
	f.out = f.out[:f.begun]
	rest := f.long
	for room := maxLine; len(rest) > room; room = maxLine - 1 {
		cut := room
		for cut > room-utf8.UTFMax && !utf8.RuneStart(rest[cut]) {
			cut--
		}
		f.out = append(append(f.out, rest[:cut]...), '\r', '\n', ' ')
		rest = rest[cut:]
	}
	f.out = append(f.out, rest...)
}

// lines appends whole lines.
func (f *file) lines(lines []byte) {
	f.out = append(f.out, lines...)
	f.begun = len(f.out)
}

// words writes a property of type TEXT.
func (f *file) words(name, value string) {
	f.out = append(append(f.out, name...), ':')
	f.out = appendText(f.out, value)
	f.line()
}

// instant writes an instant at its wall time in the zone, and in UTC where the wall time would mean another: in the
// second pass of an hour that the clock shows twice.
func (f *file) instant(name string, t time.Time, loc *time.Location) {
	f.out = append(f.out, name...)
	if loc != time.UTC {
		named, _ := wall.Instant(wall.DateOf(t, loc), wall.TimeOfDayOf(t, loc), loc)
		if named.Equal(t.Truncate(time.Minute)) {
			f.out = append(append(append(f.out, ";TZID="...), loc.String()...), ':')
			f.out = t.In(loc).AppendFormat(f.out, localForm)
			f.line()
			return
		}
	}
	f.out = t.UTC().AppendFormat(append(f.out, ':'), utcForm)
	f.line()
}
