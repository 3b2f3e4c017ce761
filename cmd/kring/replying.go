package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kring/internal/mailbox"

	"kring/scheduling/replies"
)

// answering is what takes in mails while the service runs: a reader of a mailbox, a door, both or neither.
type answering struct {
	door   *mailbox.Door
	served chan error // of the door, once it ends
	cancel context.CancelFunc
	read   chan struct{} // closed when the reader has ended
}

// newReplies makes what decides about mails; nil when nobody reads any.
func (s *service) newReplies(host string) *replies.Replies {
	if !s.config.replies.is() {
		return nil
	}
	return replies.New(replies.Options{
		DB: s.db, Clock: s.clock, Calendar: s.calendar, Links: s.links, Address: s.config.replies.address, Host: host,
		AuthServ: s.config.replies.authServ, Log: s.log, Taken: s.took,
	})
}

// took is told of every mail: it is counted, and what it brought about is looked at soon.
func (s *service) took(outcome replies.Outcome) {
	s.metrics.mails.WithLabelValues(string(outcome)).Inc()
	s.jobs.Poke()
}

// replyAddress is what makes of a seat's token the organiser of its calendar entries; nil when nobody reads answers.
func (s *service) replyAddress() func(token string) string {
	if !s.config.replies.is() {
		return nil
	}
	return s.config.replies.address.With
}

// returnPath is where a person's letters come back to when nobody takes them.
func (s *service) returnPath(personID string) string {
	return s.config.replies.address.With(s.links.Stable(replies.ForBounce, personID, 0))
}

// startAnswering opens the door, and lets the mailbox be read. A mailbox that cannot be read is looked for again; a door that
// cannot be opened is a mistake of the settings.
func (s *service) startAnswering(ctx context.Context) (*answering, error) {
	a := &answering{read: make(chan struct{})}
	if s.replies == nil {
		close(a.read)
		a.cancel = func() {}
		return a, nil
	}
	if at := s.config.replies.lmtp; at != nil {
		door, err := mailbox.Open(ctx, *at, s.config.replies.address, s.host, s.replies.Take, s.log)
		if err != nil {
			return nil, fmt.Errorf("open the door for mails: %w", err)
		}
		a.door, a.served = door, make(chan error, 1)
		go func() {
			err := door.Serve()
			if err != nil { // nothing of what failed names anybody
				s.log.ErrorContext(ctx, "the door for mails is shut", "error", err)
			}
			a.served <- err
		}()
		s.log.InfoContext(ctx, "taking mails", "address", door.Addr().String())
	}
	ctx, a.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if server := s.config.replies.imap; server != nil {
		reader := mailbox.NewReader(mailbox.Options{Server: *server, Take: s.replies.Take, Clock: s.clock, Log: s.log})
		s.reading.Store(reader)
		go func() { defer close(a.read); reader.Run(ctx) }()
	} else {
		close(a.read)
	}
	return a, nil
}

// stop takes no more mails; those under way are dealt with.
func (a *answering) stop() error {
	a.cancel()
	<-a.read
	if a.door == nil {
		return nil
	}
	err := a.door.Close()
	return errors.Join(err, <-a.served)
}

// mailboxUp is 1 while the reply mailbox is open.
func (s *service) mailboxUp() float64 {
	if reader := s.reading.Load(); reader != nil && reader.Up() {
		return 1
	}
	return 0
}

// sweepMails forgets which mails were dealt with a month ago.
func (s *service) sweepMails(ctx context.Context, now time.Time) (int, time.Time, error) {
	_, err := s.calendar.SweepMails(ctx, now)
	return 0, time.Time{}, err
}
