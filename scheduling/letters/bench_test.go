package letters

import (
	"strconv"
	"testing"
	"time"

	"kring/internal/identity"
	"kring/internal/outbox"
	"kring/internal/testkit"

	"kring/scheduling"
)

// BenchmarkReminders composes the reminders of a circle of five, text and HTML included, within one pass.
func BenchmarkReminders(b *testing.B) {
	w := newWorld(b, testkit.Open(b, testkit.SQLite(b)), 2045) // ahead of the wall clock, with the weekdays of 2017
	w.begin()
	w.until("2045-08-29 11:00")
	var people []identity.Person
	var notices [][]outbox.Notice
	for _, name := range []string{"An", "Ben", "Cato", "Dirk", "Els"} {
		people = append(people, w.person(name))
		notices = append(notices, w.last(name, scheduling.NoticeReminderTwoDays))
	}
	compose := w.letters.Table()[scheduling.NoticeReminderTwoDays].Compose
	for _, bench := range []struct {
		name    string
		circles int // letters after which a pass begins anew: how many share a circle's reading
	}{{"five to a circle", 5}, {"each for itself", 1}} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			pass := w.letters.Pass(w.ctx)
			for i := range b.N {
				if i%bench.circles == 0 {
					pass = w.letters.Pass(w.ctx)
				}
				m, err := compose(pass, people[i%5], notices[i%5])
				if err != nil || len(m.Body.Text())+len(m.Body.HTML("nl", m.Subject)) == 0 {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "letters/s")
		})
	}
}

// BenchmarkInvitations writes the invitation to a run of thirteen sessions, each to somebody else: the calendar file alone,
// and the whole begin letter with its text, its HTML and the file, five letters to a circle as a pass sends them.
func BenchmarkInvitations(b *testing.B) {
	w := newWorld(b, testkit.Open(b, testkit.SQLite(b)), 2045)
	w.letters.replyAddress = func(token string) string { return "reply+" + token + "@kring.example.org" }
	w.begin()
	var people []identity.Person
	var notices [][]outbox.Notice
	for _, name := range []string{"An", "Ben", "Cato", "Dirk", "Els"} {
		people = append(people, w.person(name))
		notices = append(notices, w.last(name, scheduling.NoticeBegin))
	}
	invited := func(i int) identity.Person {
		person := people[i%5]
		person.Email = "person" + strconv.Itoa(i) + "@example.org"
		return person
	}
	b.Run("file", func(b *testing.B) {
		b.ReportAllocs()
		l := got(w.letters.letter(w.ctx, people[0], notices[0]))(b)
		used := testkit.CPU(b)
		for i := range b.N {
			l.to, l.files = invited(i), nil
			if err := l.attachRun(false); err != nil || len(l.files) != 1 {
				b.Fatal(err)
			}
		}
		measured(b, used, "files")
	})
	b.Run("letter", func(b *testing.B) {
		b.ReportAllocs()
		compose := w.letters.Table()[scheduling.NoticeBegin].Compose
		pass := w.letters.Pass(w.ctx)
		used := testkit.CPU(b)
		for i := range b.N {
			if i%5 == 0 {
				pass = w.letters.Pass(w.ctx)
			}
			m, err := compose(pass, invited(i), notices[i%5])
			if err != nil || len(m.Calendars) != 1 || len(m.Body.Text())+len(m.Body.HTML("nl", m.Subject)) == 0 {
				b.Fatal(err)
			}
		}
		measured(b, used, "letters")
	})
}

// measured says how many there were in a second, and how many in a second of one processor's time: what the machine's
// neighbours take is in the first figure alone.
func measured(b *testing.B, used time.Duration, what string) {
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), what+"/s")
	b.ReportMetric(float64(b.N)/(testkit.CPU(b)-used).Seconds(), what+"/cpu-s")
}
