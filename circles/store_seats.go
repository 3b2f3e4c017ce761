package circles

import (
	"cmp"
	"slices"
	"time"

	"kring/internal/database"
)

func saveMember(tx database.Tx, m *Member, now time.Time) error {
	m.UpdatedAt = now
	err := update(tx, "members", m.ID, m.Revision, map[string]any{
		"state": m.State, "other_hour": m.OtherHour, "hosts": m.Hosts, "host_turn": m.HostTurn,
		"application_id": m.ApplicationID, "programme_id": m.ProgrammeID, "guest": m.Guest,
		"expires_at": m.ExpiresAt, "accepted_at": m.AcceptedAt, "in_at": m.InAt,
		"left_at": m.LeftAt, "undo_until": m.UndoUntil, "last_sign_at": m.LastSignAt,
		"still_in_asked_at": m.StillInAskedAt, "updated_at": now,
	})
	m.Revision++
	return err
}

func raiseFeedEpoch(tx database.Tx, memberID string) error {
	return tx.Gorm().Exec("update members set feed_epoch = feed_epoch + 1 where id = ?", memberID).Error
}

// mostRows bounds lists that stand beside a circle.
const mostRows = 1000

// seatsOf are the seats of circles in which something can still come of, in the order in which they came to be.
// Closed ones are history and grow without end: allSeatsOf.
func seatsOf(tx database.Tx, circleIDs ...string) ([]Member, error) {
	found, err := rows[Member](tx.Gorm().
		Where("circle_id in ? and state in ('invited', 'asked', 'held', 'accepted')", circleIDs))
	slices.SortFunc(found, func(a, b Member) int { return cmp.Compare(a.ID, b.ID) })
	return found, err
}

// allSeatsOf are the newest seats of a circle, closed ones too, in the order in which they came to be.
func allSeatsOf(tx database.Tx, circleID string) ([]Member, error) {
	found, err := rows[Member](tx.Gorm().Where("circle_id = ?", circleID).Order("id desc").Limit(mostRows))
	slices.Reverse(found)
	return found, err
}

// openSeatsOfApplication are the seats in which something can still come of an application.
func openSeatsOfApplication(tx database.Tx, applicationID string) ([]Member, error) {
	return rows[Member](tx.Gorm().Where("application_id = ? and state in ('invited', 'asked', 'held', 'accepted')",
		applicationID).Order("id").Limit(mostRows))
}

// invitedSeatsOf are the seats that a person is invited to, in the order in which circles are locked.
func invitedSeatsOf(tx database.Tx, personID string) ([]Member, error) {
	return rows[Member](tx.Gorm().Where("person_id = ? and state = 'invited'", personID).Order("circle_id").Limit(mostRows))
}

func lapsedSeats(tx database.Tx, now time.Time, limit int) ([]Member, error) {
	return rows[Member](tx.Gorm().Where("expires_at is not null and expires_at <= ?", now).Order("expires_at").Limit(limit))
}

func deleteSeat(tx database.Tx, id string) error {
	return tx.Gorm().Where("id = ? and state = 'expired'", id).Delete(&Member{}).Error
}

func saveMotion(tx database.Tx, m Motion) error {
	return tx.Gorm().Table("motions").Where("id = ?", m.ID).
		Updates(map[string]any{"state": m.State, "closed_at": m.ClosedAt}).Error
}

func motionsOf(tx database.Tx, circleID string, open bool) ([]Motion, error) {
	query := tx.Gorm().Where("circle_id = ?", circleID)
	if open {
		query = query.Where("state = 'open'")
	}
	return rows[Motion](query.Order("id desc").Limit(mostRows))
}

func dueMotions(tx database.Tx, now time.Time, kinds []MotionKind, limit int) ([]Motion, error) {
	return rows[Motion](tx.Gorm().Where("state = 'open' and due_at <= ? and kind in ?", now, kinds).
		Order("due_at").Limit(limit))
}

// nextMotion is when the earliest open motion of the kinds is due.
func nextMotion(tx database.Tx, kinds []MotionKind) (time.Time, error) {
	motion, _, err := first[Motion](tx.Gorm().Where("state = 'open' and kind in ?", kinds).Order("due_at"))
	return motion.DueAt, err
}

func noteSign(tx database.Tx, memberID string, now time.Time) error {
	return tx.Gorm().Exec("update members set last_sign_at = ?, still_in_asked_at = null where id = ?", now, memberID).Error
}

func noteNoSignOwed(tx database.Tx, memberIDs []string, until time.Time) error {
	return tx.Gorm().Exec("update members set last_sign_at = ? where id in ? and (last_sign_at is null or last_sign_at < ?)",
		until, memberIDs, until).Error
}

func noteAsked(tx database.Tx, memberID string, now time.Time) error {
	return tx.Gorm().Exec("update members set still_in_asked_at = ? where id = ?", now, memberID).Error
}

// What the passage of time does next: the earliest row of each kind.

func nextLapses(tx database.Tx) ([]time.Time, error) {
	var next []time.Time
	application, found, err := first[Application](tx.Gorm().Where("state = 'unconfirmed'").Order("expires_at"))
	if found {
		next = append(next, *application.ExpiresAt)
	}
	if err != nil {
		return nil, err
	}
	seat, found, err := first[Member](tx.Gorm().Where("expires_at is not null").Order("expires_at"))
	if found {
		next = append(next, *seat.ExpiresAt)
	}
	if err != nil {
		return nil, err
	}
	invitation, found, err := first[FacilitatorInvitation](tx.Gorm().Order("expires_at"))
	if found {
		next = append(next, invitation.ExpiresAt)
	}
	if err != nil {
		return nil, err
	}
	due, err := nextMotion(tx, []MotionKind{MotionJoin})
	if !due.IsZero() {
		next = append(next, due)
	}
	return next, err
}
