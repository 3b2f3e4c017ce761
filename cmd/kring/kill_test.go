package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/testkit"
	"kring/internal/testkit/smtpsink"
)

// A process that is killed while it hands letters over loses none: another sends them when the lease is over. What the
// mail server had taken and nobody could write down any more comes twice, under the same Message-ID.
func TestAKilledProcessLosesNoLetter(t *testing.T) {
	testkit.URLs(t, func(t *testing.T, url string) {
		sink := smtpsink.Start(t)
		env := settingsFor(url, "KRING_SMTP_URL="+sink.URL(), "KRING_PUBLIC_URL=https://kring.example.org")
		first, running := process(t, env...)
		opened := first.tell("POST", "/api/v1/programmes", object{
			"name": "Leren van elkaar", "purpose": "Samen leren", "guide_set": "wol", "language": "nl", "zone": "Europe/Brussels", "holidays": "be",
		})
		first.invite(opened.text("id"), 0)
		sink.Await(t, invited)

		arrived, release := sink.Hold()
		for n := range 4 {
			first.invite(opened.text("id"), 1+n)
		}
		<-arrived
		if err := running.Kill(); err != nil {
			t.Fatal(err)
		}
		<-first.ended
		release()
		leasesAreOver(t, url)

		second, _ := process(t, env...)
		mails := sink.Await(t, 5*invited+1) // the one that was held is there twice
		second.stop()
		if code := <-second.ended; code != 0 {
			t.Errorf("exit code %d\n%s", code, second.errs)
		}
		ids := map[string]string{}
		for _, m := range mails {
			if to, known := ids[m.MessageID]; known && to != m.To {
				t.Errorf("%s went to %s and to %s", m.MessageID, to, m.To)
			}
			ids[m.MessageID] = m.To
		}
		if len(mails) != 5*invited+1 || len(ids) != 5*invited {
			t.Errorf("%d mails with %d Message-IDs", len(mails), len(ids))
		}
		unsent(t, url)
	})
}

// invited is how many people a circle of invite has.
const invited = 5

// invite opens the n-th circle of a programme.
func (r *running) invite(programmeID string, n int) {
	r.t.Helper()
	var members []object
	for i := range invited {
		members = append(members, object{"name": fmt.Sprintf("Lid %d", i), "email": fmt.Sprintf("lid-%d-%d@example.org", n, i), "letter_language": "nl"})
	}
	r.tell("POST", "/api/v1/circles", object{
		"programme_id": programmeID, "name": fmt.Sprintf("Kring %d", n), "slot": object{"weekday": "tue", "time": "12:30"}, "members": members,
	})
}

// tell asks and answers what was made.
func (r *running) tell(method, path string, body object) (made object) {
	r.t.Helper()
	status, answer := r.ask(method, path, body)
	if err := json.Unmarshal([]byte(answer), &made); status != http.StatusCreated || err != nil {
		r.t.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
	return made
}

// leasesAreOver lets the five minutes pass that a claim lasts.
func leasesAreOver(t *testing.T, url string) {
	t.Helper()
	err := testkit.Open(t, url).Write(t.Context(), func(tx database.Tx) error {
		past := clock.System().Machine().Add(-time.Minute)
		done := tx.Gorm().Exec("UPDATE letters SET lease_until = ? WHERE state = 'sending'", past)
		if done.Error == nil && done.RowsAffected == 0 {
			t.Error("the killed process had claimed nothing")
		}
		return done.Error
	})
	if err != nil {
		t.Fatal(err)
	}
}

// unsent checks that every letter was sent.
func unsent(t *testing.T, url string) {
	t.Helper()
	var left []string
	err := testkit.Open(t, url).Read(t.Context(), func(tx database.Tx) error {
		return tx.Gorm().Raw("SELECT state FROM letters WHERE state <> 'sent' UNION ALL SELECT state FROM notices WHERE state <> 'in_letter'").Scan(&left).Error
	})
	if err != nil || len(left) > 0 {
		t.Errorf("not sent: %q, %v", left, err)
	}
}

// A process that is killed between a look at other dates and their commit loses nothing: what was looked at is committed by
// the next one. Killed once it has answered, it leaves the new dates behind, and the letters about them, each once.
func TestAKilledProcessLosesNoPlan(t *testing.T) {
	testkit.URLs(t, func(t *testing.T, url string) {
		sink := smtpsink.Start(t)
		env := settingsFor(url, "KRING_SMTP_URL="+sink.URL(), "KRING_PUBLIC_URL=https://kring.example.org")
		first, killed := process(t, env...)
		circle, _ := first.begins(sink)
		_, before := first.get(circle + "/sessions")
		looked := first.tell("POST", circle+"/replans", object{"kind": "shift", "weeks": 1})
		kill := func(r *running, of *os.Process) {
			t.Helper()
			if err := of.Kill(); err != nil {
				t.Fatal(err)
			}
			<-r.ended
		}
		kill(first, killed)

		second, killed := process(t, env...)
		second.token = first.token
		if _, now := second.get(circle + "/sessions"); now != before {
			t.Errorf("the dates were\n%s\nand are\n%s", before, now)
		}
		plan := "/api/v1/replans/" + looked.text("id")
		if status, done := second.ask("POST", plan+"/commit", object{}); status != http.StatusOK || !strings.Contains(done, `"state":"committed"`) {
			t.Fatalf("committed it is %d %s", status, done)
		}
		_, after := second.get(circle + "/sessions")
		kill(second, killed)

		third, _ := process(t, env...)
		third.token = first.token
		if _, now := third.get(circle + "/sessions"); now != after || now == before {
			t.Errorf("the dates are\n%s", now)
		}
		if status, again := third.ask("POST", plan+"/commit", object{}); status != http.StatusConflict || !strings.Contains(again, "already-committed") {
			t.Errorf("committed once more: %d %s", status, again)
		}
		if n := toBeTold(t, url); n != invited {
			t.Errorf("%d people will hear of it", n)
		}
	})
}

// toBeTold is how many people a letter about changed dates waits for, or has reached; it fails where one has two.
func toBeTold(t *testing.T, url string) int {
	t.Helper()
	var people []string
	err := testkit.Open(t, url).Read(t.Context(), func(tx database.Tx) error {
		return tx.Gorm().Raw("SELECT person_id FROM notices WHERE kind = 'dates_changed' AND state <> 'void'").Scan(&people).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(people)
	if once := slices.Compact(slices.Clone(people)); len(once) != len(people) {
		t.Errorf("%d letters for %d people", len(people), len(once))
	}
	return len(people)
}

// A process that is told to stop while it delivers finishes the letter under way and gives the others back.
func TestStoppingGivesLettersBack(t *testing.T) {
	testkit.URLs(t, func(t *testing.T, url string) {
		sink := smtpsink.Start(t)
		env := settingsFor(url, "KRING_SMTP_URL="+sink.URL(), "KRING_PUBLIC_URL=https://kring.example.org")
		first := serving(t, env...)
		opened := first.tell("POST", "/api/v1/programmes", object{
			"name": "Leren van elkaar", "purpose": "Samen leren", "guide_set": "wol", "language": "nl", "zone": "Europe/Brussels", "holidays": "be",
		})
		arrived, release := sink.Hold()
		first.invite(opened.text("id"), 0)
		<-arrived
		first.stop()
		if _, found := first.errs.after("msg=stopping"); !found {
			t.Fatalf("it did not stop:\n%s", first.errs)
		}
		release()
		if code := <-first.ended; code != 0 {
			t.Errorf("exit code %d\n%s", code, first.errs)
		}
		serving(t, env...)
		sink.Await(t, invited)
		to := map[string]bool{}
		for _, m := range sink.Mails() {
			to[m.To] = true
		}
		if sink.Taken() != invited || len(to) != invited {
			t.Errorf("%d mails to %d people", sink.Taken(), len(to))
		}
	})
}

// Two processes on one database send each letter once.
func TestTwoProcessesSendEachLetterOnce(t *testing.T) {
	testkit.URLs(t, func(t *testing.T, url string) {
		sink := smtpsink.Start(t)
		env := settingsFor(url, "KRING_SMTP_URL="+sink.URL()+"&connections=2", "KRING_PUBLIC_URL=https://kring.example.org")
		first := serving(t, env...)
		second := serving(t, env...)
		second.token = first.token
		opened := first.tell("POST", "/api/v1/programmes", object{
			"name": "Leren van elkaar", "purpose": "Samen leren", "guide_set": "wol", "language": "nl", "zone": "Europe/Brussels", "holidays": "be",
		})
		for n := range 8 {
			[]*running{first, second}[n%2].invite(opened.text("id"), n)
		}
		sink.Await(t, 8*invited)
		for _, r := range []*running{first, second} {
			r.stop()
			<-r.ended
		}
		to := map[string]bool{}
		for _, m := range sink.Mails() {
			to[m.To] = true
		}
		if sink.Taken() != 8*invited || len(to) != 8*invited {
			t.Errorf("%d mails to %d people", sink.Taken(), len(to))
		}
		unsent(t, url)
	})
}
