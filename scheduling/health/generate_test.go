package health

import (
	"fmt"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/testkit"
)

// generate fills a SQLite database with circles of every week of a run of 13 sessions, four or five members each. Of a
// hundred circles three falter; the others held what lies behind them. No circle is due before the day after now.
func generate(tb testing.TB, circles int, now time.Time) *database.DB {
	tb.Helper()
	db := testkit.Open(tb, testkit.SQLite(tb))
	for _, statement := range statements(circles, now) {
		err := db.Write(tb.Context(), func(tx database.Tx) error { return tx.Gorm().Exec(statement).Error })
		if err != nil {
			tb.Fatalf("%v in\n%s", err, statement)
		}
	}
	return db
}

// statements are SQL alone: a million rows by way of Go would take minutes.
func statements(circles int, now time.Time) []string {
	id := func(kind int, of string) string {
		return fmt.Sprintf("printf('%%08x-0000-7000-8000-%%012x', %d, %s)", kind, of)
	}
	at := func(modifier string) string {
		return fmt.Sprintf("strftime('%%Y-%%m-%%d %%H:%%M:%%S+00:00', '%s', %s)", now.Format(time.DateTime), modifier)
	}
	count := func(n int) string {
		return fmt.Sprintf("with recursive n(i) as (select 0 union all select i + 1 from n where i < %d)", n-1)
	}
	// Circle i began i % 13 weeks ago, at one of 168 hours of the week.
	start := func(session string) string {
		return at(fmt.Sprintf("((%s - i %% 13) * 168 - i / 13 %% 168 - 1) || ' hours', (i / 7 %% 60) || ' minutes'", session))
	}
	end := func(session string) string {
		return at(fmt.Sprintf("((%s - i %% 13) * 168 - i / 13 %% 168) || ' hours', (i / 7 %% 60) || ' minutes'", session))
	}
	people, programmes := 5000, max(1, circles/200)
	return []string{
		count(people) + `insert into people (id, email, name, letter_language, zone, created_at, updated_at)
			select ` + id(1, "i") + `, 'p' || i || '@example.org', 'P' || i, 'nl', 'Europe/Brussels', ` + at("'-1 years'") + `, ` + at("'-1 years'") + ` from n`,
		count(programmes) + `insert into programmes (id, name, purpose, guide_set, language, zone, holidays, quorum, state, created_at, updated_at)
			select ` + id(2, "i") + `, 'Programme', '', 'wol', 'nl', 'Europe/Brussels', 'none', 3, 'open', ` + at("'-1 years'") + `, ` + at("'-1 years'") + ` from n`,
		count(circles) + `insert into circles (id, programme_id, name, state, guide_set, language, zone, holidays, quorum, slot_weekday,
				slot_at, starts_on, seats, guide_week, begun_at, reasons_since, next_check_at, created_at, updated_at)
			select ` + id(3, "i") + `, ` + id(2, fmt.Sprintf("i %% %d", programmes)) + `, 'Circle ' || i, 'running', 'wol', 'nl', 'Europe/Brussels', 'none', 3, 2,
				750, '2026-01-06', 5, i % 13, b, b, ` + at("'+1 days', (i % 600) || ' minutes'") + `, b, b
			from (select i, ` + start("0") + ` as b from n)`,
		count(circles) + `insert into members (id, circle_id, person_id, state, host_turn, accepted_at, in_at, created_at, updated_at)
			select ` + id(4, "i * 5 + m") + `, ` + id(3, "i") + `, ` + id(1, fmt.Sprintf("(i * 5 + m) %% %d", people)) + `, 'accepted', m, b, b, b, b
			from (select i, m, ` + at("'-200 days'") + ` as b from n, (select 0 as m union select 1 union select 2 union select 3 union select 4))
			where m < 4 + i % 2`,
		count(circles) + `, k(s) as (select 0 union all select s + 1 from k where s < 12)
			insert into sessions (id, circle_id, ordinal, state, starts_at, ends_at, series, slot_starts_at, sequence, guide_week, moved_at, created_at, updated_at)
			select ` + id(5, "i * 13 + s") + `, ` + id(3, "i") + `, s + 1,
				case when s > i % 13 then 'planned' when i % 100 < 3 and s >= i % 13 - 1 then 'missed' else 'held' end,
				b, ` + end("s") + `, 1, b, 0, case when s <= i % 13 then s end,
				case when i % 50 = 7 and s % 4 = 0 then b end, b, b
			from (select i, s, ` + start("s") + ` as b from n, k)`,
		`insert into answers (session_id, member_id, answer, at)
			select s.id, m.id, 'no', s.starts_at from sessions s join members m on m.circle_id = s.circle_id
			where s.state = 'planned' and m.host_turn = 0 and s.ordinal % 5 = 0`,
		`analyze`,
	}
}
