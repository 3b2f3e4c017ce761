package circles

import (
	"kring/internal/database"
	"kring/internal/identity"
)

// readTies reads of people what may be a reason to keep them, and the programmes that it speaks of.
func readTies(tx database.Tx, ids []string) (map[string]ties, map[string]Programme, error) {
	people := make(map[string]ties, len(ids))
	if err := readHolds(tx, ids, people); err != nil {
		return nil, nil, err
	}
	var programmeIDs []string
	applications, err := rows[Application](tx.Gorm().Where("person_id in ?", ids).Order("id"))
	if err != nil {
		return nil, nil, err
	}
	for _, a := range applications {
		t := people[a.PersonID]
		t.applications = append(t.applications, a)
		people[a.PersonID] = t
		programmeIDs = append(programmeIDs, a.ProgrammeID)
	}
	more, err := readStays(tx, ids, people)
	if err != nil {
		return nil, nil, err
	}
	programmes, err := programmesByID(tx, append(programmeIDs, more...))
	return people, programmes, err
}

// readHolds notes who is kept for what she does, whatever became of her circles.
func readHolds(tx database.Tx, ids []string, people map[string]ties) error {
	found, err := identity.FindManyIn(tx, ids)
	if err != nil {
		return err
	}
	var holders []string
	for _, p := range found {
		if p.Owner {
			holders = append(holders, p.ID)
		}
	}
	for _, table := range []string{"facilitators", "facilitator_invitations"} {
		var some []string
		if err := tx.Gorm().Table(table).Where("person_id in ?", ids).Distinct().Pluck("person_id", &some).Error; err != nil {
			return err
		}
		holders = append(holders, some...)
	}
	for _, id := range holders {
		people[id] = ties{holds: true}
	}
	return nil
}

// readStays reads people's seats, and answers the programmes that these speak of.
func readStays(tx database.Tx, ids []string, people map[string]ties) ([]string, error) {
	seats, err := rows[Member](tx.Gorm().Where("person_id in ?", ids).Order("id"))
	if err != nil {
		return nil, err
	}
	var circleIDs, programmeIDs []string
	for _, m := range seats {
		circleIDs = append(circleIDs, m.CircleID)
	}
	found, err := rows[Circle](tx.Gorm().Select("id, programme_id, state, completed_at, ended_at").Where("id in ?", some(circleIDs)))
	if err != nil {
		return nil, err
	}
	circles := make(map[string]Circle, len(found))
	for _, c := range found {
		circles[c.ID] = c
		programmeIDs = append(programmeIDs, c.ProgrammeID)
	}
	for _, m := range seats {
		t := people[m.PersonID]
		t.seats = append(t.seats, stay{Member: m, Circle: circles[m.CircleID]})
		people[m.PersonID] = t
		if m.ProgrammeID != nil {
			programmeIDs = append(programmeIDs, *m.ProgrammeID)
		}
	}
	return programmeIDs, nil
}

// cutThrough leaves updated_at as it is: of a seat that was not taken it says since when.
func cutThrough(tx database.Tx, memberID string) error {
	return tx.Gorm().Exec("update members set programme_id = null, guest = false, revision = revision + 1 where id = ?", memberID).Error
}

// peopleOfProgramme are the people who signed up for a programme, came through it, or have or had a seat in one of its
// circles.
func peopleOfProgramme(tx database.Tx, programmeID string) ([]string, error) {
	var ids []string
	return ids, tx.Gorm().Raw(`select person_id from applications where programme_id = @programme and forgotten_at is null
		union select person_id from members where programme_id = @programme
		union select m.person_id from circles c join members m on m.circle_id = c.id where c.programme_id = @programme`,
		map[string]any{"programme": programmeID}).Scan(&ids).Error
}
