package main

import (
	"testing"
	"time"
)

// A programme, a circle of four and their seats: what has to work before any longer story can be told.
func TestSeatsAreOffered(t *testing.T) {
	live(t, "2026-09-01T07:00:00Z", func(l *life) {
		programme := l.post(owner, "/api/v1/programmes", object{
			"name": "Leren van elkaar", "purpose": "Collega's leren van elkaar.", "guide_set": "wol", "language": "nl",
			"zone": "Europe/Brussels", "holidays": "be", "hour_reminder": true,
		})
		l.post(owner, "/api/v1/circles", object{
			"programme_id": programme.text("id"), "name": "De dinsdagen", "slot": object{"weekday": "tue", "time": "12:30"}, "starts_on": "2026-09-08",
			"members": []object{
				{"name": "An Peeters", "email": "an@example.org", "letter_language": "nl"},
				{"name": "Ben Smith", "email": "ben@example.org", "letter_language": "en"},
			},
		})
		for to, subject := range map[string]string{
			"an@example.org": "Een plaats voor jou in De dinsdagen", "ben@example.org": "A seat for you in De dinsdagen",
		} {
			if offer := l.letter(to); offer.Subject != subject || offer.link("yes") == "" {
				l.Errorf("%s got %q", to, offer.Subject)
			}
		}
		l.pass(24 * time.Hour)
		l.silent("an@example.org", "ben@example.org", owner)
	})
}
