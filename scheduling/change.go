package scheduling

import (
	"slices"

	"kring/internal/wall"

	"kring/circles"
)

// SessionChange is what a use case made of one session's date.
type SessionChange struct {
	SessionID string
	What      Changed
	Before    *Dated // nil for a new one
	After     *Dated // nil for one that falls out
	// SuitsBefore and SuitsAfter are how many members the two dates suit; nil where that was not worked out.
	SuitsBefore, SuitsAfter *Suits
}

// Changed is what became of a session's date.
type Changed string

// What can become of a session's date.
const (
	Kept        Changed = "kept"
	Added       Changed = "added"
	MovedDate   Changed = "moved"
	SkippedDate Changed = "skipped"
	CalledOff   Changed = "cancelled"
	Dropped     Changed = "dropped"
)

// Change is what a use case did to a circle's dates, or, of a dry run, what it would do.
type Change struct {
	DryRun   bool
	Circle   circles.Circle
	Sessions []SessionChange // in the order of the dates as they are now; what falls out comes last
	Warnings []Warning       // about new dates
	EndsOn   wall.Date       // the last planned date; zero when there is none
	Letters  int             // how many letters are asked for
	Motion   *circles.Motion // when it is only proposed
	Session  *Session        // the session it was about, as it is now
	Message  string          // id of a message to the circle

	ReplanID        string // the replan that it is, or would be
	CalendarUpdates int    // how many people's calendars change
	Free            []Free // dates of the slot that the run leaves out from now on
}

// Changes are the sessions whose date or state changed.
func (c Change) Changes() []SessionChange {
	return slices.DeleteFunc(slices.Clone(c.Sessions), func(s SessionChange) bool { return s.What == Kept })
}

// change says what the use case did.
func (c *course) change() (Change, error) {
	out := Change{Circle: c.circle, Letters: len(c.posts) + c.joined + c.letters, Motion: c.motion, Message: c.message}
	if len(c.replans) > 0 {
		last := c.replans[len(c.replans)-1]
		out.ReplanID, out.CalendarUpdates, out.Free = last.ID, last.done.Calendars, last.done.Free
	}
	var fresh []wall.Date
	for _, s := range c.sessions {
		was, existed := c.was(s.ID)
		one := SessionChange{SessionID: s.ID, What: whatBecame(s, was, existed), After: c.dated(s)}
		if existed {
			one.Before = c.dated(was)
		}
		if one.What == Added || one.What == MovedDate {
			fresh = append(fresh, s.On(c.loc))
		}
		if s.State == Planned {
			out.EndsOn = s.On(c.loc)
		}
		out.Sessions = append(out.Sessions, one)
	}
	for _, was := range c.before {
		if c.session(was.ID) == nil {
			out.Sessions = append(out.Sessions, SessionChange{SessionID: was.ID, What: Dropped, Before: c.dated(was)})
		}
	}
	if s := c.session(c.focus); s != nil {
		shown := *s
		out.Session = &shown
	}
	var err error
	out.Warnings, err = c.warnings(fresh)
	return out, err
}

// warnings are what should be known of new dates.
func (c *course) warnings(fresh []wall.Date) ([]Warning, error) {
	if len(fresh) == 0 {
		return nil, nil
	}
	watched, err := c.watched()
	return Warnings(fresh, watched), err
}

func whatBecame(s, was Session, existed bool) Changed {
	switch {
	case !existed:
		return Added
	case s.State != was.State && s.State == Skipped:
		return SkippedDate
	case s.State != was.State && s.State == Cancelled:
		return CalledOff
	case !s.StartsAt.Equal(was.StartsAt):
		return MovedDate
	}
	return Kept
}

func (c *course) dated(s Session) *Dated {
	return &Dated{On: s.On(c.loc), StartsAt: s.StartsAt, EndsAt: s.EndsAt}
}

// watched is what new dates are held against: the circle's calendar, those of the countries in which members live, and
// the school holidays of the programme.
func (c *course) watched() (Watched, error) {
	w := Watched{Circle: calendarOf(c.circle.Holidays), Schools: c.schools}
	people, err := c.people()
	if err != nil {
		return w, err
	}
	seen := []string{countryOf(c.circle.Holidays)}
	for _, m := range c.members {
		country := countryOfZone(people[m.PersonID].Zone)
		if country == "" || slices.Contains(seen, country) {
			continue
		}
		seen = append(seen, country)
		w.Others = append(w.Others, livesBy(country))
	}
	return w, nil
}
