package scheduling

import (
	"time"

	"kring/internal/fault"
	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling/fitting"
)

// proposed lays a member's own moment before the circle, or, where none is named, the best that Kring finds.
func (c *course) proposed(s Session, m circles.Member, wanted Wanted) (*ballot, error) {
	open, err := c.ballotAbout(s.ID)
	if err != nil {
		return nil, err
	}
	if wanted == (Wanted{}) {
		if open != nil {
			return open, nil
		}
		return c.proposeBest(s, m)
	}
	to, err := c.wantedDate(s, wanted)
	if err != nil {
		return nil, err
	}
	if open != nil {
		return open, c.addMoment(open, m, to.StartsAt)
	}
	return c.proposeOwn(s, m, to)
}

// wantedDate is the start that a member wants, as a move would take it.
func (c *course) wantedDate(s Session, w Wanted) (Dated, error) {
	on, at := w.On, wall.TimeOfDayOf(s.StartsAt, c.loc)
	if w.At != nil {
		at = *w.At
	}
	if !w.StartsAt.IsZero() {
		on, at = wall.DateOf(w.StartsAt, c.loc), wall.TimeOfDayOf(w.StartsAt, c.loc)
	}
	if on.IsZero() {
		on = s.On(c.loc)
	}
	start, kind := wall.Instant(on, at, c.loc)
	to := Dated{On: on, StartsAt: start, EndsAt: start.Add(s.EndsAt.Sub(s.StartsAt))}
	if err := c.checkMove(s, to, kind); err != nil {
		return to, err
	}
	if start.Equal(s.StartsAt) {
		var v fault.Violations
		v.Add("/date", "same-start")
		return to, v.Err()
	}
	return to, nil
}

func (c *course) proposeBest(s Session, m circles.Member) (*ballot, error) {
	closes, enough := c.closing(s.StartsAt)
	if !enough {
		return nil, fault.New(fault.Conflict, "no-time-to-vote")
	}
	moments, err := c.moments(s, closes, alternatives)
	if err != nil {
		return nil, err
	}
	if len(moments) == 0 {
		return nil, fault.New(fault.Conflict, "no-moment")
	}
	return c.open(c.counter(s, m, closes), moments)
}

func (c *course) counter(s Session, m circles.Member, closes time.Time) DateProposal {
	return DateProposal{SessionID: s.ID, SessionStartsAt: s.StartsAt, Why: WhyCounter, MemberID: &m.ID, ClosesAt: closes}
}

// proposeOwn opens a vote on a member's moment beside the two best that Kring finds. It ends in time for the earlier of
// that moment and the session.
func (c *course) proposeOwn(s Session, m circles.Member, to Dated) (*ballot, error) {
	if _, enough := c.closing(s.StartsAt); !enough {
		return nil, fault.New(fault.Conflict, "no-time-to-vote")
	}
	first := s.StartsAt
	if to.StartsAt.Before(first) {
		first = to.StartsAt
	}
	closes, enough := c.closing(first)
	if !enough {
		return nil, tooSoonToVote()
	}
	others, err := c.moments(s, closes, beside, fitting.Interval{From: to.StartsAt, Until: to.EndsAt})
	if err != nil {
		return nil, err
	}
	b, err := c.open(c.counter(s, m, closes), append([]time.Time{to.StartsAt}, others...))
	if err != nil {
		return nil, err
	}
	return b, c.vote(b, m, []OptionVote{{OptionID: b.options[0].ID, Suits: true}})
}

func tooSoonToVote() error {
	var v fault.Violations
	v.Add("/date", "too-soon")
	return v.Err()
}

// addMoment adds a member's moment to an open vote; one that it offers already is voted for.
func (c *course) addMoment(b *ballot, m circles.Member, at time.Time) error {
	moments := 0
	for _, o := range b.options {
		if o.Kind != OptionMove {
			continue
		}
		if moments++; o.StartsAt.Equal(at) {
			return c.vote(b, m, []OptionVote{{OptionID: o.ID, Suits: true}})
		}
	}
	switch {
	case !b.ClosesAt.After(c.now):
		return fault.New(fault.Conflict, "proposal-closed")
	case moments >= mostMoments:
		return fault.New(fault.Conflict, "too-many-options").With("limit", mostMoments)
	case !at.After(b.ClosesAt):
		return tooSoonToVote()
	}
	o := b.option(OptionMove, &at)
	if err := insert(c.tx, []DateOption{*o}); err != nil {
		return err
	}
	return c.vote(b, m, []OptionVote{{OptionID: o.ID, Suits: true}})
}
