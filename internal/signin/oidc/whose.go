package oidc

import (
	"context"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/journal"
)

// whose answers who is meant: whom the subject stands for, else whose the verified address is. The address counts once:
// from then on the subject does, because addresses change and are given to somebody else.
func (p *Provider) whose(ctx context.Context, who claims) (string, error) {
	var id string
	var known bool
	err := p.DB.Read(ctx, func(tx database.Tx) (err error) {
		id, known, err = personOf(tx, who.issuer, who.subject)
		return err
	})
	if err != nil || known {
		return id, err
	}
	email, verified, err := who.address(ctx)
	switch {
	case err != nil:
		return "", err
	case email == "":
		return "", fault.New(fault.Forbidden, "oidc-unknown")
	case !verified:
		return "", fault.New(fault.Forbidden, "oidc-address-unverified")
	}
	return p.link(ctx, subjectRow{Issuer: who.issuer, Subject: who.subject, CreatedAt: p.Clock.Machine()}, email)
}

// link notes that the subject is whoever has the address, and answers who that is.
func (p *Provider) link(ctx context.Context, row subjectRow, email string) (string, error) {
	var personID string
	err := p.DB.Write(ctx, func(tx database.Tx) error {
		person, err := holderOf(tx, email)
		if fault.IsKind(err, fault.NotFound) {
			return fault.New(fault.Forbidden, "oidc-unknown")
		}
		if err != nil {
			return err
		}
		personID = person.ID
		return linkIn(tx, p.Clock.Now(), row, person.ID)
	})
	if err != nil {
		return "", err
	}
	return personID, nil
}

// holderOf answers, and keeps until the transaction ends, whose the address is: who moves away from it or is erased in
// this very moment is nobody here. NotFound "not-found" for nobody.
func holderOf(tx database.Tx, email string) (identity.Person, error) {
	found, err := identity.ByEmailIn(tx, email)
	if err != nil {
		return identity.Person{}, err
	}
	person, err := identity.LockIn(tx, found.ID)
	if err == nil && (person.ErasedAt != nil || person.Email != found.Email) {
		err = fault.New(fault.NotFound, "not-found")
	}
	return person, err
}

// linkIn links a subject to a person. Another subject of the issuer that has the person already is refused; the same one,
// linked by another browser in this very moment, is well.
func linkIn(tx database.Tx, now time.Time, row subjectRow, personID string) error {
	if _, err := identity.ConfirmAddressIn(tx, now, personID); err != nil {
		return err
	}
	row.PersonID = personID
	linked, err := insertSubject(tx, row)
	if err != nil {
		return err
	}
	if linked {
		return journal.Add(tx, journal.Entry{At: now, ActorID: personID, SubjectID: personID, Action: "provider-linked"})
	}
	if id, known, err := personOf(tx, row.Issuer, row.Subject); err != nil || known && id == personID {
		return err
	}
	return refused("the person has another account with this provider")
}
