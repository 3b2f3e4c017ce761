package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/migrations"
)

// How long a client may take, and how long stopping waits for requests under way.
const (
	headerWithin = 5 * time.Second
	readWithin   = 15 * time.Second
	writeWithin  = 30 * time.Second
	idleWithin   = 2 * time.Minute
	stopWithin   = 15 * time.Second
)

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
	server := &http.Server{
		Handler: s.echo, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
		ReadHeaderTimeout: headerWithin, ReadTimeout: readWithin, WriteTimeout: writeWithin, IdleTimeout: idleWithin,
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) }, // requests under way are finished
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
	return errors.Join(err, stopServer(ctx, server), ticks.stop())
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
