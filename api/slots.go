package api

import (
	"context"
	"strings"

	"kring/api/contract"
	"kring/scheduling"
)

// ListSlots answers the weekly hours that members share.
func (a *API) ListSlots(ctx context.Context, r contract.ListSlotsRequestObject) (contract.ListSlotsResponseObject, error) {
	in := callOf(ctx)
	found, err := a.calendar.Slots(ctx, in.actor, r.CircleId, dateOf(r.Params.FromOn), given(r.Params.Limit, 0))
	if err != nil {
		return nil, err
	}
	return contract.ListSlots200JSONResponse{Items: list(found, func(s scheduling.SlotCandidate) contract.SlotCandidate {
		return a.slotCandidateView(s, in.lang)
	})}, nil
}

// ListStarts answers the first dates whose run loses the fewest weeks.
func (a *API) ListStarts(ctx context.Context, r contract.ListStartsRequestObject) (contract.ListStartsResponseObject, error) {
	in := callOf(ctx)
	found, err := a.calendar.Starts(ctx, in.actor, r.CircleId, dateOf(r.Params.FromOn), given(r.Params.Limit, 0))
	if err != nil {
		return nil, err
	}
	return contract.ListStarts200JSONResponse{Items: list(found, func(s scheduling.StartCandidate) contract.StartCandidate {
		return contract.StartCandidate{
			StartsOn: s.StartsOn.String(), EndsOn: s.EndsOn.String(), Left: s.Left, Warned: s.Warned,
			Warnings: a.warningViews(s.Warnings, in.lang), Reason: a.sentences(s.Reasons, in.lang), Reasons: a.rankingViews(s.Reasons, in.lang),
		}
	})}, nil
}

func (a *API) slotCandidateView(s scheduling.SlotCandidate, lang string) contract.SlotCandidate {
	view := contract.SlotCandidate{
		Slot: *slotView(s.Slot), Zone: s.Slot.Zone, StartsOn: s.StartsOn.String(), EndsOn: s.EndsOn.String(), Dates: s.Dates,
		Left: s.Left, Suits: s.Suits, Of: s.Of, Silent: s.Silent, Together: s.Together, Night: s.Night,
		Warnings: a.warningViews(s.Warnings, lang), Reason: a.sentences(s.Reasons, lang), Reasons: a.rankingViews(s.Reasons, lang),
	}
	if s.ByName != nil {
		view.Members = ptr(list(s.ByName, func(f scheduling.SlotFit) contract.MemberFit {
			fit := fitView(f.Fit)
			fit.Dates = &f.Dates
			return fit
		}))
	}
	return view
}

func (a *API) warningViews(warnings []scheduling.Warning, lang string) []contract.DateWarning {
	return list(warnings, func(w scheduling.Warning) contract.DateWarning { return a.warningView(w, lang) })
}

func (a *API) rankingViews(reasons []scheduling.Reason, lang string) []contract.Reason {
	return list(reasons, func(r scheduling.Reason) contract.Reason {
		return contract.Reason{Code: r.Code, Message: a.texts.Say(lang, r.Key(), r.Args)}
	})
}

// sentences says reasons one after the other.
func (a *API) sentences(reasons []scheduling.Reason, lang string) string {
	said := list(a.rankingViews(reasons, lang), func(r contract.Reason) string { return r.Message })
	return strings.Join(said, " ")
}
