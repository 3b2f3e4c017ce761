package circles

import "time"

// SeatState is where a seat stands between being offered and being left; see doc.go for the drawing.
type SeatState string

// The states of a seat.
const (
	Invited  SeatState = "invited"  // offered; waits for a press
	Asked    SeatState = "asked"    // wanted while none was free: in line for the next
	Held     SeatState = "held"     // asked for, kept for 48 h until it is accepted
	Accepted SeatState = "accepted" // taken
	Declined SeatState = "declined" // refused by whoever it was for, or by the circle
	Expired  SeatState = "expired"  // no press in time, or withdrawn
	Left     SeatState = "left"     // stepped out of the circle
)

// Takes says whether a seat of this state is taken from the circle's free ones.
func (s SeatState) Takes() bool { return s == Invited || s == Held || s == Accepted }

// Open says whether something can still come of a seat of this state.
func (s SeatState) Open() bool { return s == Asked || s.Takes() }

// Member is a seat of a circle and the person it is for: who asked, was invited, is in, or left. One row follows the
// person from the first letter to the last.
type Member struct {
	ID            string
	CircleID      string
	PersonID      string
	ApplicationID *string // the sign-up it came from
	ProgrammeID   *string // through which programme the person came; nil: through none
	Guest         bool    // that programme is not the circle's
	State         SeatState
	OtherHour     bool // declined because of the hour: would come at another one

	Hosts    bool // takes a turn in leading sessions
	HostTurn int  // place in the rotation, ascending

	ExpiresAt      *time.Time // an invitation or a hold ends; nil in every other state
	AcceptedAt     *time.Time
	InAt           *time.Time // since when the person is a member; nil while the circle may still object
	LeftAt         *time.Time
	UndoUntil      *time.Time // until when leaving can be taken back
	LastSignAt     *time.Time // the last sign of life
	StillInAskedAt *time.Time // asked "still in?" and not yet answered
	FeedEpoch      int        // part of the address at which the member reads the circle's calendar; raised, it voids that address
	Revision       int
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// TableName is the seats' table.
func (Member) TableName() string { return "members" }

// come notes through which programme the person comes into the circle; nil: through none.
func (m *Member) come(c Circle, through *string) {
	m.ProgrammeID, m.Guest = through, through != nil && *through != c.ProgrammeID
}

// named says whether the person of the seat made herself known here: by signing up, or by her yes.
func (m Member) named() bool { return m.ApplicationID != nil || m.State == Accepted || m.State == Left }

// In says whether the person is a member of the circle: the seat is accepted and nobody can object any more.
func (m Member) In() bool { return m.State == Accepted && m.InAt != nil }
