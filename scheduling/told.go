package scheduling

import "time"

// Told is what a person was last told about a session.
type Told struct {
	PersonID  string
	SessionID string
	StartsAt  time.Time  // the start they know
	WasAt     *time.Time // the start they knew before it; nil when it is the first
	Sequence  int
	State     State
	WasState  *State // the state they knew before it
	At        time.Time
}

// TableName is the table of what people were told.
func (Told) TableName() string { return "told" }
