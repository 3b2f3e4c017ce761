package web

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"kring/internal/fault"
)

// statuses are the answers to refusals; pages have no others.
var statuses = map[fault.Kind]int{
	fault.Unreadable:      http.StatusBadRequest,
	fault.Unauthenticated: http.StatusNotFound, // a page asks nobody to sign in
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Stale:           http.StatusConflict,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.Unsupported:     http.StatusUnsupportedMediaType,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.TooMany:         http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// failedPage says kindly what did not work.
type failedPage struct {
	frame
	Text string
	Hint string // what to do about it
}

// unreadable is a body that is too long or no form.
func unreadable(err error) error {
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		return fault.New(fault.TooLarge, "too-large")
	}
	return fault.New(fault.Unreadable, "unreadable").Because(err)
}

// fail answers an error as a page. What is no refusal is logged here, once and without the address, which may hold a
// token; the page says nothing of it.
func (v *visit) fail(err error) error {
	v.c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	f, refused := fault.Of(err)
	var routed *echo.HTTPError
	switch {
	case refused:
	case errors.As(err, &routed):
		f = fault.New(fault.NotFound, "nowhere")
	case errors.Is(err, context.DeadlineExceeded):
		f = fault.New(fault.Unavailable, "busy")
	default:
		return v.failInside(err)
	}
	if f.RetryAfter > 0 {
		v.c.Response().Header().Set(echo.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds()))))
	}
	return v.show(v.statusOf(f), "failed", v.failure(f))
}

// statusOf is the status of a refusal; a link that held once and no longer does is gone.
func (v *visit) statusOf(f *fault.Fault) int {
	if f.Code == "link-expired" {
		return http.StatusGone
	}
	return statuses[f.Kind]
}

func (v *visit) failInside(err error) error {
	r := v.c.Request()
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return err // the caller has gone
	}
	v.Log.LogAttrs(r.Context(), slog.LevelError, "page failed", slog.String("route", v.c.Path()),
		slog.String("request_id", v.c.Response().Header().Get(echo.HeaderXRequestID)), slog.String("error", err.Error()))
	page := failedPage{frame: v.frame(v.say("web.failed.inside.title")), Text: v.say("web.failed.inside.text")}
	return v.show(http.StatusInternalServerError, "failed", page)
}

// failure is the page of a refusal: words of its own where we have them, else the sentence that belongs to the code.
func (v *visit) failure(f *fault.Fault) failedPage {
	title := "web.failed.title"
	key := "web.failed." + f.Code
	if v.Texts.Has(key + ".title") {
		return failedPage{frame: v.frame(v.say(key + ".title")), Text: v.say(key + ".text"), Hint: v.hint(key)}
	}
	if f.Kind == fault.NotFound || f.Kind == fault.Unauthenticated {
		title = "web.failed.nowhere.title"
	}
	return failedPage{frame: v.frame(v.say(title)), Text: v.sentence(f)}
}

func (v *visit) hint(key string) string {
	if !v.Texts.Has(key + ".hint") {
		return ""
	}
	return v.say(key + ".hint")
}

// sentence is what a refusal says; a page says some otherwise than the API.
func (v *visit) sentence(f *fault.Fault) string {
	return v.first(f.Code, f.Args, "web.problem.", "problem.")
}

// faultSentence is what a broken rule says at its field.
func (v *visit) faultSentence(broken fault.Violation) string {
	return v.first(broken.Code, broken.Args, "web.violation.", "violation.")
}

// first says the first text that there is for a code.
func (v *visit) first(code string, args fault.Args, before ...string) string {
	for _, b := range before {
		if v.Texts.Has(b + code) {
			return v.Texts.Say(v.lang, b+code, args)
		}
	}
	return v.say("web.failed.text")
}
