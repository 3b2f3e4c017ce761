package signin

import (
	"context"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/limit"
	"kring/internal/outbox"
)

// changeLives is how long a change of address waits for its presses, in product time.
const changeLives = 72 * time.Hour

// changeLimit bounds the letters that one person can cause to addresses that are not hers.
func changeLimit() limit.Rule {
	return limit.Rule{Name: "address-changes", Most: 5, Within: 24 * time.Hour}
}

// The purposes of the links that confirm a change of address; the row is the change.
const (
	LinkAddressOld = "address-old"
	LinkAddressNew = "address-new"
)

// The choices of the button in the letter to the old address; the one to the new address has but one.
const (
	ChoiceYes = "yes" // [SignIn.ConfirmAddress]
	ChoiceNo  = "no"  // [SignIn.RefuseAddress]
)

// change is a change of address that waits.
type change struct {
	ID             string
	PersonID       string
	Email          string // the new one
	OldNeeded      bool   // when it was asked for, the old address was confirmed and took mail
	OldConfirmedAt *time.Time
	NewConfirmedAt *time.Time
	ExpiresAt      time.Time
	CreatedAt      time.Time
}

// needsOld says whether the old address has to confirm: not one that turned out to take no mail.
func (c change) needsOld(p identity.Person) bool { return c.OldNeeded && p.UndeliverableAt == nil }

// AddressChange is how a change of address stands.
type AddressChange struct {
	ID, Email        string
	OldNeeded        bool
	OldDone, NewDone bool
	ExpiresAt        time.Time // product time
}

// ChangeAddress asks for letters to the new address and, when it is confirmed and takes mail, to the old one; one that
// waited is replaced. The answer is the same when somebody else has the address. It needs a sign-in itself (Forbidden
// "needs-sign-in") and answers Invalid with /email, and TooMany "too-often".
func (s *SignIn) ChangeAddress(ctx context.Context, actor identity.Actor, email string) (expiresAt time.Time, err error) {
	switch {
	case !actor.Known():
		return time.Time{}, fault.New(fault.Unauthenticated, "sign-in-needed")
	case actor.SignInID == "":
		return time.Time{}, fault.New(fault.Forbidden, "needs-sign-in")
	}
	var v fault.Violations
	email = identity.CheckEmail(&v, "/email", email)
	if err := v.Err(); err != nil {
		return time.Time{}, err
	}
	err = s.db.Write(ctx, func(tx database.Tx) error {
		now := s.clock.Now()
		expiresAt = now.Add(changeLives)
		if err := s.limits.TakeIn(tx, s.clock.Machine(), changeLimit(), actor.PersonID); err != nil {
			return err
		}
		p, err := identity.LockIn(tx, actor.PersonID) // her erasure may be under way
		if err != nil {
			return err
		}
		c := change{
			ID: database.NewID(), PersonID: p.ID, Email: email, OldNeeded: p.Confirmed() && p.UndeliverableAt == nil,
			ExpiresAt: expiresAt, CreatedAt: now,
		}
		return s.askChange(tx, p, c)
	})
	if err != nil {
		return time.Time{}, err
	}
	return expiresAt, nil
}

func (s *SignIn) askChange(tx database.Tx, p identity.Person, c change) error {
	if p.ErasedAt != nil {
		return notFound()
	}
	if p.Email == c.Email {
		var v fault.Violations
		v.Add("/email", "own-address")
		return v.Err()
	}
	if err := replaceChange(tx, c); err != nil {
		return err
	}
	kinds := []string{KindAddressNew}
	if c.OldNeeded {
		kinds = append(kinds, KindAddressOld)
	}
	for _, kind := range kinds {
		err := outbox.NoteIn(tx, outbox.Notice{
			PersonID: p.ID, Kind: kind, Key: kind + ":" + c.ID, SubjectID: c.ID, HoldUntil: c.CreatedAt, UsefulUntil: c.ExpiresAt,
		})
		if err != nil {
			return err
		}
	}
	return note(tx, c.CreatedAt, "address-change-asked", p.ID, c.ID)
}

// AddressChange answers a change that waits, to whom it is about; with an empty id, the one that waits. NotFound
// "not-found" otherwise.
func (s *SignIn) AddressChange(ctx context.Context, actor identity.Actor, id string) (AddressChange, error) {
	var found AddressChange
	err := s.db.Read(ctx, func(tx database.Tx) error {
		c, p, err := s.waiting(tx, actor, id, false)
		found = AddressChange{
			ID: c.ID, Email: c.Email, OldNeeded: c.needsOld(p), OldDone: c.OldConfirmedAt != nil, NewDone: c.NewConfirmedAt != nil,
			ExpiresAt: c.ExpiresAt,
		}
		return err
	})
	if err != nil {
		return AddressChange{}, err
	}
	return found, nil
}

// waiting answers the actor's change that waits, and the actor; with lock, both are kept until the transaction ends, the
// person first, as everywhere.
func (s *SignIn) waiting(tx database.Tx, actor identity.Actor, id string, lock bool) (change, identity.Person, error) {
	if !actor.Known() {
		return change{}, identity.Person{}, notFound()
	}
	find := identity.FindIn
	if lock {
		find = identity.LockIn
	}
	p, err := find(tx, actor.PersonID)
	if err == nil && p.ErasedAt != nil {
		err = notFound()
	}
	if err != nil {
		return change{}, identity.Person{}, err
	}
	c, err := changeOf(tx, p.ID, lock)
	if err == nil && (id != "" && c.ID != id || !s.clock.Now().Before(c.ExpiresAt)) {
		err = notFound()
	}
	return c, p, err
}

// ConfirmAddress takes the press in the letter to the old (old true) or the new address; done says that the address is
// changed by it. Then everybody who was signed in as the person is signed out, and all links that she was sent are void;
// her bearer tokens stay. It answers NotFound "not-found", and Conflict "address-taken" when somebody else took the
// address meanwhile; then the change is dropped.
func (s *SignIn) ConfirmAddress(ctx context.Context, actor identity.Actor, id string, old bool) (done bool, err error) {
	var refusal error // what drops the change although it is refused
	err = s.db.Write(ctx, func(tx database.Tx) error {
		done, refusal = false, nil
		c, p, err := s.waiting(tx, actor, id, true)
		if err != nil {
			return err
		}
		now := s.clock.Now()
		if side := c.side(old); *side == nil {
			*side = &now
		}
		if c.NewConfirmedAt == nil || c.OldConfirmedAt == nil && c.needsOld(p) {
			return savePresses(tx, c)
		}
		err = s.moveIn(tx, now, c)
		if fault.IsKind(err, fault.Conflict) {
			refusal, err = err, deleteChange(tx, c.PersonID)
		}
		done = err == nil && refusal == nil
		return err
	})
	if err == nil {
		err = refusal
	}
	if err != nil {
		return false, err
	}
	if done {
		s.cache.Empty()
	}
	return done, nil
}

func (c *change) side(old bool) **time.Time {
	if old {
		return &c.OldConfirmedAt
	}
	return &c.NewConfirmedAt
}

// moveIn makes the new address the person's. What was sent to the old one lets nobody in any more.
func (s *SignIn) moveIn(tx database.Tx, now time.Time, c change) error {
	if _, err := identity.MoveAddressIn(tx, now, c.PersonID, c.Email); err != nil {
		return err
	}
	if err := deleteRequests(tx, c.PersonID); err != nil {
		return err
	}
	if err := deleteChange(tx, c.PersonID); err != nil {
		return err
	}
	if err := s.EndAllIn(tx, c.PersonID, ""); err != nil {
		return err
	}
	return note(tx, now, "address-changed", c.PersonID, c.ID)
}

// RefuseAddress drops the change: the press "that was not me" in the letter to the old address. Whoever is signed in as
// the person asked for it, so all her sign-ins end, and with them the bearer tokens that somebody could have made by one:
// those of the last thirty days, five seconds later at most. It answers NotFound "not-found".
func (s *SignIn) RefuseAddress(ctx context.Context, actor identity.Actor, id string) error {
	err := s.db.Write(ctx, func(tx database.Tx) error {
		c, p, err := s.waiting(tx, actor, id, true)
		if err != nil {
			return err
		}
		if err := deleteChange(tx, p.ID); err != nil {
			return err
		}
		if err := s.EndAllIn(tx, p.ID, ""); err != nil {
			return err
		}
		now, machine := s.clock.Now(), s.clock.Machine()
		if err := identity.RevokeSinceIn(tx, now, machine, p.ID, machine.Add(-signedInFor)); err != nil {
			return err
		}
		return note(tx, now, "address-change-refused", p.ID, c.ID)
	})
	if err == nil {
		s.cache.Empty()
	}
	return err
}

func notFound() error { return fault.New(fault.NotFound, "not-found") }
