package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// A member moves a date with nothing but her browser: she looks, does it, takes it back before anybody was written to,
// and does it again out of a letter; then everybody gets one mail, in the morning, and has the new date.
func TestAMemberMovesADateInTheBrowser(t *testing.T) {
	live(t, "2026-09-01T07:00:00Z", func(l *life) {
		members := []string{"ann@example.org", "ben@example.org", "cas@example.org", "dirk@example.org"}
		circle := l.aCircle("2026-09-08", "Ann", "Ben", "Cas", "Dirk")
		for _, to := range members {
			l.press(l.letter(to).link("yes"), nil)
			l.letter(to) // the seat is hers
		}
		l.post(owner, "/api/v1/circles/"+circle+"/begin", object{})
		begun := l.letter("ann@example.org")
		for _, to := range members[1:] {
			l.letter(to)
		}
		second := l.get("ann@example.org", "/api/v1/circles/"+circle+"/sessions").items()[1]
		date := "/circles/" + circle + "/plan/dates/" + second.text("id")
		move := url.Values{"do": {"move"}, "date": {"2026-09-17"}, "time": {"12:30"}, "which": {"one"}}

		l.until("2026-09-02T10:00:00Z")
		b := l.signsIn("ann@example.org")
		preview := b.follows("/me"+date, move)
		done := b.follows(preview, url.Values{"do": {"commit"}})
		if on := l.startOf("ann@example.org", second); on != "2026-09-17" {
			l.Errorf("done, the session is on %s", on)
		}
		b.follows(done, url.Values{"do": {"undo"}})
		if on := l.startOf("ann@example.org", second); on != "2026-09-15" {
			l.Errorf("taken back, the session is on %s", on)
		}
		l.until("2026-09-03T10:00:00Z")
		l.silent(members...)

		out := l.browser()
		path := begun.leadsTo(date)
		done = out.follows(out.follows(path, move), url.Values{"do": {"commit"}})
		if _, page, _ := out.open(http.MethodGet, done, nil); !strings.Contains(page, "donderdag 17 september 2026") {
			l.Errorf("the page says nothing of the new date:\n%s", page)
		}
		l.silent(members...) // it can wait until the morning
		l.until("2026-09-04T07:00:00Z")
		for _, to := range members {
			if m := l.letter(to); !strings.Contains(m.Text, "17 ") || len(m.Calendars)+len(m.Files) == 0 {
				l.Errorf("%q to %s has no new date or no calendar:\n%s", m.Subject, to, m.Text)
			}
		}
	})
}

// startOf is the date of a session on the circle's wall.
func (l *life) startOf(as string, session object) string {
	l.Helper()
	return l.get(as, "/api/v1/sessions/"+session.text("id")).text("local.date")
}

// follows sends a form, opens the page that it leads to, and answers that page's address.
func (b *browser) follows(path string, form url.Values) string {
	b.Helper()
	status, page, to := b.open(http.MethodPost, path, form)
	if status != http.StatusSeeOther {
		b.Fatalf("POST %s %v: %d %s", path, form, status, page)
	}
	if status, page, _ := b.open(http.MethodGet, to, nil); status != http.StatusOK {
		b.Fatalf("GET %s: %d %s", to, status, page)
	}
	return to
}

// leadsTo is the address of a page below the letter's link to its reader's dates.
func (m letter) leadsTo(below string) string {
	m.l.Helper()
	for _, address := range linkLine.FindAllString(m.Text, -1) {
		path := strings.TrimPrefix(address, m.l.service.config.publicURL)
		if status, _ := m.l.open(http.MethodGet, path+below, nil); status == http.StatusOK {
			return path + below
		}
	}
	m.l.Fatalf("no link of %q leads to %s", m.Subject, below)
	return ""
}
