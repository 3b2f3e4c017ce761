package api

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"kring/api/contract"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/signin"
)

// actor answers who asks: by a bearer token or by the cookie of a browser, never by both. Nobody is let in where the
// contract allows it. A token that is sent must hold everywhere; a cookie that does not hold is nobody's where nobody
// may ask, because a browser sends it without being told to.
func (a *API) actor(r *http.Request, o *contract.Operation) (identity.Actor, error) {
	tokens, cookie := r.Header.Values(echo.HeaderAuthorization), hasCookie(r)
	if len(tokens) > 1 || len(tokens) == 1 && cookie {
		return identity.Actor{}, fault.New(fault.Unreadable, "two-credentials")
	}
	actor, err := a.credential(r, tokens, cookie)
	switch {
	case err != nil && cookie && o.Public && fault.IsKind(err, fault.Unauthenticated):
		return identity.Actor{}, nil
	case err != nil:
		return identity.Actor{}, err
	case o.Public:
		return actor, nil
	case !actor.Known():
		return identity.Actor{}, fault.New(fault.Unauthenticated, "sign-in-needed")
	case o.Scope != "" && !actor.MayUse(o.Scope):
		return identity.Actor{}, fault.New(fault.Forbidden, "scope-missing").With("scope", o.Scope)
	}
	return actor, nil
}

func (a *API) credential(r *http.Request, tokens []string, cookie bool) (identity.Actor, error) {
	switch {
	case len(tokens) == 1:
		return a.bearer(r.Context(), tokens[0])
	case cookie && a.signIn != nil:
		return a.signIn.Authenticate(r)
	}
	return identity.Actor{}, nil
}

// hasCookie says whether the request carries our cookie, whatever it is worth; other cookies of the site are not ours.
func hasCookie(r *http.Request) bool {
	if len(r.Header["Cookie"]) == 0 {
		return false
	}
	return len(r.CookiesNamed(signin.CookieName)) > 0
}

func (a *API) bearer(ctx context.Context, authorization string) (identity.Actor, error) {
	scheme, raw, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return identity.Actor{}, fault.New(fault.Unauthenticated, "sign-in-needed")
	}
	return a.tokens.Authenticate(ctx, strings.TrimSpace(raw))
}
