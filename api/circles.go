package api

import (
	"context"
	"time"

	"kring/api/contract"
	"kring/circles"
	"kring/internal/wall"
)

// ListCircles answers the circles that the caller facilitates or is a member of.
func (a *API) ListCircles(ctx context.Context, r contract.ListCirclesRequestObject) (contract.ListCirclesResponseObject, error) {
	before, err := behind(r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	state := circles.State(given(r.Params.State, ""))
	found, err := a.circles.Circles(ctx, callOf(ctx).actor, given(r.Params.ProgrammeId, ""), state, before, given(r.Params.Limit, 0))
	if err != nil {
		return nil, err
	}
	return contract.ListCircles200JSONResponse{Items: list(found.Items, a.circleView), Next: next(found.Next)}, nil
}

// OpenCircle opens a circle and invites its members.
func (a *API) OpenCircle(ctx context.Context, r contract.OpenCircleRequestObject) (contract.OpenCircleResponseObject, error) {
	in := callOf(ctx)
	view, err := once(ctx, a, func(ctx context.Context) (made[contract.Circle], error) {
		c, err := a.circles.OpenCircle(ctx, in.actor, circleDraft(r.Body))
		return made[contract.Circle]{a.circleView(c), c.ID}, err
	}, a.circle)
	if err != nil {
		return nil, err
	}
	at := "/api/v1/circles/" + view.Id
	return contract.OpenCircle201JSONResponse{
		Body: view, Headers: contract.OpenCircle201ResponseHeaders{ETag: tag(view.Revision), Location: &at},
	}, nil
}

// circle shows a circle to the caller.
func (a *API) circle(ctx context.Context, id string) (contract.Circle, error) {
	c, err := a.circles.Circle(ctx, callOf(ctx).seer(), id)
	return a.circleView(c), err
}

func circleDraft(body *contract.CircleDraft) circles.CircleDraft {
	return circles.CircleDraft{
		ProgrammeID: body.ProgrammeId, Name: body.Name, Language: given(body.Language, ""), Zone: given(body.Zone, ""),
		Holidays: given(body.Holidays, ""), Slot: slotOf(body.Slot), StartsOn: dateOf(body.StartsOn),
		Venue: given(body.Venue, ""), VideoLink: given(body.VideoLink, ""), ChatLink: given(body.ChatLink, ""),
		LookedAfterBy: given(body.LookedAfterBy, ""), Seats: given(body.Seats, 0), SeatsOpen: given(body.SeatsOpen, false),
		Members: list(given(body.Members, nil), invitee),
	}
}

// ShowCircle answers one circle.
func (a *API) ShowCircle(ctx context.Context, r contract.ShowCircleRequestObject) (contract.ShowCircleResponseObject, error) {
	view, err := a.circle(ctx, r.CircleId)
	if err != nil {
		return nil, err
	}
	return contract.ShowCircle200JSONResponse{
		Body: view, Headers: contract.ShowCircle200ResponseHeaders{ETag: tag(view.Revision)},
	}, nil
}

// ChangeCircle changes a circle.
func (a *API) ChangeCircle(ctx context.Context, r contract.ChangeCircleRequestObject) (contract.ChangeCircleResponseObject, error) {
	in := callOf(ctx)
	c, err := a.circles.PatchCircle(ctx, in.actor, r.CircleId, in.match.revision, circlePatch(r.Body))
	if err != nil {
		return nil, err
	}
	return contract.ChangeCircle200JSONResponse{
		Body: a.circleView(c), Headers: contract.ChangeCircle200ResponseHeaders{ETag: tag(c.Revision)},
	}, nil
}

func circlePatch(body *contract.CirclePatch) circles.CirclePatch {
	patch := circles.CirclePatch{
		Name: body.Name, Venue: body.Venue, VideoLink: body.VideoLink, ChatLink: body.ChatLink,
		AskEverybody: body.AskEverybody, GoNoGo: body.GoNoGo, Zone: body.Zone, Language: body.Language, Holidays: body.Holidays,
		Seats: body.Seats, SeatsOpen: body.SeatsOpen, StartsOn: dateChange(body.StartsOn),
	}
	if body.Slot.IsSpecified() {
		patch.Slot = ptr(slotOf(orNil(body.Slot)))
	}
	if body.LookedAfterBy.IsSpecified() {
		patch.LookedAfterBy = ptr(orNil(body.LookedAfterBy))
	}
	return patch
}

// ListOpenCircles answers the circles that seek members.
func (a *API) ListOpenCircles(ctx context.Context, r contract.ListOpenCirclesRequestObject) (contract.ListOpenCirclesResponseObject, error) {
	after, err := behind(r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	found, err := a.circles.OpenCircles(ctx, r.ProgrammeId, after, given(r.Params.Limit, 0))
	if err != nil {
		return nil, err
	}
	return contract.ListOpenCircles200JSONResponse{Items: list(found.Items, a.openCircleView), Next: next(found.Next)}, nil
}

func (a *API) openCircleView(c circles.OpenSeats) contract.OpenCircle {
	view := contract.OpenCircle{
		Id: c.ID, Name: c.Name, Language: c.Language, Zone: c.Zone, StartsOn: on(c.StartsOn),
		Members: c.MembersIn, Free: c.Free, Link: a.seatLink(c.Circle),
	}
	if slot, agreed := c.Slot(); agreed {
		view.Slot = slotView(slot)
	}
	return view
}

// seatLink is the page on which somebody asks for an open seat.
func (a *API) seatLink(c circles.Circle) string {
	return a.publicURL + "/p/" + c.ProgrammeID + "/circles/" + c.ID
}

func (a *API) circleView(c circles.CircleView) contract.Circle {
	view := contract.Circle{
		Id: c.ID, ProgrammeId: c.ProgrammeID, Name: c.Name, State: contract.CircleState(c.State), GuideSet: c.GuideSet,
		GuideWeek: a.guideWeek(c.Circle), ElapsedWeeks: a.elapsedWeeks(c.Circle),
		Language: c.Language, Zone: c.Zone, Holidays: c.Holidays,
		StartsOn: on(c.StartsOn), Venue: c.Venue, VideoLink: c.VideoLink, ChatLink: c.ChatLink,
		LookedAfterBy: c.LookedAfterBy, AskEverybody: c.AskEverybody, GoNoGo: !c.GoNoGoOff, Quorum: circles.QuorumOf(c.Quorum, c.MembersIn),
		BegunAt: c.BegunAt, ReturnsOn: on(c.ReturnsOn), CompletedAt: c.CompletedAt, EndedAt: c.EndedAt,
		EndReason: string(c.EndReason), EndText: c.EndText, Revision: c.Revision, CreatedAt: c.CreatedAt,
	}
	view.Seats = contract.Seats{Total: c.Seats, Accepted: c.MembersIn, Free: c.Free, Open: c.SeatsOpen}
	if c.SeatsOpen {
		view.Seats.Link = ptr(a.seatLink(c.Circle))
	}
	if slot, agreed := c.Slot(); agreed {
		view.Slot = slotView(slot)
	}
	return view
}

// guideWeek is null once the last week is held.
func (a *API) guideWeek(c circles.Circle) *int {
	if set, known := a.guides.Set(c.GuideSet); known && !set.HasWeek(c.GuideWeek) {
		return nil
	}
	return ptr(c.GuideWeek) // not &c.GuideWeek, which would keep the whole circle
}

// elapsedWeeks counts whole weeks of the calendar, breaks and pauses included, since the date on which the run started,
// until now or until the circle was over; null before the beginning.
func (a *API) elapsedWeeks(c circles.Circle) *int {
	if c.BegunAt == nil {
		return nil
	}
	until := a.clock.Now()
	for _, over := range []*time.Time{c.CompletedAt, c.EndedAt} {
		if over != nil {
			until = *over
		}
	}
	loc, err := wall.LoadZone(c.Zone)
	if err != nil {
		return nil
	}
	return ptr(max(wall.DateOf(until, loc).Sub(c.StartsOn), 0) / 7)
}
