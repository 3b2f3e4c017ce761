package scheduling

import (
	"slices"
	"time"

	"kring/internal/wall"
)

// State says what became of a session; see doc.go for the drawing.
type State string

// The states of a session.
const (
	Planned    State = "planned"
	Held       State = "held"
	Missed     State = "missed"     // nobody called it off, and it was not held
	Cancelled  State = "cancelled"  // called off late: not held
	Skipped    State = "skipped"    // no session this week, agreed beforehand
	Unrecorded State = "unrecorded" // nobody said how it went
)

// Lost says whether a session of this state adds a date at the end of the run.
func (s State) Lost() bool { return s == Missed || s == Cancelled || s == Skipped }

// Session is one dated meeting of a circle. It has a date, never a guide number: GuideWeek is given when it is held.
// Instants are UTC.
type Session struct {
	ID           string
	CircleID     string
	Ordinal      int // counts the run's sessions by date, from 1
	State        State
	StartsAt     time.Time
	EndsAt       time.Time
	Series       int       // the calendar series it belongs to
	SlotStartsAt time.Time // when the weekly slot meant it to be: RECURRENCE-ID (RFC 5545, 3.8.4.4)
	Sequence     int       // SEQUENCE of its last change
	GuideWeek    *int
	WeekSettled  bool    // a member set the circle's week after it: recording it late moves no week
	HostID       *string // the member who leads it
	HostSwapped  bool    // by a member's own word, so that the rotation leaves it alone
	ReplacesID   *string // the lost session that added this one at the end
	MovedAt      *time.Time
	OutcomeAt    *time.Time

	SaidYes, SaidNo, SaidUnsure *int // what remains of the answers once the names are forgotten

	Revision  int
	CreatedAt time.Time
	UpdatedAt time.Time
}

// TableName is the sessions' table.
func (Session) TableName() string { return "sessions" }

// On is the session's date on the wall in loc.
func (s Session) On(loc *time.Location) wall.Date { return wall.DateOf(s.StartsAt, loc) }

// Coming says whether the session still lies ahead at the instant.
func (s Session) Coming(now time.Time) bool { return s.State == Planned && now.Before(s.StartsAt) }

// Over says whether the session's time has passed.
func (s Session) Over(now time.Time) bool { return !now.Before(s.EndsAt) }

// hosts says whether the member leads the session.
func (s Session) hosts(memberID string) bool { return s.HostID != nil && *s.HostID == memberID }

// inOrder sorts sessions by date and counts them anew. The order of equal starts is that of the ids, which rise.
func inOrder(sessions []Session) []Session {
	out := slices.Clone(sessions)
	slices.SortStableFunc(out, func(a, b Session) int { return a.StartsAt.Compare(b.StartsAt) })
	for i := range out {
		out[i].Ordinal = i + 1
	}
	return out
}

// Next is the first session that lies ahead, and false when none does. Sessions are ordered by date.
func Next(sessions []Session, now time.Time) (Session, bool) {
	for _, s := range sessions {
		if s.Coming(now) {
			return s, true
		}
	}
	return Session{}, false
}
