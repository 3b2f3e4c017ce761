package identity

import (
	"context"
	"errors"
	"strings"

	"kring/internal/database"
)

// ErrNoOwner is answered when a database has no owner yet and nobody says who it is.
var ErrNoOwner = errors.New("an empty database needs the e-mail address of its owner")

// errNotFirst rolls back what a process did that was not the first after all.
var errNotFirst = errors.New("not the first run")

// EnsureOwner makes, in an empty database, the person who may open programmes, with a bearer token for everything, and
// answers the token's text, this once. One unique row decides which of several processes does so; the others, and every
// later start, answer created false and do not look at the address.
//
// It answers ErrNoOwner for an empty address and ErrEmail for a wrong one, both only in an empty database.
func (t *Tokens) EnsureOwner(ctx context.Context, email, letterLanguage, zone string) (raw string, created bool, err error) {
	var ran bool
	err = t.db.Read(ctx, func(tx database.Tx) (err error) {
		ran, err = hasFirstRun(tx)
		return err
	})
	if err != nil || ran {
		return "", false, err
	}
	if strings.TrimSpace(email) == "" {
		return "", false, ErrNoOwner
	}
	normal, err := NormaliseEmail(email)
	if err != nil {
		return "", false, err
	}
	err = t.db.Write(ctx, func(tx database.Tx) (err error) {
		raw, err = t.firstRunIn(tx, Person{Email: normal, LetterLanguage: letterLanguage, Zone: zone})
		return err
	})
	if errors.Is(err, errNotFirst) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	return raw, true, nil
}

func (t *Tokens) firstRunIn(tx database.Tx, draft Person) (string, error) {
	now := t.clock.Now()
	draft.Name, _, _ = strings.Cut(draft.Email, "@") // until the owner says otherwise
	p, err := EnsureIn(tx, now, draft)
	if err != nil {
		return "", err
	}
	first, err := claimFirstRun(tx, p.ID, now)
	if err == nil && !first {
		err = errNotFirst
	}
	if err != nil {
		return "", err
	}
	_, err = changeIn(tx, now, p.ID, func(p *Person) error {
		at := database.Cut(now)
		p.Owner, p.ConfirmedAt = true, &at
		return nil
	})
	if err != nil {
		return "", err
	}
	actor := Actor{PersonID: p.ID, Owner: true, Scopes: Scopes()}
	raw, _, err := t.IssueIn(tx, actor, TokenDraft{Name: "first run", Scopes: []string{ScopeAll}})
	return raw, err
}
