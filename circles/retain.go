package circles

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/journal"
	"kring/internal/wall"
)

// retainAtOnce is how many people one round looks at: a pass holds no list of everybody.
const retainAtOnce = 200

// Retained is what a pass of Retain did.
type Retained struct {
	Looked  int // people looked at
	Erased  int // people of whom nothing gave a reason to keep them
	Emptied int // sign-ups of people who are kept for another reason
}

// Retain forgets whom no programme keeps any longer: somebody after keep_months since her last circle in it, or, when she
// was never in one, after keep_unplaced_months since nobody could sign up any more. Who is kept by nothing else (another
// programme, a circle that goes on, facilitating, an invitation to it, owning the installation) is erased by records as
// if she had asked for it; of others the sign-up of that programme is emptied.
//
// It answers what it did and when somebody is to be looked at next (zero: nobody). It looks at those only whose time may
// have come, each person that is forgotten is a transaction of its own, and what was read before is read again in it: so
// passes of several processes do nothing twice, and who signs up anew in this moment stays. One bad row stops no other:
// what went wrong is answered together.
func (r *Registry) Retain(ctx context.Context, now time.Time, records *identity.Records) (done Retained, next time.Time, err error) {
	for {
		ids, err := read(ctx, r.db, func(tx database.Tx) ([]string, error) {
			return identity.DueChecksIn(tx, now, retainAtOnce)
		})
		if err != nil {
			return done, time.Time{}, err
		}
		if err := r.retainSome(ctx, now, records, ids, &done); err != nil {
			return done, time.Time{}, err // who failed would be in the next round again
		}
		if len(ids) < retainAtOnce {
			break
		}
	}
	next, err = read(ctx, r.db, identity.NextCheckIn)
	return done, next, err
}

// retainSome looks at some people, writes down together when to look again at those who stay, and forgets the others one
// by one.
func (r *Registry) retainSome(ctx context.Context, now time.Time, records *identity.Records, ids []string, done *Retained) error {
	if len(ids) == 0 {
		return nil
	}
	done.Looked += len(ids)
	verdicts, err := read(ctx, r.db, func(tx database.Tx) (map[string]verdict, error) { return judge(tx, ids, now) })
	if err != nil {
		return r.retainEach(ctx, now, records, ids, done) // one of them cannot be read: not the others' matter
	}
	again := map[string]time.Time{}
	var due []string
	for _, id := range ids {
		if v := verdicts[id]; v.acts() {
			due = append(due, id)
		} else {
			again[id] = v.next
		}
	}
	if err := r.db.Write(ctx, func(tx database.Tx) error { return identity.CheckAgainIn(tx, again) }); err != nil {
		return err
	}
	return r.retainEach(ctx, now, records, due, done)
}

func (r *Registry) retainEach(ctx context.Context, now time.Time, records *identity.Records, ids []string, done *Retained) error {
	var failed error
	before := done.Erased
	for _, id := range ids {
		v, err := write(ctx, r.db, func(tx database.Tx) (verdict, error) { return retainOne(tx, now, records, id) })
		switch {
		case err != nil:
			failed = errors.Join(failed, fmt.Errorf("person %s: %w", id, err))
		case v.erase:
			done.Erased++
		default:
			done.Emptied += len(v.empty)
		}
	}
	if done.Erased > before {
		records.Erased()
	}
	return failed
}

// retainOne judges one person anew, with everything locked that the verdict hangs on, and does what it says.
func retainOne(tx database.Tx, now time.Time, records *identity.Records, id string) (verdict, error) {
	if _, err := records.LockIn(tx, id); err != nil {
		if fault.IsKind(err, fault.NotFound) { // another process was quicker
			return verdict{}, nil
		}
		return verdict{}, err
	}
	verdicts, err := judge(tx, []string{id}, now)
	if err != nil {
		return verdict{}, err
	}
	v := verdicts[id]
	if v.erase {
		return v, records.EraseIn(tx, now, id)
	}
	for _, a := range v.empty {
		if err := forgetApplication(tx, now, a); err != nil {
			return v, err
		}
	}
	return v, identity.CheckAgainIn(tx, map[string]time.Time{id: v.next})
}

func forgetApplication(tx database.Tx, now time.Time, a Application) error {
	if err := emptyApplications(tx, now, "id = ? and forgotten_at is null", a.ID); err != nil {
		return err
	}
	return journal.Add(tx, journal.Entry{
		At: now, ProgrammeID: a.ProgrammeID, SubjectID: a.ID, Action: "application-forgotten",
	})
}

// verdict is what retention makes of a person.
type verdict struct {
	erase bool
	empty []Application // of programmes that keep her no longer
	next  time.Time     // when to look again
}

func (v verdict) acts() bool { return v.erase || len(v.empty) > 0 }

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

func judge(tx database.Tx, ids []string, now time.Time) (map[string]verdict, error) {
	people, programmes, err := readTies(tx, ids)
	if err != nil {
		return nil, err
	}
	verdicts := make(map[string]verdict, len(ids))
	for _, id := range ids {
		if verdicts[id], err = people[id].judge(programmes, now); err != nil {
			return nil, err
		}
	}
	return verdicts, nil
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
		for _, a := range t.applications {
			if a.ProgrammeID == id && a.ForgottenAt == nil {
				v.empty = append(v.empty, a)
			}
		}
	}
	return v, nil
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

// lookSooner lets retention look at everybody of a programme at its next pass when that keeps people's data shorter than
// it did.
func lookSooner(tx database.Tx, was, is Programme, now time.Time) error {
	if is.KeepMonths >= was.KeepMonths && is.KeepUnplacedMonths >= was.KeepUnplacedMonths {
		return nil
	}
	ids, err := peopleOfProgramme(tx, is.ID)
	if err != nil {
		return err
	}
	return identity.CheckNowIn(tx, now, ids)
}
