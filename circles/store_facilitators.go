package circles

import (
	"time"

	"gorm.io/gorm/clause"

	"kring/internal/database"
)

// putFacilitatorInvitation writes an invitation, in the place of one that there was.
func putFacilitatorInvitation(tx database.Tx, i FacilitatorInvitation) error {
	return tx.Gorm().Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "programme_id"}, {Name: "person_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"invited_by", "expires_at", "letter_at"}),
	}).Create(&i).Error
}

// facilitatorInvitation is the invitation of somebody to a programme, and false when there is none.
func facilitatorInvitation(tx database.Tx, programmeID, personID string) (FacilitatorInvitation, bool, error) {
	return first[FacilitatorInvitation](tx.Gorm().Where("programme_id = ? and person_id = ?", programmeID, fromStart(personID)))
}

// facilitatorInvitationsTo are the invitations of a person.
func facilitatorInvitationsTo(tx database.Tx, personID string) ([]FacilitatorInvitation, error) {
	return rows[FacilitatorInvitation](tx.Gorm().Where("person_id = ?", personID).Order("programme_id").Limit(mostRows))
}

func lapsedFacilitatorInvitations(tx database.Tx, now time.Time, limit int) ([]FacilitatorInvitation, error) {
	return rows[FacilitatorInvitation](tx.Gorm().Where("expires_at <= ?", now).Order("expires_at").Limit(limit))
}

// facilitatorInvitationsOf are the invitations of a programme, oldest first.
func facilitatorInvitationsOf(tx database.Tx, programmeID string) ([]FacilitatorInvitation, error) {
	return rows[FacilitatorInvitation](tx.Gorm().Where("programme_id = ?", programmeID).
		Order("created_at, person_id").Limit(mostRows))
}

// deleteFacilitatorInvitation answers false when there was none.
func deleteFacilitatorInvitation(tx database.Tx, programmeID, personID string) (bool, error) {
	done := tx.Gorm().Where("programme_id = ? and person_id = ?", programmeID, fromStart(personID)).Delete(&FacilitatorInvitation{})
	return done.RowsAffected == 1, done.Error
}
