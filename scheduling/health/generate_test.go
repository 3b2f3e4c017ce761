package health

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/testkit"
)

// generate fills a SQLite database with circles of every week of a run of 13 sessions, four or five members each. Of a
// hundred circles three falter and two move dates; the others held what lies behind them. No circle is due before the
// day after now.
func generate(tb testing.TB, circles int, now time.Time) *database.DB {
	tb.Helper()
	url := testkit.SQLite(tb)
	raw, err := sql.Open("sqlite3", url+"?_synchronous=OFF&_journal_mode=OFF&_locking_mode=EXCLUSIVE&_cache_size=-200000")
	if err != nil {
		tb.Fatal(err)
	}
	raw.SetMaxOpenConns(1)
	g := generator{now: now, programmes: max(1, circles/200), people: 5000}
	statements := append(g.frame(), "analyze")
	statements = append(statements, g.circles(0, circles)...)
	for _, statement := range append(statements, "analyze") {
		if _, err := raw.ExecContext(tb.Context(), statement); err != nil {
			tb.Fatalf("%v in\n%s", err, statement)
		}
	}
	if err := raw.Close(); err != nil {
		tb.Fatal(err)
	}
	return testkit.Open(tb, url)
}

// generator writes SQL alone: by way of Go a million rows would take minutes. Circle i began i % 13 weeks ago, at one of
// the 168 hours of the week.
type generator struct {
	now                time.Time
	programmes, people int
}

// count is n(i) with the numbers from one until another.
func count(from, until int) string {
	return fmt.Sprintf("with recursive n(i) as (select %d union all select i + 1 from n where i < %d) ", from, until-1)
}

// id is the id of row number of of a kind; ids rise with the number.
func id(kind int, of string) string {
	return fmt.Sprintf("printf('%%08x-0000-7000-8000-%%012x', %d, %s)", kind, of)
}

// at is an instant as the driver writes it, by modifiers from now.
func (g generator) at(modifiers string) string {
	return fmt.Sprintf("strftime('%%Y-%%m-%%d %%H:%%M:%%S+00:00', '%s', %s)", g.now.Format(time.DateTime), modifiers)
}

// session is when session s of circle i starts, or ends an hour later.
func (g generator) session(s string, hours int) string {
	return g.at(fmt.Sprintf("((%s - i %% 13) * 168 - i / 13 %% 168 + %d) || ' hours', (i / 7 %% 60) || ' minutes'", s, hours-1))
}

func (g generator) frame() []string {
	then := g.at("'-1 years'")
	return []string{
		count(0, g.people) + `insert into people (id, email, name, letter_language, zone, created_at, updated_at)
			select ` + id(1, "i") + `, 'p' || i || '@example.org', 'P' || i, 'nl', 'Europe/Brussels', ` + then + `, ` + then + ` from n`,
		count(0, g.programmes) + `insert into programmes
			(id, name, purpose, guide_set, language, zone, holidays, quorum, state, created_at, updated_at)
			select ` + id(2, "i") + `, 'Programme', '', 'wol', 'nl', 'Europe/Brussels', 'none', 3, 'open', ` + then + `, ` + then + ` from n`,
		`insert into facilitators (programme_id, person_id, created_at)
			select g.id, (select min(id) from people), g.created_at from programmes g`,
	}
}

func (g generator) circles(from, until int) []string {
	return []string{
		count(from, until) + `insert into circles (id, programme_id, name, state, guide_set, language, zone, holidays, quorum,
				slot_weekday, slot_at, starts_on, seats, guide_week, begun_at, reasons_since, next_check_at, created_at, updated_at)
			select ` + id(3, "i") + `, ` + id(2, fmt.Sprintf("i %% %d", g.programmes)) + `, 'Circle ' || i, 'running', 'wol', 'nl',
				'Europe/Brussels', 'none', 3, 2, 750, '2026-01-06', 5, i % 13 + 1, b, b,
				` + g.at("'+1 days', (i % 600) || ' minutes'") + `, b, b
			from (select i, ` + g.session("0", -24) + ` as b from n)`,
		count(from, until) + `insert into members (id, circle_id, person_id, state, host_turn, accepted_at, in_at, created_at, updated_at)
			select ` + id(4, "i * 5 + m") + `, ` + id(3, "i") + `, ` + id(1, fmt.Sprintf("(i * 5 + m) %% %d", g.people)) + `,
				'accepted', m, b, b, b, b
			from (select i, m, ` + g.at("'-200 days'") + ` as b from n, (select 0 as m union select 1 union select 2 union select 3 union select 4))
			where m < 4 + i % 2`,
		count(from, until) + `, k(s) as (select 0 union all select s + 1 from k where s < 12)
			insert into sessions (id, circle_id, ordinal, state, starts_at, ends_at, series, slot_starts_at, sequence, guide_week,
				moved_at, created_at, updated_at)
			select ` + id(5, "i * 13 + s") + `, ` + id(3, "i") + `, s + 1,
				case when s > i % 13 then 'planned' when i % 100 < 3 and s >= i % 13 - 1 then 'missed' else 'held' end,
				b, ` + g.session("s", 1) + `, 1, b, 0, case when s <= i % 13 then s end,
				case when i % 50 = 7 and s % 4 = 0 then b end, b, b
			from (select i, s, ` + g.session("s", 0) + ` as b from n, k)`,
		`insert into answers (session_id, member_id, starts_at, answer, at)
			select s.id, m.id, s.starts_at, 'no', s.starts_at from sessions s join members m on m.circle_id = s.circle_id
			where s.circle_id >= ` + id(3, fmt.Sprint(from)) + ` and s.circle_id < ` + id(3, fmt.Sprint(until)) + `
			and s.state = 'planned' and m.host_turn = 0 and s.ordinal % 5 = 0`,
	}
}
