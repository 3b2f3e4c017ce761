package identity_test

import (
	"strings"
	"testing"
	"unicode"

	"kring/internal/fault"
	"kring/internal/identity"
)

func TestWhatSomebodyWroteIsCleaned(t *testing.T) {
	for _, tt := range []struct {
		name, in, want string
		text, line     bool // whether it passes as a text, and as a line
	}{
		{"ordinary words stay", "Zoë van 't Hof", "Zoë van 't Hof", true, true},
		{"other scripts stay", "שרה 田中 Ольга سارة", "שרה 田中 Ольга سارة", true, true},
		{"an emoji with its colour stays", "Thé ❤️", "Thé ❤️", true, true},
		{"white space around goes", " \u00a0 An \t\n", "An", true, true},
		{"a zero-width space goes", "An\u200bke", "Anke", true, true},
		{"zero-width joiners go", "An\u200cke\u200d", "Anke", true, true},
		{"a byte order mark goes", "\ufeffAnke", "Anke", true, true},
		{"a soft hyphen goes", "An\u00adke", "Anke", true, true},
		{"marks of direction go", "\u200eAnke\u200f\u061c", "Anke", true, true},
		{"a word joiner goes", "An\u2060ke", "Anke", true, true},
		{"a Hangul filler goes", "\u3164\u115fAnke", "Anke", true, true},
		{"tags go", "Anke\U000e0041\U000e007f", "Anke", true, true},
		{"hidden variation selectors go", "Anke\U000e0100", "Anke", true, true},
		{"what is uncovered at the end goes too", "Anke \u200b", "Anke", true, true},
		{"line breaks are those of Unix", "a\r\nb", "a\nb", true, false},
		{"a tab is a text's", "a\tb", "a\tb", true, false},
		{"a line separator is a text's", "a\u2028b", "a\u2028b", true, false},
		{"a lone carriage return is refused", "a\rb", "", false, false},
		{"a bell is refused", "a\ab", "", false, false},
		{"an escape is refused", "a\x1b[31mb", "", false, false},
		{"a C1 control is refused", "a\u009bb", "", false, false},
		{"an override is refused", "An\u202egnp", "", false, false},
		{"an embedding is refused", "\u202aAn\u202c", "", false, false},
		{"an isolate is refused", "\u2067An\u2069", "", false, false},
		{"broken UTF-8 is refused", "An\xffke", "", false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text, passes := identity.CleanText(tt.in)
			if passes != tt.text || passes && text != tt.want {
				t.Errorf("as a text: %q, %v", text, passes)
			}
			line, passes := identity.CleanLine(tt.in)
			if passes != tt.line || passes && line != tt.want {
				t.Errorf("as a line: %q, %v", line, passes)
			}
		})
	}
}

func TestANameHasSomethingToSee(t *testing.T) {
	for _, name := range []string{"\u200b", "\u3164\u3164", "\u2800 \u2800", "\u0301", "\ufe0f"} {
		var v fault.Violations
		identity.CheckName(&v, "/name", name)
		if len(v) != 1 || v[0].Code != "required" {
			t.Errorf("%+q: %v", name, v)
		}
	}
}

func FuzzCleanText(f *testing.F) {
	f.Add("An\u202eke\u200b\r\n<b>")
	f.Add("\ufeff \u200b \u3164Anke\U000e0041")
	f.Add("a\xffb\x00")
	f.Fuzz(func(t *testing.T, in string) {
		got, ok := identity.CleanText(in)
		if !ok {
			return
		}
		if again, ok := identity.CleanText(got); again != got || !ok {
			t.Errorf("%q becomes %q and then %q, %v", in, got, again, ok)
		}
		hidden := func(r rune) bool { return unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && r != '\n' && r != '\t' }
		if strings.ContainsFunc(got, hidden) || len(got) > len(in) {
			t.Errorf("%q becomes %q", in, got)
		}
	})
}
