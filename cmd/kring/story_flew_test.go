package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kring/internal/wall"
)

// Two from Cologne and three from Belgium, all with a goal: a circle that Kring never worries about, and hardly ever
// writes to. One week off that was planned, a session with three of five, a clock change and an answer that comes late
// are no reason to.
func TestCircleThatFlew(t *testing.T) {
	tell(t, "2017-08-21T08:00:00Z", func(s *story) {
		s.opens(object{
			"name": "Najaar", "purpose": "Van elkaar leren, over de grens.", "guide_set": "wol", "language": "en",
			"zone": "Europe/Brussels", "holidays": "be", "hour_reminder": true,
		}, object{
			"name": "Donderdagkring", "slot": object{"weekday": "thu", "time": "12:30"}, "starts_on": "2017-08-31", "seats": 5,
			"video_link": "https://meet.example.org/donderdag",
		},
			soul{"Katja Wolf", "katja@example.org", "en", "Europe/Berlin"},
			soul{"Jonas Beck", "jonas@example.org", "en", "Europe/Berlin"},
			soul{"Sofie Maes", "sofie@example.org", "nl", "Europe/Brussels"},
			soul{"Wim De Smet", "wim@example.org", "nl", "Europe/Brussels"},
			soul{"Nele Aerts", "nele@example.org", "nl", "Europe/Brussels"},
		)
		s.join()
		s.until("2017-08-24T08:00:00Z")
		s.begin()
		s.verdict("on_track")
		s.livesThrough("2017-08-31", "2017-09-07", "2017-09-14", "2017-09-21")
		s.answersLate("2017-09-28")
		s.livesThrough("2017-10-05")

		s.until("2017-10-06T08:00:00Z")
		s.post("sofie@example.org", s.circle+"/breaks", object{"from_on": "2017-11-02", "until_on": "2017-11-02"})
		s.verdict("on_track")
		s.until("2017-10-09T06:30:00Z") // it was Friday, and can wait until Monday morning
		s.calendars()
		s.livesThrough("2017-10-12")
		s.askedADayAhead("2017-10-19")
		s.withThreeOfFive("2017-10-26")
		s.livesThrough("2017-11-09", "2017-11-16", "2017-11-23")
		s.onTrackUntil("2017-11-29")
		s.goesAhead("2017-11-30")
		s.flewToTheEnd()
		s.withinBudget()
	})
}

// answersLate lets a session pass that its host forgets to answer for; the next reminder asks the others.
func (s *story) answersLate(date string) {
	s.Helper()
	on, err := wall.ParseDate(date)
	if err != nil {
		s.Fatal(err)
	}
	s.comes(date)
	s.onTrackUntil(date)
	s.onTrackUntil(on.AddDays(4).String()) // also while it is unrecorded
	if state := s.session(date).text("state"); state != "unrecorded" {
		s.Errorf("after four days without an answer the session is %s", state)
	}
	s.until(on.AddDays(5).String() + "T10:45:00Z")
	host := s.asked().to
	for _, one := range s.cast {
		if one.email != host {
			s.press(s.last(one.email, "reminder_two_days").link("held"), nil)
			break
		}
	}
	if state := s.session(date); state.text("state") != "held" || state.number("guide_week") != 4 {
		s.Errorf("the answer at the second question makes it %s", state)
	}
	s.verdict("on_track")
}

// askedADayAhead lets a session pass for which one says yes in time; the others are asked whether it goes ahead, and two
// of them say that it does.
func (s *story) askedADayAhead(date string) {
	s.Helper()
	starts := instant(s.T, s.session(date).text("starts_at"))
	s.onTrackUntil(wall.DateOf(starts, time.UTC).AddDays(-1).String())
	s.press(s.last("wim@example.org", "reminder_two_days").link("yes"), nil)
	s.until(written(starts.Add(-23 * time.Hour)))
	for _, address := range []string{"katja@example.org", "nele@example.org"} {
		s.press(s.last(address, "go_no_go").link("yes"), nil)
	}
	s.onTrackUntil(date)
	s.goesAhead(date)
	s.verdict("on_track")
}

// withThreeOfFive lets a session pass that two say no to by the button of their reminder. The three others come: one says
// so there, two once they are asked.
func (s *story) withThreeOfFive(date string) {
	s.Helper()
	session := s.session(date)
	starts := instant(s.T, session.text("starts_at"))
	s.until("2017-10-24T10:45:00Z")
	var absent, here []soul
	for leader, i := s.leader(session), 0; i < len(s.cast); i++ {
		if first, _, _ := strings.Cut(s.cast[i].name, " "); len(absent) < 2 && first != leader {
			absent = append(absent, s.cast[i])
		} else {
			here = append(here, s.cast[i])
		}
	}
	for _, one := range absent {
		s.press(s.last(one.email, "reminder_two_days").link("no"), nil)
	}
	s.press(s.last(here[0].email, "reminder_two_days").link("yes"), nil)
	if session = s.session(date); session.number("expected") != 3 || session.number("answers.no") != 2 {
		s.Errorf("with two absent the session is %s", session)
	}
	s.until(written(starts.Add(-23 * time.Hour)))
	for _, one := range here[1:] {
		s.press(s.last(one.email, "go_no_go").link("yes"), nil)
	}
	s.onTrackUntil(date)
	s.until(written(starts.Add(-30 * time.Minute)))
	s.verdict("on_track")
	s.until(session.text("ends_at"))
	s.press(s.asked().link("held"), nil)
	s.verdict("on_track")
}

// flewToTheEnd checks how the circle ends: on 30 November, warmly, and without ever having carried a flag.
func (s *story) flewToTheEnd() {
	s.Helper()
	s.is(
		"2017-08-31 held", "2017-09-07 held", "2017-09-14 held", "2017-09-21 held", "2017-09-28 held", "2017-10-05 held",
		"2017-10-12 held", "2017-10-19 held", "2017-10-26 held", "2017-11-09 held", "2017-11-16 held", "2017-11-23 held",
		"2017-11-30 held",
	)
	for _, date := range []string{"2017-10-26T10:30:00Z", "2017-11-09T11:30:00Z"} {
		if at := s.session(date[:10]).text("starts_at"); at != date {
			s.Errorf("the session of %s starts at %s", date, at)
		}
	}
	circle := s.state()
	if circle.text("state") != "completed" || !strings.HasPrefix(circle.text("completed_at"), "2017-11-30T") || circle.at("guide_week") != nil {
		s.Errorf("in the end it is %s", circle)
	}
	if made := s.journal(); made["flag-raised"] != 0 || made["session-held"] != 13 || made["session-unrecorded"] != 1 {
		s.Errorf("the journal has %v", made)
	}
	for _, one := range s.cast {
		m, warm := s.last(one.email, "completed"), "Thank you"
		if one.language == "nl" {
			warm = "Dank je"
		}
		if !strings.Contains(m.Text, warm) || !strings.Contains(m.Text, "Donderdagkring") {
			s.Errorf("the last letter to %s says\n%s", one.name, m.Text)
		}
	}
	s.calendars()
	s.until("2018-01-15T08:00:00Z")
	// Twice they were asked a day ahead: four of them before 19 October, two before the 26th. Who is asked gets no reminder
	// an hour before, and neither does who said no.
	letters := func(questions, asked, hours int) string {
		return fmt.Sprintf("begin 1, completed 1, dates_changed 1, go_no_go %d, outcome_question %d, reminder_hour %d, "+
			"reminder_two_days 13, seat_accepted 1, seat_offered 1", questions, asked, hours)
	}
	s.told(map[string]string{
		"katja@example.org": letters(1, 3, 11), "jonas@example.org": letters(1, 3, 11), "sofie@example.org": letters(1, 3, 12),
		"wim@example.org": letters(1, 2, 12), "nele@example.org": letters(2, 2, 11),
		owner: "weekly_overview 14",
	})
}

// withinBudget checks every normal week: a session in it, and nothing else that the circle decided. Two letters at most
// to each member, three to whoever leads.
func (s *story) withinBudget() {
	s.Helper()
	loc, err := wall.LoadZone("Europe/Brussels")
	if err != nil {
		s.Fatal(err)
	}
	type week struct{ year, number int }
	letters, questions, special := map[week]map[string]int{}, map[week]map[string]int{}, map[week]bool{}
	for _, m := range s.mails() {
		var w week
		w.year, w.number = m.at.In(loc).ISOWeek()
		if letters[w] == nil {
			letters[w], questions[w] = map[string]int{}, map[string]int{}
		}
		letters[w][m.to]++
		switch m.kinds {
		case "outcome_question":
			questions[w][m.to]++
		case "reminder_two_days", "reminder_hour", "go_no_go", "weekly_overview":
		default:
			special[w] = true
		}
	}
	normal := 0
	for w, people := range letters {
		if special[w] || len(people) < 5 {
			continue
		}
		normal++
		for _, one := range s.cast {
			if most := 2 + questions[w][one.email]; people[one.email] > most || questions[w][one.email] > 1 {
				s.Errorf("in week %d of %d %s got %d letters", w.number, w.year, one.name, people[one.email])
			}
		}
	}
	if normal != 11 {
		s.Errorf("%d weeks were normal", normal)
	}
}
