package api

import (
	"context"

	"kring/api/contract"
	"kring/circles"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
)

// ListProgrammes answers the programmes that the caller facilitates.
func (a *API) ListProgrammes(ctx context.Context, r contract.ListProgrammesRequestObject) (contract.ListProgrammesResponseObject, error) {
	after, err := behind(r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	in := callOf(ctx)
	found, err := a.circles.Programmes(ctx, in.actor, after, given(r.Params.Limit, 0))
	if err != nil {
		return nil, err
	}
	return contract.ListProgrammes200JSONResponse{
		Items: list(found.Items, a.programmeView(in.lang)), Next: next(found.Next),
	}, nil
}

// OpenProgramme opens a programme.
func (a *API) OpenProgramme(ctx context.Context, r contract.OpenProgrammeRequestObject) (contract.OpenProgrammeResponseObject, error) {
	in := callOf(ctx)
	view, err := once(ctx, a, func(ctx context.Context) (made[contract.Programme], error) {
		draft, err := a.programmeDraft(ctx, in.actor, r.Body)
		if err != nil {
			return made[contract.Programme]{}, err
		}
		p, err := a.circles.OpenProgramme(ctx, in.actor, draft)
		return made[contract.Programme]{a.programmeView(in.lang)(p), p.ID}, err
	}, func(ctx context.Context, id string) (contract.Programme, error) {
		p, err := a.circles.Programme(ctx, in.seer(), id)
		return a.programmeView(in.lang)(p), err
	})
	if err != nil {
		return nil, err
	}
	at := "/api/v1/programmes/" + view.Id
	return contract.OpenProgramme201JSONResponse{
		Body: view, Headers: contract.OpenProgramme201ResponseHeaders{ETag: tag(view.Revision), Location: &at},
	}, nil
}

// programmeDraft fills in the contract's defaults: language and zone are those of who opens it.
func (a *API) programmeDraft(ctx context.Context, actor identity.Actor, body *contract.ProgrammeDraft) (circles.ProgrammeDraft, error) {
	draft := circles.ProgrammeDraft{
		Name: body.Name, Purpose: body.Purpose,
		GuideSet: given(body.GuideSet, "wol"), Holidays: given(body.Holidays, "none"),
		Language: given(body.Language, ""), Zone: given(body.Zone, ""),
		Quorum: given(body.Quorum, 0), StartsOn: dateOf(body.StartsOn),
		SignupOpen: given(body.SignupOpen, false), SignupClosesAt: body.SignupClosesAt,
		HourReminder: given(body.HourReminder, true), Breaks: breaksOf(given(body.Breaks, nil)),
		KeepMonths: given(body.KeepMonths, 0), KeepUnplacedMonths: given(body.KeepUnplacedMonths, 0),
	}
	if body.Language != nil && body.Zone != nil {
		return draft, nil
	}
	person, err := a.person(ctx, actor.PersonID)
	draft.Language, draft.Zone = given(body.Language, person.LetterLanguage), given(body.Zone, person.Zone)
	return draft, err
}

func (a *API) person(ctx context.Context, id string) (person identity.Person, err error) {
	err = a.db.Read(ctx, func(tx database.Tx) error {
		person, err = identity.FindIn(tx, id)
		return err
	})
	return person, err
}

func breaksOf(drafts []contract.BreakDraft) []circles.Break {
	return list(drafts, func(b contract.BreakDraft) circles.Break {
		return circles.Break{
			Kind: circles.BreakKind(given(b.Kind, contract.BreakDraftKindBreak)), Name: given(b.Name, ""),
			FromOn: dateOf(&b.FromOn), UntilOn: dateOf(&b.UntilOn),
		}
	})
}

// ShowProgramme answers a programme: whole, or what the sign-up page shows.
func (a *API) ShowProgramme(ctx context.Context, r contract.ShowProgrammeRequestObject) (contract.ShowProgrammeResponseObject, error) {
	in := callOf(ctx)
	p, err := a.circles.Programme(ctx, in.actor, r.ProgrammeId)
	if err != nil {
		return nil, err
	}
	return contract.ShowProgramme200JSONResponse{
		Body: a.programmeView(in.lang)(p), Headers: contract.ShowProgramme200ResponseHeaders{ETag: tag(p.Revision)},
	}, nil
}

// ChangeProgramme changes a programme.
func (a *API) ChangeProgramme(ctx context.Context, r contract.ChangeProgrammeRequestObject) (contract.ChangeProgrammeResponseObject, error) {
	in := callOf(ctx)
	p, err := a.circles.PatchProgramme(ctx, in.actor, r.ProgrammeId, in.match.revision, programmePatch(r.Body))
	if err != nil {
		return nil, err
	}
	return contract.ChangeProgramme200JSONResponse{
		Body: a.programmeView(in.lang)(p), Headers: contract.ChangeProgramme200ResponseHeaders{ETag: tag(p.Revision)},
	}, nil
}

func programmePatch(body *contract.ProgrammePatch) circles.ProgrammePatch {
	patch := circles.ProgrammePatch{
		Name: body.Name, Purpose: body.Purpose, Language: body.Language, Zone: body.Zone, Holidays: body.Holidays,
		Quorum: body.Quorum, SignupOpen: body.SignupOpen, HourReminder: body.HourReminder,
		State: as[circles.ProgrammeState](body.State), StartsOn: dateChange(body.StartsOn),
		KeepMonths: body.KeepMonths, KeepUnplacedMonths: body.KeepUnplacedMonths,
	}
	if body.SignupClosesAt.IsSpecified() {
		closes := orNil(body.SignupClosesAt)
		patch.SignupClosesAt = &closes
	}
	if body.Breaks != nil {
		breaks := breaksOf(*body.Breaks)
		patch.Breaks = &breaks
	}
	return patch
}

// programmeView answers how a programme is shown in a language.
func (a *API) programmeView(lang string) func(circles.ProgrammeView) contract.Programme {
	return func(p circles.ProgrammeView) contract.Programme {
		view := contract.Programme{
			Id: p.ID, Name: p.Name, Purpose: p.Purpose, GuideSet: p.GuideSet, Language: p.Language, Zone: p.Zone,
			Holidays: p.Holidays, Quorum: p.Quorum, StartsOn: on(p.StartsOn), SignupOpen: p.SignupOpen,
			SignupClosesAt: p.SignupClosesAt, State: contract.ProgrammeState(p.State), Revision: p.Revision,
			WhatFacilitatorsSee: ptr([]string{
				a.texts.Say(lang, "api.facilitators-see", nil), a.texts.Say(lang, "api.facilitators-never-see", nil),
			}),
		}
		if p.Full {
			view.HourReminder, view.CreatedAt = &p.HourReminder, &p.CreatedAt
			view.KeepMonths, view.KeepUnplacedMonths = &p.KeepMonths, &p.KeepUnplacedMonths
			view.Breaks = ptr(list(p.Breaks, breakView))
		}
		return view
	}
}

func breakView(b circles.Break) contract.BreakDraft {
	return contract.BreakDraft{
		Kind: ptr(contract.BreakDraftKind(b.Kind)), Name: &b.Name, FromOn: b.FromOn.String(), UntilOn: b.UntilOn.String(),
	}
}

// ListFacilitators answers who facilitates a programme.
func (a *API) ListFacilitators(ctx context.Context, r contract.ListFacilitatorsRequestObject) (contract.ListFacilitatorsResponseObject, error) {
	people, err := a.circles.Facilitators(ctx, callOf(ctx).actor, r.ProgrammeId)
	if err != nil {
		return nil, err
	}
	return contract.ListFacilitators200JSONResponse{Items: list(people, facilitatorView)}, nil
}

// AddFacilitator asks somebody to share a programme.
func (a *API) AddFacilitator(ctx context.Context, r contract.AddFacilitatorRequestObject) (contract.AddFacilitatorResponseObject, error) {
	in := callOf(ctx)
	view, err := once(ctx, a, func(ctx context.Context) (made[contract.Facilitator], error) {
		person, err := a.circles.InviteFacilitator(ctx, in.actor, r.ProgrammeId, circles.FacilitatorDraft{
			Name: r.Body.Name, Email: r.Body.Email, LetterLanguage: string(given(r.Body.LetterLanguage, "")),
		})
		return made[contract.Facilitator]{facilitatorView(person), person.PersonID}, err
	}, a.facilitator(in, r.ProgrammeId))
	if err != nil {
		return nil, err
	}
	return contract.AddFacilitator201JSONResponse(view), nil
}

// facilitator shows one of a programme's facilitators.
func (a *API) facilitator(in *call, programmeID string) func(context.Context, string) (contract.Facilitator, error) {
	return func(ctx context.Context, id string) (contract.Facilitator, error) {
		person, err := a.circles.Facilitator(ctx, in.seer(), programmeID, id)
		return facilitatorView(person), err
	}
}

// AcceptFacilitation takes one's own invitation to share a programme.
func (a *API) AcceptFacilitation(ctx context.Context, r contract.AcceptFacilitationRequestObject) (contract.AcceptFacilitationResponseObject, error) {
	in := callOf(ctx)
	if err := a.ownInvitation(ctx, in.actor, r); err != nil {
		return nil, err
	}
	view, err := once(ctx, a, func(ctx context.Context) (made[contract.Facilitator], error) {
		person, err := a.circles.AcceptFacilitation(ctx, in.actor, r.ProgrammeId)
		return made[contract.Facilitator]{facilitatorView(person), person.PersonID}, err
	}, a.facilitator(in, r.ProgrammeId))
	if err != nil {
		return nil, err
	}
	return contract.AcceptFacilitation200JSONResponse(view), nil
}

// ownInvitation refuses to say yes for somebody else: nobody can, and who may not even see the invitation is told that
// there is none.
func (a *API) ownInvitation(ctx context.Context, actor identity.Actor, r contract.AcceptFacilitationRequestObject) error {
	if actor.PersonID == r.PersonId {
		return nil
	}
	if _, err := a.circles.Facilitator(ctx, actor, r.ProgrammeId, r.PersonId); err != nil {
		return err
	}
	return fault.New(fault.Forbidden, "forbidden")
}

func facilitatorView(p circles.FacilitatorView) contract.Facilitator {
	view := contract.Facilitator{
		PersonId: p.PersonID, Name: p.Name, Email: p.Email, State: contract.FacilitatorStateFacilitator, ExpiresAt: p.ExpiresAt,
	}
	if p.State == circles.FacilitatorInvited {
		view.State = contract.FacilitatorStateInvited
	}
	return view
}

// RemoveFacilitator takes somebody's rights over a programme.
func (a *API) RemoveFacilitator(ctx context.Context, r contract.RemoveFacilitatorRequestObject) (contract.RemoveFacilitatorResponseObject, error) {
	if err := a.circles.RemoveFacilitator(ctx, callOf(ctx).actor, r.ProgrammeId, r.PersonId); err != nil {
		return nil, err
	}
	return contract.RemoveFacilitator204Response{}, nil
}
