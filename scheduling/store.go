package scheduling

import (
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"kring/internal/database"
	"kring/internal/fault"
)

// The bounds of what one circle can have.
const (
	mostSessionRows = 400  // twice the guide weeks of the longest set
	mostWords       = 4000 // answers and absences
)

// rows reads a bounded list.
func rows[T any](query *gorm.DB) ([]T, error) {
	var found []T
	return found, query.Find(&found).Error
}

// first reads the first row, and false when there is none.
func first[T any](query *gorm.DB) (T, bool, error) {
	found, err := rows[T](query.Limit(1))
	if err != nil || len(found) == 0 {
		var none T
		return none, false, err
	}
	return found[0], true, nil
}

// insert writes rows, none at all included.
func insert[T any](tx database.Tx, fresh []T) error {
	if len(fresh) == 0 {
		return nil
	}
	return tx.Gorm().Create(&fresh).Error
}

// upsert writes rows; of those that exist by the key it writes the columns.
func upsert[T any](tx database.Tx, fresh []T, key []string, columns ...string) error {
	if len(fresh) == 0 {
		return nil
	}
	conflict := clause.OnConflict{DoUpdates: clause.AssignmentColumns(columns)}
	for _, name := range key {
		conflict.Columns = append(conflict.Columns, clause.Column{Name: name})
	}
	return tx.Gorm().Clauses(conflict).Create(&fresh).Error
}

func notFound() error { return fault.New(fault.NotFound, "not-found") }

// Sessions.

// sessionByID answers NotFound for an id that is none and one without a session.
func sessionByID(tx database.Tx, id string) (Session, error) {
	var s Session
	if !database.IsID(id) {
		return s, notFound()
	}
	err := tx.Gorm().Where("id = ?", id).Take(&s).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return s, notFound()
	}
	return s, err
}

func sessionsOf(tx database.Tx, circleID string) ([]Session, error) {
	return scan[Session](tx.Gorm().Raw("select "+sessionColumns+" from sessions where circle_id = ? order by starts_at, id limit ?",
		circleID, mostSessionRows))
}

// saveSession writes a session at the revision it was read at; it answers Stale when the row is at another. The counts
// of what was said are written by what forgets alone.
func saveSession(tx database.Tx, s *Session, now time.Time) error {
	done := tx.Gorm().Table("sessions").Where("id = ? and revision = ?", s.ID, s.Revision).Updates(map[string]any{
		"ordinal": s.Ordinal, "state": s.State, "starts_at": s.StartsAt, "ends_at": s.EndsAt, "series": s.Series,
		"slot_starts_at": s.SlotStartsAt, "sequence": s.Sequence, "guide_week": s.GuideWeek,
		"week_settled": s.WeekSettled, "host_id": s.HostID, "host_swapped": s.HostSwapped,
		"replaces_id": s.ReplacesID, "moved_at": s.MovedAt, "outcome_at": s.OutcomeAt,
		"revision": s.Revision + 1, "updated_at": now,
	})
	if done.Error == nil && done.RowsAffected == 0 {
		return fault.New(fault.Stale, "stale")
	}
	s.Revision, s.UpdatedAt = s.Revision+1, now
	return done.Error
}

func deleteSessions(tx database.Tx, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	if err := deleteAnswers(tx, ids); err != nil {
		return err
	}
	return tx.Gorm().Where("id in ?", ids).Delete(&Session{}).Error
}

// Answers and absences.

func saidOf(tx database.Tx, circleID string) ([]Said, error) {
	return rows[Said](tx.Gorm().Raw(`select a.* from answers a join sessions s on s.id = a.session_id
		where s.circle_id = ? order by a.session_id, a.member_id, a.starts_at limit ?`, circleID, mostWords))
}

func saveSaid(tx database.Tx, said Said) error {
	return upsert(tx, []Said{said}, []string{"session_id", "member_id", "starts_at"}, "answer", "sequence", "at")
}

func deleteAnswers(tx database.Tx, sessionIDs []string) error {
	if len(sessionIDs) == 0 {
		return nil
	}
	return tx.Gorm().Where("session_id in ?", sessionIDs).Delete(&Said{}).Error
}

// deleteAnswersOf takes a member's own answers to sessions back.
func deleteAnswersOf(tx database.Tx, memberID string, sessionIDs []string) error {
	if len(sessionIDs) == 0 {
		return nil
	}
	return tx.Gorm().Where("member_id = ? and session_id in ?", memberID, sessionIDs).Delete(&Said{}).Error
}

func absencesOf(tx database.Tx, circleID string) ([]Absence, error) {
	return rows[Absence](tx.Gorm().Where("circle_id = ?", circleID).Order("from_on, id").Limit(mostWords))
}

func replaceAbsences(tx database.Tx, memberID string, fresh []Absence) error {
	if err := tx.Gorm().Where("member_id = ?", memberID).Delete(&Absence{}).Error; err != nil {
		return err
	}
	return insert(tx, fresh)
}

// Breaks, messages, flags.

func breaksOf(tx database.Tx, circleID string) ([]CircleBreak, error) {
	return rows[CircleBreak](tx.Gorm().Where("circle_id = ?", circleID).Order("from_on, id").Limit(mostSessionRows))
}

func deleteBreaks(tx database.Tx, gone []CircleBreak) error {
	for _, b := range gone {
		if err := tx.Gorm().Where("id = ?", b.ID).Delete(&CircleBreak{}).Error; err != nil {
			return err
		}
	}
	return nil
}

func messageByID(tx database.Tx, id string) (CircleMessage, error) {
	var m CircleMessage
	if !database.IsID(id) {
		return m, notFound()
	}
	err := tx.Gorm().Where("id = ?", id).Take(&m).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return m, notFound()
	}
	return m, err
}

// messagesSince counts what a member wrote from an instant on, up to a bound.
func messagesSince(tx database.Tx, memberID string, since time.Time, most int) (int, error) {
	found, err := rows[CircleMessage](tx.Gorm().Where("member_id = ? and created_at > ?", memberID, since).
		Order("created_at").Limit(most))
	return len(found), err
}

// isStalling says whether the circle carries an open flag of that verdict.
func isStalling(tx database.Tx, circleID string) (bool, error) {
	var found []string
	err := tx.Gorm().Table("flags").Where("circle_id = ? and state = 'open' and verdict = 'stalling'", circleID).
		Limit(1).Pluck("id", &found).Error
	return len(found) > 0, err
}

// Reminders and dues.

// remindersOf are the circle's reminders by their hour. Of those of one session at one hour the one two days ahead comes
// first: what is asked a day ahead is not asked beside it.
func remindersOf(tx database.Tx, circleID string) ([]Reminder, error) {
	return scan[Reminder](tx.Gorm().Raw("select "+reminderColumns+` from reminders r join sessions s on s.id = r.session_id
		where s.circle_id = ? order by r.due_at, r.session_id, r.kind desc limit ?`, circleID, 7*mostSessionRows))
}

func saveReminders(tx database.Tx, fresh []Reminder) error {
	return upsert(tx, fresh, []string{"session_id", "kind"}, "due_at", "done_at")
}

func duesOf(tx database.Tx, circleID string) ([]Due, error) {
	return rows[Due](tx.Gorm().Where("circle_id = ?", circleID).Order("due_at, kind").Limit(10))
}

// saveDue writes what falls due about a circle; a zero instant takes it away.
func saveDue(tx database.Tx, d Due) error {
	if d.DueAt.IsZero() {
		return tx.Gorm().Where("circle_id = ? and kind = ?", d.CircleID, d.Kind).Delete(&Due{}).Error
	}
	return upsert(tx, []Due{d}, []string{"circle_id", "kind"}, "due_at")
}

// dueRow is a circle about which something falls due.
type dueRow struct {
	CircleID string
	DueAt    time.Time
}

// dueCircles are circles about which something is due, earliest first, each once.
func dueCircles(tx database.Tx, now time.Time, limit int) ([]string, error) {
	sessions, err := rows[dueRow](tx.Gorm().Raw(`select circle_id, due_at from reminders
		where done_at is null and kind <> 'forget' and due_at <= ? order by due_at, circle_id limit ?`, now, limit))
	if err != nil {
		return nil, err
	}
	wholes, err := rows[dueRow](tx.Gorm().Raw(`select circle_id, due_at from circle_dues
		where due_at <= ? order by due_at, circle_id limit ?`, now, limit))
	if err != nil {
		return nil, err
	}
	votes, err := dueProposals(tx, now, limit)
	if err != nil {
		return nil, err
	}
	var ids []string
	seen := map[string]bool{}
	for _, d := range slices.Concat(sessions, wholes, votes) {
		if !seen[d.CircleID] {
			seen[d.CircleID] = true
			ids = append(ids, d.CircleID)
		}
	}
	return ids, nil
}

// changedCircles are circles at which health is to look, as after every write about one, and in which somebody came or left
// since an instant, or somebody is to lead who no longer does.
func changedCircles(tx database.Tx, now, since time.Time, limit int) ([]string, error) {
	var ids []string
	return ids, tx.Gorm().Raw(`select c.id from circles c where c.next_check_at <= @now and c.state in ('running', 'paused') and (
		exists (select 1 from members m where m.circle_id = c.id and (m.left_at > @since or m.in_at > @since))
		or exists (select 1 from sessions s join members m on m.id = s.host_id where s.circle_id = c.id and s.state = 'planned'
			and s.starts_at > @now and (m.state <> 'accepted' or not (m.hosts or s.host_swapped))))
		order by c.next_check_at limit @limit`, map[string]any{"now": now, "since": since, "limit": limit}).Scan(&ids).Error
}

// nextDue is when the next thing falls due about any session or circle; zero when nothing does.
func nextDue(tx database.Tx) (time.Time, error) {
	return earliest(tx,
		`select circle_id, due_at from reminders where done_at is null and kind <> 'forget' order by due_at, circle_id limit 1`,
		`select circle_id, due_at from circle_dues order by due_at, circle_id limit 1`,
		`select circle_id, closes_at as due_at from date_proposals where state = 'open' order by closes_at limit 1`)
}

// nextForget is when the next answers are forgotten; zero when there are none.
func nextForget(tx database.Tx) (time.Time, error) {
	return earliest(tx,
		`select circle_id, due_at from reminders where done_at is null and kind = 'forget' order by due_at, session_id limit 1`)
}

func earliest(tx database.Tx, statements ...string) (time.Time, error) {
	var next time.Time
	for _, statement := range statements {
		row, found, err := first[dueRow](tx.Gorm().Raw(statement))
		if err != nil {
			return next, err
		}
		if found && (next.IsZero() || row.DueAt.Before(next)) {
			next = row.DueAt
		}
	}
	return next, nil
}

// What people were told.

func saveTold(tx database.Tx, fresh []Told) error {
	return upsert(tx, fresh, []string{"person_id", "session_id"}, "starts_at", "was_at", "sequence", "state", "was_state", "at")
}

func deleteTold(tx database.Tx, gone []Told) error {
	for _, t := range gone {
		if err := tx.Gorm().Where("person_id = ? and session_id = ?", t.PersonID, t.SessionID).Delete(&Told{}).Error; err != nil {
			return err
		}
	}
	return nil
}

func toldOf(tx database.Tx, personIDs, sessionIDs []string) ([]Told, error) {
	if len(personIDs) == 0 || len(sessionIDs) == 0 {
		return nil, nil
	}
	return scan[Told](tx.Gorm().Raw("select "+toldColumns+` from told where person_id in ? and session_id in ?
		order by person_id, session_id limit ?`, personIDs, sessionIDs, len(personIDs)*len(sessionIDs)))
}

// toldAnybody answers which of the sessions somebody was told of.
func toldAnybody(tx database.Tx, sessionIDs []string) (map[string]bool, error) {
	out := map[string]bool{}
	if len(sessionIDs) == 0 {
		return out, nil
	}
	var ids []string
	err := tx.Gorm().Table("told").Where("session_id in ?", sessionIDs).Distinct("session_id").Pluck("session_id", &ids).Error
	for _, id := range ids {
		out[id] = true
	}
	return out, err
}
