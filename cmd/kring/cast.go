package main

import (
	"cmp"
	"context"
	"slices"
	"time"

	"kring/circles"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/page"
	"kring/internal/wall"
	"kring/scheduling"
)

const (
	// replanAfter is how long the cast goes by what it knows of the circles' dates.
	replanAfter = 12 * time.Hour
	// movedAhead is how long ahead a session is moved: soon after the one before it.
	movedAhead = 6*24*time.Hour + 6*time.Hour
	// answersAt and votesAfter are when the first of the members answers that is asked whether a session goes ahead, and the
	// first votes that is asked for another date.
	answersAt  = 20 * time.Hour
	votesAfter = replanAfter + time.Hour
	// sampleCircles is the most circles of the sample programme that are looked at.
	sampleCircles = page.MaxLimit
)

// character is how the members of a sample circle behave; sessions are named by their place in the run.
type character struct {
	forms   bool                  // members take their seats, and nobody begins
	no      map[int]int           // how many say that they cannot come
	noFrom  [2]int                // from this session on, so many cannot
	doubted map[int]int           // how many say so on the day before the demo is first looked at; then they vote on another date
	moved   map[int]int           // moved by so many days
	late    map[int]time.Duration // how long after the end somebody says how it went
	missed  []int                 // sessions that did not go ahead
	silent  int                   // from this session on nobody says anything; 0: never
	willing int                   // how many say beforehand that they come
	asked   int                   // how many more say so once they are asked a day ahead
}

// deed is something that a member of a sample circle does at an instant of product time, by the use case that a press
// in a letter calls.
type deed struct {
	at time.Time
	do func(context.Context) error
}

// cast plays the members of the sample programme while the clock is turned. It is used under the turn of the jobs.
type cast struct {
	*service
	owner       identity.Actor
	programmeID string
	began       wall.Date
	parts       map[string]character // by name of the circle

	deeds   []deed    // in their order
	planned time.Time // when they were planned, product time
	played  time.Time // everything up to here was done, or is left undone
}

func newCast(s *service, owner identity.Actor) *cast {
	return &cast{service: s, owner: owner, played: s.clock.Now()}
}

// find looks the sample programme up, the owner's first, and gives its circles their parts.
func (c *cast) find(ctx context.Context) error {
	found, err := c.circles.Programmes(ctx, c.owner, page.Cursor{}, 1)
	if err != nil || len(found.Items) == 0 {
		return err
	}
	loc, err := wall.LoadZone(c.config.zone)
	if err != nil {
		return err
	}
	c.programmeID, c.began = found.Items[0].ID, wall.DateOf(found.Items[0].CreatedAt, loc)
	c.parts = map[string]character{}
	for _, one := range sampleProgramme(c.began) {
		c.parts[one.name] = one.character
	}
	return nil
}

// skip leaves undone what was to be done up to an instant.
func (c *cast) skip(to time.Time) { c.played, c.planned = to, time.Time{} }

// play is a pass: it does what the members do up to now.
func (c *cast) play(ctx context.Context, now time.Time) (did int, next time.Time, err error) {
	if now.Sub(c.planned) >= replanAfter || c.planned.IsZero() {
		if err := c.plan(ctx, now); err != nil {
			return 0, time.Time{}, err
		}
	}
	for len(c.deeds) > 0 && !c.deeds[0].at.After(now) {
		do := c.deeds[0]
		c.deeds = c.deeds[1:]
		if do.at.After(c.played) {
			if err := refused(do.do(ctx)); err != nil {
				return did, time.Time{}, err
			}
			did++
		}
	}
	c.played, next = now, c.planned.Add(replanAfter)
	if len(c.deeds) > 0 && c.deeds[0].at.Before(next) {
		next = c.deeds[0].at
	}
	return did, next, nil
}

// refused leaves out refusals: members press too late as everybody does.
func refused(err error) error {
	if _, yes := fault.Of(err); yes {
		return nil
	}
	return err
}

// plan looks at every sample circle and lines up what its members will do.
func (c *cast) plan(ctx context.Context, now time.Time) error {
	found, err := c.circles.Circles(ctx, c.owner, c.programmeID, "", page.Cursor{}, sampleCircles)
	if err != nil {
		return err
	}
	c.deeds, c.planned = nil, now
	for _, circle := range found.Items {
		part, plays := c.parts[circle.Name]
		if !plays || circle.State.Over() {
			continue
		}
		if err := c.planCircle(ctx, circle.Circle, part); err != nil {
			return err
		}
	}
	slices.SortStableFunc(c.deeds, func(a, b deed) int { return a.at.Compare(b.at) })
	return nil
}

func (c *cast) planCircle(ctx context.Context, circle circles.Circle, part character) error {
	seats, err := c.circles.Members(ctx, c.owner, circle.ID)
	if err != nil {
		return err
	}
	slices.SortStableFunc(seats, func(a, b circles.Seat) int { return cmp.Compare(a.Email, b.Email) })
	var members []circles.Seat
	for i, seat := range seats {
		if seat.State == circles.Invited || seat.State == circles.Held {
			c.add(seat.UpdatedAt.Add(2*time.Hour+time.Duration(i)*97*time.Minute), func(ctx context.Context) error {
				_, err := c.circles.AcceptSeat(ctx, acting(seat.PersonID), seat.ID)
				return err
			})
		}
		if seat.In() {
			members = append(members, seat)
		}
	}
	if circle.State == circles.Forming && !part.forms {
		c.planBegin(circle)
	}
	if circle.State != circles.Running || len(members) == 0 {
		return nil
	}
	sessions, err := c.calendar.Sessions(ctx, c.owner, circle.ID)
	if err != nil {
		return err
	}
	for _, session := range sessions {
		c.planSession(session.Session, circle, part, members)
	}
	if len(part.doubted) == 0 {
		return nil
	}
	return c.planVotes(ctx, circle.ID, members)
}

// planVotes lets members vote for the first date that is offered instead of one, each some hours after the other.
func (c *cast) planVotes(ctx context.Context, circleID string, members []circles.Seat) error {
	found, err := c.calendar.DateProposals(ctx, c.owner, circleID, page.Cursor{}, page.MaxLimit)
	if err != nil {
		return err
	}
	for _, p := range found.Items {
		if p.State != scheduling.ProposalOpen {
			continue
		}
		for i, member := range members {
			c.add(p.OpenedAt.Add(votesAfter+time.Duration(i)*9*time.Hour), func(ctx context.Context) error {
				_, err := c.calendar.Vote(ctx, acting(member.PersonID), p.ID, []scheduling.OptionVote{{OptionID: p.Options[0].ID, Suits: true}})
				return err
			})
		}
	}
	return nil
}

// planBegin lets the facilitator begin a circle two days ahead of its start.
func (c *cast) planBegin(circle circles.Circle) {
	loc, err := wall.LoadZone(circle.Zone)
	if err != nil || circle.StartsOn.IsZero() {
		return
	}
	at, _ := wall.Instant(circle.StartsOn.AddDays(-2), wall.At(10, 0), loc)
	c.add(at, func(ctx context.Context) error {
		_, err := c.calendar.Begin(ctx, c.owner, circle.ID, 0, scheduling.BeginDraft{Insist: true}, false)
		return err
	})
}

// planSession lines up what is said about a session before and after it.
func (c *cast) planSession(s scheduling.Session, circle circles.Circle, part character, members []circles.Seat) {
	n := s.Ordinal
	if part.silent > 0 && n >= part.silent {
		return
	}
	if days := part.moved[n]; days > 0 && s.MovedAt == nil {
		c.planMove(s, circle, members[n%len(members)], days)
	}
	cannot := part.no[n]
	if part.noFrom[1] > 0 && n >= part.noFrom[0] {
		cannot = part.noFrom[1]
	}
	c.planAnswers(s, members, cannot, part)
	after, outcome := part.late[n], scheduling.Held
	if after == 0 {
		after = 25 * time.Minute
	}
	if slices.Contains(part.missed, n) {
		after, outcome = 20*time.Hour, scheduling.Missed
	}
	teller := members[len(members)-1-n%min(2, len(members))]
	c.add(s.EndsAt.Add(after), func(ctx context.Context) error {
		_, err := c.calendar.RecordOutcome(ctx, acting(teller.PersonID), s.ID, outcome)
		return err
	})
}

// planAnswers lets members say whether they come: so many cannot, so many can, and some of the others once they are asked.
func (c *cast) planAnswers(s scheduling.Session, members []circles.Seat, cannot int, part character) {
	says := func(member circles.Seat, at time.Time, said scheduling.Answer) {
		c.add(at, func(ctx context.Context) error {
			_, err := c.calendar.Answer(ctx, acting(member.PersonID), s.ID, said)
			return err
		})
	}
	for i, member := range members {
		switch staggered := time.Duration(i) * 47 * time.Minute; {
		case i < cannot:
			says(member, s.StartsAt.Add(-30*time.Hour+staggered), scheduling.No)
		case i < cannot+part.willing:
			says(member, s.StartsAt.Add(-30*time.Hour+staggered), scheduling.Yes)
		case i < cannot+part.willing+part.asked:
			says(member, s.StartsAt.Add(-answersAt+staggered), scheduling.Yes)
		}
		if loc, err := wall.LoadZone(c.config.zone); err == nil && i < part.doubted[s.Ordinal] {
			at, _ := wall.Instant(c.began.AddDays(demoPast-1), wall.At(10, i), loc)
			says(member, at, scheduling.No)
		}
	}
}

// planMove lets a member move a session to a later day, at the same hour.
func (c *cast) planMove(s scheduling.Session, circle circles.Circle, mover circles.Seat, days int) {
	loc, err := wall.LoadZone(circle.Zone)
	if err != nil {
		return
	}
	c.add(s.StartsAt.Add(-movedAhead), func(ctx context.Context) error {
		_, err := c.calendar.Move(ctx, acting(mover.PersonID), s.ID, 0, wall.DateOf(s.StartsAt, loc).AddDays(days), wall.TimeOfDayOf(s.StartsAt, loc), false)
		return err
	})
}

func (c *cast) add(at time.Time, do func(context.Context) error) {
	c.deeds = append(c.deeds, deed{at, do})
}

// acting is a member who presses in a letter.
func acting(personID string) identity.Actor {
	return identity.Actor{PersonID: personID, Scopes: []string{identity.ScopeAll}, MemberOnly: true}
}
