package api

import (
	"context"
	"time"

	"kring/api/contract"
	"kring/circles"
	"kring/internal/database"
	"kring/internal/page"
	"kring/internal/wall"
	"kring/scheduling/health"
)

// ShowProgrammeHealth answers every circle of a programme with its health.
func (a *API) ShowProgrammeHealth(ctx context.Context, r contract.ShowProgrammeHealthRequestObject) (contract.ShowProgrammeHealthResponseObject, error) {
	after, err := behind(r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	in, level := callOf(ctx), health.Level(given(r.Params.Verdict, ""))
	found, err := a.watch.ProgrammeHealth(ctx, in.actor, r.ProgrammeId, level, after, page.Limit(given(r.Params.Limit, 0)))
	if err != nil {
		return nil, err
	}
	return contract.ShowProgrammeHealth200JSONResponse{
		Items: list(found.Items, a.healthView(in.lang)), Next: next(found.Next),
	}, nil
}

// ShowCircleHealth answers one circle's health.
func (a *API) ShowCircleHealth(ctx context.Context, r contract.ShowCircleHealthRequestObject) (contract.ShowCircleHealthResponseObject, error) {
	in := callOf(ctx)
	found, err := a.watch.Health(ctx, in.actor, r.CircleId)
	if err != nil {
		return nil, err
	}
	return contract.ShowCircleHealth200JSONResponse{
		Body: a.healthView(in.lang)(found), Headers: contract.ShowCircleHealth200ResponseHeaders{ETag: tag(found.Revision)},
	}, nil
}

// SayFine is a member's word that the circle is fine.
func (a *API) SayFine(ctx context.Context, r contract.SayFineRequestObject) (contract.SayFineResponseObject, error) {
	in := callOf(ctx)
	show := a.healthView(in.lang)
	view, err := once(ctx, a, func(ctx context.Context) (made[contract.CircleHealth], error) {
		found, err := a.watch.Fine(ctx, in.actor, r.CircleId)
		return made[contract.CircleHealth]{show(found), r.CircleId}, err
	}, func(ctx context.Context, id string) (contract.CircleHealth, error) {
		found, err := a.watch.Health(ctx, in.seer(), id)
		return show(found), err
	})
	if err != nil {
		return nil, err
	}
	return contract.SayFine200JSONResponse(view), nil
}

// flagged runs a facilitator's command on a flag.
func (a *API) flagged(ctx context.Context, flagID string, do func(context.Context) (health.Flag, error)) (contract.Flag, error) {
	in := callOf(ctx)
	return once(ctx, a, func(ctx context.Context) (made[contract.Flag], error) {
		flag, err := do(ctx)
		return made[contract.Flag]{a.flagView(flag, in.lang), flagID}, err
	}, func(ctx context.Context, id string) (contract.Flag, error) {
		flag, err := a.flag(ctx, id)
		return a.flagView(flag, in.lang), err
	})
}

// flag reads a flag for who may see its circle's health.
func (a *API) flag(ctx context.Context, id string) (flag health.Flag, err error) {
	err = a.db.Read(ctx, func(tx database.Tx) error {
		if flag, err = health.FlagIn(tx, id); err != nil {
			return err
		}
		_, object, err := circles.SeeIn(tx, callOf(ctx).seer(), flag.CircleID)
		if err != nil {
			return err
		}
		return circles.May(callOf(ctx).seer(), circles.SeeHealth, object)
	})
	return flag, err
}

// AcknowledgeFlag notes that somebody looks after it.
func (a *API) AcknowledgeFlag(ctx context.Context, r contract.AcknowledgeFlagRequestObject) (contract.AcknowledgeFlagResponseObject, error) {
	actor := callOf(ctx).actor
	view, err := a.flagged(ctx, r.FlagId, func(ctx context.Context) (health.Flag, error) {
		return a.watch.Acknowledge(ctx, actor, r.FlagId)
	})
	if err != nil {
		return nil, err
	}
	return contract.AcknowledgeFlag200JSONResponse(view), nil
}

// SnoozeFlag lets a flag rest until a date.
func (a *API) SnoozeFlag(ctx context.Context, r contract.SnoozeFlagRequestObject) (contract.SnoozeFlagResponseObject, error) {
	actor := callOf(ctx).actor
	view, err := a.flagged(ctx, r.FlagId, func(ctx context.Context) (health.Flag, error) {
		return a.watch.Snooze(ctx, actor, r.FlagId, dateOf(&r.Body.UntilOn))
	})
	if err != nil {
		return nil, err
	}
	return contract.SnoozeFlag200JSONResponse(view), nil
}

// DismissFlag closes a flag as no concern.
func (a *API) DismissFlag(ctx context.Context, r contract.DismissFlagRequestObject) (contract.DismissFlagResponseObject, error) {
	actor := callOf(ctx).actor
	view, err := a.flagged(ctx, r.FlagId, func(ctx context.Context) (health.Flag, error) {
		return a.watch.Dismiss(ctx, actor, r.FlagId)
	})
	if err != nil {
		return nil, err
	}
	return contract.DismissFlag200JSONResponse(view), nil
}

// healthView answers how a circle's health is shown in a language.
func (a *API) healthView(lang string) func(health.CircleHealth) contract.CircleHealth {
	return func(h health.CircleHealth) contract.CircleHealth {
		view := contract.CircleHealth{
			CircleId: h.CircleID, Name: h.Name, State: contract.CircleState(h.State), Verdict: contract.Verdict(h.Verdict),
			Reasons: a.reasonViews(h.Reasons, lang), NextStep: a.stepView(h.Step, lang),
			GuideWeek: h.GuideWeek, GuideWeeks: h.GuideWeeks, Members: h.Members, Held: h.Held,
			LastHeldOn: localDay(h.LastHeldAt, h.Zone), NextSession: momentOf(h.NextAt, h.Zone),
			NothingRecorded: h.NothingRecorded, NextCheckAt: h.NextCheckAt,
		}
		if h.Flag != nil {
			view.Flag = ptr(a.flagView(*h.Flag, lang))
		}
		return view
	}
}

// localDay is the date of an instant on the wall of a zone; null for none.
func localDay(at *time.Time, zone string) *string {
	loc, err := wall.LoadZone(zone)
	if at == nil || err != nil {
		return nil
	}
	return on(wall.DateOf(*at, loc))
}

func (a *API) flagView(f health.Flag, lang string) contract.Flag {
	return contract.Flag{
		Id: f.ID, CircleId: f.CircleID, Verdict: contract.Verdict(f.Verdict), State: contract.FlagState(f.State),
		Reasons: a.reasonViews(f.Reasons, lang), NextStep: a.stepView(f.Step, lang), RaisedAt: f.RaisedAt,
		AcknowledgedAt: f.AcknowledgedAt, SnoozedUntil: f.SnoozedUntil, ClearedAt: f.ClearedAt,
	}
}

func (a *API) reasonViews(reasons []health.Reason, lang string) []contract.Reason {
	return list(reasons, func(r health.Reason) contract.Reason {
		return contract.Reason{Code: r.Code, Message: r.Say(a.texts, lang)}
	})
}

func (a *API) stepView(step health.Step, lang string) *contract.NextStep {
	if step == "" {
		return nil
	}
	return &contract.NextStep{Code: string(step), Message: step.Say(a.texts, lang)}
}
