package fetch

import (
	"net/url"
	"strconv"
)

// What can be wrong with a file elsewhere.
const (
	NotFound    = "not-found"
	NeedsSignIn = "needs-sign-in"
	TooLarge    = "too-large"
	TooSlow     = "too-slow"
	Unreachable = "unreachable"
	Private     = "private-address" // of a network that is not everybody's
	Certificate = "certificate"
	Astray      = "astray" // leads on to what is not taken, or too often
)

// Error is a code, one of the constants. It says nothing of the address.
type Error string

// Error is for logs.
func (e Error) Error() string { return "fetch: " + string(e) }

const (
	usualPort = 443
	firstFree = 1024 // below, a port is a service of its own, by custom
)

// ParseAddress reads an address that can be fetched: https, a host, no user, no fragment. It answers [Error] Astray for
// any other.
func ParseAddress(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Fragment != "" {
		return nil, Error(Astray)
	}
	return u, checkAddress(u)
}

func checkAddress(u *url.URL) error {
	port := usualPort
	if u.Port() != "" {
		port, _ = strconv.Atoi(u.Port()) // 0 for what is none
	}
	if u.Scheme != "https" || u.Opaque != "" || u.User != nil || u.Hostname() == "" || port != usualPort && port < firstFree || port > 65535 {
		return Error(Astray)
	}
	return nil
}
