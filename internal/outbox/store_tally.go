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

// tallySQL groups what a table holds of a programme. SQLite answers the newest instant as an instant
// only when it is a bare column beside max(), which it then takes from the same row; Postgres wants
// max() itself. Both order by bytes.
func tallySQL(tx database.Tx, from, kinds, state, reason, at, where string) string {
	newest, bytes := at+" AS last_at, max("+at+")", ""
	if tx.Postgres() {
		newest, bytes = "max("+at+") AS last_at", ` COLLATE "C"`
	}
	place := "CAST(coalesce(circle_id, programme_id) AS text)" + bytes
	rest := "(" + kinds + " || ' ' || " + state + " || ' ' || " + reason + ")" + bytes
	return "SELECT circle_id AS circle, " + kinds + " AS kinds, " + state + " AS state, " + reason + " AS reason, " +
		"count(*) AS letters, " + place + " AS place, " + rest + " AS rest, " + newest + " FROM " + from +
		" WHERE programme_id = ? AND " + where + " AND (" + place + " > ? OR " + place + " = ? AND " + rest + " > ?)" +
		" GROUP BY circle_id, programme_id, kinds, state, reason ORDER BY place, rest LIMIT ?"
}

func tallyLetters(tx database.Tx, programmeID string, state State, after place, most int) ([]Tally, error) {
	where, args := "1 = 1", []any{programmeID}
	if state != "" {
		where, args = "state = ?", append(args, state)
	}
	args = append(args, after.circle, after.circle, after.rest, most)
	return tallies(tx, tallySQL(tx, "letters", "kinds", "state", "reason", "updated_at", where), args)
}

func tallyPlanned(tx database.Tx, programmeID string, after place, most int) ([]Tally, error) {
	sql := tallySQL(tx, "notices", `('["' || kind || '"]')`, "'planned'", "''", "hold_until", "state = 'waiting'")
	return tallies(tx, sql, []any{programmeID, after.circle, after.circle, after.rest, most})
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
		Where("programme_id = ? AND (state = 'refused' OR state = 'lapsed' AND reason = ?)", programmeID, ReasonUndeliverable).
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
