package health

import "kring/internal/identity"

// Marks say what each column of this room's table means for privacy, by "table.column". A flag is about a circle: its
// reasons are codes and numbers of sessions and never name a person.
func Marks() map[string]identity.Mark {
	const none, code = identity.None, identity.Code
	return map[string]identity.Mark{
		"flags.id":              code,
		"flags.circle_id":       code,
		"flags.programme_id":    code,
		"flags.verdict":         code,
		"flags.reasons":         code,
		"flags.step":            code,
		"flags.state":           none,
		"flags.raised_at":       none,
		"flags.updated_at":      none,
		"flags.asked_at":        none,
		"flags.acknowledged_at": none,
		"flags.snoozed_until":   none,
		"flags.told_to":         code,
		"flags.told_at":         none,
		"flags.cleared_at":      none,
	}
}
