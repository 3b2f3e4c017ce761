package busy

import (
	"context"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/fetch"
	"kring/internal/identity"
)

// Calendars are the calendars that people named. It may be used from several goroutines.
type Calendars struct {
	db    *database.DB
	clock *clock.Clock
	fetch *fetch.Client
	locks locks
	own   string // what ends the UIDs of our own entries
	turn  chan struct{}
}

// Options is what Calendars are made of. Host is the one of our own address: entries from there are no other business.
type Options struct {
	DB      *database.DB
	Clock   *clock.Clock
	Fetch   *fetch.Client
	Secrets identity.Secrets
	Host    string
}

// New makes Calendars.
func New(o Options) *Calendars {
	return &Calendars{
		db: o.DB, clock: o.Clock, fetch: o.Fetch, locks: newLocks(o.Secrets), own: "@" + o.Host, turn: make(chan struct{}, 1),
	}
}

// Calendar is a person's calendar elsewhere, as she sees it herself. Its address is a secret of hers and is never
// shown again: Host is where it lies. Its instants are machine time.
type Calendar struct {
	PersonID  string
	Host      string
	Failure   string // a code, "" when the last try went well; its sentence is "busy.failure.<code>"
	ReadAt    *time.Time
	TriedAt   *time.Time
	Intervals int // busy times known from now on
	CreatedAt time.Time
}

// Failures are all codes that [Calendar].Failure can have.
func Failures() []string {
	return []string{
		fetch.NotFound, fetch.NeedsSignIn, fetch.TooLarge, fetch.TooSlow, fetch.Unreachable, fetch.Private, fetch.Certificate, fetch.Astray,
		NotACalendar, GivenUp, AddressLost,
	}
}

// What can be wrong with a calendar beyond what can be wrong with a file.
const (
	NotACalendar = "not-a-calendar"
	GivenUp      = "given-up"     // it could not be read for a month, and is not read any more
	AddressLost  = "address-lost" // the secret that its address was locked with is gone
)

// Show is the actor's own calendar. It answers NotFound "not-found" when none was named.
func (b *Calendars) Show(ctx context.Context, actor identity.Actor) (Calendar, error) {
	if err := actor.Herself(); err != nil {
		return Calendar{}, err
	}
	var shown Calendar
	err := b.db.Read(ctx, func(tx database.Tx) (err error) {
		shown, err = b.show(tx, actor.PersonID)
		return err
	})
	return shown, err
}

func (b *Calendars) show(tx database.Tx, personID string) (Calendar, error) {
	row, named, err := calendarOf(tx, personID)
	if err == nil && !named {
		err = fault.New(fault.NotFound, "not-found")
	}
	if err != nil {
		return Calendar{}, err
	}
	shown := Calendar{
		PersonID: row.PersonID, Host: b.locks.host(row), Failure: row.Failure, ReadAt: row.ReadAt, TriedAt: row.TriedAt, CreatedAt: row.CreatedAt,
	}
	shown.Intervals, err = countBusy(tx, personID, b.clock.Now())
	return shown, err
}

// Name takes the address of the actor's own calendar, https or webcal, in place of the one that she named before. It is
// read soon; nothing of the other one is kept. It answers Invalid for /address.
func (b *Calendars) Name(ctx context.Context, actor identity.Actor, address string) (Calendar, error) {
	if err := actor.Herself(); err != nil {
		return Calendar{}, err
	}
	address, err := checkAddress(address)
	if err != nil {
		return Calendar{}, err
	}
	now := b.clock.Machine()
	row := calendarRow{PersonID: actor.PersonID, Address: b.locks.lock(actor.PersonID, address), NextCheckAt: &now, CreatedAt: now}
	var shown Calendar
	err = b.db.Write(ctx, func(tx database.Tx) error {
		p, err := identity.LockIn(tx, actor.PersonID)
		if err == nil && p.ErasedAt != nil {
			err = fault.New(fault.NotFound, "not-found")
		}
		if err != nil {
			return err
		}
		if err := saveCalendar(tx, row); err != nil {
			return err
		}
		if err := deleteBusy(tx, actor.PersonID); err != nil {
			return err
		}
		shown, err = b.show(tx, actor.PersonID)
		return err
	})
	return shown, err
}

// Forget drops the actor's own calendar and everything that was read of it. Without one it does nothing.
func (b *Calendars) Forget(ctx context.Context, actor identity.Actor) error {
	if err := actor.Herself(); err != nil {
		return err
	}
	return b.db.Write(ctx, func(tx database.Tx) error { return deleteCalendar(tx, actor.PersonID) })
}
