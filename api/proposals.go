package api

import (
	"context"
	"slices"

	"kring/api/contract"
	"kring/scheduling"
)

// ListDateProposals answers what a circle votes and voted on.
func (a *API) ListDateProposals(ctx context.Context, r contract.ListDateProposalsRequestObject) (contract.ListDateProposalsResponseObject, error) {
	after, err := behind(r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	found, err := a.calendar.DateProposals(ctx, callOf(ctx).actor, r.CircleId, after, given(r.Params.Limit, 0))
	if err != nil {
		return nil, err
	}
	return contract.ListDateProposals200JSONResponse{Items: list(found.Items, proposalView), Next: next(found.Next)}, nil
}

func (a *API) proposal(ctx context.Context, id string) (contract.DateProposal, error) {
	p, err := a.calendar.DateProposal(ctx, callOf(ctx).seer(), id)
	return proposalView(p), err
}

// ShowDateProposal answers one proposal.
func (a *API) ShowDateProposal(ctx context.Context, r contract.ShowDateProposalRequestObject) (contract.ShowDateProposalResponseObject, error) {
	view, err := a.proposal(ctx, r.ProposalId)
	if err != nil {
		return nil, err
	}
	return contract.ShowDateProposal200JSONResponse(view), nil
}

// ProposeDate asks the circle for another date for a session.
func (a *API) ProposeDate(ctx context.Context, r contract.ProposeDateRequestObject) (contract.ProposeDateResponseObject, error) {
	in, body := callOf(ctx), given(r.Body, contract.DateProposalDraft{})
	wanted := scheduling.Wanted{On: dateOf(body.Date), At: clockOf(body.Time)}
	view, err := once(ctx, a, func(ctx context.Context) (made[contract.DateProposal], error) {
		p, err := a.calendar.ProposeDate(ctx, in.actor, r.SessionId, wanted)
		return made[contract.DateProposal]{proposalView(p), p.ID}, err
	}, a.proposal)
	if err != nil {
		return nil, err
	}
	at := "/api/v1/date-proposals/" + view.Id
	return contract.ProposeDate201JSONResponse{Body: view, Headers: contract.ProposeDate201ResponseHeaders{Location: &at}}, nil
}

// VoteOnDates says which options suit the caller.
func (a *API) VoteOnDates(ctx context.Context, r contract.VoteOnDatesRequestObject) (contract.VoteOnDatesResponseObject, error) {
	votes := list(r.Body.Votes, func(v contract.VoteDraft) scheduling.OptionVote {
		return scheduling.OptionVote{OptionID: v.OptionId, Suits: v.Suits}
	})
	p, err := a.calendar.Vote(ctx, callOf(ctx).actor, r.ProposalId, votes)
	if err != nil {
		return nil, err
	}
	return contract.VoteOnDates200JSONResponse(proposalView(p)), nil
}

// CloseDateProposal ends a vote early.
func (a *API) CloseDateProposal(ctx context.Context, r contract.CloseDateProposalRequestObject) (contract.CloseDateProposalResponseObject, error) {
	in, option := callOf(ctx), given(given(r.Body, contract.ProposalClose{}).OptionId, "")
	view, err := once(ctx, a, func(ctx context.Context) (made[contract.DateProposal], error) {
		p, err := a.calendar.CloseProposal(ctx, in.actor, r.ProposalId, option)
		return made[contract.DateProposal]{proposalView(p), p.ID}, err
	}, a.proposal)
	if err != nil {
		return nil, err
	}
	return contract.CloseDateProposal200JSONResponse(view), nil
}

func proposalView(p scheduling.ProposalView) contract.DateProposal {
	view := contract.DateProposal{
		Id: p.ID, CircleId: p.CircleID, SessionId: p.SessionID, InDoubt: *momentOf(&p.SessionStartsAt, p.Zone),
		Why: contract.DateProposalWhy(p.Why), State: contract.DateProposalState(p.State), Quorum: p.Quorum, Members: p.Members,
		MayVote: p.MayVote, MayClose: p.MayClose, OpenedAt: p.OpenedAt, ClosesAt: p.ClosesAt, ClosedAt: p.ClosedAt,
		ReplanId: p.ReplanID, ProposedBy: proposedBy(p),
		Options: list(p.Options, func(o scheduling.OptionView) contract.DateOption { return optionView(o, p.Zone) }),
	}
	return view
}

// proposedBy names the member who proposed a date to who sees the votes by name: proposing another is saying that one
// cannot come.
func proposedBy(p scheduling.ProposalView) *contract.MemberRef {
	if p.MemberID == nil || len(p.Options) == 0 {
		return nil
	}
	named := p.Options[0].ByName
	i := slices.IndexFunc(named, func(n scheduling.NamedVote) bool { return n.MemberID == *p.MemberID })
	if i < 0 {
		return nil
	}
	return &contract.MemberRef{MemberId: named[i].MemberID, FirstName: named[i].FirstName}
}

func optionView(o scheduling.OptionView, zone string) contract.DateOption {
	view := contract.DateOption{
		Id: o.ID, Place: o.Place, Kind: contract.DateOptionKind(o.Kind), To: momentOf(o.StartsAt, zone),
		Suits: o.Fine, Yes: o.Yes, No: o.No, Mine: o.Mine,
	}
	if o.ByName != nil {
		view.ByName = ptr(list(o.ByName, func(n scheduling.NamedVote) contract.NamedVote {
			return contract.NamedVote{MemberId: n.MemberID, FirstName: n.FirstName, Suits: n.Suits}
		}))
	}
	return view
}
