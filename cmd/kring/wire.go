package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/url"
	"sync/atomic"

	"github.com/labstack/echo/v4"

	"kring/api"
	"kring/circles"
	"kring/guides"
	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fetch"
	"kring/internal/identity"
	"kring/internal/limit"
	"kring/internal/mail"
	"kring/internal/mailbox"
	"kring/internal/outbox"
	"kring/internal/signin"
	"kring/internal/signin/oidc"
	"kring/internal/text"
	"kring/migrations"
	"kring/scheduling"
	"kring/scheduling/busy"
	"kring/scheduling/feeds"
	"kring/scheduling/health"
	"kring/scheduling/holidays"
	"kring/scheduling/letters"
	"kring/scheduling/replies"
	"kring/web"
)

// service is the whole program, put together and not yet running: requests through echo, time through jobs.
type service struct {
	config config
	clock  *clock.Clock
	log    *slog.Logger

	db       *database.DB
	texts    *text.Catalog
	guides   *guides.Library
	tokens   *identity.Tokens
	links    *identity.Links
	limits   *limit.Limits
	signIn   *signin.SignIn
	provider *oidc.Provider // nil: people sign in by letter only
	records  *identity.Records
	circles  *circles.Registry
	calendar *scheduling.Calendar
	busy     *busy.Calendars
	feeds    *feeds.Feeds
	watch    *health.Watch
	buttons  *letters.Buttons
	post     *outbox.Post
	relay    relay
	replies  *replies.Replies // nil: nobody reads answers
	reading  atomic.Pointer[mailbox.Reader]
	host     string // of the public URL

	metrics *metrics
	jobs    *jobs
	echo    *echo.Echo
}

// ingredients are what a service is made of.
type ingredients struct {
	config config
	clock  *clock.Clock
	log    *slog.Logger
	out    io.Writer // told the owner's token when the database is new
	strict bool      // mistakes of the program panic instead of being made good: for tests
}

// open puts the service together, from the database up; when it fails nothing stays open. The database is brought to
// the newest schema.
func open(ctx context.Context, in ingredients) (_ *service, err error) {
	s := &service{config: in.config, clock: in.clock, log: in.log, metrics: newMetrics()}
	if s.db, err = database.Open(ctx, database.Options{URL: in.config.databaseURL, Log: in.log, Strict: in.strict}); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.db.Close())
		}
	}()
	if err := migrations.Up(ctx, s.db); err != nil {
		return nil, err
	}
	if err := s.read(in.strict); err != nil {
		return nil, err
	}
	secrets, err := s.settle(ctx, in.out)
	if err != nil {
		return nil, err
	}
	s.letIn(secrets)
	s.circles = circles.NewRegistry(circles.Options{DB: s.db, Clock: s.clock, Guides: s.guides, Calendars: holidays.Keys(), Limits: s.limits})
	s.calendar = scheduling.New(scheduling.Options{DB: s.db, Clock: s.clock, Guides: s.guides})
	if err := s.meetCalendars(secrets); err != nil {
		return nil, err
	}
	s.remember()
	s.watch = health.New(health.Options{DB: s.db, Clock: s.clock, Guides: s.guides})
	s.buttons = letters.NewButtons(letters.ButtonsOptions{
		DB: s.db, Clock: s.clock, Circles: s.circles, Calendar: s.calendar, Watch: s.watch, Guides: s.guides, Texts: s.texts,
		Links: s.links, Tokens: s.tokens, SignIn: s.signIn, PublicURL: s.config.publicURL,
	})
	if s.post, err = s.newPost(); err != nil {
		return nil, err
	}
	s.replies = s.newReplies(s.host)
	s.metrics.watch(s.post, s.clock)
	s.metrics.watchMailbox(s.mailboxUp)
	s.jobs = newJobs(s)
	if err := s.jobs.resume(ctx); err != nil {
		return nil, err
	}
	return s, s.route()
}

// read reads what the program brings along: sentences and guides.
func (s *service) read(strict bool) (err error) {
	if s.texts, err = text.Load(identity.Texts, signin.Texts, circles.Texts, scheduling.Texts, busy.Texts, health.Texts, letters.Texts, api.Texts, web.Texts, texts); err != nil {
		return err
	}
	if strict {
		s.texts = s.texts.Strict()
	}
	official := map[string]string{}
	if s.config.guideURL != "" {
		official["wol"] = s.config.guideURL
	}
	s.guides, err = guides.Load(guides.Embedded(), guides.Options{OfficialURL: official})
	return err
}

// settle takes the secrets, which it answers, and makes the owner of an empty database.
func (s *service) settle(ctx context.Context, out io.Writer) (identity.Secrets, error) {
	secrets, err := s.secrets()
	if err != nil {
		return secrets, err
	}
	s.links, s.tokens = identity.NewLinks(secrets), identity.NewTokens(s.db, s.clock, secrets)
	token, created, err := s.tokens.EnsureOwner(ctx, s.config.ownerEmail, s.config.language, s.config.zone)
	if errors.Is(err, identity.ErrNoOwner) {
		return secrets, settingError{errors.New("wrong settings:\n  owner-email (KRING_OWNER_EMAIL): the database is new; say whose it is")}
	}
	if err != nil {
		return secrets, fmt.Errorf("make the owner: %w", err)
	}
	if created {
		printOwner(out, s.config, token)
	}
	return secrets, nil
}

// letIn makes what people sign in with, and what bounds how often they try.
func (s *service) letIn(secrets identity.Secrets) {
	s.limits = limit.New(secrets, s.config.networkLimit)
	s.signIn = signin.New(signin.Options{
		DB: s.db, Clock: s.clock, Texts: s.texts, Secrets: secrets, Links: s.links, Limits: s.limits,
		PublicURL: s.config.publicURL, Log: s.log,
	})
	if o := s.config.oidc; o.issuer != "" {
		s.provider = oidc.New(oidc.Options{
			DB: s.db, Clock: s.clock, Issuer: o.issuer, ClientID: o.clientID, ClientSecret: o.clientSecret,
			RedirectURL: s.config.publicURL + "/sign-in/oidc/callback",
		})
	}
}

// meetCalendars makes what gives dates to calendar programs, and what reads calendars elsewhere.
func (s *service) meetCalendars(secrets identity.Secrets) error {
	public, err := url.Parse(s.config.publicURL)
	if err != nil {
		return err
	}
	s.feeds = feeds.New(feeds.Options{DB: s.db, Clock: s.clock, Links: s.links, Texts: s.texts, PublicURL: s.config.publicURL})
	s.busy = busy.New(busy.Options{
		DB: s.db, Clock: s.clock, Secrets: secrets, Host: public.Hostname(),
		Fetch: fetch.New(fetch.Options{Agent: "Kring (+" + s.config.publicURL + ")"}),
	})
	return nil
}

// remember makes what tells people everything that is kept of them, and forgets them: rooms that lock circles first,
// people last.
func (s *service) remember() {
	s.records = identity.NewRecords(s.db, s.clock, s.calendar.Part(), s.circles.Part(), s.busy.Part(), outbox.Part(signin.KindAddressNew), s.signIn.Part(), s.tokens.Part())
}

// secrets are those of the settings; SQLite keeps one beside its file.
func (s *service) secrets() (identity.Secrets, error) {
	path, file := database.FilePath(s.config.databaseURL)
	if !s.config.hasSecret && file {
		return identity.LoadSecret(path + ".secret")
	}
	return s.config.secrets, nil
}

// printOwner says, once, who owns the new database and what to do next.
func printOwner(out io.Writer, c config, token string) {
	fmt.Fprintf(out, `The database is new and belongs to %s.
This token is shown once; keep it:

  %s

Next, open a programme:

  export KRING_TOKEN=%s
  curl -H "Authorization: Bearer $KRING_TOKEN" %s/api/v1/me

Every route is described at %s/api/docs.

`, c.ownerEmail, token, token, c.publicURL, c.publicURL)
}

// newPost makes the post, with what every kind of letter says.
func (s *service) newPost() (*outbox.Post, error) {
	ofSeats := circles.NewLetters(circles.LettersOptions{
		DB: s.db, Clock: s.clock, Guides: s.guides, Texts: s.texts, Links: s.links, PublicURL: s.config.publicURL,
	})
	ofDates := letters.New(letters.Options{
		DB: s.db, Clock: s.clock, Calendar: s.calendar, Watch: s.watch, Circles: ofSeats, Texts: s.texts, Links: s.links,
		PublicURL: s.config.publicURL, From: s.config.from, ReplyAddress: s.replyAddress(),
	})
	o := outbox.Options{DB: s.db, Clock: s.clock, Log: s.log, Table: outbox.Table{}, Pass: ofDates.Pass}
	maps.Copy(o.Table, ofSeats.Table())
	maps.Copy(o.Table, ofDates.Table())
	maps.Copy(o.Table, s.signIn.Table())
	public, err := url.Parse(s.config.publicURL)
	if err != nil {
		return nil, err
	}
	s.host = public.Hostname()
	o.Host = s.host
	if s.config.replies.is() {
		o.ReturnPath = s.returnPath
	}
	if s.config.smtp != nil {
		if o.Sender, err = mail.NewSender(*s.config.smtp, s.config.from, s.config.publicURL); err != nil {
			return nil, err
		}
	}
	return outbox.New(o)
}

// route mounts every room that answers requests, and the edge before them.
func (s *service) route() error {
	s.echo = echo.New()
	s.echo.HideBanner, s.echo.HidePort = true, true
	s.echo.IPExtractor, s.echo.SchemeExtractor = callers(s.config.proxies)
	api.New(api.Options{
		DB: s.db, Clock: s.clock, Texts: s.texts, Tokens: s.tokens, Circles: s.circles, Calendar: s.calendar, Watch: s.watch,
		Feeds: s.feeds, Busy: s.busy, Buttons: s.buttons, Guides: s.guides, SignIn: s.signIn, Records: s.records,
		PublicURL: s.config.publicURL, Log: s.log, Observed: s.observed,
	}).Mount(s.echo)
	pages := web.New(web.Options{
		DB: s.db, Clock: s.clock, Texts: s.texts, Links: s.links, Circles: s.circles, Calendar: s.calendar, Guides: s.guides,
		Buttons: s.buttons, SignIn: s.signIn, Records: s.records, Feeds: s.feeds, Busy: s.busy, OIDC: s.provider, Log: s.log,
	})
	edge, err := newEdge(s.config.publicURL, pages.Refuse)
	if err != nil {
		return err
	}
	s.echo.Use(edge.guard) // inside what the API stands around all routes: a refusal has its id and its line in the log
	pages.Mount(s.echo)
	s.mountOps(s.echo)
	return nil
}

// observed is told of every request: it is counted, and one that may have written lets time act.
func (s *service) observed(r api.Request) {
	s.metrics.answered(r)
	if r.Method != "GET" && r.Method != "HEAD" && r.Status < 500 {
		s.jobs.Poke()
	}
}

// close writes down what is only in memory and closes the database. Nobody uses the service any more.
func (s *service) close(ctx context.Context) error {
	s.jobs.flush(ctx, s.clock.Machine())
	return errors.Join(s.tokens.FlushUses(ctx), s.db.Close())
}
