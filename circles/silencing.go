package circles

import (
	"context"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/journal"
)

// Silence is the press "never write to this address again": the actor's address gets no letter any more, whoever types
// it. What she did not confirm is withdrawn: applications, invitations to a seat and to facilitate. Who never confirmed
// anything is forgotten. Seats that she took stay hers. Asking twice changes nothing.
func (r *Registry) Silence(ctx context.Context, actor identity.Actor) error {
	now := r.clock.Now()
	return r.db.Write(ctx, func(tx database.Tx) error {
		if !actor.Known() {
			return fault.New(fault.Unauthenticated, "sign-in-needed")
		}
		p, err := identity.FindIn(tx, actor.PersonID)
		if err != nil {
			return err
		}
		if err := silence(tx, p, now); err != nil {
			return err
		}
		if err := r.refuseSeats(tx, p, now); err != nil {
			return err
		}
		if err := refuseApplications(tx, p); err != nil {
			return err
		}
		if err := refuseFacilitation(tx, p, now); err != nil {
			return err
		}
		return forget(tx, p.ID)
	})
}

// silence notes that the address is not to be written to.
func silence(tx database.Tx, p identity.Person, now time.Time) error {
	reason, err := identity.SuppressedIn(tx, p.Email)
	if err != nil || reason == identity.Silence {
		return err
	}
	if err := identity.SuppressIn(tx, now, p.Email, identity.Silence); err != nil {
		return err
	}
	return journal.Add(tx, journal.Entry{At: now, ActorID: p.ID, SubjectID: p.ID, Action: "silence-asked"})
}

// SilentIn says whether a person asked never to be written to again.
func SilentIn(tx database.Tx, p identity.Person) (bool, error) {
	reason, err := identity.SuppressedIn(tx, p.Email)
	return reason == identity.Silence, err
}

// refuseSeats refuses the seats that somebody was invited to.
func (r *Registry) refuseSeats(tx database.Tx, p identity.Person, now time.Time) error {
	state := Declined
	if !p.Confirmed() { // silence of a stranger leaves nothing
		state = Expired
	}
	invited, err := invitedSeatsOf(tx, p.ID)
	if err != nil {
		return err
	}
	for _, m := range invited {
		c, seats, err := lockWithSeats(tx, m.CircleID)
		if err != nil {
			return err
		}
		m, open := seatByID(seats, m.ID)
		if !open || m.State != Invited {
			continue
		}
		if err := r.closeSeat(tx, identity.Actor{PersonID: p.ID}, c, seats, m, state, "seat-declined", now); err != nil {
			return err
		}
		if err := dropStranger(tx, m); err != nil {
			return err
		}
	}
	return nil
}

// refuseApplications deletes the sign-ups that somebody else may have typed.
func refuseApplications(tx database.Tx, p identity.Person) error {
	typed, err := unconfirmedOf(tx, p.ID)
	for _, a := range typed {
		if err := deleteApplication(tx, a.ID); err != nil {
			return err
		}
	}
	return err
}

func refuseFacilitation(tx database.Tx, p identity.Person, now time.Time) error {
	asked, err := facilitatorInvitationsTo(tx, p.ID)
	for _, i := range asked {
		if err := takeInvitationBack(tx, identity.Actor{PersonID: p.ID}, i.ProgrammeID, i.PersonID, "facilitation-declined", now); err != nil {
			return err
		}
	}
	return err
}
