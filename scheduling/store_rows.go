package scheduling

import "gorm.io/gorm"

// What every letter and every pass reads of a circle is scanned by hand: gorm's reflection costs as much as the
// statements. fields has the columns in the same order.

const (
	sessionColumns = `id, circle_id, ordinal, state, starts_at, ends_at, series, slot_starts_at, sequence, guide_week,
		week_settled, host_id, host_swapped, replaces_id, moved_at, outcome_at, said_yes, said_no, said_unsure, revision,
		created_at, updated_at`
	reminderColumns = "r.session_id, r.kind, r.circle_id, r.due_at, r.done_at"
	toldColumns     = "person_id, session_id, starts_at, was_at, sequence, state, was_state, at"
)

func (s *Session) fields() []any {
	return []any{
		&s.ID, &s.CircleID, &s.Ordinal, (*string)(&s.State), &s.StartsAt, &s.EndsAt, &s.Series, &s.SlotStartsAt, &s.Sequence, &s.GuideWeek,
		&s.WeekSettled, &s.HostID, &s.HostSwapped, &s.ReplacesID, &s.MovedAt, &s.OutcomeAt, &s.SaidYes, &s.SaidNo, &s.SaidUnsure, &s.Revision,
		&s.CreatedAt, &s.UpdatedAt,
	}
}

func (r *Reminder) fields() []any {
	return []any{&r.SessionID, (*string)(&r.Kind), &r.CircleID, &r.DueAt, &r.DoneAt}
}

func (t *Told) fields() []any {
	return []any{&t.PersonID, &t.SessionID, &t.StartsAt, &t.WasAt, &t.Sequence, (*string)(&t.State), &t.WasState, &t.At}
}

// scan reads a bounded list by hand.
func scan[T any, P interface {
	*T
	fields() []any
}](query *gorm.DB) ([]T, error) {
	read, err := query.Rows()
	if err != nil {
		return nil, err
	}
	defer read.Close() // Err below says what went wrong
	var found []T
	for read.Next() {
		var row T
		if err := read.Scan(P(&row).fields()...); err != nil {
			return nil, err
		}
		found = append(found, row)
	}
	return found, read.Err()
}
