package outbox

import "kring/internal/identity"

// Marks are the marks of the tables of notices and letters, by "table.column".
func Marks() map[string]identity.Mark {
	return map[string]identity.Mark{
		"notices.id":           identity.Code,
		"notices.person_id":    identity.Code,
		"notices.kind":         identity.Code,
		"notices.key":          identity.Code,
		"notices.programme_id": identity.Code,
		"notices.circle_id":    identity.Code,
		"notices.session_id":   identity.Code,
		"notices.subject_id":   identity.Code,
		"notices.state":        identity.Code,
		"notices.reason":       identity.Code,
		"notices.hold_until":   identity.Code,
		"notices.useful_until": identity.Code,
		"notices.letter_id":    identity.Code,

		"letters.id":           identity.Code,
		"letters.person_id":    identity.Code,
		"letters.programme_id": identity.Code,
		"letters.circle_id":    identity.Code,
		"letters.kinds":        identity.Code,
		"letters.list":         identity.Code,
		"letters.urgent":       identity.None,
		"letters.state":        identity.Code,
		"letters.reason":       identity.Code,
		"letters.due_at":       identity.Code,
		"letters.lease_until":  identity.None,
		"letters.attempt":      identity.None,
		"letters.refusals":     identity.None,
		"letters.message_id":   identity.Code,
		"letters.sent_at":      identity.Code,
		"letters.created_at":   identity.Code,
		"letters.updated_at":   identity.None,
	}
}
