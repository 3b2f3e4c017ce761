package signin

import (
	"context"
	"crypto/sha256"
	"net/http"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
)

// recognised is what is remembered of a cookie.
type recognised struct {
	actor     identity.Actor
	expiresAt time.Time // machine time
}

// Start signs the person in with the browser that sent r: a new sign-in under a new secret, set on w. The sign-in that a
// cookie of r stands for, whosever it is, ends. It answers Unauthenticated "signed-out" for who was erased meanwhile.
func (s *SignIn) Start(ctx context.Context, w http.ResponseWriter, r *http.Request, personID string) error {
	raw, _ := cookieOf(r)
	ctx, err := s.sessions.Load(ctx, raw)
	if err != nil {
		return err
	}
	if err := s.sessions.RenewToken(ctx); err != nil {
		return err
	}
	s.sessions.Put(ctx, valueSignIn, database.NewID())
	s.sessions.Put(ctx, valuePerson, personID)
	s.sessions.Put(ctx, valueDevice, device(r.UserAgent()))
	raw, expiry, err := s.sessions.Commit(ctx)
	if err != nil {
		return err
	}
	s.cache.Empty()
	s.sessions.WriteSessionCookie(ctx, w, raw, expiry)
	return nil
}

// Authenticate answers who is signed in by the request's cookie; the zero Actor when it has none. A cookie that does not
// hold, or whose person was erased: Unauthenticated "signed-out". It writes nothing. What it answers may be five seconds
// old where another process ended the sign-in; see [SignIn.Forget]. The Scopes of the answer are shared and must not be
// changed.
func (s *SignIn) Authenticate(r *http.Request) (identity.Actor, error) {
	raw, has := cookieOf(r)
	if !has {
		return identity.Actor{}, nil
	}
	if raw == "" {
		return identity.Actor{}, signedOut()
	}
	machine := s.clock.Machine()
	hash := sha256.Sum256([]byte(raw))
	known, ok := s.cache.Find(hash, machine)
	if !ok {
		var err error
		generation := s.cache.Generation()
		if known, err = s.recognise(r.Context(), raw); err != nil {
			return identity.Actor{}, err
		}
		s.cache.Put(hash, known, machine, generation)
	}
	if !machine.Before(known.expiresAt) {
		return identity.Actor{}, signedOut()
	}
	return known.actor, nil
}

// recognise reads whose cookie it is.
func (s *SignIn) recognise(ctx context.Context, raw string) (recognised, error) {
	ctx, err := s.sessions.Load(ctx, raw)
	if err != nil {
		return recognised{}, err
	}
	var p identity.Person
	err = s.db.Read(ctx, func(tx database.Tx) (err error) {
		p, err = alive(identity.FindIn(tx, s.sessions.GetString(ctx, valuePerson)))
		return err
	})
	if err != nil {
		return recognised{}, err
	}
	return recognised{
		actor: identity.Actor{
			PersonID: p.ID, Owner: p.Owner, Scopes: s.scopes, SignInID: s.sessions.GetString(ctx, valueSignIn),
		},
		expiresAt: s.sessions.Deadline(ctx),
	}, nil
}

// alive turns who is gone or erased into nobody who is signed in.
func alive(p identity.Person, err error) (identity.Person, error) {
	if fault.IsKind(err, fault.NotFound) || err == nil && p.ErasedAt != nil {
		err = signedOut()
	}
	if err != nil {
		return identity.Person{}, err
	}
	return p, nil
}

// Stop ends the request's own sign-in and takes the cookie back. A cookie that does not hold is taken back too.
func (s *SignIn) Stop(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	raw, _ := cookieOf(r)
	ctx, err := s.sessions.Load(ctx, raw)
	if err != nil {
		return err
	}
	if s.sessions.Token(ctx) != "" { // else there is nothing to end
		if err := s.sessions.Destroy(ctx); err != nil {
			return err
		}
		s.cache.Empty()
	}
	s.sessions.WriteSessionCookie(ctx, w, "", time.Time{})
	return nil
}

// Forget makes what was changed about a person elsewhere in this process (no longer owner) hold at once. Call it after
// the commit.
func (s *SignIn) Forget() { s.cache.Empty() }

// cookieOf answers the request's cookie, and whether it has one; "" for one that is none of ours by its length alone.
func cookieOf(r *http.Request) (raw string, has bool) {
	cookie, err := r.Cookie(CookieName)
	if err != nil {
		return "", false
	}
	if len(cookie.Value) != cookieSize {
		return "", true
	}
	return cookie.Value, true
}

func signedOut() error { return fault.New(fault.Unauthenticated, "signed-out") }
