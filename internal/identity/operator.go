package identity

import (
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/journal"
)

// What is done on the word of whoever runs the program. The journal has no actor for it.

// HandOverIn makes the person with an address the owner of the installation, in the place of whoever is. The old owner
// keeps the roles that she was given herself. Other processes know it five seconds later at most, this one after
// [Tokens.Forget]. Whoever owns it already is answered, and nothing changed. Nobody has the address: NotFound
// "not-found"; its person never pressed a mailed link: Conflict "unconfirmed"; somebody else hands it over in this moment:
// Stale "stale".
func HandOverIn(tx database.Tx, now time.Time, email string) (Person, error) {
	heir, err := ByEmailIn(tx, email)
	if err != nil || heir.Owner {
		return heir, err
	}
	if !heir.Confirmed() {
		return Person{}, fault.New(fault.Conflict, "unconfirmed")
	}
	old, err := OwnerIn(tx)
	if err != nil && !fault.IsKind(err, fault.NotFound) {
		return Person{}, err
	}
	if err == nil {
		if _, err = changeIn(tx, now, old.ID, giveUp); err != nil {
			return Person{}, err
		}
	}
	heir, err = changeIn(tx, now, heir.ID, func(p *Person) error { p.Owner = true; return nil })
	if err != nil {
		return Person{}, err
	}
	return heir, journal.Add(tx, journal.Entry{At: now, SubjectID: heir.ID, Action: "owner-changed"})
}

// giveUp takes the installation from its owner, whose row is locked now.
func giveUp(p *Person) error {
	if !p.Owner {
		return fault.New(fault.Stale, "stale")
	}
	p.Owner = false
	return nil
}

// WriteAgainIn lifts whatever keeps letters from an address: that it bounced, that it asked for silence. It says whether
// there was anything. Call it because whoever has the address asked for it.
func WriteAgainIn(tx database.Tx, now time.Time, email string) (lifted bool, err error) {
	lifted, err = UnsuppressIn(tx, email)
	if err != nil {
		return false, err
	}
	p, err := ByEmailIn(tx, email)
	if fault.IsKind(err, fault.NotFound) {
		return lifted, nil
	}
	if err != nil || !lifted && p.UndeliverableAt == nil {
		return false, err
	}
	if _, err := changeIn(tx, now, p.ID, func(p *Person) error { p.UndeliverableAt = nil; return nil }); err != nil {
		return false, err
	}
	return true, journal.Add(tx, journal.Entry{At: now, SubjectID: p.ID, Action: "address-released"})
}

// RevokeAllIn voids all bearer tokens of a person and says how many. In this process they are void after
// [Tokens.Forget], in others five seconds later at most.
func (t *Tokens) RevokeAllIn(tx database.Tx, personID string) (int, error) {
	rows, err := allTokensOf(tx, personID)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, row := range rows {
		revoked, err := revokeToken(tx, row.ID, personID, t.clock.Machine())
		if err == nil && revoked {
			n++
			err = t.note(tx, "token-revoked", Actor{}, row.ID)
		}
		if err != nil {
			return 0, err
		}
	}
	return n, nil
}
