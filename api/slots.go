package api

import (
	"context"
	"strings"

	"kring/api/contract"
	"kring/internal/wall"
	"kring/scheduling"
)

// ListSlots answers the weekly hours that members share.
func (a *API) ListSlots(ctx context.Context, r contract.ListSlotsRequestObject) (contract.ListSlotsResponseObject, error) {
	in := callOf(ctx)
	found, err := a.calendar.Slots(ctx, in.actor, r.CircleId, wall.Date{}, given(r.Params.Limit, 0))
	if err != nil {
		return nil, err
	}
	return contract.ListSlots200JSONResponse{Items: list(found, func(s scheduling.SlotCandidate) contract.SlotCandidate {
		return a.slotCandidateView(s, in.lang)
	})}, nil
}

func (a *API) slotCandidateView(s scheduling.SlotCandidate, lang string) contract.SlotCandidate {
	view := contract.SlotCandidate{
		Slot: *slotView(s.Slot), Zone: s.Slot.Zone, Suits: s.Suits, Of: s.Of, Night: s.Night,
		Reason: a.sentences(s.Reasons, lang),
	}
	if s.ByName != nil {
		view.Members = ptr(list(s.ByName, func(f scheduling.SlotFit) contract.MemberFit { return fitView(f.Fit) }))
	}
	return view
}

// sentences says reasons one after the other.
func (a *API) sentences(reasons []scheduling.Reason, lang string) string {
	said := list(reasons, func(r scheduling.Reason) string { return a.texts.Say(lang, r.Key(), r.Args) })
	return strings.Join(said, " ")
}
