package busy

import (
	"slices"
	"time"

	"kring/internal/database"

	"kring/scheduling/fitting"
)

// calendarRow is the calendar that a person named. Address is locked: see [lock]. NextCheckAt is nil when it is not read
// any more.
type calendarRow struct {
	PersonID    string
	Address     string
	Etag        string
	Modified    string
	Failure     string
	Failures    int
	ReadAt      *time.Time
	TriedAt     *time.Time
	NextCheckAt *time.Time
	CreatedAt   time.Time
}

// TableName is asked by gorm.
func (calendarRow) TableName() string { return "foreign_calendars" }

// busyRow is a stretch of time in which a person is busy. Those of one person neither overlap nor touch.
type busyRow struct {
	PersonID string
	FromAt   time.Time
	UntilAt  time.Time
}

// TableName is asked by gorm.
func (busyRow) TableName() string { return "busy_times" }

// In gives the busy times of people that meet a stretch of time, in order, by person id. Who named no calendar, or has
// nothing in it then, is not in it.
func In(tx database.Tx, personIDs []string, from, until time.Time) (map[string][]fitting.Interval, error) {
	busy := map[string][]fitting.Interval{}
	if len(personIDs) == 0 {
		return busy, nil
	}
	// Scanned by hand: a preview reads thousands of them.
	rows, err := tx.Gorm().Raw(`select person_id, from_at, until_at from busy_times
		where person_id in ? and from_at < ? and until_at > ? order by person_id, from_at`, personIDs, until, from).Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close() // Err below says what went wrong
	for rows.Next() {
		var personID string
		var i fitting.Interval
		if err := rows.Scan(&personID, &i.From, &i.Until); err != nil {
			return nil, err
		}
		busy[personID] = append(busy[personID], i)
	}
	return busy, rows.Err()
}

// batch bounds the rows of one statement.
const batch = 500

// replaceBusy puts busy times in the place of those that a person had.
func replaceBusy(tx database.Tx, personID string, busy []fitting.Interval) error {
	if err := deleteBusy(tx, personID); err != nil || len(busy) == 0 {
		return err
	}
	rows := make([]busyRow, len(busy))
	for i, b := range busy {
		rows[i] = busyRow{PersonID: personID, FromAt: b.From, UntilAt: b.Until}
	}
	for some := range slices.Chunk(rows, batch) {
		if err := tx.Gorm().Create(&some).Error; err != nil {
			return err
		}
	}
	return nil
}

func deleteBusy(tx database.Tx, personID string) error {
	return tx.Gorm().Where("person_id = ?", personID).Delete(&busyRow{}).Error
}

// calendarOf is the calendar that a person named, and false when she named none.
func calendarOf(tx database.Tx, personID string) (calendarRow, bool, error) {
	var found []calendarRow
	err := tx.Gorm().Where("person_id = ?", personID).Limit(1).Find(&found).Error
	if err != nil || len(found) == 0 {
		return calendarRow{}, false, err
	}
	return found[0], true, nil
}

// saveCalendar puts the calendar that a person names in the place of the one that she had. Not by writing over it: gorm
// then leaves created_at as it was.
func saveCalendar(tx database.Tx, row calendarRow) error {
	if err := tx.Gorm().Where("person_id = ?", row.PersonID).Delete(&calendarRow{}).Error; err != nil {
		return err
	}
	return tx.Gorm().Create(&row).Error
}

// deleteCalendar forgets a person's calendar and what was read of it.
func deleteCalendar(tx database.Tx, personID string) error {
	if err := tx.Gorm().Where("person_id = ?", personID).Delete(&calendarRow{}).Error; err != nil {
		return err
	}
	return deleteBusy(tx, personID)
}

// nextCheck is when the first calendar is due, nil when none is.
func nextCheck(tx database.Tx) (*time.Time, error) {
	var at []time.Time
	err := tx.Gorm().Model(&calendarRow{}).Where("next_check_at is not null").Order("next_check_at").Limit(1).Pluck("next_check_at", &at).Error
	if err != nil || len(at) == 0 {
		return nil, err
	}
	return &at[0], nil
}

// claimDue takes calendars that are due, and makes them due again when the lease ends.
func claimDue(tx database.Tx, at, leaseUntil time.Time, most int) ([]calendarRow, error) {
	var claimed []calendarRow
	due := tx.Gorm().Model(&calendarRow{}).Select("person_id").Clauses(database.LockFree(tx)).
		Where("next_check_at is not null and next_check_at <= ?", at).Order("next_check_at").Limit(most)
	err := tx.Gorm().Raw("update foreign_calendars set tried_at = ?, next_check_at = ? where person_id in (?) returning *", at, leaseUntil, due).
		Scan(&claimed).Error
	return claimed, err
}

// saveChecked writes what came of a try, and says whether the row is still the one that was claimed then.
func saveChecked(tx database.Tx, row calendarRow, claimedAt time.Time) (bool, error) {
	done := tx.Gorm().Model(&calendarRow{}).Where("person_id = ? and address = ? and tried_at = ?", row.PersonID, row.Address, claimedAt).
		Updates(map[string]any{
			"etag": row.Etag, "modified": row.Modified, "failure": row.Failure, "failures": row.Failures, "read_at": row.ReadAt,
			"next_check_at": row.NextCheckAt,
		})
	return done.RowsAffected == 1, done.Error
}

// allBusy is everything that is kept of when a person is busy, which is bounded.
func allBusy(tx database.Tx, personID string) ([]ExportedBusy, error) {
	found := []ExportedBusy{}
	return found, tx.Gorm().Model(&busyRow{}).Where("person_id = ?", personID).Order("from_at").Scan(&found).Error
}

// countBusy is how many busy times of a person are not over yet.
func countBusy(tx database.Tx, personID string, now time.Time) (int, error) {
	var n int64
	err := tx.Gorm().Model(&busyRow{}).Where("person_id = ? and until_at > ?", personID, now).Count(&n).Error
	return int(n), err
}
