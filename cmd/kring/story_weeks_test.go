package main

import (
	"strings"
	"time"

	"kring/internal/wall"
)

// livesThrough lets sessions pass, one after the other, and looks at the circle's health every day.
func (s *story) livesThrough(dates ...string) {
	s.Helper()
	for _, date := range dates {
		on, err := wall.ParseDate(date)
		if err != nil {
			s.Fatal(err)
		}
		s.onTrackUntil(on.AddDays(-1).String())
		s.comes(date)
		s.onTrackUntil(date)
		s.goesAhead(date)
		s.verdict("on_track")
	}
}

// comes lets as many say yes as make the session go ahead: by the button of their reminder and before anybody is asked
// whether it does, or where there was no time for a reminder by that of the question. Who stays silent is another in each
// week, as it is among people.
func (s *story) comes(date string) {
	s.Helper()
	session := s.session(date)
	if session.number("answers.yes") > 0 {
		return
	}
	starts := instant(s.T, session.text("starts_at"))
	if soon := starts.Add(-25 * time.Hour); soon.After(s.now()) {
		s.until(written(soon))
	}
	var asked []sent
	for i := range enough {
		one := s.cast[(2*s.past()+i)%len(s.cast)]
		if m := s.last(one.email, "reminder_two_days"); m.at.After(starts.AddDate(0, 0, -7)) {
			asked = append(asked, m)
			continue
		}
		if question := starts.Add(-24 * time.Hour); question.After(s.now()) {
			s.until(written(question))
		}
		asked = append(asked, s.last(one.email, "go_no_go"))
	}
	for _, m := range asked {
		s.press(m.link("yes"), nil)
	}
}

// enough people make a session go ahead, in each story.
const enough = 3

// past is how many sessions the circle has behind it.
func (s *story) past() (n int) {
	s.Helper()
	for _, one := range s.sessions() {
		if one.text("state") != "planned" {
			n++
		}
	}
	return n
}

// goesAhead lets a session pass for which enough say that they come; whoever led it says that it was held.
func (s *story) goesAhead(date string) {
	s.Helper()
	s.comes(date)
	session := s.session(date)
	s.until(session.text("ends_at"))
	question := s.asked()
	if host := s.leader(session); !strings.HasPrefix(s.soul(question.to).name, host+" ") {
		s.Errorf("%s led the session of %s, %s is asked how it went", host, date, question.to)
	}
	s.press(question.link("held"), nil)
	s.settle()
	if now := s.session(date); now.text("state") != "held" {
		s.Errorf("the session of %s is %s", date, now.text("state"))
	}
}
