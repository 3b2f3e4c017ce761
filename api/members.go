package api

import (
	"context"

	"kring/api/contract"
	"kring/circles"
	"kring/internal/fault"
)

// ListMembers answers the seats of a circle.
func (a *API) ListMembers(ctx context.Context, r contract.ListMembersRequestObject) (contract.ListMembersResponseObject, error) {
	seats, err := a.circles.Members(ctx, callOf(ctx).actor, r.CircleId)
	if err != nil {
		return nil, err
	}
	return contract.ListMembers200JSONResponse{Items: list(seats, memberView)}, nil
}

// seat shows a seat of the circle in the path.
func (a *API) seat(circleID string) func(context.Context, string) (contract.Member, error) {
	return func(ctx context.Context, memberID string) (contract.Member, error) {
		seat, err := a.circles.Member(ctx, callOf(ctx).seer(), memberID)
		if err == nil && seat.CircleID != circleID {
			err = fault.New(fault.NotFound, "not-found")
		}
		return memberView(seat), err
	}
}

// seated runs a command on a seat of the circle in the path and shows the seat as it is then.
func (a *API) seated(ctx context.Context, circleID, memberID string, do func(context.Context) (circles.Member, error)) (contract.Member, error) {
	show := a.seat(circleID)
	return once(ctx, a, func(ctx context.Context) (made[contract.Member], error) {
		before, err := show(ctx, memberID)
		if err != nil {
			return made[contract.Member]{}, err
		}
		after, err := do(ctx)
		if err != nil {
			return made[contract.Member]{}, err
		}
		return made[contract.Member]{seatAfter(before, after), memberID}, nil
	}, show)
}

// seatAfter is the view of a seat after a command: what it says of the person did not change, and who just left may no
// longer see the seat.
func seatAfter(before contract.Member, after circles.Member) contract.Member {
	view := memberView(circles.Seat{Member: after})
	view.FirstName, view.Name, view.Email, view.Undeliverable = before.FirstName, before.Name, before.Email, before.Undeliverable
	return view
}

// ShowMember answers one seat.
func (a *API) ShowMember(ctx context.Context, r contract.ShowMemberRequestObject) (contract.ShowMemberResponseObject, error) {
	view, err := a.seat(r.CircleId)(ctx, r.MemberId)
	if err != nil {
		return nil, err
	}
	return contract.ShowMember200JSONResponse{
		Body: view, Headers: contract.ShowMember200ResponseHeaders{ETag: tag(view.Revision)},
	}, nil
}

// InviteMember offers a free seat to somebody.
func (a *API) InviteMember(ctx context.Context, r contract.InviteMemberRequestObject) (contract.InviteMemberResponseObject, error) {
	in, show := callOf(ctx), a.seat(r.CircleId)
	view, err := once(ctx, a, func(ctx context.Context) (made[contract.Member], error) {
		m, err := a.circles.Invite(ctx, in.actor, r.CircleId, invitee(*r.Body))
		if err != nil {
			return made[contract.Member]{}, err
		}
		view, err := show(ctx, m.ID)
		return made[contract.Member]{view, m.ID}, err
	}, show)
	if err != nil {
		return nil, err
	}
	return contract.InviteMember201JSONResponse{Body: view, Headers: contract.InviteMember201ResponseHeaders{
		ETag: tag(view.Revision), Location: ptr("/api/v1/circles/" + view.CircleId + "/members/" + view.Id),
	}}, nil
}

func invitee(m contract.MemberDraft) circles.Invitee {
	return circles.Invitee{
		Name: given(m.Name, ""), Email: given(m.Email, ""), ApplicationID: given(m.ApplicationId, ""),
		LetterLanguage: string(given(m.LetterLanguage, "")), Zone: given(m.Zone, ""),
	}
}

// AskSeat asks for an open seat.
func (a *API) AskSeat(ctx context.Context, r contract.AskSeatRequestObject) (contract.AskSeatResponseObject, error) {
	in, show := callOf(ctx), a.seat(r.CircleId)
	view, err := once(ctx, a, func(ctx context.Context) (made[contract.Member], error) {
		m, err := a.circles.AskSeat(ctx, in.actor, r.CircleId)
		if err != nil {
			return made[contract.Member]{}, err
		}
		view, err := show(ctx, m.ID)
		return made[contract.Member]{view, m.ID}, err
	}, show)
	if err != nil {
		return nil, err
	}
	return contract.AskSeat201JSONResponse(view), nil
}

// ChangeMember opts in or out of hosting, or changes a turn.
func (a *API) ChangeMember(ctx context.Context, r contract.ChangeMemberRequestObject) (contract.ChangeMemberResponseObject, error) {
	in := callOf(ctx)
	before, err := a.seat(r.CircleId)(ctx, r.MemberId)
	if err != nil {
		return nil, err
	}
	patch := circles.MemberPatch{Hosts: r.Body.Hosts, HostTurn: r.Body.HostTurn}
	after, err := a.circles.PatchMember(ctx, in.actor, r.MemberId, in.match.revision, patch)
	if err != nil {
		return nil, err
	}
	return contract.ChangeMember200JSONResponse{
		Body: seatAfter(before, after), Headers: contract.ChangeMember200ResponseHeaders{ETag: tag(after.Revision)},
	}, nil
}

// WithdrawSeat takes an offered seat back.
func (a *API) WithdrawSeat(ctx context.Context, r contract.WithdrawSeatRequestObject) (contract.WithdrawSeatResponseObject, error) {
	if _, err := a.seat(r.CircleId)(ctx, r.MemberId); err != nil {
		return nil, err
	}
	if _, err := a.circles.WithdrawSeat(ctx, callOf(ctx).actor, r.MemberId); err != nil {
		return nil, err
	}
	return contract.WithdrawSeat204Response{}, nil
}

// AcceptSeat takes one's seat.
func (a *API) AcceptSeat(ctx context.Context, r contract.AcceptSeatRequestObject) (contract.AcceptSeatResponseObject, error) {
	actor := callOf(ctx).actor
	view, err := a.seated(ctx, r.CircleId, r.MemberId, func(ctx context.Context) (circles.Member, error) {
		return a.circles.AcceptSeat(ctx, actor, r.MemberId)
	})
	if err != nil {
		return nil, err
	}
	return contract.AcceptSeat200JSONResponse(view), nil
}

// DeclineSeat refuses one's seat, or a newcomer.
func (a *API) DeclineSeat(ctx context.Context, r contract.DeclineSeatRequestObject) (contract.DeclineSeatResponseObject, error) {
	actor := callOf(ctx).seer() // the room shows the seat before it declines it
	otherHour := given(given(r.Body, contract.Decline{}).OtherHour, false)
	view, err := a.seated(ctx, r.CircleId, r.MemberId, func(ctx context.Context) (circles.Member, error) {
		return a.circles.DeclineSeat(ctx, actor, r.MemberId, otherHour)
	})
	if err != nil {
		return nil, err
	}
	return contract.DeclineSeat200JSONResponse(view), nil
}

// LeaveCircle steps out of a circle, or takes that back.
func (a *API) LeaveCircle(ctx context.Context, r contract.LeaveCircleRequestObject) (contract.LeaveCircleResponseObject, error) {
	actor := callOf(ctx).actor
	undo := given(given(r.Body, contract.Leave{}).Undo, false)
	view, err := a.seated(ctx, r.CircleId, r.MemberId, func(ctx context.Context) (circles.Member, error) {
		if undo {
			return a.circles.UndoLeave(ctx, actor, r.MemberId)
		}
		return a.circles.Leave(ctx, actor, r.MemberId)
	})
	if err != nil {
		return nil, err
	}
	return contract.LeaveCircle200JSONResponse(view), nil
}

func memberView(s circles.Seat) contract.Member {
	view := contract.Member{
		Id: s.ID, CircleId: s.CircleID, State: contract.MemberState(s.State), FirstName: s.FirstName,
		Hosts: s.Hosts, HostTurn: s.HostTurn, ExpiresAt: s.ExpiresAt, AcceptedAt: s.AcceptedAt, InAt: s.InAt,
		UndoUntil: s.UndoUntil, Revision: s.Revision,
	}
	if s.FirstName != "" { // of whom there is no name to tell, there is no id either: it tells since when she is known
		view.PersonId = &s.PersonID
	}
	if s.Email != "" {
		view.Name, view.Email, view.Undeliverable = &s.Name, &s.Email, &s.Undeliverable
	}
	return view
}
