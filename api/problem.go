package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"kring/api/contract"
	"kring/internal/database"
	"kring/internal/fault"
)

// statuses is the only place where a refusal meets an HTTP status.
var statuses = map[fault.Kind]int{
	fault.Unreadable:      http.StatusBadRequest,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Stale:           http.StatusPreconditionFailed,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.Unsupported:     http.StatusUnsupportedMediaType,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.Required:        http.StatusPreconditionRequired,
	fault.TooMany:         http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// routing is what echo itself refuses, by status.
var routing = map[int]string{
	http.StatusBadRequest:           "unreadable",
	http.StatusNotFound:             "no-such-path",
	http.StatusMethodNotAllowed:     "no-such-method",
	http.StatusUnsupportedMediaType: "not-json-type",
	http.StatusTooManyRequests:      "too-often",
}

// refusal is an error as the world may know it.
type refusal struct {
	status int
	fault.Fault
}

// comeBack is how long a caller should wait when the database was away or slow.
const comeBack = 2 * time.Second

// refusalOf answers what the world may know of an error, and false for a defect or an outage, of which it learns
// nothing but whether coming back helps.
func refusalOf(err error) (refusal, bool) {
	if f, ok := fault.Of(err); ok {
		return refusal{status: statuses[f.Kind], Fault: *f}, true
	}
	var routed *echo.HTTPError
	if errors.As(err, &routed) {
		if code, known := routing[routed.Code]; known {
			return refusal{status: routed.Code, Fault: fault.Fault{Code: code}}, true
		}
	}
	if errors.Is(err, context.DeadlineExceeded) || database.Away(err) {
		return refusal{status: http.StatusServiceUnavailable, Fault: fault.Fault{Code: "busy", RetryAfter: comeBack}}, false
	}
	return refusal{status: http.StatusInternalServerError, Fault: fault.Fault{Code: "internal"}}, false
}

// Fail answers an error as problem+json (RFC 9457) in the caller's language. What is no refusal is logged here, once,
// and answered blandly. It is echo's error handler.
func (a *API) Fail(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	r, known := refusalOf(err)
	gone := errors.Is(err, context.Canceled) && c.Request().Context().Err() != nil
	if !known && !gone {
		a.log.LogAttrs(c.Request().Context(), slog.LevelError, "request failed",
			slog.String("request_id", requestID(c)), slog.String("route", c.Path()), slog.String("error", err.Error()))
	}
	a.answer(c, r)
}

func (a *API) answer(c echo.Context, r refusal) {
	h := c.Response().Header()
	h.Set(echo.HeaderContentType, "application/problem+json")
	h.Set(echo.HeaderCacheControl, "no-store")
	h.Del("ETag")
	if r.status == http.StatusUnauthorized {
		h.Set(echo.HeaderWWWAuthenticate, `Bearer realm="kring"`)
	}
	if r.RetryAfter > 0 {
		h.Set(echo.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(r.RetryAfter.Seconds()))))
	}
	body, err := json.Marshal(a.problem(asAsked(r, c.Request().Method), language(c), requestID(c)))
	if err != nil { // texts and numbers always marshal
		panic(err)
	}
	c.Response().WriteHeader(r.status)
	if c.Request().Method != http.MethodHead {
		_, _ = c.Response().Write(body) // the caller has gone
	}
}

// asAsked points at what the caller wrote: who only reads sends no body, so what a room found wrong in a field stood in a
// parameter.
func asAsked(r refusal, method string) refusal {
	if method != http.MethodGet && method != http.MethodHead {
		return r
	}
	r.Violations = list(r.Violations, func(v fault.Violation) fault.Violation {
		if name, is := strings.CutPrefix(v.Pointer, "/"); is {
			v.Pointer = "?" + name
		}
		return v
	})
	return r
}

func (a *API) problem(r refusal, lang, id string) contract.Problem {
	p := contract.Problem{
		Type:      problemsPath + "#" + r.Code,
		Title:     a.texts.Say(lang, "problem."+r.Code, r.Args),
		Status:    r.status,
		Code:      r.Code,
		RequestId: id,
	}
	if fits, ok := r.Args["circles"].([]string); ok {
		p.Circles = &fits
	}
	if preview, ok := r.Args["preview"].(contract.Replan); ok {
		p.Preview = &preview
	}
	if len(r.Violations) > 0 {
		fields := list(r.Violations, func(v fault.Violation) contract.FaultyField {
			return contract.FaultyField{
				Pointer: v.Pointer, Code: v.Code, Message: a.texts.Say(lang, "violation."+v.Code, v.Args),
			}
		})
		p.Errors = &fields
	}
	return p
}
