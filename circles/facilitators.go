package circles

import (
	"context"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/journal"
)

// FacilitateWithin is how long an invitation to facilitate waits for its press, in product time.
const FacilitateWithin = 7 * 24 * time.Hour

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

// FacilitatorState says whether somebody facilitates or is asked to.
type FacilitatorState string

// The states of a facilitator.
const (
	Facilitating       FacilitatorState = "facilitating"
	FacilitatorInvited FacilitatorState = "invited" // asked by mail, and has not said yes
)

// FacilitatorView is somebody with rights over a programme, or who is asked to have them. Of who is only asked the
// address is shown, which whoever asked her typed: her name is hers until she says yes.
type FacilitatorView struct {
	PersonID    string
	Name, Email string
	State       FacilitatorState
	ExpiresAt   *time.Time // when an invitation ends
}

// Facilitators are the people with rights over the programme, longest first, and then who is asked.
func (r *Registry) Facilitators(ctx context.Context, actor identity.Actor, programmeID string) ([]FacilitatorView, error) {
	return read(ctx, r.db, func(tx database.Tx) ([]FacilitatorView, error) {
		if _, err := one[Programme](tx, programmeID, false); err != nil {
			return nil, err
		}
		if err := mayOnProgramme(tx, actor, SeeFacilitators, programmeID); err != nil {
			return nil, err
		}
		return whoFacilitates(tx, programmeID)
	})
}

// Facilitator is one of them. It answers NotFound for who is neither.
func (r *Registry) Facilitator(ctx context.Context, actor identity.Actor, programmeID, personID string) (FacilitatorView, error) {
	all, err := r.Facilitators(ctx, actor, programmeID)
	for _, f := range all {
		if f.PersonID == personID {
			return f, nil
		}
	}
	if err == nil {
		err = notFound()
	}
	return FacilitatorView{}, err
}

func whoFacilitates(tx database.Tx, programmeID string) ([]FacilitatorView, error) {
	found, err := facilitatorsOf(tx, programmeID)
	if err != nil {
		return nil, err
	}
	asked, err := facilitatorInvitationsOf(tx, programmeID)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, f := range found {
		ids = append(ids, f.PersonID)
	}
	for _, i := range asked {
		ids = append(ids, i.PersonID)
	}
	people, err := peopleByID(tx, ids)
	if err != nil {
		return nil, err
	}
	views := make([]FacilitatorView, 0, len(ids))
	for _, f := range found {
		p := people[f.PersonID]
		views = append(views, FacilitatorView{PersonID: p.ID, Name: p.Name, Email: p.Email, State: Facilitating})
	}
	for _, i := range asked {
		views = append(views, invitedView(people[i.PersonID], i))
	}
	return views, nil
}

func invitedView(p identity.Person, i FacilitatorInvitation) FacilitatorView {
	return FacilitatorView{PersonID: p.ID, Email: p.Email, State: FacilitatorInvited, ExpiresAt: &i.ExpiresAt}
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

// InviteFacilitator asks somebody, known or not yet, by mail to share the programme: she facilitates once she says yes
// (AcceptFacilitation), within seven days. Who facilitates already stays so. It answers Invalid with everything that is
// wrong with the draft.
func (r *Registry) InviteFacilitator(ctx context.Context, actor identity.Actor, programmeID string, draft FacilitatorDraft) (FacilitatorView, error) {
	now := r.clock.Now()
	return write(ctx, r.db, func(tx database.Tx) (FacilitatorView, error) {
		var none FacilitatorView
		p, err := one[Programme](tx, programmeID, true)
		if err != nil {
			return none, err
		}
		if err := mayOnProgramme(tx, actor, InviteFacilitator, programmeID); err != nil {
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
		is, err := facilitates(tx, programmeID, person.ID)
		if err != nil || is {
			return FacilitatorView{PersonID: person.ID, Name: person.Name, Email: person.Email, State: Facilitating}, err
		}
		return inviteFacilitator(tx, actor, p, person, now)
	})
}

func inviteFacilitator(tx database.Tx, actor identity.Actor, p Programme, person identity.Person, now time.Time) (FacilitatorView, error) {
	i := FacilitatorInvitation{
		ProgrammeID: p.ID, PersonID: person.ID, InvitedBy: optional(actor.PersonID), ExpiresAt: now.Add(FacilitateWithin),
		LetterAt: now, CreatedAt: now,
	}
	if err := putFacilitatorInvitation(tx, i); err != nil {
		return FacilitatorView{}, err
	}
	return invitedView(person, i), journal.Add(tx, journal.Entry{
		At: now, ActorID: actor.PersonID, ProgrammeID: p.ID, SubjectID: person.ID, Action: "facilitator-invited",
	})
}

// AcceptFacilitation takes the invitation to facilitate a programme: the press in the letter, or the person's own word
// when she is signed in. It answers NotFound for who is not invited.
func (r *Registry) AcceptFacilitation(ctx context.Context, actor identity.Actor, programmeID string) (FacilitatorView, error) {
	now := r.clock.Now()
	return write(ctx, r.db, func(tx database.Tx) (FacilitatorView, error) {
		p, err := one[Programme](tx, programmeID, true)
		if err != nil {
			return FacilitatorView{}, err
		}
		taken, err := deleteFacilitatorInvitation(tx, programmeID, actor.PersonID)
		if err == nil && !taken {
			err = notFound()
		}
		if err != nil {
			return FacilitatorView{}, err
		}
		return acceptFacilitation(tx, p, actor.PersonID, now)
	})
}

func acceptFacilitation(tx database.Tx, p Programme, personID string, now time.Time) (FacilitatorView, error) {
	person, err := identity.ConfirmAddressIn(tx, now, personID)
	if err != nil {
		return FacilitatorView{}, err
	}
	_, err = insertFacilitator(tx, Facilitator{ProgrammeID: p.ID, PersonID: personID, CreatedAt: now})
	if err != nil {
		return FacilitatorView{}, err
	}
	view := FacilitatorView{PersonID: person.ID, Name: person.Name, Email: person.Email, State: Facilitating}
	return view, journal.Add(tx, journal.Entry{
		At: now, ActorID: personID, ProgrammeID: p.ID, SubjectID: personID, Action: "facilitator-added",
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
