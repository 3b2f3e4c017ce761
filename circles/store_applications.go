package circles

import (
	"time"

	"gorm.io/gorm/clause"

	"kring/internal/database"
)

func saveApplication(tx database.Tx, a *Application, now time.Time) error {
	a.UpdatedAt = now
	err := update(tx, "applications", a.ID, a.Revision, map[string]any{
		"state": a.State, "name": a.Name, "letter_language": a.LetterLanguage, "speaks": a.Speaks, "zone": a.Zone,
		"availability": a.Availability, "team": a.Team, "department": a.Department, "location": a.Location,
		"experience": a.Experience, "circle_id": a.CircleID, "expires_at": a.ExpiresAt, "letter_at": a.LetterAt,
		"confirmed_at": a.ConfirmedAt, "forgotten_at": a.ForgottenAt, "updated_at": now,
	})
	a.Revision++
	return err
}

// markSignupLetter notes when a letter about the application was asked for; what the application says stays as it is.
func markSignupLetter(tx database.Tx, id string, now time.Time) error {
	return tx.Gorm().Exec("update applications set letter_at = ? where id = ?", now, id).Error
}

// liveApplication is the person's application to the programme that is neither withdrawn nor forgotten, locked.
func liveApplication(tx database.Tx, programmeID, personID string) (Application, bool, error) {
	return first[Application](tx.Gorm().Clauses(database.Lock(tx)).
		Where("programme_id = ? and person_id = ? and state <> 'withdrawn' and forgotten_at is null", programmeID, personID))
}

// waitingElsewhere is the person's application to another programme that waits longest, locked.
func waitingElsewhere(tx database.Tx, programmeID, personID string) (Application, bool, error) {
	return first[Application](tx.Gorm().Clauses(database.Lock(tx)).
		Where("person_id = ? and programme_id <> ? and state = 'waiting'", personID, programmeID).Order("id"))
}

// unconfirmedOf are the person's sign-ups whose mailed link is not pressed, locked.
func unconfirmedOf(tx database.Tx, personID string) ([]Application, error) {
	return rows[Application](tx.Gorm().Clauses(database.Lock(tx)).
		Where("person_id = ? and state = 'unconfirmed'", personID).Order("id").Limit(mostRows))
}

// insertApplication answers false when the person already has one.
func insertApplication(tx database.Tx, a Application) (bool, error) {
	done := tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&a)
	return done.RowsAffected == 1, done.Error
}

func deleteApplication(tx database.Tx, id string) error {
	return tx.Gorm().Where("id = ? and state = 'unconfirmed'", id).Delete(&Application{}).Error
}

// lastSignupLetter is when the last letter about a sign-up was asked for to the person, in whatever programme.
func lastSignupLetter(tx database.Tx, personID string) (time.Time, error) {
	last, found, err := first[Application](tx.Gorm().Where("person_id = ? and letter_at is not null", personID).
		Order("letter_at desc"))
	if err != nil || !found {
		return time.Time{}, err
	}
	return *last.LetterAt, nil
}

// isKnown says whether an application, a seat or a programme names the person.
func isKnown(tx database.Tx, personID string) (bool, error) {
	var known bool
	return known, tx.Gorm().Raw(`select exists (select 1 from applications where person_id = @person)
		or exists (select 1 from members where person_id = @person)
		or exists (select 1 from facilitators where person_id = @person)
		or exists (select 1 from facilitator_invitations where person_id = @person)`, map[string]any{"person": personID}).Row().Scan(&known)
}

// belongs says whether the person signed up for the programme, and whether she is a member of one of its circles.
func belongs(tx database.Tx, programmeID, personID string) (applicant, member bool, err error) {
	err = tx.Gorm().Raw(`select
		exists (select 1 from applications where programme_id = @programme and person_id = @person
			and state in ('waiting', 'placed')),
		exists (select 1 from members m join circles c on c.id = m.circle_id where m.person_id = @person
			and m.state = 'accepted' and m.in_at is not null and c.programme_id = @programme)`,
		map[string]any{"programme": programmeID, "person": personID}).Row().Scan(&applicant, &member)
	return applicant, member, err
}

func applicationsOf(tx database.Tx, programmeID string, state ApplicationState, after string, limit int) ([]Application, error) {
	query := tx.Gorm().Where("programme_id = ? and id > ?", programmeID, fromStart(after))
	if state != "" {
		query = query.Where("state = ?", state)
	}
	return rows[Application](query.Order("id").Limit(limit))
}

func lapsedApplications(tx database.Tx, now time.Time, limit int) ([]Application, error) {
	return rows[Application](tx.Gorm().Where("state = 'unconfirmed' and expires_at <= ?", now).
		Order("expires_at").Limit(limit))
}
