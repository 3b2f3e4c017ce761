package circles

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"

	"kring/internal/wall"
)

// ApplicationState is where a sign-up stands.
type ApplicationState string

// The states of an application.
const (
	Unconfirmed ApplicationState = "unconfirmed" // the mailed link is not pressed: it counts for nothing
	Waiting     ApplicationState = "waiting"     // counts, and is not in a circle
	Placed      ApplicationState = "placed"      // in a circle
	Withdrawn   ApplicationState = "withdrawn"
)

// Application is what somebody said when signing up for a programme.
type Application struct {
	ID             string
	ProgrammeID    string
	PersonID       string
	State          ApplicationState
	Name           string
	LetterLanguage string
	Speaks         Languages
	Zone           string
	Availability   wall.Availability
	Team           string
	Department     string
	Location       string
	Experience     string
	CircleID       *string    // the circle whose open seat is asked for
	ExpiresAt      *time.Time // when an unconfirmed one is deleted
	LetterAt       *time.Time // when the last letter about it was asked for
	ConfirmedAt    *time.Time
	ForgottenAt    *time.Time // when what it says of the person was deleted
	Revision       int
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// TableName is the applications' table.
func (Application) TableName() string { return "applications" }

// Languages is a list of language tags, in the order of the person's preference.
type Languages []string

// Value stores the list as JSON text.
func (l Languages) Value() (driver.Value, error) {
	if l == nil {
		return "[]", nil
	}
	text, err := json.Marshal([]string(l))
	return string(text), err
}

// Scan reads JSON text.
func (l *Languages) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*l = nil
		return nil
	case string:
		return json.Unmarshal([]byte(v), (*[]string)(l))
	case []byte:
		return json.Unmarshal(v, (*[]string)(l))
	}
	return fmt.Errorf("languages in a column of type %T", src)
}

// GormDataType names the column's class for the comparison of models and schema.
func (Languages) GormDataType() string { return "text" }
