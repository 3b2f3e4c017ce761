package circles

import (
	"context"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/journal"
)

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
		views = append(views, facilitatorView(people[f.PersonID]))
	}
	for _, i := range asked {
		views = append(views, invitedView(people[i.PersonID], i))
	}
	return views, nil
}

func facilitatorView(p identity.Person) FacilitatorView {
	return FacilitatorView{PersonID: p.ID, Name: p.Name, Email: p.Email, State: Facilitating}
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

// RemoveFacilitator takes somebody's rights over the programme, one's own as well; the circles she looked after go to
// another. Of somebody who is only asked it takes the invitation back. It answers NotFound for who is neither, and
// Conflict last-facilitator while the programme is open or has circles that are not over: the last one hands over or
// closes it.
func (r *Registry) RemoveFacilitator(ctx context.Context, actor identity.Actor, programmeID, personID string) error {
	now := r.clock.Now()
	return r.db.Write(ctx, func(tx database.Tx) error {
		p, err := one[Programme](tx, programmeID, true)
		if err != nil {
			return err
		}
		if err := mayOnProgramme(tx, actor, RemoveFacilitator, programmeID); err != nil {
			return err
		}
		if !database.IsID(personID) {
			return notFound()
		}
		removed, err := deleteFacilitator(tx, programmeID, personID)
		if err != nil {
			return err
		}
		if !removed {
			return takeInvitationBack(tx, actor, programmeID, personID, "facilitator-invitation-withdrawn", now)
		}
		return stepDown(tx, actor, p, personID, now)
	})
}

// stepDown hands over what somebody had who facilitates no more.
func stepDown(tx database.Tx, actor identity.Actor, p Programme, personID string, now time.Time) error {
	remaining, err := facilitatorsOf(tx, p.ID)
	if err != nil {
		return err
	}
	var to *string
	if len(remaining) > 0 {
		to = &remaining[0].PersonID
	} else if err := needsNobody(tx, p); err != nil {
		return err
	}
	if err := handOver(tx, p.ID, personID, to, now); err != nil {
		return err
	}
	return journal.Add(tx, journal.Entry{
		At: now, ActorID: actor.PersonID, ProgrammeID: p.ID, SubjectID: personID, Action: "facilitator-removed",
	})
}

// needsNobody answers nil for a programme that can be without a facilitator: closed, and all its circles over.
func needsNobody(tx database.Tx, p Programme) error {
	alive, err := hasCirclesAlive(tx, p.ID)
	if err == nil && (alive || p.State == Open) {
		return conflict("last-facilitator")
	}
	return err
}
