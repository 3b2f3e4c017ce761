package scheduling

import (
	"time"

	"kring/internal/wall"
)

// farthest bounds the search for a free date: a run is at most 200 sessions, and no chain of holidays and breaks
// keeps a slot free for years.
const farthest = 1000

// Span is a stretch of dates, both ends included.
type Span struct {
	FromOn, UntilOn wall.Date
	Name            string // of a holiday or a programme's break; empty for the circle's own
}

// Holds says whether the date lies in the stretch.
func (s Span) Holds(d wall.Date) bool { return !d.Before(s.FromOn) && !d.After(s.UntilOn) }

// Meets says whether the two stretches share a date.
func (s Span) Meets(other Span) bool { return s.Holds(other.FromOn) || other.Holds(s.FromOn) }

// OffDays are the dates that a run leaves free: the holidays of the circle's calendar, and the breaks of the programme
// and of the circle.
type OffDays struct {
	Holiday func(wall.Date) bool // nil: no holidays
	Breaks  []Span
}

// Why the run leaves a date free.
const (
	OffHoliday = "holiday"
	OffBreak   = "break"
)

// reason answers why the date is free, and "" when it is not.
func (o OffDays) reason(d wall.Date) string {
	if o.Holiday != nil && o.Holiday(d) {
		return OffHoliday
	}
	for _, b := range o.Breaks {
		if b.Holds(d) {
			return OffBreak
		}
	}
	return ""
}

// Run is how a circle meets: the weekly slot, the rhythm of its guide set, and what is left free.
type Run struct {
	Slot     wall.Slot
	Interval int // days from one session to the next
	Minutes  int // of a session
	Off      OffDays
}

// Dated is one date of a run.
type Dated struct {
	On       wall.Date
	StartsAt time.Time // UTC
	EndsAt   time.Time
}

// Free is a date that the slot would give and the run leaves out.
type Free struct {
	On  wall.Date
	Why string // OffHoliday or OffBreak
}

// LayOut gives n dates, the first on the slot's weekday on or after from, one each interval, off days left out, each
// later than after. The hour on the wall stays across clock changes; where the clock jumps over it, it is the next minute that exists, and
// where it shows twice, the first. Free are the dates left out between the first and the last. It wraps wall.ErrZone.
func (r Run) LayOut(from wall.Date, after time.Time, n int) (dates []Dated, free []Free, err error) {
	return r.walk(from.OnOrAfter(r.Slot.Weekday), after, n)
}

// Append gives n dates that follow a run: in its rhythm from the last date of its slot, each later than after. It
// wraps wall.ErrZone.
func (r Run) Append(last wall.Date, after time.Time, n int) ([]Dated, error) {
	next := last.AddDays(r.Interval)
	if r.Interval%7 == 0 {
		next = next.AddDays(-6).OnOrAfter(r.Slot.Weekday)
	}
	dates, _, err := r.walk(next, after, n)
	return dates, err
}

func (r Run) walk(on wall.Date, after time.Time, n int) (dates []Dated, free []Free, err error) {
	for range farthest {
		if len(dates) >= n {
			break
		}
		start, err := r.Slot.On(on)
		if err != nil {
			return nil, nil, err
		}
		dated := Dated{On: on, StartsAt: start, EndsAt: start.Add(time.Duration(r.Minutes) * time.Minute)}
		if why := r.Off.reason(on); why != "" {
			free = append(free, Free{On: on, Why: why})
		} else if start.After(after) {
			dates = append(dates, dated)
		}
		on = on.AddDays(r.Interval)
	}
	return dates, free, nil
}

// mostSessions caps a run: a session that is lost adds a date at the end, up to twice the guide weeks.
func mostSessions(guideWeeks int) int { return 2 * guideWeeks }
