package scheduling

import (
	"time"

	"kring/internal/wall"

	"kring/circles"
)

// Answer is what a member says about coming to a session.
type Answer string

// The answers. Who says nothing comes: coming is the norm.
const (
	Yes    Answer = "yes"
	No     Answer = "no"
	Unsure Answer = "unsure"
)

// Said is one member's answer to one session.
type Said struct {
	SessionID string
	MemberID  string
	StartsAt  time.Time // the start that was answered: the answer holds while the session has it
	Answer    Answer
	Sequence  int // of the calendar entry that was answered; 0 for other answers
	At        time.Time
}

// TableName is the answers' table.
func (Said) TableName() string { return "answers" }

// Absence is a stretch of dates on which a member is away, both ends included, on the wall of the circle's zone.
type Absence struct {
	ID       string
	CircleID string
	MemberID string
	FromOn   wall.Date
	UntilOn  wall.Date
}

// TableName is the absences' table.
func (Absence) TableName() string { return "absences" }

// Word is everything that members said about when they come.
type Word struct {
	Said     []Said
	Absences []Absence
}

// about is what a member said about the session: the answer to it, else No when the date lies in an absence, else "".
func (w Word) about(s Session, memberID string, loc *time.Location) Answer {
	for _, said := range w.Said {
		if said.SessionID == s.ID && said.MemberID == memberID && said.StartsAt.Equal(s.StartsAt) {
			return said.Answer
		}
	}
	on := s.On(loc)
	for _, a := range w.Absences {
		if a.MemberID == memberID && (Span{FromOn: a.FromOn, UntilOn: a.UntilOn}).Holds(on) {
			return No
		}
	}
	return ""
}

// About is what a member said about the session, by an answer or an absence; "" is nothing yet.
func (w Word) About(s Session, memberID string, loc *time.Location) Answer {
	return w.about(s, memberID, loc)
}

// Comes says whether the member is expected: neither a no nor away, and not asked "still in?" without an answer.
func (w Word) Comes(s Session, m circles.Member, loc *time.Location) bool {
	return m.StillInAskedAt == nil && w.about(s, m.ID, loc) != No
}

// Expected are the members who are expected at the session, in their order.
func (w Word) Expected(s Session, members []circles.Member, loc *time.Location) []circles.Member {
	var out []circles.Member
	for _, m := range members {
		if w.Comes(s, m, loc) {
			out = append(out, m)
		}
	}
	return out
}

// Tally is how many members said what; Silent said nothing.
type Tally struct{ Yes, No, Unsure, Silent int }

// Tally counts what the members said about the session. Who is away said no.
func (w Word) Tally(s Session, members []circles.Member, loc *time.Location) Tally {
	var c Tally
	for _, m := range members {
		switch w.about(s, m.ID, loc) {
		case Yes:
			c.Yes++
		case No:
			c.No++
		case Unsure:
			c.Unsure++
		default:
			c.Silent++
		}
	}
	return c
}

// silent says whether the member gave no sign of life over the last three sessions at which they were expected, of which
// at least one was held: where none was, the circle as a whole is asked. A sign in the interval before a session, in days,
// holds for it: that is when its reminder is answered. Sessions that were skipped or called off do not count. Sessions are
// ordered by date.
func (w Word) silent(m circles.Member, sessions []Session, interval int, loc *time.Location, now time.Time) bool {
	since := lastSign(m)
	n, met := 0, false
	for _, s := range sessions {
		lost := s.State == Skipped || s.State == Cancelled
		if lost || !s.Over(now) || s.StartsAt.AddDate(0, 0, -interval).Before(since) || w.about(s, m.ID, loc) == No {
			continue
		}
		n++
		met = met || s.State == Held
	}
	return met && n >= silentSessions
}

func lastSign(m circles.Member) time.Time {
	var since time.Time
	for _, at := range []*time.Time{m.InAt, m.LastSignAt} {
		if at != nil && at.After(since) {
			since = *at
		}
	}
	return since
}
