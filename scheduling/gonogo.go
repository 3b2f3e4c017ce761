package scheduling

import (
	"slices"
	"time"

	"kring/circles"
)

// Does the session go ahead? A day ahead those who said nothing yet are asked, once; half a day ahead their answers
// decide: enough yes and nothing more is said, else the circle is offered another date before anybody sits alone in a call.
const (
	goNoGoAhead = 24 * time.Hour
	goNoGoEnds  = 12 * time.Hour
)

// askGoNoGo asks those expected who said nothing about the session. Who comes too late to be of use is the question
// itself: it and what would follow from it are dropped.
func (c *course) askGoNoGo(s Session) error {
	ends := s.StartsAt.Add(-goNoGoEnds)
	asks, err := c.asksGoNoGo(s)
	if err != nil || !asks || !c.now.Before(ends) || c.saidYes(s) >= c.quorum() {
		c.workOff(s.ID, GoNoGoEnd)
		return err
	}
	people, err := c.people()
	if err != nil {
		return err
	}
	for _, m := range c.expected(s) {
		if c.word.about(s, m.ID, c.loc) != "" {
			continue
		}
		c.posts = append(c.posts, post{
			kind: NoticeGoNoGo, personID: m.PersonID, sessionID: s.ID, key: key(NoticeGoNoGo, m.PersonID, s.ID, s.StartsAt),
			holdUntil: c.undisturbed(people[m.PersonID], ends.Add(-shortestVote)), usefulUntil: ends,
		})
	}
	return nil
}

// asksGoNoGo says whether the question is for this circle and this start: not where it is switched off, where reminders
// have stopped, where the circle meets without a word, where it has voted on the very start, or where the reminder of it
// is still to come and asks the same.
func (c *course) asksGoNoGo(s Session) (bool, error) {
	r := c.reminderOf(s, TwoDays)
	if c.circle.GoNoGoOff || c.circle.State != circles.Running || c.circle.RemindersStoppedAt != nil || r != nil && r.DoneAt == nil ||
		c.meetsWithoutAWord(s) {
		return false, nil
	}
	ran, err := c.votedOn(s)
	return !ran, err
}

// meetsWithoutAWord says whether the session before was held although too few had said that they come: coming is the norm,
// and a circle that lives by it is not asked again until a session of it is not held.
func (c *course) meetsWithoutAWord(s Session) bool {
	for i := len(c.sessions) - 1; i >= 0; i-- {
		p := c.sessions[i]
		if p.StartsAt.Before(s.StartsAt) && p.State != Skipped && p.State != Cancelled {
			return p.State == Held && c.tally(p).Yes < c.quorum()
		}
	}
	return false
}

// votedOn says whether the circle votes or has voted on the session's present start: as the one in doubt, or as the one
// that took its place.
func (c *course) votedOn(s Session) (bool, error) {
	about, err := proposalsAbout(c.tx, s.ID)
	if err != nil {
		return false, err
	}
	var moved []string
	for _, p := range about {
		switch {
		case p.State == ProposalOvertaken:
		case p.SessionStartsAt.Equal(s.StartsAt):
			return true, nil
		case p.State == ProposalMoved:
			moved = append(moved, p.ID)
		}
	}
	options, err := optionsOf(c.tx, moved)
	return slices.ContainsFunc(options, func(o DateOption) bool {
		return o.StartsAt != nil && o.StartsAt.Equal(s.StartsAt)
	}), err
}

func (c *course) saidYes(s Session) int { return c.word.Tally(s, c.members, c.loc).Yes }

// endGoNoGo looks at the answers. Where too few said yes, the circle votes until an hour before: on moments that Kring
// finds, on no session this week, on going ahead with those who can.
func (c *course) endGoNoGo(s Session) error {
	asks, err := c.asksGoNoGo(s)
	closes := s.StartsAt.Add(-goNoGoVoteEnd)
	if err != nil || !asks || c.saidYes(s) >= c.quorum() || closes.Sub(c.now) < shortestVote {
		return err
	}
	moments, err := c.moments(s, closes, alternatives)
	if err != nil {
		return err
	}
	_, err = c.open(DateProposal{SessionID: s.ID, SessionStartsAt: s.StartsAt, Why: WhyGoNoGo, ClosesAt: closes}, moments)
	return err
}

// askedGoNoGo leaves out of the members those who were asked a day ahead, or are told in this moment that the session
// stays: a third letter within a day would say nothing new.
func (c *course) askedGoNoGo(s Session, members []circles.Member) ([]circles.Member, error) {
	others, err := c.unnoted(members, func(m circles.Member) string { return key(NoticeGoNoGo, m.PersonID, s.ID, s.StartsAt) })
	return slices.DeleteFunc(others, func(m circles.Member) bool {
		return slices.ContainsFunc(c.posts, func(p post) bool {
			return p.kind == NoticeProposalStays && p.sessionID == s.ID && p.personID == m.PersonID
		})
	}), err
}
