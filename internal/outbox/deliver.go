package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
)

const (
	// claimSize is how many letters one claim takes: large enough that claiming costs next to nothing.
	claimSize = 100
	// passTime bounds a pass in machine time, so that the hour it works with stays near the true one.
	passTime = 30 * time.Second
	// retryIn is when to look for a mail server again that did not answer, in product time.
	retryIn = time.Minute
)

// ErrNoServer says that letters are due and no mail server is configured.
var ErrNoServer = errors.New("outbox: letters are due and there is no mail server to hand them to")

// Counts are what one pass came to.
type Counts struct {
	Sent    int
	Later   int // refused for now, or not to be composed
	Parked  int // refused for now, once too often
	Refused int // for good
	Lapsed  int // not sent: too late, not wanted, nothing left to tell
	Back    int // claimed and given back untouched
	Late    int // receipts that came after the lease had passed on: the mail may arrive twice
}

// Deliver sends the letters that are due, over as many connections as the settings allow, and answers
// when the next one is due; zero: none waits; now: there is more, call again. When the mail server
// cannot be reached, or the connection is lost for good, what was not sent waits as if it had not been
// tried, and the error says so. When ctx ends, letters under way are finished and the others given back.
func (p *Post) Deliver(ctx context.Context, now time.Time) (Counts, time.Time, error) {
	now = database.Cut(now)
	due, next, err := p.look(ctx, now)
	if err != nil || !due {
		return Counts{}, next, err
	}
	if p.sender == nil {
		return Counts{}, now.Add(retryIn), ErrNoServer
	}
	first, err := p.sender.Dial(ctx) // before anything is claimed
	if err != nil {
		return Counts{}, now.Add(retryIn), fmt.Errorf("deliver letters: %w", err)
	}
	r := newRound(p, p.pass(ctx), now)
	if err := r.run(first); err != nil {
		return r.counts, now.Add(retryIn), fmt.Errorf("deliver letters: %w", err)
	}
	_, next, err = p.look(context.WithoutCancel(ctx), now)
	return r.counts, next, err
}

// look takes back what was left by a process that died, and says whether anything is due and when the
// next thing is. It writes nothing when there is nothing to take back.
func (p *Post) look(ctx context.Context, now time.Time) (due bool, next time.Time, err error) {
	machine := p.clock.Machine()
	var queued, lease *time.Time
	read := func(tx database.Tx) (err error) {
		if queued, err = oldestQueued(tx); err != nil {
			return err
		}
		lease, err = firstLease(tx)
		return err
	}
	if err := p.db.Read(ctx, read); err != nil {
		return false, now, err
	}
	if lease != nil && !lease.After(machine) {
		if err := p.takeBack(ctx, now, machine); err != nil {
			return false, now, err
		}
		if err := p.db.Read(ctx, read); err != nil {
			return false, now, err
		}
	}
	if lease != nil {
		*lease = now.Add(lease.Sub(machine)) // from machine time to product time
	}
	next = earliest(earliest(time.Time{}, queued), lease)
	if next.Before(now) && !next.IsZero() {
		next = now
	}
	return queued != nil && !queued.After(now), next, nil
}

func (p *Post) takeBack(ctx context.Context, now, machine time.Time) error {
	return p.db.Write(ctx, func(tx database.Tx) error {
		taken, err := takeBack(tx, now, machine)
		if taken > 0 {
			p.log.Warn("letters taken back whose lease had passed", "letters", taken)
		}
		return err
	})
}

// parcel is a claimed letter with what its composing needs.
type parcel struct {
	letter  letterRow
	notices []Notice
	person  identity.Person // without id when the person is gone
	// suppressed is why the address is not to be written to: identity.Silence, identity.Bounced or "".
	suppressed string
}

// claimSome leases letters and reads what belongs to them.
func (p *Post) claimSome(ctx context.Context, now time.Time) ([]parcel, error) {
	var letters []letterRow
	err := p.db.Write(ctx, func(tx database.Tx) (err error) {
		letters, err = claim(tx, now, p.clock.Machine().Add(Lease), claimSize)
		return err
	})
	if err != nil || len(letters) == 0 {
		return nil, err
	}
	parcels := make([]parcel, len(letters))
	for i, l := range letters {
		parcels[i].letter = l
	}
	// The claim stands: from here on the letters are returned even with an error, to be given back.
	return parcels, p.db.Read(context.WithoutCancel(ctx), func(tx database.Tx) error {
		return fill(tx, parcels, letters)
	})
}

func fill(tx database.Tx, parcels []parcel, letters []letterRow) error {
	notices, err := noticesOf(tx, letters)
	if err != nil {
		return err
	}
	ids := make([]string, len(letters))
	for i, l := range letters {
		ids[i] = l.PersonID
	}
	people, err := identity.FindManyIn(tx, ids)
	if err != nil {
		return err
	}
	suppressed, err := identity.SuppressedAmongIn(tx, addresses(people))
	if err != nil {
		return err
	}
	for i, l := range letters {
		p := people[l.PersonID]
		parcels[i].notices, parcels[i].person, parcels[i].suppressed = notices[l.ID], p, suppressed[p.Email]
	}
	return nil
}

// addresses are those of the people who have one: who is erased has none.
func addresses(people map[string]identity.Person) []string {
	found := make([]string, 0, len(people))
	for _, p := range people {
		if p.Email != "" {
			found = append(found, p.Email)
		}
	}
	return found
}
