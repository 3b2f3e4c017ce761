package circles

import (
	"context"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/journal"
	"kring/internal/page"
)

// Applicant is an application with the address that it came from; of one that was forgotten nothing is told, although
// another programme may still know the person.
type Applicant struct {
	Application
	Email         string
	Undeliverable bool
}

// Applications lists the programme's applications, oldest first; state "" is all of them.
func (r *Registry) Applications(ctx context.Context, actor identity.Actor, programmeID string, state ApplicationState, after page.Cursor, limit int) (page.Page[Applicant], error) {
	limit = page.Limit(limit)
	return read(ctx, r.db, func(tx database.Tx) (page.Page[Applicant], error) {
		var none page.Page[Applicant]
		if _, err := one[Programme](tx, programmeID, false); err != nil {
			return none, err
		}
		if err := mayOnProgramme(tx, actor, ListApplications, programmeID); err != nil {
			return none, err
		}
		found, err := applicationsOf(tx, programmeID, state, after.ID, limit+1)
		if err != nil {
			return none, err
		}
		applicants, err := withAddresses(tx, found)
		if err != nil {
			return none, err
		}
		return page.Cut(applicants, limit, func(a Applicant) page.Cursor { return page.Cursor{ID: a.ID} }), nil
	})
}

func withAddresses(tx database.Tx, found []Application) ([]Applicant, error) {
	ids := make([]string, len(found))
	for i, a := range found {
		ids[i] = a.PersonID
	}
	people, err := peopleByID(tx, ids)
	if err != nil {
		return nil, err
	}
	applicants := make([]Applicant, len(found))
	for i, a := range found {
		applicants[i] = Applicant{Application: a}
		if p := people[a.PersonID]; a.ForgottenAt == nil {
			applicants[i].Email, applicants[i].Undeliverable = p.Email, p.UndeliverableAt != nil
		}
	}
	return applicants, nil
}

// Application answers one application, to whoever it is of and to facilitators.
func (r *Registry) Application(ctx context.Context, actor identity.Actor, id string) (Applicant, error) {
	return read(ctx, r.db, func(tx database.Tx) (Applicant, error) {
		a, err := one[Application](tx, id, false)
		if err != nil {
			return Applicant{}, err
		}
		if err := mayOnApplication(tx, actor, SeeApplication, a); err != nil {
			return Applicant{}, err
		}
		return withAddress(tx, a)
	})
}

func withAddress(tx database.Tx, a Application) (Applicant, error) {
	applicants, err := withAddresses(tx, []Application{a})
	if err != nil {
		return Applicant{}, err
	}
	return applicants[0], nil
}

func mayOnApplication(tx database.Tx, actor identity.Actor, action Action, a Application) error {
	object, err := programmeObject(tx, actor, a.ProgrammeID)
	if err != nil {
		return err
	}
	object.Self = actor.Known() && a.PersonID == actor.PersonID
	return May(actor, action, object)
}

// PatchApplication changes an application at the revision (0: whatever it is). Her own word about zone, languages and
// hours holds for the person as well, as it did when she confirmed. It answers Stale, Conflict application-withdrawn, and
// Invalid with everything that is wrong.
func (r *Registry) PatchApplication(ctx context.Context, actor identity.Actor, id string, revision int, patch ApplicationPatch) (Applicant, error) {
	now := r.clock.Now()
	return write(ctx, r.db, func(tx database.Tx) (Applicant, error) {
		a, err := one[Application](tx, id, true)
		if err != nil {
			return Applicant{}, err
		}
		if err := mayOnApplication(tx, actor, ChangeApplication, a); err != nil {
			return Applicant{}, err
		}
		if err := checkRevision(revision, a.Revision); err != nil {
			return Applicant{}, err
		}
		if a.State == Withdrawn || a.ForgottenAt != nil {
			return Applicant{}, conflict("application-withdrawn")
		}
		if err := patch.apply(&a); err != nil {
			return Applicant{}, err
		}
		if err := saveApplication(tx, &a, now); err != nil {
			return Applicant{}, err
		}
		if err := patch.tellPerson(tx, actor, a, now); err != nil {
			return Applicant{}, err
		}
		entry := journal.Entry{At: now, ActorID: actor.PersonID, ProgrammeID: a.ProgrammeID, SubjectID: a.ID, Action: "application-changed"}
		if err := journal.Add(tx, entry); err != nil {
			return Applicant{}, err
		}
		return withAddress(tx, a)
	})
}

// WithdrawApplication takes a sign-up back, with the seats that it led to and that are not yet taken. Withdrawing twice
// changes nothing. It answers Conflict application-placed for somebody who is in a circle: leaving is her own step.
func (r *Registry) WithdrawApplication(ctx context.Context, actor identity.Actor, id string) error {
	now := r.clock.Now()
	return r.db.Write(ctx, func(tx database.Tx) error {
		a, err := one[Application](tx, id, false)
		if err != nil {
			return err
		}
		if err := mayOnApplication(tx, actor, WithdrawApply, a); err != nil {
			return err
		}
		if err := r.giveAllBack(tx, actor, id, now); err != nil {
			return err
		}
		if err := withdraw(tx, actor, id, now); err != nil {
			return err
		}
		// From here on nobody asks for a seat with it; somebody may have, since its seats were read.
		return r.giveAllBack(tx, actor, id, now)
	})
}

// giveAllBack frees the seats of an application that is withdrawn.
func (r *Registry) giveAllBack(tx database.Tx, actor identity.Actor, applicationID string, now time.Time) error {
	waiting, err := openSeatsOfApplication(tx, applicationID)
	if err != nil {
		return err
	}
	for _, m := range waiting {
		if m.State == Accepted {
			return conflict("application-placed")
		}
		if err := r.giveBack(tx, actor, m, now); err != nil {
			return err
		}
	}
	return nil
}

// giveBack frees a seat of an application that is withdrawn.
func (r *Registry) giveBack(tx database.Tx, actor identity.Actor, m Member, now time.Time) error {
	c, seats, err := lockWithSeats(tx, m.CircleID)
	if err != nil {
		return err
	}
	m, found := seatByID(seats, m.ID)
	if !found || !m.State.Open() {
		return nil
	}
	if m.State == Accepted {
		return conflict("application-placed")
	}
	return r.closeSeat(tx, actor, c, seats, m, Declined, "seat-declined", now)
}

func withdraw(tx database.Tx, actor identity.Actor, id string, now time.Time) error {
	a, err := one[Application](tx, id, true)
	if err != nil || a.State == Withdrawn {
		return err
	}
	a.State, a.CircleID, a.ExpiresAt = Withdrawn, nil, nil
	if err := saveApplication(tx, &a, now); err != nil {
		return err
	}
	return journal.Add(tx, journal.Entry{
		At: now, ActorID: actor.PersonID, ProgrammeID: a.ProgrammeID, SubjectID: a.ID, Action: "application-withdrawn",
	})
}
