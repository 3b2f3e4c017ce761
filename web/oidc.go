package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"kring/internal/signin/oidc"
)

// allowProvider lets the form of this page lead on to the organisation's provider. Browsers hold every redirect behind a
// form against form-action, and a provider may send on to another one that we do not know; so any address with TLS.
func (v *visit) allowProvider() {
	if v.OIDC == nil {
		return
	}
	to := "https:"
	if issuer, err := url.Parse(v.OIDC.Issuer); err == nil && issuer.Scheme == "http" {
		to = "http://" + issuer.Host // on the own machine, while building
	}
	v.c.Response().Header().Set(echo.HeaderContentSecurityPolicy,
		strings.Replace(policy, "form-action 'self'", "form-action 'self' "+to, 1))
}

// beginOIDC sends the browser to the organisation's provider.
func (w *Web) beginOIDC(v *visit) error {
	if v.OIDC == nil {
		return w.nowhere(v)
	}
	address, cookie, err := v.OIDC.Begin(v.ctx())
	if err != nil {
		return err
	}
	v.c.SetCookie(cookie)
	return v.c.Redirect(http.StatusSeeOther, address)
}

// finishOIDC takes the provider's answer. It is the one GET that signs in: the answer holds once, and only together with
// the cookie of the browser that began.
func (w *Web) finishOIDC(v *visit) error {
	if v.OIDC == nil {
		return w.nowhere(v)
	}
	cookie, _ := v.c.Cookie(oidc.CookieName) // none: refused
	personID, err := v.OIDC.Finish(v.ctx(), v.c.QueryParams(), cookie)
	if err != nil {
		return err
	}
	v.c.SetCookie(&http.Cookie{
		Name: oidc.CookieName, Path: "/", MaxAge: -1, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	return v.start(personID)
}
