package main

import (
	"net/http"
	"strings"
	"testing"
)

// Two months after the circle ended, as its programme promises, time alone has forgotten who was in it: nothing is left but counts, and who facilitates.
func TestTimeForgetsWhomNoProgrammeKeeps(t *testing.T) {
	tell(t, "2018-02-12T08:00:00Z", func(s *story) {
		s.smallLife()
		s.post(bert.email, s.circle+"/end", object{"reason": "dates", "text": ""}) // done on the 24th, unless somebody objects
		summer := s.get(owner, s.programme).text("id")
		for _, p := range s.get(owner, "/api/v1/programmes").items() {
			if p.text("name") == "Zomer" {
				summer = p.text("id")
			}
		}
		s.patch(owner, s.programme, object{"keep_months": 2})
		s.patch(owner, "/api/v1/programmes/"+summer, object{"signup_open": false, "keep_unplaced_months": 1}) // Anke and Bert wait there
		s.until("2018-03-22T02:00:00Z")                                                                       // a month, and the night after its day
		dump := s.dump()
		for _, one := range s.cast {
			if len(standing(dump, one.email)) != 1 {
				s.Errorf("%s is kept by the circle for two months: %q", one.name, standing(dump, one.email))
			}
		}
		if left := standing(dump, "applications.team Team"); len(left) != 2 {
			s.Errorf("before the night the sign-ups say %q", left)
		}
		s.until("2018-03-22T04:00:00Z")
		if left := standing(s.dump(), "applications.team Team"); len(left) != 0 {
			s.Errorf("the sign-ups of summer still say %q", left)
		}
		s.until("2018-04-25T02:00:00Z")
		if left := standing(s.dump(), bert.email); len(left) != 1 {
			s.Errorf("too early: %q", left)
		}
		before := s.seatsAndLetters()
		s.until("2018-04-25T04:00:00Z")
		dump = s.dump()
		for _, one := range s.cast[1:] {
			_, last, _ := strings.Cut(one.name, " ")
			for _, text := range []string{one.email, last} {
				if left := standing(dump, text); len(left) > 0 {
					s.Errorf("of %s is left %q", one.name, left)
				}
			}
		}
		if len(standing(dump, anke.email)) != 1 { // she facilitates
			s.Errorf("of Anke is left %q", standing(dump, anke.email))
		}
		if after := s.seatsAndLetters(); after != before {
			s.Errorf("before %s, after %s", before, after)
		}
		s.refused(nobody, http.MethodGet, s.circle, nil, http.StatusUnauthorized, "sign-in-needed")
	})
}

// seatsAndLetters is what the owner sees of the circle's history.
func (s *story) seatsAndLetters() string {
	s.Helper()
	seats := s.state()
	letters := s.get(owner, s.programme+"/letters")
	n := 0
	for _, tally := range letters.items() {
		n += tally.number("letters")
	}
	counted := s.session("2018-02-20")
	return object{"state": seats.text("state"), "seats": seats.at("seats"), "letters": n, "answers": counted.at("answers")}.String()
}
