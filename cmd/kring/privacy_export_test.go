package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"kring/internal/identity"
)

// What somebody is told of herself is everything in every column that is marked as personal, and nothing of anybody else
// or that opens a door.
func TestTheExportHoldsEverythingPersonalAndNothingOfOthers(t *testing.T) {
	tell(t, "2018-02-12T08:00:00Z", func(s *story) {
		s.smallLife()
		s.refused(nobody, http.MethodGet, "/api/v1/me/export", nil, http.StatusUnauthorized, "sign-in-needed")
		s.refused(anke.email, http.MethodGet, "/api/v1/me/export", nil, http.StatusForbidden, "forbidden") // a token out of a letter
		b := s.signsIn(anke.email)
		g := newGrower()
		own, others := s.plant(g, s.person(anke.email).ID, true), s.plant(g, s.person(bert.email).ID, false)
		status, answer := b.ask(http.MethodGet, "/api/v1/me/export", nil)
		if status != http.StatusOK {
			s.Fatalf("%d %s", status, answer)
		}
		text := answer.String()
		told := map[string]bool{}
		for _, p := range own {
			told[p.column] = true
			value, err := json.Marshal(p.text)
			if err != nil {
				s.Fatal(err)
			}
			in := len(standing(text, strings.Trim(string(value), `"`))) > 0 || strings.Contains(text, sorted(p.text))
			if in != (p.mark == identity.Personal) {
				s.Errorf("%s (%s) is in the export: %t, %s", p.column, p.mark, in, p.text)
			}
		}
		for column, mark := range marks() {
			table, name, _ := strings.Cut(column, ".")
			if _, shared := sharedTables[table]; shared || mark != identity.Personal || column == repeats {
				continue
			}
			if strings.HasPrefix(column, "people.quiet_") {
				name = "quiet_hours"
			}
			if !told[column] && !strings.Contains(text, `"`+name+`":`) {
				s.Errorf("%s is not in the export", column)
			}
		}
		for _, p := range others {
			if p.text == "" || len(standing(text, p.text)) > 0 {
				s.Errorf("%s of somebody else is in the export: %s", p.column, p.text)
			}
		}
		for _, one := range append(s.cast[1:], soul{name: "Els Maes", email: owner}) {
			if strings.Contains(text, one.name) || strings.Contains(text, one.email) {
				s.Errorf("%s is in the export", one.name)
			}
		}
		for _, want := range []string{
			"De dinsdagen", "Voorjaar", "Zomer", "Herfst", "Winter", "Zaal van de kring", "https://video.example.org/kring", "2018-02-20 12:30",
			"BEGIN:VCALENDAR", "DTSTART;TZID=Europe/Brussels:20180220T123000", `"answer":"no"`, `"answer":"unsure"`,
		} {
			if !strings.Contains(text, want) {
				s.Errorf("no %q in the export", want)
			}
		}
	})
}

// sorted is a JSON list of objects with their keys in the order in which a decoded answer is written again.
func sorted(text string) string {
	var list []any
	if json.Unmarshal([]byte(text), &list) != nil {
		return text
	}
	out, err := json.Marshal(list)
	if err != nil {
		return text
	}
	return string(out)
}
