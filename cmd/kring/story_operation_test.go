package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kring/internal/testkit"
	"kring/internal/testkit/smtpsink"
)

// four are the members of a circle.
func four(circle string) []soul {
	var all []soul
	for i, name := range []string{"An Maes", "Ben Smith", "Cato Mol", "Dirk Nys"} {
		first, _, _ := strings.Cut(strings.ToLower(name), " ")
		all = append(all, soul{name, first + "@" + circle + ".example.org", []string{"nl", "en"}[i%2], "Europe/Brussels"})
	}
	return all
}

// The program is down for thirty hours, over a reminder of one circle and a session of another. What is still of use is
// sent when it is back; what is not lapses, and says why.
func TestDowntime(t *testing.T) {
	tell(t, "2018-04-30T07:00:00Z", func(s *story) {
		programme := object{
			"name": "Lente", "purpose": "Van elkaar leren.", "guide_set": "wol", "language": "nl", "zone": "Europe/Brussels", "holidays": "be",
			"hour_reminder": true,
		}
		opens := func(name, weekday, starts string) object {
			return object{"name": name, "slot": object{"weekday": weekday, "time": "12:30"}, "starts_on": starts, "seats": 4}
		}
		s.opens(programme, opens("Donderdag", "thu", "2018-05-17"), four("do")...)
		s.join()
		s.begin()
		thursday := *s
		s.opens(programme, opens("Woensdag", "wed", "2018-05-16"), four("wo")...)
		s.join()
		s.begin()

		s.until("2018-05-15T08:00:00Z")
		before := len(s.mails())
		s.down(30 * time.Hour) // until Wednesday, 16 h on the wall
		s.backAgain(before, thursday.cast)
		s.press(s.asked().link("held"), nil)
		s.is(append([]string{"2018-05-16 held"}, s.dates()[1:]...)...)
		wednesday := s.cast
		s.circle, s.cast = thursday.circle, thursday.cast
		s.until("2018-05-17T11:45:00Z")
		s.press(s.asked().link("held"), nil)
		s.verdict("on_track")

		reminded := "begin 1, %sreminder_hour 1, reminder_two_days 1, seat_accepted 1, seat_offered 1"
		late := "begin 1, %sreminder_two_days 1, seat_accepted 1, seat_offered 1"
		want := map[string]string{owner: "weekly_overview 4"}
		for i, one := range s.cast {
			asked := ""
			if i == 0 {
				asked = "outcome_question 1, "
			}
			want[one.email], want[wednesday[i].email] = fmt.Sprintf(reminded, asked), fmt.Sprintf(late, asked)
		}
		s.told(want)
	})
}

// backAgain checks what came once the program was back.
func (s *story) backAgain(before int, thursday []soul) {
	s.Helper()
	came := tally(s.mails()[before:])
	want := map[string]string{s.cast[0].email: "outcome_question 1"}
	for _, one := range thursday {
		want[one.email] = "reminder_two_days 1"
	}
	if fmt.Sprint(came) != fmt.Sprint(want) {
		s.Errorf("when it was back came %v, want %v", came, want)
	}
	lapsed := s.get(owner, s.programme+"/letters?state=lapsed").items()
	if len(lapsed) != 1 || lapsed[0].text("kinds.0") != "reminder_hour" || lapsed[0].number("letters") != 4 || lapsed[0].text("reason") != "too-late" {
		s.Errorf("lapsed are %v", lapsed)
	}
}

// Two processes share a database for a week, and a circle speaks now to the one and now to the other: each letter comes
// once, and each flag.
func TestTwoProcessesLiveAWeek(t *testing.T) {
	testkit.URLs(t, func(t *testing.T, url string) {
		sink := smtpsink.Start(t)
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(instant(t, "2018-04-16T06:30:00Z"))) //nolint:forbidigo // virtual time
			one, other := &story{url: url}, &story{url: url}
			one.start(t, sink, ticking(t))
			other.start(t, sink, ticking(t))
			defer func() { one.end(one.stop); other.end(other.stop) }()
			other.tokens, other.read = one.tokens, one.read
			one.opens(object{
				"name": "Tweeling", "purpose": "Van elkaar leren.", "guide_set": "wol", "language": "nl", "zone": "Europe/Brussels",
				"holidays": "be", "hour_reminder": true,
			}, object{"name": "Twee processen", "slot": object{"weekday": "thu", "time": "12:30"}, "starts_on": "2018-04-19", "seats": 4}, four("twee")...)
			one.join()
			other.circle, other.programme, other.cast = one.circle, one.programme, one.cast
			other.begin()
			one.until("2018-04-17T11:00:00Z")
			for i, member := range one.cast {
				[]*story{one, other}[i%2].press(one.last(member.email, "reminder_two_days").link("yes"), nil)
			}
			one.until("2018-04-19T12:00:00Z")
			other.press(one.asked().link("missed"), nil)
			one.pass(askAtLeast + tick) // the one learns of what the other wrote
			one.verdict("wobbling", "early_miss")
			one.until("2018-04-24T11:00:00Z")
			one.decent()
			one.told(aWeekOfFour(one.cast))
			if made := one.journal(); made["begun"] != 1 || made["flag-raised"] != 1 {
				one.Errorf("the journal has %v", made)
			}
		})
	})
}

// ticking is what lets time act in service.
func ticking(t *testing.T) func(context.Context, *jobs) func() error {
	return func(ctx context.Context, j *jobs) func() error {
		t.Helper()
		ticks, err := startTicking(ctx, j)
		if err != nil {
			t.Fatal(err)
		}
		return ticks.stop
	}
}

func aWeekOfFour(cast []soul) map[string]string {
	want := map[string]string{owner: "weekly_overview 1"}
	for i, one := range cast {
		asked := ""
		if i == 0 {
			asked = "outcome_question 1, "
		}
		want[one.email] = "begin 1, flag_asked+reminder_two_days 1, " + asked + "reminder_hour 1, reminder_two_days 1, seat_accepted 1, seat_offered 1"
	}
	return want
}
