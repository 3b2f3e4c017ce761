package identity

import (
	"time"

	"kring/internal/database"
	"kring/internal/fault"
)

// MoveAddressIn gives a person another address, which she has proved to be hers: it is confirmed and takes mail, and
// every link that was sent before is void. No such person: NotFound "not-found"; no address: Invalid with /email; an
// address that somebody else has: Conflict "address-taken", after which the transaction can go on, nothing changed.
func MoveAddressIn(tx database.Tx, now time.Time, personID, email string) (Person, error) {
	var v fault.Violations
	email = CheckEmail(&v, "/email", email)
	if err := v.Err(); err != nil {
		return Person{}, err
	}
	p, err := personByID(tx, personID, true)
	if err == nil && p.ErasedAt != nil {
		err = notFound()
	}
	if err != nil {
		return Person{}, err
	}
	moved, err := moveAddress(tx, p.ID, email)
	if err == nil && !moved {
		err = fault.New(fault.Conflict, "address-taken")
	}
	if err != nil {
		return Person{}, err
	}
	if err := liftBouncedIn(tx, email); err != nil {
		return Person{}, err
	}
	if !p.Confirmed() {
		at := database.Cut(now)
		p.ConfirmedAt = &at
	}
	p.Email, p.UndeliverableAt, p.LinkEpoch = email, nil, p.LinkEpoch+1
	return p, updatePerson(tx, &p, now)
}
