package web

import (
	"slices"
	"strings"
	"time"

	"kring/internal/text"
	"kring/internal/wall"
)

// field is one labelled input of a form, with what was typed and what is wrong with it.
type field struct {
	ID, Name, Label, Hint string
	Type                  string // of the input; empty: text
	Value, Wrong          string
	Complete, Mode        string // autocomplete and inputmode
	Required              bool
	Most                  int // characters; 0: not said
	Choices               []option
}

// Describes are the ids of what a screen reader reads out after the label.
func (f field) Describes() string {
	var ids []string
	if f.Wrong != "" {
		ids = append(ids, f.ID+"-wrong")
	}
	if f.Hint != "" {
		ids = append(ids, f.ID+"-hint")
	}
	return strings.Join(ids, " ")
}

// option is one choice of a list.
type option struct {
	ID, Value, Label, Lang string
	Chosen                 bool
}

// letterLanguages are the languages of letters, each in its own words.
func (v *visit) letterLanguages(chosen string) []option {
	var out []option
	for _, lang := range []string{text.Dutch, text.English} {
		out = append(out, option{
			ID: "language-" + lang, Value: lang, Lang: lang, Label: v.Texts.Say(lang, "web.language", nil), Chosen: lang == chosen,
		})
	}
	return out
}

// zonesOffered are places of all offsets where people work in Dutch and English; any other zone that a person has is
// offered to that person as well.
func zonesOffered() []string {
	return []string{
		"Europe/Brussels", "Europe/Amsterdam", "Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Luxembourg",
		"Europe/Dublin", "Europe/Lisbon", "Europe/Madrid", "Europe/Rome", "Europe/Vienna", "Europe/Zurich",
		"Europe/Copenhagen", "Europe/Oslo", "Europe/Stockholm", "Europe/Helsinki", "Europe/Warsaw", "Europe/Prague",
		"Europe/Budapest", "Europe/Bucharest", "Europe/Athens", "Europe/Kyiv", "Europe/Istanbul", "Europe/Moscow",
		"Africa/Casablanca", "Africa/Lagos", "Africa/Cairo", "Africa/Johannesburg", "Africa/Nairobi", "Africa/Kinshasa",
		"Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Bangkok", "Asia/Jakarta", "Asia/Shanghai",
		"Asia/Singapore", "Asia/Tokyo", "Australia/Perth", "Australia/Adelaide", "Australia/Sydney", "Pacific/Auckland",
		"Atlantic/Azores", "America/Paramaribo", "America/Sao_Paulo", "America/Curacao", "America/New_York",
		"America/Chicago", "America/Denver", "America/Los_Angeles", "Pacific/Honolulu", "UTC",
	}
}

// zones are the choices of a zone, from west to east as the clock stands today.
func (v *visit) zones(chosen string) []option {
	names := zonesOffered()
	if !slices.Contains(names, chosen) {
		if _, err := wall.LoadZone(chosen); err == nil {
			names = append(names, chosen)
		}
	}
	now := v.Clock.Now()
	type zone struct {
		option
		offset int
	}
	var all []zone
	for _, name := range names {
		loc, err := wall.LoadZone(name)
		if err != nil {
			continue
		}
		_, offset := now.In(loc).Zone()
		all = append(all, zone{option{Value: name, Label: v.zoneLabel(now, loc), Chosen: name == chosen}, offset})
	}
	slices.SortStableFunc(all, func(a, b zone) int { return a.offset - b.offset })
	out := make([]option, len(all))
	for i, z := range all {
		out[i] = z.option
	}
	return out
}

func (v *visit) zoneLabel(now time.Time, loc *time.Location) string {
	return wall.ZoneLabel(now, loc, v.lang)
}
