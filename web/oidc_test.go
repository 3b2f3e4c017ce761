package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"kring/internal/signin/oidc"
	"kring/internal/testkit/openid"
)

// offer mounts the pages anew, with a provider.
func (s *site) offer(idp *openid.Provider) {
	s.t.Helper()
	s.provider = oidc.New(oidc.Options{
		DB: s.db, Clock: s.clock, Issuer: idp.Issuer, ClientID: openid.Client, ClientSecret: openid.Secret, RedirectURL: openid.Callback,
	})
	s.echo = echo.New()
	s.mount()
}

// toProvider presses the button of the sign-in page and answers where it leads.
func (b *browser) toProvider() string {
	b.t.Helper()
	a := b.post("/sign-in/oidc", nil)
	if a.Code != http.StatusSeeOther || !strings.HasPrefix(a.Header().Get("Location"), b.provider.Issuer) {
		b.t.Fatalf("status %d to %q", a.Code, a.Header().Get("Location"))
	}
	return a.Header().Get("Location")
}

func TestSignInWithTheOrganisation(t *testing.T) {
	an := openid.User{ID: "an", Email: "member0@example.org", EmailVerified: true}
	ben := openid.User{ID: "ben", Email: "member1@example.org"}
	fien := openid.User{ID: "fien", Email: "fien@example.org", EmailVerified: true}
	idp := openid.Start(t, an, ben, fien)
	sites(t, func(t *testing.T, s *site) {
		s.offer(idp)
		b := s.browser("nl")
		a := b.get("/sign-in").is(t, http.StatusOK, "Inloggen via je organisatie")
		if csp := a.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self' "+idp.Issuer+";") {
			t.Errorf("a browser refuses the way to the provider: %s", csp)
		}
		s.browser("en").get("/sign-in").is(t, http.StatusOK, "Sign in with your organisation")

		answer := "/sign-in/oidc/callback?" + idp.SignIn(t, b.toProvider(), an).Encode()
		elsewhere := s.browser("nl")
		elsewhere.get(answer).is(t, http.StatusForbidden)
		b.get(answer).leads(t, "/me")
		b.get("/me").is(t, http.StatusOK, "member0@example.org")
		b.get(answer).is(t, http.StatusForbidden, "Inloggen via je organisatie lukte niet")

		answer = "/sign-in/oidc/callback?" + idp.SignIn(t, b.toProvider(), an).Encode()
		elsewhere.toProvider()
		elsewhere.get(answer).is(t, http.StatusForbidden) // with the cookie of another attempt

		other := s.browser("nl")
		for who, says := range map[openid.User]string{ben: "bevestigt niet dat dit mailadres van jou is", fien: "We kennen het mailadres niet"} {
			a := other.get("/sign-in/oidc/callback?"+idp.SignIn(t, other.toProvider(), who).Encode()).is(t, http.StatusForbidden, says)
			if !slices.Contains(a.page.links(), "/sign-in") {
				t.Error("no other way in")
			}
		}
		s.unchanged(t, func() {
			for _, query := range []string{"", "?state=a&code=b", "?error=access_denied", "?state=" + strings.Repeat("s", 3000)} {
				other.get("/sign-in/oidc/callback"+query).is(t, http.StatusForbidden)
			}
		})
		if other.cookie() != "" {
			t.Error("somebody was let in")
		}
	})
}

func TestAProviderThatIsAway(t *testing.T) {
	idp := openid.Start(t)
	oneSite(t, func(t *testing.T, s *site) {
		s.offer(idp)
		idp.Away(true)
		s.unchanged(t, func() {
			a := s.browser("nl").post("/sign-in/oidc", nil).is(t, http.StatusServiceUnavailable, "Je organisatie antwoordt even niet.")
			if !slices.Contains(a.page.links(), "/sign-in") {
				t.Error("no other way in")
			}
		})
	})
}

func TestNoProvider(t *testing.T) {
	oneSite(t, func(t *testing.T, s *site) {
		b := s.browser("nl")
		b.get("/sign-in").is(t, http.StatusOK).never(t, "organisatie")
		b.post("/sign-in/oidc", nil).is(t, http.StatusNotFound)
		b.get("/sign-in/oidc/callback?"+url.Values{"state": {"a"}, "code": {"b"}}.Encode()).is(t, http.StatusNotFound)
		b.get("/sign-in/oidc").leads(t, "/sign-in")
	})
}
