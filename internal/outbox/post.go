package outbox

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/mail"
)

// Options are what a Post works with.
type Options struct {
	DB     *database.DB
	Clock  *clock.Clock // asked for machine time only; product time comes with each pass
	Log    *slog.Logger // codes and ids, never addresses; nil: none
	Table  Table
	Sender *mail.Sender // nil: there is no mail server; letters wait
	Host   string       // of the public URL: the right-hand side of Message-IDs and List-Ids
	// ReturnPath answers where bounces of a person's letters go; nil: to the sender.
	ReturnPath func(personID string) string
	// Pass answers the context in which the letters of one pass are composed, so that what composes can read once what
	// several letters need; nil: the context of the pass as it is.
	Pass func(context.Context) context.Context
}

// Post turns notices into letters and letters into mails. Any number of them may work on one database.
type Post struct {
	db     *database.DB
	clock  *clock.Clock
	log    *slog.Logger
	table  Table
	sender *mail.Sender
	host   string
	back   func(personID string) string
	pass   func(context.Context) context.Context
}

// New makes a Post. It fails when the table has a kind that nobody composes.
func New(o Options) (*Post, error) {
	if err := o.Table.check(); err != nil {
		return nil, err
	}
	if o.Host == "" || strings.ContainsAny(o.Host, " \r\n<>@") {
		return nil, errors.New("outbox: no usable host name for Message-IDs")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.ReturnPath == nil {
		o.ReturnPath = func(string) string { return "" }
	}
	if o.Pass == nil {
		o.Pass = func(ctx context.Context) context.Context { return ctx }
	}
	return &Post{db: o.DB, clock: o.Clock, log: o.Log, table: o.Table, sender: o.Sender, host: o.Host, back: o.ReturnPath, pass: o.Pass}, nil
}

// ReleaseParked queues all parked letters again, as if they had not been tried: for when what was
// wrong with the mail server has been mended. It answers how many there were.
func (p *Post) ReleaseParked(ctx context.Context, now time.Time) (int, error) {
	var released int64
	err := p.db.Write(ctx, func(tx database.Tx) (err error) {
		released, err = release(tx, now)
		return err
	})
	return int(released), err
}

// earliest is the first of two instants, of which either may be missing.
func earliest(a time.Time, b *time.Time) time.Time {
	if b == nil || !a.IsZero() && a.Before(*b) {
		return a
	}
	return *b
}
