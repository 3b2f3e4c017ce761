package main

import (
	"strings"
	"testing"
)

// aCircle opens a programme and a circle in it that starts on a Tuesday at half past twelve in Brussels, with members
// whose letters are in Dutch and in English by turns. Ann is ann@example.org. It answers the circle's id.
func (l *life) aCircle(startsOn string, names ...string) string {
	l.Helper()
	programme := l.post(owner, "/api/v1/programmes", object{
		"name": "Leren van elkaar", "purpose": "Collega's leren van elkaar.", "guide_set": "wol", "language": "nl",
		"zone": "Europe/Brussels", "holidays": "be", "hour_reminder": true,
	})
	var members []object
	for i, name := range names {
		members = append(members, object{
			"name": name + " Maes", "email": strings.ToLower(name) + "@example.org", "letter_language": []string{"nl", "en"}[i%2],
		})
	}
	circle := l.post(owner, "/api/v1/circles", object{
		"programme_id": programme.text("id"), "name": "De dinsdagen", "slot": object{"weekday": "tue", "time": "12:30"},
		"starts_on": startsOn, "venue": "Lokaal 3", "members": members,
	})
	return circle.text("id")
}

// From a programme to a session that went ahead, by what people have in hand: the API and the links of their letters.
func TestFromProgrammeToTheFirstSession(t *testing.T) {
	live(t, "2026-09-01T07:00:00Z", func(l *life) {
		members := map[string]string{ // and what they are offered
			"ann@example.org": "Een plaats voor jou in De dinsdagen", "ben@example.org": "A seat for you in De dinsdagen",
			"cas@example.org": "Een plaats voor jou in De dinsdagen", "dirk@example.org": "A seat for you in De dinsdagen",
		}
		circle := l.aCircle("2026-09-08", "Ann", "Ben", "Cas", "Dirk")
		for to, subject := range members {
			offer := l.letter(to)
			if offer.Subject != subject {
				l.Errorf("%s is offered %q", to, offer.Subject)
			}
			l.press(offer.link("yes"), nil)
			l.letter(to) // the seat is hers
		}
		begun := l.post(owner, "/api/v1/circles/"+circle+"/begin", object{})
		if got := len(begun.at("sessions").([]any)); got != 13 {
			l.Errorf("%d dates are laid out", got)
		}
		for to := range members {
			if begin := l.letter(to); len(begin.Calendars)+len(begin.Files) == 0 {
				l.Errorf("no calendar comes with %q", begin.Subject)
			}
		}

		l.until("2026-09-04T10:30:00Z") // two working days ahead
		for to := range members {
			if reminder := l.letter(to); to != "dirk@example.org" {
				l.press(reminder.link("yes"), nil)
			}
		}
		sessions := l.get("ann@example.org", "/api/v1/circles/"+circle+"/sessions").items()
		l.until("2026-09-08T09:30:00Z") // one hour ahead
		for to := range members {
			l.letter(to) // nobody was asked a day ahead: three said yes, and that is enough
		}
		l.until("2026-09-08T11:30:00Z") // the end: the host is asked, and nobody else
		asked := 0
		for to := range members {
			for _, question := range l.letters(to) {
				asked++
				l.press(question.link("held"), nil)
			}
		}
		if asked != 1 {
			l.Errorf("%d people are asked how it went", asked)
		}
		held := l.get(owner, "/api/v1/sessions/"+sessions[0].text("id"))
		if held.text("state") != "held" || held.number("guide_week") != 0 {
			l.Errorf("the session is %s, week %v", held.text("state"), held.at("guide_week"))
		}
		if week := l.get(owner, "/api/v1/circles/"+circle).number("guide_week"); week != 1 {
			l.Errorf("the circle is at week %d", week)
		}
	})
}
