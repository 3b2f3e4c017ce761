package api

import (
	"context"

	"kring/api/contract"
	"kring/scheduling"
)

// ListSessions answers all sessions of a run.
func (a *API) ListSessions(ctx context.Context, r contract.ListSessionsRequestObject) (contract.ListSessionsResponseObject, error) {
	sessions, err := a.calendar.Sessions(ctx, callOf(ctx).actor, r.CircleId)
	if err != nil {
		return nil, err
	}
	return contract.ListSessions200JSONResponse{Items: list(sessions, sessionView)}, nil
}

func (a *API) session(ctx context.Context, id string) (contract.Session, error) {
	s, err := a.calendar.Session(ctx, callOf(ctx).seer(), id)
	if err != nil {
		return contract.Session{}, err
	}
	return sessionView(s), nil
}

// ShowSession answers one session.
func (a *API) ShowSession(ctx context.Context, r contract.ShowSessionRequestObject) (contract.ShowSessionResponseObject, error) {
	view, err := a.session(ctx, r.SessionId)
	if err != nil {
		return nil, err
	}
	return contract.ShowSession200JSONResponse{
		Body: view, Headers: contract.ShowSession200ResponseHeaders{ETag: tag(view.Revision)},
	}, nil
}

// ChangeSession swaps who hosts.
func (a *API) ChangeSession(ctx context.Context, r contract.ChangeSessionRequestObject) (contract.ChangeSessionResponseObject, error) {
	in := callOf(ctx)
	if _, err := a.calendar.SwapHost(ctx, in.actor, r.SessionId, in.match.revision, r.Body.HostId); err != nil {
		return nil, err
	}
	view, err := a.session(ctx, r.SessionId)
	if err != nil {
		return nil, err
	}
	return contract.ChangeSession200JSONResponse{
		Body: view, Headers: contract.ChangeSession200ResponseHeaders{ETag: tag(view.Revision)},
	}, nil
}

// AnswerSession says for oneself whether one comes.
func (a *API) AnswerSession(ctx context.Context, r contract.AnswerSessionRequestObject) (contract.AnswerSessionResponseObject, error) {
	answer := scheduling.Answer(r.Body.Answer)
	if _, err := a.calendar.Answer(ctx, callOf(ctx).actor, r.SessionId, answer); err != nil {
		return nil, err
	}
	view, err := a.session(ctx, r.SessionId)
	if err != nil {
		return nil, err
	}
	return contract.AnswerSession200JSONResponse(view), nil
}

// RecordOutcome records or corrects how a session went.
func (a *API) RecordOutcome(ctx context.Context, r contract.RecordOutcomeRequestObject) (contract.RecordOutcomeResponseObject, error) {
	outcome := scheduling.State(r.Body.Outcome)
	if _, err := a.calendar.RecordOutcome(ctx, callOf(ctx).actor, r.SessionId, outcome); err != nil {
		return nil, err
	}
	view, err := a.session(ctx, r.SessionId)
	if err != nil {
		return nil, err
	}
	return contract.RecordOutcome200JSONResponse(view), nil
}

func sessionView(s scheduling.SessionView) contract.Session {
	view := contract.Session{
		Id: s.ID, CircleId: s.CircleID, Ordinal: s.Ordinal, State: contract.SessionState(s.State),
		StartsAt: s.StartsAt, EndsAt: s.EndsAt, Local: localOf(s.StartsAt, s.Zone), GuideWeek: s.GuideWeek,
		Moved: s.MovedAt != nil, Quorum: s.Quorum, Expected: s.Expected, Revision: s.Revision,
		Answers: contract.AnswerCounts{Yes: s.Answers.Yes, No: s.Answers.No, Unsure: s.Answers.Unsure, Silent: s.Answers.Silent},
	}
	if s.Host != nil {
		view.Host = &contract.MemberRef{MemberId: s.Host.MemberID, FirstName: s.Host.FirstName}
	}
	if s.ByName != nil {
		view.ByName = ptr(list(s.ByName, namedAnswer))
	}
	return view
}

func namedAnswer(n scheduling.NamedAnswer) contract.NamedAnswer {
	said := contract.NamedAnswerAnswer(n.Answer)
	if said == "" {
		said = contract.NamedAnswerAnswerSilent
	}
	return contract.NamedAnswer{MemberId: n.MemberID, FirstName: n.FirstName, Answer: said}
}

// SetGuideWeek says which guide week the circle is at.
func (a *API) SetGuideWeek(ctx context.Context, r contract.SetGuideWeekRequestObject) (contract.SetGuideWeekResponseObject, error) {
	in := callOf(ctx)
	change, err := a.calendar.SetGuideWeek(ctx, in.actor, r.CircleId, in.match.revision, r.Body.Week)
	if err != nil {
		return nil, err
	}
	view, err := a.circleAfter(ctx, change)
	if err != nil {
		return nil, err
	}
	return contract.SetGuideWeek200JSONResponse{
		Body: view, Headers: contract.SetGuideWeek200ResponseHeaders{ETag: tag(view.Revision)},
	}, nil
}

// ListAbsences answers one's own absences.
func (a *API) ListAbsences(ctx context.Context, r contract.ListAbsencesRequestObject) (contract.ListAbsencesResponseObject, error) {
	absences, err := a.calendar.Absences(ctx, callOf(ctx).actor, r.CircleId)
	if err != nil {
		return nil, err
	}
	return contract.ListAbsences200JSONResponse{Items: list(absences, absenceView)}, nil
}

// SetAbsences replaces one's own absences.
func (a *API) SetAbsences(ctx context.Context, r contract.SetAbsencesRequestObject) (contract.SetAbsencesResponseObject, error) {
	spans := list(r.Body.Items, func(one contract.Absence) scheduling.Span {
		return scheduling.Span{FromOn: dateOf(&one.FromOn), UntilOn: dateOf(&one.UntilOn)}
	})
	absences, err := a.calendar.SetAbsences(ctx, callOf(ctx).actor, r.CircleId, spans)
	if err != nil {
		return nil, err
	}
	return contract.SetAbsences200JSONResponse{Items: list(absences, absenceView)}, nil
}

func absenceView(one scheduling.Absence) contract.Absence {
	return contract.Absence{FromOn: one.FromOn.String(), UntilOn: one.UntilOn.String()}
}

// WriteToCircle writes to the other members.
func (a *API) WriteToCircle(ctx context.Context, r contract.WriteToCircleRequestObject) (contract.WriteToCircleResponseObject, error) {
	in := callOf(ctx)
	view, err := once(ctx, a, func(ctx context.Context) (made[contract.Message], error) {
		change, err := a.calendar.MessageToCircle(ctx, in.actor, r.CircleId, r.Body.Text)
		return made[contract.Message]{contract.Message{Id: change.Message, Letters: change.Letters}, change.Message}, err
	}, func(_ context.Context, id string) (contract.Message, error) {
		return contract.Message{Id: id}, nil
	})
	if err != nil {
		return nil, err
	}
	return contract.WriteToCircle202JSONResponse(view), nil
}
