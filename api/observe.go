package api

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"kring/internal/database"
)

// Request is one answered request, as logs and metrics know it: never a raw path, which may hold a link's token.
type Request struct {
	Route  string // the template, or "" when there is none
	Method string
	Status int
	Took   time.Duration
}

// dataPolicy is for answers that are no page: shown by a browser, they load and frame nothing. A page sets its own.
const dataPolicy = "default-src 'none'; frame-ancestors 'none'"

const requestIDKey = "request_id"

// requestID answers the id that the answer, its problem and the log share.
func requestID(c echo.Context) string {
	id, _ := c.Get(requestIDKey).(string)
	return id
}

// Observe gives every request its id and its line in the log, turns a panic into a failed request, and sets the headers
// that hold for every answer. It stands around all routes, also those of other rooms.
func (a *API) Observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		begun := a.clock.Machine()
		id := idFrom(c.Request().Header.Get(echo.HeaderXRequestID))
		c.Set(requestIDKey, id)
		h := c.Response().Header()
		h.Set(echo.HeaderXRequestID, id)
		h.Set(echo.HeaderXContentTypeOptions, "nosniff")
		h.Set(echo.HeaderReferrerPolicy, "no-referrer")
		h.Set(echo.HeaderContentSecurityPolicy, dataPolicy)
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if err := recovered(next, c); err != nil {
			c.Error(err)
		}
		a.note(c, id, Request{
			Route: c.Path(), Method: c.Request().Method, Status: c.Response().Status,
			Took: a.clock.Machine().Sub(begun),
		})
		return nil
	}
}

func (a *API) note(c echo.Context, id string, r Request) {
	if a.observe != nil {
		a.observe(r)
	}
	a.log.LogAttrs(c.Request().Context(), slog.LevelInfo, "request",
		slog.String("request_id", id), slog.String("method", shorten(r.Method)), slog.String("route", r.Route),
		slog.Int("status", r.Status), slog.Duration("took", r.Took))
}

// recovered turns a panic into an error with its stack. http.ErrAbortHandler goes on: it is the way to hang up.
func recovered(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		switch cause := recover(); cause {
		case nil:
		case http.ErrAbortHandler:
			panic(cause)
		default:
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return next(c)
}

// idFrom takes a caller's request id when it is harmless in a log, else makes one.
func idFrom(header string) string {
	odd := func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", r)
	}
	if len(header) < 8 || len(header) > 64 || strings.ContainsFunc(header, odd) {
		return database.NewID()
	}
	return header
}
