package api

import (
	"context"
	"errors"

	"kring/api/contract"
	"kring/internal/fault"
	"kring/scheduling"
)

// PreviewReplan answers what a change of dates would do.
func (a *API) PreviewReplan(ctx context.Context, r contract.PreviewReplanRequestObject) (contract.PreviewReplanResponseObject, error) {
	in := callOf(ctx)
	step := stepOf(r.Body)
	view, err := a.replanned(ctx, func(ctx context.Context) (scheduling.Replan, error) {
		return a.calendar.PreviewReplan(ctx, in.actor, r.CircleId, step)
	})
	if err != nil {
		return nil, err
	}
	return contract.PreviewReplan201JSONResponse{
		Body: view, Headers: contract.PreviewReplan201ResponseHeaders{Location: replanAt(view)},
	}, nil
}

// CommitReplan does what a preview shows.
func (a *API) CommitReplan(ctx context.Context, r contract.CommitReplanRequestObject) (contract.CommitReplanResponseObject, error) {
	in, tell := callOf(ctx), given(given(r.Body, contract.Commit{}).Tell, true)
	view, err := a.replanned(ctx, func(ctx context.Context) (scheduling.Replan, error) {
		replan, err := a.calendar.CommitReplan(ctx, in.actor, r.ReplanId, tell)
		if moved := new(scheduling.MovedOn); errors.As(err, &moved) {
			err = a.movedOn(ctx, moved)
		}
		return replan, err
	})
	if err != nil {
		return nil, err
	}
	return contract.CommitReplan200JSONResponse(view), nil
}

// replanned previews, makes or takes back a change of dates, once for each idempotency key.
func (a *API) replanned(ctx context.Context, do func(context.Context) (scheduling.Replan, error)) (contract.Replan, error) {
	return once(ctx, a, func(ctx context.Context) (made[contract.Replan], error) {
		replan, err := do(ctx)
		if err != nil {
			return made[contract.Replan]{}, err
		}
		view, err := a.replanAfter(ctx, replan)
		return made[contract.Replan]{view, replan.ID}, err
	}, a.replanNow)
}

// movedOn is the refusal that shows the fresh preview, which stays.
func (a *API) movedOn(ctx context.Context, moved *scheduling.MovedOn) error {
	fresh, err := a.replanAfter(ctx, moved.Fresh)
	if err != nil {
		return err
	}
	f, _ := fault.Of(moved)
	return keeping{f.With("preview", fresh)}
}

// UndoReplan takes a change of dates back.
func (a *API) UndoReplan(ctx context.Context, r contract.UndoReplanRequestObject) (contract.UndoReplanResponseObject, error) {
	in := callOf(ctx)
	view, err := a.replanned(ctx, func(ctx context.Context) (scheduling.Replan, error) {
		return a.calendar.UndoReplan(ctx, in.actor, r.ReplanId)
	})
	if err != nil {
		return nil, err
	}
	return contract.UndoReplan201JSONResponse{
		Body: view, Headers: contract.UndoReplan201ResponseHeaders{Location: replanAt(view)},
	}, nil
}

func replanAt(r contract.Replan) *string { return ptr("/api/v1/replans/" + r.Id) }

// ShowReplan answers one change of dates.
func (a *API) ShowReplan(ctx context.Context, r contract.ShowReplanRequestObject) (contract.ShowReplanResponseObject, error) {
	replan, err := a.calendar.Replan(ctx, callOf(ctx).actor, r.ReplanId)
	if err != nil {
		return nil, err
	}
	views, err := a.replanViews(ctx, replan.CircleID, []scheduling.Replan{replan})
	if err != nil {
		return nil, err
	}
	return contract.ShowReplan200JSONResponse(views[0]), nil
}

// ListReplans answers how a circle's dates were changed.
func (a *API) ListReplans(ctx context.Context, r contract.ListReplansRequestObject) (contract.ListReplansResponseObject, error) {
	after, err := behind(r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	found, err := a.calendar.Replans(ctx, callOf(ctx).actor, r.CircleId, after, given(r.Params.Limit, 0))
	if err != nil {
		return nil, err
	}
	views, err := a.replanViews(ctx, r.CircleId, found.Items)
	if err != nil {
		return nil, err
	}
	return contract.ListReplans200JSONResponse{Items: views, Next: next(found.Next)}, nil
}

// replanNow answers a change of dates to who asked for it, as it is now.
func (a *API) replanNow(ctx context.Context, id string) (contract.Replan, error) {
	replan, err := a.calendar.Replan(ctx, callOf(ctx).seer(), id)
	if err != nil {
		return contract.Replan{}, err
	}
	return a.replanAfter(ctx, replan)
}

// replanAfter is a change of dates with the circle as it left it, or would.
func (a *API) replanAfter(ctx context.Context, r scheduling.Replan) (contract.Replan, error) {
	views, err := a.replanViews(ctx, r.CircleID, []scheduling.Replan{r})
	if err != nil {
		return contract.Replan{}, err
	}
	circle, err := a.circleAfter(ctx, r.Change)
	views[0].Circle = &circle
	return views[0], err
}

// replanViews are changes of one circle's dates.
func (a *API) replanViews(ctx context.Context, circleID string, replans []scheduling.Replan) ([]contract.Replan, error) {
	who, err := a.doersOf(ctx, circleID)
	if err != nil {
		return nil, err
	}
	return list(replans, func(r scheduling.Replan) contract.Replan {
		dates := a.changeView(r.Change, callOf(ctx).lang)
		return contract.Replan{
			Id: r.ID, CircleId: r.CircleID, Step: stepView(r.Step), State: contract.ReplanState(r.State),
			By: who.doer(r.ByID), CreatedAt: r.CreatedAt, CommittedAt: r.CommittedAt, Undoes: r.UndoesID,
			Sessions: dates.Sessions, Free: dates.Free, Warnings: dates.Warnings, EndsOn: dates.EndsOn,
			Letters: dates.Letters, CalendarUpdates: dates.CalendarUpdates,
		}
	}), nil
}

func stepView(s scheduling.Step) contract.Step {
	view := contract.Step{
		Kind: contract.StepKind(s.Kind), SessionId: orNull(s.SessionID), Date: on(s.On), FromOn: on(s.FromOn), UntilOn: on(s.UntilOn),
	}
	if s.At != nil {
		view.Time = ptr(s.At.String())
	}
	if s.Weeks != 0 {
		view.Weeks = &s.Weeks
	}
	if s.Count != 0 {
		view.Count = &s.Count
	}
	if s.Slot != nil {
		slot := slotView(*s.Slot)
		view.Weekday, view.Time = &slot.Weekday, &slot.Time
	}
	return view
}

// stepOf reads a step, of which the contract has checked that it has the fields of its kind.
func stepOf(body *contract.StepDraft) scheduling.Step {
	step := scheduling.Step{
		Kind: scheduling.StepKind(body.Kind), SessionID: given(body.SessionId, ""), On: dateOf(body.Date), At: clockOf(body.Time),
		FromOn: dateOf(body.FromOn), UntilOn: dateOf(body.UntilOn), Weeks: given(body.Weeks, 0), Count: given(body.Count, 0),
	}
	if body.Weekday != nil {
		step.Slot, step.At = slotOf(&contract.Slot{Weekday: *body.Weekday, Time: *body.Time}), nil
	}
	return step
}
