package circles

import (
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
