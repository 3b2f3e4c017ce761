package busy

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"kring/internal/database"
	"kring/internal/fetch"
	"kring/internal/identity"
	"kring/internal/wall"

	"kring/scheduling/fitting"
	"kring/scheduling/ical"
)

// How often calendars are read, machine time.
const (
	every      = 6 * time.Hour
	anew       = 7 * 24 * time.Hour // in whole, also when it did not change: time goes on, and rules with it
	firstRetry = 30 * time.Minute
	lastRetry  = 24 * time.Hour
	giveUp     = 30 * 24 * time.Hour // after so long of failing
)

// How much one pass does. It claims atOnce calendars and reads them side by side, and goes on with the next while it has
// not lasted for passLasts; letters wait meanwhile, at most for one slow server longer.
const (
	atOnce    = 8
	passLasts = 5 * time.Second
	lease     = 2 * time.Minute
)

// What is kept of a calendar: from a day ago to fourteen weeks ahead, which is a run with a break, and a week more, until
// it is read in whole again.
const (
	keptBefore = 24 * time.Hour
	keptAhead  = 15 * 7 * 24 * time.Hour
	mostBusy   = 3000 // stretches of time of one person
)

// exported ends the UIDs of entries that somebody took along in an export.
const exported = "@kring"

// Refresh reads the calendars that are due. now is product time, and what is busy is looked for from there; when a
// calendar is due is machine time, because a server elsewhere lives by that. It answers how many were read and when the
// next is due.
func (b *Calendars) Refresh(ctx context.Context, now time.Time) (did int, next time.Time, err error) {
	began := b.clock.Machine()
	for {
		claimed, err := b.claim(ctx)
		if err != nil {
			return did, time.Time{}, err
		}
		if err := b.refreshAll(ctx, now, claimed); err != nil {
			return did, time.Time{}, err
		}
		did += len(claimed)
		if ctx.Err() != nil || len(claimed) < atOnce || b.clock.Machine().Sub(began) > passLasts {
			break
		}
	}
	next, err = b.next(ctx, now)
	return did, next, err
}

// claim takes calendars that are due, so that nobody else reads them for a while.
func (b *Calendars) claim(ctx context.Context) (claimed []calendarRow, err error) {
	at := b.clock.Machine()
	due := false
	err = b.db.Read(ctx, func(tx database.Tx) (err error) { // mostly none are, and reading disturbs nobody
		soonest, err := nextCheck(tx)
		due = soonest != nil && !soonest.After(at)
		return err
	})
	if err != nil || !due {
		return nil, err
	}
	err = b.db.Write(ctx, func(tx database.Tx) (err error) {
		claimed, err = claimDue(tx, at, at.Add(lease), atOnce)
		return err
	})
	return claimed, err
}

// next is when the next calendar is due, product time.
func (b *Calendars) next(ctx context.Context, now time.Time) (next time.Time, err error) {
	err = b.db.Read(ctx, func(tx database.Tx) error {
		soonest, err := nextCheck(tx)
		if err == nil && soonest != nil {
			next = now.Add(max(0, soonest.Sub(b.clock.Machine())))
		}
		return err
	})
	return next, err
}

// refreshAll reads calendars side by side.
func (b *Calendars) refreshAll(ctx context.Context, now time.Time, claimed []calendarRow) error {
	errs := make([]error, len(claimed))
	var all sync.WaitGroup
	for i, row := range claimed {
		all.Go(func() { errs[i] = b.refresh(ctx, now, row) })
	}
	all.Wait()
	return errors.Join(errs...)
}

// refresh reads one calendar and writes down what came of it. An error is one of our own: the calendar's are told to its
// person.
func (b *Calendars) refresh(ctx context.Context, now time.Time, row calendarRow) error {
	found, failure, err := b.look(ctx, now, row)
	stopped := err != nil && ctx.Err() != nil
	if err != nil && !stopped {
		return err
	}
	claimedAt, at := *row.TriedAt, b.clock.Machine()
	switch {
	case stopped: // somebody else may try at once
		row.NextCheckAt = &at
	case failure != "":
		row.failed(at, failure)
	default:
		row.read(at, found)
	}
	return b.db.Write(context.WithoutCancel(ctx), func(tx database.Tx) error {
		if _, err := identity.LockIn(tx, row.PersonID); err != nil { // first, as whoever forgets her does
			return err
		}
		saved, err := saveChecked(tx, row, claimedAt)
		switch {
		case err != nil || !saved: // another one was named meanwhile, or none
			return err
		case row.NextCheckAt == nil:
			return deleteBusy(tx, row.PersonID)
		case stopped || failure != "" || found.unchanged:
			return nil
		}
		return replaceBusy(tx, row.PersonID, found.busy)
	})
}

// read notes that all went well. A calendar that did not change counts as read when it was last read in whole.
func (r *calendarRow) read(at time.Time, f found) {
	r.Failure, r.Failures, r.Etag, r.Modified = "", 0, f.known.ETag, f.known.Modified
	if !f.unchanged {
		r.ReadAt = &at
	}
	r.due(at, every)
}

// failed notes what went wrong. What was read before is kept meanwhile; after a month it says nothing any more.
func (r *calendarRow) failed(at time.Time, failure string) {
	r.Failure, r.Failures = failure, r.Failures+1
	since := r.CreatedAt
	if r.ReadAt != nil {
		since = *r.ReadAt
	}
	if failure == AddressLost || at.Sub(since) >= giveUp {
		if failure != AddressLost {
			r.Failure = GivenUp
		}
		r.NextCheckAt, r.Etag, r.Modified = nil, "", ""
		return
	}
	r.due(at, min(firstRetry<<min(r.Failures-1, 8), lastRetry))
}

// due sets when to look again, a little earlier or later each time: so that calendars that were named in one moment are
// not asked for in one moment for ever.
func (r *calendarRow) due(at time.Time, in time.Duration) {
	next := database.Cut(at.Add(in - in/10 + rand.N(in/5)))
	r.NextCheckAt = &next
}

// found is what looking at a calendar brought.
type found struct {
	busy      []fitting.Interval
	known     fetch.Known
	unchanged bool
}

// look fetches a calendar and finds the busy times in it. What is wrong with it is answered as a code.
func (b *Calendars) look(ctx context.Context, now time.Time, row calendarRow) (found, string, error) {
	address, open := b.locks.open(row)
	if !open {
		return found{}, AddressLost, nil
	}
	known := fetch.Known{ETag: row.Etag, Modified: row.Modified}
	if row.ReadAt == nil || b.clock.Machine().Sub(*row.ReadAt) >= anew {
		known = fetch.Known{}
	}
	answer, err := b.fetch.Get(ctx, address, known)
	var wrong fetch.Error
	switch {
	case errors.As(err, &wrong):
		return found{}, string(wrong), nil
	case err != nil:
		return found{}, "", err
	case answer.Unchanged:
		return found{known: answer.Known, unchanged: true}, "", nil
	}
	zone, err := b.zoneOf(ctx, row.PersonID)
	if err != nil {
		return found{}, "", err
	}
	busy, err := b.busyIn(ctx, answer.Body, ical.Window{From: now.Add(-keptBefore), Until: now.Add(keptAhead), Zone: zone})
	switch {
	case errors.Is(err, ical.ErrUnreadable):
		return found{}, NotACalendar, nil
	case errors.Is(err, ical.ErrTooLarge):
		return found{}, fetch.TooLarge, nil
	}
	return found{busy: busy, known: answer.Known}, "", err
}

// zoneOf is where a person lives: what stands in no zone is meant there.
func (b *Calendars) zoneOf(ctx context.Context, personID string) (zone *time.Location, err error) {
	err = b.db.Read(ctx, func(tx database.Tx) error {
		p, err := identity.FindIn(tx, personID)
		if err == nil {
			zone, err = wall.LoadZone(p.Zone)
		}
		return err
	})
	return zone, err
}

// busyIn finds the times that a calendar takes up, without our own entries in it. One is read at a time: each may take
// thirty times its size.
func (b *Calendars) busyIn(ctx context.Context, file []byte, w ical.Window) ([]fitting.Interval, error) {
	select {
	case b.turn <- struct{}{}:
		defer func() { <-b.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	events, _, err := ical.Read(bytes.NewReader(file), w)
	if err != nil {
		return nil, err
	}
	kept := events[:0]
	for _, e := range events {
		if !strings.HasSuffix(e.UID, b.own) && !strings.HasSuffix(e.UID, exported) {
			kept = append(kept, e)
		}
	}
	var busy []fitting.Interval
	for _, i := range ical.Busy(kept) {
		if len(busy) < mostBusy {
			busy = append(busy, within(w, i))
		}
	}
	return busy, nil
}

// within is as much of a stretch of time as is kept: of who is away for months, no more than the weeks asked for.
func within(w ical.Window, i ical.Interval) fitting.Interval {
	from, until := i.From, i.Until
	if from.Before(w.From) {
		from = w.From
	}
	if until.After(w.Until) {
		until = w.Until
	}
	return fitting.Interval{From: database.Cut(from), Until: database.Cut(until)}
}
