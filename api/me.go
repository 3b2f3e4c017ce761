package api

import (
	"context"
	"time"

	"kring/api/contract"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/journal"
	"kring/internal/wall"
)

// ShowMe answers who is calling.
func (a *API) ShowMe(ctx context.Context, _ contract.ShowMeRequestObject) (contract.ShowMeResponseObject, error) {
	person, err := a.person(ctx, callOf(ctx).actor.PersonID)
	if err != nil {
		return nil, err
	}
	return contract.ShowMe200JSONResponse{
		Body: meView(person), Headers: contract.ShowMe200ResponseHeaders{ETag: tag(person.Revision)},
	}, nil
}

// ChangeMe changes what the caller says of oneself.
func (a *API) ChangeMe(ctx context.Context, r contract.ChangeMeRequestObject) (contract.ChangeMeResponseObject, error) {
	in := callOf(ctx)
	patch, err := mePatch(r.Body)
	if err != nil {
		return nil, err
	}
	now := a.clock.Now()
	var person identity.Person
	err = a.db.Write(ctx, func(tx database.Tx) (err error) {
		person, err = identity.PatchIn(tx, now, in.actor.PersonID, in.match.revision, patch)
		if err != nil {
			return err
		}
		return journal.Add(tx, journal.Entry{At: now, ActorID: person.ID, SubjectID: person.ID, Action: "person-changed"})
	})
	if err != nil {
		return nil, err
	}
	return contract.ChangeMe200JSONResponse{
		Body: meView(person), Headers: contract.ChangeMe200ResponseHeaders{ETag: tag(person.Revision)},
	}, nil
}

func mePatch(body *contract.MePatch) (identity.Patch, error) {
	patch := identity.Patch{
		Name: body.Name, LetterLanguage: as[string](body.LetterLanguage), Zone: body.Zone, Speaks: body.Speaks,
	}
	if body.Letters != nil {
		patch.RemindersOff, patch.ChangesOff = ptr(!body.Letters.Reminders), ptr(!body.Letters.Changes)
		patch.HourOff = ptr(!body.Letters.HourBefore)
	}
	if body.QuietHours.IsSpecified() {
		patch.QuietHours = ptr(quietOf(orNil(body.QuietHours)))
	}
	if body.WorkingDays.IsSpecified() {
		patch.WorkingDays = ptr(daysOf(orNil(body.WorkingDays)))
	}
	if body.Availability == nil {
		return patch, nil
	}
	var v fault.Violations
	patch.Availability = ptr(identity.CheckHours(&v, "/availability", hoursOf(*body.Availability)))
	return patch, v.Err()
}

func quietOf(said *contract.QuietHours) *identity.QuietHours {
	if said == nil {
		return nil
	}
	return &identity.QuietHours{From: said.From, Until: said.Until}
}

func daysOf(said *[]contract.Weekday) *[]string {
	if said == nil {
		return nil
	}
	return ptr(list(*said, func(d contract.Weekday) string { return string(d) }))
}

func meView(p identity.Person) contract.Me {
	return contract.Me{
		Id: p.ID, Email: p.Email, Name: p.Name, LetterLanguage: contract.Language(p.LetterLanguage), Zone: p.Zone,
		Speaks: list(p.Speaks, func(s string) string { return s }), Availability: availabilityView(p.Availability),
		Letters: contract.LetterChoice{Reminders: !p.RemindersOff, HourBefore: !p.HourOff, Changes: !p.ChangesOff},
		Owner:   p.Owner, Revision: p.Revision, QuietHours: quietView(p), WorkingDays: daysView(p.WorkingDays),
	}
}

func quietView(p identity.Person) *contract.QuietHours {
	if p.QuietFrom == nil || p.QuietUntil == nil {
		return nil
	}
	return &contract.QuietHours{From: p.QuietFrom.String(), Until: p.QuietUntil.String()}
}

func daysView(days wall.Weekdays) *[]contract.Weekday {
	if days == 0 {
		return nil
	}
	return ptr(list(days.Days(), func(d time.Weekday) contract.Weekday { return contract.Weekday(wall.WeekdayKey(d)) }))
}
