package circles

import (
	"slices"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/journal"
)

// Part is what this room keeps about people: sign-ups, seats, what they proposed and what they facilitate.
//
// When somebody is erased she leaves every circle that goes on, as Leave does, so that the next in line gets the seat and
// the others hear of it with their dates; of seats and sign-ups that stay for the counts nothing but ids, states and the
// instants of coming and going is left. Her programmes go to the other facilitators; of one that has none left the owner
// of the installation becomes facilitator.
func (r *Registry) Part() identity.Part {
	return identity.Part{Name: "circles", LockIn: lockOf, ExportIn: exportOf, EraseIn: r.erase}
}

// SeatsOfIn are all seats of a person, closed ones too, in the order in which they came to be.
func SeatsOfIn(tx database.Tx, personID string) ([]Member, error) { return seatsOfPerson(tx, personID) }

// lockOf keeps what is locked before people: programmes that she facilitates, circles that she has or had a seat in or
// looks after, her applications.
func lockOf(tx database.Tx, personID string) error {
	for _, lock := range []func(database.Tx, string) error{lockProgrammesOf, lockCirclesOf, lockApplicationsOf} {
		if err := lock(tx, personID); err != nil {
			return err
		}
	}
	return nil
}

// erase forgets a person in this room; lockOf has been called.
func (r *Registry) erase(tx database.Tx, now time.Time, personID string) error {
	seats, err := seatsOfPerson(tx, personID)
	if err != nil {
		return err
	}
	for _, m := range seats {
		if err := r.stepOut(tx, now, m); err != nil {
			return err
		}
	}
	if err := handProgrammesOn(tx, now, personID); err != nil {
		return err
	}
	if err := lookAfterNoMore(tx, personID, now); err != nil {
		return err
	}
	if err := emptySeats(tx, personID, now); err != nil {
		return err
	}
	if err := emptyMotions(tx, seats); err != nil {
		return err
	}
	if err := deleteUnconfirmedOf(tx, personID); err != nil {
		return err
	}
	return emptyApplicationsOf(tx, personID, now)
}

// stepOut gives an open seat up, in a circle that goes on or that one press can still revive.
func (r *Registry) stepOut(tx database.Tx, now time.Time, m Member) error {
	if !m.State.Open() {
		return nil
	}
	c, seats, err := lockWithSeats(tx, m.CircleID)
	if err != nil {
		return err
	}
	revivable := c
	if c.State.Over() && revivable.Revive(now) != nil {
		return nil // it is history: she was in until the end
	}
	m, found := seatByID(seats, m.ID)
	if !found {
		return nil
	}
	actor := identity.Actor{PersonID: m.PersonID}
	if m.State == Accepted {
		_, err = r.leave(&seatCase{tx: tx, actor: actor, now: now, c: c, seats: seats, seat: m})
		return err
	}
	return r.closeSeat(tx, actor, c, seats, m, Declined, "seat-declined", now)
}

// handProgrammesOn gives the programmes that somebody facilitates to who else facilitates them, and takes back what she
// was asked to facilitate.
func handProgrammesOn(tx database.Tx, now time.Time, personID string) error {
	programmes, err := facilitationsOf(tx, personID)
	if err != nil {
		return err
	}
	for _, f := range programmes {
		if err := handProgrammeOn(tx, now, f.ProgrammeID, personID); err != nil {
			return err
		}
	}
	return deleteFacilitatorInvitationsOf(tx, personID)
}

// handProgrammeOn gives a programme to whoever facilitates it longest beside her, else to the owner of the installation.
func handProgrammeOn(tx database.Tx, now time.Time, programmeID, personID string) error {
	all, err := FacilitatorsIn(tx, programmeID)
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(all, func(id string) bool { return id == personID })
	if len(others) == 0 {
		owner, err := takeOver(tx, now, programmeID)
		if err != nil {
			return err
		}
		others = []string{owner}
	}
	if _, err := deleteFacilitator(tx, programmeID, personID); err != nil {
		return err
	}
	if err := passOn(tx, programmeID, personID, others[0], now); err != nil {
		return err
	}
	return journal.Add(tx, journal.Entry{
		At: now, ProgrammeID: programmeID, SubjectID: personID, Action: "facilitator-removed",
	})
}

// takeOver makes the owner of the installation facilitator of a programme that nobody would facilitate any more.
func takeOver(tx database.Tx, now time.Time, programmeID string) (string, error) {
	owner, err := identity.OwnerIn(tx)
	if err != nil {
		return "", err
	}
	if _, err := insertFacilitator(tx, Facilitator{ProgrammeID: programmeID, PersonID: owner.ID, CreatedAt: now}); err != nil {
		return "", err
	}
	return owner.ID, journal.Add(tx, journal.Entry{
		At: now, ProgrammeID: programmeID, SubjectID: owner.ID, Action: "facilitator-added",
	})
}
