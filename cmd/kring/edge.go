package main

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"kring/internal/fault"
)

// hsts tells browsers to come by TLS alone for a year (RFC 6797). Names below ours are not ours to decide about.
const hsts = "max-age=31536000"

// edge is what every request passes before a room sees it. The headers of pages and of the API are theirs.
type edge struct {
	origins *http.CrossOriginProtection
	safe    bool                            // people reach us by TLS
	page    func(echo.Context, error) error // answers a refusal to who asked for a page
}

// newEdge makes the edge of a service that people reach at an address.
func newEdge(public string, page func(echo.Context, error) error) (*edge, error) {
	u, err := url.Parse(public)
	if err != nil {
		return nil, err
	}
	e := &edge{origins: http.NewCrossOriginProtection(), safe: u.Scheme == "https", page: page}
	return e, e.origins.AddTrustedOrigin(originOf(u))
}

// originOf is how browsers write the origin of an address (RFC 6454, 6.2): in lower case, the usual port left out.
func originOf(u *url.URL) string {
	host := strings.ToLower(u.Hostname())
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && port != map[string]string{"http": "80", "https": "443"}[u.Scheme] {
		host = net.JoinHostPort(u.Hostname(), port)
	}
	return u.Scheme + "://" + strings.ToLower(host)
}

// guard refuses what a page of another site sends by the browser of somebody who is signed in here: Forbidden
// "cross-site".
func (e *edge) guard(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if e.safe {
			c.Response().Header().Set(echo.HeaderStrictTransportSecurity, hsts)
		}
		if actsByItself(c) || e.origins.Check(c.Request()) == nil {
			return next(c)
		}
		refusal := fault.New(fault.Forbidden, "cross-site")
		if strings.Contains(c.Request().Header.Get(echo.HeaderAccept), echo.MIMETextHTML) {
			return e.page(c, refusal)
		}
		return refusal
	}
}

// actsByItself says whether what a request may do stands in it, so that it does not matter which page sent it: nothing
// in it was added by the browser.
func actsByItself(c echo.Context) bool {
	h := c.Request().Header
	cookies := len(h.Values(echo.HeaderCookie)) > 0
	switch route := c.Path(); {
	case route == "/u/:token": // one-click unsubscribe comes from mail programs and mail services (RFC 8058)
		return true
	case strings.HasPrefix(strings.ToLower(h.Get(echo.HeaderAuthorization)), "bearer "):
		// No browser adds a bearer token by itself, and no other site can make it: that takes a leave which we do not give.
		return !cookies
	case strings.HasPrefix(route, "/l/"), strings.HasPrefix(route, "/p/"):
		// Our letter pages and the sign-up tell browsers to give no referrer, and then these call the origin of our own form
		// "null". Those of today say beside it that the form is ours (Sec-Fetch-Site), but not to a site without TLS, and older
		// ones never do. What is pressed there is decided by the link or the form; no cookie has a say.
		return !cookies && h.Get("Origin") == "null" && h.Get("Sec-Fetch-Site") == ""
	}
	return false
}

// callers answers who calls, and by http or https: the connection itself, unless it comes from one of our proxies, whose
// X-Forwarded-For and X-Forwarded-Proto are believed. No address is one of ours by its kind, as echo has it by default.
func callers(proxies []netip.Prefix) (echo.IPExtractor, echo.SchemeExtractor) {
	if len(proxies) == 0 {
		return echo.ExtractIPDirect(), echo.ExtractSchemeDirect()
	}
	trusted := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range proxies {
		trusted = append(trusted, echo.TrustIPRange(&net.IPNet{
			IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen()),
		}))
	}
	return echo.ExtractIPFromXFFHeader(trusted...), echo.ExtractSchemeFromHeaders(trusted...)
}
