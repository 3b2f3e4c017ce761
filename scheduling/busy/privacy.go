package busy

import "kring/internal/identity"

// Marks say what each column of this room's tables means for privacy, by "table.column".
func Marks() map[string]identity.Mark {
	return map[string]identity.Mark{
		"foreign_calendars.person_id":     identity.Code,
		"foreign_calendars.address":       identity.Secret,
		"foreign_calendars.etag":          identity.None,
		"foreign_calendars.modified":      identity.None,
		"foreign_calendars.failure":       identity.Personal,
		"foreign_calendars.failures":      identity.None,
		"foreign_calendars.read_at":       identity.Personal,
		"foreign_calendars.tried_at":      identity.Personal,
		"foreign_calendars.next_check_at": identity.None,
		"foreign_calendars.created_at":    identity.Personal,

		"busy_times.person_id": identity.Code,
		"busy_times.from_at":   identity.Personal,
		"busy_times.until_at":  identity.Personal,
	}
}
