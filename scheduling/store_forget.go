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
	return rows[bygone](tx.Gorm().Raw(`select s.id, s.circle_id, s.starts_at, c.zone from sessions s
		join circles c on c.id = s.circle_id where s.id in ? order by s.starts_at, s.id`, ids))
}

// wordAbout is what was answered to sessions, and when members of circles are away.
func wordAbout(tx database.Tx, sessionIDs, circleIDs []string) (w Word, err error) {
	if w.Said, err = rows[Said](tx.Gorm().Where("session_id in ?", sessionIDs).Order("session_id, member_id")); err != nil {
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

// saveCounts keeps the counts of a session whose names are forgotten.
func saveCounts(tx database.Tx, sessionID string, c Tally) error {
	return tx.Gorm().Table("sessions").Where("id = ?", sessionID).
		Updates(map[string]any{"said_yes": c.Yes, "said_no": c.No, "said_unsure": c.Unsure}).Error
}
