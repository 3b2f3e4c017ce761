package fitting

import (
	"time"

	"kring/internal/wall"
)

const (
	quarter      = 15 * 60 // seconds
	weekQuarters = 7 * 24 * 4
	// Quarter hour 0 of Unix time is the first of a Thursday.
	epochQuarter = int64(time.Thursday) * 24 * 4
)

// mark is what a start means for a person: how it suits, and whether it touches the hours from 22 to 7.
type mark uint8

const (
	fits   mark = 0b011 // a Fit
	nights mark = 0b100
)

func (m mark) fit() Fit    { return Fit(m & fits) }
func (m mark) night() bool { return m&nights != 0 }

// with gives the mark with another fit.
func (m mark) with(f Fit) mark { return m&nights | mark(f) }

// sheet is a person's [Person.At] over a stretch of time, worked out for a session of some minutes from every quarter
// hour on. Zones differ from UTC by whole quarters since 1972, so a week of the person's own wall is laid over the
// stretch once for every offset; only around the clock changes is each start weighed on its own.
type sheet struct {
	person  Person
	minutes int
	stated  bool
	first   int64 // the quarter hour of Unix time that marks begin with
	marks   []mark
}

// sheets lays out everybody's sheet over the dates of the run.
func (w Weekly) sheets(people []Person) []sheet {
	var first, last wall.Date
	for _, dates := range w.Dates {
		if len(dates) == 0 {
			continue
		}
		if from := dates[0]; first.IsZero() || from.Before(first) {
			first = from
		}
		if until := dates[len(dates)-1]; until.After(last) {
			last = until
		}
	}
	if first.IsZero() {
		return nil
	}
	from, _ := wall.Instant(first, 0, w.Zone)
	until, _ := wall.Instant(last.AddDays(2), 0, w.Zone)
	out := make([]sheet, len(people))
	for i, p := range people {
		out[i] = newSheet(p, w.Minutes, from, until)
	}
	return out
}

func newSheet(p Person, minutes int, from, until time.Time) sheet {
	s := sheet{person: p, minutes: minutes, stated: !p.Hours.IsZero(), first: from.Unix() / quarter}
	s.marks = make([]mark, max(until.Unix()/quarter-s.first, 0))
	s.layWeeks()
	s.strikeTaken(p.Away)
	s.strikeTaken(p.Busy)
	for start, suits := range p.Said {
		if n, ok := s.index(start); ok {
			s.marks[n] = s.marks[n].with(byWord(suits))
		}
	}
	return s
}

// at is what a session from a Unix second on means for the person.
func (s *sheet) at(start int64) mark {
	if n, ok := s.index(start); ok {
		return s.marks[n]
	}
	return s.weigh(start)
}

// index is where the sheet has a start, and false for one that it does not have.
func (s *sheet) index(start int64) (int64, bool) {
	n := start/quarter - s.first
	return n, start%quarter == 0 && n >= 0 && n < int64(len(s.marks))
}

func (s *sheet) weigh(start int64) mark {
	t := time.Unix(start, 0)
	m := mark(s.person.At(t, s.minutes))
	if wall.InNight(t, s.minutes, s.person.Zone) {
		m |= nights
	}
	return m
}

// layWeeks lays the person's week over the stretch, shifted anew at every clock change.
func (s *sheet) layWeeks() {
	week := s.week()
	from := time.Unix(s.first*quarter, 0)
	until := from.Add(time.Duration(len(s.marks)*quarter) * time.Second)
	length := int64(s.minutes) * 60
	_, offset := from.In(s.person.Zone).Zone()
	changes := wall.Changes(from.Add(time.Second), until.Add(time.Duration(length)*time.Second), s.person.Zone)
	at := int64(0)
	for _, c := range changes {
		before := (c.At.Unix() - length) / quarter // the last start whose session does not run into the change
		at = s.lay(week, offset, at, before-s.first+1)
		for ; at*quarter < c.At.Unix()-s.first*quarter && at < int64(len(s.marks)); at++ {
			s.marks[at] = s.weigh((s.first + at) * quarter)
		}
		offset = int(c.To / time.Second)
	}
	s.lay(week, offset, at, int64(len(s.marks)))
}

// lay writes the week at an offset from UTC over marks from..until, and answers where it ended.
func (s *sheet) lay(week []mark, offset int, from, until int64) int64 {
	until = max(min(until, int64(len(s.marks))), from)
	for at := from; at < until; {
		local := (s.first + at + int64(offset)/quarter + epochQuarter) % weekQuarters
		at += int64(copy(s.marks[at:until], week[local:]))
	}
	return until
}

// week is what each quarter hour of a week without a clock change means on the person's wall, Sunday first.
func (s *sheet) week() []mark {
	out := make([]mark, weekQuarters)
	night := wall.Quiet{From: wall.Night, Until: wall.Morning}
	for n := range out {
		weekday, at := time.Weekday(n/96), wall.TimeOfDay(n%96*15)
		switch {
		case s.stated:
			out[n] = mark(byWord(s.person.Hours.Covers(weekday, at, s.minutes)))
		case !s.person.Quiet.TouchesFrom(at, s.minutes):
			out[n] = mark(Unknown)
		}
		if night.TouchesFrom(at, s.minutes) {
			out[n] |= nights
		}
	}
	return out
}

// strikeTaken strikes the starts whose session would meet a stretch: those later than its begin less the session's
// length, and earlier than its end.
func (s *sheet) strikeTaken(taken []Interval) {
	for _, t := range taken {
		from := (t.From.Unix()-int64(s.minutes)*60)/quarter + 1 - s.first
		last := (t.Until.Add(time.Second-1).Unix() - 1) / quarter
		until := min(last+1-s.first, int64(len(s.marks)))
		for n := max(from, 0); n < until; n++ {
			s.marks[n] = s.marks[n].with(No)
		}
	}
}
