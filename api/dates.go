package api

import (
	"context"

	"kring/api/contract"
	"kring/circles"
	"kring/internal/database"
	"kring/scheduling"
)

// changed runs a command that changes dates, and says what it did. A repetition says the dates as they are now, all of
// them kept: it changed nothing.
func (a *API) changed(ctx context.Context, do func(context.Context) (scheduling.Change, error)) (contract.DatesChange, error) {
	return once(ctx, a, func(ctx context.Context) (made[contract.DatesChange], error) {
		change, err := do(ctx)
		if err != nil {
			return made[contract.DatesChange]{}, err
		}
		view, err := a.datesView(ctx, change)
		return made[contract.DatesChange]{view, change.Circle.ID}, err
	}, a.datesNow)
}

// datesNow answers a circle's dates as a change of nothing.
func (a *API) datesNow(ctx context.Context, circleID string) (contract.DatesChange, error) {
	c, err := a.circles.Circle(ctx, callOf(ctx).seer(), circleID)
	if err != nil {
		return contract.DatesChange{}, err
	}
	sessions, err := a.calendar.Sessions(ctx, callOf(ctx).seer(), circleID)
	if err != nil {
		return contract.DatesChange{}, err
	}
	view := contract.DatesChange{Circle: a.circleView(c), Warnings: []contract.DateWarning{}, Free: []contract.FreeDate{}}
	view.Sessions = list(sessions, func(s scheduling.SessionView) contract.DateChange {
		moment := momentOf(&s.StartsAt, s.Zone)
		if s.State == scheduling.Planned {
			view.EndsOn = &moment.Local.Date
		}
		return contract.DateChange{SessionId: &s.ID, Change: contract.DateChangeChangeKept, Before: moment, After: moment}
	})
	return view, nil
}

func (a *API) datesView(ctx context.Context, change scheduling.Change) (contract.DatesChange, error) {
	view := a.changeView(change, callOf(ctx).lang)
	var err error
	view.Circle, err = a.circleAfter(ctx, change)
	return view, err
}

// changeView is what a change does to dates; the circle is left out.
func (a *API) changeView(change scheduling.Change, lang string) contract.DatesChange {
	view := contract.DatesChange{
		DryRun: change.DryRun, EndsOn: on(change.EndsOn), Letters: change.Letters, CalendarUpdates: change.CalendarUpdates,
		Free:     list(change.Free, freeView),
		Warnings: list(change.Warnings, func(w scheduling.Warning) contract.DateWarning { return a.warningView(w, lang) }),
		Sessions: list(change.Sessions, func(s scheduling.SessionChange) contract.DateChange {
			return dateChangeView(s, change)
		}),
	}
	if !change.DryRun { // what a dry run would do is not there to be taken back
		view.ReplanId = orNull(change.ReplanID)
	}
	return view
}

func freeView(f scheduling.Free) contract.FreeDate {
	return contract.FreeDate{On: f.On.String(), Reason: contract.FreeDateReason(f.Why)}
}

// circleAfter shows the circle as a change left it, or would.
func (a *API) circleAfter(ctx context.Context, change scheduling.Change) (contract.Circle, error) {
	seen, err := a.circles.Circle(ctx, callOf(ctx).seer(), change.Circle.ID)
	seen.Circle = change.Circle
	return a.circleView(seen), err
}

func dateChangeView(s scheduling.SessionChange, change scheduling.Change) contract.DateChange {
	view := contract.DateChange{
		Change: contract.DateChangeChange(s.What), SuitsBefore: suitsView(s.SuitsBefore), SuitsAfter: suitsView(s.SuitsAfter),
	}
	if s.Before != nil {
		view.Before = momentOf(&s.Before.StartsAt, change.Circle.Zone)
	}
	if s.After != nil {
		view.After = momentOf(&s.After.StartsAt, change.Circle.Zone)
	}
	if s.Before != nil || !change.DryRun { // what a dry run adds has no id
		view.SessionId = &s.SessionID
	}
	return view
}

// suitsView answers null where nothing was worked out.
func suitsView(s *scheduling.Suits) *contract.Suits {
	if s == nil {
		return nil
	}
	view := contract.Suits{Count: s.Count, Of: s.Of, Quorum: s.Quorum}
	if s.ByName != nil {
		view.Members = ptr(list(s.ByName, fitView))
	}
	return &view
}

func fitView(f scheduling.Fit) contract.MemberFit {
	return contract.MemberFit{MemberId: f.MemberID, FirstName: f.FirstName, Suits: f.Suits}
}

func (a *API) warningView(w scheduling.Warning, lang string) contract.DateWarning {
	return contract.DateWarning{Code: w.Code, On: on(w.On), Message: a.texts.Say(lang, w.Key(), w.Args(lang))}
}

// BeginCircle begins the run.
func (a *API) BeginCircle(ctx context.Context, r contract.BeginCircleRequestObject) (contract.BeginCircleResponseObject, error) {
	in, body := callOf(ctx), given(r.Body, contract.Begin{})
	draft := scheduling.BeginDraft{StartsOn: dateOf(body.StartsOn), Insist: given(body.Insist, false)}
	view, err := a.changed(ctx, func(ctx context.Context) (scheduling.Change, error) {
		return a.calendar.Begin(ctx, in.actor, r.CircleId, in.match.revision, draft, in.dry)
	})
	if err != nil {
		return nil, err
	}
	return contract.BeginCircle200JSONResponse(view), nil
}

// PreviewRun lays out the run without beginning it.
func (a *API) PreviewRun(ctx context.Context, r contract.PreviewRunRequestObject) (contract.PreviewRunResponseObject, error) {
	in := callOf(ctx)
	preview, err := a.calendar.PreviewBegin(ctx, in.actor, r.CircleId, dateOf(r.Params.StartsOn))
	if err != nil {
		return nil, err
	}
	zone, err := a.zoneOf(ctx, r.CircleId)
	if err != nil {
		return nil, err
	}
	return contract.PreviewRun200JSONResponse{
		Dates:    list(preview.Dates, func(d scheduling.Dated) contract.Moment { return *momentOf(&d.StartsAt, zone) }),
		Free:     list(preview.Free, freeView),
		Warnings: list(preview.Warnings, func(w scheduling.Warning) contract.DateWarning { return a.warningView(w, in.lang) }),
	}, nil
}

// zoneOf answers a circle's zone to who may see its dates.
func (a *API) zoneOf(ctx context.Context, circleID string) (zone string, err error) {
	err = a.db.Read(ctx, func(tx database.Tx) error {
		c, err := circles.CircleIn(tx, circleID)
		zone = c.Zone
		return err
	})
	return zone, err
}

// PauseCircle pauses until a date.
func (a *API) PauseCircle(ctx context.Context, r contract.PauseCircleRequestObject) (contract.PauseCircleResponseObject, error) {
	in := callOf(ctx)
	view, err := a.changed(ctx, func(ctx context.Context) (scheduling.Change, error) {
		return a.calendar.Pause(ctx, in.actor, r.CircleId, in.match.revision, dateOf(&r.Body.ReturnsOn), in.dry)
	})
	if err != nil {
		return nil, err
	}
	return contract.PauseCircle200JSONResponse(view), nil
}

// ResumeCircle resumes a paused circle, or revives one that fell silent.
func (a *API) ResumeCircle(ctx context.Context, r contract.ResumeCircleRequestObject) (contract.ResumeCircleResponseObject, error) {
	in, startsOn := callOf(ctx), dateOf(given(r.Body, contract.Resume{}).StartsOn)
	view, err := a.changed(ctx, func(ctx context.Context) (scheduling.Change, error) {
		return a.calendar.Resume(ctx, in.actor, r.CircleId, in.match.revision, startsOn, in.dry)
	})
	if err != nil {
		return nil, err
	}
	return contract.ResumeCircle200JSONResponse(view), nil
}

// MoveSession moves one session.
func (a *API) MoveSession(ctx context.Context, r contract.MoveSessionRequestObject) (contract.MoveSessionResponseObject, error) {
	in, to := callOf(ctx), *clockOf(&r.Body.Time)
	view, err := a.changed(ctx, func(ctx context.Context) (scheduling.Change, error) {
		return a.calendar.Move(ctx, in.actor, r.SessionId, in.match.revision, dateOf(&r.Body.Date), to, in.dry)
	})
	if err != nil {
		return nil, err
	}
	return contract.MoveSession200JSONResponse(view), nil
}

// SkipSession leaves one session out, agreed beforehand.
func (a *API) SkipSession(ctx context.Context, r contract.SkipSessionRequestObject) (contract.SkipSessionResponseObject, error) {
	in := callOf(ctx)
	view, err := a.changed(ctx, func(ctx context.Context) (scheduling.Change, error) {
		return a.calendar.Skip(ctx, in.actor, r.SessionId, in.match.revision, in.dry)
	})
	if err != nil {
		return nil, err
	}
	return contract.SkipSession200JSONResponse(view), nil
}

// CancelSession calls a session off.
func (a *API) CancelSession(ctx context.Context, r contract.CancelSessionRequestObject) (contract.CancelSessionResponseObject, error) {
	in := callOf(ctx)
	view, err := a.changed(ctx, func(ctx context.Context) (scheduling.Change, error) {
		return a.calendar.Cancel(ctx, in.actor, r.SessionId, in.match.revision, in.dry)
	})
	if err != nil {
		return nil, err
	}
	return contract.CancelSession200JSONResponse(view), nil
}

// ChangeSlot agrees a new weekly slot.
func (a *API) ChangeSlot(ctx context.Context, r contract.ChangeSlotRequestObject) (contract.ChangeSlotResponseObject, error) {
	in := callOf(ctx)
	to := scheduling.SlotChange{
		Slot:   *slotOf(&contract.Slot{Weekday: r.Body.Weekday, Time: r.Body.Time}),
		FromOn: dateOf(r.Body.FromOn),
	}
	view, err := a.changed(ctx, func(ctx context.Context) (scheduling.Change, error) {
		return a.calendar.NewSlot(ctx, in.actor, r.CircleId, in.match.revision, to, in.dry)
	})
	if err != nil {
		return nil, err
	}
	return contract.ChangeSlot200JSONResponse(view), nil
}

// ListBreaks answers what the circle keeps free.
func (a *API) ListBreaks(ctx context.Context, r contract.ListBreaksRequestObject) (contract.ListBreaksResponseObject, error) {
	breaks, err := a.calendar.Breaks(ctx, callOf(ctx).actor, r.CircleId)
	if err != nil {
		return nil, err
	}
	return contract.ListBreaks200JSONResponse{Items: list(breaks, func(b scheduling.CircleBreak) contract.Break {
		return contract.Break{FromOn: b.FromOn.String(), UntilOn: b.UntilOn.String()}
	})}, nil
}

// AddBreak keeps a stretch of dates free.
func (a *API) AddBreak(ctx context.Context, r contract.AddBreakRequestObject) (contract.AddBreakResponseObject, error) {
	in := callOf(ctx)
	view, err := a.changed(ctx, func(ctx context.Context) (scheduling.Change, error) {
		from, until := dateOf(&r.Body.FromOn), dateOf(&r.Body.UntilOn)
		return a.calendar.AddBreak(ctx, in.actor, r.CircleId, in.match.revision, from, until, in.dry)
	})
	if err != nil {
		return nil, err
	}
	return contract.AddBreak200JSONResponse(view), nil
}

// closed runs a command that may end a circle's life, and says whether it did or is only proposed.
func (a *API) closed(ctx context.Context, circleID string, do func(context.Context) (scheduling.Change, error)) (contract.Closing, error) {
	return once(ctx, a, func(ctx context.Context) (made[contract.Closing], error) {
		change, err := do(ctx)
		if err != nil {
			return made[contract.Closing]{}, err
		}
		view := contract.Closing{Done: change.Circle.State.Over(), Letters: change.Letters}
		if change.Motion != nil {
			view.Motion = ptr(motionView(*change.Motion))
		}
		circle, err := a.circleAfter(ctx, change)
		view.Circle = &circle
		return made[contract.Closing]{view, circleID}, err
	}, func(ctx context.Context, id string) (contract.Closing, error) {
		c, err := a.circles.Circle(ctx, callOf(ctx).seer(), id)
		return contract.Closing{Done: c.State.Over(), Circle: ptr(a.circleView(c))}, err
	})
}

// CompleteCircle declares the circle finished.
func (a *API) CompleteCircle(ctx context.Context, r contract.CompleteCircleRequestObject) (contract.CompleteCircleResponseObject, error) {
	in := callOf(ctx)
	view, err := a.closed(ctx, r.CircleId, func(ctx context.Context) (scheduling.Change, error) {
		return a.calendar.Complete(ctx, in.actor, r.CircleId, in.match.revision, in.dry)
	})
	if err != nil {
		return nil, err
	}
	return contract.CompleteCircle200JSONResponse(view), nil
}

// EndCircle ends the circle with a reason.
func (a *API) EndCircle(ctx context.Context, r contract.EndCircleRequestObject) (contract.EndCircleResponseObject, error) {
	in, reason := callOf(ctx), circles.EndReason(r.Body.Reason)
	view, err := a.closed(ctx, r.CircleId, func(ctx context.Context) (scheduling.Change, error) {
		return a.calendar.End(ctx, in.actor, r.CircleId, in.match.revision, reason, given(r.Body.Text, ""), in.dry)
	})
	if err != nil {
		return nil, err
	}
	return contract.EndCircle200JSONResponse(view), nil
}
