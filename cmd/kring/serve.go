package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/migrations"
)

// stopWithin is how long stopping waits for requests under way.
const stopWithin = 15 * time.Second

// patience is how long a client may take, from one end to the other; whoever takes longer is cut off.
type patience struct{ header, read, write, idle time.Duration }

// usually is the patience of a service. A line of mobile network is slow; a request of ours is short.
func usually() patience {
	return patience{header: 5 * time.Second, read: 15 * time.Second, write: 30 * time.Second, idle: 2 * time.Minute}
}

// mostHeader bounds the header of a request, in bytes.
const mostHeader = 64 << 10

// serveCommand runs the service.
type serveCommand struct{}

// Run serves until the program is told to stop.
func (serveCommand) Run(p *program) error {
	c, err := p.settings.check()
	if err != nil {
		return err
	}
	log := c.logger(p.err)
	if unknown := unknownSettings(p.env); len(unknown) > 0 {
		log.WarnContext(p.ctx, "variables that are no settings", "names", unknown)
	}
	if u, err := url.Parse(c.publicURL); err == nil && u.Scheme == "http" && !here(u.Hostname()) {
		log.WarnContext(p.ctx, "nobody can sign in with a browser: the public URL is not https, and browsers keep the cookie over TLS only")
	}
	return serve(p.ctx, ingredients{config: c, clock: clock.System(), log: log, out: p.out}, nil)
}

// logger writes what operators read. It never holds addresses of people, tokens or paths of requests.
func (c config) logger(out io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.level}
	if c.json {
		return slog.New(slog.NewJSONHandler(out, options))
	}
	return slog.New(slog.NewTextHandler(out, options))
}

// serve listens, puts the service together, lets opened add to it (nil: nothing), runs it until ctx ends, and takes it
// apart in reverse: no new requests, those under way finished, time stopped and claims given back, what is in memory
// written down, the database closed.
func serve(ctx context.Context, in ingredients, opened func(context.Context, *service) error) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", in.config.addr)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	defer listener.Close()
	in.config = in.config.listeningAt(listener.Addr())
	s, err := open(ctx, in)
	if err != nil {
		return err
	}
	if opened != nil {
		err = opened(ctx, s)
	}
	switch {
	case err == nil:
		err = s.run(ctx, listener)
	case ctx.Err() != nil && errors.Is(err, ctx.Err()): // told to stop before it ran
		err = nil
	}
	return errors.Join(err, s.close(context.WithoutCancel(ctx)))
}

// run answers requests and lets time act until ctx ends.
func (s *service) run(ctx context.Context, listener net.Listener) error {
	ticks, err := startTicking(ctx, s.jobs)
	if err != nil {
		return err
	}
	mails, err := s.startAnswering(ctx)
	if err != nil {
		return errors.Join(err, ticks.stop())
	}
	server := newServer(ctx, s.echo, s.log, usually())
	listener, err = s.config.tls.wrap(listener, s.clock, s.log)
	if err != nil {
		return errors.Join(err, mails.stop(), ticks.stop())
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	s.log.InfoContext(ctx, "listening", "address", listener.Addr().String(), "version", thisVersion().Version)
	debug.FreeOSMemory() // what starting leaves behind; a service at rest would keep it for hours
	select {
	case <-ctx.Done():
		s.log.InfoContext(ctx, "stopping")
	case err = <-failed:
	}
	return errors.Join(err, stopServer(ctx, server), mails.stop(), ticks.stop())
}

// newServer answers requests by a handler, from whoever does not try our patience.
func newServer(ctx context.Context, handler http.Handler, log *slog.Logger, p patience) *http.Server {
	return &http.Server{
		Handler: handler, ErrorLog: slog.NewLogLogger(nameless{log.Handler()}, slog.LevelDebug), MaxHeaderBytes: mostHeader,
		ReadHeaderTimeout: p.header, ReadTimeout: p.read, WriteTimeout: p.write, IdleTimeout: p.idle,
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) }, // requests under way are finished
	}
}

// nameless hands on lines of the log without the address of whoever called, which net/http writes into its own.
type nameless struct{ slog.Handler }

// Handle hands a line on.
func (n nameless) Handle(ctx context.Context, r slog.Record) error {
	words := strings.Fields(r.Message)
	for i, word := range words {
		if _, err := netip.ParseAddrPort(strings.Trim(word, ":;,")); err == nil {
			words[i] = "somebody:"
		}
	}
	r.Message = strings.Join(words, " ")
	return n.Handler.Handle(ctx, r)
}

// stopServer takes no new requests and waits for those under way, for a while.
func stopServer(ctx context.Context, server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("requests cut off: %w", err), server.Close())
	}
	return nil
}

// listeningAt fills in what only listening tells: the public URL of a service that was given none.
func (c config) listeningAt(address net.Addr) config {
	if c.publicURL != "" {
		return c
	}
	host, port, err := net.SplitHostPort(address.String())
	if ip := net.ParseIP(host); err != nil || ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	c.publicURL = "http://" + net.JoinHostPort(host, port)
	return c
}

// migrateCommand brings the database to the newest schema.
type migrateCommand struct{}

// Run migrates.
func (migrateCommand) Run(p *program) error {
	c, err := p.settings.check()
	if err != nil {
		return err
	}
	db, err := database.Open(p.ctx, database.Options{URL: c.databaseURL})
	if err != nil {
		return err
	}
	defer db.Close()
	before, err := migrations.Version(p.ctx, db)
	if err == nil {
		err = migrations.Up(p.ctx, db)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "schema %d, was %d\n", migrations.Newest(db.Dialect()), before)
	return nil
}
