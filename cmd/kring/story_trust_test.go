package main

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"

	"kring/internal/database"
	"kring/internal/identity"
)

// must asks the API with the cookie for what has to go well.
func (b *browser) must(method, path string, body object) object {
	b.Helper()
	status, answer := b.ask(method, path, body)
	if status/100 != 2 {
		b.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
	return answer
}

// A facilitator is invited by mail, accepts, signs in by a letter, looks after her programme with nothing but her
// browser, hands it over, and is removed.
func TestAFacilitatorComesAndGoes(t *testing.T) {
	live(t, "2026-11-23T09:00:00Z", func(l *life) {
		programme := "/api/v1/programmes/" + l.post(owner, "/api/v1/programmes", object{
			"name": "Leren van elkaar", "purpose": "Samen leren", "guide_set": "wol", "language": "nl", "zone": "Europe/Brussels",
		}).text("id")
		l.asksFor(programme, "fien@example.org", "Fien De Bruyn")
		l.isInvitedOnly(programme, "fien@example.org")
		l.press(l.letter("fien@example.org").link("yes"), nil)
		fien := l.signsIn("fien@example.org")
		circle := fien.looksAfter(programme)

		fien.must(http.MethodPost, programme+"/facilitators", object{"email": "gil@example.org", "name": "Gil Maes"})
		l.press(l.letter("gil@example.org").link("yes"), nil)
		gil := l.signsIn("gil@example.org")
		me := gil.must(http.MethodGet, "/api/v1/me", nil).text("id")
		fien.must(http.MethodPatch, circle, object{"looked_after_by": me})
		l.must(owner, http.MethodDelete, programme+"/facilitators/"+l.person(owner).ID, nil)
		gil.must(http.MethodDelete, programme+"/facilitators/"+l.person("fien@example.org").ID, nil)
		if list := fien.must(http.MethodGet, "/api/v1/programmes", nil).items(); len(list) > 0 || !fien.signedIn() {
			t.Errorf("removed, she sees %v; signed in: %t", list, fien.signedIn())
		}
		for _, path := range []string{programme, programme + "/health", programme + "/journal", circle, circle + "/members"} {
			if status, answer := fien.ask(http.MethodGet, path, nil); status != http.StatusNotFound {
				t.Errorf("removed, she asks for %s: %d %s", path, status, answer)
			}
		}
		if status, answer := gil.ask(http.MethodDelete, programme+"/facilitators/"+me, nil); status != http.StatusConflict || answer.text("code") != "last-facilitator" {
			t.Errorf("the last one goes: %d %s", status, answer)
		}
		gil.must(http.MethodGet, circle, nil)
		gil.reads(programme, "facilitator-invited", "facilitator-added", "facilitator-removed", "circle-opened", "programme-opened")
	})
}

// asksFor asks somebody by mail to share a programme.
func (l *life) asksFor(programme, address, name string) {
	l.Helper()
	l.post(owner, programme+"/facilitators", object{"email": address, "name": name, "letter_language": "nl"})
	l.settle()
}

// isInvitedOnly checks that whoever has not accepted yet has no right in the programme.
func (l *life) isInvitedOnly(programme, address string) {
	l.Helper()
	raw, _, err := l.service.tokens.IssueFor(l.Context(), address, identity.TokenDraft{Name: "early", Scopes: []string{identity.ScopeAll}})
	if err != nil {
		l.Fatal(err)
	}
	l.tokens["early"] = raw
	if early := l.get("early", "/api/v1/programmes"); len(early.items()) > 0 {
		l.Errorf("before she accepts she sees %s", early)
	}
	if status, answer := l.ask("early", http.MethodGet, programme, nil); status != http.StatusNotFound {
		l.Errorf("before she accepts: %d %s", status, answer)
	}
}

// looksAfter lets a facilitator do with the cookie what she does in a week, and answers the path of the circle she opened.
func (b *browser) looksAfter(programme string) (circle string) {
	b.Helper()
	if list := b.must(http.MethodGet, "/api/v1/programmes", nil).items(); len(list) != 1 || list[0].text("name") != "Leren van elkaar" {
		b.Errorf("she facilitates %v", list)
	}
	circle = "/api/v1/circles/" + b.must(http.MethodPost, "/api/v1/circles", object{
		"programme_id": strings.TrimPrefix(programme, "/api/v1/programmes/"), "name": "Kring", "slot": object{"weekday": "tue", "time": "12:30"},
		"members": []object{{"name": "Ann Sterckx", "email": "ann@example.org", "letter_language": "nl"}},
	}).text("id")
	for _, path := range []string{programme + "/health", programme + "/applications", programme + "/letters", circle + "/members", circle + "/journal"} {
		b.must(http.MethodGet, path, nil)
	}
	if status, page, _ := b.open(http.MethodGet, "/me", nil); status != http.StatusOK || !strings.Contains(page, "Leren van elkaar") {
		b.Errorf("her own page: %d %s", status, page)
	}
	return circle
}

// reads checks that the journal of a programme has these actions, and nothing but ids and codes.
func (b *browser) reads(programme string, want ...string) {
	b.Helper()
	journal := b.must(http.MethodGet, programme+"/journal?limit=200", nil)
	var actions []string
	for _, entry := range journal.items() {
		actions = append(actions, entry.text("action"))
	}
	for _, action := range want {
		if !slices.Contains(actions, action) {
			b.Errorf("the journal has %v, not %s", actions, action)
		}
	}
	for _, word := range []string{"@", "Fien", "Gil", "Ann", "Leren"} {
		if strings.Contains(journal.String(), word) {
			b.Errorf("the journal says %q: %s", word, journal)
		}
	}
}

// A member signs in by a letter, without an account, takes along what is kept of her, and is forgotten. The circle goes
// on with the four others, its counts stay right, and no letter reaches her any more.
func TestAMemberIsForgotten(t *testing.T) {
	tell(t, "2018-02-12T08:00:00Z", func(s *story) {
		s.opens(object{
			"name": "Voorjaar", "purpose": "Tijd maken om te leren.", "guide_set": "wol", "language": "nl", "zone": "Europe/Brussels",
			"holidays": "be", "hour_reminder": true,
		}, object{
			"name": "De vijf", "slot": object{"weekday": "tue", "time": "12:30"}, "starts_on": "2018-02-20", "seats": 5,
		},
			soul{"Bart Claes", "bart@example.org", "nl", "Europe/Brussels"},
			soul{"Hanne Peeters", "hanne@example.org", "nl", "Europe/Brussels"},
			soul{"Sam Jones", "sam@example.org", "en", "Europe/Brussels"},
			soul{"Ilse Vandenbossche", "ilse@example.org", "nl", "Europe/Amsterdam"},
			soul{"Koen Wouters", "koen@example.org", "nl", "Europe/Brussels"},
		)
		s.join()
		s.begin()
		s.livesThrough("2018-02-20", "2018-02-27")
		s.until("2018-03-01T09:00:00Z") // her reminder of next week waits for its hour
		before := s.seen()
		s.takesAlong(s.signsIn("ilse@example.org"))
		ilse := s.person("ilse@example.org").ID
		s.forgets(s.signsIn("ilse@example.org"))
		s.isATombstone(ilse)
		forgotten := len(s.mails())

		s.cast = slices.DeleteFunc(s.cast, func(one soul) bool { return one.email == "ilse@example.org" })
		s.goesAhead("2018-03-06")
		s.livesThrough("2018-03-13", "2018-03-20")
		after := s.seen()
		if before.held != 2 || after.held != 5 || after.members != 4 || after.seats != before.seats {
			s.Errorf("before %+v, after %+v", before, after)
		}
		for _, m := range s.mails()[forgotten:] {
			if m.to == "ilse@example.org" {
				s.Errorf("%q reaches her", m.Subject)
			}
			if strings.Contains(m.Subject+m.Text+m.HTML+string(bytes.Join(files(m.Mail), nil)), "Vandenbossche") {
				s.Errorf("%q to %s names her", m.Subject, m.to)
			}
		}
		s.cast = append(s.cast, soul{"Ilse Vandenbossche", "ilse@example.org", "nl", "Europe/Amsterdam"}) // for the look at all mails
	})
}

// seen is what a facilitator counts.
type seen struct{ held, members, seats int }

func (s *story) seen() (n seen) {
	s.Helper()
	for _, one := range s.sessions() {
		if one.text("state") == "held" {
			n.held++
		}
	}
	seats := s.get(owner, s.circle+"/members").items()
	for _, seat := range seats {
		if seat.text("state") == "accepted" {
			n.members++
		}
	}
	n.seats = len(seats)
	return n
}

// takesAlong lets somebody read everything that is kept of her: hers, and nobody else's.
func (s *story) takesAlong(b *browser) {
	s.Helper()
	all := b.must(http.MethodGet, "/api/v1/me/export", nil)
	for _, word := range []string{"ilse@example.org", "Ilse Vandenbossche", "De vijf", "2018-02-20", "seat_offered"} {
		if !strings.Contains(all.String(), word) {
			s.Errorf("her export lacks %s: %s", word, all)
		}
	}
	for _, one := range s.cast {
		if one.email != "ilse@example.org" && (strings.Contains(all.String(), one.email) || strings.Contains(all.String(), one.name)) {
			s.Errorf("her export speaks of %s", one.name)
		}
	}
	if status, page, _ := b.open(http.MethodGet, "/me/export", nil); status != http.StatusOK || !strings.Contains(page, "ilse@example.org") {
		s.Errorf("the same from the page: %d %.200s", status, page)
	}
}

// forgets lets somebody be forgotten. Another address than her own is refused, and so is a link of a letter.
func (s *story) forgets(b *browser) {
	s.Helper()
	if status, answer := b.ask(http.MethodDelete, "/api/v1/me", object{"email": "bart@example.org"}); status != http.StatusUnprocessableEntity {
		s.Errorf("with another address: %d %s", status, answer)
	}
	if status, answer := s.ask("ilse@example.org", http.MethodDelete, "/api/v1/me", object{"email": "ilse@example.org"}); status/100 == 2 {
		s.Errorf("by a member token: %d %s", status, answer)
	}
	link := s.last("ilse@example.org", "reminder_two_days").link("yes")
	b.must(http.MethodDelete, "/api/v1/me", object{"email": "ilse@example.org"})
	if b.signedIn() || len(b.cookies) > 0 {
		s.Error("still signed in")
	}
	if status, page := s.open(http.MethodGet, pathOf(link), nil); status != http.StatusNotFound && status != http.StatusGone {
		s.Errorf("her link still opens: %d %s", status, page)
	}
	s.letters("ilse@example.org")
	b.asks("ilse@example.org")
	s.silent("ilse@example.org")
}

// isATombstone checks that of somebody nothing is left but ids.
func (s *story) isATombstone(id string) {
	s.Helper()
	var p identity.Person
	err := s.service.db.Read(s.Context(), func(tx database.Tx) (err error) {
		p, err = identity.FindIn(tx, id)
		return err
	})
	if err != nil || p.ErasedAt == nil || p.Email != "" || p.Name != "" || len(p.Speaks) > 0 {
		s.Errorf("%+v, %v", p, err)
	}
}

// Nobody asks, and people are forgotten all the same: who was never placed six months after the sign-up closed, who was in
// a circle twelve months after it ended. Whoever has something else here stays. The program rests for most of the year,
// whose days the story has no use for.
func TestPeopleAreForgottenInTime(t *testing.T) {
	tell(t, "2018-02-12T08:00:00Z", func(s *story) {
		programme := object{
			"name": "Voorjaar", "purpose": "Tijd maken om te leren.", "guide_set": "wol", "language": "nl", "zone": "Europe/Brussels",
			"holidays": "be", "signup_open": true,
		}
		s.opens(programme, object{
			"name": "De vier", "slot": object{"weekday": "tue", "time": "12:30"}, "starts_on": "2018-02-20", "seats": 4,
		}, four("tijd")...)
		s.join()
		s.begin()
		s.signsUp(s.programme, "Noor Pauwels", "noor@example.org")
		s.until("2018-02-25T09:00:00Z")
		s.post("an@tijd.example.org", s.circle+"/end", object{"reason": "no_time"}) // over in three days unless somebody objects
		s.until("2018-03-01T09:00:00Z")
		s.patch(owner, s.programme, object{"signup_open": false})
		noor, ben, seats := s.person("noor@example.org").ID, s.person("ben@tijd.example.org").ID, s.seen().seats

		s.rests("2018-08-30T12:00:00Z")
		s.until("2018-08-31T12:00:00Z")
		s.lives(noor, ben)
		s.until("2018-09-02T12:00:00Z")
		s.isATombstone(noor)
		s.lives(ben)

		another := "/api/v1/programmes/" + s.post(owner, "/api/v1/programmes", programme).text("id")
		s.rests("2019-01-10T09:00:00Z")
		s.signsUp(another, "An Maes", "an@tijd.example.org")
		an, mails := s.person("an@tijd.example.org").ID, len(s.mails())
		s.rests("2019-02-26T12:00:00Z")
		s.until("2019-02-27T12:00:00Z")
		s.lives(an, ben)
		s.until("2019-03-01T12:00:00Z")
		s.isATombstone(ben)
		s.lives(an, s.person(owner).ID)
		if now := s.seen(); now.seats != seats {
			s.Errorf("the circle had %d seats, and has %d", seats, now.seats)
		}
		if applicants := s.get(owner, s.programme+"/applications"); strings.Contains(applicants.String(), "Pauwels") || strings.Contains(applicants.String(), "noor") {
			s.Errorf("the sign-ups still name her: %s", applicants)
		}
		for _, m := range s.mails()[mails:] {
			if m.to != owner {
				s.Errorf("%q to %s: nobody is told", m.Subject, m.to)
			}
		}
		s.cast = append(s.cast, soul{"Noor Pauwels", "noor@example.org", "nl", "Europe/Brussels"}) // for the look at all mails
	})
}

// rests lets the program be down until an instant.
func (s *story) rests(at string) {
	s.Helper()
	s.down(instant(s.T, at).Sub(s.now()))
}

// signsUp lets somebody sign up and press the button in the letter.
func (s *story) signsUp(programme, name, address string) {
	s.Helper()
	s.letters(address)
	s.post(nobody, programme+"/applications", object{
		"name": name, "email": address, "letter_language": "nl", "speaks": []string{"nl"}, "zone": "Europe/Brussels",
		"availability": []object{{"weekday": "mon", "from": "09:00", "until": "12:00"}},
	})
	s.press(s.letter(address).links()[0], nil)
}

// lives checks that people are known by name.
func (s *story) lives(ids ...string) {
	s.Helper()
	var known map[string]identity.Person
	err := s.service.db.Read(s.Context(), func(tx database.Tx) (err error) {
		known, err = identity.FindManyIn(tx, ids)
		return err
	})
	for _, id := range ids {
		if p := known[id]; err != nil || p.ErasedAt != nil || p.Email == "" {
			s.Errorf("at %s: %+v, %v", s.now(), p, err)
		}
	}
}
