package api

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"kring/api/contract"
	"kring/circles"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/wall"
)

// checkInteger answers the code of the rule that a whole number breaks, or "".
func checkInteger(digits string, rule *contract.Rule) (string, fault.Args) {
	n, err := strconv.ParseInt(digits, 10, 64)
	switch {
	case rule.Min != nil && rule.Max != nil && (err != nil || n < *rule.Min || n > *rule.Max):
		return "not-between", fault.Args{"from": *rule.Min, "until": *rule.Max}
	case err != nil:
		return "number-out-of-range", nil
	}
	return "", nil
}

// checkText answers the code of the rule that a text breaks, or "".
func checkText(text string, rule *contract.Rule) (string, fault.Args) {
	runes := utf8.RuneCountInString(text)
	switch {
	case len(rule.Enum) > 0:
		return checkEnum(text, rule.Enum)
	case rule.Most > 0 && runes > rule.Most:
		return "too-long", fault.Args{"limit": rule.Most}
	case runes < rule.Least && text == "":
		return "required", nil
	case runes < rule.Least:
		return "too-short", fault.Args{"limit": rule.Least}
	case rule.Pattern != nil && !rule.Pattern.MatchString(text):
		return "wrong-form", nil
	}
	return checkFormat(text, rule.Format), nil
}

func checkEnum(text string, enum []string) (string, fault.Args) {
	for _, one := range enum {
		if text == one {
			return "", nil
		}
	}
	return "not-one-of", fault.Args{"values": strings.Join(enum, ", ")}
}

func checkFormat(text string, format contract.Format) string {
	switch format {
	case contract.UUID:
		if !database.IsID(text) {
			return "not-an-id"
		}
	case contract.Date:
		if _, err := wall.ParseDate(text); err != nil {
			return "not-a-date"
		}
	case contract.Instant:
		var at time.Time
		if at.UnmarshalText([]byte(text)) != nil {
			return "not-an-instant"
		}
	case contract.AnyText, contract.Address, contract.ZoneName, contract.SafeLink, contract.OneLine:
	}
	return ""
}

// checkMeaning answers the code of what a room would find wrong with a text of this format, or "". The checks are the
// rooms' own, which know alone what they take.
func checkMeaning(text string, format contract.Format) string {
	var v fault.Violations
	switch format {
	case contract.Address:
		identity.CheckEmail(&v, "", text)
	case contract.ZoneName:
		identity.CheckZone(&v, "", text)
	case contract.SafeLink:
		circles.CheckLink(&v, "", text)
	case contract.OneLine:
		identity.CheckLine(&v, "", text)
	case contract.AnyText, contract.UUID, contract.Date, contract.Instant:
	}
	if len(v) == 0 {
		return ""
	}
	return v[0].Code
}
