package scheduling

import (
	"time"

	"kring/internal/database"
)

// elsewhere is a session of another circle that a person goes to.
type elsewhere struct {
	PersonID         string
	StartsAt, EndsAt time.Time
}

// sessionsElsewhere are the planned sessions of other circles that meet a stretch of time and that people did not say no to.
func sessionsElsewhere(tx database.Tx, circleID string, personIDs []string, from, until time.Time) ([]elsewhere, error) {
	return rows[elsewhere](tx.Gorm().Raw(`select m.person_id, s.starts_at, s.ends_at from members m
		join sessions s on s.circle_id = m.circle_id
		where m.person_id in ? and m.circle_id <> ? and m.state = 'accepted' and m.in_at is not null
			and s.state = 'planned' and s.starts_at < ? and s.ends_at > ? and not exists (select 1 from answers a
				where a.session_id = s.id and a.member_id = m.id and a.starts_at = s.starts_at and a.answer = 'no')
		order by m.person_id, s.starts_at limit ?`, personIDs, circleID, until, from, mostSessionRows))
}
