package outbox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"kring/internal/database"
)

type noticeRow struct {
	ID          string
	PersonID    string
	Kind        string
	Key         string
	ProgrammeID *string
	CircleID    *string
	SessionID   *string
	SubjectID   *string
	State       noticeState
	Reason      string
	HoldUntil   time.Time
	UsefulUntil *time.Time
	LetterID    *string
}

// TableName is asked by gorm.
func (noticeRow) TableName() string { return "notices" }

func rowOf(n Notice) noticeRow {
	row := noticeRow{
		ID: n.ID, PersonID: n.PersonID, Kind: n.Kind, Key: n.Key, ProgrammeID: some(n.ProgrammeID), CircleID: some(n.CircleID),
		SessionID: some(n.SessionID), SubjectID: some(n.SubjectID), State: noticeWaiting, HoldUntil: database.Cut(n.HoldUntil),
	}
	if !n.UsefulUntil.IsZero() {
		until := database.Cut(n.UsefulUntil)
		row.UsefulUntil = &until
	}
	return row
}

func (r noticeRow) notice() Notice {
	n := Notice{
		ID: r.ID, PersonID: r.PersonID, Kind: r.Kind, Key: r.Key, ProgrammeID: text(r.ProgrammeID), CircleID: text(r.CircleID),
		SessionID: text(r.SessionID), SubjectID: text(r.SubjectID), HoldUntil: r.HoldUntil,
	}
	if r.UsefulUntil != nil {
		n.UsefulUntil = *r.UsefulUntil
	}
	return n
}

type letterRow struct {
	ID          string
	PersonID    string
	ProgrammeID *string
	CircleID    *string
	Kinds       string
	List        List
	Urgent      bool
	State       State
	Reason      string
	DueAt       time.Time
	LeaseUntil  *time.Time
	Attempt     int
	Refusals    int
	MessageID   string
	SentAt      *time.Time
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// TableName is asked by gorm.
func (letterRow) TableName() string { return "letters" }

func some(id string) *string {
	if id == "" {
		return nil
	}
	return &id
}

func text(id *string) string {
	if id == nil {
		return ""
	}
	return *id
}

func writeKinds(kinds []string) string {
	out, err := json.Marshal(kinds)
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(out)
}

func readKinds(text string) ([]string, error) {
	var kinds []string
	err := json.Unmarshal([]byte(text), &kinds)
	return kinds, wrap(err, "read kinds")
}

func wrap(err error, what string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("outbox: %s: %w", what, err)
}

// batch bounds the rows of one statement.
const batch = 500

// States stand in statements as literals: SQLite uses a partial index only when it can see that its
// condition holds.

// insertNotices leaves known keys alone, but lets what was taken back wait again.
func insertNotices(tx database.Tx, rows []noticeRow) error {
	again := clause.OnConflict{
		Columns:   []clause.Column{{Name: "key"}},
		DoUpdates: clause.AssignmentColumns([]string{"state", "reason", "hold_until", "useful_until", "letter_id"}),
		Where:     clause.Where{Exprs: []clause.Expression{clause.Eq{Column: "notices.state", Value: noticeVoid}}},
	}
	for rows := range slices.Chunk(rows, batch) {
		if err := tx.Gorm().Clauses(again).Create(&rows).Error; err != nil {
			return wrap(err, "insert notices")
		}
	}
	return nil
}

// changeWaiting changes the notices that are not in a letter yet.
func changeWaiting(tx database.Tx, where Where, values map[string]any) error {
	query := tx.Gorm().Table("notices").Where("state = 'waiting'")
	named := false
	for column, id := range map[string]string{
		"person_id": where.PersonID, "programme_id": where.ProgrammeID, "circle_id": where.CircleID,
		"session_id": where.SessionID, "subject_id": where.SubjectID,
	} {
		if id != "" {
			query, named = query.Where(column+" = ?", id), true
		}
	}
	if !named {
		return errEverything
	}
	if len(where.Kinds) > 0 {
		query = query.Where("kind IN ?", where.Kinds)
	}
	return wrap(query.Updates(values).Error, "change notices")
}

// mostUnsent bounds what is read of one circle.
const mostUnsent = 2000

// claiming ends a statement whose rows of a table nobody else is to take up until the transaction ends; those that
// somebody has taken up are passed over.
func claiming(tx database.Tx, claims bool, table string) string {
	if claims && tx.Postgres() {
		return " FOR UPDATE OF " + table + " SKIP LOCKED"
	}
	return ""
}

func waitingIn(tx database.Tx, claims bool, circleID string, kinds []string) ([]noticeRow, error) {
	var rows []noticeRow
	err := tx.Gorm().Raw("SELECT * FROM notices WHERE state = 'waiting' AND circle_id = ? AND kind IN ? LIMIT ?"+claiming(tx, claims, "notices"),
		circleID, kinds, mostUnsent).Scan(&rows).Error
	return rows, wrap(err, "read the waiting notices of a circle")
}

func queuedIn(tx database.Tx, claims bool, programmeID, circleID string, kinds []string) ([]noticeRow, error) {
	var rows []noticeRow
	err := tx.Gorm().Raw("SELECT n.* FROM letters l JOIN notices n ON n.letter_id = l.id AND n.state = 'in_letter' AND n.kind IN ? "+
		"WHERE l.programme_id = ? AND l.circle_id = ? AND l.state IN ('queued', 'parked') LIMIT ?"+claiming(tx, claims, "l"),
		kinds, programmeID, circleID, mostUnsent).Scan(&rows).Error
	return rows, wrap(err, "read the queued notices of a circle")
}

func keysNoted(tx database.Tx, keys []string) ([]string, error) {
	var found []string
	err := tx.Gorm().Raw("SELECT key FROM notices WHERE key IN ? AND state IN ('waiting', 'in_letter')", keys).Scan(&found).Error
	return found, wrap(err, "read which notices there are")
}

func waitingNotices(tx database.Tx, now time.Time, most int) ([]noticeRow, error) {
	var rows []noticeRow
	err := tx.Gorm().Clauses(database.LockFree(tx)).Where("state = 'waiting' AND hold_until <= ?", now).
		Order("hold_until, person_id, id").Limit(most).Find(&rows).Error
	return rows, wrap(err, "read waiting notices")
}

func insertLetters(tx database.Tx, letters []letterRow) error {
	return wrap(tx.Gorm().Create(&letters).Error, "insert letters")
}

// putInLetters names the letter of each notice, in one statement.
func putInLetters(tx database.Tx, letterOf map[string]string) error {
	pair := "(?, ?)"
	if tx.Postgres() {
		pair = "(?::uuid, ?::uuid)"
	}
	args := []any{noticeInLetter}
	for notice, letter := range letterOf {
		args = append(args, notice, letter)
	}
	values := strings.TrimSuffix(strings.Repeat(pair+",", len(letterOf)), ",")
	err := tx.Gorm().Exec("UPDATE notices SET state = ?, letter_id = pairs.column2 FROM (VALUES "+values+
		") AS pairs WHERE notices.id = pairs.column1", args...).Error
	return wrap(err, "put notices in letters")
}

// claim takes letters that are due, the urgent ones first, and leases them.
func claim(tx database.Tx, now, leaseUntil time.Time, most int) ([]letterRow, error) {
	var letters []letterRow
	for _, urgent := range []bool{true, false} {
		if len(letters) == most {
			break
		}
		var some []letterRow
		due := tx.Gorm().Table("letters").Select("id").Clauses(database.LockFree(tx)).
			Where("state = 'queued' AND urgent = ? AND due_at <= ?", urgent, now).
			Order("due_at, id").Limit(most - len(letters))
		err := tx.Gorm().Raw("UPDATE letters SET state = 'sending', lease_until = ?, attempt = attempt + 1, updated_at = ? "+
			"WHERE id IN (?) RETURNING *", leaseUntil, now, due).Scan(&some).Error
		if err != nil {
			return nil, wrap(err, "claim letters")
		}
		slices.SortFunc(some, func(a, b letterRow) int {
			if order := a.DueAt.Compare(b.DueAt); order != 0 {
				return order
			}
			return strings.Compare(a.ID, b.ID)
		})
		letters = append(letters, some...)
	}
	return letters, nil
}

func noticesOf(tx database.Tx, letters []letterRow) (map[string][]Notice, error) {
	ids := make([]string, len(letters))
	for i, l := range letters {
		ids[i] = l.ID
	}
	var rows []noticeRow
	err := tx.Gorm().Where("letter_id IN ? AND state = 'in_letter'", ids).Order("hold_until, id").Find(&rows).Error
	found := make(map[string][]Notice, len(letters))
	for _, row := range rows {
		found[*row.LetterID] = append(found[*row.LetterID], row.notice())
	}
	return found, wrap(err, "read notices")
}

// receipt writes how a letter fared, and says whether the claim still was the writer's to end.
func receipt(tx database.Tx, l letterRow, o outcome, now time.Time) (bool, error) {
	var sentAt *time.Time
	if o.state == Sent {
		sentAt = &now
	}
	done := tx.Gorm().Exec("UPDATE letters SET state = ?, reason = ?, due_at = ?, lease_until = NULL, refusals = ?, sent_at = ?, "+
		"updated_at = ? WHERE id = ? AND state = 'sending' AND attempt = ?",
		o.state, o.reason, o.dueAt, o.refusals, sentAt, now, l.ID, l.Attempt)
	if done.Error != nil || done.RowsAffected == 0 {
		return false, wrap(done.Error, "write receipt")
	}
	return true, settle(tx, o.settled)
}

// settle ends notices whose letter does not tell them.
func settle(tx database.Tx, notices []settled) error {
	for _, n := range notices {
		err := tx.Gorm().Exec("UPDATE notices SET state = ?, reason = ? WHERE id = ?", n.state, n.reason, n.id).Error
		if err != nil {
			return wrap(err, "settle notice")
		}
	}
	return nil
}

// giveBack returns claims that came to nothing, as if they had not been made.
func giveBack(tx database.Tx, letters []letterRow, now time.Time) error {
	for _, l := range letters {
		err := tx.Gorm().Exec("UPDATE letters SET state = 'queued', lease_until = NULL, updated_at = ? "+
			"WHERE id = ? AND state = 'sending' AND attempt = ?", now, l.ID, l.Attempt).Error
		if err != nil {
			return wrap(err, "give letters back")
		}
	}
	return nil
}

// takeBack queues letters again whose lease has passed.
func takeBack(tx database.Tx, now, machine time.Time) (int64, error) {
	done := tx.Gorm().Exec("UPDATE letters SET state = 'queued', lease_until = NULL, updated_at = ? "+
		"WHERE state = 'sending' AND lease_until <= ?", now, machine)
	return done.RowsAffected, wrap(done.Error, "take letters back")
}

func release(tx database.Tx, now time.Time) (int64, error) {
	done := tx.Gorm().Exec("UPDATE letters SET state = 'queued', reason = '', refusals = 0, due_at = ?, updated_at = ? "+
		"WHERE state = 'parked'", now, now)
	return done.RowsAffected, wrap(done.Error, "release letters")
}

// first answers one instant of the first row, or nil. Neither database can be asked for min() of an
// instant: SQLite would answer text.
func first(query *gorm.DB, column string) (*time.Time, error) {
	var found []time.Time
	err := query.Order(column).Limit(1).Pluck(column, &found).Error
	if err != nil || len(found) == 0 {
		return nil, wrap(err, "read "+column)
	}
	return &found[0], nil
}

func oldestQueued(tx database.Tx) (*time.Time, error) {
	var oldest *time.Time
	for _, urgent := range []bool{true, false} {
		at, err := first(tx.Gorm().Table("letters").Where("state = 'queued' AND urgent = ?", urgent), "due_at")
		if err != nil {
			return nil, err
		}
		if at != nil && (oldest == nil || at.Before(*oldest)) {
			oldest = at
		}
	}
	return oldest, nil
}

func firstLease(tx database.Tx) (*time.Time, error) {
	return first(tx.Gorm().Table("letters").Where("state = 'sending'"), "lease_until")
}

func nextHold(tx database.Tx) (*time.Time, error) {
	return first(tx.Gorm().Table("notices").Where("state = 'waiting'"), "hold_until")
}

// countUnsent counts by state what is neither sent nor lapsed. Each condition is that of an index.
func countUnsent(tx database.Tx) (map[State]int, error) {
	counts := map[State]int{}
	for _, where := range []string{"state = 'queued'", "state = 'sending'", "state IN ('refused', 'parked')"} {
		var rows []struct {
			State   State
			Letters int
		}
		err := tx.Gorm().Table("letters").Select("state, count(*) AS letters").Where(where).Group("state").Scan(&rows).Error
		if err != nil {
			return nil, wrap(err, "count letters")
		}
		for _, row := range rows {
			counts[row.State] = row.Letters
		}
	}
	return counts, nil
}

func countWaiting(tx database.Tx) (int64, error) {
	var n int64
	err := tx.Gorm().Table("notices").Where("state = 'waiting'").Count(&n).Error
	return n, wrap(err, "count notices")
}
