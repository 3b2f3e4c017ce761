package scheduling

import (
	"time"

	"kring/internal/database"
	"kring/internal/wall"
)

func dueForgets(tx database.Tx, now time.Time, limit int) ([]Reminder, error) {
	return rows[Reminder](tx.Gorm().Clauses(database.LockFree(tx)).
		Where("done_at is null and kind = 'forget' and due_at <= ?", now).Order("due_at, session_id").Limit(limit))
}

// pastSessions are sessions by id.
func pastSessions(tx database.Tx, ids []string) ([]bygone, error) {
	return rows[bygone](tx.Gorm().Raw(`select s.id, s.circle_id, s.starts_at, s.ends_at, c.zone from sessions s
		join circles c on c.id = s.circle_id where s.id in ? order by s.starts_at, s.id`, ids))
}

// wordAbout is what was answered to sessions, and when members of circles are away.
func wordAbout(tx database.Tx, sessionIDs, circleIDs []string) (w Word, err error) {
	if w.Said, err = rows[Said](tx.Gorm().Where("session_id in ?", sessionIDs).Order("session_id, member_id, starts_at")); err != nil {
		return w, err
	}
	w.Absences, err = rows[Absence](tx.Gorm().Raw(`select a.* from absences a join members m on m.id = a.member_id
		where a.circle_id in ? and m.state = 'accepted' and m.in_at is not null order by a.circle_id, a.from_on, a.id`, circleIDs))
	return w, err
}

// deleteAbsences forgets a circle's absences that were over on a date.
func deleteAbsences(tx database.Tx, circleID string, on wall.Date) error {
	return tx.Gorm().Where("circle_id = ? and until_on <= ?", circleID, on).Delete(&Absence{}).Error
}

// addCounts keeps the counts of a session whose names are forgotten, all at once or, when somebody is erased before,
// some of them.
func addCounts(tx database.Tx, sessionID string, c Tally) error {
	return tx.Gorm().Exec(`update sessions set said_yes = coalesce(said_yes, 0) + ?, said_no = coalesce(said_no, 0) + ?,
		said_unsure = coalesce(said_unsure, 0) + ? where id = ?`, c.Yes, c.No, c.Unsure, sessionID).Error
}
