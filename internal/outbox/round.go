package outbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/mail"
)

// round is one pass of Deliver: one goroutine claims, others hold a connection each and send.
type round struct {
	post    *Post
	ctx     context.Context //nolint:containedctx // a round lives no longer than the call that began it
	now     time.Time       // product time
	parcels chan parcel
	idle    chan struct{} // closed when nobody sends any more

	mu     sync.Mutex
	counts Counts
	back   []letterRow // claimed and not begun
	err    error       // why nobody sends any more
}

func newRound(p *Post, ctx context.Context, now time.Time) *round {
	return &round{post: p, ctx: ctx, now: now, parcels: make(chan parcel, claimSize), idle: make(chan struct{})}
}

func (r *round) run(first *mail.Connection) error {
	until := r.post.clock.Machine().Add(passTime)
	some, err := r.post.claimSome(r.ctx, r.now)
	go r.carry(first, min(len(some), r.post.sender.Connections()))
	for err == nil && len(some) > 0 {
		full := len(some) == claimSize // less than a full claim means that nothing more is due
		handed := r.hand(some)
		some = nil
		if !full || !handed || r.ctx.Err() != nil || r.post.clock.Machine().After(until) {
			break
		}
		some, err = r.post.claimSome(r.ctx, r.now)
	}
	close(r.parcels)
	<-r.idle
	r.keepBack(some)
	for left := range r.parcels {
		r.keepBack([]parcel{left})
	}
	if r.ctx.Err() != nil && errors.Is(err, r.ctx.Err()) {
		err = nil // stopping is no failure
	}
	return errors.Join(err, r.err, r.giveBack())
}

// hand passes parcels on, and answers false when nobody takes them any more.
func (r *round) hand(some []parcel) bool {
	for i, one := range some {
		select {
		case r.parcels <- one:
		case <-r.idle:
			r.keepBack(some[i:])
			return false
		}
	}
	return true
}

// carry sends over the first connection and over further ones, until there is nothing more to send or
// no connection left. A further connection that the server does not grant is done without.
func (r *round) carry(first *mail.Connection, connections int) {
	defer close(r.idle)
	var carriers sync.WaitGroup
	carriers.Go(func() { r.work(first) })
	for range connections - 1 {
		carriers.Go(func() {
			if more, err := r.post.sender.Dial(r.ctx); err == nil {
				r.work(more)
			}
		})
	}
	carriers.Wait()
}

// work sends one parcel after the other over one connection.
func (r *round) work(connection *mail.Connection) {
	defer connection.Close()
	for one := range r.parcels {
		if r.ctx.Err() != nil || r.post.clock.Machine().Add(spare).After(*one.letter.LeaseUntil) {
			r.keepBack([]parcel{one})
			continue
		}
		if err := r.attend(connection, one); err != nil {
			r.fail(err)
			return
		}
	}
}

// attend composes and sends one letter and writes its receipt. It answers an error when this
// connection is lost for good, or the receipt could not be written.
func (r *round) attend(connection *mail.Connection, one parcel) error {
	message, done := r.compose(one)
	if done == nil {
		o, err := r.send(connection, one, message)
		if err != nil {
			r.keepBack([]parcel{one})
			return err
		}
		done = &o
	}
	if r.ctx.Err() != nil && done.reason == ReasonComposing {
		r.keepBack([]parcel{one}) // composing failed because we are stopping
		return nil
	}
	return r.receipt(one, *done)
}

func (r *round) send(connection *mail.Connection, one parcel, message mail.Message) (outcome, error) {
	late := tooLate(one.notices, r.now)
	err := connection.Send(r.ctx, message)
	var failure *mail.Failure
	switch {
	case err == nil:
		return one.letter.sent(late), nil
	case !errors.As(err, &failure):
		r.post.log.Error("a letter could not be put together", "letter", one.letter.ID, "kinds", one.letter.Kinds, "error", err)
		return one.letter.later(r.now, ReasonComposing), nil
	case failure.Verdict == mail.Lost:
		return outcome{}, failure
	default:
		return one.letter.failed(r.now, failure, message.To.Mailbox), nil
	}
}

// receipt writes the outcome of one letter, by itself: what the next letter does cannot undo it.
func (r *round) receipt(one parcel, o outcome) error {
	held := false
	err := r.post.db.Write(context.WithoutCancel(r.ctx), func(tx database.Tx) (err error) {
		if held, err = receipt(tx, one.letter, o, r.now); err != nil || !held || o.nobodyAt == "" {
			return err
		}
		return ignoreGone(undeliverable(tx, r.now, one.person.ID, o.nobodyAt))
	})
	if err != nil {
		return fmt.Errorf("receipt of letter %s: %w", one.letter.ID, err)
	}
	r.count(one, o, held)
	return nil
}

// undeliverable marks whom no mail reaches: not who has another address than the one that was refused, because the letter
// went to a new address that is not hers yet, or because she moved meanwhile.
func undeliverable(tx database.Tx, now time.Time, personID, mailbox string) error {
	p, err := identity.LockIn(tx, personID)
	if err != nil || p.Email != mailbox {
		return err
	}
	return identity.MarkUndeliverableIn(tx, now, personID)
}

func (r *round) count(one parcel, o outcome, held bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !held {
		r.counts.Late++
		r.post.log.Warn("a receipt came after the lease had passed on", "letter", one.letter.ID, "state", o.state)
		return
	}
	switch o.state {
	case Sent:
		r.counts.Sent++
	case Queued:
		r.counts.Later++
	case Parked:
		r.counts.Parked++
	case Refused:
		r.counts.Refused++
	case Lapsed:
		r.counts.Lapsed++
	}
	if o.state == Parked || o.state == Refused {
		r.post.log.Warn("a letter was not taken", "letter", one.letter.ID, "state", o.state, "reason", o.reason)
	}
}

func (r *round) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = err
	}
}

func (r *round) keepBack(some []parcel) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, one := range some {
		r.back = append(r.back, one.letter)
	}
}

func (r *round) giveBack() error {
	if len(r.back) == 0 {
		return nil
	}
	r.counts.Back = len(r.back)
	return r.post.db.Write(context.WithoutCancel(r.ctx), func(tx database.Tx) error {
		return giveBack(tx, r.back, r.now)
	})
}
