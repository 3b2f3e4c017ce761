package api

import (
	"context"

	"kring/api/contract"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/page"
)

// ListTokens answers the caller's own bearer tokens.
func (a *API) ListTokens(ctx context.Context, r contract.ListTokensRequestObject) (contract.ListTokensResponseObject, error) {
	after, err := behind(r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	found, err := a.tokens.List(ctx, callOf(ctx).actor, after, page.Limit(given(r.Params.Limit, 0)))
	if err != nil {
		return nil, err
	}
	return contract.ListTokens200JSONResponse{Items: list(found.Items, tokenView), Next: next(found.Next)}, nil
}

// IssueToken issues a bearer token. A repetition answers without the secret, which is nowhere.
func (a *API) IssueToken(ctx context.Context, r contract.IssueTokenRequestObject) (contract.IssueTokenResponseObject, error) {
	in := callOf(ctx)
	view, err := once(ctx, a, func(ctx context.Context) (made[contract.IssuedToken], error) {
		raw, token, err := a.tokens.Issue(ctx, in.actor, identity.TokenDraft{
			Name: r.Body.Name, Scopes: r.Body.Scopes, Days: given(r.Body.Days, 0),
		})
		return made[contract.IssuedToken]{contract.IssuedToken{Token: &raw, Details: tokenView(token)}, token.ID}, err
	}, func(ctx context.Context, id string) (contract.IssuedToken, error) {
		token, err := a.ownToken(ctx, in.actor, id)
		return contract.IssuedToken{Details: tokenView(token)}, err
	})
	if err != nil {
		return nil, err
	}
	return contract.IssueToken201JSONResponse(view), nil
}

// ownToken finds one of the caller's tokens; there are fifty at most.
func (a *API) ownToken(ctx context.Context, actor identity.Actor, id string) (identity.Token, error) {
	all, err := a.tokens.List(ctx, actor, page.Cursor{}, page.MaxLimit)
	if err != nil {
		return identity.Token{}, err
	}
	for _, token := range all.Items {
		if token.ID == id {
			return token, nil
		}
	}
	return identity.Token{}, fault.New(fault.NotFound, "not-found")
}

// RevokeToken voids one of the caller's tokens.
func (a *API) RevokeToken(ctx context.Context, r contract.RevokeTokenRequestObject) (contract.RevokeTokenResponseObject, error) {
	if err := a.tokens.Revoke(ctx, callOf(ctx).actor, r.TokenId); err != nil {
		return nil, err
	}
	return contract.RevokeToken204Response{}, nil
}

func tokenView(t identity.Token) contract.Token {
	return contract.Token{
		Id: t.ID, Name: t.Name, Scopes: list(t.Scopes, func(s string) string { return s }),
		CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt, LastUsedOn: on(t.LastUsedOn),
	}
}
