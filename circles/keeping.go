package circles

import (
	"time"

	"kring/internal/identity"
	"kring/internal/wall"
)

// verdict is what retention makes of a person.
type verdict struct {
	erase bool
	empty []Application // of programmes that keep her no longer
	part  []Member      // seats through which these would still see her
	next  time.Time     // when to look again
}

func (v verdict) acts() bool { return v.erase || len(v.empty)+len(v.part) > 0 }

// ties is everything that may be a reason to keep a person.
type ties struct {
	holds        bool // owner, facilitator, or asked to be one
	applications []Application
	seats        []stay
}

// stay is a seat with what became of its circle.
type stay struct {
	Member
	Circle Circle
}

// judge is the whole rule. Nobody is looked at later than after identity.CheckWithin, so a reason that begins or ends
// meanwhile is found in time.
func (t ties) judge(programmes map[string]Programme, now time.Time) (verdict, error) {
	v := verdict{next: now.Add(identity.CheckWithin)}
	own := t.programmes()
	v.erase = !t.holds && len(own) > 0
	for _, id := range own {
		until, ends, err := t.keptUntil(programmes[id], now)
		if err != nil {
			return v, err
		}
		if !ends || now.Before(until) {
			v.erase = false
			if ends && until.Before(v.next) {
				v.next = until
			}
			continue
		}
		t.forgetBy(id, &v)
	}
	return v, nil
}

// forgetBy adds to the verdict what a programme keeps no longer.
func (t ties) forgetBy(programmeID string, v *verdict) {
	for _, a := range t.applications {
		if a.ProgrammeID == programmeID && a.ForgottenAt == nil {
			v.empty = append(v.empty, a)
		}
	}
	for _, s := range t.seats {
		if valueOf(s.ProgrammeID) == programmeID {
			v.part = append(v.part, s.Member)
		}
	}
}

// programmes are those that the person has to do with: by a sign-up, by a circle of theirs, or by coming through them.
func (t ties) programmes() []string {
	var ids []string
	seen := map[string]bool{}
	add := func(id string) {
		if id != "" && !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	for _, a := range t.applications {
		add(a.ProgrammeID)
	}
	for _, s := range t.seats {
		add(s.Circle.ProgrammeID)
		add(valueOf(s.ProgrammeID))
	}
	return ids
}

// keptUntil is until when a programme keeps the person, and false while that has no end: she is in a circle that goes on,
// or waits for one and people can still sign up.
func (t ties) keptUntil(p Programme, now time.Time) (until time.Time, ends bool, err error) {
	loc, err := wall.LoadZone(p.Zone)
	if err != nil {
		return until, false, err
	}
	k := keeping{programme: p, loc: loc}
	ends = k.bySeats(t.seats) && k.bySignUps(t.applications, now)
	return k.until, ends, nil
}

// keeping is how long one programme keeps one person.
type keeping struct {
	programme Programme
	loc       *time.Location
	until     time.Time
	placed    bool // she was in one of its circles, or came into another through it
}

func (k *keeping) keep(from time.Time, months int) {
	k.until = later(k.until, afterMonths(from, months, k.loc))
}

// bySeats answers false while a seat keeps her.
func (k *keeping) bySeats(seats []stay) bool {
	for _, s := range seats {
		if s.Circle.ProgrammeID != k.programme.ID && valueOf(s.ProgrammeID) != k.programme.ID {
			continue
		}
		from, over := s.over()
		switch {
		case !over:
			return false
		case s.InAt != nil:
			k.placed = true
			k.keep(from, k.programme.KeepMonths)
		default:
			k.keep(from, k.programme.KeepUnplacedMonths)
		}
	}
	return true
}

// bySignUps answers false while a sign-up keeps her. One that led into a circle ends with that.
func (k *keeping) bySignUps(applications []Application, now time.Time) bool {
	for _, a := range applications {
		settled := a.ForgottenAt != nil || k.placed && (a.State == Placed || a.State == Withdrawn)
		if a.ProgrammeID != k.programme.ID || settled {
			continue
		}
		closed, is := k.programme.signupClosed(now)
		if !is || a.State == Unconfirmed { // what nobody presses is deleted after 72 hours
			return false
		}
		k.keep(later(closed, a.CreatedAt), k.programme.KeepUnplacedMonths)
	}
	return true
}

// over is since when a seat is no reason to keep anybody, and false while it is: it may still be taken, or its circle goes
// on.
func (s stay) over() (time.Time, bool) {
	switch {
	case s.State == Left && s.LeftAt != nil:
		return *s.LeftAt, true
	case !s.State.Open():
		return s.UpdatedAt, true
	case s.Circle.State == Completed && s.Circle.CompletedAt != nil:
		return *s.Circle.CompletedAt, true
	case s.Circle.State == Ended && s.Circle.EndedAt != nil:
		return *s.Circle.EndedAt, true
	}
	return time.Time{}, false
}

// signupClosed is since when nobody can sign up: the last of what closed it. It answers false while somebody can.
func (p Programme) signupClosed(now time.Time) (time.Time, bool) {
	if p.TakesApplications(now) {
		return time.Time{}, false
	}
	var at time.Time
	for _, closed := range []*time.Time{p.SignupClosesAt, p.SignupEndedAt} {
		if closed != nil && !closed.After(now) {
			at = later(at, *closed)
		}
	}
	if at.IsZero() {
		at = p.UpdatedAt
	}
	return at, true
}

// afterMonths is the end of the day, on the wall in loc, that lies so many calendar months after an instant: of 31 August
// and six months the last of February.
func afterMonths(from time.Time, months int, loc *time.Location) time.Time {
	on := wall.DateOf(from, loc)
	first := wall.NewDate(on.Year, on.Month+time.Month(months), 1)
	last := wall.NewDate(first.Year, first.Month+1, 0)
	day := wall.Date{Year: first.Year, Month: first.Month, Day: min(on.Day, last.Day)}
	end, _ := wall.Instant(day.AddDays(1), 0, loc)
	return end
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
