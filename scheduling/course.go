package scheduling

import (
	"slices"
	"time"

	"kring/guides"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/wall"

	"kring/circles"
)

// course is a circle with everything that hangs on its dates: read in one transaction with the circle's row locked,
// changed by pure steps, and written back as the difference. Sessions are ordered by date.
type course struct {
	tx        database.Tx
	actor     identity.Actor // nobody when time itself acts
	now       time.Time
	circle    circles.Circle
	programme circles.Programme
	set       guides.Set
	loc       *time.Location
	members   []circles.Member // who are in
	sessions  []Session
	reminders []Reminder
	word      Word
	breaks    []CircleBreak // those of the circle
	off       OffDays
	schools   []Span

	locked    bool          // it is read to be changed
	before    []Session     // as they were read
	freed     []CircleBreak // the breaks, as they were read
	persons   map[string]identity.Person
	busy      busyTimes
	signs     []string             // members who gave a sign of life
	asked     []string             // members who are now asked "still in?"
	dues      []Due                // to write; a zero DueAt takes the row away
	tellAll   bool                 // people are told of all coming dates by what is done now
	telling   string               // the kind of the letter that tells all coming dates, when it waits for its hour
	tellingAt time.Time            // what makes that letter one occasion
	replanned []string             // sessions whose date or state a step changed
	tellOf    []string             // those of them that people are told of
	hush      bool                 // nobody is told of what the step changed
	known     *knowledge           // what people were told until now
	heard     []Told               // what they are told now, or know
	news      map[string]bool      // ids of sessions of which somebody is told something new
	never     []Told               // what they are not told after all
	holds     []hold               // letters that are brought forward
	joined    int                  // letters that are not asked for because one waits
	replans   []replannedStep      // the steps that were done
	undone    []string             // ids of replans that were taken back
	given     []string             // ids for what a step adds
	deeds     []deed               // lines for the journal
	answers   func() error         // of the use case, once all is saved
	tellTo    map[string]time.Time // persons who are told of all coming dates, and when
	worked    []Reminder           // rows that were dealt with
	counts    *Counts              // of the pass that time runs; nil in a use case
	posts     []post               // what is told to whom
	voids     []void               // what is not to be told any more
	motion    *circles.Motion
	letters   int       // asked for by other rooms
	message   string    // id of a message to the circle
	swapper   string    // the person who swapped the host, and knows it
	focus     string    // id of the session that the use case is about
	ballots   []*ballot // the open proposals, once they are read
	short     []string  // sessions that too few come to since the use case
	touched   bool      // the circle's row is to be written
	sequenced bool      // its SEQUENCE was raised
	woken     bool      // health looks at it anew
}

// Due is what falls due about a circle as a whole.
type Due struct {
	CircleID string
	Kind     DueKind
	DueAt    time.Time
}

// TableName is the table of what falls due about circles.
func (Due) TableName() string { return "circle_dues" }

// DueKind is what falls due about a circle as a whole.
type DueKind string

// The kinds of a circle's dues.
const (
	ReturnSoon DueKind = "return_soon" // seven days before a pause ends
	ResumeNow  DueKind = "resume"      // the return date has come
	Silence    DueKind = "silence"     // the question "go on?" stayed without an answer
)

// CircleBreak is a stretch of dates that the circle keeps free, both ends included.
type CircleBreak struct {
	ID        string
	CircleID  string
	FromOn    wall.Date
	UntilOn   wall.Date
	CreatedAt time.Time
}

// TableName is the breaks' table.
func (CircleBreak) TableName() string { return "circle_breaks" }

// quorum is how many make a session go ahead.
func (c *course) quorum() int { return circles.QuorumOf(c.circle.Quorum, len(c.members)) }

// run is how the circle meets. It answers Conflict no-slot while no slot is agreed.
func (c *course) run() (Run, error) {
	slot, ok := c.circle.Slot()
	if !ok {
		return Run{}, fault.New(fault.Conflict, "no-slot")
	}
	return Run{Slot: slot, Interval: c.set.Interval, Minutes: c.set.Minutes, Off: c.off}, nil
}

// today is the date on the wall in the circle's zone.
func (c *course) today() wall.Date { return wall.DateOf(c.now, c.loc) }

// session finds a session by id; it is there, because its circle was found by it.
func (c *course) session(id string) *Session {
	i := slices.IndexFunc(c.sessions, func(s Session) bool { return s.ID == id })
	if i < 0 {
		return nil
	}
	return &c.sessions[i]
}

// member is the actor's membership, and false when the person is not in the circle.
func (c *course) member(personID string) (circles.Member, bool) {
	i := slices.IndexFunc(c.members, func(m circles.Member) bool { return m.PersonID == personID })
	if i < 0 {
		return circles.Member{}, false
	}
	return c.members[i], true
}

func (c *course) memberByID(id string) (circles.Member, bool) {
	i := slices.IndexFunc(c.members, func(m circles.Member) bool { return m.ID == id })
	if i < 0 {
		return circles.Member{}, false
	}
	return c.members[i], true
}

// expected are the members who are expected at the session.
func (c *course) expected(s Session) []circles.Member { return c.word.Expected(s, c.members, c.loc) }

// length is how long a session takes.
func (c *course) length() time.Duration { return time.Duration(c.set.Minutes) * time.Minute }

// put gives a session another date.
func (s *Session) put(start time.Time) {
	length := s.EndsAt.Sub(s.StartsAt)
	s.StartsAt, s.EndsAt = start, start.Add(length)
}

// layOutFrom gives n dates of the run from a date on, each later than now. A date on which the circle agreed not to meet
// stays free.
func (c *course) layOutFrom(from wall.Date, n int) ([]Dated, error) {
	run, err := c.run()
	if err != nil {
		return nil, err
	}
	run.Off = c.offAgreed()
	dates, _, err := run.LayOut(from, c.now, n)
	return enough(dates, n, err)
}

// offAgreed are the dates that the run leaves free, and those on which the circle agreed not to meet.
func (c *course) offAgreed() OffDays {
	off := c.off
	for _, s := range c.sessions {
		if calledOff := s.State == Skipped || s.State == Cancelled; calledOff && c.replaced(s.ID) {
			on := s.On(c.loc)
			off.Breaks = append(slices.Clip(off.Breaks), Span{FromOn: on, UntilOn: on})
		}
	}
	return off
}

// datesAtEnd gives n dates that follow the run, or take the places of dates that were taken back; lost is the session for
// which they are, if it is one.
func (c *course) datesAtEnd(n int, lost *string) ([]Dated, error) {
	run, err := c.run()
	if err != nil {
		return nil, err
	}
	last, after := c.today().AddDays(-c.set.Interval), c.now
	back := c.withdrawn(lost)
	for _, s := range c.sessions {
		if back != nil && s.State == Skipped && !s.StartsAt.Before(back.StartsAt) && !c.replaced(s.ID) {
			continue
		}
		if on := wall.DateOf(s.SlotStartsAt, c.loc); on.After(last) {
			last = on
		}
		if s.State != Skipped && s.State != Cancelled && s.StartsAt.After(after) {
			after = s.StartsAt
		}
	}
	dates, err := run.Append(last, after, n)
	return enough(dates, n, err)
}

func enough(dates []Dated, n int, err error) ([]Dated, error) {
	if err == nil && len(dates) < n {
		err = fault.New(fault.Conflict, "no-free-date")
	}
	return dates, err
}

// fresh is a new session of the run on a date.
func (c *course) fresh(id string, d Dated) Session {
	return Session{
		ID: id, CircleID: c.circle.ID, State: Planned, StartsAt: d.StartsAt, EndsAt: d.EndsAt, SlotStartsAt: d.StartsAt,
		Series: c.circle.Series, Revision: 1, CreatedAt: c.now, UpdatedAt: c.now,
	}
}

// replace adds a date at the end for a session that was lost, unless it did so before or the run is at its cap.
func (c *course) replace(lost Session) error {
	if c.replaced(lost.ID) || len(c.sessions) >= mostSessions(c.set.Weeks) || !c.circle.State.Begun() {
		return nil
	}
	return c.extend(1, &lost.ID)
}

// replaced says whether a session added a date at the end.
func (c *course) replaced(id string) bool {
	return slices.ContainsFunc(c.sessions, func(s Session) bool { return s.ReplacesID != nil && *s.ReplacesID == id })
}

// extend adds n sessions at the end of the run, for one that was lost or for none.
func (c *course) extend(n int, replaces *string) error {
	for range n {
		if s := c.withdrawn(replaces); s != nil {
			s.State, s.OutcomeAt, s.ReplacesID = Planned, nil, replaces
			continue
		}
		dates, err := c.datesAtEnd(1, replaces)
		if err != nil {
			return err
		}
		s := c.fresh(c.freshID(), dates[0])
		s.ReplacesID = replaces
		c.sessions = append(c.sessions, s)
	}
	return nil
}

// withdrawn is a date behind all others that was added once and taken back when people knew it already: the next one
// that is added takes its place. A session that was skipped is no such date, nor the one that is skipped just now: theirs
// stand behind them. Nor is a date that another session has taken since.
func (c *course) withdrawn(lost *string) *Session {
	var found *Session
	slot, _ := c.circle.Slot()
	for i := len(c.sessions) - 1; i >= 0; i-- {
		s := &c.sessions[i]
		if s.State != Skipped || !s.StartsAt.After(c.now) {
			break
		}
		if lost != nil && s.ID == *lost || c.replaced(s.ID) || c.overlaps(*s, Dated{StartsAt: s.StartsAt, EndsAt: s.EndsAt}, nil) {
			continue
		}
		at, err := slot.On(s.On(c.loc))
		if err == nil && s.Series == c.circle.Series && s.On(c.loc).Weekday() == slot.Weekday && at.Equal(s.StartsAt) && c.off.reason(s.On(c.loc)) == "" {
			found = s
		}
	}
	return found
}

// unreplace takes back the date that a session added at the end, when it was not lost after all and nobody was told of
// that date yet. A date that people know stays; it falls away when the circle is finished.
func (c *course) unreplace(found Session, told func(sessionID string) bool) {
	c.sessions = slices.DeleteFunc(c.sessions, func(s Session) bool {
		return s.ReplacesID != nil && *s.ReplacesID == found.ID && s.Coming(c.now) && !told(s.ID)
	})
}

// relay gives the coming sessions from a date on new dates, in their order, from that date on. A session that keeps its
// date keeps its answers.
func (c *course) relay(from wall.Date) error { return c.relayTo(from, from) }

// relayTo gives the coming sessions from a date on new dates, in their order, from another date on.
func (c *course) relayTo(from, to wall.Date) error {
	var later []int
	for i, s := range c.sessions {
		if s.Coming(c.now) && !s.On(c.loc).Before(from) {
			later = append(later, i)
		}
	}
	dates, err := c.layOutFrom(to, len(later))
	if err != nil {
		return err
	}
	for n, i := range later {
		c.assign(&c.sessions[i], dates[n])
	}
	return c.inOrder()
}

// assign puts a session on a date of the slot.
func (c *course) assign(s *Session, d Dated) {
	if !s.StartsAt.Equal(d.StartsAt) {
		s.put(d.StartsAt)
		s.HostSwapped = false
	}
	s.EndsAt, s.SlotStartsAt, s.Series, s.MovedAt = d.EndsAt, d.StartsAt, c.circle.Series, nil
}

// clear moves the coming sessions within a stretch to the end of the run. The stretch is one of the off days already.
func (c *course) clear(free Span) error {
	for i := range c.sessions {
		s := &c.sessions[i]
		if !s.Coming(c.now) || !free.Holds(s.On(c.loc)) {
			continue
		}
		dates, err := c.datesAtEnd(1, nil)
		if err != nil {
			return err
		}
		c.assign(s, dates[0])
	}
	return c.inOrder()
}

// inOrder sorts the sessions by date, and answers Conflict sessions-overlap when two that are planned do.
func (c *course) inOrder() error {
	c.sessions = inOrder(c.sessions)
	var last *Session
	for i := range c.sessions {
		s := &c.sessions[i]
		if s.State != Planned {
			continue
		}
		if last != nil && s.StartsAt.Before(last.EndsAt) {
			return fault.New(fault.Conflict, "sessions-overlap")
		}
		last = s
	}
	return nil
}

// deal sees to it that every coming session has somebody to lead it. Sessions later than a week from now are dealt anew
// when a willing member leads none of them, so that a newcomer gets turns.
func (c *course) deal() {
	firm := c.now.AddDate(100, 0, 0)
	if c.somebodyWaits() {
		firm = c.now.AddDate(0, 0, 7)
	}
	c.sessions = AssignHosts(c.sessions, c.members, c.word, c.loc, c.now, firm)
}

func (c *course) somebodyWaits() bool {
	turns, willing := 0, map[string]bool{}
	for _, m := range c.members {
		if m.Hosts {
			willing[m.ID] = true
		}
	}
	n := len(willing)
	for _, s := range c.sessions {
		if s.Coming(c.now) && s.HostID != nil {
			turns++
			delete(willing, *s.HostID)
		}
	}
	return len(willing) > 0 && turns > n
}
