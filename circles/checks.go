package circles

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"kring/internal/fault"
	"kring/internal/wall"
)

// The bounds of what people write, in runes; of lists, in entries.
const (
	mostName    = 100
	mostPurpose = 2000
	mostLink    = 500
	mostVenue   = 200
	mostBreaks  = 100
	mostSeats   = 20
	mostMembers = 20
)

// spokenLanguage is what a spoken language looks like: a base language, with a region where it matters.
var spokenLanguage = regexp.MustCompile(`^[a-z]{2,3}(-[A-Z]{2})?$`)

// checkLine cleans a line that may be empty: at most 100 runes, no control characters.
func checkLine(v *fault.Violations, pointer, line string) string {
	line = strings.TrimSpace(line)
	switch {
	case !utf8.ValidString(line) || strings.ContainsFunc(line, unicode.IsControl):
		v.Add(pointer, "not-one-line")
	case utf8.RuneCountInString(line) > mostName:
		v.Add(pointer, "too-long", fault.Args{"limit": mostName})
	}
	return line
}

// checkText cleans a text of several lines.
func checkText(v *fault.Violations, pointer, body string, most int) string {
	body = strings.TrimSpace(strings.ReplaceAll(body, "\r\n", "\n"))
	switch {
	case !utf8.ValidString(body) || strings.ContainsFunc(body, notText):
		v.Add(pointer, "not-text")
	case utf8.RuneCountInString(body) > most:
		v.Add(pointer, "too-long", fault.Args{"limit": most})
	}
	return body
}

// checkPurpose wants a purpose: the sign-up page opens with why the organisation does this.
func checkPurpose(v *fault.Violations, pointer, purpose string) string {
	purpose = checkText(v, pointer, purpose, mostPurpose)
	if purpose == "" {
		v.Add(pointer, "required")
	}
	return purpose
}

func notText(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }

// checkLink takes https alone, or nothing: a link is shown to people and pressed.
func checkLink(v *fault.Violations, pointer, link string) string {
	link = strings.TrimSpace(link)
	if link == "" {
		return ""
	}
	if utf8.RuneCountInString(link) > mostLink {
		v.Add(pointer, "too-long", fault.Args{"limit": mostLink})
		return link
	}
	address, err := url.Parse(link)
	odd := strings.ContainsFunc(link, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) })
	if err != nil || odd || address.Scheme != "https" || address.Host == "" || address.User != nil {
		v.Add(pointer, "not-https")
	}
	return link
}

func checkSpoken(v *fault.Violations, pointer, language string) {
	if !spokenLanguage.MatchString(language) {
		v.Add(pointer, "not-a-language")
	}
}

func checkBetween(v *fault.Violations, pointer string, n, from, until int) {
	if n < from || n > until {
		v.Add(pointer, "not-between", fault.Args{"from": from, "until": until})
	}
}

func checkDate(v *fault.Violations, pointer string, d wall.Date) {
	if !d.IsZero() && !d.Valid() {
		v.Add(pointer, "not-a-date")
	}
}

// checkSlot checks weekday and time; the zone is checked where it is written.
func checkSlot(v *fault.Violations, pointer string, s wall.Slot) {
	if wall.WeekdayKey(s.Weekday) == "" {
		v.Add(pointer+"/weekday", "not-a-weekday")
	}
	if !s.At.Valid() {
		v.Add(pointer+"/time", "not-a-time")
	}
}

func checkEndReason(v *fault.Violations, pointer string, reason EndReason) {
	switch {
	case reason == "":
		v.Add(pointer, "required")
	case !slices.Contains(EndReasons(), reason):
		v.Add(pointer, "not-an-end-reason")
	}
}

// checkHours answers the stated hours as an availability.
func checkHours(v *fault.Violations, pointer string, hours []wall.Hours) wall.Availability {
	stated, err := wall.AvailabilityOf(hours)
	var faults wall.HoursFaults
	if errors.As(err, &faults) {
		for _, f := range faults {
			at := pointer
			if f.Index >= 0 {
				at = pointerTo(pointer, f.Index)
			}
			if f.Field != "" {
				at += "/" + f.Field
			}
			v.Add(at, "hours-"+f.Code)
		}
	}
	return stated
}

func pointerTo(pointer string, i int) string { return pointer + "/" + strconv.Itoa(i) }
