package text

import (
	"strings"

	"golang.org/x/text/language"
)

// The languages that Kring speaks, as they stand in letter_language and in ?lang.
const (
	Dutch   = "nl"
	English = "en"
)

// maxAccept bounds how much of an Accept-Language header is read; browsers send well under a hundred bytes.
const maxAccept = 200

// Known says whether lang is one of the languages, written exactly as the constants are.
func Known(lang string) bool { return lang == Dutch || lang == English }

// Preferred answers the language of a request: lang (the ?lang parameter) when it names one of ours, else what the
// Accept-Language header prefers. See [Language].
func Preferred(lang, acceptLanguage string) string {
	if Known(lang) {
		return lang
	}
	return Language(acceptLanguage)
}

// Language answers "nl" or "en" for an Accept-Language header (RFC 9110, 12.5.4) with its weights: nl-BE is nl, and
// whatever is neither, unreadable or missing is en.
func Language(acceptLanguage string) string {
	switch acceptLanguage {
	case "", English:
		return English
	case Dutch:
		return Dutch
	}
	if len(acceptLanguage) > maxAccept {
		acceptLanguage = acceptLanguage[:strings.LastIndexByte(acceptLanguage[:maxAccept], ',')+1]
	}
	tags, weights, err := language.ParseAcceptLanguage(strings.TrimSuffix(acceptLanguage, ","))
	if err != nil {
		return English
	}
	for i, tag := range tags { // sorted by weight
		base, _ := tag.Base()
		if weights[i] > 0 && Known(base.String()) {
			return base.String()
		}
	}
	return English
}
