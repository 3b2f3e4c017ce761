package letters

import (
	"testing"

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
