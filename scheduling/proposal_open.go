package scheduling

import (
	"slices"
	"time"

	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling/fitting"
)

// The bounds of a proposal.
const (
	alternatives  = 3 // that Kring finds
	beside        = 2 // that it finds beside a member's own
	mostMoments   = 6 // that can be voted for
	mostLooks     = 2 // how often Kring looks for another date of its own accord, for one start
	shortestVote  = time.Hour
	workingAhead  = 12 * time.Hour // of working time between the end of the vote and the session
	goNoGoVoteEnd = time.Hour      // before the session
	// breather is how long after the vote a moment that Kring finds may be.
	breather = 12 * time.Hour
)

// ballot is a proposal with what can be voted for and what was.
type ballot struct {
	DateProposal
	options []DateOption               // by place
	votes   map[string]map[string]bool // by option and member
}

// openBallots are the circle's open proposals, read once.
func (c *course) openBallots() ([]*ballot, error) {
	if c.ballots != nil {
		return c.ballots, nil
	}
	open, err := openProposalsOf(c.tx, c.circle.ID)
	if err != nil {
		return nil, err
	}
	c.ballots, err = c.ballotsOf(open)
	return c.ballots, err
}

// ballotsOf reads what hangs on proposals.
func (c *course) ballotsOf(proposals []DateProposal) ([]*ballot, error) {
	out, ids := make([]*ballot, len(proposals)), make([]string, len(proposals))
	of := map[string]*ballot{}
	for i, p := range proposals {
		out[i] = &ballot{DateProposal: p, votes: map[string]map[string]bool{}}
		ids[i], of[p.ID] = p.ID, out[i]
	}
	options, err := optionsOf(c.tx, ids)
	if err != nil {
		return nil, err
	}
	for _, o := range options {
		b := of[o.ProposalID]
		b.options, b.votes[o.ID] = append(b.options, o), map[string]bool{}
		of[o.ID] = b
	}
	votes, err := votesOf(c.tx, options)
	if err != nil {
		return nil, err
	}
	for _, v := range votes {
		of[v.OptionID].votes[v.OptionID][v.MemberID] = v.Suits
	}
	return out, nil
}

// ballotAbout is the open proposal about a session; nil when there is none.
func (c *course) ballotAbout(sessionID string) (*ballot, error) {
	open, err := c.openBallots()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(open, func(b *ballot) bool { return b.SessionID == sessionID && b.State == ProposalOpen })
	if i < 0 {
		return nil, nil //nolint:nilnil // there is none
	}
	return open[i], nil
}

// closing is when a vote that begins now about something at an instant ends: at half the time that is left, at latest
// twelve working hours ahead. It answers false where that leaves less than an hour.
func (c *course) closing(at time.Time) (time.Time, bool) {
	closes := c.now.Add(at.Sub(c.now) / 2)
	if latest := workingTimeBefore(at, workingAhead, c.loc, c.off.Holiday); latest.Before(closes) {
		closes = latest
	}
	closes = closes.Truncate(time.Minute).UTC()
	return closes, closes.Sub(c.now) >= shortestVote
}

// workingTimeBefore is the instant that so much working time lies before t: 8 to 18 h on working days, on the wall in loc.
func workingTimeBefore(t time.Time, d time.Duration, loc *time.Location, holiday func(wall.Date) bool) time.Time {
	for on := wall.DateOf(t, loc); ; on = on.AddDays(-1) {
		if !wall.IsWorkingDay(on) || holiday != nil && holiday(on) {
			continue
		}
		from, _ := wall.Instant(on, dayBegins, loc)
		until, _ := wall.Instant(on, dayEnds, loc)
		if t.Before(until) {
			until = t
		}
		span := max(until.Sub(from), 0)
		if span >= d {
			return until.Add(-d)
		}
		d -= span
	}
}

// moments are the best starts for a session instead of its own: after the one before and before the next, and some time
// after the vote; for one on a working day, working days first.
func (c *course) moments(s Session, closes time.Time, limit int, avoid ...fitting.Interval) ([]time.Time, error) {
	w := fitting.Wanted{
		Minutes: int(s.EndsAt.Sub(s.StartsAt) / time.Minute), Quorum: c.quorum(), From: closes.Add(breather),
		Until: s.StartsAt.AddDate(0, 0, 2*c.set.Interval), Avoid: avoid, Zone: c.loc, Near: wall.TimeOfDayOf(s.StartsAt, c.loc),
	}
	for _, other := range c.sessions {
		if other.State != Planned && other.State != Held {
			continue
		}
		w.Avoid = append(w.Avoid, fitting.Interval{From: other.StartsAt, Until: other.EndsAt})
		if other.StartsAt.After(s.StartsAt) && other.StartsAt.Before(w.Until) {
			w.Until = other.StartsAt
		}
		if other.StartsAt.Before(s.StartsAt) && other.EndsAt.After(w.From) {
			w.From = other.EndsAt
		}
	}
	people, err := c.fits(w.From, w.Until)
	if err != nil {
		return nil, err
	}
	works := wall.IsWorkingDay(s.On(c.loc))
	w.Off = func(d wall.Date) bool { return c.off.reason(d) != "" || works && !wall.IsWorkingDay(d) }
	found := enoughCan(fitting.Alternatives(people, w, limit), w)
	if len(found) < limit && works { // rather at the weekend than not at all
		w.Off = func(d wall.Date) bool { return c.off.reason(d) != "" || wall.IsWorkingDay(d) }
		found = append(found, enoughCan(fitting.Alternatives(people, w, limit-len(found)), w)...)
	}
	return found, nil
}

// enoughCan are the starts that have a quorum as far as is known.
func enoughCan(moments []fitting.Moment, w fitting.Wanted) []time.Time {
	var out []time.Time
	for _, m := range moments {
		if m.Can() >= w.Quorum {
			out = append(out, m.StartsAt.UTC())
		}
	}
	return out
}

// lookForDate asks the circle for another date for a session, of Kring's own accord. It answers false where there is no
// time to ask, or nothing to offer.
func (c *course) lookForDate(s Session) (bool, error) {
	closes, enough := c.closing(s.StartsAt)
	if !enough {
		return false, nil
	}
	moments, err := c.moments(s, closes, alternatives)
	if err != nil || len(moments) == 0 {
		return false, err
	}
	_, err = c.open(DateProposal{SessionID: s.ID, SessionStartsAt: s.StartsAt, Why: WhyQuorum, ClosesAt: closes}, moments)
	return err == nil, err
}

// open asks the circle: the moments, no session this week, or going ahead with those who can. It leaves no line in the
// journal, which would say when somebody said no.
func (c *course) open(p DateProposal, moments []time.Time) (*ballot, error) {
	p.ID, p.CircleID, p.State, p.OpenedAt = newID(), c.circle.ID, ProposalOpen, c.now
	b := &ballot{DateProposal: p, votes: map[string]map[string]bool{}}
	for _, at := range moments {
		b.option(OptionMove, &at)
	}
	b.option(OptionSkip, nil)
	b.option(OptionStay, nil)
	if _, err := c.openBallots(); err != nil {
		return nil, err
	}
	if err := insert(c.tx, []DateProposal{p}); err != nil {
		return nil, err
	}
	if err := insert(c.tx, b.options); err != nil {
		return nil, err
	}
	c.ballots, c.woken = append(c.ballots, b), true
	return b, c.ask(b, c.members)
}

// option adds something that can be voted for, as the last.
func (b *ballot) option(kind OptionKind, at *time.Time) *DateOption {
	o := DateOption{ID: newID(), ProposalID: b.ID, Place: len(b.options) + 1, Kind: kind, StartsAt: at}
	b.options, b.votes[o.ID] = append(b.options, o), map[string]bool{}
	return &b.options[len(b.options)-1]
}

// ask tells members of the vote: now, or once they may be disturbed again, if that leaves them an hour for it.
func (c *course) ask(b *ballot, members []circles.Member) error {
	people, err := c.people()
	if err != nil {
		return err
	}
	for _, m := range members {
		p := people[m.PersonID]
		c.posts = append(c.posts, post{
			kind: NoticeProposal, personID: m.PersonID, sessionID: b.SessionID, subjectID: b.ID,
			key:       key(NoticeProposal, m.PersonID, b.ID, b.OpenedAt),
			holdUntil: c.undisturbed(p, b.ClosesAt.Add(-shortestVote)), usefulUntil: b.ClosesAt,
		})
	}
	return nil
}
