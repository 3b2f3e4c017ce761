package mailbox

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

const (
	// dialWithin and answerWithin bound how long the server may take; a large literal takes its time.
	dialWithin   = 30 * time.Second
	answerWithin = 2 * time.Minute
	// stopWithin is how long the server may take when we stop.
	stopWithin = 5 * time.Second
	// chunk is how many sizes are asked for at once.
	chunk = 200
	// inARow is how many mails may fail one after the other before the rest waits for the next look: more than that is the
	// database, not the mails.
	inARow = 5
)

// session is one connection, from its dialling to its end.
type session struct {
	*Reader
	client *imapclient.Client
	news   chan struct{} // something came in
	idles  bool
}

// session reads until ctx ends or the connection does; up is called once the mailbox was read.
func (r *Reader) session(ctx context.Context, up func()) error {
	s := &session{Reader: r, news: make(chan struct{}, 1)}
	defer r.tries.broken()
	if err := s.open(ctx); err != nil {
		return err
	}
	defer s.client.Close()
	stop := context.AfterFunc(ctx, func() { // what is under way is finished, but not by a server that hangs
		late := time.AfterFunc(stopWithin, func() { _ = s.client.Close() })
		<-s.client.Closed()
		late.Stop()
	})
	defer stop()
	for ctx.Err() == nil {
		if err := s.readAll(ctx); err != nil {
			return err
		}
		if !r.up.Swap(true) { // only now: one that opens and lets nothing be read or marked is of no use
			up()
		}
		if err := s.wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// open dials, signs in and opens the mailbox.
func (s *session) open(ctx context.Context) error {
	dialing, cancel := context.WithTimeout(ctx, dialWithin)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(dialing, "tcp", s.Server.address())
	if err != nil {
		return failed("unreachable", err)
	}
	stop := context.AfterFunc(dialing, func() { _ = conn.Close() }) // whatever of this hangs
	defer stop()
	options := &imapclient.Options{UnilateralDataHandler: &imapclient.UnilateralDataHandler{Mailbox: s.heard}}
	switch {
	case s.Server.implicit:
		encrypted := tls.Client(conn, s.Server.tlsConfig())
		if err := encrypted.HandshakeContext(dialing); err != nil {
			_ = conn.Close()
			return failed("tls", err)
		}
		s.client = imapclient.New(encrypted, options)
	case s.Server.plain:
		s.client = imapclient.New(conn, options)
	default:
		options.TLSConfig = s.Server.tlsConfig()
		if s.client, err = imapclient.NewStartTLS(conn, options); err != nil {
			_ = conn.Close()
			return failed("tls", err)
		}
	}
	if err := s.enter(); err != nil {
		_ = s.client.Close()
		return err
	}
	return nil
}

func (s *session) enter() error {
	if err := s.client.WaitGreeting(); err != nil {
		return failed("greeting", err)
	}
	if err := s.client.Login(s.Server.username, s.Server.password()).Wait(); err != nil {
		return failed("sign-in", err)
	}
	if _, err := s.client.Select(s.Server.Mailbox, nil).Wait(); err != nil {
		return failed("mailbox", err)
	}
	s.idles = s.client.Caps().Has(imap.CapIdle)
	return nil
}

// heard is told by the server, in the middle of anything, that the mailbox changed.
func (s *session) heard(data *imapclient.UnilateralDataMailbox) {
	if data.NumMessages == nil {
		return
	}
	select {
	case s.news <- struct{}{}:
	default:
	}
}

// within closes the connection when what is asked takes too long.
func (s *session) within(fn func() error) error {
	watchdog := time.AfterFunc(answerWithin, func() { _ = s.client.Close() })
	defer watchdog.Stop()
	return fn()
}

// wait waits for news, for as long as an IDLE lasts; where there is none, for the next look. Mails that are to be tried again
// are looked at no later than that.
func (s *session) wait(ctx context.Context) error {
	pause := s.Idle
	if !s.idles || len(s.tries.of) > 0 {
		pause = s.Poll
	}
	if !s.idles {
		if err := s.pause(ctx, pause); err != nil {
			return err
		}
		return s.within(func() error { return failed("noop", s.client.Noop().Wait()) })
	}
	var idle *imapclient.IdleCommand
	err := s.within(func() (err error) {
		idle, err = s.client.Idle()
		return failed("idle", err)
	})
	if err != nil {
		return err
	}
	lost := s.pause(ctx, pause)
	return errors.Join(lost, s.within(func() error { return failed("idle", errors.Join(idle.Close(), idle.Wait())) }))
}

// pause ends with news, after a while, with ctx, or with the connection.
func (s *session) pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-s.news:
	case <-timer.C:
	case <-ctx.Done():
	case <-s.client.Closed():
		return failed("lost", nil)
	}
	return nil
}

// readAll deals with everything that nobody has read yet, the oldest first.
func (s *session) readAll(ctx context.Context) error {
	var found *imap.SearchData
	err := s.within(func() (err error) {
		found, err = s.client.UIDSearch(&imap.SearchCriteria{NotFlag: []imap.Flag{imap.FlagSeen, imap.FlagDeleted}}, nil).Wait()
		return failed("search", err)
	})
	if err != nil {
		return err
	}
	uids, bad := found.AllUIDs(), 0
	for len(uids) > 0 && bad < inARow {
		some := uids[:min(len(uids), chunk)]
		uids = uids[len(some):]
		sizes, err := s.sizes(some)
		if err != nil {
			return err
		}
		for _, uid := range some {
			size, there := sizes[uid]
			if ctx.Err() != nil {
				return nil
			}
			if !there || s.tries.waits(uint32(uid), s.Clock.Machine()) {
				continue
			}
			dealt, err := s.one(ctx, uid, size)
			if err != nil {
				return err
			}
			if bad++; dealt {
				bad = 0
			}
			if bad >= inARow {
				break
			}
		}
	}
	return nil
}

func (s *session) sizes(uids []imap.UID) (map[imap.UID]int64, error) {
	sizes := map[imap.UID]int64{}
	err := s.within(func() error {
		list, err := s.client.Fetch(imap.UIDSetNum(uids...), &imap.FetchOptions{UID: true, RFC822Size: true}).Collect()
		for _, one := range list {
			sizes[one.UID] = one.RFC822Size
		}
		return failed("fetch", err)
	})
	return sizes, err
}

// one deals with one mail, and answers false when it is to be tried again. An error is the connection's.
func (s *session) one(ctx context.Context, uid imap.UID, size int64) (bool, error) {
	switch {
	case s.tries.breaks(uint32(uid)):
		s.Log.WarnContext(ctx, "a mail cannot be fetched and is passed over", "uid", uid, "bytes", size)
		return true, s.mark(uid)
	case size > MaxBytes:
		s.Log.WarnContext(ctx, "a mail is too large and is passed over", "uid", uid, "bytes", size)
		return true, s.mark(uid)
	}
	raw, err := s.fetch(uid)
	if err != nil || raw == nil {
		return true, err
	}
	var fell *panicked
	err = s.Take.taken(context.WithoutCancel(ctx), Mail{Raw: raw})
	switch {
	case errors.As(err, &fell):
		s.Log.ErrorContext(ctx, "a mail could not be dealt with and is passed over", "uid", uid, "error", err)
	case err != nil:
		s.tries.failed(uint32(uid), s.Clock.Machine())
		s.Log.WarnContext(ctx, "a mail could not be dealt with; it is tried again", "uid", uid, "error", err)
		return false, nil
	}
	return true, s.mark(uid)
}

// fetch answers nil for a mail that somebody took away meanwhile.
func (s *session) fetch(uid imap.UID) (raw []byte, err error) {
	s.tries.fetching(uint32(uid))
	section := &imap.FetchItemBodySection{Peek: true, Partial: &imap.SectionPartial{Size: MaxBytes}}
	err = s.within(func() error {
		list, err := s.client.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}}).Collect()
		for _, one := range list {
			for _, part := range one.BodySection {
				raw = append(raw, part.Bytes...)
			}
		}
		return failed("fetch", err)
	})
	if err == nil {
		s.tries.fetching(0)
	}
	return raw, err
}

// mark marks a mail as read: it is dealt with.
func (s *session) mark(uid imap.UID) error {
	s.tries.done(uint32(uid))
	flags := &imap.StoreFlags{Op: imap.StoreFlagsAdd, Silent: true, Flags: []imap.Flag{imap.FlagSeen}}
	return s.within(func() error { return failed("store", s.client.Store(imap.UIDSetNum(uid), flags, nil).Close()) })
}
