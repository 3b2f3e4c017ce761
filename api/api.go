package api

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"kring/api/contract"
	"kring/circles"
	"kring/guides"
	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/signin"
	"kring/internal/text"
	"kring/scheduling"
	"kring/scheduling/busy"
	"kring/scheduling/feeds"
	"kring/scheduling/health"
	"kring/scheduling/letters"
)

// Options is what an API is made of. All fields are needed, except where it is said.
type Options struct {
	DB       *database.DB
	Clock    *clock.Clock
	Texts    *text.Catalog
	Tokens   *identity.Tokens
	SignIn   *signin.SignIn    // nil: nobody signs in, and no cookie holds
	Records  *identity.Records // nil: with SignIn
	Circles  *circles.Registry
	Calendar *scheduling.Calendar
	Watch    *health.Watch
	Feeds    *feeds.Feeds
	Busy     *busy.Calendars
	Buttons  *letters.Buttons
	Guides   *guides.Library
	// PublicURL is where people reach Kring, without a slash at its end.
	PublicURL string
	Log       *slog.Logger
	// Observed is told of every request that was answered; nil: nobody is. It must be quick.
	Observed func(Request)
}

// API answers the routes of the contract. It may be used from several goroutines.
type API struct {
	db        *database.DB
	clock     *clock.Clock
	texts     *text.Catalog
	tokens    *identity.Tokens
	signIn    *signin.SignIn
	records   *identity.Records
	circles   *circles.Registry
	calendar  *scheduling.Calendar
	watch     *health.Watch
	feeds     *feeds.Feeds
	busy      *busy.Calendars
	buttons   *letters.Buttons
	guides    *guides.Library
	publicURL string
	log       *slog.Logger
	observe   func(Request)
}

// New makes an API.
func New(o Options) *API {
	return &API{
		db: o.DB, clock: o.Clock, texts: o.Texts, tokens: o.Tokens, signIn: o.SignIn, records: o.Records, circles: o.Circles, calendar: o.Calendar, watch: o.Watch,
		feeds: o.Feeds, busy: o.Busy, buttons: o.Buttons, guides: o.Guides, publicURL: o.PublicURL, log: o.Log, observe: o.Observed,
	}
}

// Mount adds the routes to e, and what stands around the routes of every room: [API.Observe], [API.Fail] as error
// handler, and the binder.
func (a *API) Mount(e *echo.Echo) {
	e.HTTPErrorHandler = a.Fail
	e.Binder = binder{}
	e.Use(a.Observe)
	routes := answeringHead{e}
	contract.RegisterHandlersWithOptions(routes, contract.NewStrictHandler(a, nil), contract.RegisterHandlersOptions{
		OperationMiddlewares: a.gates(),
	})
	routes.GET(contractPath, serveFile("application/yaml", contractFile))
	routes.GET(docsPath, serveFile(echo.MIMETextHTMLCharsetUTF8, docsPage))
	routes.GET(problemsPath, a.problems)
}

// answeringHead is an echo that answers HEAD wherever it answers GET (RFC 9110, 9.3.2); the server leaves the body out.
type answeringHead struct{ *echo.Echo }

// GET adds a route for both methods.
func (e answeringHead) GET(path string, h echo.HandlerFunc, m ...echo.MiddlewareFunc) *echo.Route {
	e.HEAD(path, h, m...)
	return e.Echo.GET(path, h, m...)
}

// gates are the middlewares of the routes, one for each operation of the contract.
func (a *API) gates() map[string][]echo.MiddlewareFunc {
	operations := contract.Operations()
	gates := make(map[string][]echo.MiddlewareFunc, len(operations))
	for i := range operations {
		gates[operations[i].ID] = []echo.MiddlewareFunc{a.gate(&operations[i])}
	}
	return gates
}

// gate lets a request in: who asks, whether the credential reaches the operation, whether the request is what the
// contract says. It bounds how long the caller waits; a write that began before ends by the limit of the database.
func (a *API) gate(o *contract.Operation) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			cachingOf(c.Response().Header(), o)
			ctx, cancel := context.WithTimeout(c.Request().Context(), time.Duration(o.Within)*time.Second)
			defer cancel()
			r := c.Request().WithContext(ctx)
			actor, err := a.actor(r, o)
			if err != nil {
				return err
			}
			in := &call{operation: o, lang: language(c), chose: choseLanguage(c), actor: actor, web: c}
			if err := check(c, in); err != nil {
				return err
			}
			if o.Tagged {
				answer := c.Response()
				answer.Writer = &tagger{ResponseWriter: answer.Writer, answer: answer, wanted: known(r)}
			}
			c.SetRequest(r.WithContext(withCall(ctx, in)))
			return next(c)
		}
	}
}

// cachingOf says what a cache may do: keep what has an ETag and ask each time, else nothing. Answers differ by language
// and by who asks.
func cachingOf(h http.Header, o *contract.Operation) {
	h.Set(echo.HeaderVary, "Accept-Language, Authorization, Cookie")
	if o.Tagged && o.Method == http.MethodGet {
		h.Set(echo.HeaderCacheControl, "private, no-cache")
		return
	}
	h.Set(echo.HeaderCacheControl, "no-store")
}
