package main

import (
	"context"
	"database/sql"
	"errors"
	"time"

	_ "github.com/mattn/go-sqlite3" // the driver that Kring uses
)

const (
	readers = 4
)

// store is the database with every statement prepared.
type store struct {
	writer, reader                                      *sql.DB
	token, circle, circles, ofMember, facilitated, ofIt *sql.Stmt
	programme, person, addPerson                        *sql.Stmt
	application, lastLetter, addApplication, addNotice  *sql.Stmt
}

const columns = `c.id, c.programme_id, c.name, c.state, c.guide_set, c.language, c.zone, c.holidays, c.quorum,
	c.slot_weekday, c.slot_at, c.starts_on, c.venue, c.video_link, c.chat_link, c.looked_after_by, c.seats, c.seats_open,
	c.guide_week, c.series, c.sequence, c.begun_at, c.paused_on, c.returns_on, c.completed_at, c.ended_at, c.end_reason,
	c.end_text, c.reminders_stopped_at, c.go_on_asked_at, c.reasons_since, c.next_check_at, c.revision, c.created_at,
	c.updated_at,
	exists (select 1 from facilitators f where f.programme_id = c.programme_id and f.person_id = ?1),
	(select m.id from members m where m.circle_id = c.id and m.person_id = ?1
		and m.state in ('invited', 'asked', 'held', 'accepted')),
	exists (select 1 from members m where m.circle_id = c.id and m.person_id = ?1
		and m.state = 'accepted' and m.in_at is not null),
	(select count(*) from members m where m.circle_id = c.id and m.state = 'accepted' and m.in_at is not null),
	(select count(*) from members m where m.circle_id = c.id and m.state in ('invited', 'held', 'accepted'))`

func openStore(file, synchronous string) (*store, error) {
	url := "file:" + file
	writer, err := sql.Open("sqlite3", url+"?_journal_mode=WAL&_synchronous="+synchronous+
		"&_busy_timeout=5000&_foreign_keys=1&_txlock=immediate&_cache_size=-20000&_loc=UTC")
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	reader, err := sql.Open("sqlite3", url+"?mode=ro&_query_only=1&_busy_timeout=5000&_cache_size=-2000&_loc=UTC")
	if err != nil {
		return nil, err
	}
	reader.SetMaxOpenConns(readers)
	reader.SetMaxIdleConns(readers)
	s := &store{writer: writer, reader: reader}
	return s, s.prepare()
}

func (s *store) prepare() error {
	var failed error
	prepare := func(db *sql.DB, query string) *sql.Stmt {
		statement, err := db.PrepareContext(context.Background(), query)
		failed = errors.Join(failed, err)
		return statement
	}
	s.token = prepare(s.reader, `select t.hash, t.person_id, p.owner, t.expires_at from tokens t join people p on p.id = t.person_id
		where t.id = ? and t.revoked_at is null and p.erased_at is null`)
	s.circle = prepare(s.reader, "select "+columns+" from circles c where c.id = ?2")
	s.circles = prepare(s.reader, "select "+columns+" from circles c where c.id in (select value from json_each(?2)) order by c.id desc")
	s.ofMember = prepare(s.reader, `select circle_id from members
		where person_id = ? and state = 'accepted' and in_at is not null and circle_id < ? order by circle_id desc limit ?`)
	s.facilitated = prepare(s.reader, "select programme_id from facilitators where person_id = ? order by programme_id desc limit 500")
	s.ofIt = prepare(s.reader, "select id from circles where programme_id = ? and id < ? order by id desc limit ?")
	s.programme = prepare(s.writer, "select * from programmes where id = ?")
	s.person = prepare(s.writer, "select id from people where email = ? and erased_at is null")
	s.addPerson = prepare(s.writer, `insert into people (id, email, name, letter_language, zone, created_at, updated_at)
		values (?, ?, ?, ?, ?, ?6, ?6)`)
	s.application = prepare(s.writer, "select id from applications where programme_id = ? and person_id = ? and state <> 'withdrawn'")
	s.lastLetter = prepare(s.writer, `select letter_at from applications where person_id = ? and letter_at is not null
		order by letter_at desc limit 1`)
	s.addApplication = prepare(s.writer, `insert into applications (id, programme_id, person_id, state, name, letter_language, speaks, zone,
		availability, team, department, location, experience, expires_at, letter_at, created_at, updated_at)
		values (?, ?, ?, 'unconfirmed', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?14, ?14, ?14)`)
	s.addNotice = prepare(s.writer, `insert into notices (id, person_id, kind, key, programme_id, subject_id, state, reason, hold_until, useful_until)
		values (?, ?, 'confirm_application', ?, ?, ?, 'waiting', '', ?, ?) on conflict (key) do nothing`)
	return failed
}

// circle is a row of circles as the asking person sees it.
type circle struct {
	id, programmeID, name, state, guideSet, language, zone, holidays string
	quorum                                                           int
	slotWeekday, slotAt                                              *int
	startsOn, venue, videoLink, chatLink                             sql.NullString
	lookedAfterBy                                                    *string
	seats                                                            int
	seatsOpen                                                        bool
	guideWeek, series, sequence                                      int
	begunAt                                                          *time.Time
	pausedOn, returnsOn                                              sql.NullString
	completedAt, endedAt                                             *time.Time
	endReason, endText                                               string
	remindersStoppedAt, goOnAskedAt, reasonsSince, nextCheckAt       *time.Time
	revision                                                         int
	createdAt, updatedAt                                             time.Time
	facilitates                                                      bool
	seatID                                                           *string
	seatIn                                                           bool
	membersIn, taken                                                 int
}

func (c *circle) scan(scan func(...any) error) error {
	return scan(&c.id, &c.programmeID, &c.name, &c.state, &c.guideSet, &c.language, &c.zone, &c.holidays, &c.quorum,
		&c.slotWeekday, &c.slotAt, &c.startsOn, &c.venue, &c.videoLink, &c.chatLink, &c.lookedAfterBy, &c.seats, &c.seatsOpen,
		&c.guideWeek, &c.series, &c.sequence, &c.begunAt, &c.pausedOn, &c.returnsOn, &c.completedAt, &c.endedAt, &c.endReason,
		&c.endText, &c.remindersStoppedAt, &c.goOnAskedAt, &c.reasonsSince, &c.nextCheckAt, &c.revision, &c.createdAt,
		&c.updatedAt, &c.facilitates, &c.seatID, &c.seatIn, &c.membersIn, &c.taken)
}

func (s *store) circleOf(ctx context.Context, personID, id string) (c circle, err error) {
	return c, c.scan(s.circle.QueryRowContext(ctx, personID, id).Scan)
}

// circlesOf answers the circles behind a JSON list of ids.
func (s *store) circlesOf(ctx context.Context, personID string, ids []byte) ([]circle, error) {
	rows, err := s.circles.QueryContext(ctx, personID, string(ids))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []circle
	for rows.Next() {
		var c circle
		if err := c.scan(rows.Scan); err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	return found, rows.Err()
}

func texts(ctx context.Context, statement *sql.Stmt, args ...any) ([]string, error) {
	rows, err := statement.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		found = append(found, text)
	}
	return found, rows.Err()
}
