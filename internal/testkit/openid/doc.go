// Package openid runs a real OpenID provider for tests: a certified one that is not ours, as a process of its own
// (tools/openid-provider), with a proxy in front that a test can let tamper with what the provider says. What no honest
// provider would ever answer is made that way, out of answers that are genuine.
//
// The users sign in as people do: [Provider.SignIn] is a browser that follows the way and fills in the provider's form.
// Start it outside a testing/synctest bubble; the rest may be called inside one.
//
//	browser -> proxy -> provider       Kring -> proxy -> provider
//	             └ Provider.Change, Provider.Away
//
// Where to start: [Start].
package openid
