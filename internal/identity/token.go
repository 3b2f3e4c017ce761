package identity

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/journal"
	"kring/internal/page"
	"kring/internal/wall"
)

const (
	bearerPrefix = "krg_"
	maxTokens    = 50  // of one person, neither revoked nor expired
	maxDays      = 730 // until a token expires, if it does
	idDigits     = 32  // a UUID without hyphens
	secretSize   = 26  // characters of rand.Text: 130 bits
	bearerSize   = len(bearerPrefix) + idDigits + 1 + secretSize
)

// Token is a bearer token without its secret.
type Token struct {
	ID       string
	PersonID string
	Name     string
	Scopes   []string
	// ExpiresAt is machine time; nil never expires.
	ExpiresAt *time.Time
	// LastUsedOn is a date in UTC, machine time, told some minutes late; zero when never used.
	LastUsedOn wall.Date
	CreatedAt  time.Time
}

// TokenDraft asks for a bearer token.
type TokenDraft struct {
	Name   string
	Scopes []string
	// Days until it expires, 1 to 730 of machine time; 0 never.
	Days int
}

// Tokens issues and recognises credentials: bearer tokens for programs (krg_...) and one-hour member tokens (krm_...).
// It may be used from several goroutines.
type Tokens struct {
	db     *database.DB
	clock  *clock.Clock
	signer signer
	cache  Cache[recognised]
	uses   uses
}

// NewTokens makes Tokens; secrets sign member tokens.
func NewTokens(db *database.DB, c *clock.Clock, s Secrets) *Tokens {
	return &Tokens{db: db, clock: c, signer: newSigner(s, memberUse)}
}

// Issue makes a bearer token for the actor and answers its text, this once: only a hash is kept. A token carries no
// scope that the credential asking for it lacks: Forbidden "scope-missing"; it ends no later than that credential does.
// A member token issues none: Forbidden "forbidden". Faulty fields: Invalid; 50 tokens already: Conflict
// "too-many-tokens"; nobody: Unauthenticated "sign-in-needed".
func (t *Tokens) Issue(ctx context.Context, actor Actor, draft TokenDraft) (raw string, token Token, err error) {
	err = t.db.Write(ctx, func(tx database.Tx) (err error) {
		raw, token, err = t.IssueIn(tx, actor, draft)
		return err
	})
	if err != nil {
		return "", Token{}, err // what Write left behind is not to be looked at
	}
	return raw, token, nil
}

// IssueFor makes a bearer token for the person with an address, on the word of whoever runs the program. It answers what
// Issue answers, and NotFound "not-found" when nobody has the address.
func (t *Tokens) IssueFor(ctx context.Context, email string, draft TokenDraft) (raw string, token Token, err error) {
	err = t.db.Write(ctx, func(tx database.Tx) error {
		p, err := ByEmailIn(tx, email)
		if err != nil {
			return err
		}
		raw, token, err = t.issueIn(tx, Actor{PersonID: p.ID, Owner: p.Owner, Scopes: Scopes()}, draft)
		if err != nil {
			return err
		}
		return t.note(tx, "token-issued", Actor{}, token.ID)
	})
	if err != nil {
		return "", Token{}, err // what Write left behind is not to be looked at
	}
	return raw, token, nil
}

// IssueIn is Issue inside a use case.
func (t *Tokens) IssueIn(tx database.Tx, actor Actor, draft TokenDraft) (string, Token, error) {
	raw, token, err := t.issueIn(tx, actor, draft)
	if err != nil {
		return "", Token{}, err
	}
	return raw, token, t.note(tx, "token-issued", actor, token.ID)
}

func (t *Tokens) issueIn(tx database.Tx, actor Actor, draft TokenDraft) (string, Token, error) {
	machine := t.clock.Machine()
	token, err := newToken(actor, draft, machine)
	if err != nil {
		return "", Token{}, err
	}
	alive, err := keepAlive(tx, actor.PersonID) // her erasure may be under way
	if err == nil && !alive {
		err = refused()
	}
	if err != nil {
		return "", Token{}, err
	}
	n, err := countTokens(tx, actor.PersonID, machine)
	if err == nil && n >= maxTokens {
		err = fault.New(fault.Conflict, "too-many-tokens").With("limit", maxTokens)
	}
	if err != nil {
		return "", Token{}, err
	}
	raw := bearerPrefix + strings.ReplaceAll(token.ID, "-", "") + "_" + rand.Text()
	return raw, token, insertToken(tx, token, hashText(raw))
}

func newToken(actor Actor, draft TokenDraft, machine time.Time) (Token, error) {
	if err := actor.Herself(); err != nil {
		return Token{}, err
	}
	var v fault.Violations
	token := Token{ID: database.NewID(), PersonID: actor.PersonID, CreatedAt: machine}
	token.Name = CheckName(&v, "/name", draft.Name)
	token.Scopes = checkScopes(&v, "/scopes", draft.Scopes)
	token.ExpiresAt = checkDays(&v, "/days", draft.Days, machine)
	if err := v.Err(); err != nil {
		return Token{}, err
	}
	for _, scope := range token.Scopes {
		if !actor.MayUse(scope) {
			return Token{}, fault.New(fault.Forbidden, "scope-missing").With("scope", scope)
		}
	}
	if until := actor.ExpiresAt; until != nil && (token.ExpiresAt == nil || token.ExpiresAt.After(*until)) {
		token.ExpiresAt = until // what was handed out for a while does not renew itself
	}
	return token, nil
}

// checkDays answers when a token of so many days ends, nil for 0. It adds "not-between" for what is none.
func checkDays(v *fault.Violations, pointer string, days int, machine time.Time) *time.Time {
	if days < 0 || days > maxDays {
		v.Add(pointer, "not-between", fault.Args{"from": 1, "until": maxDays})
	}
	if days == 0 {
		return nil
	}
	expires := machine.Add(time.Duration(days) * 24 * time.Hour)
	return &expires
}

// Authenticate answers who a credential stands for. Anything that is not one, was revoked or expired, or belongs to
// somebody erased: Unauthenticated "token-refused". What it answers may be five seconds old where another process
// revoked it; see [Tokens.Revoke]. The Scopes of the answer are shared and must not be changed.
func (t *Tokens) Authenticate(ctx context.Context, raw string) (Actor, error) {
	if member, ok := strings.CutPrefix(raw, memberPrefix); ok {
		return t.authenticateMember(ctx, member)
	}
	if len(raw) != bearerSize {
		return Actor{}, refused()
	}
	machine := t.clock.Machine()
	hash := sha256.Sum256([]byte(raw))
	e, ok := t.cache.Find(hash, machine)
	if !ok {
		var err error
		if e, err = t.recognise(ctx, raw, hash, machine); err != nil {
			return Actor{}, err
		}
	}
	if ends := e.actor.ExpiresAt; ends != nil && !machine.Before(*ends) {
		return Actor{}, refused()
	}
	if day := dayOf(machine); e.usedDay != day {
		t.uses.note(e.actor.TokenID, day)
	}
	return e.actor, nil
}

// recognised is what is remembered of a token.
type recognised struct {
	actor   Actor
	usedDay int64 // the last day of use that is stored, in days since 1970
}

// recognise reads a token and remembers it: a token that this process revoked is void as soon as Revoke has answered.
func (t *Tokens) recognise(ctx context.Context, raw string, hash [sha256.Size]byte, machine time.Time) (recognised, error) {
	id, ok := tokenID(raw)
	if !ok {
		return recognised{}, refused()
	}
	generation := t.cache.Generation()
	var c credential
	err := t.db.Read(ctx, func(tx database.Tx) (err error) {
		c, err = credentialOf(tx, id)
		return err
	})
	switch {
	case fault.IsKind(err, fault.NotFound):
		return recognised{}, refused()
	case err != nil:
		return recognised{}, err
	case !sameHash(c.hash, hash):
		return recognised{}, refused()
	}
	scopes, err := readList(c.scopes)
	if err != nil {
		return recognised{}, err
	}
	e := recognised{
		actor:   Actor{PersonID: c.personID, Owner: c.owner, Scopes: effective(scopes), TokenID: id, ExpiresAt: c.expiresAt},
		usedDay: dayOn(c.lastUsedOn),
	}
	t.cache.Put(hash, e, machine, generation)
	return e, nil
}

// List answers the actor's own tokens that are not revoked, newest first.
func (t *Tokens) List(ctx context.Context, actor Actor, after page.Cursor, limit int) (page.Page[Token], error) {
	var tokens []Token
	err := t.db.Read(ctx, func(tx database.Tx) (err error) {
		if actor.Known() {
			tokens, err = tokensOf(tx, actor.PersonID, after, limit+1)
		}
		return err
	})
	return page.Cut(tokens, limit, func(t Token) page.Cursor { return page.Cursor{ID: t.ID} }), err
}

// Revoke voids one of the actor's own tokens. In this process it is void once Revoke has answered, in others five
// seconds later at most. Not the actor's, or revoked already: NotFound "not-found".
func (t *Tokens) Revoke(ctx context.Context, actor Actor, id string) error {
	if !database.IsID(id) || !actor.Known() {
		return notFound()
	}
	err := t.db.Write(ctx, func(tx database.Tx) error {
		revoked, err := revokeToken(tx, id, actor.PersonID, t.clock.Machine())
		if err == nil && !revoked {
			err = notFound()
		}
		if err != nil {
			return err
		}
		return t.note(tx, "token-revoked", actor, id)
	})
	t.cache.Empty()
	return err
}

// RevokeSinceIn voids the bearer tokens of a person that were made at an instant of machine time or later, because
// somebody else may have made them. Every process takes them for five seconds more at most.
func RevokeSinceIn(tx database.Tx, now, machine time.Time, personID string, since time.Time) error {
	ids, err := tokensSince(tx, personID, since)
	if err != nil {
		return err
	}
	for _, id := range ids {
		revoked, err := revokeToken(tx, id, personID, machine)
		if err != nil {
			return err
		}
		if !revoked {
			continue
		}
		e := journal.Entry{At: now, ActorID: personID, SubjectID: id, Action: "token-revoked"}
		if err := journal.Add(tx, e); err != nil {
			return err
		}
	}
	return nil
}

// Forget makes what was changed about a person or token elsewhere in this process (erased, no longer owner) hold at
// once. Call it after the commit.
func (t *Tokens) Forget() { t.cache.Empty() }

func (t *Tokens) note(tx database.Tx, action string, actor Actor, tokenID string) error {
	return journal.Add(tx, journal.Entry{At: t.clock.Now(), ActorID: actor.PersonID, SubjectID: tokenID, Action: action})
}

func refused() error { return fault.New(fault.Unauthenticated, "token-refused") }

// tokenID finds the row's id in krg_<32 hexadecimal digits>_<secret>.
func tokenID(raw string) (string, bool) {
	rest, ok := strings.CutPrefix(raw, bearerPrefix)
	if !ok || len(raw) != bearerSize || rest[idDigits] != '_' {
		return "", false
	}
	id := rest[:8] + "-" + rest[8:12] + "-" + rest[12:16] + "-" + rest[16:20] + "-" + rest[20:idDigits]
	return id, database.IsID(id)
}

func hashText(raw string) string {
	hash := sha256.Sum256([]byte(raw))
	return hex.EncodeToString(hash[:])
}
