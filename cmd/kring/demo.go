package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/mail"
	"kring/internal/mail/catcher"
	"kring/internal/wall"
)

// demoPast is how many days back a new demo begins: its circles live through them before anybody looks.
const demoPast = 45

// memory is where Linux keeps files that are in memory only.
const memory = "/dev/shm"

// demoCommand runs the service with a sample programme, a mail catcher and a clock to turn.
type demoCommand struct {
	Folder string `help:"Keep the demo here and go on with it next time; default: a new one each time."`
}

// Run runs the demo.
func (d demoCommand) Run(p *program) error {
	c, err := p.settings.checkDemo()
	if err != nil {
		return err
	}
	folder, clean, err := d.folder()
	if err != nil {
		return err
	}
	defer clean()
	inbox, err := catcher.Start("127.0.0.1:0")
	if err != nil {
		return err
	}
	defer inbox.Close()
	server, err := mail.ParseURL(inbox.URL())
	if err != nil {
		return err
	}
	c.smtp, c.databaseURL = &server, database.FileURL(filepath.Join(folder, "demo.db"))
	stage := &stage{folder: folder, inbox: inbox.Box, out: p.out}
	in := ingredients{config: c, clock: stage.clock(), log: c.logger(p.err), out: io.Discard}
	return serve(p.ctx, in, func(ctx context.Context, s *service) error {
		_, err := stage.set(ctx, s)
		return err
	})
}

// checkDemo is check for the demo, which must not reach anybody: no mail server and no database of its own choosing.
func (s settings) checkDemo() (config, error) {
	m := mistakes{}
	if s.SMTPURL != "" || s.SMTPURLFile != "" {
		m.add("smtp-url", errors.New("the demo sends nothing: whoever can turn its clock must not write to real people"))
	}
	if s.ReplyAddress+s.IMAPURL+s.LMTPAddr != "" {
		m.add("reply-address", errors.New("the demo reads no mails: nobody gets any from it"))
	}
	if (s.DatabaseURL != "" && s.DatabaseURL != defaultDatabase) || s.DatabaseURLFile != "" {
		m.add("database-url", errors.New("the demo keeps a file of its own; --folder says where"))
	}
	if err := m.err(); err != nil {
		return config{}, err
	}
	if s.OwnerEmail == "" {
		s.OwnerEmail = sampleOwner
	}
	c, err := s.check()
	if c.level == slog.LevelInfo {
		c.level = slog.LevelWarn // the terminal is for the reader
	}
	return c, err
}

// folder is where the demo's file is, and what to do with it in the end.
func (d demoCommand) folder() (path string, clean func(), err error) {
	if d.Folder != "" {
		return d.Folder, func() {}, os.MkdirAll(d.Folder, 0o700)
	}
	path, err = os.MkdirTemp(memory, "kring-demo-") // what goes with the process need not wait for a disk
	if err != nil {
		path, err = os.MkdirTemp("", "kring-demo-")
	}
	return path, func() { _ = os.RemoveAll(path) }, err
}

// stage is where a demo plays: its folder, which also remembers where the clock stood, and its inbox.
type stage struct {
	folder string
	inbox  *catcher.Box
	out    io.Writer
	isNew  bool
}

func (g *stage) clockFile() string { return filepath.Join(g.folder, "clock") }

// clock goes on where it stood, or begins in the past of a new demo.
func (g *stage) clock() *clock.Clock {
	now := clock.System().Machine()
	kept, err := os.ReadFile(g.clockFile())
	if err != nil {
		g.isNew = true
		return clock.From(now.AddDate(0, 0, -demoPast))
	}
	if at, err := time.Parse(time.RFC3339, strings.TrimSpace(string(kept))); err == nil && at.After(now) {
		return clock.From(at)
	}
	return clock.System()
}

// keep remembers where the clock stands.
func (g *stage) keep(at time.Time) {
	_ = os.WriteFile(g.clockFile(), []byte(at.Format(time.RFC3339)+"\n"), 0o600) // a demo that forgets its clock is still a demo
}

// set makes the sample programme of a new demo, lets it live until today, adds the sandbox, and says how to look at it.
func (g *stage) set(ctx context.Context, s *service) (*sandbox, error) {
	owner, err := s.owner(ctx)
	if err != nil {
		return nil, err
	}
	b := &sandbox{service: s, box: g.inbox, cast: newCast(s, owner), moved: g.keep}
	if g.isNew {
		if err := b.rehearse(ctx, owner); err != nil {
			return nil, fmt.Errorf("sample programme: %w", err)
		}
	}
	if err := b.cast.find(ctx); err != nil {
		return nil, err
	}
	g.keep(s.clock.Now())
	b.token, _, err = s.tokens.Issue(ctx, owner, identity.TokenDraft{Name: "demo", Scopes: []string{identity.ScopeAll}, Days: 30})
	if err != nil {
		return nil, err
	}
	b.mount(s.echo)
	g.greet(b)
	return b, nil
}

// owner is whose database it is, as somebody who may do everything.
func (s *service) owner(ctx context.Context) (actor identity.Actor, err error) {
	err = s.db.Read(ctx, func(tx database.Tx) error {
		p, err := identity.ByEmailIn(tx, s.config.ownerEmail)
		actor = identity.Actor{PersonID: p.ID, Owner: p.Owner, Scopes: []string{identity.ScopeAll}}
		return err
	})
	return actor, err
}

// greet says where everything is.
func (g *stage) greet(b *sandbox) {
	url, zone := b.config.publicURL, b.config.zone
	date := b.clock.Now().Format("2 January 2006, 15:04 UTC")
	if loc, err := wall.LoadZone(zone); err == nil {
		date = wall.LongDate(wall.DateOf(b.clock.Now(), loc), "en") + ", " + wall.TimeOfDayOf(b.clock.Now(), loc).String() + " (" + zone + ")"
	}
	fmt.Fprintf(g.out, `Kring, the demo. Stop it with Ctrl-C.

  Clock   %s
          It goes on from wherever you turn it, and never back.
  Inbox   %s/sandbox/inbox   every mail to everybody; nothing leaves this machine
  Sign in %s/sign-in   as %s; the letter comes into the inbox
  API     %s/api/docs
  Token   %s   also at /sandbox/token

Three lines to begin with:

  export KRING=%s KRING_TOKEN=%s
  curl -s -H "Authorization: Bearer $KRING_TOKEN" $KRING/api/v1/programmes/%s/health
  curl -s -H "Content-Type: application/json" -d '{"days": 7}' $KRING/sandbox/clock/advance

`, date, url, url, b.config.ownerEmail, url, b.token, url, b.token, b.cast.programmeID)
}
