package api

import (
	"context"
	"slices"

	"kring/api/contract"
	"kring/circles"
	"kring/internal/database"
	"kring/internal/journal"
	"kring/internal/page"
)

// ListJournal answers what happened to a circle. Who did it is said by what they are to the circle, never by name.
func (a *API) ListJournal(ctx context.Context, r contract.ListJournalRequestObject) (contract.ListJournalResponseObject, error) {
	after, err := behind(r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	var found page.Page[journal.Entry]
	var who actors
	err = a.db.Read(ctx, func(tx database.Tx) error {
		c, object, err := circles.SeeIn(tx, callOf(ctx).actor, r.CircleId)
		if err != nil {
			return err
		}
		if err := circles.May(callOf(ctx).actor, circles.SeeJournal, object); err != nil {
			return err
		}
		if who, err = actorsIn(tx, c); err != nil {
			return err
		}
		found, err = journal.ListIn(tx, journal.OfCircle(c.ID), after, page.Limit(given(r.Params.Limit, 0)))
		return err
	})
	if err != nil {
		return nil, err
	}
	return contract.ListJournal200JSONResponse{Items: list(found.Items, who.entry), Next: next(found.Next)}, nil
}

// actors are the people of a circle by what they are to it.
type actors struct{ members, facilitators []string }

func actorsIn(tx database.Tx, c circles.Circle) (actors, error) {
	facilitators, err := circles.FacilitatorsIn(tx, c.ProgrammeID)
	if err != nil {
		return actors{}, err
	}
	seats, err := circles.SeatsIn(tx, c.ID)
	members := list(seats, func(m circles.Member) string { return m.PersonID })
	return actors{members: members, facilitators: facilitators}, err
}

// is says what somebody is to the circle; who is both a member and a facilitator acted as a member.
func (who actors) is(personID string) contract.JournalEntryActor {
	switch {
	case personID == "":
		return contract.JournalEntryActorKring
	case slices.Contains(who.members, personID):
		return contract.JournalEntryActorMember
	case slices.Contains(who.facilitators, personID):
		return contract.JournalEntryActorFacilitator
	}
	return contract.JournalEntryActorOther
}

func (who actors) entry(e journal.Entry) contract.JournalEntry {
	view := contract.JournalEntry{Id: e.ID, At: e.At, Action: e.Action, Actor: who.is(e.ActorID), Details: e.Details}
	if e.SubjectID != "" {
		view.SubjectId = &e.SubjectID
	}
	if view.Details == nil {
		view.Details = map[string]string{}
	}
	return view
}
