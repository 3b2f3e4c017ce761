package circles

import (
	"slices"
	"time"

	"kring/guides"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/wall"
)

// Fewer offers are easier to choose from; the rest of the programme's open seats stand in its list.
const (
	mostOffers   = 5
	offersLookAt = 50
)

// fits says whether somebody's stated hours hold the circle's hour: its slot when one is agreed, else any hour that its
// members share. Who stated no hours fits everywhere: nothing is known against it.
func fits(c Circle, set guides.Set, members []identity.Person, hours wall.Availability, zone string, now time.Time) (bool, error) {
	if hours.IsZero() {
		return true, nil
	}
	loc, err := wall.LoadZone(zone)
	if err != nil {
		return false, err
	}
	if slot, agreed := c.Slot(); agreed {
		next, err := slot.Next(startOf(c, now))
		return err == nil && hours.Suits(next.At, set.Minutes, loc), err
	}
	return sharesHour(c, set, members, stated{hours, loc}, now)
}

// startOf is the instant from which the circle's slot counts: its start, or now when that is past or unknown.
func startOf(c Circle, now time.Time) time.Time {
	loc, err := wall.LoadZone(c.Zone)
	if err != nil || c.StartsOn.IsZero() {
		return now
	}
	start, _ := wall.Instant(c.StartsOn, 0, loc)
	if start.Before(now) {
		return now
	}
	return start.Add(-time.Second)
}

// stated is the hours that somebody stated, in the zone in which they hold.
type stated struct {
	hours wall.Availability
	zone  *time.Location
}

// hourStep is the grain in which a common hour is looked for, in minutes.
const hourStep = 15

// sharesHour says whether the members of a circle without a slot and a newcomer have an hour of the week in common.
func sharesHour(c Circle, set guides.Set, members []identity.Person, newcomer stated, now time.Time) (bool, error) {
	people := []stated{newcomer}
	for _, m := range members {
		if m.Availability.IsZero() {
			continue
		}
		loc, err := wall.LoadZone(m.Zone)
		if err != nil {
			return false, err
		}
		people = append(people, stated{m.Availability, loc})
	}
	loc, err := wall.LoadZone(c.Zone)
	if err != nil {
		return false, err
	}
	first := wall.DateOf(startOf(c, now), loc)
	for n := range 7 {
		for at := wall.TimeOfDay(0); at.Valid(); at += hourStep {
			start, _ := wall.Instant(first.AddDays(n), at, loc)
			cannot := func(p stated) bool { return !p.hours.Suits(start, set.Minutes, p.zone) }
			if !slices.ContainsFunc(people, cannot) {
				return true, nil
			}
		}
	}
	return false, nil
}

// fitsIn is fits with the circle's members read on tx.
func (r *Registry) fitsIn(tx database.Tx, c Circle, hours wall.Availability, zone string, now time.Time) (bool, error) {
	var members []identity.Person
	if _, agreed := c.Slot(); !agreed && !hours.IsZero() {
		seats, err := seatsOf(tx, c.ID)
		if err != nil {
			return false, err
		}
		var ids []string
		for _, m := range seats {
			if m.State == Accepted {
				ids = append(ids, m.PersonID)
			}
		}
		known, err := peopleByID(tx, ids)
		if err != nil {
			return false, err
		}
		for _, p := range known {
			members = append(members, p)
		}
	}
	return fits(c, r.set(c.GuideSet), members, hours, zone, now)
}

// elsewhere are circles of the programme with open seats whose hour the person can, up to five, without the one named.
func (r *Registry) elsewhere(tx database.Tx, programmeID, without string, hours wall.Availability, zone string, now time.Time) ([]string, error) {
	open, err := openCircles(tx, programmeID, "", offersLookAt)
	if err != nil {
		return nil, err
	}
	offers := []string{}
	for _, c := range open {
		if c.ID == without || len(offers) == mostOffers {
			continue
		}
		fit, err := r.fitsIn(tx, c, hours, zone, now)
		if err != nil {
			return nil, err
		}
		if fit {
			offers = append(offers, c.ID)
		}
	}
	return offers, nil
}

// noSharedHour is the refusal with what is offered instead.
func noSharedHour(offers []string) error {
	return fault.New(fault.Conflict, "no-shared-hour").With("circles", offers)
}
