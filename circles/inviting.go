package circles

import (
	"context"
	"strings"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/journal"
	"kring/internal/limit"
	"kring/internal/outbox"
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

// InviteFacilitator asks somebody, known or not yet, by mail to share the programme: she facilitates once she says yes
// (AcceptFacilitation), within seven days. Asking again gives her seven days more, and another letter when the last one
// is a day old. Who facilitates already stays so. It answers Invalid with everything that is wrong with the draft.
func (r *Registry) InviteFacilitator(ctx context.Context, actor identity.Actor, programmeID string, draft FacilitatorDraft) (FacilitatorView, error) {
	now := r.clock.Now()
	return write(ctx, r.db, func(tx database.Tx) (FacilitatorView, error) {
		p, err := one[Programme](tx, programmeID, true)
		if err != nil {
			return FacilitatorView{}, err
		}
		if err := mayOnProgramme(tx, actor, InviteFacilitator, programmeID); err != nil {
			return FacilitatorView{}, err
		}
		if err := draft.check(p); err != nil {
			return FacilitatorView{}, err
		}
		person, err := identity.EnsureIn(tx, now, identity.Person{
			Email: draft.Email, Name: draft.Name, LetterLanguage: draft.LetterLanguage, Zone: p.Zone,
		})
		if err != nil {
			return FacilitatorView{}, err
		}
		if is, err := facilitates(tx, programmeID, person.ID); err != nil || is {
			return facilitatorView(person), err
		}
		return r.inviteFacilitator(tx, actor, p, person, now)
	})
}

func (r *Registry) inviteFacilitator(tx database.Tx, actor identity.Actor, p Programme, person identity.Person, now time.Time) (FacilitatorView, error) {
	i, asked, err := facilitatorInvitation(tx, p.ID, person.ID)
	if err != nil {
		return FacilitatorView{}, err
	}
	letter := !asked || !now.Before(i.LetterAt.Add(letterEvery))
	if !asked {
		i = FacilitatorInvitation{ProgrammeID: p.ID, PersonID: person.ID, CreatedAt: now}
	}
	i.InvitedBy, i.ExpiresAt = optional(actor.PersonID), now.Add(FacilitateWithin)
	if letter {
		if err := r.countInvitation(tx, person.Email); err != nil {
			return FacilitatorView{}, err
		}
		i.LetterAt = now
	}
	if err := putFacilitatorInvitation(tx, i); err != nil {
		return FacilitatorView{}, err
	}
	if letter {
		if err := facilitatorLetter(tx, i); err != nil {
			return FacilitatorView{}, err
		}
	}
	return invitedView(person, i), journal.Add(tx, journal.Entry{
		At: now, ActorID: actor.PersonID, ProgrammeID: p.ID, SubjectID: person.ID, Action: "facilitator-invited",
	})
}

// invitationLimit bounds the letters that those who invite can cause to one address, by inviting it here and there, or
// again and again.
func invitationLimit() limit.Rule {
	return limit.Rule{Name: "invitations", Most: 5, Within: 24 * time.Hour}
}

// countInvitation counts a letter of invitation to an address, which is normalised.
func (r *Registry) countInvitation(tx database.Tx, email string) error {
	if r.limits == nil {
		return nil
	}
	return r.limits.TakeIn(tx, r.clock.Machine(), invitationLimit(), email)
}

func facilitatorLetter(tx database.Tx, i FacilitatorInvitation) error {
	return noteAt(tx, outbox.Notice{
		PersonID: i.PersonID, Kind: KindFacilitatorInvited, Key: keyOf(KindFacilitatorInvited, i.ProgrammeID+"/"+i.PersonID, i.LetterAt),
		ProgrammeID: i.ProgrammeID, SubjectID: i.ProgrammeID,
	}, i.LetterAt, i.ExpiresAt)
}

// AcceptFacilitation takes the invitation to facilitate a programme: the press in the letter, or the person's own word
// when she is signed in. Her address is confirmed by it. Who facilitates already stays so. It answers NotFound for who is
// not asked, and Conflict invitation-expired.
func (r *Registry) AcceptFacilitation(ctx context.Context, actor identity.Actor, programmeID string) (FacilitatorView, error) {
	now := r.clock.Now()
	return write(ctx, r.db, func(tx database.Tx) (FacilitatorView, error) {
		i, asked, err := askedToFacilitate(tx, actor, AcceptFacilitation, programmeID)
		switch {
		case err != nil:
			return FacilitatorView{}, err
		case !asked:
			p, err := identity.FindIn(tx, actor.PersonID)
			return facilitatorView(p), err
		case over(&i.ExpiresAt, now):
			return FacilitatorView{}, conflict("invitation-expired")
		}
		return acceptFacilitation(tx, i, now)
	})
}

// askedToFacilitate locks the programme, asks the policy, and answers the actor's invitation; false for who facilitates
// already.
func askedToFacilitate(tx database.Tx, actor identity.Actor, action Action, programmeID string) (FacilitatorInvitation, bool, error) {
	var none FacilitatorInvitation
	if _, err := one[Programme](tx, programmeID, true); err != nil {
		return none, false, err
	}
	i, asked, err := facilitatorInvitation(tx, programmeID, actor.PersonID)
	if err != nil {
		return none, false, err
	}
	object, err := programmeObject(tx, actor, programmeID)
	if err != nil {
		return none, false, err
	}
	object.Self = asked || object.Facilitator && action == AcceptFacilitation
	return i, asked, May(actor, action, object)
}

func acceptFacilitation(tx database.Tx, i FacilitatorInvitation, now time.Time) (FacilitatorView, error) {
	person, err := identity.ConfirmAddressIn(tx, now, i.PersonID)
	if err != nil {
		return FacilitatorView{}, err
	}
	if _, err := deleteFacilitatorInvitation(tx, i.ProgrammeID, i.PersonID); err != nil {
		return FacilitatorView{}, err
	}
	added, err := insertFacilitator(tx, Facilitator{ProgrammeID: i.ProgrammeID, PersonID: i.PersonID, CreatedAt: now})
	if err != nil || !added {
		return facilitatorView(person), err
	}
	return facilitatorView(person), journal.Add(tx, journal.Entry{
		At: now, ActorID: i.PersonID, ProgrammeID: i.ProgrammeID, SubjectID: i.PersonID, Action: "facilitator-added",
	})
}

// DeclineFacilitation refuses the invitation to facilitate a programme; a stranger is forgotten with it. It answers
// NotFound for who is not asked.
func (r *Registry) DeclineFacilitation(ctx context.Context, actor identity.Actor, programmeID string) error {
	now := r.clock.Now()
	return r.db.Write(ctx, func(tx database.Tx) error {
		if _, _, err := askedToFacilitate(tx, actor, DeclineFacilitation, programmeID); err != nil {
			return err
		}
		return takeInvitationBack(tx, actor, programmeID, actor.PersonID, "facilitation-declined", now)
	})
}

// takeInvitationBack ends an invitation without a yes, and forgets who never pressed any link. It answers NotFound when
// there is none.
func takeInvitationBack(tx database.Tx, actor identity.Actor, programmeID, personID, action string, now time.Time) error {
	asked, err := deleteFacilitatorInvitation(tx, programmeID, personID)
	if err == nil && !asked {
		err = notFound()
	}
	if err != nil {
		return err
	}
	entry := journal.Entry{At: now, ActorID: actor.PersonID, ProgrammeID: programmeID, SubjectID: personID, Action: action}
	if err := journal.Add(tx, entry); err != nil {
		return err
	}
	return forget(tx, personID)
}

// FacilitationIn says how somebody stands to a programme that she was asked to facilitate, for the page of the letter's
// link: the programme, and her state; "" when the invitation is over.
func FacilitationIn(tx database.Tx, now time.Time, programmeID, personID string) (Programme, FacilitatorState, error) {
	p, err := one[Programme](tx, programmeID, false)
	if err != nil {
		return p, "", err
	}
	if is, err := facilitates(tx, programmeID, personID); err != nil || is {
		return p, Facilitating, err
	}
	i, asked, err := facilitatorInvitation(tx, programmeID, personID)
	if err != nil || !asked || over(&i.ExpiresAt, now) {
		return p, "", err
	}
	return p, FacilitatorInvited, nil
}

// dropFacilitatorInvitation ends an invitation whose seven days are over.
func dropFacilitatorInvitation(tx database.Tx, id string, now time.Time) error {
	programmeID, personID, _ := strings.Cut(id, "/")
	if _, err := one[Programme](tx, programmeID, true); err != nil {
		return err
	}
	i, asked, err := facilitatorInvitation(tx, programmeID, personID)
	if err != nil || !asked || !over(&i.ExpiresAt, now) {
		return err
	}
	return takeInvitationBack(tx, identity.Actor{}, i.ProgrammeID, i.PersonID, "facilitator-invitation-expired", now)
}
