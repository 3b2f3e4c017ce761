package identity

import (
	"fmt"
	"slices"
)

// Mark says what a column means for privacy. Every column of the schema has one, in the room that owns its table; a
// test fails on a column without.
type Mark string

// The marks.
const (
	// None says nothing about a person: settings of a circle, counts, instants of the program's own work.
	None Mark = "none"
	// Code is an id or a code. It points at a person or says what happened, and says nothing more once the person's row
	// is a tombstone; it stays when a person is erased.
	Code Mark = "code"
	// Personal is what somebody said, or what is known, of a person: part of the export, gone with the erasure.
	Personal Mark = "personal"
	// Secret lets whoever has it act as a person: never exported, never logged, gone with the erasure.
	Secret Mark = "secret"
)

// Marks are the marks of the tables of people, tokens, suppressions, journal, idempotency and jobs, by "table.column".
func Marks() map[string]Mark {
	return map[string]Mark{
		"people.id":               Code,
		"people.email":            Personal,
		"people.name":             Personal,
		"people.letter_language":  Personal,
		"people.zone":             Personal,
		"people.speaks":           Personal,
		"people.availability":     Personal,
		"people.owner":            Code,
		"people.link_epoch":       None,
		"people.confirmed_at":     Personal,
		"people.reminders_off":    Personal,
		"people.changes_off":      Personal,
		"people.hour_off":         Personal,
		"people.quiet_from":       Personal,
		"people.quiet_until":      Personal,
		"people.working_days":     Personal,
		"people.feed_epoch":       None,
		"people.undeliverable_at": Personal,
		"people.erased_at":        Code,
		"people.next_check_at":    None,
		"people.revision":         None,
		"people.created_at":       Personal,
		"people.updated_at":       Personal,

		"tokens.id":           Code,
		"tokens.person_id":    Code,
		"tokens.name":         Personal,
		"tokens.hash":         Secret,
		"tokens.scopes":       Code,
		"tokens.expires_at":   Code,
		"tokens.last_used_on": Personal,
		"tokens.revoked_at":   Code,
		"tokens.created_at":   Code,

		"journal.id":           Code,
		"journal.at":           Code,
		"journal.actor_id":     Code,
		"journal.programme_id": Code,
		"journal.circle_id":    Code,
		"journal.subject_id":   Code,
		"journal.action":       Code,
		"journal.details":      Code,

		"idempotency_keys.caller":     Code,
		"idempotency_keys.route":      Code,
		"idempotency_keys.key":        Code,
		"idempotency_keys.body_hash":  Code,
		"idempotency_keys.status":     None,
		"idempotency_keys.subject_id": Code,
		"idempotency_keys.created_at": Code,

		"suppressions.hash":       Code,
		"suppressions.reason":     Code,
		"suppressions.created_at": Code,

		"salts.name":  None,
		"salts.value": Secret,

		"first_run.id":        None,
		"first_run.person_id": Code,
		"first_run.at":        Code,

		"job_runs.name":        None,
		"job_runs.finished_at": None,
		"job_runs.next_at":     None,
		"job_runs.error":       None,
	}
}

// Unmarked compares the columns of a schema, as "table.column", with the marks of the rooms. It answers a line for each
// column without a mark, with an unknown one or with two, and for each mark without a column; sorted, nil when all is
// well.
func Unmarked(columns []string, rooms ...map[string]Mark) []string {
	var mistakes []string
	times := map[string]int{}
	for _, marks := range rooms {
		for column, mark := range marks {
			times[column]++
			if !slices.Contains([]Mark{None, Code, Personal, Secret}, mark) {
				mistakes = append(mistakes, fmt.Sprintf("%s has the unknown mark %q", column, mark))
			}
			if !slices.Contains(columns, column) {
				mistakes = append(mistakes, column+" is marked and is no column")
			}
		}
	}
	for _, column := range columns {
		switch times[column] {
		case 0:
			mistakes = append(mistakes, column+" has no mark")
		case 1:
		default:
			mistakes = append(mistakes, column+" is marked by more than one room")
		}
	}
	slices.Sort(mistakes)
	return mistakes
}
