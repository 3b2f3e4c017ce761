package scheduling

import (
	"context"
	"time"

	"kring/guides"
	"kring/internal/database"
	"kring/internal/identity"

	"kring/circles"
)

// SessionView is a session as the asking person sees it: counts to facilitators, names to members, and names no longer
// than seven days after it.
type SessionView struct {
	Session
	Zone     string
	Host     *MemberName // nil when nobody leads it, and for who is not to see names: a turn passes on when its host cannot come
	Quorum   int
	Expected int
	Answers  Tally
	ByName   []NamedAnswer // nil for who is not to see names
}

// MemberName is a member by first name.
type MemberName struct {
	MemberID  string
	FirstName string
}

// NamedAnswer is what one member said; "" is nothing yet.
type NamedAnswer struct {
	MemberName
	Answer Answer
}

// Sessions are all sessions of a circle's run, by date. It answers NotFound for who is neither member nor facilitator.
func (cal *Calendar) Sessions(ctx context.Context, actor identity.Actor, circleID string) ([]SessionView, error) {
	return view(ctx, cal, actor, circles.SeeSessions, circleID, func(c *course, o circles.Object) ([]SessionView, error) {
		out := make([]SessionView, len(c.sessions))
		for i, s := range c.sessions {
			var err error
			if out[i], err = c.sessionView(s, o); err != nil {
				return nil, err
			}
		}
		return out, nil
	})
}

// Session is one session. It answers NotFound as Sessions does.
func (cal *Calendar) Session(ctx context.Context, actor identity.Actor, sessionID string) (SessionView, error) {
	locate := func(tx database.Tx) (string, error) {
		s, err := sessionByID(tx, sessionID)
		return s.CircleID, err
	}
	return viewAt(ctx, cal, actor, circles.SeeSessions, locate, func(c *course, o circles.Object) (SessionView, error) {
		s := c.session(sessionID)
		if s == nil {
			return SessionView{}, notFound()
		}
		return c.sessionView(*s, o)
	})
}

func (c *course) sessionView(s Session, o circles.Object) (SessionView, error) {
	people, err := c.people()
	if err != nil {
		return SessionView{}, err
	}
	v := SessionView{Session: s, Zone: c.circle.Zone, Quorum: c.quorum(), Expected: len(c.expected(s))}
	v.Answers = c.tally(s)
	if circles.May(c.actor, circles.SeeAnswers, o) != nil {
		return v, nil
	}
	if s.HostID != nil {
		if m, in := c.memberByID(*s.HostID); in {
			v.Host = &MemberName{MemberID: m.ID, FirstName: identity.FirstName(people[m.PersonID])}
		}
	}
	if !c.now.Before(s.EndsAt.Add(NamesKept)) {
		return v, nil
	}
	v.ByName = []NamedAnswer{}
	for _, m := range c.members {
		name := MemberName{MemberID: m.ID, FirstName: identity.FirstName(people[m.PersonID])}
		v.ByName = append(v.ByName, NamedAnswer{MemberName: name, Answer: c.word.about(s, m.ID, c.loc)})
	}
	return v, nil
}

// tally counts the answers: those that still have names, and what was kept of those that were forgotten.
func (c *course) tally(s Session) Tally {
	t := c.word.Tally(s, c.members, c.loc)
	if s.SaidYes == nil || s.SaidNo == nil || s.SaidUnsure == nil {
		return t
	}
	kept := Tally{Yes: *s.SaidYes, No: *s.SaidNo, Unsure: *s.SaidUnsure}
	if r := c.reminderOf(s, ForgetAnswers); r != nil && r.DoneAt == nil { // of somebody who was erased, beside the names
		return Tally{Yes: kept.Yes + t.Yes, No: kept.No + t.No, Unsure: kept.Unsure + t.Unsure, Silent: t.Silent}
	}
	kept.Silent = max(len(c.members)-kept.Yes-kept.No-kept.Unsure, 0)
	return kept
}

// Breaks are the stretches that the circle keeps free, by date.
func (cal *Calendar) Breaks(ctx context.Context, actor identity.Actor, circleID string) ([]CircleBreak, error) {
	return view(ctx, cal, actor, circles.SeeBreaks, circleID, func(c *course, _ circles.Object) ([]CircleBreak, error) {
		return append([]CircleBreak{}, c.breaks...), nil
	})
}

// Briefing is everything that a letter or a calendar file about a circle is made of, as one moment sees it. It is for
// composing, after a notice said that somebody is to be told; it asks no policy.
type Briefing struct {
	Now       time.Time
	Circle    circles.Circle
	Programme circles.Programme
	Set       guides.Set
	Location  *time.Location
	Members   []circles.Member           // who are in
	People    map[string]identity.Person // by person id
	Sessions  []Session                  // by date
	Word      Word                       // what members said about coming
	Breaks    []CircleBreak
	Quorum    int
	Told      map[string]Told // what the person was last told, by session id
}

// Expected are the members who are expected at a session.
func (b Briefing) Expected(s Session) []circles.Member {
	return b.Word.Expected(s, b.Members, b.Location)
}

// Session finds a session of the circle.
func (b Briefing) Session(id string) (Session, bool) {
	for _, s := range b.Sessions {
		if s.ID == id {
			return s, true
		}
	}
	return Session{}, false
}

// Previous is the last session before the one that was or should have been held; skipped and cancelled ones are passed
// over.
func (b Briefing) Previous(s Session) (Session, bool) {
	for i := len(b.Sessions) - 1; i >= 0; i-- {
		p := b.Sessions[i]
		if p.StartsAt.Before(s.StartsAt) && p.State != Skipped && p.State != Cancelled {
			return p, true
		}
	}
	return Session{}, false
}

// News are the sessions that the person is first told of by a letter, by the hour of its notice (HoldUntil): dates
// added since the letter before.
func (b Briefing) News(at time.Time) []Session {
	var out []Session
	for _, s := range b.Sessions {
		if t, ok := b.Told[s.ID]; ok && t.At.Equal(at) && t.WasAt == nil {
			out = append(out, s)
		}
	}
	return out
}

// Brief reads a circle for a letter to one person. It answers NotFound for a circle that does not exist.
func (cal *Calendar) Brief(ctx context.Context, circleID, personID string) (Briefing, error) {
	var b Briefing
	err := cal.db.Snapshot(ctx, func(tx database.Tx) error {
		circle, err := circles.CircleIn(tx, circleID)
		if err != nil {
			return err
		}
		c, err := cal.read(tx, circle, cal.clock.Now())
		if err != nil {
			return err
		}
		b, err = c.briefing(personID)
		return err
	})
	return b, err
}

func (c *course) briefing(personID string) (Briefing, error) {
	people, err := c.people()
	if err != nil {
		return Briefing{}, err
	}
	ids := make([]string, len(c.sessions))
	for i, s := range c.sessions {
		ids[i] = s.ID
	}
	known, err := toldOf(c.tx, []string{personID}, ids)
	if err != nil {
		return Briefing{}, err
	}
	told := map[string]Told{}
	for _, t := range known {
		told[t.SessionID] = t
	}
	return Briefing{
		Now: c.now, Circle: c.circle, Programme: c.programme, Set: c.set, Location: c.loc, Members: c.members,
		People: people, Sessions: c.sessions, Word: c.word, Breaks: c.breaks, Quorum: c.quorum(), Told: told,
	}, nil
}

// Message is what a member wrote to the circle, for the letter that carries it. It answers NotFound.
func (cal *Calendar) Message(ctx context.Context, messageID string) (m CircleMessage, err error) {
	err = cal.db.Read(ctx, func(tx database.Tx) error {
		m, err = messageByID(tx, messageID)
		return err
	})
	return m, err
}

// ChangedDate is a session whose date or state became another for the person who is told.
type ChangedDate struct {
	Session  Session
	WasAt    *time.Time // the start that the person knew; nil for a date that is new to them
	WasState State      // "" for a date that is new to them
}

// ChangedBy are the sessions that a letter of that hour (its notice's HoldUntil) tells the person of, by date.
func (b Briefing) ChangedBy(hour time.Time) []ChangedDate {
	var out []ChangedDate
	for _, s := range b.Sessions {
		t, ok := b.Told[s.ID]
		if !ok || !t.At.Equal(hour) || t.settled() {
			continue
		}
		one := ChangedDate{Session: s, WasAt: t.WasAt}
		if t.WasState != nil {
			one.WasState = *t.WasState
		}
		out = append(out, one)
	}
	return out
}
