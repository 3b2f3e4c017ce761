package circles

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"kring/internal/database"
	"kring/internal/fault"
)

// nobodyID stands for an actor without a person in conditions: no row has it.
const nobodyID = "00000000-0000-0000-0000-000000000000"

// one reads one row by its id, locked when asked. It answers NotFound for an id that is none and one without a row.
func one[T any](tx database.Tx, id string, lock bool) (T, error) {
	var row T
	if !database.IsID(id) {
		return row, notFound()
	}
	query := tx.Gorm().Where("id = ?", id)
	if lock {
		query = query.Clauses(database.Lock(tx))
	}
	return row, absent(query.Take(&row).Error)
}

// absent turns a row that is not there into NotFound.
func absent(err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return notFound()
	}
	return err
}

// maybe reads one row, locked, and false when it is gone by now.
func maybe[T any](tx database.Tx, id string) (T, bool, error) {
	return first[T](tx.Gorm().Clauses(database.Lock(tx)).Where("id = ?", id))
}

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

func insert[T any](tx database.Tx, row *T) error { return tx.Gorm().Create(row).Error }

// update writes the columns of a row at a revision; it answers Stale when the row is at another.
func update(tx database.Tx, table, id string, revision int, columns map[string]any) error {
	columns["revision"] = revision + 1
	done := tx.Gorm().Table(table).Where("id = ? and revision = ?", id, revision).Updates(columns)
	if done.Error == nil && done.RowsAffected == 0 {
		return stale()
	}
	return done.Error
}

func stale() error { return fault.New(fault.Stale, "stale") }

// Programmes.

func saveProgramme(tx database.Tx, p *Programme, now time.Time) error {
	p.UpdatedAt = now
	err := update(tx, "programmes", p.ID, p.Revision, map[string]any{
		"name": p.Name, "purpose": p.Purpose, "language": p.Language, "zone": p.Zone, "holidays": p.Holidays,
		"quorum": p.Quorum, "starts_on": p.StartsOn, "signup_open": p.SignupOpen,
		"signup_closes_at": p.SignupClosesAt, "hour_reminder": p.HourReminder, "state": p.State,
		"keep_months": p.KeepMonths, "keep_unplaced_months": p.KeepUnplacedMonths, "signup_ended_at": p.SignupEndedAt,
		"updated_at": now,
	})
	p.Revision++
	return err
}

// spreadQuorum gives the programme's quorum to its circles that are not over; their health is looked at anew.
func spreadQuorum(tx database.Tx, p Programme, now time.Time) error {
	return tx.Gorm().Exec(`update circles set quorum = ?, next_check_at = ?, updated_at = ?, revision = revision + 1
		where programme_id = ? and state in ('forming', 'running', 'paused') and quorum <> ?`,
		p.Quorum, now, now, p.ID, p.Quorum).Error
}

func breaksOf(tx database.Tx, programmeID string) ([]Break, error) {
	return rows[Break](tx.Gorm().Where("programme_id = ?", programmeID).Order("from_on, id").Limit(mostBreaks))
}

// breaksByProgramme reads the breaks of several programmes in one statement.
func breaksByProgramme(tx database.Tx, programmeIDs []string) (map[string][]Break, error) {
	if len(programmeIDs) == 0 {
		return nil, nil
	}
	found, err := rows[Break](tx.Gorm().Where("programme_id in ?", programmeIDs))
	slices.SortFunc(found, func(a, b Break) int { return cmp.Or(a.FromOn.Compare(b.FromOn), cmp.Compare(a.ID, b.ID)) })
	by := make(map[string][]Break, len(programmeIDs))
	for _, b := range found {
		by[b.ProgrammeID] = append(by[b.ProgrammeID], b)
	}
	return by, err
}

func replaceBreaks(tx database.Tx, programmeID string, breaks []Break) error {
	if err := tx.Gorm().Where("programme_id = ?", programmeID).Delete(&Break{}).Error; err != nil {
		return err
	}
	if len(breaks) == 0 {
		return nil
	}
	fresh := make([]Break, len(breaks))
	for i, b := range breaks {
		fresh[i] = b
		fresh[i].ID, fresh[i].ProgrammeID = database.NewID(), programmeID
	}
	return tx.Gorm().Create(&fresh).Error
}

// insertFacilitator answers false when the person is one already.
func insertFacilitator(tx database.Tx, f Facilitator) (bool, error) {
	done := tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&f)
	return done.RowsAffected == 1, done.Error
}

// deleteFacilitator answers false when the person was none.
func deleteFacilitator(tx database.Tx, programmeID, personID string) (bool, error) {
	done := tx.Gorm().Where("programme_id = ? and person_id = ?", programmeID, personID).Delete(&Facilitator{})
	return done.RowsAffected == 1, done.Error
}

// handOver gives the circles that somebody looked after to another facilitator; nil: to nobody.
func handOver(tx database.Tx, programmeID, from string, to *string, now time.Time) error {
	return tx.Gorm().Exec(`update circles set looked_after_by = ?, updated_at = ?, revision = revision + 1
		where programme_id = ? and looked_after_by = ?`, to, now, programmeID, from).Error
}

// hasCirclesAlive says whether the programme has a circle that is not over.
func hasCirclesAlive(tx database.Tx, programmeID string) (bool, error) {
	_, alive, err := first[Circle](tx.Gorm().Where("programme_id = ? and state in ('forming', 'running', 'paused')", programmeID))
	return alive, err
}

func facilitatorsOf(tx database.Tx, programmeID string) ([]Facilitator, error) {
	return rows[Facilitator](tx.Gorm().Where("programme_id = ?", programmeID).Order("created_at, person_id").Limit(1000))
}

// facilitates says whether the person has rights over the programme; over any one when the programme is "".
func facilitates(tx database.Tx, programmeID, personID string) (bool, error) {
	if personID == "" {
		return false, nil
	}
	query := tx.Gorm().Where("person_id = ?", personID)
	if programmeID != "" {
		query = query.Where("programme_id = ?", programmeID)
	}
	_, found, err := first[Facilitator](query)
	return found, err
}

// facilitatedAmong are those of the programmes through which people came that the person facilitates.
func facilitatedAmong(tx database.Tx, personID string, seats []Member) ([]string, error) {
	var through, ids []string
	for _, m := range seats {
		if m.ProgrammeID != nil && !slices.Contains(through, *m.ProgrammeID) {
			through = append(through, *m.ProgrammeID)
		}
	}
	if len(through) == 0 {
		return nil, nil
	}
	return ids, tx.Gorm().Table("facilitators").Where("person_id = ? and programme_id in ?", personID, through).
		Pluck("programme_id", &ids).Error
}

// peopleOf are those of the people who belong to the programme.
func peopleOf(tx database.Tx, programmeID string, personIDs []string) ([]string, error) {
	var ids []string
	for some := range slices.Chunk(personIDs, mostIDs) {
		var found []string
		err := tx.Gorm().Raw(`select p.id from people p where p.id in @people and (
			exists (select 1 from applications a where a.programme_id = @programme and a.person_id = p.id and a.forgotten_at is null)
			or exists (select 1 from members m where m.person_id = p.id and m.programme_id = @programme)
			or exists (select 1 from facilitators f where f.programme_id = @programme and f.person_id = p.id))`,
			map[string]any{"people": some, "programme": programmeID}).Scan(&found).Error
		if err != nil {
			return nil, err
		}
		ids = append(ids, found...)
	}
	return ids, nil
}

// mostIDs bounds the arguments of one statement.
const mostIDs = 500

func programmesOf(tx database.Tx, personID, after string, limit int) ([]Programme, error) {
	return rows[Programme](tx.Gorm().Raw(`select p.* from facilitators f join programmes p on p.id = f.programme_id
		where f.person_id = ? and f.programme_id > ? order by f.programme_id limit ?`,
		personID, fromStart(after), limit))
}

// fromStart is a cursor's id, or the id before all others.
func fromStart(after string) string {
	if after == "" {
		return nobodyID
	}
	return after
}

// fromEnd is a cursor's id, or the id behind all others.
func fromEnd(before string) string {
	if before == "" {
		return "ffffffff-ffff-ffff-ffff-ffffffffffff"
	}
	return before
}

// mostProgrammes bounds the programmes whose circles one list shows.
const mostProgrammes = 500

func programmesFacilitated(tx database.Tx, personID string) ([]string, error) {
	var ids []string
	return ids, tx.Gorm().Table("facilitators").Where("person_id = ?", fromStart(personID)).
		Order("programme_id desc").Limit(mostProgrammes).Pluck("programme_id", &ids).Error
}
