package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/outbox"
	"kring/migrations"
)

// tokenCommand issues a bearer token for somebody who is there: a facilitator who was added by her address, an owner who
// lost hers. Whoever may read the database may do so anyway.
type tokenCommand struct {
	Email  string   `required:"" placeholder:"ADDRESS" help:"Whose token it is; somebody whom Kring knows."`
	Name   string   `default:"operator" help:"What the token is called in the list of hers."`
	Days   int      `help:"Days until it expires, up to 730; 0: never."`
	Scopes []string `default:"*" help:"What it may be used for, with commas."`
}

// Run prints the token, once.
func (t tokenCommand) Run(p *program) error {
	return p.onDatabase(func(ctx context.Context, c config, db *database.DB) error {
		tokens := identity.NewTokens(db, clock.System(), c.secrets)
		raw, token, err := tokens.IssueFor(ctx, t.Email, identity.TokenDraft{Name: t.Name, Scopes: t.Scopes, Days: t.Days})
		if fault.IsKind(err, fault.NotFound) {
			return fmt.Errorf("nobody has the address %s", strings.TrimSpace(t.Email))
		}
		if err != nil {
			return err
		}
		until := "does not expire"
		if token.ExpiresAt != nil {
			until = "expires on " + token.ExpiresAt.UTC().Format("2 January 2006")
		}
		fmt.Fprintf(p.out, "This token is shown once and %s; keep it:\n\n  %s\n\n", until, raw)
		return nil
	})
}

// releaseCommand queues parked letters again.
type releaseCommand struct{}

// Run prints how many there were.
func (releaseCommand) Run(p *program) error {
	return p.onDatabase(func(ctx context.Context, _ config, db *database.DB) error {
		machine := clock.System()
		post, err := outbox.New(outbox.Options{DB: db, Clock: machine, Host: "localhost"}) // it sends nothing
		if err != nil {
			return err
		}
		released, err := post.ReleaseParked(ctx, machine.Now())
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "%d letters queued again\n", released)
		return nil
	})
}

// onDatabase opens the database of a service, which may be running, for a command. It makes none and changes no schema.
func (p *program) onDatabase(do func(ctx context.Context, c config, db *database.DB) error) error {
	c, err := p.settings.check()
	if err != nil {
		return err
	}
	if path, file := database.FilePath(c.databaseURL); file {
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("no database: %w", err)
		}
	}
	db, err := database.Open(p.ctx, database.Options{URL: c.databaseURL})
	if err != nil {
		return err
	}
	pending, err := migrations.Pending(p.ctx, db)
	if err == nil && pending {
		err = errors.New("the database has not the newest schema: run kring migrate first")
	}
	if err == nil {
		err = do(p.ctx, c, db)
	}
	return errors.Join(err, db.Close())
}
