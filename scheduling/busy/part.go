package busy

import (
	"time"

	"kring/internal/database"
	"kring/internal/identity"
)

// Export is what the person it is about is told of this room. The address of her calendar is a secret and is not in it.
// Instants are UTC.
type Export struct {
	Calendar *ExportedCalendar `json:"calendar"`
	Busy     []ExportedBusy    `json:"busy"`
}

// ExportedCalendar is the calendar that she named.
type ExportedCalendar struct {
	Host      string     `json:"host"`
	Failure   string     `json:"failure"`
	ReadAt    *time.Time `json:"read_at"`
	TriedAt   *time.Time `json:"tried_at"`
	CreatedAt time.Time  `json:"created_at"`
}

// ExportedBusy is a stretch of time in which she is busy.
type ExportedBusy struct {
	FromAt  time.Time `json:"from_at"`
	UntilAt time.Time `json:"until_at"`
}

// Part is what this room keeps about people. Erased, nothing of it is left.
func (b *Calendars) Part() identity.Part {
	return identity.Part{Name: "busy_times", ExportIn: b.export, EraseIn: erase}
}

func (b *Calendars) export(tx database.Tx, personID string) (any, error) {
	row, named, err := calendarOf(tx, personID)
	if err != nil {
		return nil, err
	}
	var e Export
	if named {
		e.Calendar = &ExportedCalendar{
			Host: b.locks.host(row), Failure: row.Failure, ReadAt: row.ReadAt, TriedAt: row.TriedAt, CreatedAt: row.CreatedAt,
		}
	}
	e.Busy, err = allBusy(tx, personID)
	return e, err
}

func erase(tx database.Tx, _ time.Time, personID string) error { return deleteCalendar(tx, personID) }
