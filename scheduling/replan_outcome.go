package scheduling

import (
	"slices"
	"time"

	"kring/internal/wall"
)

// outcome is what a step did, or would do, to a circle's dates: enough to know it again and to take it back.
type outcome struct {
	Sessions []placed      `json:"sessions"`         // those that lie ahead or changed, in the order of the dates after it
	Breaks   []CircleBreak `json:"breaks,omitempty"` // that it added
	Ended    []CircleBreak `json:"ended,omitempty"`  // that it took away
	Before   agreed        `json:"before"`
	After    agreed        `json:"after"`

	// What is shown besides, and is no part of what is compared.
	Letters   int       `json:"letters"`
	Calendars int       `json:"calendars"`
	EndsOn    wall.Date `json:"ends_on,omitzero"`
	Free      []Free    `json:"free,omitempty"`
	Warnings  []Warning `json:"warnings,omitempty"`
}

// agreed is what a circle agreed on besides its dates.
type agreed struct {
	Weekday *int       `json:"weekday,omitempty"`
	At      *int       `json:"at,omitempty"`
	Series  int        `json:"series"`
	Since   *time.Time `json:"since,omitempty"` // health looks only at what happened after it
}

// placed is a session before and after: nil where it did not exist.
type placed struct {
	ID     string `json:"id"`
	Before *place `json:"before,omitempty"`
	After  *place `json:"after,omitempty"`
}

// place is everything that a step may change of a session.
type place struct {
	State        State      `json:"state"`
	StartsAt     time.Time  `json:"starts_at"`
	EndsAt       time.Time  `json:"ends_at"`
	SlotStartsAt time.Time  `json:"slot_starts_at"`
	Series       int        `json:"series"`
	ReplacesID   *string    `json:"replaces_id,omitempty"`
	HostSwapped  bool       `json:"host_swapped,omitempty"`
	HostID       *string    `json:"host_id,omitempty"` // only of one who was named: turns are dealt anew
	MovedAt      *time.Time `json:"moved_at,omitempty"`
	OutcomeAt    *time.Time `json:"outcome_at,omitempty"`
}

func placeOf(s Session) *place {
	p := &place{
		State: s.State, StartsAt: s.StartsAt.UTC(), EndsAt: s.EndsAt.UTC(), SlotStartsAt: s.SlotStartsAt.UTC(), Series: s.Series,
		ReplacesID: s.ReplacesID, HostSwapped: s.HostSwapped, MovedAt: s.MovedAt, OutcomeAt: s.OutcomeAt,
	}
	if s.HostSwapped {
		p.HostID = s.HostID
	}
	return p
}

// put gives a session a place back; who leads it stays.
func (p place) put(s *Session) {
	s.State, s.StartsAt, s.EndsAt, s.SlotStartsAt, s.Series = p.State, p.StartsAt, p.EndsAt, p.SlotStartsAt, p.Series
	s.ReplacesID, s.HostSwapped, s.MovedAt, s.OutcomeAt = p.ReplacesID, p.HostSwapped, p.MovedAt, p.OutcomeAt
}

// date says whether two places are the same date in the same state: what people are told of.
func (p *place) date(other *place) bool {
	if p == nil || other == nil {
		return p == other
	}
	return p.State == other.State && p.StartsAt.Equal(other.StartsAt)
}

// seat says whether two places are the same in calendars too.
func (p *place) seat(other *place) bool {
	if p == nil || other == nil {
		return p == other
	}
	return p.date(other) && p.EndsAt.Equal(other.EndsAt) && p.SlotStartsAt.Equal(other.SlotStartsAt) && p.Series == other.Series
}

// beforehand is the course before a step.
type beforehand struct {
	sessions []Session
	breaks   []CircleBreak
	agreed   agreed
}

func (c *course) beforehand() beforehand {
	return beforehand{sessions: slices.Clone(c.sessions), breaks: slices.Clone(c.breaks), agreed: c.agreed()}
}

func (c *course) agreed() agreed {
	return agreed{Weekday: c.circle.SlotWeekday, At: c.circle.SlotAt, Series: c.circle.Series, Since: c.circle.ReasonsSince}
}

// outcome is what became of the course since.
func (b beforehand) outcome(c *course) outcome {
	o := outcome{Before: b.agreed, After: c.agreed()}
	was := map[string]Session{}
	for _, s := range b.sessions {
		was[s.ID] = s
	}
	for _, s := range c.sessions {
		one := placed{ID: s.ID, After: placeOf(s)}
		if old, existed := was[s.ID]; existed {
			one.Before = placeOf(old)
		}
		delete(was, s.ID)
		if s.Coming(c.now) || !one.Before.seat(one.After) {
			o.Sessions = append(o.Sessions, one)
		}
	}
	for _, s := range b.sessions {
		if _, gone := was[s.ID]; gone {
			o.Sessions = append(o.Sessions, placed{ID: s.ID, Before: placeOf(s)})
		}
	}
	o.Breaks, o.Ended = breaksBeside(c.breaks, b.breaks), breaksBeside(b.breaks, c.breaks)
	return o
}

// breaksBeside are the breaks of a list that are not in another.
func breaksBeside(all, others []CircleBreak) []CircleBreak {
	var out []CircleBreak
	for _, b := range all {
		if !slices.ContainsFunc(others, func(o CircleBreak) bool { return o.ID == b.ID }) {
			out = append(out, b)
		}
	}
	return out
}

// changed are the sessions whose date or state is another, those that are new and those that are gone.
func (o outcome) changed() []string {
	var ids []string
	for _, p := range o.Sessions {
		if !p.Before.date(p.After) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// touched are the sessions that are not as they were, in dates or in calendars.
func (o outcome) touched() []placed {
	return slices.DeleteFunc(slices.Clone(o.Sessions), func(p placed) bool { return p.Before.seat(p.After) })
}

// nothing says whether the step changed nothing at all.
func (o outcome) nothing() bool {
	return len(o.touched()) == 0 && len(o.Breaks) == 0 && len(o.Ended) == 0 && o.Before.same(o.After)
}

func (a agreed) same(b agreed) bool {
	return equal(a.Weekday, b.Weekday) && equal(a.At, b.At) && a.Series == b.Series
}

// same says whether two outcomes are one: the same dates, breaks and slot, before and after.
func (o outcome) same(other outcome) bool {
	sessions := slices.EqualFunc(o.touched(), other.touched(), func(a, b placed) bool {
		return a.ID == b.ID && a.Before.seat(b.Before) && a.After.seat(b.After)
	})
	breaks := func(a, b CircleBreak) bool { return a.ID == b.ID && a.FromOn == b.FromOn && a.UntilOn == b.UntilOn }
	return sessions && slices.EqualFunc(o.Breaks, other.Breaks, breaks) && slices.EqualFunc(o.Ended, other.Ended, breaks) &&
		o.Before.same(other.Before) && o.After.same(other.After)
}

// freshIDs are the ids of what the step adds, in the order in which it adds them.
func (o outcome) freshIDs() []string {
	var ids []string
	for _, p := range o.Sessions {
		if p.Before == nil {
			ids = append(ids, p.ID)
		}
	}
	for _, b := range o.Breaks {
		ids = append(ids, b.ID)
	}
	slices.Sort(ids) // ids rise in the order in which they were made
	return ids
}

// freshID is the id of a new row of a step: that which its preview gave it.
func (c *course) freshID() string {
	if len(c.given) == 0 {
		return newID()
	}
	id := c.given[0]
	c.given = c.given[1:]
	return id
}
