package health

import (
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"kring/internal/database"
	"kring/internal/wall"
)

// instant reads a time out of a column and out of an expression, for which SQLite answers text. NULL is the zero time.
type instant struct{ time.Time }

// Scan is asked by database/sql.
func (i *instant) Scan(src any) error {
	var err error
	switch v := src.(type) {
	case nil:
		i.Time = time.Time{}
	case time.Time:
		i.Time = v
	case string:
		i.Time, err = time.Parse("2006-01-02 15:04:05.999999999-07:00", v)
		i.Time = i.UTC()
	default:
		err = fmt.Errorf("an instant of type %T", src)
	}
	return err
}

// each reads rows one by one, so that a hundred thousand of them need the room of one.
func each(query *gorm.DB, fn func(scan func(dest ...any) error) error) error {
	rows, err := query.Rows()
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// glance reads what one statement can tell of running circles: the course of the whole run in the order of its dates,
// how many of these sessions lie before what counts, and how many have begun. All of it comes out of indexes alone.
const glance = `select c.id, c.guide_set, c.zone, c.guide_week, c.quorum, c.next_check_at,
	coalesce(c.reasons_since, c.begun_at) as since, coalesce(c.reasons_since <= c.begun_at, true) as from_begin,
	(select coalesce(string_agg(letter, ''), '') from (
		select case when s.moved_at > c.reasons_since then upper(substr(s.state, 1, 1)) else substr(s.state, 1, 1) end as letter
		from sessions s where s.circle_id = c.id order by s.starts_at, s.id) as ordered) as course,
	case when c.reasons_since > c.begun_at then
		(select count(*) from sessions s where s.circle_id = c.id and s.starts_at < c.reasons_since) else 0 end as forgotten,
	(select count(*) from sessions s where s.circle_id = c.id and s.starts_at <= @now) as begun,
	(select s.starts_at from sessions s where s.circle_id = c.id and s.starts_at > @now order by s.starts_at limit 1) as next_at,
	(select count(*) from members m where m.circle_id = c.id and m.state = 'accepted' and m.in_at is not null) as members
	from circles c where c.state = 'running' and `

// looksOf looks at running circles by id.
func looksOf(tx database.Tx, ids []string, now time.Time) ([]look, error) {
	return glanceAt(tx, "c.id in @ids", map[string]any{"now": now, "ids": ids}, len(ids))
}

// looksBetween looks at the running circles that follow an id, up to another.
func looksBetween(tx database.Tx, after, until string, now time.Time) ([]look, error) {
	return glanceAt(tx, "c.id > @after and c.id <= @until", map[string]any{"now": now, "after": after, "until": until}, stretch)
}

// endOfStretch answers the id of the n-th running circle that follows an id; lastID when there are fewer.
func endOfStretch(tx database.Tx, after string, n int) (string, error) {
	var ids []string
	err := tx.Gorm().Raw("select id from circles where state = 'running' and id > ? order by id limit 1 offset ?", after, n-1).
		Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return lastID, err
	}
	return ids[0], nil
}

func glanceAt(tx database.Tx, which string, args map[string]any, room int) ([]look, error) {
	looks := make([]look, 0, room)
	err := each(tx.Gorm().Raw(glance+which, args), func(scan func(...any) error) error {
		l, err := scanLook(scan)
		looks = append(looks, l)
		return err
	})
	return looks, err
}

func scanLook(scan func(...any) error) (look, error) {
	var l look
	var nextCheckAt, since, nextAt instant
	var course Course
	var forgotten, begun int
	s := &l.signals
	err := scan(&l.circleID, &l.guideSet, &l.zone, &s.GuideWeek, &s.Quorum, &nextCheckAt,
		&since, &s.FromBegin, &course, &forgotten, &begun, &nextAt, &s.Members)
	if err != nil {
		return l, err
	}
	l.nextCheckAt, l.since = nextCheckAt.Time, since.Time
	s.Past, s.Ahead = course[min(forgotten, begun):begun], course[begun:]
	s.Held, s.Planned = course.count(held), course.count(planned)
	s.NextAt = nextAt.Time
	if s.Ahead.first(planned) == 0 {
		s.PlannedAt = s.NextAt
	}
	return l, nil
}

// readDates gives looks what only circles with a moved or lost date need: when the next planned session starts, and
// whether one was moved since the last that was held began.
func readDates(tx database.Tx, looks map[string]*look, circleIDs []string, now time.Time) error {
	if len(circleIDs) == 0 {
		return nil
	}
	return each(tx.Gorm().Raw(`select s.circle_id, min(s.starts_at) filter (where s.state = 'planned' and s.starts_at > @now),
		coalesce(max(s.moved_at) > max(s.starts_at) filter (where s.state = 'held'), max(s.moved_at) is not null)
		from sessions s where s.circle_id in @ids group by s.circle_id`,
		map[string]any{"now": now, "ids": circleIDs}), func(scan func(...any) error) error {
		var id string
		var plannedAt instant
		var moved bool
		err := scan(&id, &plannedAt, &moved)
		if l := looks[id]; l != nil {
			l.signals.PlannedAt, l.signals.MovedSinceHeld = plannedAt.Time, moved
		}
		return err
	})
}

// readFlags gives each look its open flag.
func readFlags(tx database.Tx, looks map[string]*look, circleIDs []string) error {
	flags, err := openFlags(tx, circleIDs)
	for _, f := range flags {
		looks[f.CircleID].carry(f)
	}
	return err
}

// readStays gives each look the most members that its circle had since reasons are looked at.
func readStays(tx database.Tx, looks map[string]*look, circleIDs []string) error {
	if len(circleIDs) == 0 {
		return nil
	}
	stays := map[string][]stay{}
	err := each(tx.Gorm().Raw(`select circle_id, in_at, left_at from members
		where circle_id in ? and in_at is not null`, circleIDs), func(scan func(...any) error) error {
		var id string
		var inAt time.Time
		var leftAt *time.Time
		err := scan(&id, &inAt, &leftAt)
		stays[id] = append(stays[id], stay{inAt, leftAt})
		return err
	})
	for id, all := range stays {
		looks[id].signals.Most = max(looks[id].signals.Members, most(all, looks[id].since))
	}
	return err
}

// readAgreed finds the circles that vote on their next date, or agreed to meet on it with those who can.
func readAgreed(tx database.Tx, looks map[string]*look, circleIDs []string) error {
	if len(circleIDs) == 0 {
		return nil
	}
	return each(tx.Gorm().Raw(`select p.circle_id, p.session_starts_at, p.state, (select count(*) from date_options o
			join date_votes v on v.option_id = o.id and v.suits = true
			join members m on m.id = v.member_id and m.state = 'accepted'
			where o.proposal_id = p.id and o.kind = 'stay')
		from date_proposals p where p.circle_id in @ids and p.state in ('open', 'stays')`, map[string]any{"ids": circleIDs}),
		func(scan func(...any) error) error {
			var circleID, state string
			var about time.Time
			var yes int
			if err := scan(&circleID, &about, &state, &yes); err != nil {
				return err
			}
			s := &looks[circleID].signals
			s.Agreed = s.Agreed || about.Equal(s.PlannedAt) && (state == "open" || yes >= s.Quorum)
			return nil
		})
}

// readExpected counts who is expected at the sessions that are near. Only members who said something, or are away
// around these days, are read: all others come.
func readExpected(tx database.Tx, looks map[string]*look, circleIDs []string, now time.Time) error {
	if len(circleIDs) == 0 {
		return nil
	}
	from, until := wall.DateOf(now, time.UTC).AddDays(-1), wall.DateOf(now.Add(QuorumAhead), time.UTC).AddDays(1)
	aways, err := awaysOf(tx, circleIDs, from, until)
	if err != nil {
		return err
	}
	return each(tx.Gorm().Raw(`select s.circle_id, m.id, s.starts_at, coalesce(a.answer, ''), m.still_in_asked_at is not null
		from sessions s
		join members m on m.circle_id = s.circle_id and m.state = 'accepted' and m.in_at is not null
		left join answers a on a.session_id = s.id and a.member_id = m.id and a.starts_at = s.starts_at
		where s.circle_id in @ids and s.state = 'planned' and s.starts_at > @now and s.starts_at <= @ahead
		and (a.answer = 'no' or m.still_in_asked_at is not null or exists (select 1 from absences x
			where x.member_id = m.id and x.from_on <= @until and x.until_on >= @from))`,
		map[string]any{"ids": circleIDs, "now": now, "ahead": now.Add(QuorumAhead), "from": from, "until": until}),
		func(scan func(...any) error) error {
			var w word
			if err := scan(&w.circleID, &w.memberID, &w.startsAt, &w.answer, &w.asked); err != nil {
				return err
			}
			l := looks[w.circleID]
			if w.startsAt.Equal(l.signals.PlannedAt) && !w.comes(aways[w.memberID], l.zone) {
				l.signals.Expected--
			}
			return nil
		})
}

// awaysOf are the absences that touch the dates, by member.
func awaysOf(tx database.Tx, circleIDs []string, from, until wall.Date) (map[string][]away, error) {
	aways := map[string][]away{}
	return aways, each(tx.Gorm().Raw(`select member_id, from_on, until_on from absences
		where circle_id in ? and from_on <= ? and until_on >= ?`, circleIDs, until, from),
		func(scan func(...any) error) error {
			var id string
			var a away
			err := scan(&id, &a.fromOn, &a.untilOn)
			aways[id] = append(aways[id], a)
			return err
		})
}

// dueRow is a circle at which health is to look.
type dueRow struct {
	ID    string
	State string
}

// dueCircles takes circles that are due, earliest first, and keeps their rows; those that another transaction holds are
// left for later.
func dueCircles(tx database.Tx, now time.Time, limit int) ([]dueRow, error) {
	var due []dueRow
	return due, tx.Gorm().Table("circles").Select("id, state").Clauses(database.LockFree(tx)).
		Where("next_check_at <= ?", now).Order("next_check_at").Limit(limit).Find(&due).Error
}

// nextDue is when the next circle is due; zero when none is.
func nextDue(tx database.Tx) (time.Time, error) {
	var next []time.Time
	err := tx.Gorm().Table("circles").Where("next_check_at is not null").Order("next_check_at").Limit(1).
		Pluck("next_check_at", &next).Error
	if err != nil || len(next) == 0 {
		return time.Time{}, err
	}
	return next[0], nil
}

// saveChecks writes when health looks at each circle again, in one statement; a zero instant is never.
func saveChecks(tx database.Tx, at map[string]time.Time) error {
	if len(at) == 0 {
		return nil
	}
	pair := "(?, ?)"
	if tx.Postgres() {
		pair = "(?::uuid, ?::timestamptz)"
	}
	args := make([]any, 0, 2*len(at))
	for id, next := range at {
		args = append(args, id, orNull(next))
	}
	values := strings.TrimSuffix(strings.Repeat(pair+",", len(at)), ",")
	return tx.Gorm().Exec("update circles set next_check_at = pairs.column2 from (values "+values+
		") as pairs where circles.id = pairs.column1", args...).Error
}

func orNull(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

// checkNow makes health look at circles in its next pass.
func checkNow(tx database.Tx, ids []string, now time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	return tx.Gorm().Exec("update circles set next_check_at = ? where id in ?", now, ids).Error
}

// forgetUntil makes reasons look only at what happened after an instant.
func forgetUntil(tx database.Tx, circleID string, since time.Time) error {
	return tx.Gorm().Exec("update circles set reasons_since = ? where id = ?", since, circleID).Error
}

// lastHeld is when the last session that was held began; zero when none was.
func lastHeld(tx database.Tx, circleID string) (time.Time, error) {
	var last []time.Time
	err := tx.Gorm().Table("sessions").Where("circle_id = ? and state = 'held'", circleID).Order("starts_at desc").Limit(1).
		Pluck("starts_at", &last).Error
	if err != nil || len(last) == 0 {
		return time.Time{}, err
	}
	return last[0], nil
}
