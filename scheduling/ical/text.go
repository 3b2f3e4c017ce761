package ical

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// text escapes a value of type TEXT (RFC 5545, 3.3.11). Control characters have no place in one and are dropped.
func text(s string) string {
	var out strings.Builder
	for _, r := range strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.ToValidUTF8(s, "\uFFFD")) {
		switch {
		case r == '\\' || r == ';' || r == ',':
			out.WriteByte('\\')
			out.WriteRune(r)
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\t' || r >= ' ' && r != 0x7f:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// plain undoes text. It takes what others write as it comes: an unknown escape is the character itself, and a comma
// without a backslash is a comma.
func plain(s string) string {
	var out strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out.WriteByte(s[i])
			continue
		}
		i++
		if s[i] == 'n' || s[i] == 'N' {
			out.WriteByte('\n')
		} else {
			out.WriteByte(s[i])
		}
	}
	return out.String()
}

// paramText writes a parameter's value as RFC 6868 wants it: quotes, line ends and carets behind a caret. The encoder
// puts quotes around it where needed.
func paramText(s string) string {
	s = strings.NewReplacer("^", "^^", "\"", "^'", "\r\n", "^n", "\r", "^n", "\n", "^n").Replace(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}

// maxLine is the longest line in octets, its line end not counted (RFC 5545, 3.1).
const maxLine = 75

// fold breaks lines that are too long, never inside a character.
func fold(flat []byte) []byte {
	var out bytes.Buffer
	out.Grow(len(flat) + len(flat)/32)
	for line := range bytes.SplitSeq(bytes.TrimSuffix(flat, []byte("\r\n")), []byte("\r\n")) {
		for room := maxLine; len(line) > room; room = maxLine - 1 {
			cut := room
			for cut > room-utf8.UTFMax && !utf8.RuneStart(line[cut]) {
				cut--
			}
			out.Write(line[:cut])
			out.WriteString("\r\n ")
			line = line[cut:]
		}
		out.Write(line)
		out.WriteString("\r\n")
	}
	return out.Bytes()
}
