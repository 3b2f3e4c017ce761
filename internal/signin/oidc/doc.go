// Package oidc signs people in by the OpenID provider of their organisation: authorisation code flow with PKCE and nonce
// (RFC 6749, RFC 7636, RFC 9700, OpenID Connect Core 1.0).
//
// What it is for: [Provider.Begin] sends a browser to the provider, [Provider.Finish] takes the answer and says whose it
// is. It makes nobody: who may come in is a person of Kring already.
//
// What it refuses: an answer that this browser did not ask for, that was used, or that is older than ten minutes; an ID
// token that another issuer gave, for another program, for another attempt, or that is over; an address that the
// provider has not verified; a second account of the provider for one person, because addresses are given to somebody
// else one day; redirects, endless answers and plain HTTP on the way (the own machine excepted). Tokens, codes and
// addresses are in no error.
//
// Where to start: oidc.go.
//
//	Begin -> row (state, cookie, nonce, verifier) -> browser -> provider -> browser
//	Finish -> the row is taken, once -> code for ID token -> checked -> whose?
//	    issuer and subject known            -> that person
//	    else a verified address of somebody -> that person, linked to the subject from now on
//	    else                                -> nobody
//
// The provider's own settings (its discovery document) are read when the first person comes, so that Kring starts while
// the provider is away; what went wrong is tried again after five seconds at the earliest. Expiry is machine time. Which
// account somebody has is told and forgotten by package signin.
//
// Tests run a certified provider that is not ours: internal/testkit/openid.
package oidc
