package wall

import (
	"fmt"
	"strings"
	"time"
)

// The languages of letters and pages. Every function here that takes a language writes English for any other.
const (
	Dutch   = "nl"
	English = "en"
)

var (
	weekdaysNL = [7]string{"zondag", "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag"}
	monthsNL   = [12]string{
		"januari", "februari", "maart", "april", "mei", "juni",
		"juli", "augustus", "september", "oktober", "november", "december",
	}
)

// WeekdayName is "dinsdag" or "Tuesday".
func WeekdayName(w time.Weekday, lang string) string {
	if lang == Dutch {
		return weekdaysNL[w]
	}
	return w.String()
}

// MonthName is "juni" or "June".
func MonthName(m time.Month, lang string) string {
	if lang == Dutch {
		return monthsNL[m-1]
	}
	return m.String()
}

// LongDate is "dinsdag 6 juni 2017" or "Tuesday 6 June 2017".
func LongDate(d Date, lang string) string {
	return fmt.Sprintf("%s %d %s %d", WeekdayName(d.Weekday(), lang), d.Day, MonthName(d.Month, lang), d.Year)
}

// ShortDate is "di 6 juni" or "Tue 6 June".
func ShortDate(d Date, lang string) string {
	letters := 3
	if lang == Dutch {
		letters = 2
	}
	return fmt.Sprintf("%s %d %s", WeekdayName(d.Weekday(), lang)[:letters], d.Day, MonthName(d.Month, lang))
}

// zoneWords names the zones of the places where circles meet most: in Dutch as a whole, in English the place.
var zoneWords = map[string]struct{ nl, en string }{
	"Europe/Brussels":     {"Brusselse tijd", "Brussels"},
	"Europe/Amsterdam":    {"Amsterdamse tijd", "Amsterdam"},
	"Europe/Berlin":       {"Berlijnse tijd", "Berlin"},
	"Europe/Paris":        {"Parijse tijd", "Paris"},
	"Europe/London":       {"Londense tijd", "London"},
	"Europe/Luxembourg":   {"Luxemburgse tijd", "Luxembourg"},
	"Europe/Dublin":       {"tijd in Dublin", "Dublin"},
	"Europe/Vienna":       {"Weense tijd", "Vienna"},
	"Europe/Zurich":       {"tijd in Zürich", "Zurich"},
	"Europe/Rome":         {"tijd in Rome", "Rome"},
	"Europe/Copenhagen":   {"tijd in Kopenhagen", "Copenhagen"},
	"Europe/Prague":       {"tijd in Praag", "Prague"},
	"Europe/Warsaw":       {"tijd in Warschau", "Warsaw"},
	"Europe/Lisbon":       {"tijd in Lissabon", "Lisbon"},
	"Europe/Athens":       {"tijd in Athene", "Athens"},
	"Europe/Bucharest":    {"tijd in Boekarest", "Bucharest"},
	"Europe/Budapest":     {"tijd in Boedapest", "Budapest"},
	"Europe/Kyiv":         {"tijd in Kyiv", "Kyiv"},
	"Europe/Moscow":       {"tijd in Moskou", "Moscow"},
	"America/Sao_Paulo":   {"tijd in São Paulo", "São Paulo"},
	"America/Mexico_City": {"tijd in Mexico-Stad", "Mexico City"},
	"Asia/Kolkata":        {"Indiase tijd", "India"},
	"Asia/Tokyo":          {"tijd in Tokio", "Tokyo"},
	"Africa/Cairo":        {"tijd in Caïro", "Cairo"},
}

// ZoneLabel names the zone beside a time, with the offset that holds at the instant: "Brusselse tijd (CEST, UTC+2)"
// or "Brussels time (CEST, UTC+2)". A zone without a word of its own is called after the place in its IANA name; an
// abbreviation that is only the offset again is left out.
func ZoneLabel(t time.Time, loc *time.Location, lang string) string {
	local := t.In(loc)
	abbreviation, seconds := local.Zone()
	name := loc.String()
	if name == "UTC" || name == "Etc/UTC" {
		return "UTC"
	}
	if abbreviation == "" || strings.ContainsAny(abbreviation[:1], "+-") {
		return fmt.Sprintf("%s (%s)", zoneName(name, lang), offsetText(seconds))
	}
	return fmt.Sprintf("%s (%s, %s)", zoneName(name, lang), abbreviation, offsetText(seconds))
}

func zoneName(name, lang string) string {
	words, known := zoneWords[name]
	place := strings.ReplaceAll(name[strings.LastIndex(name, "/")+1:], "_", " ")
	switch {
	case !strings.Contains(name, "/") || strings.HasPrefix(name, "Etc/"):
		return place // "CET", "Etc/GMT+5": no place to name
	case known && lang == Dutch:
		return words.nl
	case known:
		return words.en + " time"
	case lang == Dutch:
		return "tijd in " + place
	}
	return place + " time"
}

// offsetText is "UTC+2", "UTC-3", "UTC+5:45", "UTC+0".
func offsetText(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	hours, minutes := seconds/3600, seconds%3600/60
	if minutes == 0 {
		return fmt.Sprintf("UTC%c%d", sign, hours)
	}
	return fmt.Sprintf("UTC%c%d:%02d", sign, hours, minutes)
}
