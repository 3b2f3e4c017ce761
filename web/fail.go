package web

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"kring/internal/fault"
	"kring/internal/wall"
)

// statuses are the answers to refusals; pages have no others.
var statuses = map[fault.Kind]int{
	fault.Unreadable:      http.StatusBadRequest,
	fault.Unauthenticated: http.StatusNotFound, // a page behind a link asks nobody to sign in
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
	Text   string
	Hint   string // what to do about it
	SignIn string // the label of the way to sign in; "" where that is no way on
}

// waysIn are the refusals after which signing in is the way on, with what the link to it says.
var waysIn = map[string]string{
	"link-expired": "web.failed.dates", "sign-in-void": "web.failed.again", "needs-sign-in": "web.failed.sign-in",
	"oidc-refused": "web.failed.sign-in", "oidc-unknown": "web.failed.sign-in", "oidc-address-unverified": "web.failed.sign-in",
	"oidc-unreachable": "web.failed.sign-in", "signed-out": "web.failed.sign-in",
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
	v.retryAfter(f)
	return v.show(v.statusOf(f), "failed", v.failure(f))
}

// retryAfter tells programs when to come back (RFC 9110, 10.2.3).
func (v *visit) retryAfter(f *fault.Fault) {
	if f.RetryAfter > 0 {
		v.c.Response().Header().Set(echo.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds()))))
	}
}

// wait tells people when to come back, rounded up: in minutes, and in hours from an hour and a half on.
func (v *visit) wait(d time.Duration) string {
	if d > 90*time.Minute {
		return v.say("web.wait.hours", "count", int(math.Ceil(d.Hours())))
	}
	return v.say("web.wait.minutes", "count", max(1, int(math.Ceil(d.Minutes()))))
}

// statusOf is the status of a refusal; a link that held once and no longer does is gone.
func (v *visit) statusOf(f *fault.Fault) int {
	switch f.Code {
	case "link-expired", "sign-in-void":
		return http.StatusGone
	case "oidc-refused", "signed-out":
		return http.StatusForbidden
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
	var shown failedPage
	title, key := "web.failed.title", "web.failed."+f.Code
	switch {
	case v.Texts.Has(key + ".title"):
		shown.Text, shown.Hint = v.Texts.Say(v.lang, key+".text", v.argsOf(f)), v.hint(key)
		title = key + ".title"
	default:
		shown.Text = v.sentence(f)
		if f.Kind == fault.NotFound || v.statusOf(f) == http.StatusNotFound {
			title = "web.failed.nowhere.title"
		}
	}
	if way := waysIn[f.Code]; way != "" {
		shown.SignIn = v.say(way)
	}
	shown.frame = v.frame(v.say(title))
	return shown
}

// argsOf are the values that sentences about a refusal may name: its own, and how long to wait.
func (v *visit) argsOf(f *fault.Fault) map[string]any {
	args := map[string]any{"wait": v.wait(f.RetryAfter)}
	maps.Copy(args, f.Args)
	return args
}

func (v *visit) hint(key string) string {
	if !v.Texts.Has(key + ".hint") {
		return ""
	}
	return v.say(key + ".hint")
}

// sentence is what a refusal says; a page says some otherwise than the API.
func (v *visit) sentence(f *fault.Fault) string {
	return v.first(f.Code, v.argsOf(f), "web.problem.", "problem.")
}

// faultSentence is what a broken rule says at its field, the date in it written out for people.
func (v *visit) faultSentence(broken fault.Violation) string {
	args := broken.Args
	if written, is := args["date"].(string); is {
		if on, err := wall.ParseDate(written); err == nil {
			args = maps.Clone(args)
			args["date"] = wall.LongDate(on, v.lang)
		}
	}
	return v.first(broken.Code, args, "web.violation.", "violation.")
}

// first says the first text that there is for a code.
func (v *visit) first(code string, args map[string]any, before ...string) string {
	for _, b := range before {
		if v.Texts.Has(b + code) {
			return v.Texts.Say(v.lang, b+code, args)
		}
	}
	return v.say("web.failed.text")
}
