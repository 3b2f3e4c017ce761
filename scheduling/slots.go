package scheduling

import (
	"context"
	"slices"

	"kring/internal/identity"
	"kring/internal/page"
	"kring/internal/wall"

	"kring/circles"
)

// slotStep is the grain of the weekly hours that are weighed, in minutes.
const slotStep = 30

// SlotCandidate is a weekly hour with how many members it suits.
type SlotCandidate struct {
	Slot   wall.Slot
	Suits  int   // members whom it suits on every date
	Of     int   // members who stated their hours
	ByName []Fit // whom it suits, for members only; never why
	Night  bool  // for somebody it is between 22 and 7 h
}

// Everybody says whether the hour suits all who stated theirs.
func (s SlotCandidate) Everybody() bool { return s.Suits == s.Of }

// Fit says whether an hour suits a member.
type Fit struct {
	MemberName
	Suits bool
}

// Slots are the weekly hours that members share over the rest of the run, best first, up to limit (0: 50). Before the
// run begins they are weighed over the whole of it. Members see whom an hour suits; facilitators see counts.
func (cal *Calendar) Slots(ctx context.Context, actor identity.Actor, circleID string, limit int) ([]SlotCandidate, error) {
	return view(ctx, cal, actor, circles.SeeSlots, circleID, func(c *course, o circles.Object) ([]SlotCandidate, error) {
		people, err := c.people()
		if err != nil {
			return nil, err
		}
		stated := slices.DeleteFunc(slices.Clone(c.members), func(m circles.Member) bool {
			return people[m.PersonID].Availability.IsZero()
		})
		found, err := c.commonSlots(stated, people)
		if err != nil {
			return nil, err
		}
		names := circles.May(actor, circles.SeeFits, o) == nil
		out := []SlotCandidate{}
		for _, f := range found[:min(len(found), page.Limit(limit))] {
			out = append(out, candidate(f, stated, people, names))
		}
		return out, nil
	})
}

func (c *course) commonSlots(stated []circles.Member, people map[string]identity.Person) ([]wall.Candidate, error) {
	asked := make([]wall.Person, len(stated))
	for i, m := range stated {
		p := people[m.PersonID]
		zone, err := wall.LoadZone(p.Zone)
		if err != nil {
			return nil, err
		}
		asked[i] = wall.Person{Availability: p.Availability, Zone: zone}
	}
	first, n := c.rest()
	return wall.CommonSlots(asked, wall.Weeks(first, n, c.set.Interval), c.loc, c.set.Minutes, slotStep), nil
}

// rest is the first day of the weeks that a slot is weighed over, and how many they are.
func (c *course) rest() (wall.Date, int) {
	tomorrow := c.today().AddDays(1)
	if c.circle.State == circles.Forming {
		if c.circle.StartsOn.After(tomorrow) {
			return c.circle.StartsOn, c.set.Weeks
		}
		return tomorrow, c.set.Weeks
	}
	return tomorrow, max(c.coming(), 1)
}

func candidate(f wall.Candidate, stated []circles.Member, people map[string]identity.Person, names bool) SlotCandidate {
	out := SlotCandidate{Slot: f.Slot, Suits: len(f.Always), Of: len(stated), Night: len(f.Night) > 0}
	if !names {
		return out
	}
	for i, m := range stated {
		name := MemberName{MemberID: m.ID, FirstName: identity.FirstName(people[m.PersonID])}
		out.ByName = append(out.ByName, Fit{MemberName: name, Suits: slices.Contains(f.Always, i)})
	}
	return out
}
