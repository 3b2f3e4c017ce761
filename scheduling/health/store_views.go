package health

import (
	"time"

	"kring/internal/database"
	"kring/internal/wall"
)

// nextPlanned is when the circle's next planned session begins; zero when none lies ahead.
func nextPlanned(tx database.Tx, circleID string, now time.Time) (time.Time, error) {
	var next []time.Time
	err := tx.Gorm().Table("sessions").Where("circle_id = ? and state = 'planned' and starts_at > ?", circleID, now).
		Order("starts_at").Limit(1).Pluck("starts_at", &next).Error
	if err != nil || len(next) == 0 {
		return time.Time{}, err
	}
	return next[0], nil
}

func facilitates(tx database.Tx, programmeID, personID string) (bool, error) {
	if personID == "" {
		return false, nil
	}
	var found []string
	err := tx.Gorm().Table("facilitators").Where("programme_id = ? and person_id = ?", programmeID, personID).Limit(1).
		Pluck("person_id", &found).Error
	return len(found) > 0, err
}

// circlesOf are a programme's circles before an id ("": from the youngest on), of a level or of any. Each of the three
// walks an index and stops at the limit.
func circlesOf(tx database.Tx, programmeID string, level Level, before string, limit int) ([]string, error) {
	if before == "" {
		before = "ffffffff-ffff-ffff-ffff-ffffffffffff"
	}
	var ids []string
	query := tx.Gorm()
	switch level {
	case Wobbling, Stalling:
		query = query.Raw(`select circle_id from flags where state = 'open' and programme_id = ? and verdict = ? and circle_id < ?
			order by circle_id desc limit ?`, programmeID, level, before, limit)
	case OnTrack:
		query = query.Raw(`select c.id from circles c where c.programme_id = ? and c.id < ?
			and not exists (select 1 from flags f where f.circle_id = c.id and f.state = 'open')
			order by c.id desc limit ?`, programmeID, before, limit)
	default:
		query = query.Raw("select id from circles where programme_id = ? and id < ? order by id desc limit ?",
			programmeID, before, limit)
	}
	return ids, query.Scan(&ids).Error
}

// sight is what is read of a circle to be shown.
type sight struct {
	CircleHealth
	guideSet  string
	guideWeek int
	past      Course
	flag      *Flag
}

// sightsOf reads circles by id.
func sightsOf(tx database.Tx, ids []string, now time.Time) (map[string]*sight, error) {
	sights := make(map[string]*sight, len(ids))
	return sights, each(tx.Gorm().Raw(`select c.id, c.programme_id, c.name, c.state, c.zone, c.revision, c.guide_set, c.guide_week,
		c.next_check_at,
		coalesce(string_agg(substr(s.state, 1, 1), '' order by s.starts_at, s.id) filter (where s.starts_at <= @now), '') as past,
		max(s.starts_at) filter (where s.state = 'held') as last_held_at,
		min(s.starts_at) filter (where s.starts_at > @now and s.state = 'planned') as planned_at,
		(select count(*) from members m where m.circle_id = c.id and m.state = 'accepted' and m.in_at is not null) as members
		from circles c left join sessions s on s.circle_id = c.id
		where c.id in @ids group by c.id`, map[string]any{"now": now, "ids": ids}), func(scan func(...any) error) error {
		var s sight
		var nextCheckAt, lastHeldAt, plannedAt instant
		err := scan(&s.CircleID, &s.ProgrammeID, &s.Name, &s.State, &s.Zone, &s.Revision, &s.guideSet, &s.guideWeek,
			&nextCheckAt, &s.past, &lastHeldAt, &plannedAt, &s.Members)
		s.NextCheckAt, s.LastHeldAt, s.NextAt = orNull(nextCheckAt.Time), orNull(lastHeldAt.Time), orNull(plannedAt.Time)
		s.Held = s.past.count(held)
		sights[s.CircleID] = &s
		return err
	})
}

// facilitatorZones are the zones that facilitators live by.
func facilitatorZones(tx database.Tx) ([]string, error) {
	var zones []string
	return zones, tx.Gorm().Raw(`select distinct p.zone from facilitators f join people p on p.id = f.person_id
		where p.erased_at is null order by p.zone`).Scan(&zones).Error
}

// reader is who gets an overview of which programme.
type reader struct {
	ProgrammeID string
	PersonID    string
}

// overviewReaders are facilitators in a zone who get an overview of that day and have none yet: of programmes that, like
// their right, are older than the hour it is due, and have a circle that is not over.
func overviewReaders(tx database.Tx, zone string, on wall.Date, at time.Time, limit int) ([]reader, error) {
	var readers []reader
	return readers, tx.Gorm().Raw(`select f.programme_id, f.person_id from facilitators f
		join people p on p.id = f.person_id join programmes g on g.id = f.programme_id
		where p.zone = @zone and p.erased_at is null and f.created_at < @at and g.created_at < @at
		and exists (select 1 from circles c where c.programme_id = f.programme_id and c.state in ('forming', 'running', 'paused'))
		and not exists (select 1 from notices n where n.key =
			@kind || ' ' || cast(f.programme_id as text) || ' ' || cast(f.person_id as text) || ' ' || @on)
		order by f.programme_id, f.person_id limit @limit`,
		map[string]any{"zone": zone, "at": at, "kind": NoticeWeeklyOverview, "on": on.String(), "limit": limit}).Scan(&readers).Error
}
