package busy

import (
	"net/netip"
	"net/url"
	"strings"

	"kring/internal/fault"
	"kring/internal/fetch"
)

// mostAddress is how long an address may be, in bytes: those of calendars carry secrets, and some are long.
const mostAddress = 2000

// checkAddress reads what somebody gives as the address of her calendar. It answers Invalid for /address.
func checkAddress(raw string) (string, error) {
	var v fault.Violations
	address, code := readAddress(strings.TrimSpace(raw))
	if code != "" {
		v.Add("/address", code, fault.Args{"limit": mostAddress})
	}
	return address, v.Err()
}

// readAddress answers an address as it is fetched, or what is wrong with it. webcal is how calendar programs write https.
func readAddress(raw string) (address, code string) {
	switch {
	case raw == "":
		return "", "required"
	case len(raw) > mostAddress:
		return "", "too-long"
	}
	u, err := url.Parse(raw)
	if err != nil {
		return "", "not-a-calendar-address"
	}
	if u.Scheme == "webcal" || u.Scheme == "webcals" {
		u.Scheme = "https"
	}
	if _, err := fetch.ParseAddress(u.String()); err != nil || strings.Contains(raw, "#") {
		return "", "not-a-calendar-address"
	}
	if inside(strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))) {
		return "", fetch.Private
	}
	return u.String(), ""
}

// inside says of a host what can be said without asking anybody; the rest is found out when a connection is made.
func inside(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return !fetch.Public(ip)
	}
	_, top, several := strings.Cut(host, ".")
	for _, one := range []string{"localhost", "local", "internal"} {
		if top == one || strings.HasSuffix(top, "."+one) {
			return true
		}
	}
	return !several
}
