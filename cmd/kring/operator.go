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
	"kring/internal/signin"
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
		if err != nil {
			return unknownAddress(t.Email, err)
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

// unsuppressCommand lets Kring write to an address again.
type unsuppressCommand struct {
	Email string `required:"" placeholder:"ADDRESS" help:"Which address; whoever has it asked for it."`
}

// Run says whether anything stood against it.
func (u unsuppressCommand) Run(p *program) error {
	return p.onDatabase(func(ctx context.Context, _ config, db *database.DB) error {
		if _, err := identity.NormaliseEmail(u.Email); err != nil {
			return err
		}
		var lifted bool
		err := db.Write(ctx, func(tx database.Tx) (err error) {
			lifted, err = identity.WriteAgainIn(tx, clock.System().Now(), u.Email)
			return err
		})
		switch {
		case err != nil:
			return err
		case lifted:
			fmt.Fprintf(p.out, "%s is written to again\n", strings.TrimSpace(u.Email))
		default:
			fmt.Fprintf(p.out, "nothing kept letters from %s\n", strings.TrimSpace(u.Email))
		}
		return nil
	})
}

// ownerCommand hands the installation to somebody else.
type ownerCommand struct {
	Email string `required:"" placeholder:"ADDRESS" help:"Who owns it from now on; somebody who confirmed her address."`
}

// Run says whose it is.
func (o ownerCommand) Run(p *program) error {
	return p.onDatabase(func(ctx context.Context, _ config, db *database.DB) error {
		var owner identity.Person
		err := db.Write(ctx, func(tx database.Tx) (err error) {
			owner, err = identity.HandOverIn(tx, clock.System().Now(), o.Email)
			return err
		})
		switch {
		case fault.HasCode(err, "unconfirmed"):
			return fmt.Errorf("%s never pressed a link in a letter: nobody knows whose address it is", strings.TrimSpace(o.Email))
		case err != nil:
			return unknownAddress(o.Email, err)
		}
		fmt.Fprintf(p.out, "Kring belongs to %s\n", owner.Email)
		return nil
	})
}

// endCommand ends what somebody is signed in with: a laptop was stolen, a token was published.
type endCommand struct {
	Email  string `required:"" placeholder:"ADDRESS" help:"Whose."`
	Tokens bool   `help:"Revoke her bearer tokens too."`
}

// Run says what was ended.
func (e endCommand) Run(p *program) error {
	return p.onDatabase(func(ctx context.Context, c config, db *database.DB) error {
		machine := clock.System()
		signIn := signin.New(signin.Options{DB: db, Clock: machine, Secrets: c.secrets})
		var revoked int
		err := db.Write(ctx, func(tx database.Tx) error {
			whose, err := identity.ByEmailIn(tx, e.Email)
			if err != nil {
				return err
			}
			if err = signIn.EndAllIn(tx, whose.ID, ""); err != nil || !e.Tokens {
				return err
			}
			revoked, err = identity.NewTokens(db, machine, c.secrets).RevokeAllIn(tx, whose.ID)
			return err
		})
		if err != nil {
			return unknownAddress(e.Email, err)
		}
		fmt.Fprintf(p.out, "%s is signed out everywhere, and %d tokens are revoked; a service that runs knows it within five seconds\n",
			strings.TrimSpace(e.Email), revoked)
		return nil
	})
}

// unknownAddress says of an error that it means that nobody has the address, where it does.
func unknownAddress(email string, err error) error {
	if fault.IsKind(err, fault.NotFound) {
		return fmt.Errorf("nobody has the address %s", strings.TrimSpace(email))
	}
	return err
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
