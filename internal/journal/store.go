package journal

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"kring/internal/database"
	"kring/internal/page"
)

// entryRow is a row of journal.
type entryRow struct {
	ID          string
	At          time.Time
	ActorID     *string
	ProgrammeID *string
	CircleID    *string
	SubjectID   *string
	Action      string
	Details     string
}

// TableName is asked by gorm.
func (entryRow) TableName() string { return "journal" }

// lastID is behind all ids.
const lastID = "ffffffff-ffff-ffff-ffff-ffffffffffff"

func insert(tx database.Tx, e Entry) error {
	details, err := json.Marshal(e.Details)
	if err != nil {
		return err
	}
	if e.Details == nil {
		details = []byte("{}")
	}
	row := entryRow{
		ID: e.ID, At: e.At, ActorID: some(e.ActorID), ProgrammeID: some(e.ProgrammeID), CircleID: some(e.CircleID),
		SubjectID: some(e.SubjectID), Action: e.Action, Details: string(details),
	}
	if err := tx.Gorm().Create(&row).Error; err != nil {
		return fmt.Errorf("insert journal entry: %w", err)
	}
	return nil
}

// listing is the statement that reads entries: the newest of each column by that column's own index, and of these the
// newest. An "or" would make either database read all that a busy person ever did.
func listing(of Of, after page.Cursor, most int) (statement string, args []any) {
	before := after.ID
	if before == "" {
		before = lastID
	}
	var some []string
	for _, column := range of.columns {
		some = append(some, "select * from (select * from journal where "+column+" = ? and id < ? order by id desc limit ?) as "+column)
		args = append(args, of.id, before, most)
	}
	return strings.Join(some, " union ") + " order by id desc limit ?", append(args, most)
}

func list(tx database.Tx, of Of, after page.Cursor, most int) ([]Entry, error) {
	statement, args := listing(of, after, most)
	var rows []entryRow
	if err := tx.Gorm().Raw(statement, args...).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("list journal: %w", err)
	}
	entries := make([]Entry, 0, len(rows))
	for _, row := range rows {
		e, err := row.entry()
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

func (r entryRow) entry() (Entry, error) {
	e := Entry{
		ID: r.ID, At: r.At, ActorID: none(r.ActorID), ProgrammeID: none(r.ProgrammeID), CircleID: none(r.CircleID),
		SubjectID: none(r.SubjectID), Action: r.Action,
	}
	if err := json.Unmarshal([]byte(r.Details), &e.Details); err != nil {
		return e, fmt.Errorf("details of journal entry %s: %w", r.ID, err)
	}
	return e, nil
}

// some and none change between "" in Go and NULL in a column of ids.
func some(id string) *string {
	if id == "" {
		return nil
	}
	return &id
}

func none(id *string) string {
	if id == nil {
		return ""
	}
	return *id
}
