package ical

import "bytes"

// lines gives the lines of a file one by one: ended by whatever ends them, continued ones joined, without empty ones and
// a byte order mark at the start.
type lines struct {
	rest   []byte
	joined []byte // where continued ones are put together
}

func linesOf(data []byte) *lines { return &lines{rest: bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))} }

// next gives a line, and false after the last. The line holds until the next is asked for.
func (l *lines) next() ([]byte, bool) {
	for len(l.rest) > 0 {
		line, folded := l.cut()
		if folded {
			l.joined = append(l.joined[:0], line...)
			for folded {
				line, folded = l.cut()
				l.joined = append(l.joined, line...)
			}
			line = l.joined
		}
		if len(line) > 0 {
			return line, true
		}
	}
	return nil, false
}

// cut takes what stands before the next line end, and says whether the line goes on after it. Others fold inside a
// character, so this is about bytes.
func (l *lines) cut() (line []byte, folded bool) {
	end := bytes.IndexAny(l.rest, "\r\n")
	if end < 0 {
		line, l.rest = l.rest, nil
		return line, false
	}
	line = l.rest[:end]
	if bytes.HasPrefix(l.rest[end:], []byte("\r\n")) {
		end++
	}
	l.rest = l.rest[end+1:]
	if len(l.rest) > 0 && (l.rest[0] == ' ' || l.rest[0] == '\t') {
		l.rest = l.rest[1:]
		return line, true
	}
	return line, false
}
