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
)

// retainAtOnce is how many people one round looks at: a pass holds no list of everybody.
const retainAtOnce = 200

// retainAgain is when somebody is tried again whom nobody could forget: before the next night, and behind all others.
const retainAgain = 12 * time.Hour

// Retained is what a pass of Retain did.
type Retained struct {
	Looked  int // people looked at
	Erased  int // people of whom nothing gave a reason to keep them
	Emptied int // sign-ups of people who are kept for another reason

	failed error // what went wrong with single people
}

// Retain forgets whom no programme keeps any longer: somebody after keep_months since her last circle in it, or, when she
// was never in one, after keep_unplaced_months since nobody could sign up any more. Who is kept by nothing else (another
// programme, a circle that goes on, facilitating, an invitation to it, owning the installation) is erased by records as
// if she had asked for it; of others the sign-up of that programme is emptied, and its facilitators see no more of her seats
// than the circles show.
//
// It answers what it did and when somebody is to be looked at next (zero: nobody). It looks at those only whose time may
// have come, each person that is forgotten is a transaction of its own, and what was read before is read again in it: so
// passes of several processes do nothing twice, and who signs up anew in this moment stays. One bad row stops no other: it
// is tried again half a day later, and what went wrong is answered together.
func (r *Registry) Retain(ctx context.Context, now time.Time, records *identity.Records) (done Retained, next time.Time, err error) {
	for {
		ids, err := read(ctx, r.db, func(tx database.Tx) ([]string, error) {
			return identity.DueChecksIn(tx, now, retainAtOnce)
		})
		if err != nil {
			return done, time.Time{}, err
		}
		if err := r.retainSome(ctx, now, records, ids, &done); err != nil {
			return done, time.Time{}, errors.Join(done.failed, err)
		}
		if len(ids) < retainAtOnce {
			break
		}
	}
	next, err = read(ctx, r.db, identity.NextCheckIn)
	return done, next, errors.Join(done.failed, err)
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

// retainEach answers an error only when nothing can be written at all.
func (r *Registry) retainEach(ctx context.Context, now time.Time, records *identity.Records, ids []string, done *Retained) error {
	before, again := done.Erased, map[string]time.Time{}
	for _, id := range ids {
		v, err := write(ctx, r.db, func(tx database.Tx) (verdict, error) { return retainOne(tx, now, records, id) })
		switch {
		case err != nil:
			done.failed = errors.Join(done.failed, fmt.Errorf("person %s: %w", id, err))
			again[id] = now.Add(retainAgain)
		case v.erase:
			done.Erased++
		default:
			done.Emptied += len(v.empty)
		}
	}
	if done.Erased > before {
		records.Erased()
	}
	if len(again) == 0 {
		return nil
	}
	return r.db.Write(ctx, func(tx database.Tx) error { return identity.CheckAgainIn(tx, again) })
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
	for _, m := range v.part {
		if err := forgetThrough(tx, now, m); err != nil {
			return v, err
		}
	}
	return v, identity.CheckAgainIn(tx, map[string]time.Time{id: v.next})
}

// judge reads what may be a reason to keep people, and says what to do with each.
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

func forgetApplication(tx database.Tx, now time.Time, a Application) error {
	if err := emptyApplications(tx, now, "id = ? and forgotten_at is null", a.ID); err != nil {
		return err
	}
	return journal.Add(tx, journal.Entry{
		At: now, ProgrammeID: a.ProgrammeID, SubjectID: a.ID, Action: "application-forgotten",
	})
}

// forgetThrough forgets through which programme somebody came into a circle: its facilitators see of her what the circle
// shows, and no more.
func forgetThrough(tx database.Tx, now time.Time, m Member) error {
	if err := cutThrough(tx, m.ID); err != nil {
		return err
	}
	return journal.Add(tx, journal.Entry{
		At: now, ProgrammeID: valueOf(m.ProgrammeID), SubjectID: m.ID, Action: "seat-forgotten",
	})
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
