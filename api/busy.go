package api

import (
	"context"

	"kring/api/contract"
	"kring/scheduling/busy"
)

// ShowBusyCalendar answers one's own calendar elsewhere.
func (a *API) ShowBusyCalendar(ctx context.Context, _ contract.ShowBusyCalendarRequestObject) (contract.ShowBusyCalendarResponseObject, error) {
	in := callOf(ctx)
	calendar, err := a.busy.Show(ctx, in.actor)
	if err != nil {
		return nil, err
	}
	return contract.ShowBusyCalendar200JSONResponse(a.busyView(calendar, in.lang)), nil
}

// NameBusyCalendar takes the address of one's own calendar elsewhere.
func (a *API) NameBusyCalendar(ctx context.Context, r contract.NameBusyCalendarRequestObject) (contract.NameBusyCalendarResponseObject, error) {
	in := callOf(ctx)
	calendar, err := a.busy.Name(ctx, in.actor, r.Body.Address)
	if err != nil {
		return nil, err
	}
	return contract.NameBusyCalendar200JSONResponse(a.busyView(calendar, in.lang)), nil
}

// ForgetBusyCalendar drops it.
func (a *API) ForgetBusyCalendar(ctx context.Context, _ contract.ForgetBusyCalendarRequestObject) (contract.ForgetBusyCalendarResponseObject, error) {
	if err := a.busy.Forget(ctx, callOf(ctx).actor); err != nil {
		return nil, err
	}
	return contract.ForgetBusyCalendar204Response{}, nil
}

func (a *API) busyView(c busy.Calendar, lang string) contract.BusyCalendar {
	view := contract.BusyCalendar{
		Host: c.Host, ReadAt: c.ReadAt, TriedAt: c.TriedAt, BusyTimes: c.Intervals, CreatedAt: c.CreatedAt,
	}
	if c.Failure != "" {
		view.Failure = &contract.Reason{Code: c.Failure, Message: a.texts.Say(lang, "busy.failure."+c.Failure, nil)}
	}
	return view
}
