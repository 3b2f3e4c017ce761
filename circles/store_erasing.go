package circles

import (
	"time"

	"kring/internal/database"
)

// ownRows is everything that this room has of one person, with the circles and programmes that it speaks of.
type ownRows struct {
	applications []Application
	seats        []Member
	motions      []Motion
	facilitates  []Facilitator
	askedTo      []FacilitatorInvitation
	circles      map[string]Circle
	programmes   map[string]Programme
}

func readOwnRows(tx database.Tx, personID string) (r ownRows, err error) {
	if r.applications, err = rows[Application](tx.Gorm().Where("person_id = ?", personID).Order("id")); err != nil {
		return r, err
	}
	if r.seats, err = seatsOfPerson(tx, personID); err != nil {
		return r, err
	}
	if r.facilitates, err = facilitationsOf(tx, personID); err != nil {
		return r, err
	}
	if r.askedTo, err = rows[FacilitatorInvitation](tx.Gorm().Where("person_id = ?", personID).Order("programme_id")); err != nil {
		return r, err
	}
	if r.motions, err = motionsOfSeats(tx, r.seats); err != nil {
		return r, err
	}
	return r, r.readAround(tx)
}

// readAround reads the circles and programmes that the rows speak of.
func (r *ownRows) readAround(tx database.Tx) error {
	var circleIDs, programmeIDs []string
	for _, m := range r.seats {
		circleIDs = append(circleIDs, m.CircleID)
	}
	circles, err := rows[Circle](tx.Gorm().Where("id in ?", some(circleIDs)))
	if err != nil {
		return err
	}
	r.circles = map[string]Circle{}
	for _, c := range circles {
		r.circles[c.ID] = c
		programmeIDs = append(programmeIDs, c.ProgrammeID)
	}
	for _, a := range r.applications {
		programmeIDs = append(programmeIDs, a.ProgrammeID)
	}
	for _, f := range r.facilitates {
		programmeIDs = append(programmeIDs, f.ProgrammeID)
	}
	for _, i := range r.askedTo {
		programmeIDs = append(programmeIDs, i.ProgrammeID)
	}
	r.programmes, err = programmesByID(tx, programmeIDs)
	return err
}

// some is a list for a condition: that of nobody where there are none.
func some(ids []string) []string {
	if len(ids) == 0 {
		return []string{nobodyID}
	}
	return ids
}

func programmesByID(tx database.Tx, ids []string) (map[string]Programme, error) {
	found, err := rows[Programme](tx.Gorm().Where("id in ?", some(ids)))
	by := make(map[string]Programme, len(found))
	for _, p := range found {
		by[p.ID] = p
	}
	return by, err
}

func seatsOfPerson(tx database.Tx, personID string) ([]Member, error) {
	return rows[Member](tx.Gorm().Where("person_id = ?", personID).Order("id"))
}

func motionsOfSeats(tx database.Tx, seats []Member) ([]Motion, error) {
	return rows[Motion](tx.Gorm().Where("member_id in ?", seatIDs(seats)).Order("id"))
}

func seatIDs(seats []Member) []string {
	ids, _ := idsOf(seats, nil, func(m Member) string { return m.ID })
	return some(ids)
}

func facilitationsOf(tx database.Tx, personID string) ([]Facilitator, error) {
	return rows[Facilitator](tx.Gorm().Where("person_id = ?", personID).Order("programme_id"))
}

// The locks of a person's rows, each table in the order of the ids.

func lockProgrammesOf(tx database.Tx, personID string) error {
	var ids []string
	return tx.Gorm().Table("programmes").Clauses(database.Lock(tx)).
		Where("id in (select programme_id from facilitators where person_id = ?)", personID).Order("id").Pluck("id", &ids).Error
}

func lockCirclesOf(tx database.Tx, personID string) error {
	var ids []string
	return tx.Gorm().Table("circles").Clauses(database.Lock(tx)).
		Where(`id in (select circle_id from members where person_id = @person
			union select id from circles where looked_after_by = @person)`, map[string]any{"person": personID}).
		Order("id").Pluck("id", &ids).Error
}

func lockApplicationsOf(tx database.Tx, personID string) error {
	var ids []string
	return tx.Gorm().Table("applications").Clauses(database.Lock(tx)).Where("person_id = ?", personID).
		Order("id").Pluck("id", &ids).Error
}

// passOn gives the circles of a programme that somebody looked after to somebody else.
func passOn(tx database.Tx, programmeID, from, to string, now time.Time) error {
	return tx.Gorm().Exec(`update circles set looked_after_by = ?, updated_at = ?, revision = revision + 1
		where programme_id = ? and looked_after_by = ?`, to, now, programmeID, from).Error
}

// lookAfterNoMore leaves the circles that somebody looked after without facilitating their programme, as an owner may, to
// whoever facilitates it longest.
func lookAfterNoMore(tx database.Tx, personID string, now time.Time) error {
	return tx.Gorm().Exec(`update circles set looked_after_by = (select f.person_id from facilitators f
			where f.programme_id = circles.programme_id order by f.created_at, f.person_id limit 1),
		updated_at = ?, revision = revision + 1 where looked_after_by = ?`, now, personID).Error
}

// emptySeats leaves of a person's seats ids, states and the instants of coming and going.
func emptySeats(tx database.Tx, personID string, now time.Time) error {
	return tx.Gorm().Table("members").Where("person_id = ?", personID).Updates(map[string]any{
		"other_hour": false, "hosts": true, "host_turn": 0, "expires_at": nil, "undo_until": nil, "last_sign_at": nil,
		"still_in_asked_at": nil, "updated_at": now,
	}).Error
}

// emptyMotions deletes why, in whose words, the seats proposed something.
func emptyMotions(tx database.Tx, seats []Member) error {
	return tx.Gorm().Exec("update motions set reason = '', body = '' where member_id in ?", seatIDs(seats)).Error
}

func deleteUnconfirmedOf(tx database.Tx, personID string) error {
	return tx.Gorm().Where("person_id = ? and state = 'unconfirmed'", personID).Delete(&Application{}).Error
}

func emptyApplicationsOf(tx database.Tx, personID string, now time.Time) error {
	return emptyApplications(tx, now, "person_id = ? and forgotten_at is null", personID)
}

// emptyApplications leaves of applications ids, state and when they came to be; nobody is placed by one any more who
// was not.
func emptyApplications(tx database.Tx, now time.Time, where string, args ...any) error {
	return tx.Gorm().Exec(`update applications set state = case when state = 'placed' then 'placed' else 'withdrawn' end,
		name = '', letter_language = 'en', speaks = '[]', zone = 'UTC', availability = '[]', team = '', department = '',
		location = '', experience = '', circle_id = null, expires_at = null, letter_at = null, confirmed_at = null,
		forgotten_at = ?, revision = revision + 1, updated_at = ? where `+where, append([]any{now, now}, args...)...).Error
}

// deleteFacilitatorInvitationsOf takes back what somebody was asked to facilitate, and her name from what she asked
// others.
func deleteFacilitatorInvitationsOf(tx database.Tx, personID string) error {
	if err := tx.Gorm().Where("person_id = ?", personID).Delete(&FacilitatorInvitation{}).Error; err != nil {
		return err
	}
	return tx.Gorm().Exec("update facilitator_invitations set invited_by = null where invited_by = ?", personID).Error
}
