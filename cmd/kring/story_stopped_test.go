package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// strangers are four in London and one in Ghent.
func strangers() []soul {
	return []soul{
		{"Tom Baker", "tom@example.org", "en", "Europe/London"},
		{"Priya Shah", "priya@example.org", "en", "Europe/London"},
		{"Grace Hall", "grace@example.org", "en", "Europe/London"},
		{"Owen Price", "owen@example.org", "en", "Europe/London"},
		{"Lies Claes", "lies@example.org", "nl", "Europe/Brussels"},
	}
}

// Five strangers begin in June, and a summer is too much for them. Kring says so before they begin, sees it while the
// circle could still be saved, and keeps the reason.
func TestCircleThatStopped(t *testing.T) {
	tell(t, "2017-05-22T08:00:00Z", func(s *story) {
		s.opens(object{
			"name": "Zomerproef", "purpose": "Collega's leren van elkaar.", "guide_set": "wol", "language": "en",
			"zone": "Europe/Brussels", "holidays": "be", "hour_reminder": true,
		}, object{
			"name": "Tuesdays", "slot": object{"weekday": "tue", "time": "12:30"}, "starts_on": "2017-06-06", "seats": 5,
			"video_link": "https://meet.example.org/tuesdays",
		}, strangers()...)
		s.join()
		s.warnedOfTheSummer()
		s.until("2017-05-29T08:00:00Z")
		s.begin()
		s.calendars()

		s.goesAhead("2017-06-06")
		s.goesAhead("2017-06-13")
		s.onTrackUntil("2017-06-20")
		s.until("2017-06-20T12:00:00Z")
		s.verdict("on_track") // nobody answered yet
		s.until("2017-06-21T08:00:00Z")
		s.press(s.asked().link("missed"), nil)
		s.verdict("wobbling", "early_miss")

		s.until("2017-06-27T12:00:00Z")
		s.verdict("wobbling", "early_miss")
		s.calendars() // the reminder brought the date that was added
		s.stallsOnTheThirdDay()
		s.endsByTheFacilitator()
	})
}

// warnedOfTheSummer checks what a dry run of the begin says, and that it is no more than that.
func (s *story) warnedOfTheSummer() {
	s.Helper()
	dry := s.post(owner, s.circle+"/begin?dry_run=true", object{})
	var warned []string
	for i := range 50 {
		if code := dry.text(fmt.Sprintf("warnings.%d.code", i)); code != "" {
			warned = append(warned, code+" "+dry.text(fmt.Sprintf("warnings.%d.on", i)))
		}
	}
	for _, want := range []string{"summer 2017-07-04", "holiday-of-some-near 2017-08-29"} {
		if !slices.Contains(warned, want) {
			s.Errorf("before the start nobody is warned of %s, only of %q", want, warned)
		}
	}
	if dry.at("dry_run") != true || dry.number("letters") != 5 || s.state().text("state") != "forming" || s.count(s.circle+"/sessions") != 0 {
		s.Errorf("the dry run answers %s", dry)
	}
	s.silent("tom@example.org", "lies@example.org")
}

// stallsOnTheThirdDay lets a session stay without an answer: 72 hours after its end the facilitator gets one letter.
func (s *story) stallsOnTheThirdDay() {
	s.Helper()
	s.until("2017-06-30T11:28:00Z")
	s.verdict("wobbling", "early_miss")
	if m := tally(s.mails())[owner]; strings.Contains(m, "stalling") {
		s.Errorf("the facilitator got %s too early", m)
	}
	s.until("2017-06-30T11:30:00Z")
	s.verdict("stalling", "two_not_held")
	letter := s.last(owner, "stalling")
	if at := letter.at.Format("2006-01-02 15:04"); at != "2017-06-30 11:30" {
		s.Errorf("the facilitator got her letter at %s", at)
	}
	for _, one := range s.cast {
		if first, _, _ := strings.Cut(one.name, " "); strings.Contains(letter.Text, first) {
			s.Errorf("the letter names %s:\n%s", first, letter.Text)
		}
	}
	s.is(
		"2017-06-06 held", "2017-06-13 held", "2017-06-20 missed", "2017-06-27 unrecorded", "2017-07-04 planned",
		"2017-07-11 planned", "2017-07-18 planned", "2017-07-25 planned", "2017-08-01 planned", "2017-08-08 planned",
		"2017-08-22 planned", "2017-08-29 planned", "2017-09-05 planned", "2017-09-12 planned",
	)
}

// endsByTheFacilitator ends the circle with a reason, and checks that nobody hears of it any more.
func (s *story) endsByTheFacilitator() {
	s.Helper()
	s.until("2017-07-04T08:00:00Z")
	text := "Te veel vakantie, en niemand had een doel om voor te komen."
	done := s.post(owner, s.circle+"/end", object{"reason": "dates", "text": text})
	if done.at("done") != true || done.number("letters") != 5 {
		s.Errorf("ending answers %s", done)
	}
	for _, one := range s.cast {
		m := s.last(one.email, "ended")
		if !strings.Contains(m.Text, text) {
			s.Errorf("the last letter to %s says\n%s", one.name, m.Text)
		}
		for _, other := range s.cast {
			if first, _, _ := strings.Cut(other.name, " "); other != one && strings.Contains(m.Text, first) {
				s.Errorf("the last letter to %s names %s", one.name, first)
			}
		}
	}
	s.calendars()
	s.told(s.untilItStopped())
	s.until("2017-10-02T08:00:00Z")
	s.told(s.untilItStopped())
	circle := s.state()
	if circle.text("state") != "ended" || circle.text("end_reason") != "dates" || circle.text("end_text") != text {
		s.Errorf("what is kept of the circle is %s", circle)
	}
	if made := s.journal(); made["flag-raised"] != 1 || made["flag-cleared"] != 1 {
		s.Errorf("the journal has %v", made)
	}
}

// untilItStopped is every letter of the circle that stopped. For its last three dates nobody said a word: each was asked
// whether it goes ahead, and offered another.
func (s *story) untilItStopped() map[string]string {
	member := "begin 1, date_proposal 3, ended 1, flag_asked+reminder_two_days 1, go_no_go 3, %sreminder_hour 2, " +
		"reminder_two_days 4, seat_accepted 1, seat_offered 1"
	asked := fmt.Sprintf(member, "outcome_question 1, ")
	return map[string]string{
		"tom@example.org": asked, "priya@example.org": asked, "grace@example.org": asked, "owen@example.org": asked,
		"lies@example.org": fmt.Sprintf(member, ""),
		owner:              "stalling 1, weekly_overview 6",
	}
}
