package identity

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"kring/internal/fault"
	"kring/internal/text"
	"kring/internal/wall"
)

// The bounds of what is said about a person: runes of a name, languages spoken.
const (
	MaxName   = 100
	MaxSpeaks = 20
)

// spoken is what a spoken language looks like: a base language, with a region where it matters (de-AT).
var spoken = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z]{2})?$`)

// CheckName answers a name without white space around it. It adds "required" when nothing is left, "not-one-line" for
// line breaks, other control characters and broken UTF-8, and "too-long" above 100 runes.
func CheckName(v *fault.Violations, pointer, name string) string {
	name = strings.TrimSpace(name)
	switch {
	case name == "":
		v.Add(pointer, "required")
	case !utf8.ValidString(name) || strings.ContainsFunc(name, breaks):
		v.Add(pointer, "not-one-line")
	case utf8.RuneCountInString(name) > MaxName:
		v.Add(pointer, "too-long", fault.Args{"limit": MaxName})
	}
	return name
}

// breaks says whether a rune ends a line, steers a terminal, or turns the direction of the text around it.
func breaks(r rune) bool {
	return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}

// CheckEmail answers the address normalised. It adds "required" for none and "not-an-address" for what is none.
func CheckEmail(v *fault.Violations, pointer, address string) string {
	normal, err := NormaliseEmail(address)
	switch {
	case strings.TrimSpace(address) == "":
		v.Add(pointer, "required")
	case err != nil:
		v.Add(pointer, "not-an-address")
	}
	return normal
}

// CheckLetterLanguage adds "not-a-letter-language" for all but nl and en.
func CheckLetterLanguage(v *fault.Violations, pointer, lang string) {
	if !text.Known(lang) {
		v.Add(pointer, "not-a-letter-language")
	}
}

// CheckZone adds "not-a-zone" for what is no IANA zone.
func CheckZone(v *fault.Violations, pointer, zone string) {
	if _, err := wall.LoadZone(zone); err != nil {
		v.Add(pointer, "not-a-zone")
	}
}

// CheckSpeaks answers the languages sorted. It adds "too-many" above 20 of them, "not-a-language" for each that does
// not look like one, and "twice" for each that was there before.
func CheckSpeaks(v *fault.Violations, pointer string, speaks []string) []string {
	if len(speaks) > MaxSpeaks {
		v.Add(pointer, "too-many", fault.Args{"limit": MaxSpeaks})
		return nil
	}
	for i, lang := range speaks {
		at := pointer + "/" + strconv.Itoa(i)
		if !spoken.MatchString(lang) {
			v.Add(at, "not-a-language")
		} else if slices.Contains(speaks[:i], lang) {
			v.Add(at, "twice")
		}
	}
	return slices.Sorted(slices.Values(speaks))
}
