package api

import (
	"context"
	"slices"

	"kring/api/contract"
	"kring/circles"
	"kring/internal/database"
	"kring/internal/identity"
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
	return entryView(e, who.is(e.ActorID))
}

// doers are the people of a circle to who reads what they did, by name where that is his to see.
type doers struct {
	actors
	names map[string]string // by person, of whom they are to be named; nil to who is no member
}

func (a *API) doersOf(ctx context.Context, circleID string) (who doers, err error) {
	actor := callOf(ctx).seer()
	err = a.db.Read(ctx, func(tx database.Tx) error {
		c, object, err := circles.SeeIn(tx, actor, circleID)
		if err != nil {
			return err
		}
		if who.actors, err = actorsIn(tx, c); err != nil {
			return err
		}
		if !object.Member {
			return nil
		}
		found, err := identity.FindManyIn(tx, slices.Concat(who.members, who.facilitators))
		who.names = make(map[string]string, len(found))
		for id, p := range found {
			who.names[id] = identity.FirstName(p)
		}
		return err
	})
	return who, err
}

// doer says who did something; nil is the circle itself.
func (who doers) doer(personID *string) contract.Doer {
	id := given(personID, "")
	view := contract.Doer{Actor: contract.DoerActor(who.is(id))}
	if name := who.names[id]; name != "" {
		view.FirstName = &name
	}
	return view
}

func entryView(e journal.Entry, actor contract.JournalEntryActor) contract.JournalEntry {
	view := contract.JournalEntry{
		Id: e.ID, At: e.At, Action: e.Action, Actor: actor, Details: e.Details,
		ProgrammeId: orNull(e.ProgrammeID), CircleId: orNull(e.CircleID), SubjectId: orNull(e.SubjectID),
	}
	if view.Details == nil {
		view.Details = map[string]string{}
	}
	return view
}

// ListProgrammeJournal answers what happened to a programme and to its circles.
func (a *API) ListProgrammeJournal(ctx context.Context, r contract.ListProgrammeJournalRequestObject) (contract.ListProgrammeJournalResponseObject, error) {
	after, err := behind(r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	var found page.Page[journal.Entry]
	var who people
	err = a.db.Read(ctx, func(tx database.Tx) error {
		facilitators, err := mayOnProgramme(tx, callOf(ctx).actor, circles.SeeProgrammeJournal, r.ProgrammeId)
		if err != nil {
			return err
		}
		of := journal.OfProgramme(r.ProgrammeId)
		if found, err = journal.ListIn(tx, of, after, page.Limit(given(r.Params.Limit, 0))); err != nil {
			return err
		}
		who, err = peopleIn(tx, found.Items, facilitators)
		return err
	})
	if err != nil {
		return nil, err
	}
	return contract.ListProgrammeJournal200JSONResponse{Items: list(found.Items, who.entry), Next: next(found.Next)}, nil
}

// people are those of a programme by what they are to it and to each circle in a stretch of its journal.
type people struct {
	facilitators []string
	members      map[string][]string // by circle
}

func peopleIn(tx database.Tx, entries []journal.Entry, facilitators []string) (people, error) {
	who := people{facilitators: facilitators, members: map[string][]string{}}
	for _, e := range entries {
		if _, known := who.members[e.CircleID]; known || e.CircleID == "" {
			continue
		}
		seats, err := circles.SeatsIn(tx, e.CircleID)
		if err != nil {
			return who, err
		}
		who.members[e.CircleID] = list(seats, func(m circles.Member) string { return m.PersonID })
	}
	return who, nil
}

func (who people) entry(e journal.Entry) contract.JournalEntry {
	return actors{members: who.members[e.CircleID], facilitators: who.facilitators}.entry(e)
}

// ListMyJournal answers what the caller did and what was done to the caller, wherever that was.
func (a *API) ListMyJournal(ctx context.Context, r contract.ListMyJournalRequestObject) (contract.ListMyJournalResponseObject, error) {
	after, err := behind(r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	me := callOf(ctx).actor.PersonID
	var found page.Page[journal.Entry]
	err = a.db.Read(ctx, func(tx database.Tx) (err error) {
		found, err = journal.ListIn(tx, journal.OfPerson(me), after, page.Limit(given(r.Params.Limit, 0)))
		return err
	})
	if err != nil {
		return nil, err
	}
	return contract.ListMyJournal200JSONResponse{
		Items: list(found.Items, func(e journal.Entry) contract.JournalEntry { return entryView(e, seenBy(me, e.ActorID)) }),
		Next:  next(found.Next),
	}, nil
}

// seenBy says who did something to whom reads it: who else it was is not told.
func seenBy(me, actorID string) contract.JournalEntryActor {
	switch actorID {
	case "":
		return contract.JournalEntryActorKring
	case me:
		return contract.JournalEntryActorSelf
	}
	return contract.JournalEntryActorOther
}
