package identity

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"kring/internal/fault"
	"kring/internal/text"
	"kring/internal/wall"
)

// The bounds of what is said about a person: runes of a name or another line, languages spoken.
const (
	MaxName   = 100
	MaxSpeaks = 20
)

// spoken is what a spoken language looks like: a base language, with a region where it matters (de-AT).
var spoken = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z]{2})?$`)

// CheckName is CheckLine for what must be there: it adds "required" when nothing is left that can be seen.
func CheckName(v *fault.Violations, pointer, name string) string {
	before := len(*v)
	name = CheckLine(v, pointer, name)
	if len(*v) == before && !strings.ContainsFunc(name, shows) {
		v.Add(pointer, "required")
	}
	return name
}

// CheckLine answers a line cleaned ([CleanLine]); it may be empty. It adds "not-one-line" for what CleanLine refuses,
// and "too-long" above 100 runes.
func CheckLine(v *fault.Violations, pointer, line string) string {
	line, ok := CleanLine(line)
	switch {
	case !ok:
		v.Add(pointer, "not-one-line")
	case utf8.RuneCountInString(line) > MaxName:
		v.Add(pointer, "too-long", fault.Args{"limit": MaxName})
	}
	return line
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

// CheckSpoken adds "not-a-language" for what does not look like a spoken language: nl, or de-AT.
func CheckSpoken(v *fault.Violations, pointer, language string) {
	if !spoken.MatchString(language) {
		v.Add(pointer, "not-a-language")
	}
}

// CheckHours answers stated hours as an availability. It adds a violation "hours-..." for each range that is none, by
// its place in the list.
func CheckHours(v *fault.Violations, pointer string, hours []wall.Hours) wall.Availability {
	stated, err := wall.AvailabilityOf(hours)
	var faults wall.HoursFaults
	if errors.As(err, &faults) {
		for _, f := range faults {
			at := pointer
			if f.Index >= 0 {
				at += "/" + strconv.Itoa(f.Index)
			}
			if f.Field != "" {
				at += "/" + f.Field
			}
			v.Add(at, "hours-"+f.Code)
		}
	}
	return stated
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
