package scheduling

import (
	"time"

	"gorm.io/gorm"

	"kring/internal/database"

	"kring/circles"
)

// all reads a list that one person's life bounds.
func all[T any](query *gorm.DB) ([]T, error) {
	found := []T{}
	return found, query.Scan(&found).Error
}

func exportAnswers(tx database.Tx, personID string) ([]ExportedAnswer, error) {
	return all[ExportedAnswer](tx.Gorm().Raw(`select c.name as circle, a.session_id, a.starts_at, a.answer, a.at
		from members m join answers a on a.member_id = m.id join sessions s on s.id = a.session_id
		join circles c on c.id = s.circle_id where m.person_id = ? order by a.starts_at, s.id`, personID))
}

func exportAbsences(tx database.Tx, personID string) ([]ExportedAbsence, error) {
	return all[ExportedAbsence](tx.Gorm().Raw(`select c.name as circle, a.from_on, a.until_on
		from members m join absences a on a.member_id = m.id join circles c on c.id = a.circle_id
		where m.person_id = ? order by a.from_on, a.id`, personID))
}

func exportVotes(tx database.Tx, personID string) ([]ExportedVote, error) {
	return all[ExportedVote](tx.Gorm().Raw(`select c.name as circle, p.session_id, p.session_starts_at, o.kind, o.starts_at,
		v.suits, v.at from members m join date_votes v on v.member_id = m.id join date_options o on o.id = v.option_id
		join date_proposals p on p.id = o.proposal_id join circles c on c.id = p.circle_id
		where m.person_id = ? order by p.opened_at, p.id, o.place`, personID))
}

func exportProposed(tx database.Tx, personID string) ([]ExportedProposal, error) {
	return all[ExportedProposal](tx.Gorm().Raw(`select c.name as circle, p.session_id, p.session_starts_at, p.state, p.opened_at
		from members m join date_proposals p on p.member_id = m.id join circles c on c.id = p.circle_id
		where m.person_id = ? order by p.opened_at, p.id`, personID))
}

func exportMessages(tx database.Tx, personID string) ([]ExportedMessage, error) {
	return all[ExportedMessage](tx.Gorm().Raw(`select c.name as circle, w.id, w.body, w.created_at
		from members m join circle_messages w on w.member_id = m.id join circles c on c.id = w.circle_id
		where m.person_id = ? order by w.id`, personID))
}

func exportTold(tx database.Tx, personID string) ([]ExportedTold, error) {
	return all[ExportedTold](tx.Gorm().Raw(`select c.name as circle, t.session_id, t.starts_at, t.was_at, t.state, t.was_state, t.at
		from told t join sessions s on s.id = t.session_id join circles c on c.id = s.circle_id
		where t.person_id = ? order by t.starts_at, t.session_id`, personID))
}

// uncounted are sessions of the seats' circles that are over and whose names are not forgotten, with their rows of what
// forgets locked.
func uncounted(tx database.Tx, now time.Time, seats []circles.Member) ([]bygone, error) {
	var ids []string
	err := tx.Gorm().Table("reminders").Clauses(database.Lock(tx)).
		Where("circle_id in ? and kind = 'forget' and done_at is null", circleIDs(seats)).
		Order("session_id").Pluck("session_id", &ids).Error
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	sessions, err := pastSessions(tx, ids)
	var over []bygone
	for _, s := range sessions {
		if !now.Before(s.EndsAt) {
			over = append(over, s)
		}
	}
	return over, err
}

// wordOfSeats is what seats answered, and when those of them that are in are away.
func wordOfSeats(tx database.Tx, seats []circles.Member) (w Word, err error) {
	if w.Said, err = rows[Said](tx.Gorm().Where("member_id in ?", memberIDs(seats))); err != nil {
		return w, err
	}
	w.Absences, err = rows[Absence](tx.Gorm().Where("member_id in ?", memberIDs(circles.MembersOf(seats))))
	return w, err
}

// deleteAllOf deletes what a person said and wrote, and what she was told.
func deleteAllOf(tx database.Tx, personID string, seats []circles.Member) error {
	ids := memberIDs(seats)
	for _, model := range []any{&Said{}, &Absence{}, &CircleMessage{}, &DateVote{}} {
		if err := tx.Gorm().Where("member_id in ?", ids).Delete(model).Error; err != nil {
			return err
		}
	}
	if err := tx.Gorm().Model(&DateProposal{}).Where("member_id in ?", ids).Update("member_id", nil).Error; err != nil {
		return err
	}
	return tx.Gorm().Where("person_id = ?", personID).Delete(&Told{}).Error
}

func memberIDs(seats []circles.Member) []string {
	ids := make([]string, 0, len(seats)+1)
	for _, m := range seats {
		ids = append(ids, m.ID)
	}
	return append(ids, nobody)
}

func circleIDs(seats []circles.Member) []string {
	ids := make([]string, 0, len(seats))
	for _, m := range seats {
		ids = append(ids, m.CircleID)
	}
	return ids
}

// nobody has a seat: so that a list for a condition is never empty.
const nobody = "00000000-0000-0000-0000-000000000000"
