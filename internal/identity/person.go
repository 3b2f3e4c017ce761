package identity

import (
	"strings"
	"time"

	"kring/internal/fault"
	"kring/internal/wall"
)

// Person is somebody Kring knows by an e-mail address: an applicant, a member, a facilitator, or all of these.
type Person struct {
	ID string
	// Email is normalised ([NormaliseEmail]) and unique among those not erased; empty when erased.
	Email string
	Name  string
	// LetterLanguage is "nl" or "en": the language of what Kring writes to this person.
	LetterLanguage string
	// Zone is the IANA name of the zone the person lives by.
	Zone string
	// Speaks lists languages, ISO 639 codes in lower case, sorted.
	Speaks []string
	// Availability is the hours at which the person can, in Zone.
	Availability wall.Availability
	// Owner may do everything in every programme.
	Owner bool
	// LinkEpoch is part of every link; raised, it voids all links that were sent before.
	LinkEpoch int
	// ConfirmedAt is when the person first pressed a mailed link; nil: the address is nobody's word yet.
	ConfirmedAt *time.Time
	// RemindersOff, ChangesOff and HourOff are the mails that the person does not want: reminders and questions,
	// changes of date, and the reminder one hour ahead.
	RemindersOff, ChangesOff, HourOff bool
	// QuietFrom and QuietUntil are the hours of the day at which the person wants to be left alone; nil: see [Person.Quiet].
	QuietFrom, QuietUntil *wall.TimeOfDay
	// WorkingDays are the days on which letters that can wait are sent; none: see [Person.Days].
	WorkingDays wall.Weekdays
	// FeedEpoch is part of the address of the person's calendar feed; raised, it voids that address.
	FeedEpoch int
	// UndeliverableAt is when a mail server refused the address for good.
	UndeliverableAt *time.Time
	ErasedAt        *time.Time
	// Revision rises with every change.
	Revision             int
	CreatedAt, UpdatedAt time.Time
}

// Confirmed says whether the person has pressed a mailed link.
func (p Person) Confirmed() bool { return p.ConfirmedAt != nil }

// Quiet is when the person wants to be left alone, on her own wall: from 22 to 7 h unless she said otherwise.
func (p Person) Quiet() wall.Quiet {
	if p.QuietFrom == nil || p.QuietUntil == nil {
		return wall.Quiet{From: wall.Night, Until: wall.Morning}
	}
	return wall.Quiet{From: *p.QuietFrom, Until: *p.QuietUntil}
}

// Days are the person's working days: Monday to Friday unless she said otherwise.
func (p Person) Days() wall.Weekdays {
	if p.WorkingDays == 0 {
		return wall.MondayToFriday
	}
	return p.WorkingDays
}

// FirstName is the person's name up to the first space: what a circle sees of somebody who asks for a seat. A single
// initial is no name to be called by, so "J. Peeters" stays whole.
func FirstName(p Person) string {
	first, _, _ := strings.Cut(strings.TrimSpace(p.Name), " ")
	if len([]rune(strings.TrimRight(first, "."))) < 2 {
		return p.Name
	}
	return first
}

// Actor is who asks, and with what right. The zero Actor is nobody.
type Actor struct {
	PersonID string
	// Owner is the person's own right; a token without the scope does not carry it.
	Owner bool
	// Scopes bound what the credential may be used for; "*" is everything.
	Scopes []string
	// TokenID is the bearer token's row, "" for other credentials.
	TokenID string
	// ExpiresAt is when the bearer token ends, machine time; nil for one that does not and for other credentials.
	ExpiresAt *time.Time
	// MemberOnly is set for a member token: the person acts as a member of her own circles, never as facilitator or
	// owner, whatever rights she has otherwise.
	MemberOnly bool
	// SignInID is the row of the browser's sign-in, "" for other credentials.
	SignInID string
}

// Known says whether the actor is somebody.
func (a Actor) Known() bool { return a.PersonID != "" }

// Herself refuses who does not look after her own things: Unauthenticated "sign-in-needed" for nobody, and Forbidden
// "forbidden" for a member token, which comes out of a link that may have been passed on.
func (a Actor) Herself() error {
	switch {
	case !a.Known():
		return fault.New(fault.Unauthenticated, "sign-in-needed")
	case a.MemberOnly:
		return fault.New(fault.Forbidden, "forbidden")
	}
	return nil
}
