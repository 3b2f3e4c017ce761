package circles

import (
	"context"
	"slices"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
)

// expireAtOnce is how many rows one round looks at: a pass holds no list of everything.
const expireAtOnce = 100

// Lapses is what a pass of Expire did.
type Lapses struct {
	Applications int // unconfirmed ones deleted
	Seats        int // invitations and holds that ended
	Joined       int // newcomers to whom nobody objected
}

// Expire does what time alone does to sign-ups and seats: it deletes applications whose press did not come within 72
// hours, ends invitations and holds and gives what they kept to the next in line, and lets newcomers in to whom nobody
// objected for three days. It answers what it did and when it next has something due (zero: nothing). Each row is a
// transaction of its own, so passes of several processes do not do a thing twice and one bad row stops no other.
func (r *Registry) Expire(ctx context.Context, now time.Time) (Lapses, time.Time, error) {
	var done Lapses
	err := r.eachDue(ctx, lapsedApplicationIDs, now, &done.Applications, r.dropApplication)
	if err == nil {
		err = r.eachDue(ctx, lapsedSeatIDs, now, &done.Seats, r.dropSeat)
	}
	if err == nil {
		err = r.eachDue(ctx, dueJoinIDs, now, &done.Joined, r.join)
	}
	if err != nil {
		return done, time.Time{}, err
	}
	next, err := read(ctx, r.db, nextLapses)
	if err != nil || len(next) == 0 {
		return done, time.Time{}, err
	}
	return done, slices.MinFunc(next, time.Time.Compare), nil
}

// eachDue runs a step for every row that is due, in rounds, until none is left.
func (r *Registry) eachDue(ctx context.Context, due func(database.Tx, time.Time) ([]string, error), now time.Time, done *int, step func(tx database.Tx, id string, now time.Time) error) error {
	for {
		ids, err := read(ctx, r.db, func(tx database.Tx) ([]string, error) { return due(tx, now) })
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := r.db.Write(ctx, func(tx database.Tx) error { return step(tx, id, now) }); err != nil {
				return err
			}
			*done++
		}
		if len(ids) < expireAtOnce {
			return nil
		}
	}
}

func lapsedApplicationIDs(tx database.Tx, now time.Time) ([]string, error) {
	found, err := lapsedApplications(tx, now, expireAtOnce)
	return idsOf(found, err, func(a Application) string { return a.ID })
}

func lapsedSeatIDs(tx database.Tx, now time.Time) ([]string, error) {
	found, err := lapsedSeats(tx, now, expireAtOnce)
	return idsOf(found, err, func(m Member) string { return m.ID })
}

func dueJoinIDs(tx database.Tx, now time.Time) ([]string, error) {
	found, err := dueMotions(tx, now, []MotionKind{MotionJoin}, expireAtOnce)
	return idsOf(found, err, func(m Motion) string { return m.ID })
}

func idsOf[T any](found []T, err error, id func(T) string) ([]string, error) {
	ids := make([]string, len(found))
	for i, row := range found {
		ids[i] = id(row)
	}
	return ids, err
}

// dropApplication deletes a sign-up that nobody confirmed, and the person when nothing else names her.
func (r *Registry) dropApplication(tx database.Tx, id string, now time.Time) error {
	a, found, err := maybe[Application](tx, id)
	if err != nil || !found || a.State != Unconfirmed || !over(a.ExpiresAt, now) {
		return err
	}
	if err := deleteApplication(tx, id); err != nil {
		return err
	}
	return forget(tx, a.PersonID)
}

// dropSeat ends an invitation or a hold that was not answered.
func (r *Registry) dropSeat(tx database.Tx, id string, now time.Time) error {
	m, err := one[Member](tx, id, false) // the circle is locked before its seats, everywhere
	if err != nil {
		return err
	}
	c, seats, err := lockWithSeats(tx, m.CircleID)
	if err != nil {
		return err
	}
	m, found := seatByID(seats, id)
	if !found || !over(m.ExpiresAt, now) {
		return nil
	}
	if err := r.closeSeat(tx, identity.Actor{}, c, seats, m, Expired, "seat-expired", now); err != nil {
		return err
	}
	return dropStranger(tx, m)
}

// dropStranger deletes the seat of somebody who never pressed any link, and the person when nothing else names her:
// silence is no consent to be kept.
func dropStranger(tx database.Tx, m Member) error {
	p, err := identity.FindIn(tx, m.PersonID)
	if err != nil || p.Confirmed() {
		return err
	}
	if err := deleteSeat(tx, m.ID); err != nil {
		return err
	}
	return forget(tx, m.PersonID)
}

func (r *Registry) join(tx database.Tx, id string, now time.Time) error {
	return carryJoin(tx, id, now)
}
