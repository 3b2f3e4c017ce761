package circles

import (
	"context"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/journal"
)

// FacilitatorDraft is somebody to share a programme with.
type FacilitatorDraft struct {
	Name, Email    string
	LetterLanguage string // empty: the programme's, or English when letters are not written in that
}

func (d *FacilitatorDraft) check(p Programme) error {
	var v fault.Violations
	d.LetterLanguage = either(d.LetterLanguage, letterLanguage(p.Language))
	d.Name = identity.CheckName(&v, "/name", d.Name)
	d.Email = identity.CheckEmail(&v, "/email", d.Email)
	identity.CheckLetterLanguage(&v, "/letter_language", d.LetterLanguage)
	return v.Err()
}

// Facilitators are the people with rights over the programme, longest first.
func (r *Registry) Facilitators(ctx context.Context, actor identity.Actor, programmeID string) ([]identity.Person, error) {
	return read(ctx, r.db, func(tx database.Tx) ([]identity.Person, error) {
		if _, err := one[Programme](tx, programmeID, false); err != nil {
			return nil, err
		}
		if err := mayOnProgramme(tx, actor, SeeFacilitators, programmeID); err != nil {
			return nil, err
		}
		return peopleWhoFacilitate(tx, programmeID)
	})
}

func peopleWhoFacilitate(tx database.Tx, programmeID string) ([]identity.Person, error) {
	found, err := facilitatorsOf(tx, programmeID)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(found))
	for i, f := range found {
		ids[i] = f.PersonID
	}
	known, err := peopleByID(tx, ids)
	if err != nil {
		return nil, err
	}
	people := make([]identity.Person, len(found))
	for i, id := range ids {
		people[i] = known[id]
	}
	return people, nil
}

// FacilitatorsIn are the ids of the people who facilitate the programme, longest first.
func FacilitatorsIn(tx database.Tx, programmeID string) ([]string, error) {
	found, err := facilitatorsOf(tx, programmeID)
	ids := make([]string, len(found))
	for i, f := range found {
		ids[i] = f.PersonID
	}
	return ids, err
}

// AddFacilitator shares the programme with somebody, known or not yet. Somebody who has it already stays so.
func (r *Registry) AddFacilitator(ctx context.Context, actor identity.Actor, programmeID string, draft FacilitatorDraft) (identity.Person, error) {
	now := r.clock.Now()
	return write(ctx, r.db, func(tx database.Tx) (identity.Person, error) {
		var none identity.Person
		p, err := one[Programme](tx, programmeID, true)
		if err != nil {
			return none, err
		}
		if err := mayOnProgramme(tx, actor, AddFacilitator, programmeID); err != nil {
			return none, err
		}
		if err := draft.check(p); err != nil {
			return none, err
		}
		person, err := identity.EnsureIn(tx, now, identity.Person{
			Email: draft.Email, Name: draft.Name, LetterLanguage: draft.LetterLanguage, Zone: p.Zone,
		})
		if err != nil {
			return none, err
		}
		added, err := insertFacilitator(tx, Facilitator{ProgrammeID: programmeID, PersonID: person.ID, CreatedAt: now})
		if err != nil || !added {
			return person, err
		}
		return person, journal.Add(tx, journal.Entry{
			At: now, ActorID: actor.PersonID, ProgrammeID: programmeID, SubjectID: person.ID, Action: "facilitator-added",
		})
	})
}

// RemoveFacilitator takes somebody's rights over the programme; the circles she looked after go to another. It answers
// NotFound for who has none, and Conflict last-facilitator.
func (r *Registry) RemoveFacilitator(ctx context.Context, actor identity.Actor, programmeID, personID string) error {
	now := r.clock.Now()
	return r.db.Write(ctx, func(tx database.Tx) error {
		if _, err := one[Programme](tx, programmeID, true); err != nil {
			return err
		}
		if err := mayOnProgramme(tx, actor, RemoveFacilitator, programmeID); err != nil {
			return err
		}
		return removeFacilitator(tx, actor, programmeID, personID, now)
	})
}

func removeFacilitator(tx database.Tx, actor identity.Actor, programmeID, personID string, now time.Time) error {
	if !database.IsID(personID) {
		return notFound()
	}
	removed, err := deleteFacilitator(tx, programmeID, personID)
	if err != nil {
		return err
	}
	if !removed {
		return notFound()
	}
	remaining, err := facilitatorsOf(tx, programmeID)
	if err != nil {
		return err
	}
	if len(remaining) == 0 {
		return conflict("last-facilitator")
	}
	if err := handOver(tx, programmeID, personID, remaining[0].PersonID, now); err != nil {
		return err
	}
	return journal.Add(tx, journal.Entry{
		At: now, ActorID: actor.PersonID, ProgrammeID: programmeID, SubjectID: personID, Action: "facilitator-removed",
	})
}
