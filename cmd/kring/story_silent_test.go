package main

import (
	"fmt"
	"testing"
)

// Three sessions in a row are not held, and nobody says anything: Kring asks once, is silent, and ends the circle. One
// press revives it.
func TestCircleThatFellSilent(t *testing.T) {
	tell(t, "2018-01-03T08:00:00Z", func(s *story) {
		s.opens(object{
			"name": "Nieuwjaar", "purpose": "Een goed begin.", "guide_set": "wol", "language": "nl",
			"zone": "Europe/Brussels", "holidays": "be", "hour_reminder": true,
		}, object{
			"name": "Stille wateren", "slot": object{"weekday": "wed", "time": "12:30"}, "starts_on": "2018-01-10", "seats": 4,
		},
			soul{"Gert Pauwels", "gert@example.org", "nl", "Europe/Brussels"},
			soul{"Fien Lambert", "fien@example.org", "nl", "Europe/Brussels"},
			soul{"Joe Walsh", "joe@example.org", "en", "Europe/London"},
			soul{"Anke Visser", "anke@example.org", "nl", "Europe/Amsterdam"},
		)
		s.join()
		s.begin()
		s.livesThrough("2018-01-10", "2018-01-17")
		s.fallsSilent()
		s.isRevived()
	})
}

func (s *story) fallsSilent() {
	s.Helper()
	s.until("2018-01-27T12:30:00Z") // 24 January, unrecorded
	s.verdict("on_track")
	s.until("2018-02-03T12:30:00Z") // 31 January
	s.verdict("wobbling", "two_unrecorded")
	s.until("2018-02-10T12:30:00Z") // 7 February
	s.verdict("stalling", "three_unrecorded", "few_held")
	for _, one := range s.cast {
		s.last(one.email, "go_on")
	}
	before := len(s.lettersToCast())
	s.until("2018-03-03T12:20:00Z")
	if after := len(s.lettersToCast()); after != before {
		s.Errorf("%d letters while Kring waits for an answer", after-before)
	}
	if state := s.state().text("state"); state != "running" {
		s.Errorf("before 21 days are over it is %s", state)
	}
	s.until("2018-03-03T12:35:00Z")
	if circle := s.state(); circle.text("state") != "ended" || circle.text("end_reason") != "fell_silent" {
		s.Errorf("after 21 days it is %s", circle)
	}
	s.calendars()
}

func (s *story) isRevived() {
	s.Helper()
	s.until("2018-03-20T09:00:00Z")
	s.press(s.last("joe@example.org", "ended").link("revive"), nil)
	circle := s.state()
	if circle.text("state") != "running" || circle.text("end_reason") != "" || circle.number("guide_week") != 2 {
		s.Errorf("revived it is %s", circle)
	}
	s.verdict("on_track")
	s.calendars()
	next := ""
	for _, one := range s.sessions() {
		if one.text("state") == "planned" {
			next = one.text("local.date")
			break
		}
	}
	if next != "2018-03-21" && next != "2018-03-28" {
		s.Errorf("the next session is on %q: %v", next, s.dates())
	}
	s.livesThrough(next)
	// Three times nobody says a word when asked, and is offered another date; the fourth time they say yes.
	member := "begin 1, date_proposal 3, ended 1, flag_asked+reminder_two_days 1, go_no_go 4, go_on 1, outcome_question %d, " +
		"reminder_hour 2, reminder_two_days 4, resumed 1, seat_accepted 1, seat_offered 1"
	s.told(map[string]string{
		"gert@example.org": fmt.Sprintf(member, 3), "fien@example.org": fmt.Sprintf(member, 1), "joe@example.org": fmt.Sprintf(member, 1),
		"anke@example.org": fmt.Sprintf(member, 1), owner: "stalling 1, weekly_overview 8",
	})
}

// lettersToCast are the mails to members.
func (s *story) lettersToCast() (all []sent) {
	for _, m := range s.mails() {
		if m.to != owner {
			all = append(all, m)
		}
	}
	return all
}
