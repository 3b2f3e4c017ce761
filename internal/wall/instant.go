package wall

import "time"

// Kind says how a wall time meets the zone's clock changes.
type Kind int

// The kinds of a wall time.
const (
	Exact   Kind = iota // exists once
	Gap                 // the clock jumps over it
	Overlap             // the clock shows it twice
)

// String is the kind in a word.
func (k Kind) String() string { return [...]string{"exact", "gap", "overlap"}[k] }

// farFromWall is more than any offset from UTC plus any change of it: read as UTC, a wall time is within this of the
// instants it can mean. Since 2000 no zone has changed its clock twice in double that time.
const farFromWall = 48 * time.Hour

// Instant gives the instant, in UTC, at which calendar and clock in loc show the date and the time. In an Overlap it
// is the first of the two; in a Gap the first minute after the gap. That is nearly always the same day: only where a
// zone jumps over the end of a day (Nuuk, March 2024) or a whole one (Apia, 30 December 2011) it is midnight of the
// next.
//
// Go leaves open which instant time.Date takes in a gap or overlap, so this asks the zone only for offsets at
// instants, and decides itself.
func Instant(d Date, at TimeOfDay, loc *time.Location) (time.Time, Kind) {
	wall := time.Date(d.Year, d.Month, d.Day, at.Hour(), at.Minute(), 0, 0, time.UTC)
	before, after := offsetAt(wall.Add(-farFromWall), loc), offsetAt(wall.Add(farFromWall), loc)
	first, second := wall.Add(-before), wall.Add(-after)
	if before == after {
		return first, Exact
	}
	change := findChange(wall.Add(-farFromWall), wall.Add(farFromWall), loc)
	stillBefore, alreadyAfter := first.Before(change), !second.Before(change)
	switch {
	case stillBefore && alreadyAfter:
		return first, Overlap
	case stillBefore:
		return first, Exact
	case alreadyAfter:
		return second, Exact
	}
	return change, Gap
}

// Change is one turn of a zone's clock, forward or back.
type Change struct {
	At       time.Time // the first instant, in UTC, of the new offset
	From, To time.Duration
	Name     string // the abbreviation from then on: "CEST", or "+0545" where a zone has none
}

// Changes gives a zone's clock changes from an instant until another, both included, in order. It does not use
// time.Time.ZoneBounds, which beyond 2037 ends periods at the turn of the year, and in leap years before the instant
// asked about.
func Changes(from, until time.Time, loc *time.Location) []Change {
	var out []Change
	for lo := from.Add(-time.Second).UTC(); lo.Before(until); lo = lo.Add(2 * farFromWall) {
		hi := lo.Add(2 * farFromWall)
		if offsetAt(lo, loc) == offsetAt(hi, loc) {
			continue
		}
		at := findChange(lo, hi, loc)
		if at.After(until) {
			break
		}
		name, _ := at.In(loc).Zone()
		out = append(out, Change{At: at, From: offsetAt(lo, loc), To: offsetAt(at, loc), Name: name})
	}
	return out
}

func offsetAt(t time.Time, loc *time.Location) time.Duration {
	_, seconds := t.In(loc).Zone()
	return time.Duration(seconds) * time.Second
}

// findChange gives the first second in lo..hi at which the offset is no longer that at lo, by halving.
func findChange(lo, hi time.Time, loc *time.Location) time.Time {
	old := offsetAt(lo, loc)
	for hi.Sub(lo) > time.Second {
		mid := lo.Add(hi.Sub(lo) / 2).Truncate(time.Second)
		if offsetAt(mid, loc) == old {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi
}
