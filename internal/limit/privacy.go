package limit

import "kring/internal/identity"

// Marks say what each column of this room's table means for privacy, by "table.column". The key is a keyed hash that
// nobody can take back to an address without the secret; it is gone with its window.
func Marks() map[string]identity.Mark {
	return map[string]identity.Mark{
		"limits.name":      identity.None,
		"limits.key_hash":  identity.Code,
		"limits.window_at": identity.None,
		"limits.taken":     identity.None,
	}
}
