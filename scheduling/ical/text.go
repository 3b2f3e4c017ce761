package ical

import (
	"strings"
	"unicode/utf8"
)

// appendText escapes a value of type TEXT (RFC 5545, 3.3.11). Control characters have no place in one and are dropped.
func appendText(out []byte, s string) []byte {
	for i, r := range s {
		switch {
		case r == '\\' || r == ';' || r == ',':
			out = append(out, '\\', byte(r))
		case r == '\n' || r == '\r' && !strings.HasPrefix(s[i+1:], "\n"):
			out = append(out, '\\', 'n')
		case r == '\t' || r >= ' ' && r != 0x7f:
			out = utf8.AppendRune(out, r)
		}
	}
	return out
}

// plain undoes appendText. It takes what others write as it comes: an unknown escape is the character itself, and a comma
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

// paramText writes a parameter's value as RFC 6868 wants it: quotes, line ends and carets behind a caret.
func paramText(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || strings.ContainsRune("^\"\x7f\uFFFD", r) }) {
		return s
	}
	s = strings.NewReplacer("^", "^^", "\"", "^'", "\r\n", "^n", "\r", "^n", "\n", "^n").Replace(strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}
