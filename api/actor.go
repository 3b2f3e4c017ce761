package api

import (
	"context"
	"strings"

	"kring/api/contract"
	"kring/internal/fault"
	"kring/internal/identity"
)

// actor answers who asks. Nobody is let in where the contract allows it; a token that is sent must hold everywhere.
func (a *API) actor(ctx context.Context, authorization string, o *contract.Operation) (identity.Actor, error) {
	if authorization == "" {
		if o.Public {
			return identity.Actor{}, nil
		}
		return identity.Actor{}, fault.New(fault.Unauthenticated, "sign-in-needed")
	}
	scheme, raw, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return identity.Actor{}, fault.New(fault.Unauthenticated, "sign-in-needed")
	}
	actor, err := a.tokens.Authenticate(ctx, strings.TrimSpace(raw))
	if err != nil {
		return identity.Actor{}, err
	}
	if o.Scope != "" && !o.Public && !actor.MayUse(o.Scope) {
		return identity.Actor{}, fault.New(fault.Forbidden, "scope-missing").With("scope", o.Scope)
	}
	return actor, nil
}
