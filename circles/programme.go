package circles

import (
	"time"

	"kring/internal/wall"
)

// ProgrammeState says whether a programme still takes people and circles.
type ProgrammeState string

// The states of a programme.
const (
	Open   ProgrammeState = "open"
	Closed ProgrammeState = "closed"
)

// BreakKind tells weeks without sessions from weeks that are only warned about.
type BreakKind string

// The kinds of a programme's break.
const (
	BreakWeeks    BreakKind = "break"          // no sessions
	SchoolHoliday BreakKind = "school_holiday" // warned about, never skipped
)

// Programme is a facilitator's run of circles. What it says of quorum, zone, language and holidays is the default of
// its circles.
type Programme struct {
	ID             string
	Name           string
	Purpose        string // why the organisation does this: the sign-up page opens with it
	GuideSet       string
	Language       string
	Zone           string // IANA
	Holidays       string // key of a calendar
	Quorum         int
	StartsOn       wall.Date // when circles are meant to begin; zero: not said
	SignupOpen     bool
	SignupClosesAt *time.Time
	HourReminder   bool // whether people get a letter one hour before
	State          ProgrammeState

	KeepMonths         int        // how long people's data stays after their last circle
	KeepUnplacedMonths int        // how long the data of who was never placed stays after sign-up closed
	SignupEndedAt      *time.Time // when sign-up was closed by hand; nil while it is open

	Revision  int
	CreatedAt time.Time
	UpdatedAt time.Time
}

// TableName is the programmes' table.
func (Programme) TableName() string { return "programmes" }

// TakesApplications says whether somebody can sign up at the instant.
func (p Programme) TakesApplications(now time.Time) bool {
	return p.State == Open && p.SignupOpen && (p.SignupClosesAt == nil || now.Before(*p.SignupClosesAt))
}

// noteSignup writes down since when nobody can sign up because sign-up or the programme was closed by hand.
func (p *Programme) noteSignup(now time.Time) {
	switch open := p.State == Open && p.SignupOpen; {
	case open:
		p.SignupEndedAt = nil
	case p.SignupEndedAt == nil:
		p.SignupEndedAt = &now
	}
}

// Break is a stretch of dates that a programme gives all its circles, both ends included.
type Break struct {
	ID          string
	ProgrammeID string
	Kind        BreakKind
	Name        string
	FromOn      wall.Date
	UntilOn     wall.Date
}

// TableName is the breaks' table.
func (Break) TableName() string { return "programme_breaks" }

// Facilitator is a person's right over a programme.
type Facilitator struct {
	ProgrammeID string
	PersonID    string
	CreatedAt   time.Time
}

// TableName is the facilitators' table.
func (Facilitator) TableName() string { return "facilitators" }

// FacilitatorInvitation is a letter by which somebody was asked to facilitate a programme, and that waits for her yes.
type FacilitatorInvitation struct {
	ProgrammeID string
	PersonID    string
	InvitedBy   *string // a person; nil when she was erased
	ExpiresAt   time.Time
	LetterAt    time.Time // when the last letter about it was asked for
	CreatedAt   time.Time
}

// TableName is the invitations' table.
func (FacilitatorInvitation) TableName() string { return "facilitator_invitations" }
