package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// applies is a public sign-up for a seat of a circle, or with "" for the programme.
func applies(one soul, circle string, weekday, from, until string) object {
	draft := object{
		"name": one.name, "email": one.email, "letter_language": one.language, "speaks": []string{"nl", "en"}, "zone": one.zone,
		"availability": []object{{"weekday": weekday, "from": from, "until": until}},
	}
	if circle != "" {
		draft["circle_id"] = circle
	}
	return draft
}

// Three colleagues seek two more. One newcomer fits, one shares no hour and finds another circle, and of twenty who ask
// for the last seat at the same moment one gets it.
func TestCircleWithOpenSeats(t *testing.T) {
	tell(t, "2018-09-03T07:00:00Z", func(s *story) {
		s.opens(object{
			"name": "Herfst", "purpose": "Samen leren, een uur per week.", "guide_set": "wol", "language": "nl",
			"zone": "Europe/Brussels", "holidays": "be", "hour_reminder": true, "signup_open": true,
		}, object{
			"name": "Woensdagmiddag", "slot": object{"weekday": "wed", "time": "12:30"}, "starts_on": "2018-09-19", "seats": 5, "seats_open": true,
		},
			soul{"Els Boon", "elsboon@example.org", "nl", "Europe/Brussels"},
			soul{"Piet Maas", "piet@example.org", "nl", "Europe/Brussels"},
			soul{"Ruth Cole", "ruth@example.org", "en", "Europe/Brussels"},
		)
		evening := s.post(owner, "/api/v1/circles", object{
			"programme_id": strings.TrimPrefix(s.programme, "/api/v1/programmes/"), "name": "Maandagavond",
			"slot": object{"weekday": "mon", "time": "19:00"}, "starts_on": "2018-09-17", "seats": 5, "seats_open": true,
		}).text("id")
		s.join()
		if seats := s.state(); seats.number("seats.free") != 2 || seats.number("seats.accepted") != 3 || seats.text("seats.link") == "" {
			s.Errorf("the open seats are %s", seats)
		}
		if open := s.get(nobody, s.programme+"/open-circles"); len(open.items()) != 2 {
			s.Errorf("seeking members are %s", open)
		}
		s.newcomerFits(soul{"Dirk Geerts", "dirk@example.org", "nl", "Europe/Brussels"})
		s.anotherCircle(soul{"Mia Lund", "mia@example.org", "en", "Europe/Brussels"}, evening)
		s.twentyAsk()
		s.beginsWithFive()
	})
}

func (s *story) circleID() string { return strings.TrimPrefix(s.circle, "/api/v1/circles/") }

// newcomerFits signs up for a seat, confirms by the mailed link, and takes the seat that is kept for her.
func (s *story) newcomerFits(one soul) {
	s.Helper()
	s.post(nobody, s.programme+"/applications", applies(one, s.circleID(), "wed", "12:00", "14:00"))
	confirm := s.letter(one.email)
	s.pass(time.Hour)
	s.silent(one.email, s.cast[0].email) // until the press nobody else hears of it
	s.press(confirm.only(), nil)
	for _, member := range s.cast {
		asked := s.letter(member.email)
		if !strings.Contains(asked.Text, "Dirk") || strings.Contains(asked.Text, "Geerts") {
			s.Errorf("%s reads\n%s", member.name, asked.Text)
		}
	}
	s.press(s.letter(one.email).link("yes"), nil)
	s.letter(one.email)
	s.cast = append(s.cast, one)
	if seats := s.state(); seats.number("seats.accepted") != 4 || seats.number("seats.free") != 1 {
		s.Errorf("with the newcomer the seats are %s", seats)
	}
}

// anotherCircle asks without sharing an hour, and takes the circle that is offered.
func (s *story) anotherCircle(one soul, evening string) {
	s.Helper()
	refused := s.refused(nobody, http.MethodPost, s.programme+"/applications",
		applies(one, s.circleID(), "mon", "18:00", "21:00"), http.StatusConflict, "no-shared-hour")
	if refused.text("circles.0") != evening || refused.at("circles.1") != nil {
		s.Errorf("offered are %s", refused)
	}
	s.silent(one.email)
	s.post(nobody, s.programme+"/applications", applies(one, evening, "mon", "18:00", "21:00"))
	s.press(s.letter(one.email).only(), nil)
	s.press(s.letter(one.email).link("yes"), nil)
	s.letter(one.email)
	if in := s.get(owner, "/api/v1/circles/"+evening); in.number("seats.accepted") != 1 {
		s.Errorf("the other circle has %s", in)
	}
}

// twentyAsk lets twenty who wait in the programme ask for the last seat at the same moment.
func (s *story) twentyAsk() {
	s.Helper()
	const crowd = 20
	address := func(i int) string { return fmt.Sprintf("kandidaat%02d@example.org", i) }
	for i := range crowd {
		one := soul{fmt.Sprintf("Kandidaat%02d Jans", i), address(i), []string{"nl", "en"}[i%2], "Europe/Brussels"}
		s.post(nobody, s.programme+"/applications", applies(one, "", "wed", "09:00", "17:00"))
		s.press(s.letter(one.email).only(), nil)
		s.silent(one.email)
	}
	for i, answer := range s.allAtOnce(crowd, address) {
		if answer.Code != http.StatusCreated {
			s.Errorf("%s: %d %s", address(i), answer.Code, answer.Body)
		}
	}
	kept, lucky := 0, ""
	for i := range crowd {
		if m := s.letter(address(i)); len(m.links()) > 0 && s.holds(address(i)) {
			kept, lucky = kept+1, address(i)
			s.press(m.link("yes"), nil)
		}
	}
	if kept != 1 {
		s.Fatalf("%d hold the last seat", kept)
	}
	s.letter(lucky)
	for _, member := range s.cast {
		s.letter(member.email) // somebody asks
	}
	s.cast = append(s.cast, s.soul(lucky))
	if seats := s.state(); seats.number("seats.accepted") != 5 || seats.number("seats.free") != 0 {
		s.Errorf("in the end the seats are %s", seats)
	}
	if open := s.get(nobody, s.programme+"/open-circles"); len(open.items()) != 1 {
		s.Errorf("a full circle is still among %s", open)
	}
}

// holds says whether the last seat is kept for somebody.
func (s *story) holds(address string) bool {
	s.Helper()
	id := s.person(address).ID
	for _, seat := range s.get(owner, s.circle+"/members").items() {
		if seat.text("person_id") == id {
			return seat.text("state") == "held"
		}
	}
	return false
}

// allAtOnce lets people ask for a seat of the circle, each in a request of its own that begins when all are ready.
func (s *story) allAtOnce(crowd int, address func(int) string) []*httptest.ResponseRecorder {
	s.Helper()
	answers := make([]*httptest.ResponseRecorder, crowd)
	ready, ended := make(chan struct{}), sync.WaitGroup{}
	for i := range crowd {
		request := httptest.NewRequestWithContext(s.Context(), http.MethodPost, s.circle+"/seats", bytes.NewReader([]byte("{}")))
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", "Bearer "+s.tokenOf(address(i)))
		answers[i] = httptest.NewRecorder()
		ended.Go(func() {
			<-ready
			s.service.echo.ServeHTTP(answers[i], request)
		})
	}
	close(ready)
	ended.Wait()
	return answers
}

// beginsWithFive begins the circle and checks that its five heard of it, and nobody else.
func (s *story) beginsWithFive() {
	s.Helper()
	s.until("2018-09-10T08:00:00Z")
	for _, one := range s.cast {
		s.silent(one.email)
	}
	if begun := s.begin(); begun.number("letters") != 5 || begun.text("circle.state") != "running" {
		s.Errorf("beginning answers %s", begun)
	}
	s.calendars()
	member := "begin 1, seat_accepted 1, seat_asked %d, seat_offered 1"
	early := fmt.Sprintf(member, 2)
	want := map[string]string{
		"elsboon@example.org": early, "piet@example.org": early, "ruth@example.org": early,
		"dirk@example.org": "begin 1, confirm_application 1, seat_accepted 1, seat_asked 1, seat_offered 1",
		"mia@example.org":  "confirm_application 1, seat_accepted 1, seat_offered 1",
		owner:              "weekly_overview 1",
		s.cast[4].email:    "begin 1, confirm_application 1, seat_accepted 1, seat_offered 1",
	}
	for i := range 20 {
		if address := fmt.Sprintf("kandidaat%02d@example.org", i); want[address] == "" {
			want[address] = "confirm_application 1, seat_waiting 1"
		}
	}
	s.told(want)
	s.verdict("on_track")
}

// only is the one address in the letter that leads to a page of a link; the buttons of one link count once.
func (m letter) only() string {
	m.l.Helper()
	pages := map[string]string{}
	for _, link := range m.links() {
		path, _, _ := strings.Cut(link, "?")
		pages[path] = link
	}
	if len(pages) != 1 {
		m.l.Fatalf("%d links in %q:\n%s", len(pages), m.Subject, m.Text)
	}
	for _, link := range pages {
		return link
	}
	return ""
}
