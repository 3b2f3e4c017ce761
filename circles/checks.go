package circles

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/wall"
)

// The bounds of what people write, in runes; of lists, in entries.
const (
	mostPurpose = 2000
	mostLink    = 500
	mostVenue   = 200
	mostBreaks  = 100
	mostSeats   = 20
	mostMembers = 20
)

// How many months a programme keeps people's data unless it says otherwise.
const (
	keepMonths         = 12
	keepUnplacedMonths = 6
	mostMonths         = 120
)

// checkText cleans a text of several lines.
func checkText(v *fault.Violations, pointer, body string, most int) string {
	body, ok := identity.CleanText(body)
	switch {
	case !ok:
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

// CheckLink cleans a link that may be empty. It takes https alone, because a link is shown to people and pressed, and
// adds "not-https", and "too-long" above 500 runes.
func CheckLink(v *fault.Violations, pointer, link string) string {
	link = strings.TrimSpace(link)
	if link == "" {
		return ""
	}
	if utf8.RuneCountInString(link) > mostLink {
		v.Add(pointer, "too-long", fault.Args{"limit": mostLink})
		return link
	}
	address, err := url.Parse(link)
	clean, readable := identity.CleanLine(link)
	odd := !readable || clean != link || strings.ContainsFunc(link, unicode.IsSpace)
	if err != nil || odd || address.Scheme != "https" || address.Host == "" || address.User != nil {
		v.Add(pointer, "not-https")
	}
	return link
}

func checkBetween(v *fault.Violations, pointer string, n, from, until int) {
	if n < from || n > until {
		v.Add(pointer, "not-between", fault.Args{"from": from, "until": until})
	}
}

func checkMonths(v *fault.Violations, pointer string, months int) int {
	checkBetween(v, pointer, months, 1, mostMonths)
	return months
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

func pointerTo(pointer string, i int) string { return pointer + "/" + strconv.Itoa(i) }
