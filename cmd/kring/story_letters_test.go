package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"kring/internal/database"
	"kring/internal/wall"
)

// sent is a mail, with what it tells.
type sent struct {
	letter
	to    string
	kinds string // "flag_asked+reminder_two_days"
	at    time.Time
}

// mails are all mails of the story, in the order in which they came.
func (s *story) mails() []sent {
	s.Helper()
	s.settle()
	kinds := s.kinds()
	var all []sent
	for _, m := range s.sink.Mails() {
		at, err := m.Header.Date()
		if err != nil || len(m.Envelope.To) != 1 || kinds[m.MessageID] == "" {
			s.Fatalf("mail %q to %v: date %v, letter %q", m.Subject, m.Envelope.To, err, m.MessageID)
		}
		all = append(all, sent{letter{m, s.life}, m.Envelope.To[0], kinds[m.MessageID], at})
	}
	return all
}

// kinds are what each letter tells, by its Message-ID. A mail does not say so itself.
func (s *story) kinds() map[string]string {
	s.Helper()
	var rows []struct{ MessageID, Kinds string }
	err := s.service.db.Read(s.Context(), func(tx database.Tx) error {
		return tx.Gorm().Raw("select message_id, kinds from letters").Scan(&rows).Error
	})
	if err != nil {
		s.Fatal(err)
	}
	all := map[string]string{}
	for _, row := range rows {
		var kinds []string
		if err := json.Unmarshal([]byte(row.Kinds), &kinds); err != nil {
			s.Fatal(err)
		}
		slices.Sort(kinds)
		all[row.MessageID] = strings.Join(kinds, "+")
	}
	return all
}

// last is the newest mail to somebody that tells of a kind.
func (s *story) last(to, kind string) sent {
	s.Helper()
	mails := s.mails()
	for i := len(mails) - 1; i >= 0; i-- {
		if mails[i].to == to && slices.Contains(strings.Split(mails[i].kinds, "+"), kind) {
			return mails[i]
		}
	}
	s.Fatalf("%s never got a letter of kind %s", to, kind)
	return sent{}
}

// asked is the last question how a session went, which goes to its host.
func (s *story) asked() sent {
	s.Helper()
	mails := s.mails()
	for i := len(mails) - 1; i >= 0; i-- {
		if mails[i].kinds == "outcome_question" {
			return mails[i]
		}
	}
	s.Fatal("nobody was asked how it went")
	return sent{}
}

// told checks who got which letters, exactly: "begin 1, ended 1, reminder_hour 4".
func (s *story) told(want map[string]string) {
	s.Helper()
	got := tally(s.mails())
	for _, to := range slices.Sorted(maps.Keys(got)) {
		if want[to] == "" {
			s.Errorf("%s got\n  %s\nwant none", to, got[to])
		}
	}
	for _, to := range slices.Sorted(maps.Keys(want)) {
		if got[to] != want[to] {
			s.Errorf("%s got\n  %s\nwant\n  %s", to, got[to], want[to])
		}
	}
}

// tally is how many letters of which kinds each person got.
func tally(mails []sent) map[string]string {
	counts := map[string]map[string]int{}
	for _, m := range mails {
		if counts[m.to] == nil {
			counts[m.to] = map[string]int{}
		}
		counts[m.to][m.kinds]++
	}
	lines := map[string]string{}
	for to, kinds := range counts {
		var parts []string
		for _, kind := range slices.Sorted(maps.Keys(kinds)) {
			parts = append(parts, fmt.Sprintf("%s %d", kind, kinds[kind]))
		}
		lines[to] = strings.Join(parts, ", ")
	}
	return lines
}

// decent checks what holds for every letter of every story.
func (s *story) decent() {
	s.Helper()
	if s.log.Len() > 0 {
		s.Errorf("the log warns:\n%s", s.log)
	}
	seen, people := map[string]bool{}, map[string]soul{}
	for _, m := range s.mails() {
		if _, known := people[m.to]; !known {
			people[m.to] = s.soul(m.to)
		}
		to := people[m.to]
		if m.Err != nil {
			s.Errorf("%q to %s cannot be read: %v", m.Subject, m.to, m.Err)
		}
		if seen[m.MessageID] {
			s.Errorf("%q to %s came twice", m.Subject, m.to)
		}
		seen[m.MessageID] = true
		if said := m.Header.Get("Content-Language"); said != to.language {
			s.Errorf("%q to %s is in %q, want %q", m.Subject, m.to, said, to.language)
		}
		if list := m.Header.Get("List-Id") != ""; list != (m.Header.Get("List-Unsubscribe-Post") != "") {
			s.Errorf("%q to %s has a list without a way off it, or the other way about", m.Subject, m.to)
		}
		if strings.Contains(m.kinds, "reminder_two_days") {
			s.byDay(m, to.zone)
		}
		s.notAtNight(m, to.zone)
		for _, other := range s.cast {
			if other.email != m.to && strings.Contains(string(m.Raw), other.email) {
				s.Errorf("%q to %s holds the address of %s", m.Subject, m.to, other.name)
			}
		}
	}
}

// byDay checks that a letter came between 8 and 18 h where its reader is.
func (s *story) byDay(m sent, zone string) {
	s.Helper()
	loc, err := wall.LoadZone(zone)
	if err != nil {
		s.Fatal(err)
	}
	if at := m.at.In(loc); at.Hour() < 8 || at.Hour() > 18 || at.Hour() == 18 && at.Minute() > 1 {
		s.Errorf("%q came to %s at %s", m.Subject, m.to, at)
	}
}

// notAtNight checks that what can wait does not come while its reader sleeps: between 22 and 7 h where nobody said
// otherwise.
func (s *story) notAtNight(m sent, zone string) {
	s.Helper()
	loc, err := wall.LoadZone(zone)
	if err != nil {
		s.Fatal(err)
	}
	for _, kind := range []string{"date_proposal", "go_no_go", "dates_changed", "quorum_lost", "flag_asked"} {
		if at := m.at.In(loc); strings.Contains(m.kinds, kind) && (at.Hour() < 7 || at.Hour() >= 22) {
			s.Errorf("%q came to %s at %s", m.Subject, m.to, at)
		}
	}
}
