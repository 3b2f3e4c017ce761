package web

import (
	"embed"
	"log/slog"
	"net/http"

	"github.com/labstack/echo/v4"

	"kring/circles"
	"kring/guides"
	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/signin"
	"kring/internal/signin/oidc"
	"kring/internal/text"
	"kring/scheduling"
	"kring/scheduling/letters"
)

// Texts are this room's sentences.
//
//go:embed text.*.json
var Texts embed.FS

// Options is what a Web is made of. All fields but OIDC are needed.
type Options struct {
	DB       *database.DB
	Clock    *clock.Clock
	Texts    *text.Catalog
	Links    *identity.Links
	Circles  *circles.Registry
	Calendar *scheduling.Calendar
	Guides   *guides.Library
	Buttons  *letters.Buttons
	SignIn   *signin.SignIn
	Records  *identity.Records
	OIDC     *oidc.Provider // of the organisation; nil: not offered
	Log      *slog.Logger
}

// Web answers the pages. It may be used from several goroutines.
type Web struct {
	Options
	templates templates
	style     style
}

// New makes a Web.
func New(o Options) *Web {
	return &Web{Options: o, templates: readTemplates(), style: readStyle()}
}

// answer answers one request with a page; what it cannot answer it returns as an error.
type answer func(*visit) error

// Mount adds the routes to e.
func (w *Web) Mount(e *echo.Echo) {
	for _, r := range []struct {
		path      string
		get, post answer
	}{
		{"/", w.showHome, nil},
		{"/l/:token", w.showLink, w.pressLink},
		{"/u/:token", w.showUnsubscribe, w.unsubscribe},
		{"/guides/:set", w.showGuides, nil},
		{"/guides/:set/:week", w.showGuide, nil},
		{"/p/:programme", w.showSignup, w.signUp},
		{"/p/:programme/circles/:circle", w.showSignup, w.signUp},
		{"/l/*", w.nowhere, w.nowhere},
		{"/u/*", w.nowhere, w.nowhere},
		{"/guides/*", w.nowhere, nil},
		{"/p/*", w.nowhere, w.nowhere},
	} {
		e.GET(r.path, w.framed(r.get))
		e.HEAD(r.path, w.framed(r.get))
		if r.post != nil {
			e.POST(r.path, w.framed(r.post))
		}
	}
	e.GET(w.style.path, w.serveStyle)
}

// Paths of pages, for letters and for who passes a link on.

// SignupPath is where people sign up for a programme, for a seat of a circle when one is named.
func SignupPath(programmeID, circleID string) string {
	if circleID == "" {
		return "/p/" + programmeID
	}
	return "/p/" + programmeID + "/circles/" + circleID
}

// nowhere is every address below ours that leads to no page.
func (w *Web) nowhere(*visit) error { return echo.NewHTTPError(http.StatusNotFound) }
