package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/testkit"
	"kring/internal/testkit/smtpsink"
	"kring/migrations"
)

// reminding is a Monday on which the reminders of Wednesday's sessions fall due.
var reminding = time.Date(2027, 5, 10, 9, 0, 0, 0, time.UTC)

const seats = 5

// BenchmarkReminders is the whole program from a reminder that falls due to a letter that a mail server has taken:
// circles locked and read, notices, letters, claims, composing in text and HTML, receipts; durably, in SQLite.
func BenchmarkReminders(b *testing.B) {
	for _, connections := range []int{1, 8} {
		b.Run(fmt.Sprintf("connections=%d", connections), func(b *testing.B) {
			sink := smtpsink.StartWith(b, smtpsink.Options{Discard: true})
			circles := max(1, b.N/seats)
			s := manyCircles(b, circles, fmt.Sprintf("%s&connections=%d", sink.URL(), connections))
			used := testkit.CPU(b)
			b.ResetTimer()
			for sink.Taken() < circles*seats {
				before := sink.Taken()
				s.jobs.RunDue(b.Context(), s.clock.Now())
				if sink.Taken() == before {
					b.Fatalf("%d letters of %d", before, circles*seats)
				}
			}
			b.StopTimer()
			b.ReportMetric(float64(circles*seats)/b.Elapsed().Seconds(), "letters/s")
			b.ReportMetric(float64((testkit.CPU(b)-used).Microseconds())/float64(circles*seats), "cpu-µs/letter")
		})
	}
}

// manyCircles is a service with running circles of which each has a reminder due.
func manyCircles(b *testing.B, circles int, smtp string) *service {
	b.Helper()
	path := filepath.Join(b.TempDir(), "bench.db")
	settings := settings{
		Addr: "127.0.0.1:8080", DatabaseURL: database.FileURL(path), SMTPURL: smtp, Secret: secret, OwnerEmail: "els@example.org",
		MailFrom: "Kring <kring@example.org>", Language: "nl", Zone: "Europe/Brussels", LogLevel: "error", LogFormat: "text",
		NetworkLimit: "300", ACME: "no",
	}
	config, err := settings.check()
	if err != nil {
		b.Fatal(err)
	}
	config.publicURL = "https://kring.example.org"
	in := ingredients{config: config, clock: clock.From(reminding), log: slog.New(slog.DiscardHandler), out: io.Discard}
	empty(b, config.databaseURL)
	write(b, path, circles)
	s, err := open(b.Context(), in)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.close(context.WithoutCancel(b.Context())); err != nil {
			b.Error(err)
		}
	})
	return s
}

// empty makes a database without rows.
func empty(b *testing.B, url string) {
	b.Helper()
	db, err := database.Open(b.Context(), database.Options{URL: url})
	if err == nil {
		err = migrations.Up(b.Context(), db)
	}
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
}

// write fills the database by SQL alone.
func write(b *testing.B, path string, circles int) {
	b.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+"?_synchronous=OFF")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	id := func(kind int, of string) string {
		return fmt.Sprintf("printf('%%08x-0000-7000-8000-%%012x', %d, %s)", kind, of)
	}
	count := func(n int) string {
		return fmt.Sprintf("with recursive n(i) as (select 0 union all select i + 1 from n where i < %d) ", n-1)
	}
	const began, programme = "'2027-04-05 09:00:00+00:00'", "'00000002-0000-7000-8000-000000000000'"
	const five = "(select 0 as m union select 1 union select 2 union select 3 union select 4)"
	week := func(hours int) string { // of session k
		return fmt.Sprintf("strftime('%%Y-%%m-%%d %%H:%%M:%%S+00:00', '2027-04-07 09:00:00', (k * 7) || ' days', '%d hours')", hours)
	}
	for _, statement := range []string{
		count(circles*seats) + `insert into people (id, email, name, letter_language, zone, confirmed_at, created_at, updated_at)
			select ` + id(1, "i") + `, 'p' || i || '@example.org', 'Person ' || i, iif(i % 2, 'nl', 'en'), 'Europe/Brussels', ` + began + `, ` + began + `, ` + began + ` from n`,
		`insert into programmes (id, name, purpose, guide_set, language, zone, holidays, quorum, state, created_at, updated_at)
			values (` + programme + `, 'Pilot', 'To learn aloud', 'wol', 'nl', 'Europe/Brussels', 'none', 3, 'open', ` + began + `, ` + began + `)`,
		count(circles) + `insert into circles (id, programme_id, name, state, guide_set, language, zone, holidays, quorum, slot_weekday, slot_at,
				starts_on, venue, video_link, seats, guide_week, begun_at, reasons_since, created_at, updated_at)
			select ` + id(3, "i") + `, ` + programme + `, 'Circle ' || i, 'running', 'wol', 'nl', 'Europe/Brussels', 'none', 3, 3, 660,
				'2027-04-07', 'Room 4', 'https://meet.example.org/kring', 5, 5, ` + began + `, ` + began + `, ` + began + `, ` + began + ` from n`,
		count(circles) + `insert into members (id, circle_id, person_id, state, host_turn, accepted_at, in_at, last_sign_at, created_at, updated_at)
			select ` + id(4, "i * 5 + m") + `, ` + id(3, "i") + `, ` + id(1, "i * 5 + m") + `, 'accepted', m + 1, ` + began + `, ` + began + `,
				'2027-05-06 09:00:00+00:00', ` + began + `, ` + began + ` from n, ` + five,
		count(circles) + `, w(k) as (select 0 union all select k + 1 from w where k < 12)
			insert into sessions (id, circle_id, ordinal, state, starts_at, ends_at, series, slot_starts_at, sequence, guide_week, host_id, outcome_at, created_at, updated_at)
			select ` + id(5, "i * 13 + k") + `, ` + id(3, "i") + `, k + 1, iif(k < 5, 'held', 'planned'), ` + week(0) + `, ` + week(1) + `, 1, ` + week(0) + `, 0,
				iif(k < 5, k, null), ` + id(4, "i * 5 + k % 5") + `, iif(k < 5, ` + week(2) + `, null), ` + began + `, ` + began + ` from n, w`,
		`insert into reminders (session_id, kind, circle_id, due_at)
			select id, r.kind, circle_id, strftime('%Y-%m-%d %H:%M:%S+00:00', starts_at, r.hours || ' hours') from sessions, (
				select 'two_days' as kind, -48 as hours union select 'hour', -1 union select 'outcome', 1 union select 'unrecorded', 73 union select 'forget', 169) r
			where state = 'planned'`,
		`insert into told (person_id, session_id, starts_at, sequence, state, at)
			select m.person_id, s.id, s.starts_at, 0, s.state, ` + began + ` from sessions s join members m on m.circle_id = s.circle_id where s.state = 'planned'`,
	} {
		if _, err := db.ExecContext(b.Context(), statement); err != nil {
			b.Fatalf("%v in\n%s", err, statement)
		}
	}
}
