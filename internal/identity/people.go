package identity

import (
	"slices"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/wall"
)

// FindIn answers the person with an id, also an erased one. No such person: NotFound "not-found".
func FindIn(tx database.Tx, id string) (Person, error) { return personByID(tx, id, false) }

// LockIn is FindIn that keeps the person's row until the transaction ends.
func LockIn(tx database.Tx, id string) (Person, error) { return personByID(tx, id, true) }

// FindManyIn answers the people with these ids, by id; who does not exist is left out.
func FindManyIn(tx database.Tx, ids []string) (map[string]Person, error) {
	sought := slices.Compact(slices.Sorted(slices.Values(ids)))
	return peopleByID(tx, slices.DeleteFunc(sought, func(id string) bool { return !database.IsID(id) }))
}

// ByEmailIn answers the person with an address, in whatever form it is written. No such person, or no such address:
// NotFound "not-found".
func ByEmailIn(tx database.Tx, email string) (Person, error) {
	normal, err := NormaliseEmail(email)
	if err != nil {
		return Person{}, notFound()
	}
	return personByEmail(tx, normal, false)
}

// OwnerIn answers the owner of the installation. There is none before the first run: NotFound "not-found".
func OwnerIn(tx database.Tx) (Person, error) { return owner(tx) }

// EnsureIn answers the person with the draft's address and makes one from the draft when there is none. Whoever exists
// is answered unchanged, confirmed or not: what a stranger writes into a form never changes what is known of somebody.
// The person is kept from being deleted until the transaction ends, so that rows may point at her.
// It reads Email, Name, LetterLanguage, Zone, Speaks, Availability and the switches of the draft; a Name may be empty.
// Faulty fields: Invalid, with pointers as in the API (/email, /name, ...).
func EnsureIn(tx database.Tx, now time.Time, draft Person) (Person, error) {
	p, err := newPerson(now, draft)
	if err != nil {
		return Person{}, err
	}
	if known, err := personByEmail(tx, p.Email, true); !fault.IsKind(err, fault.NotFound) {
		return known, err
	}
	made, err := insertPerson(tx, p)
	if err != nil || made {
		return p, err
	}
	return personByEmail(tx, p.Email, true) // somebody else made it in this very moment
}

func newPerson(now time.Time, draft Person) (Person, error) {
	var v fault.Violations
	p := Person{
		ID: database.NewID(), LetterLanguage: draft.LetterLanguage, Zone: draft.Zone, Availability: draft.Availability,
		RemindersOff: draft.RemindersOff, ChangesOff: draft.ChangesOff, HourOff: draft.HourOff,
		LinkEpoch: 1, Revision: 1, CreatedAt: database.Cut(now), UpdatedAt: database.Cut(now),
	}
	p.Email = CheckEmail(&v, "/email", draft.Email)
	if draft.Name != "" {
		p.Name = CheckName(&v, "/name", draft.Name)
	}
	CheckLetterLanguage(&v, "/letter_language", p.LetterLanguage)
	CheckZone(&v, "/zone", p.Zone)
	p.Speaks = CheckSpeaks(&v, "/speaks", draft.Speaks)
	return p, v.Err()
}

// Profile is what an application says about its person.
type Profile struct {
	Name, LetterLanguage, Zone string
	Speaks                     []string
	Availability               wall.Availability
}

// ConfirmIn notes that the person pressed a mailed link, so that the address is theirs and mail arrives there. The first
// time the whole profile becomes the person's. Later it renews zone, languages spoken and availability; name and letter
// language change by the person's own word alone ([PatchIn]). An address that bounced once is written to again; one that
// asked for silence is not. No such person: NotFound "not-found"; faulty fields: Invalid.
func ConfirmIn(tx database.Tx, now time.Time, personID string, profile Profile) (Person, error) {
	patch := Patch{Zone: &profile.Zone, Speaks: &profile.Speaks, Availability: &profile.Availability}
	p, err := changeIn(tx, now, personID, func(p *Person) error {
		if !p.Confirmed() {
			at := database.Cut(now)
			p.ConfirmedAt = &at
			patch.Name, patch.LetterLanguage = &profile.Name, &profile.LetterLanguage
		}
		p.UndeliverableAt = nil
		return patch.apply(p)
	})
	if err != nil {
		return Person{}, err
	}
	return p, liftBouncedIn(tx, p.Email)
}

// ConfirmAddressIn is ConfirmIn for a press that brings no profile with it (a seat accepted): it changes nothing but
// that the person is confirmed. Already confirmed and deliverable: nothing at all. No such person, or one who is erased:
// NotFound "not-found".
func ConfirmAddressIn(tx database.Tx, now time.Time, personID string) (Person, error) {
	p, err := living(personByID(tx, personID, true))
	if err != nil || p.Confirmed() && p.UndeliverableAt == nil {
		return p, err
	}
	if !p.Confirmed() {
		at := database.Cut(now)
		p.ConfirmedAt = &at
	}
	p.UndeliverableAt = nil
	if err := updatePerson(tx, &p, now); err != nil {
		return Person{}, err
	}
	return p, liftBouncedIn(tx, p.Email)
}

// Patch is a change that a person makes to what is known of them; nil leaves as it is.
type Patch struct {
	Name, LetterLanguage, Zone        *string
	Speaks                            *[]string
	Availability                      *wall.Availability
	RemindersOff, ChangesOff, HourOff *bool
	QuietHours                        **QuietHours // a nil inside goes back to 22:00-07:00
	WorkingDays                       **[]string   // "mon" .. "sun"; a nil inside goes back to Monday to Friday
}

// PatchIn changes a person. The revision is the one the change was made from; 0 skips the comparison. No such person:
// NotFound "not-found"; another revision: Stale "stale"; faulty fields: Invalid.
func PatchIn(tx database.Tx, now time.Time, personID string, revision int, patch Patch) (Person, error) {
	return changeIn(tx, now, personID, func(p *Person) error {
		if revision != 0 && revision != p.Revision {
			return fault.New(fault.Stale, "stale")
		}
		return patch.apply(p)
	})
}

func (patch Patch) apply(p *Person) error {
	var v fault.Violations
	if patch.Name != nil {
		p.Name = CheckName(&v, "/name", *patch.Name)
	}
	if patch.LetterLanguage != nil {
		CheckLetterLanguage(&v, "/letter_language", *patch.LetterLanguage)
	}
	if patch.Zone != nil {
		CheckZone(&v, "/zone", *patch.Zone)
	}
	if patch.Speaks != nil {
		p.Speaks = CheckSpeaks(&v, "/speaks", *patch.Speaks)
	}
	if patch.QuietHours != nil {
		p.QuietFrom, p.QuietUntil = CheckQuiet(&v, "/quiet_hours", *patch.QuietHours)
	}
	if patch.WorkingDays != nil {
		p.WorkingDays = CheckDays(&v, "/working_days", *patch.WorkingDays)
	}
	set(&p.LetterLanguage, patch.LetterLanguage)
	set(&p.Zone, patch.Zone)
	set(&p.Availability, patch.Availability)
	set(&p.RemindersOff, patch.RemindersOff)
	set(&p.ChangesOff, patch.ChangesOff)
	set(&p.HourOff, patch.HourOff)
	return v.Err()
}

func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}

// RaiseLinkEpochIn voids every link and member token of a person that was made before. No such person: NotFound
// "not-found".
func RaiseLinkEpochIn(tx database.Tx, now time.Time, personID string) (Person, error) {
	return changeIn(tx, now, personID, func(p *Person) error {
		p.LinkEpoch++
		return nil
	})
}

// RaiseFeedEpochIn voids the address of a person's calendar feed. No such person: NotFound "not-found".
func RaiseFeedEpochIn(tx database.Tx, now time.Time, personID string) (Person, error) {
	return changeIn(tx, now, personID, func(p *Person) error {
		p.FeedEpoch++
		return nil
	})
}

// MarkUndeliverableIn notes that a mail server refused the address for good; the first such moment stays until the
// person presses a link again. The address is suppressed as [Bounced], so that it is still known when the person is
// forgotten. Somebody erased has no address to be marked. No such person: NotFound "not-found".
func MarkUndeliverableIn(tx database.Tx, now time.Time, personID string) error {
	p, err := personByID(tx, personID, true)
	if err != nil || p.ErasedAt != nil {
		return err
	}
	if err := SuppressIn(tx, now, p.Email, Bounced); err != nil || p.UndeliverableAt != nil {
		return err
	}
	at := database.Cut(now)
	p.UndeliverableAt = &at
	return updatePerson(tx, &p, now)
}

// DeleteUnconfirmedIn deletes a person who never pressed a link and says whether there was one. The caller has deleted
// what pointed at that person; somebody confirmed, an owner or a tombstone stays.
func DeleteUnconfirmedIn(tx database.Tx, personID string) (bool, error) {
	if !database.IsID(personID) {
		return false, nil
	}
	return deleteUnconfirmed(tx, personID)
}

// changeIn locks a person, changes and writes. Erased people are not there to be changed.
func changeIn(tx database.Tx, now time.Time, personID string, change func(*Person) error) (Person, error) {
	p, err := personByID(tx, personID, true)
	if err == nil && p.ErasedAt != nil {
		err = notFound()
	}
	if err == nil {
		err = change(&p)
	}
	if err != nil {
		return Person{}, err
	}
	return p, updatePerson(tx, &p, now)
}
