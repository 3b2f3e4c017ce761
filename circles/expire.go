package circles

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
)

// expireAtOnce is how many rows one round looks at: a pass holds no list of everything.
const expireAtOnce = 100

// Lapses is what a pass of Expire did.
type Lapses struct {
	Applications int // unconfirmed ones deleted
	Seats        int // invitations and holds that ended
	Joined       int // newcomers to whom nobody objected
	Facilitators int // invitations to facilitate that nobody answered
}

// Expire does what time alone does to sign-ups and seats: it deletes applications whose press did not come within 72
// hours, ends invitations and holds and gives what they kept to the next in line, ends invitations to facilitate after
// seven days, and lets newcomers in to whom nobody objected for three days. It answers what it did and when it next has
// something due (zero: nothing). Each row is a transaction of its own, so passes of several processes do not do a thing
// twice and one bad row stops no other: what went wrong is answered together, after the rest was done.
func (r *Registry) Expire(ctx context.Context, now time.Time) (Lapses, time.Time, error) {
	var done Lapses
	err := errors.Join(
		r.eachDue(ctx, lapsedApplicationIDs, now, &done.Applications, dropApplication),
		r.eachDue(ctx, lapsedSeatIDs, now, &done.Seats, r.dropSeat),
		r.eachDue(ctx, dueJoinIDs, now, &done.Joined, carryJoin),
		r.eachDue(ctx, lapsedInvitationIDs, now, &done.Facilitators, dropFacilitatorInvitation),
	)
	if err != nil {
		return done, time.Time{}, err
	}
	next, err := read(ctx, r.db, nextLapses)
	if err != nil || len(next) == 0 {
		return done, time.Time{}, err
	}
	return done, slices.MinFunc(next, time.Time.Compare), nil
}

// eachDue runs a step for every row that is due, in rounds, until none is left. A row that failed would be in the next
// round again, so a round with one is the last.
func (r *Registry) eachDue(ctx context.Context, due func(database.Tx, time.Time) ([]string, error), now time.Time, done *int, step func(tx database.Tx, id string, now time.Time) error) error {
	for {
		ids, err := read(ctx, r.db, func(tx database.Tx) ([]string, error) { return due(tx, now) })
		if err != nil {
			return err
		}
		var failed error
		for _, id := range ids {
			err := r.db.Write(ctx, func(tx database.Tx) error { return step(tx, id, now) })
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("row %s: %w", id, err))
				continue
			}
			*done++
		}
		if failed != nil || len(ids) < expireAtOnce {
			return failed
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

// lapsedInvitationIDs are invitations by programme and person: they have no id of their own.
func lapsedInvitationIDs(tx database.Tx, now time.Time) ([]string, error) {
	found, err := lapsedFacilitatorInvitations(tx, now, expireAtOnce)
	return idsOf(found, err, func(i FacilitatorInvitation) string { return i.ProgrammeID + "/" + i.PersonID })
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
func dropApplication(tx database.Tx, id string, now time.Time) error {
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
	m, err := one[Member](tx, id, false)   // the circle is locked before its seats, everywhere
	if fault.IsKind(err, fault.NotFound) { // another process was quicker
		return nil
	}
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
