package scheduling

import (
	"fmt"
	"strings"
	"time"

	"kring/internal/database"
)

// ownSession is a session of a circle that somebody was a member of at its start. The door is known to who is in it now, or
// was until it was over.
type ownSession struct {
	ID, CircleID, Circle, Zone, Venue, VideoLink string
	StartsAt, EndsAt, UpdatedAt, CircleUpdatedAt time.Time
	Sequence                                     int
	State                                        State
	Leads                                        bool
}

func (s *ownSession) fields() []any {
	return []any{
		&s.ID, &s.CircleID, &s.Circle, &s.Zone, &s.Venue, &s.VideoLink, &s.StartsAt, &s.EndsAt, &s.UpdatedAt, &s.CircleUpdatedAt,
		&s.Sequence, (*string)(&s.State), &s.Leads,
	}
}

func ownSessions(tx database.Tx, personID string, of EntriesOf) ([]ownSession, error) {
	query := `select s.id, c.id, c.name, c.zone,
		case when i.circle_id is null then '' else c.venue end,
		case when i.circle_id is null then '' else c.video_link end, s.starts_at, s.ends_at, s.updated_at, c.updated_at,
		s.sequence, s.state, exists (select 1 from members h where h.id = s.host_id and h.person_id = @person)
		from sessions s join circles c on c.id = s.circle_id
		left join members i on i.circle_id = s.circle_id and i.person_id = @person and i.state = 'accepted' and i.in_at is not null
		where exists (select 1 from members m
			where m.circle_id = s.circle_id and m.person_id = @person and m.in_at is not null and s.ends_at > m.in_at
			and (m.left_at is null or s.starts_at < m.left_at))
		and s.circle_id in (select circle_id from members where person_id = @person)`
	if of.CircleID != "" {
		query += " and s.circle_id = @circle"
	}
	if !of.EndedAfter.IsZero() {
		query += " and s.ends_at > @ended"
	}
	if !of.CalledOffAfter.IsZero() {
		query += " and (s.state not in ('skipped', 'cancelled') or s.starts_at > @off or s.updated_at > @off)"
	}
	found, err := scan[ownSession](tx.Gorm().Raw(query+" order by s.starts_at, s.id", map[string]any{
		"person": personID, "circle": of.CircleID, "ended": of.EndedAfter, "off": of.CalledOffAfter,
	}))
	if found == nil {
		found = []ownSession{}
	}
	return found, err
}

// entriesMark writes down the revisions of somebody's circles, and since when and until when she was in each.
func entriesMark(tx database.Tx, personID, circleID string) (string, error) {
	query := `select c.id, c.revision, m.state, m.in_at, m.left_at from members m join circles c on c.id = m.circle_id
		where m.person_id = ? and m.in_at is not null`
	args := []any{personID}
	if circleID != "" {
		query += " and m.circle_id = ?"
		args = append(args, circleID)
	}
	read, err := tx.Gorm().Raw(query+" order by m.id", args...).Rows()
	if err != nil {
		return "", err
	}
	defer read.Close() // Err below says what went wrong
	var mark strings.Builder
	for read.Next() {
		var id, state string
		var revision int
		var in, left *time.Time
		if err := read.Scan(&id, &revision, &state, &in, &left); err != nil {
			return "", err
		}
		fmt.Fprintln(&mark, id, revision, state, micros(in), micros(left))
	}
	return mark.String(), read.Err()
}

func micros(t *time.Time) int64 {
	if t == nil {
		return 0
	}
	return t.UnixMicro()
}
