package scheduling

import (
	"slices"
	"time"

	"kring/internal/identity"

	"kring/circles"
)

// What becomes of proposals when something else happens to the circle, and when one is opened.

// sayQuorumLost notes that a session to come has fewer expected than make it go ahead, and had enough before. What
// follows from it is decided at the end of the use case.
func (c *course) sayQuorumLost(s Session, before int) {
	if before >= c.quorum() && len(c.expected(s)) < c.quorum() {
		c.short = append(c.short, s.ID)
	}
}

// tendProposals ends the votes that what the use case did has overtaken, and begins those that it makes necessary.
func (c *course) tendProposals() error {
	open, err := c.openBallots()
	if err != nil {
		return err
	}
	for _, b := range open {
		if b.State == ProposalOpen && c.overtaken(b) {
			if err := c.overtake(b); err != nil {
				return err
			}
		}
	}
	for _, id := range c.short {
		if err := c.lookAfter(id); err != nil {
			return err
		}
	}
	return nil
}

// overtaken says whether a vote has lost its object: its session is another, or can go ahead after all and nobody has
// voted yet.
func (c *course) overtaken(b *ballot) bool {
	s := c.session(b.SessionID)
	if s == nil || c.circle.State != circles.Running || !s.Coming(c.now) || !s.StartsAt.Equal(b.SessionStartsAt) {
		return true
	}
	return b.Why != WhyCounter && !b.voted() && c.goesAhead(b, *s)
}

// voted says whether anybody said anything yet.
func (b *ballot) voted() bool {
	for _, votes := range b.votes {
		if len(votes) > 0 {
			return true
		}
	}
	return false
}

// overtake ends a vote without a word: what happened instead is told by itself. A session that is gone took it along.
func (c *course) overtake(b *ballot) error {
	if c.session(b.SessionID) == nil {
		b.State = ProposalOvertaken
		return nil
	}
	return c.ends(b, ProposalOvertaken)
}

// lookAfter sees to a session to which too few come: the circle is asked for another date, and where that cannot be, it is
// told.
func (c *course) lookAfter(sessionID string) error {
	s := c.session(sessionID)
	if s == nil || !s.Coming(c.now) || !c.circle.State.Begun() || len(c.expected(*s)) >= c.quorum() {
		return nil
	}
	b, err := c.ballotAbout(s.ID)
	if err != nil || b != nil {
		return err
	}
	looked, err := c.looked(*s)
	if err != nil {
		return err
	}
	if looked < mostLooks && c.circle.State == circles.Running {
		opened, err := c.lookForDate(*s)
		if err != nil || opened {
			return err
		}
	}
	c.about(NoticeQuorumLost, *s, c.members, s.StartsAt)
	return nil
}

// looked is how often Kring asked the circle about the session's present start of its own accord.
func (c *course) looked(s Session) (int, error) {
	about, err := proposalsAbout(c.tx, s.ID)
	n := 0
	for _, p := range about {
		if p.Why != WhyCounter && p.SessionStartsAt.Equal(s.StartsAt) {
			n++
		}
	}
	return n, err
}

// passProposals does what time brings about: votes that have come to their end, or to an agreement because somebody left, are
// ended; who joined is asked as well.
func (c *course) passProposals() error {
	open, err := c.openBallots()
	if err != nil {
		return err
	}
	for _, b := range open {
		switch {
		case b.State != ProposalOpen || c.overtaken(b): // tendProposals ends it
		case !b.ClosesAt.After(c.now):
			err = c.decide(b)
		default:
			err = c.passBallot(b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *course) passBallot(b *ballot) error {
	if err := c.agree(b); err != nil || b.State != ProposalOpen {
		return err
	}
	var fresh []circles.Member
	for _, m := range c.members {
		if m.InAt != nil && !m.InAt.Before(b.OpenedAt) {
			fresh = append(fresh, m)
		}
	}
	return c.ask(b, fresh)
}

// sayWhoIsMissed notes a session that was reminded of and has fewer expected than make it go ahead since somebody left.
func (c *course) sayWhoIsMissed() error {
	for _, s := range c.sessions {
		short := s.Coming(c.now) && c.circle.State.Begun() && c.reminded(s) && len(c.expected(s)) < c.quorum()
		if !short {
			continue
		}
		seats, err := circles.SeatsIn(c.tx, c.circle.ID)
		if err != nil {
			return err
		}
		left := lastLeft(seats)
		if !left.After(*c.reminderOf(s, TwoDays).DoneAt) {
			continue
		}
		about, err := proposalsAbout(c.tx, s.ID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(about, func(p DateProposal) bool { return !p.OpenedAt.Before(left) }) {
			c.short = append(c.short, s.ID)
		}
	}
	return nil
}

// lastLeft is when somebody last left; zero when nobody did.
func lastLeft(seats []circles.Member) time.Time {
	var left time.Time
	for _, m := range seats {
		if m.LeftAt != nil && m.LeftAt.After(left) {
			left = *m.LeftAt
		}
	}
	return left
}

// undisturbed is when somebody is asked something that is of use until an instant, without being disturbed.
func (c *course) undisturbed(p identity.Person, until time.Time) time.Time {
	m, err := mannersOf(p)
	if err != nil {
		return c.now
	}
	return m.question(c.now, until)
}
