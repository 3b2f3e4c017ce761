package web

import (
	"cmp"
	"embed"
	"log/slog"
	"net/http"
	"slices"

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
	"kring/scheduling/busy"
	"kring/scheduling/feeds"
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
	Feeds    *feeds.Feeds
	Busy     *busy.Calendars
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

// route is one address of pages. Without post it takes none.
type route struct {
	path      string
	get, post answer
	most      int64 // bytes of a body; 0: mostBody
	cookie    bool  // signs in, or is for who is signed in
}

// Mount adds the routes to e.
func (w *Web) Mount(e *echo.Echo) {
	for _, r := range slices.Concat(w.letterRoutes(), w.publicRoutes(), w.signInRoutes(), w.ownRoutes(), w.planRoutes()) {
		e.GET(r.path, w.framed(r.get, r))
		e.HEAD(r.path, w.framed(r.get, r))
		if r.post != nil {
			e.POST(r.path, w.framed(r.post, r))
		}
	}
	w.mountFeeds(e)
	e.GET(w.style.path, w.serveStyle)
}

// letterRoutes are what the links in letters open: the link says who presses.
func (w *Web) letterRoutes() []route {
	return []route{
		{path: "/l/:token", get: w.showLink, post: w.pressLink},
		{path: "/l/*", get: w.nowhere, post: w.nowhere},
		{path: "/u/:token", get: w.showUnsubscribe, post: w.unsubscribe, most: mostShort},
		{path: "/u/*", get: w.nowhere, post: w.nowhere, most: mostShort},
	}
}

// publicRoutes are for everybody.
func (w *Web) publicRoutes() []route {
	return []route{
		{path: "/", get: w.showHome},
		{path: "/guides/:set", get: w.showGuides},
		{path: "/guides/:set/:week", get: w.showGuide},
		{path: "/guides/*", get: w.nowhere},
		{path: "/p/:programme", get: w.showSignup, post: w.signUp},
		{path: "/p/:programme/circles/:circle", get: w.showSignup, post: w.signUp},
		{path: "/p/*", get: w.nowhere, post: w.nowhere},
	}
}

// signInRoutes let people in and out.
func (w *Web) signInRoutes() []route {
	return forCookies([]route{
		{path: signInPath, get: w.showSignIn, post: w.askSignIn},
		{path: codePath, get: w.showCode, post: w.enterCode},
		{path: oidcPath, get: w.toSignIn, post: w.beginOIDC},
		{path: oidcPath + "/callback", get: w.finishOIDC},
		{path: signInPath + "/*", get: w.nowhere, post: w.nowhere},
		{path: "/s/:token", get: w.showEnter, post: w.enter},
		{path: "/s/*", get: w.nowhere, post: w.nowhere},
		{path: signOutPath, get: w.toSignIn, post: w.signOut},
	})
}

// ownRoutes are for who is signed in, about nobody else.
func (w *Web) ownRoutes() []route {
	return forCookies([]route{
		{path: mePath, get: w.own((*visit).showMe), post: w.ownPress((*visit).rename)},
		{path: datesPath, get: w.own((*visit).showMine), post: w.ownPress((*visit).pressMine), most: mostBody},
		{path: mailsPath, get: w.own((*visit).showMails), post: w.ownPress((*visit).pressMails)},
		{path: seesPath, get: w.own((*visit).showSees)},
		{path: calendarPath, get: w.own((*visit).showCalendar), post: w.ownPress((*visit).pressCalendar), most: mostBody},
		{path: signInsPath, get: w.own((*visit).toMe), post: w.ownPress((*visit).endSignIn)},
		{path: addressPath, get: w.own((*visit).showAddress), post: w.ownPress((*visit).changeAddress)},
		{path: exportPath, get: w.own((*visit).export)},
		{path: erasePath, get: w.own((*visit).showErase), post: w.ownPress((*visit).erase)},
		{path: mePath + "/*", get: w.nowhere, post: w.nowhere},
	})
}

// forCookies marks the routes that go with the cookie. Their forms are of a line or two unless a route says otherwise.
func forCookies(routes []route) []route {
	for i := range routes {
		routes[i].cookie, routes[i].most = true, cmp.Or(routes[i].most, mostShort)
	}
	return routes
}

// The pages of signing in.
const (
	signInPath  = "/sign-in"
	codePath    = "/sign-in/code"
	oidcPath    = "/sign-in/oidc"
	signOutPath = "/sign-out"
)

// The pages of who is signed in.
const (
	mePath    = "/me"
	datesPath = "/me/dates"
	mailsPath = "/me/mails"
	seesPath  = "/me/sees"
	// calendarPath is also what the menu calls the page by: it has no link in letters.
	calendarPath = "/me/calendar"
	signInsPath  = "/me/sign-ins"
	addressPath  = "/me/address"
	exportPath   = "/me/export"
	erasePath    = "/me/erase"
)

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
