// Package oidc signs people in by the OpenID provider of their organisation: authorisation code flow with PKCE and nonce
// (RFC 6749, RFC 7636, OpenID Connect Core 1.0).
package oidc
