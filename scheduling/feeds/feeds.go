package feeds

import (
	"context"
	"errors"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/text"
)

// Feeds are the calendars to subscribe to.
type Feeds struct {
	db     *database.DB
	clock  *clock.Clock
	links  *identity.Links
	texts  *text.Catalog
	public string
}

// Options is what Feeds is made of.
type Options struct {
	DB        *database.DB
	Clock     *clock.Clock
	Links     *identity.Links
	Texts     *text.Catalog
	PublicURL string
}

// New makes Feeds.
func New(o Options) *Feeds {
	return &Feeds{db: o.DB, clock: o.Clock, links: o.Links, texts: o.Texts, public: o.PublicURL}
}

// Feed is where a calendar can be subscribed to. Both addresses are the same place, and a secret.
type Feed struct {
	Address string // https://kring.example.org/calendar/<secret>.ics
	Webcal  string // webcal://kring.example.org/calendar/<secret>.ics
}

// File is what is served.
type File struct {
	Body []byte
	ETag string // quoted (RFC 9110, 8.8.3)
}

var errSoon = errors.New("feeds")

// OfPerson is the actor's own feed: the sessions of all her circles.
func (f *Feeds) OfPerson(_ context.Context, _ identity.Actor) (Feed, error) { return Feed{}, errSoon }

// RenewOfPerson gives the actor's own feed another address; the old one leads nowhere from then on.
func (f *Feeds) RenewOfPerson(_ context.Context, _ identity.Actor) (Feed, error) {
	return Feed{}, errSoon
}

// OfCircle is a circle's feed, for its members.
func (f *Feeds) OfCircle(_ context.Context, _ identity.Actor, _ string) (Feed, error) {
	return Feed{}, errSoon
}

// RenewOfCircle gives a circle's feed another address.
func (f *Feeds) RenewOfCircle(_ context.Context, _ identity.Actor, _ string) (Feed, error) {
	return Feed{}, errSoon
}

// Read is the calendar behind a secret. It answers NotFound for one that leads nowhere.
func (f *Feeds) Read(_ context.Context, _ string) (File, error) { return File{}, errSoon }
