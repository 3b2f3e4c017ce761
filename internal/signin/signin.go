package signin

import (
	"context"
	"log/slog"
	"time"

	"github.com/alexedwards/scs/v2"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/limit"
	"kring/internal/text"
)

// Options is what a SignIn is made of. All fields are needed.
type Options struct {
	DB        *database.DB
	Clock     *clock.Clock
	Texts     *text.Catalog
	Secrets   identity.Secrets
	Links     *identity.Links
	Limits    *limit.Limits
	PublicURL string // without a slash at its end; the letters' links are below it
	Log       *slog.Logger
}

// SignIn lets people in. It may be used from several goroutines.
type SignIn struct {
	db     *database.DB
	clock  *clock.Clock
	texts  *text.Catalog
	links  *identity.Links
	limits *limit.Limits
	public string
	log    *slog.Logger

	keys     keys
	sessions *scs.SessionManager
	cache    identity.Cache[recognised]
	scopes   []string // of everybody who is signed in; shared, so never changed
}

// New makes a SignIn.
func New(o Options) *SignIn {
	return &SignIn{
		db: o.DB, clock: o.Clock, texts: o.Texts, links: o.Links, limits: o.Limits, public: below(o.PublicURL), log: o.Log,
		keys: newKeys(o.Secrets), sessions: newSessions(o.DB, o.Clock), scopes: identity.Scopes(),
	}
}

// Sweep deletes what is over: requests, sign-ins, changes of address. Counts are swept by [limit.Sweep]. It answers how
// many, and no next moment: what is over is void, swept or not.
func (s *SignIn) Sweep(ctx context.Context, now time.Time) (int, time.Time, error) {
	var swept int64
	err := s.db.Write(ctx, func(tx database.Tx) (err error) {
		swept, err = sweepOver(tx, database.Cut(now), s.clock.Machine())
		return err
	})
	return int(swept), time.Time{}, err
}
