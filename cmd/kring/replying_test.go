package main

import (
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"kring/internal/clock"
	"kring/internal/mail/catcher"
	"kring/internal/testkit"
	"kring/internal/testkit/dovecot"
	"kring/internal/testkit/smtpsink"
)

// The program with a real mailbox and a door of its own: what it writes into invitations and envelopes comes back, and
// counts.
func TestAnswersComeBackToTheProgram(t *testing.T) {
	testkit.URLs(t, func(t *testing.T, database string) {
		sink, server := smtpsink.Start(t), dovecot.Start(t, dovecot.Options{})
		socket := filepath.Join(t.TempDir(), "lmtp")
		r := serving(t, settingsFor(database, "KRING_SMTP_URL="+sink.URL(), "KRING_PUBLIC_URL=https://kring.example.org",
			"KRING_REPLY_ADDRESS=reply@kring.example.org", "KRING_IMAP_URL="+server.URL("reply"), "KRING_LMTP_ADDR=unix:"+socket)...)
		circle, begun := r.begins(sink)

		an := begun["lid-0@example.org"]
		field := func(name string) string {
			unfolded := strings.ReplaceAll(string(an.Calendars[0].Body), "\r\n ", "")
			found := regexp.MustCompile(`(?m)^` + name + `[;:](?:.*:)?(.*?)\r?$`).FindStringSubmatch(unfolded)
			if found == nil {
				t.Fatalf("the invitation has no %s:\n%s", name, unfolded)
			}
			return found[1]
		}
		organiser := field("ORGANIZER")
		if strings.Contains(organiser, "MAILTO:") {
			organiser = organiser[strings.LastIndex(organiser, ":")+1:]
		}
		start := regexp.MustCompile(`(?m)^DTSTART;(.*?)\r?$`).FindAllStringSubmatch(string(an.Calendars[0].Body), -1)
		first := start[len(start)-1][1]
		answer := fmt.Sprintf("From: lid-0@example.org\r\nTo: %s\r\nDate: Mon, 01 Jan 2024 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n"+
			"Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:%s\r\n"+
			"RECURRENCE-ID;%s\r\nDTSTART;%s\r\nSEQUENCE:%s\r\nDTSTAMP:%s\r\nATTENDEE;PARTSTAT=DECLINED:mailto:lid-0@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
			organiser, field("UID"), first, first, field("SEQUENCE"), clock.System().Now().Format("20060102T150405Z"))
		server.Deliver("lid-0@example.org", organiser, []byte(answer))
		if outcome, found := r.errs.after("outcome="); !found || outcome != "recorded" {
			t.Fatalf("outcome %q\n%s", outcome, r.errs)
		}
		if _, sessions := r.get(circle + "/sessions"); strings.Count(sessions, `"no":1`) != 1 {
			t.Errorf("not one session has one no: %s", sessions)
		}

		back := begun["lid-1@example.org"].Envelope.From
		report := "From: mailer-daemon@example.org\r\nTo: " + back + "\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" +
			"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; lid-1@example.org\r\n" +
			"Action: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		if err := smtp.NewClientLMTP(conn).SendMail("", []string{back}, strings.NewReader(report)); err != nil {
			t.Fatal(err)
		}
		if outcome, found := r.errs.after("outcome="); !found || outcome != "bounced" {
			t.Fatalf("outcome %q\n%s", outcome, r.errs)
		}
		_, shown := r.get("/metrics")
		for _, line := range []string{`kring_mails_total{outcome="recorded"} 1`, `kring_mails_total{outcome="bounced"} 1`, "kring_reply_mailbox_up 1"} {
			if !strings.Contains(shown, line+"\n") {
				t.Errorf("/metrics does not say %s", line)
			}
		}
	})
}

// begins opens a circle of five, lets everybody press yes, and begins it: its address, and the begin letters by recipient.
func (r *running) begins(sink *smtpsink.Sink) (circle string, begun map[string]catcher.Mail) {
	r.t.Helper()
	opened := r.tell("POST", "/api/v1/programmes", object{
		"name": "Leren van elkaar", "purpose": "Samen leren", "guide_set": "wol", "language": "nl", "zone": "Europe/Brussels", "holidays": "be",
	})
	var members []object
	for i := range invited {
		members = append(members, object{"name": fmt.Sprint("Lid ", i), "email": fmt.Sprintf("lid-%d@example.org", i), "letter_language": "nl"})
	}
	made := r.tell("POST", "/api/v1/circles", object{
		"programme_id": opened.text("id"), "name": "De Dinsdagen", "slot": object{"weekday": "tue", "time": "12:30"}, "members": members,
		"starts_on": clock.System().Now().AddDate(0, 0, 30).Format(time.DateOnly),
	})
	circle = "/api/v1/circles/" + made.text("id")
	yes := regexp.MustCompile(`https://kring\.example\.org(/l/[^?\s]+)\?choice=yes`)
	for _, m := range sink.Await(r.t, invited) {
		found := yes.FindStringSubmatch(m.Text)
		if found == nil {
			r.t.Fatalf("no yes in %s", m.Text)
		}
		r.sends(http.MethodPost, found[1], "choice=yes", http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
	}
	sink.Await(r.t, 2*invited) // you are in
	r.sends(http.MethodPost, circle+"/begin", "{}", http.Header{
		"Content-Type": {"application/json"}, "Authorization": {"Bearer " + r.token}, "If-Match": {"*"},
	})
	begun = map[string]catcher.Mail{}
	for _, m := range sink.Await(r.t, 3*invited)[2*invited:] {
		begun[m.Envelope.To[0]] = m
	}
	return circle, begun
}

// sends sends something that goes well.
func (r *running) sends(method, path, body string, header http.Header) {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header = header
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := response.Body.Close(); err != nil || response.StatusCode >= 400 {
		r.t.Fatalf("%s %s: %d", method, path, response.StatusCode)
	}
}
