package fitting

import (
	"cmp"
	"slices"
	"time"

	"kring/internal/wall"
)

// halfHour is the grain of the moments that are weighed, in minutes.
const halfHour = 30

// Wanted is which moments are looked for.
type Wanted struct {
	Minutes     int                  // of a session
	Quorum      int                  // how many must be able to come
	From, Until time.Time            // the whole session lies between them
	Avoid       []Interval           // what it may not meet: other sessions
	Off         func(wall.Date) bool // dates that the circle keeps free; nil: none
	Zone        *time.Location       // on whose wall the half hours are
	Near        wall.TimeOfDay       // the hour, on that wall, that is nearest to what the circle is used to
}

// Moment is a start with whom it suits: indices of people, rising.
type Moment struct {
	StartsAt time.Time // UTC
	Yes      []int
	Unknown  []int // nothing is known against it
}

// Can is how many can come as far as is known.
func (m Moment) Can() int { return len(m.Yes) + len(m.Unknown) }

// weighed is a moment with what ranks it.
type weighed struct {
	Moment
	on       wall.Date
	enough   bool // for the quorum
	holidays int  // how many have a holiday
	off      int  // minutes from the hour that the circle is used to
}

// Alternatives finds up to limit starts, on every whole and half hour of the wall, best first: enough for the quorum,
// then most people by their stated hours, then most others, then fewest on a holiday, then nearest to the hour that the
// circle is used to, then the earliest. They lie on different days; only where too few days hold a moment with a quorum
// do two share one, and then their sessions do not meet.
//
// Nobody is asked to meet between 22 and 7 h where they are, nor in their own quiet hours; who is away is not asked at
// all. An hour that the clock jumps over is none; of one that it shows twice it is the first. A moment that nobody can
// is left out.
func Alternatives(people []Person, w Wanted, limit int) []Moment {
	found := w.weighAll(people)
	slices.SortStableFunc(found, weighed.compare)
	var chosen []weighed
	for _, enough := range []bool{true, false} {
		chosen = w.spread(chosen, found, enough, limit)
	}
	slices.SortStableFunc(chosen, weighed.compare)
	out := make([]Moment, len(chosen))
	for i, m := range chosen {
		out[i] = m.Moment
	}
	return out
}

func (w Wanted) weighAll(people []Person) []weighed {
	var out []weighed
	last := wall.DateOf(w.Until, w.Zone)
	for on := wall.DateOf(w.From, w.Zone); !on.After(last); on = on.AddDays(1) {
		if w.Off != nil && w.Off(on) {
			continue
		}
		for at := wall.TimeOfDay(0); at.Valid(); at += halfHour {
			start, kind := wall.Instant(on, at, w.Zone)
			if kind == wall.Gap || !w.allows(people, start) {
				continue
			}
			if m := w.weigh(people, start); m.Can() > 0 {
				m.on, m.off = on, max(int(at-w.Near), int(w.Near-at))
				out = append(out, m)
			}
		}
	}
	return out
}

// allows says whether a session may be proposed from the start on at all.
func (w Wanted) allows(people []Person, start time.Time) bool {
	s := session(start, w.Minutes)
	if start.Before(w.From) || s.Until.After(w.Until) || slices.ContainsFunc(w.Avoid, s.meets) {
		return false
	}
	return !slices.ContainsFunc(people, func(p Person) bool {
		asleep := wall.InNight(start, w.Minutes, p.Zone) || p.Quiet.Touches(start, w.Minutes, p.Zone)
		return asleep && !slices.ContainsFunc(p.Away, s.meets)
	})
}

func (w Wanted) weigh(people []Person, start time.Time) weighed {
	m := weighed{Moment: Moment{StartsAt: start}}
	for i, p := range people {
		switch p.At(start, w.Minutes) {
		case Yes:
			m.Yes = append(m.Yes, i)
		case Unknown:
			m.Unknown = append(m.Unknown, i)
		}
		if p.onHoliday(start) {
			m.holidays++
		}
	}
	m.enough = m.Can() >= w.Quorum
	return m
}

func (m weighed) compare(other weighed) int {
	if m.enough != other.enough {
		if m.enough {
			return -1
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(len(other.Yes), len(m.Yes)),
		cmp.Compare(len(other.Unknown), len(m.Unknown)),
		cmp.Compare(m.holidays, other.holidays),
		cmp.Compare(m.off, other.off),
		m.StartsAt.Compare(other.StartsAt))
}

// spread chooses more of what was found, best first: one a day, and when days run out, what does not meet those chosen.
func (w Wanted) spread(chosen, found []weighed, enough bool, limit int) []weighed {
	sameDay := func(a, b weighed) bool { return a.on == b.on }
	meet := func(a, b weighed) bool { return session(a.StartsAt, w.Minutes).meets(session(b.StartsAt, w.Minutes)) }
	for _, near := range []func(a, b weighed) bool{sameDay, meet} {
		for _, m := range found {
			if len(chosen) >= limit {
				return chosen
			}
			taken := slices.ContainsFunc(chosen, func(c weighed) bool { return near(m, c) })
			if m.enough == enough && !taken {
				chosen = append(chosen, m)
			}
		}
	}
	return chosen
}
