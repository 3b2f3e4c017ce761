package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	_ "github.com/mattn/go-sqlite3" // the driver that Kring uses
)

// sample is a database with one programme of the owner, filled with rows, and what is needed to ask for them.
type sample struct {
	path                     string
	token, programme, circle string
}

const programmeID = "00000002-0000-7000-8000-000000000000"

// fill makes a database as Kring does and fills it: circles with four or five members, sign-ups that wait, letters that
// were sent. Rows are made by SQL alone: a million by way of Go would take minutes.
func (b *bench) fill(path string, circles, applications int) (sample, error) {
	s := sample{path: path, programme: programmeID, circle: rowID(3, circles/2)}
	p, err := b.startKring(path)
	if err != nil {
		return s, err
	}
	if _, err := p.answered(request{method: "GET", path: "/healthz"}); err != nil {
		return s, err
	}
	if err := p.stop(); err != nil {
		return s, err
	}
	_, after, _ := strings.Cut(p.out.String(), "\n  krg_")
	secret, _, found := strings.Cut(after, "\n")
	if !found {
		return s, errors.New("kring told no token")
	}
	s.token = "krg_" + secret
	return s, b.insert(path, circles, applications)
}

func (b *bench) insert(path string, circles, applications int) error {
	db, err := sql.Open("sqlite3", "file:"+path+"?_synchronous=OFF&_journal_mode=OFF&_locking_mode=EXCLUSIVE&_cache_size=-400000")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, statement := range statements(circles, applications) {
		if _, err := db.ExecContext(b.ctx, statement); err != nil {
			return fmt.Errorf("%w in %s", err, statement)
		}
	}
	return nil
}

// rowID is the id of the n-th row of a kind, in the order of n.
func rowID(kind, n int) string { return fmt.Sprintf("%08x-0000-7000-8000-%012x", kind, n) }

func statements(circles, applications int) []string {
	id := func(kind int, of string) string {
		return fmt.Sprintf("printf('%%08x-0000-7000-8000-%%012x', %d, %s)", kind, of)
	}
	count := func(n int) string {
		return fmt.Sprintf("with recursive n(i) as (select 0 union all select i + 1 from n where i < %d) ", n-1)
	}
	const at = "'2026-03-03 10:00:00.123456+00:00'"
	members := min(circles, 10_000) // the others are empty, which no list can see from afar
	people := max(applications, 5000)
	return []string{
		count(people) + `insert into people (id, email, name, letter_language, zone, created_at, updated_at)
			select ` + id(1, "i") + `, 'p' || i || '@example.org', 'Person ' || i, 'nl', 'Europe/Brussels', ` + at + `, ` + at + ` from n`,
		`insert into programmes (id, name, purpose, guide_set, language, zone, holidays, quorum, signup_open, state, created_at, updated_at)
			values ('` + programmeID + `', 'Pilot', 'To learn aloud', 'wol', 'nl', 'Europe/Brussels', 'be', 3, true, 'open', ` + at + `, ` + at + `)`,
		`insert into facilitators (programme_id, person_id, created_at)
			select '` + programmeID + `', id, ` + at + ` from people where owner`,
		count(circles) + `insert into circles (id, programme_id, name, state, guide_set, language, zone, holidays, quorum, slot_weekday,
				slot_at, starts_on, venue, video_link, chat_link, looked_after_by, seats, guide_week, begun_at, reasons_since, created_at, updated_at)
			select ` + id(3, "i") + `, '` + programmeID + `', 'Circle ' || i, 'running', 'wol', 'nl', 'Europe/Brussels', 'be', 3, 2, 750, '2026-03-03',
				'Room ' || i % 40, 'https://meet.example.org/kring-' || i, '', o.id, 5, i % 13, ` + at + `, ` + at + `, ` + at + `, ` + at + `
			from n, (select id from people where owner) o`,
		count(members) + `insert into members (id, circle_id, person_id, state, host_turn, accepted_at, in_at, created_at, updated_at)
			select ` + id(4, "i * 5 + m") + `, ` + id(3, "i") + `, ` + id(1, fmt.Sprintf("(i * 5 + m) %% %d", people)) + `, 'accepted', m, ` + at + `, ` + at + `, ` + at + `, ` + at + `
			from n, (select 0 as m union select 1 union select 2 union select 3 union select 4) where m < 4 + i % 2`,
		count(applications) + `insert into applications (id, programme_id, person_id, state, name, letter_language, speaks, zone, availability,
				team, department, location, confirmed_at, created_at, updated_at)
			select ` + id(5, "i") + `, '` + programmeID + `', ` + id(1, "i") + `, 'waiting', 'Person ' || i, 'nl', '["en","nl"]', 'Europe/Brussels',
				'[{"weekday":"mon","from":"09:00","until":"12:00"},{"weekday":"tue","from":"13:00","until":"17:00"}]',
				'Sales', 'South', 'Ghent', ` + at + `, ` + at + `, ` + at + ` from n`,
		count(applications) + `insert into letters (id, person_id, programme_id, circle_id, kinds, list, urgent, state, reason, due_at, attempt,
				refusals, message_id, sent_at, created_at, updated_at)
			select ` + id(6, "i") + `, ` + id(1, "i") + `, '` + programmeID + `', ` + id(3, fmt.Sprintf("i %% %d", circles)) + `, '["confirm_application"]', 'none', false, 'sent', '', ` + at + `, 1, 0,
				i || '@kring.example.org', ` + at + `, ` + at + `, ` + at + ` from n`,
		`analyze`,
	}
}

// copyTo copies the database, which nobody has open, for another program.
func (s sample) copyTo(path string) (sample, error) {
	from, err := os.Open(s.path)
	if err != nil {
		return s, err
	}
	defer from.Close()
	to, err := os.Create(path)
	if err != nil {
		return s, err
	}
	_, err = io.Copy(to, from)
	s.path = path
	return s, errors.Join(err, to.Close())
}

// settle writes what is in the log of the database back into its file.
func settle(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "pragma wal_checkpoint(truncate)")
	return errors.Join(err, db.Close())
}
