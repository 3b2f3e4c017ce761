package identity

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// CleanText answers what somebody wrote as it is kept: line breaks as \n, without white space around it and without
// characters that nobody sees. They come along when text is copied, and they let two names look alike that are not.
// It answers false for what is refused: broken UTF-8, control characters but line breaks and tabs, and whatever turns
// the direction of the text around it, with which a line can be made to show what it does not say (Unicode TR 36, 3.1.4).
//
// The text stays plain text: who shows it escapes it, and nobody reads markup in it.
func CleanText(text string) (string, bool) {
	if !utf8.ValidString(text) {
		return text, false
	}
	text = strings.Map(seen, strings.ReplaceAll(text, "\r\n", "\n"))
	return strings.TrimSpace(text), !strings.ContainsFunc(text, steers)
}

// CleanLine is CleanText for one line: line breaks of any sort and tabs are refused.
func CleanLine(line string) (string, bool) {
	line, ok := CleanText(line)
	return line, ok && !strings.ContainsFunc(line, breaks)
}

// seen drops a rune that shows nothing: zero-width spaces and joiners, marks of direction, soft hyphens, fillers, tags
// (Unicode's Default_Ignorable_Code_Point but variation selectors, which choose how the rune before them looks).
func seen(r rune) rune {
	if turns(r) {
		return r // refused, not dropped: nobody has it by accident
	}
	if unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point) || r >= 0xE0100 && r <= 0xE01EF {
		return -1
	}
	return r
}

// steers says whether a rune steers a terminal or the text around it.
func steers(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' || turns(r) }

// turns says whether a rune opens or closes an embedding, an override or an isolate of direction.
func turns(r rune) bool { return r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 }

// breaks says whether a rune ends a line or jumps in it.
func breaks(r rune) bool { return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp) }

// shows says whether a rune can be seen: a name of spaces and marks alone is none. U+2800 is a blank in the shape of a
// symbol.
func shows(r rune) bool {
	return r != 0x2800 && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsPunct(r) || unicode.IsSymbol(r))
}
