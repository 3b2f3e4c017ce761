package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/testkit"
)

// Whoever is erased stands nowhere any more, in no column of no table; what was counted still counts, what she had opens
// nothing, and her circle goes on.
func TestNothingOfAnErasedPersonIsLeft(t *testing.T) {
	tell(t, "2018-02-12T08:00:00Z", func(s *story) {
		token := s.smallLife()
		link := s.letterLinkOf(anke)
		b := s.signsIn(anke.email)
		old := s.person(anke.email)
		all := append(s.plant(newGrower(), old.ID, true),
			planted{column: "people.name", text: anke.name}, planted{column: "people.email", text: "vandersmissen"})
		before := s.counted()

		status, answer := b.ask(http.MethodDelete, "/api/v1/me", object{"email": anke.email})
		if status != http.StatusNoContent {
			s.Fatalf("%d %s", status, answer)
		}
		s.nothingLeft(all, s.dump())
		s.sameCounts(before, s.counted())
		s.letsNobodyIn(b, token, link)
		s.goesOn(old.ID)
		s.signsUpAnew(old)
		s.until("2018-03-14T12:00:00Z")
		if left := standing(s.dump(), "vandersmissen"); len(left) != 1 { // the new person's row
			s.Errorf("three weeks later: %q", left)
		}
	})
}

// With silence one thing is left: a hash by which Kring knows not to write.
func TestSilenceLeavesAHashAlone(t *testing.T) {
	tell(t, "2018-02-12T08:00:00Z", func(s *story) {
		s.smallLife()
		b := s.signsIn(anke.email)
		if status, answer := b.ask(http.MethodDelete, "/api/v1/me", object{"email": anke.email, "silence": true}); status != http.StatusNoContent {
			s.Fatalf("%d %s", status, answer)
		}
		dump := s.dump()
		if left := standing(dump, "vandersmissen"); len(left) > 0 {
			s.Errorf("left is %q", left)
		}
		if hashes := standing(dump, "suppressions.hash"); len(hashes) != 1 || len(standing(dump, "suppressions.reason silence")) != 1 {
			s.Errorf("the hashes are %q", hashes)
		}
		s.signUpElsewhereUnheard(anke)
		s.browser().asks(anke.email)
		s.silent(anke.email)
		s.until("2018-02-28T09:00:00Z")
		s.silent(anke.email)
	})
}

// letterLinkOf is a link that stands in one of somebody's letters: that of her own page.
func (s *story) letterLinkOf(one soul) string {
	s.Helper()
	s.read[one.email] = 0 // all of them once more
	for _, m := range s.letters(one.email) {
		if all := linkLine.FindAllString(m.Text, -1); strings.Contains(m.Subject, "De dinsdagen") && len(all) > 0 {
			return all[len(all)-1]
		}
	}
	s.Fatal("no letter has a link")
	return ""
}

// nothingLeft looks for values in a dump. The suppression of an address is a hash, and the dump holds none of them.
func (s *story) nothingLeft(all []planted, dump string) {
	s.Helper()
	for _, p := range all {
		if p.text == "" {
			continue
		}
		if left := standing(dump, p.text); len(left) > 0 {
			s.Errorf("%s (%s) is left: %q", p.column, p.mark, left)
		}
	}
}

// counted is what an erasure must not change, by name.
func (s *story) counted() map[string]int {
	s.Helper()
	counts := testkit.Counts(s.T, s.service.db)
	for _, table := range []string{ // what goes with a person
		"answers", "absences", "circle_messages", "told", "date_votes", "courtesies", "foreign_calendars", "busy_times", "tokens", "idempotency_keys", "sign_ins", "sign_in_requests", "oidc_subjects",
		"address_changes", "facilitator_invitations",
	} {
		delete(counts, table)
	}
	for _, table := range []string{"journal", "notices", "limits", "job_runs"} { // what goes on
		delete(counts, table)
	}
	err := s.service.db.Read(s.Context(), func(tx database.Tx) error {
		for name, statement := range map[string]string{
			"placed":       "select count(*) from applications where state = 'placed'",
			"not placed":   "select count(*) from applications where state in ('waiting', 'withdrawn')",
			"were members": "select count(*) from members where in_at is not null",
			"letters sent": "select count(*) from letters where state = 'sent'",
			"programmes without facilitator": `select count(*) from programmes p where not exists
				(select 1 from facilitators f where f.programme_id = p.id)`,
		} {
			var n int
			if err := tx.Gorm().Raw(statement).Row().Scan(&n); err != nil {
				return err
			}
			counts[name] = n
		}
		return nil
	})
	if err != nil {
		s.Fatal(err)
	}
	for _, answer := range []string{"yes", "no", "unsure"} {
		counts["said "+answer] = s.get(owner, "/api/v1/sessions/"+s.session("2018-02-20").text("id")).number("answers." + answer)
	}
	return counts
}

func (s *story) sameCounts(before, after map[string]int) {
	s.Helper()
	for name, n := range before {
		if after[name] != n {
			s.Errorf("%s: %d before, %d after", name, n, after[name])
		}
	}
	if before["said no"] != 1 || before["said yes"] != 1 || before["were members"] != 5 {
		s.Errorf("this life leaves little to count: %v", before)
	}
	broken := 0
	err := s.service.db.Read(s.Context(), func(tx database.Tx) error {
		if tx.Postgres() {
			return nil // it checks by itself
		}
		var rows []map[string]any
		err := tx.Gorm().Raw("pragma foreign_key_check").Scan(&rows).Error
		broken = len(rows)
		return err
	})
	if err != nil || broken > 0 {
		s.Errorf("%d rows point at nothing: %v", broken, err)
	}
}

// letsNobodyIn tries all that opened a door.
func (s *story) letsNobodyIn(b *browser, token, link string) {
	s.Helper()
	if b.signedIn() {
		s.Error("the cookie lets her in")
	}
	s.tokens["her program"] = token
	s.refused("her program", http.MethodGet, "/api/v1/me", nil, http.StatusUnauthorized, "token-refused")
	if status, page := s.open(http.MethodGet, pathOf(link), nil); status/100 != 4 {
		s.Errorf("a link in a letter: %d %s", status, page)
	}
	s.browser().asks(anke.email)
	s.silent(anke.email)
}

// goesOn looks at her circle as the others do.
func (s *story) goesOn(erased string) {
	s.Helper()
	s.settle()
	for _, as := range []string{owner, bert.email} {
		for _, path := range []string{"", "/sessions", "/members", "/health", "/journal", "/breaks", "/motions"} {
			s.get(as, s.circle+path)
		}
		s.get(as, "/api/v1/sessions/"+s.session("2018-02-27").text("id"))
	}
	s.get(owner, s.programme+"/applications")
	s.get(owner, s.programme+"/letters")
	if seats := s.state(); seats.number("seats.accepted") != 4 || seats.number("seats.free") != 1 {
		s.Errorf("the seats are %s", seats)
	}
	for _, session := range s.get(bert.email, s.circle+"/sessions").items() {
		if session.text("state") == "planned" && session.text("host.first_name") == "" {
			s.Errorf("nobody leads %s", session)
		}
	}
	for _, one := range s.get(bert.email, s.circle+"/members").items() {
		if (one.text("person_id") == erased || one.text("first_name") == "") && one.text("state") != "left" {
			s.Errorf("she is %s", one)
		}
	}
}

// signsUpAnew makes a new person of the old address.
func (s *story) signsUpAnew(old identity.Person) {
	s.Helper()
	s.signUpElsewhere(anke)
	s.letters(anke.email)
	if p := s.person(anke.email); p.ID == old.ID || !p.Confirmed() {
		s.Errorf("signed up is %+v", p)
	}
}

// signUpElsewhereUnheard signs somebody up to whom no letter goes.
func (s *story) signUpElsewhereUnheard(one soul) {
	s.Helper()
	open := s.get(owner, "/api/v1/programmes").items()
	i := slices.IndexFunc(open, func(p object) bool { return p.text("name") == "Zomer" })
	s.post(nobody, "/api/v1/programmes/"+open[i].text("id")+"/applications", applies(one, "", "mon", "09:00", "12:00"))
	s.settle()
}
