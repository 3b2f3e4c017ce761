package feeds

import (
	"context"
	"net/url"
	"strings"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/journal"
	"kring/internal/text"

	"kring/circles"
)

// Feeds are the calendars to subscribe to. They may be used from several goroutines.
type Feeds struct {
	db     *database.DB
	clock  *clock.Clock
	links  *identity.Links
	texts  *text.Catalog
	public string
	domain string
}

// Options is what Feeds is made of.
type Options struct {
	DB        *database.DB
	Clock     *clock.Clock
	Links     *identity.Links
	Texts     *text.Catalog
	PublicURL string // without a slash at its end
}

// New makes Feeds.
func New(o Options) *Feeds {
	f := &Feeds{db: o.DB, clock: o.Clock, links: o.Links, texts: o.Texts, public: o.PublicURL}
	if u, err := url.Parse(o.PublicURL); err == nil {
		f.domain = u.Hostname()
	}
	return f
}

// Refresh is how often a calendar program is asked to look again.
const Refresh = time.Hour

// What the stable tokens of addresses are for: their rows are a person, and a seat.
const (
	ofPerson = "feed"
	ofMember = "circle-feed"
)

// Feed is where a calendar can be subscribed to. Both addresses are the same place, and a secret.
type Feed struct {
	Address string // https://kring.example.org/calendar/<secret>.ics
	Webcal  string // webcal://kring.example.org/calendar/<secret>.ics
}

// Path is where feeds stand: before the secret, and behind it.
const (
	PathBefore = "/calendar/"
	PathBehind = ".ics"
)

func (f *Feeds) feed(purpose, rowID string, epoch int) Feed {
	address := f.public + PathBefore + f.links.Stable(purpose, rowID, epoch) + PathBehind
	_, rest, _ := strings.Cut(address, "://")
	return Feed{Address: address, Webcal: "webcal://" + rest}
}

// OfPerson is the actor's own feed: the sessions of all her circles. It answers Unauthenticated "sign-in-needed", and
// Forbidden "forbidden" for the link of a letter.
func (f *Feeds) OfPerson(ctx context.Context, actor identity.Actor) (Feed, error) {
	if err := actor.Herself(); err != nil {
		return Feed{}, err
	}
	var p identity.Person
	err := f.db.Read(ctx, func(tx database.Tx) (err error) {
		p, err = identity.FindIn(tx, actor.PersonID)
		return err
	})
	if err != nil {
		return Feed{}, err
	}
	return f.feed(ofPerson, p.ID, p.FeedEpoch), nil
}

// RenewOfPerson gives the actor's own feed another address; the old one leads nowhere from then on. It answers what
// OfPerson answers.
func (f *Feeds) RenewOfPerson(ctx context.Context, actor identity.Actor) (Feed, error) {
	if err := actor.Herself(); err != nil {
		return Feed{}, err
	}
	now := f.clock.Now()
	var p identity.Person
	err := f.db.Write(ctx, func(tx database.Tx) (err error) {
		if p, err = identity.RaiseFeedEpochIn(tx, now, actor.PersonID); err != nil {
			return err
		}
		return journal.Add(tx, journal.Entry{At: now, ActorID: actor.PersonID, SubjectID: p.ID, Action: "feed-renewed"})
	})
	if err != nil {
		return Feed{}, err
	}
	return f.feed(ofPerson, p.ID, p.FeedEpoch), nil
}

// OfCircle is the actor's own address of a circle's feed. It answers NotFound and Forbidden as the policy does, and
// Forbidden "forbidden" for the link of a letter.
func (f *Feeds) OfCircle(ctx context.Context, actor identity.Actor, circleID string) (Feed, error) {
	var m circles.Member
	err := f.db.Read(ctx, func(tx database.Tx) (err error) {
		m, err = seatOf(tx, actor, circles.SeeFeed, circleID)
		return err
	})
	if err != nil {
		return Feed{}, err
	}
	return f.feed(ofMember, m.ID, m.FeedEpoch), nil
}

// RenewOfCircle gives the actor another address of a circle's feed; those of the other members stay. It answers what
// OfCircle answers.
func (f *Feeds) RenewOfCircle(ctx context.Context, actor identity.Actor, circleID string) (Feed, error) {
	now := f.clock.Now()
	var m circles.Member
	err := f.db.Write(ctx, func(tx database.Tx) error {
		seat, err := seatOf(tx, actor, circles.RenewFeed, circleID)
		if err != nil {
			return err
		}
		if m, err = circles.RaiseFeedEpochIn(tx, seat.ID); err != nil {
			return err
		}
		return journal.Add(tx, journal.Entry{At: now, ActorID: actor.PersonID, SubjectID: m.ID, Action: "feed-renewed"})
	})
	if err != nil {
		return Feed{}, err
	}
	return f.feed(ofMember, m.ID, m.FeedEpoch), nil
}

// seatOf is the actor's seat in a circle, when the policy lets her do this.
func seatOf(tx database.Tx, actor identity.Actor, action circles.Action, circleID string) (circles.Member, error) {
	_, object, err := circles.SeeIn(tx, actor, circleID)
	if err == nil {
		err = circles.May(actor, action, object)
	}
	if err == nil && actor.MemberOnly {
		err = fault.New(fault.Forbidden, "forbidden")
	}
	if err != nil {
		return circles.Member{}, err
	}
	return circles.MemberIn(tx, object.MemberID)
}
