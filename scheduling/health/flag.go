package health

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

// FlagState is where a flag stands.
type FlagState string

// The states of a flag.
const (
	Open      FlagState = "open"
	Cleared   FlagState = "cleared"   // its reasons are gone
	Dismissed FlagState = "dismissed" // the facilitator knows better
)

// Flag is a reason for concern about a circle, of which it carries one open one at most. Instants are UTC.
type Flag struct {
	ID             string
	CircleID       string
	ProgrammeID    string
	Verdict        Level
	Reasons        Reasons
	Step           Step
	State          FlagState
	RaisedAt       time.Time
	UpdatedAt      time.Time  // when verdict, reasons or step last changed
	AskedAt        *time.Time // the circle was asked about it
	AcknowledgedAt *time.Time // a facilitator looks after it
	SnoozedUntil   *time.Time // nobody is asked or written to before
	ToldTo         *string    // who was written to because it stalls
	ToldAt         *time.Time // and when that letter goes out
	ClearedAt      *time.Time // when it was closed, cleared or dismissed
}

// TableName is the flags' table.
func (Flag) TableName() string { return "flags" }

// Rests says whether the flag is snoozed at the instant.
func (f Flag) Rests(now time.Time) bool { return f.SnoozedUntil != nil && now.Before(*f.SnoozedUntil) }

// Asks says whether the circle's next letter asks about the flag, with the step that would help: once, while it wobbles.
func (f Flag) Asks(now time.Time) bool {
	return f.State == Open && f.Verdict == Wobbling && f.AskedAt == nil && !f.Rests(now)
}

// Tells says whether whoever looks after the circle is to be written to: once, when it stalls.
func (f Flag) Tells(now time.Time) bool {
	return f.State == Open && f.Verdict == Stalling && f.ToldAt == nil && f.AcknowledgedAt == nil && !f.Rests(now)
}

// verdict is what the flag says.
func (f Flag) verdict() Verdict { return Verdict{Level: f.Verdict, Reasons: f.Reasons, Step: f.Step} }

// take makes the flag say the verdict. One that gets worse is news again: whoever looked after it is told anew.
func (f *Flag) take(v Verdict, now time.Time) {
	if v.Level == Stalling && f.Verdict != Stalling {
		f.ToldTo, f.ToldAt, f.AcknowledgedAt = nil, nil, nil
	}
	f.Verdict, f.Reasons, f.Step, f.UpdatedAt = v.Level, v.Reasons, v.Step, now
}

// close ends the flag.
func (f *Flag) close(state FlagState, now time.Time) { f.State, f.ClearedAt = state, &now }

// Reasons are a flag's reasons, in the order of weight.
type Reasons []Reason

// Value stores the list as JSON text.
func (r Reasons) Value() (driver.Value, error) {
	if r == nil {
		return "[]", nil
	}
	text, err := json.Marshal([]Reason(r))
	return string(text), err
}

// Scan reads JSON text.
func (r *Reasons) Scan(src any) error {
	switch v := src.(type) {
	case string:
		return json.Unmarshal([]byte(v), (*[]Reason)(r))
	case []byte:
		return json.Unmarshal(v, (*[]Reason)(r))
	}
	return fmt.Errorf("reasons in a column of type %T", src)
}

// GormDataType names the column's class for the comparison of models and schema.
func (Reasons) GormDataType() string { return "text" }
