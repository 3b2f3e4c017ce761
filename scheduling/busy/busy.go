package busy

import (
	"context"
	"errors"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/identity"
)

// Calendars are the calendars that people named.
type Calendars struct {
	db    *database.DB
	clock *clock.Clock
}

// Calendar is a person's calendar elsewhere, as she sees it herself. Its address is a secret of hers and is never
// shown again: Host is where it lies.
type Calendar struct {
	PersonID  string
	Host      string
	Failure   string // a code, "" when the last try went well
	ReadAt    *time.Time
	TriedAt   *time.Time
	Intervals int // busy times known from now on
	CreatedAt time.Time
}

var errSoon = errors.New("busy")

// Show is the actor's own calendar. It answers NotFound when none was named.
func (b *Calendars) Show(_ context.Context, _ identity.Actor) (Calendar, error) {
	return Calendar{}, errSoon
}

// Name takes the address of the actor's own calendar, https or webcal, and reads it soon. It answers Invalid for
// /address.
func (b *Calendars) Name(_ context.Context, _ identity.Actor, _ string) (Calendar, error) {
	return Calendar{}, errSoon
}

// Forget drops the actor's own calendar and everything that was read of it.
func (b *Calendars) Forget(_ context.Context, _ identity.Actor) error { return errSoon }
