package ical_test

import (
	"fmt"
	"strings"
	"testing"

	"kring/scheduling/ical"
)

// answer is a file that answers, of these lines in its event.
func answer(method string, lines ...string) []byte {
	all := append([]string{"BEGIN:VCALENDAR", "VERSION:2.0", "METHOD:" + method, "BEGIN:VEVENT"}, lines...)
	return []byte(strings.Join(append(all, "END:VEVENT", "END:VCALENDAR", ""), "\r\n"))
}

func TestReadAnswers(t *testing.T) {
	for name, one := range map[string]struct {
		file []byte
		want string
	}{
		"one session, as Outlook writes it": {answer("REPLY", "ATTENDEE;PARTSTAT=ACCEPTED;CN=An:mailto:An@Example.org", "UID:c-1@kring.example.org",
			"RECURRENCE-ID;TZID=Romance Standard Time:20170613T123000", "DTSTAMP:20170601T080910Z", "DTSTART;TZID=Romance Standard Time:20170613T123000", "SEQUENCE:3"),
			"REPLY c-1@kring.example.org 2017-06-13T10:30Z 3 2017-06-13T10:30Z 2017-06-01T08:09Z an@example.org ACCEPTED"},
		"the whole series": {answer("reply", "UID:c-1@x", "DTSTAMP:20170601T080910Z", "ATTENDEE;CN=\"Peeters: An; c/o\";PARTSTAT=declined:MAILTO:an@example.org"),
			"REPLY c-1@x all 0 - 2017-06-01T08:09Z an@example.org DECLINED"},
		"folded, in UTC": {answer("COUNTER", "UID:c-1@x", "RECURRENCE-ID:20170613T103000Z", "DTSTART:20170613T140000Z", "ATTENDEE;PARTSTAT=TENTATIVE;CN=A very lo", " ng name:mailto:an@exam", " ple.org"),
			"COUNTER c-1@x 2017-06-13T10:30Z 0 2017-06-13T14:00Z - an@example.org TENTATIVE"},
		"an attendee without an answer, and twice": {answer("REPLY", "UID:x", "ATTENDEE:mailto:an@example.org", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:an@example.org"),
			"REPLY x all 0 - - an@example.org "},
		"an invitation":               {answer("REQUEST", "UID:x", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:an@example.org"), "REQUEST"},
		"a place that cannot be read": {answer("REPLY", "UID:x", "RECURRENCE-ID:soon", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:an@example.org"), "REPLY"},
	} {
		t.Run(name, func(t *testing.T) {
			method, answers, err := ical.ReadAnswers(one.file)
			got := method
			for _, a := range answers {
				place, start, stamp := "all", "-", "-"
				if a.Place != nil {
					place = a.Place.Format("2006-01-02T15:04Z")
				}
				if !a.StartAt.IsZero() {
					start = a.StartAt.Format("2006-01-02T15:04Z")
				}
				if !a.Stamp.IsZero() {
					stamp = a.Stamp.Format("2006-01-02T15:04Z")
				}
				got += fmt.Sprint(" ", a.UID, " ", place, " ", a.Sequence, " ", start, " ", stamp, " ", a.Attendee, " ", a.PartStat)
			}
			if err != nil || got != one.want {
				t.Errorf("%v\n%s\n%s", err, got, one.want)
			}
		})
	}
	for _, wrong := range []string{"", "hello", "BEGIN:VCARD\r\nEND:VCARD\r\n"} {
		if _, _, err := ical.ReadAnswers([]byte(wrong)); err == nil {
			t.Errorf("%q was read", wrong)
		}
	}
}

func TestAnswersAreBounded(t *testing.T) {
	lines := []string{"UID:x"}
	for i := range 5000 {
		lines = append(lines, fmt.Sprintf("ATTENDEE;PARTSTAT=ACCEPTED:mailto:a%d@example.org", i))
	}
	if _, answers, err := ical.ReadAnswers(answer("REPLY", lines...)); err != nil || len(answers) != 100 {
		t.Errorf("%d answers, %v", len(answers), err)
	}
}

func FuzzReadAnswers(f *testing.F) {
	f.Add(answer("REPLY", "UID:x", "RECURRENCE-ID;TZID=Romance Standard Time:20170613T123000", "ATTENDEE;PARTSTAT=ACCEPTED:mailto:an@example.org"))
	f.Add([]byte("BEGIN:VCALENDAR\nMETHOD:COUNTER\nBEGIN:VTIMEZONE\nTZID:Mine\nBEGIN:STANDARD\nDTSTART:16010101T000000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nDTSTART;TZID=Mine:20170613T123000\nATTENDEE:x\nEND:VEVENT\nEND:VCALENDAR\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, answers, err := ical.ReadAnswers(data)
		if err != nil && answers != nil {
			t.Error("answers beside an error")
		}
	})
}

// An attendee is a mailto address (RFC 6068): what stands for itself in a mail address may be written by its number.
func TestAnAttendeeMayBeWrittenByNumbers(t *testing.T) {
	for written, want := range map[string]string{
		"mailto:An%2BKring@example.org": "an+kring@example.org", "MAILTO:an+kring@example.org": "an+kring@example.org",
		"mailto:a%b@example.org": "a%b@example.org", "an@example.org": "an@example.org",
	} {
		file := "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:x\r\nATTENDEE;PARTSTAT=ACCEPTED:" + written + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
		_, answers, err := ical.ReadAnswers([]byte(file))
		if err != nil || len(answers) != 1 || answers[0].Attendee != want {
			t.Errorf("%s: %v, %v", written, answers, err)
		}
	}
}
