package api

import (
	"context"

	"kring/api/contract"
	"kring/internal/fault"
	"kring/internal/identity"
)

// ExportMe answers everything that is kept about the caller, as a file.
func (a *API) ExportMe(ctx context.Context, _ contract.ExportMeRequestObject) (contract.ExportMeResponseObject, error) {
	kept, err := a.records.Export(ctx, callOf(ctx).actor)
	if err != nil {
		return nil, err
	}
	return contract.ExportMe200JSONResponse{
		Body: kept, Headers: contract.ExportMe200ResponseHeaders{ContentDisposition: a.file("kring", "json")},
	}, nil
}

// file names a file of today for a browser to keep (RFC 6266).
func (a *API) file(name, ending string) *string {
	return ptr(`attachment; filename="` + name + "-" + a.clock.Now().UTC().Format("2006-01-02") + "." + ending + `"`)
}

// EraseMe forgets the caller, who types her own address so that nobody is forgotten by a slip.
func (a *API) EraseMe(ctx context.Context, r contract.EraseMeRequestObject) (contract.EraseMeResponseObject, error) {
	actor := callOf(ctx).actor
	if actor.SignInID == "" {
		return nil, fault.New(fault.Forbidden, "needs-sign-in")
	}
	if err := a.ownAddress(ctx, actor, r.Body.Email); err != nil {
		return nil, err
	}
	if err := a.records.Erase(ctx, actor, given(r.Body.Silence, false)); err != nil {
		return nil, err
	}
	return forgotten{a.cookieBack(ctx)}, nil
}

func (a *API) ownAddress(ctx context.Context, actor identity.Actor, typed string) error {
	person, err := a.person(ctx, actor.PersonID)
	if err != nil {
		return err
	}
	var v fault.Violations
	if email := identity.CheckEmail(&v, "/email", typed); len(v) == 0 && email != person.Email {
		v.Add("/email", "not-your-address")
	}
	return v.Err()
}
