package health

import (
	"time"

	"kring/guides"
	"kring/internal/database"
	"kring/internal/wall"

	"kring/circles"
)

// look is a running circle as health sees it.
type look struct {
	circleID    string
	guideSet    string
	zone        string
	since       time.Time // reasons look only at what happened after it
	nextCheckAt time.Time // as it is stored; zero: never
	signals     Signals
	flag        *Flag // the open one
}

// looksAt fills in what the first statement leaves open: the guide set, the open flags, dates that shifted, how many
// members there were, and who is expected soon. It asks for each only about the circles that need it.
func looksAt(tx database.Tx, library *guides.Library, looks []look, now time.Time) error {
	byID := make(map[string]*look, len(looks))
	for i := range looks {
		looks[i].read(library)
		byID[looks[i].circleID] = &looks[i]
	}
	which := func(need func(*look) bool) []string {
		var ids []string
		for i := range looks {
			if need(&looks[i]) {
				ids = append(ids, looks[i].circleID)
			}
		}
		return ids
	}
	if err := readFlags(tx, byID, which(func(*look) bool { return true })); err != nil {
		return err
	}
	if err := readDates(tx, byID, which((*look).shifts), now); err != nil {
		return err
	}
	if err := readStays(tx, byID, which((*look).small)); err != nil {
		return err
	}
	near := which(func(l *look) bool { return l.signals.near(now) })
	if err := readAgreed(tx, byID, near); err != nil {
		return err
	}
	return readExpected(tx, byID, near, now)
}

// shifts says whether a date ahead is lost or any was moved.
func (l *look) shifts() bool {
	s := l.signals
	return s.Past.shifted()+s.Ahead.shifted() > 0 || s.Ahead.first(planned) > 0
}

func (l *look) small() bool { return l.signals.Members < fullCircle }

// read takes the numbers of the guide set, and what follows from the rest.
func (l *look) read(library *guides.Library) {
	s := &l.signals
	s.LastWeek = s.GuideWeek // of a set that is gone nothing is known to be left
	if set, known := library.Set(l.guideSet); known {
		s.LastWeek = set.LastWeek()
	}
	s.Quorum = circles.QuorumOf(s.Quorum, s.Members)
	s.Expected, s.Most = s.Members, s.Members
}

// carry puts the open flag into the signals.
func (l *look) carry(f Flag) {
	l.flag = &f
	l.signals.Open = f.Reasons
	l.signals.Unproven = !f.RaisedAt.After(l.since)
}

// next is when health has to look again at the latest; zero when only a write can change anything.
func (l *look) next(now time.Time) time.Time {
	next := NextMoment(l.signals, now)
	if l.flag != nil && l.flag.State == Open && l.flag.Rests(now) {
		return earliestAfter(now, next, *l.flag.SnoozedUntil)
	}
	return next
}

// stay is how long somebody was in: until leftAt, or still when that is nil.
type stay struct {
	inAt   time.Time
	leftAt *time.Time
}

func (s stay) holds(at time.Time) bool {
	return !s.inAt.After(at) && (s.leftAt == nil || s.leftAt.After(at))
}

// most is the greatest number of stays that hold at one moment from an instant on. It can only be reached at that
// instant or when somebody comes in.
func most(stays []stay, since time.Time) int {
	count := func(at time.Time) int {
		n := 0
		for _, s := range stays {
			if s.holds(at) {
				n++
			}
		}
		return n
	}
	n := count(since)
	for _, s := range stays {
		if s.inAt.After(since) {
			n = max(n, count(s.inAt))
		}
	}
	return n
}

// word is what one member said about the next session.
type word struct {
	circleID, memberID string
	startsAt           time.Time
	answer             string // "" for none
	asked              bool   // "still in?" waits for an answer
}

// away is a stretch of dates on which a member is away, both ends included, on the wall of the circle's zone.
type away struct {
	fromOn, untilOn wall.Date
}

// comes says whether the member is expected: neither a no nor away without a word, nor asked "still in?".
func (w word) comes(aways []away, zone string) bool {
	if w.asked || w.answer == "no" {
		return false
	}
	loc, err := wall.LoadZone(zone)
	if err != nil {
		loc = time.UTC // zones are checked when they are written
	}
	on := wall.DateOf(w.startsAt, loc)
	for _, a := range aways {
		if w.answer == "" && !on.Before(a.fromOn) && !on.After(a.untilOn) {
			return false
		}
	}
	return true
}
