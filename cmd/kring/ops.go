package main

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"kring/internal/mail"
	"kring/internal/outbox"
	"kring/migrations"
)

const (
	// readyWithin bounds what /readyz asks of the database.
	readyWithin = 2 * time.Second
	// ticksLate is the age of the last tick from which on the service is not ready: five ticks were missed.
	ticksLate = 5 * tick
)

// part is one thing that /readyz looks at.
type part struct {
	OK    bool   `json:"ok"`
	State string `json:"state"`
	Age   *int64 `json:"age_seconds,omitempty"`
}

// readiness is the answer of /readyz. Mail that cannot be handed over is told, and makes the service not ready for
// nothing: letters wait, and another process would do no better.
type readiness struct {
	Ready bool            `json:"ready"`
	Parts map[string]part `json:"parts"`
}

// mountOps adds the routes for operators.
func (s *service) mountOps(e *echo.Echo) {
	for path, answer := range map[string]echo.HandlerFunc{
		"/healthz": func(c echo.Context) error { return c.JSON(http.StatusOK, map[string]string{"state": "alive"}) },
		"/readyz":  s.answerReadiness,
		"/version": func(c echo.Context) error { return c.JSON(http.StatusOK, thisVersion()) },
		"/metrics": echo.WrapHandler(s.metrics.handler()),
	} {
		e.Match([]string{http.MethodGet, http.MethodHead}, path, answer) // the server leaves the body of HEAD out
	}
}

func (s *service) answerReadiness(c echo.Context) error {
	r := s.readiness(c.Request().Context())
	status := http.StatusOK
	if !r.Ready {
		status = http.StatusServiceUnavailable
	}
	c.Response().Header().Set(echo.HeaderCacheControl, "no-store")
	return c.JSON(status, r)
}

// readiness looks at every part.
func (s *service) readiness(ctx context.Context) readiness {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	r := readiness{Parts: map[string]part{
		"database": s.databasePart(ctx), "migrations": s.migrationsPart(ctx), "ticks": s.ticksPart(),
	}}
	r.Ready = true
	for _, p := range r.Parts {
		r.Ready = r.Ready && p.OK
	}
	r.Parts["mail"] = s.mailPart()
	return r
}

func (s *service) databasePart(ctx context.Context) part {
	if s.db.Ping(ctx) != nil {
		return part{State: "does not answer"}
	}
	return part{OK: true, State: "answers"}
}

func (s *service) migrationsPart(ctx context.Context) part {
	switch pending, err := migrations.Pending(ctx, s.db); {
	case err != nil:
		return part{State: "unknown"}
	case pending:
		return part{State: "pending"}
	}
	return part{OK: true, State: "up to date"}
}

func (s *service) ticksPart() part {
	last := s.jobs.lastTick()
	if last.IsZero() {
		return part{State: "none yet"}
	}
	age := s.clock.Machine().Sub(last)
	seconds := int64(age / time.Second)
	if age > ticksLate {
		return part{State: "late", Age: &seconds}
	}
	return part{OK: true, State: "on time", Age: &seconds}
}

// mailPart says whether letters leave.
func (s *service) mailPart() part {
	if s.config.smtp == nil {
		return part{OK: true, State: "no server configured: letters wait"}
	}
	return s.relay.part()
}

// relay remembers how the mail server was found when letters were last handed to it.
type relay struct {
	mu    sync.Mutex
	tried bool
	lost  string // why it could not be reached; "" when it could
}

// note takes down how a pass of deliver went.
func (r *relay) note(done outbox.Counts, err error) {
	var failure *mail.Failure
	unreachable := errors.As(err, &failure) && failure.Verdict == mail.Lost
	if !unreachable && done.Sent+done.Later+done.Parked+done.Refused == 0 {
		return // there was nothing to hand over
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tried, r.lost = true, ""
	if unreachable {
		r.lost = failure.Reason()
	}
}

func (r *relay) part() part {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case !r.tried:
		return part{OK: true, State: "configured, not needed yet"}
	case r.lost != "":
		return part{State: "not reachable: " + r.lost}
	}
	return part{OK: true, State: "reachable"}
}
