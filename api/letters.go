package api

import (
	"context"
	"slices"

	"kring/api/contract"
	"kring/circles"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/outbox"
	"kring/internal/page"
	"kring/scheduling"
)

// ListLetters answers what a programme's circles were told and what was not sent and why: counts, and by name only whom
// no mail reaches.
func (a *API) ListLetters(ctx context.Context, r contract.ListLettersRequestObject) (contract.ListLettersResponseObject, error) {
	after, err := behind(r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	var found page.Page[outbox.Tally]
	var unreached []nameless
	err = a.db.Read(ctx, func(tx database.Tx) error {
		if _, err := mayOnProgramme(tx, callOf(ctx).actor, circles.SeeLetters, r.ProgrammeId); err != nil {
			return err
		}
		state := outbox.State(given(r.Params.State, ""))
		if found, err = outbox.TalliesIn(tx, r.ProgrammeId, state, after, page.Limit(given(r.Params.Limit, 0)), scheduling.Discreet()...); err != nil {
			return err
		}
		unreached, err = unreachedIn(tx, r.ProgrammeId)
		return err
	})
	if err != nil {
		return nil, err
	}
	return contract.ListLetters200JSONResponse{
		Items: list(found.Items, func(t outbox.Tally) contract.LetterCount { return tallyView(t, unreached) }),
		Next:  next(found.Next),
	}, nil
}

// mayOnProgramme asks the policy about a programme, and answers who facilitates it.
func mayOnProgramme(tx database.Tx, actor identity.Actor, action circles.Action, programmeID string) ([]string, error) {
	if _, _, err := circles.ProgrammeIn(tx, programmeID); err != nil {
		return nil, err
	}
	facilitators, err := circles.FacilitatorsIn(tx, programmeID)
	if err != nil {
		return nil, err
	}
	return facilitators, circles.May(actor, action, circles.Object{
		ProgrammeID: programmeID, Facilitator: actor.Known() && slices.Contains(facilitators, actor.PersonID),
	})
}

// nameless is a letter that did not arrive, with the name of whom it was for.
type nameless struct {
	outbox.Undelivered
	name string
}

// unreachedIn finds the programme's own people whose address is known to take no mail. Of a member who came through
// another programme nothing is said here: her own facilitators are told.
func unreachedIn(tx database.Tx, programmeID string) ([]nameless, error) {
	lost, err := outbox.UndeliveredIn(tx, programmeID)
	if err != nil || len(lost) == 0 {
		return nil, err
	}
	ids := list(lost, func(u outbox.Undelivered) string { return u.PersonID })
	ours, err := circles.OursIn(tx, programmeID, ids)
	if err != nil {
		return nil, err
	}
	people, err := identity.FindManyIn(tx, ids)
	if err != nil {
		return nil, err
	}
	var unreached []nameless
	for _, one := range lost {
		if p, known := people[one.PersonID]; known && ours[p.ID] && p.UndeliverableAt != nil {
			unreached = append(unreached, nameless{one, p.Name})
		}
	}
	return unreached, nil
}

func tallyView(t outbox.Tally, unreached []nameless) contract.LetterCount {
	view := contract.LetterCount{
		Kinds: list(t.Kinds, func(kind string) string { return kind }), State: contract.LetterState(t.State),
		Reason: t.Reason, Letters: t.Letters, LastAt: t.LastAt,
	}
	if t.CircleID != "" {
		view.CircleId = &t.CircleID
	}
	var names []string
	for _, one := range unreached {
		if one.CircleID == t.CircleID && one.State == t.State && one.Reason == t.Reason && slices.Equal(one.Kinds, t.Kinds) {
			names = append(names, one.name)
		}
	}
	if len(names) > 0 {
		slices.Sort(names)
		view.Undeliverable = ptr(slices.Compact(names))
	}
	return view
}
