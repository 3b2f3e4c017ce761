package main

import (
	"fmt"
	"testing"
)

// Sessions shift, and the hour does not suit everybody any more. Kring says so, one decision moves all that is to come,
// and everybody has one calendar that is right.
func TestCircleThatFalters(t *testing.T) {
	tell(t, "2018-02-12T08:00:00Z", func(s *story) {
		s.opens(object{
			"name": "Voorjaar", "purpose": "Tijd maken om te leren.", "guide_set": "wol", "language": "nl",
			"zone": "Europe/Brussels", "holidays": "be", "hour_reminder": true,
		}, object{
			"name": "De kwakkelaars", "slot": object{"weekday": "tue", "time": "12:30"}, "starts_on": "2018-02-20", "seats": 5,
			"venue": "Leeszaal, tweede verdieping",
		},
			soul{"Bart Claes", "bart@example.org", "nl", "Europe/Brussels"},
			soul{"Hanne Peeters", "hanne@example.org", "nl", "Europe/Brussels"},
			soul{"Sam Jones", "sam@example.org", "en", "Europe/Brussels"},
			soul{"Ilse Bos", "ilse@example.org", "nl", "Europe/Amsterdam"},
			soul{"Koen Wouters", "koen@example.org", "nl", "Europe/Brussels"},
		)
		s.join()
		s.begin()
		tuesdays := s.calendars()
		s.livesThrough("2018-02-20", "2018-02-27")

		s.until("2018-03-05T09:00:00Z")
		s.moves("hanne@example.org", "2018-03-06", "2018-03-08")
		s.verdict("on_track")
		if s.calendars() != tuesdays {
			s.Error("a single move begins another series")
		}
		s.livesThrough("2018-03-08", "2018-03-13")

		s.until("2018-03-19T09:00:00Z")
		s.moves("hanne@example.org", "2018-03-20", "2018-03-22")
		flag := s.verdict("wobbling", "dates_shift")
		if step := flag.text("next_step.code"); step != "new_slot" {
			s.Errorf("the proposed step is %q", step)
		}
		s.calendars()
		s.takesThursdays(tuesdays)
		s.verdict("wobbling", "dates_shift") // a promise; the first session held on it clears the flag
		s.goesAhead("2018-03-22")
		s.verdict("on_track")
		s.livesThrough("2018-03-29", "2018-04-05", "2018-04-12", "2018-04-19", "2018-04-26", "2018-05-03", "2018-05-17")
		s.onTrackUntil("2018-05-23")
		s.goesAhead("2018-05-24")
		s.faltersNoMore()
	})
}

// moves lets a member move a session, at the same hour, and checks that everybody hears of it once.
func (s *story) moves(by, from, to string) {
	s.Helper()
	change := s.post(by, "/api/v1/sessions/"+s.session(from).text("id")+"/move", object{"date": to, "time": "12:30"})
	if change.number("letters") != 5 {
		s.Errorf("moving %s says it causes %d letters", from, change.number("letters"))
	}
	s.settle()
	if s.session(to).at("moved") != true {
		s.Errorf("%s is not shown as moved", to)
	}
	for _, one := range s.cast {
		s.last(one.email, "moved")
	}
}

// takesThursdays lets a member choose the new hour among those that suit most, for all that is to come.
func (s *story) takesThursdays(tuesdays string) {
	s.Helper()
	for i, one := range s.cast {
		weekday := []string{"tue", "thu"}[min(i, 1)]
		s.patch(one.email, "/api/v1/me", object{"availability": []object{{"weekday": weekday, "from": "12:00", "until": "14:00"}}})
	}
	best := s.get("sam@example.org", s.circle+"/slots?limit=3")
	if first := best.items()[0]; first.text("slot.weekday") != "thu" || first.number("suits") != 4 || first.number("of") != 5 {
		s.Errorf("the hours that suit most are %s", best)
	}
	change := s.post("sam@example.org", s.circle+"/slot", object{"weekday": "thu", "time": "12:30", "from_on": "2018-03-22"})
	if change.number("letters") != 5 || change.text("ends_on") != "2018-05-24" {
		s.Errorf("the new slot answers %s", change)
	}
	thursdays := s.calendars()
	if thursdays == tuesdays {
		s.Errorf("the new slot stays in the series %s", tuesdays)
	}
	if by := s.last("bart@example.org", "new_slot"); by.Subject == "" {
		s.Error("the letter has no subject")
	}
}

// faltersNoMore checks the whole of the run, and who heard of it how often.
func (s *story) faltersNoMore() {
	s.Helper()
	s.is(
		"2018-02-20 held", "2018-02-27 held", "2018-03-08 held", "2018-03-13 held", "2018-03-22 held", "2018-03-29 held",
		"2018-04-05 held", "2018-04-12 held", "2018-04-19 held", "2018-04-26 held", "2018-05-03 held", "2018-05-17 held",
		"2018-05-24 held",
	)
	for date, starts := range map[string]string{"2018-03-22": "2018-03-22T11:30:00Z", "2018-03-29": "2018-03-29T10:30:00Z"} {
		if at := s.session(date).text("starts_at"); at != starts {
			s.Errorf("the session of %s starts at %s", date, at)
		}
	}
	if state := s.state().text("state"); state != "completed" {
		s.Errorf("in the end it is %s", state)
	}
	if made := s.journal(); made["flag-raised"] != 1 || made["flag-cleared"] != 1 || made["flag-changed"] != 0 {
		s.Errorf("the journal has %v", made)
	}
	s.calendars()
	s.until("2018-07-02T08:00:00Z")
	member := "begin 1, completed 1, moved 2, new_slot 1, outcome_question %d, reminder_hour 13, reminder_two_days 13, seat_accepted 1, seat_offered 1"
	s.told(map[string]string{
		"bart@example.org": fmt.Sprintf(member, 3), "hanne@example.org": fmt.Sprintf(member, 3), "sam@example.org": fmt.Sprintf(member, 3),
		"ilse@example.org": fmt.Sprintf(member, 2), "koen@example.org": fmt.Sprintf(member, 2), owner: "weekly_overview 14",
	})
}
