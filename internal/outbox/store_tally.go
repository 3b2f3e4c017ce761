package outbox

import (
	"time"

	"kring/internal/database"
)

type tallyRow struct {
	Circle  *string
	Kinds   string
	State   State
	Reason  string
	Letters int
	LastAt  time.Time
	Place   string
	Rest    string
}

const maxUndelivered = 1000

// held is a table that holds what a programme's circles are told: its columns as a tally shows them, and which of its
// rows are counted.
type held struct {
	table, kinds, state, reason, at string
	where                           string
	args                            []any
}

// sql groups what the table holds of a programme's circles. SQLite answers the newest instant as an instant only when it
// is a bare column beside max(), which it then takes from the same row; Postgres wants max() itself. Both order by bytes.
func (h held) sql(tx database.Tx, circles string) string {
	newest, bytes := h.at+" AS last_at, max("+h.at+")", ""
	if tx.Postgres() {
		newest, bytes = "max("+h.at+") AS last_at", ` COLLATE "C"`
	}
	place := "CAST(coalesce(circle_id, programme_id) AS text)" + bytes
	rest := "(" + h.kinds + " || ' ' || " + h.state + " || ' ' || " + h.reason + ")" + bytes
	return "SELECT circle_id AS circle, " + h.kinds + " AS kinds, " + h.state + " AS state, " + h.reason + " AS reason, " +
		"count(*) AS letters, " + place + " AS place, " + rest + " AS rest, " + newest + " FROM " + h.table +
		" WHERE programme_id = ? AND " + h.where + " AND " + circles + " AND (" + place + " > ? OR " + place + " = ? AND " + rest + " > ?)" +
		" GROUP BY circle_id, programme_id, kinds, state, reason ORDER BY place, rest LIMIT ?"
}

// The ids before and behind all others.
const (
	firstID = "00000000-0000-0000-0000-000000000000"
	lastID  = "ffffffff-ffff-ffff-ffff-ffffffffffff"
)

// until answers the last circle that a page of so many tallies can reach: each circle has at least one, except that
// nothing may be left of the first. So a page reads a stretch of the index, however much a programme was told.
func (h held) until(tx database.Tx, programmeID, from string, most int) (string, error) {
	var circles []string
	err := tx.Gorm().Raw("SELECT DISTINCT circle_id FROM "+h.table+" WHERE programme_id = ? AND "+h.where+" AND circle_id >= ?"+
		" ORDER BY circle_id LIMIT ?", h.values(programmeID, from, most+1)...).Scan(&circles).Error
	if err != nil || len(circles) <= most {
		return lastID, wrap(err, "find circles with letters")
	}
	return circles[most], nil
}

func (h held) tallies(tx database.Tx, programmeID string, after place, most int) ([]Tally, error) {
	from := max(after.circle, firstID)
	until, err := h.until(tx, programmeID, from, most)
	if err != nil {
		return nil, err
	}
	circles := "circle_id BETWEEN ? AND ?"
	if after.circle <= programmeID { // what concerns no circle stands at the programme's own id
		circles = "(" + circles + " OR circle_id IS NULL)"
	}
	return tallies(tx, h.sql(tx, circles), h.values(programmeID, from, until, after.circle, after.circle, after.rest, most))
}

// values are the arguments of a statement: those of where come after the programme.
func (h held) values(programmeID string, rest ...any) []any {
	return append(append([]any{programmeID}, h.args...), rest...)
}

// notTaken are the letters that an address did not take.
const notTaken = "(state = 'refused' OR state = 'lapsed' AND reason = '" + ReasonUndeliverable + "')"

func tallyLetters(tx database.Tx, programmeID string, state State, after place, most int, discreet []string) ([]Tally, error) {
	h := held{table: "letters", kinds: "kinds", state: "state", reason: "reason", at: "updated_at", where: "1 = 1"}
	if state != "" {
		h.where, h.args = "state = ?", []any{state}
	}
	for _, kind := range discreet {
		h.where += " AND NOT (" + notTaken + " AND kinds LIKE ?)"
		h.args = append(h.args, `%"`+kind+`"%`)
	}
	return h.tallies(tx, programmeID, after, most)
}

func tallyPlanned(tx database.Tx, programmeID string, after place, most int) ([]Tally, error) {
	h := held{
		table: "notices", kinds: `('["' || kind || '"]')`, state: "'planned'", reason: "''", at: "hold_until",
		where: "state = 'waiting'",
	}
	return h.tallies(tx, programmeID, after, most)
}

func tallies(tx database.Tx, sql string, args []any) ([]Tally, error) {
	var rows []tallyRow
	if err := tx.Gorm().Raw(sql, args...).Scan(&rows).Error; err != nil {
		return nil, wrap(err, "count letters")
	}
	out := make([]Tally, len(rows))
	for i, row := range rows {
		kinds, err := readKinds(row.Kinds)
		if err != nil {
			return nil, err
		}
		out[i] = Tally{
			CircleID: text(row.Circle), Kinds: kinds, State: row.State, Reason: row.Reason, Letters: row.Letters,
			LastAt: row.LastAt.UTC(), place: place{row.Place, row.Rest},
		}
	}
	return out, nil
}

func undelivered(tx database.Tx, programmeID string) ([]Undelivered, error) {
	var rows []letterRow
	err := tx.Gorm().Distinct("circle_id, person_id, kinds, state, reason").
		Where("programme_id = ? AND "+notTaken, programmeID).
		Order("circle_id, person_id, kinds, state, reason").Limit(maxUndelivered).Find(&rows).Error
	if err != nil {
		return nil, wrap(err, "read undelivered letters")
	}
	out := make([]Undelivered, len(rows))
	for i, row := range rows {
		kinds, err := readKinds(row.Kinds)
		if err != nil {
			return nil, err
		}
		out[i] = Undelivered{CircleID: text(row.CircleID), PersonID: row.PersonID, Kinds: kinds, State: row.State, Reason: row.Reason}
	}
	return out, nil
}
