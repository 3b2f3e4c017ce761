package api

import (
	"context"

	"kring/api/contract"
	"kring/circles"
)

// Apply takes a public sign-up.
func (a *API) Apply(ctx context.Context, r contract.ApplyRequestObject) (contract.ApplyResponseObject, error) {
	in := callOf(ctx)
	view, err := once(ctx, a, func(ctx context.Context) (made[contract.Applied], error) {
		applied, err := a.circles.Apply(ctx, r.ProgrammeId, applicationDraft(r.Body, in.network()))
		return made[contract.Applied]{a.appliedView(in, applied), r.ProgrammeId}, err
	}, func(context.Context, string) (contract.Applied, error) {
		return a.appliedView(in, circles.Applied{ExpiresAt: a.clock.Now().Add(circles.PressWithin)}), nil
	})
	if err != nil {
		return nil, err
	}
	return contract.Apply202JSONResponse(view), nil
}

func (a *API) appliedView(in *call, applied circles.Applied) contract.Applied {
	return contract.Applied{Message: a.texts.Say(in.lang, "api.applied", nil), ExpiresAt: applied.ExpiresAt}
}

func applicationDraft(body *contract.ApplicationDraft, network string) circles.ApplicationDraft {
	return circles.ApplicationDraft{
		Name: body.Name, Email: body.Email, LetterLanguage: string(body.LetterLanguage), Speaks: body.Speaks,
		Zone: body.Zone, Availability: hoursOf(body.Availability),
		Team: given(body.Team, ""), Department: given(body.Department, ""), Location: given(body.Location, ""),
		Experience: given(body.Experience, ""), CircleID: given(body.CircleId, ""),
		Network: network,
	}
}

// ListApplications answers the waiting list.
func (a *API) ListApplications(ctx context.Context, r contract.ListApplicationsRequestObject) (contract.ListApplicationsResponseObject, error) {
	after, err := behind(r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	state := circles.ApplicationState(given(r.Params.State, ""))
	found, err := a.circles.Applications(ctx, callOf(ctx).actor, r.ProgrammeId, state, after, given(r.Params.Limit, 0))
	if err != nil {
		return nil, err
	}
	return contract.ListApplications200JSONResponse{Items: list(found.Items, applicationView), Next: next(found.Next)}, nil
}

// ShowApplication answers one application.
func (a *API) ShowApplication(ctx context.Context, r contract.ShowApplicationRequestObject) (contract.ShowApplicationResponseObject, error) {
	found, err := a.circles.Application(ctx, callOf(ctx).actor, r.ApplicationId)
	if err != nil {
		return nil, err
	}
	return contract.ShowApplication200JSONResponse{
		Body: applicationView(found), Headers: contract.ShowApplication200ResponseHeaders{ETag: tag(found.Revision)},
	}, nil
}

// ChangeApplication changes an application.
func (a *API) ChangeApplication(ctx context.Context, r contract.ChangeApplicationRequestObject) (contract.ChangeApplicationResponseObject, error) {
	in := callOf(ctx)
	changed, err := a.circles.PatchApplication(ctx, in.actor, r.ApplicationId, in.match.revision, applicationPatch(r.Body))
	if err != nil {
		return nil, err
	}
	return contract.ChangeApplication200JSONResponse{
		Body: applicationView(changed), Headers: contract.ChangeApplication200ResponseHeaders{ETag: tag(changed.Revision)},
	}, nil
}

func applicationPatch(body *contract.ApplicationPatch) circles.ApplicationPatch {
	patch := circles.ApplicationPatch{
		Name: body.Name, LetterLanguage: as[string](body.LetterLanguage), Zone: body.Zone, Speaks: body.Speaks,
		Team: body.Team, Department: body.Department, Location: body.Location, Experience: body.Experience,
	}
	if body.Availability != nil {
		patch.Availability = ptr(hoursOf(*body.Availability))
	}
	return patch
}

// WithdrawApplication takes a sign-up back.
func (a *API) WithdrawApplication(ctx context.Context, r contract.WithdrawApplicationRequestObject) (contract.WithdrawApplicationResponseObject, error) {
	if err := a.circles.WithdrawApplication(ctx, callOf(ctx).actor, r.ApplicationId); err != nil {
		return nil, err
	}
	return contract.WithdrawApplication204Response{}, nil
}

func applicationView(found circles.Applicant) contract.Application {
	return contract.Application{
		Id: found.ID, ProgrammeId: found.ProgrammeID, State: contract.ApplicationState(found.State),
		Name: found.Name, Email: found.Email, LetterLanguage: contract.Language(found.LetterLanguage),
		Speaks: list(found.Speaks, func(s string) string { return s }), Zone: found.Zone,
		Availability: availabilityView(found.Availability),
		Team:         found.Team, Department: found.Department, Location: found.Location, Experience: found.Experience,
		CircleId: found.CircleID, ConfirmedAt: found.ConfirmedAt, Revision: found.Revision, CreatedAt: found.CreatedAt,
	}
}
