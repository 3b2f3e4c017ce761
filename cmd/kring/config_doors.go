package main

import (
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"kring/internal/database"
	"kring/internal/identity"
)

// oidcSettings are how Kring is known to an organisation's OpenID provider; without an issuer there is none.
type oidcSettings struct{ issuer, clientID, clientSecret string }

// checkDoors reads who is let in and by which way: whose word on callers is taken, how many of a network, the
// organisation's own provider, and TLS.
func (s settings) checkDoors(m *mistakes, c *config) {
	c.proxies = read(m, "trusted-proxies", s.TrustedProxies, proxies)
	c.networkLimit = read(m, "network-limit", s.NetworkLimit, wholeNumber)
	c.oidc = s.readOIDC(m)
	c.tls = s.readTLS(m, *c)
}

// proxies reads addresses and ranges. One that holds every address is refused: then anybody could say who is calling.
func proxies(text string) (ranges []netip.Prefix, err error) {
	for word := range strings.SplitSeq(text, ",") {
		word = strings.TrimSpace(word)
		if word == "" {
			continue
		}
		one, err := netip.ParsePrefix(word)
		if address, plain := netip.ParseAddr(word); plain == nil && address.Zone() == "" {
			one, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil || one.Addr().Is4In6() {
			return nil, errors.New("is addresses and ranges with commas, such as 127.0.0.1,10.2.0.0/16,fd00::/64")
		}
		if one.Bits() == 0 {
			return nil, errors.New("takes everybody's word; name the addresses of your proxies")
		}
		ranges = append(ranges, one.Masked())
	}
	return ranges, nil
}

// wholeNumber reads 0 or a number above.
func wholeNumber(text string) (int, error) {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0, errors.New("is a whole number, 0 or more")
	}
	return int(n), nil
}

// readOIDC reads how people sign in by the provider of their organisation.
func (s settings) readOIDC(m *mistakes) oidcSettings {
	if s.OIDCIssuer+s.OIDCClientID+s.OIDCClientSecret == "" {
		return oidcSettings{}
	}
	if s.OIDCIssuer == "" {
		m.add("oidc-issuer", errors.New("is missing; the client is of no use without it"))
	} else {
		m.check("oidc-issuer", safely(s.OIDCIssuer))
	}
	if s.OIDCClientID == "" {
		m.add("oidc-client-id", errors.New("is missing; the provider has to know who asks"))
	}
	return oidcSettings{issuer: s.OIDCIssuer, clientID: s.OIDCClientID, clientSecret: s.OIDCClientSecret}
}

// safely says what is wrong with the address of a server that Kring asks and believes: nobody on the way may read or
// change the answer.
func safely(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" ||
		u.Scheme != "https" && (u.Scheme != "http" || !here(u.Hostname())) {
		return errors.New("is an https address without query; http only on this machine")
	}
	return nil
}

// here says whether a host is this machine.
func here(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// readTLS reads how TLS is served; the zero value: a proxy does it, or nobody. Everything that contradicts is told.
func (s settings) readTLS(m *mistakes, c config) tlsSettings {
	t := tlsSettings{cert: s.TLSCert, key: s.TLSKey, acme: s.ACME == "yes"}
	if s.ACME != "yes" && s.ACME != "no" {
		m.add("acme", errors.New("is yes or no"))
	}
	switch {
	case t.acme && t.cert+t.key != "":
		m.add("acme", errors.New("gets a certificate, and another is given by file; choose one"))
	case t.cert == "" && t.key != "":
		m.add("tls-cert", errors.New("is missing; the key is of no use without it"))
	case t.cert != "" && t.key == "":
		m.add("tls-key", errors.New("is missing; the certificate is of no use without it"))
	case t.cert != "":
		_, err := tls.LoadX509KeyPair(t.cert, t.key)
		m.check("tls-cert", err)
	}
	if t.acme {
		s.readACME(m, c, &t)
	} else {
		s.idleACME(m)
	}
	if t.serves() {
		m.check("public-url", reachedSafely(s.PublicURL, t.acme))
	}
	return t
}

// readACME reads how the certificate is got.
func (s settings) readACME(m *mistakes, c config, t *tlsSettings) {
	t.directory, t.cache = s.ACMEDirectory, s.ACMECache
	if u, err := url.Parse(s.PublicURL); err == nil {
		t.host = strings.ToLower(u.Hostname())
	}
	if s.ACMEDirectory != "" {
		m.check("acme-directory", safely(s.ACMEDirectory))
	}
	if s.ACMEEmail != "" {
		t.email = read(m, "acme-email", s.ACMEEmail, identity.NormaliseEmail)
	}
	if path, file := database.FilePath(c.databaseURL); t.cache == "" && file {
		t.cache = path + ".acme"
	} else if t.cache == "" {
		m.add("acme-cache", errors.New("is missing; beside PostgreSQL there is no folder, and an authority gives few certificates a week"))
	}
}

// idleACME finds settings that mean nothing without ACME.
func (s settings) idleACME(m *mistakes) {
	for _, idle := range []struct{ name, value string }{
		{"acme-directory", s.ACMEDirectory}, {"acme-email", s.ACMEEmail}, {"acme-cache", s.ACMECache},
	} {
		if idle.value != "" {
			m.add(idle.name, errors.New("is of no use unless KRING_ACME is yes"))
		}
	}
}

// reachedSafely says what is wrong with the public URL of a service that serves TLS.
func reachedSafely(raw string, acme bool) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Scheme != "https":
		return errors.New("is an https address where Kring serves TLS; it stands in every letter")
	case acme && (net.ParseIP(u.Hostname()) != nil || !strings.Contains(u.Hostname(), ".")):
		return errors.New("has a name of the public DNS, for which an authority gives a certificate")
	}
	return nil
}
