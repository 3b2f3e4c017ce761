package circles

import (
	"context"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/journal"
	"kring/internal/outbox"
	"kring/internal/wall"
)

// letterEvery is how often at most an address gets a letter because somebody typed it into a public form.
const letterEvery = 24 * time.Hour

// Applied is what a public sign-up is answered with: the same whether the address is known or not.
type Applied struct {
	ExpiresAt time.Time // until when the mailed link can be pressed
}

// Apply takes a public sign-up. It counts after the press in the mailed link, within 72 hours of the first time; an
// address gets at most one letter a day, with nothing in it that somebody typed. A known applicant gets no second row,
// and nothing of hers changes: a seat that is wished for stands in the letter and counts by her press.
//
// It answers NotFound for a programme that does not exist, Invalid with everything that is wrong with the draft, and
// Conflict: programme-closed, signup-closed; for a draft that asks for a seat seats-closed, circle-over, and
// no-shared-hour with "circles", the ids of those that do fit. When the draft's network signed up too many people within
// an hour it answers TooMany too-often, and writes nothing.
func (r *Registry) Apply(ctx context.Context, programmeID string, draft ApplicationDraft) (Applied, error) {
	now := r.clock.Now()
	return write(ctx, r.db, func(tx database.Tx) (Applied, error) {
		p, err := one[Programme](tx, programmeID, false)
		if err != nil {
			return Applied{}, err
		}
		if err := draft.check(); err != nil {
			return Applied{}, err
		}
		if err := r.takesSignup(tx, p, draft, now); err != nil {
			return Applied{}, err
		}
		if err := r.countSignup(tx, draft.Network); err != nil {
			return Applied{}, err
		}
		person, err := identity.EnsureIn(tx, now, identity.Person{
			Email: draft.Email, Name: draft.Name, LetterLanguage: draft.LetterLanguage, Zone: draft.Zone,
		})
		if err != nil {
			return Applied{}, err
		}
		return Applied{ExpiresAt: now.Add(PressWithin)}, signUp(tx, p, person, draft, now)
	})
}

// limitSignups names the rule that bounds the public sign-ups of one network.
const limitSignups = "sign-up"

// countSignup counts a sign-up that comes from a network.
func (r *Registry) countSignup(tx database.Tx, network string) error {
	if r.limits == nil {
		return nil
	}
	return r.limits.TakeNetworkIn(tx, r.clock.Machine(), limitSignups, network)
}

// takesSignup says no to what can be refused without looking at the address. Links to open seats outlive the sign-up
// window.
func (r *Registry) takesSignup(tx database.Tx, p Programme, draft ApplicationDraft, now time.Time) error {
	switch {
	case p.State != Open:
		return conflict("programme-closed")
	case draft.CircleID != "":
		c, err := one[Circle](tx, draft.CircleID, false)
		if err != nil || c.ProgrammeID != p.ID {
			return invalidAt("/circle_id", "no-such-circle", err)
		}
		return r.seekable(tx, c, draft.availability, draft.Zone, now)
	case !p.TakesApplications(now):
		return conflict("signup-closed")
	}
	return nil
}

// invalidAt turns a row that is not there into a violation of the field that named it; other errors stay.
func invalidAt(pointer, code string, err error) error {
	if err != nil && !fault.IsKind(err, fault.NotFound) {
		return err
	}
	var v fault.Violations
	v.Add(pointer, code)
	return v.Err()
}

// seekable says whether somebody with these hours may ask for a seat of the circle.
func (r *Registry) seekable(tx database.Tx, c Circle, hours wall.Availability, zone string, now time.Time) error {
	switch {
	case !c.TakesPeople():
		return conflict("circle-over")
	case !c.SeatsOpen:
		return conflict("seats-closed")
	}
	fit, err := r.fitsIn(tx, c, hours, zone, now)
	if err != nil || fit {
		return err
	}
	offers, err := r.elsewhere(tx, c.ProgrammeID, c.ID, hours, zone, now)
	if err != nil {
		return err
	}
	return noSharedHour(offers)
}

// signUp writes the sign-up down and asks for the letter it may cause.
func signUp(tx database.Tx, p Programme, person identity.Person, draft ApplicationDraft, now time.Time) error {
	a, known, err := liveApplication(tx, p.ID, person.ID)
	if err != nil {
		return err
	}
	letter, err := mayBeWritten(tx, person.ID, now)
	if err != nil {
		return err
	}
	if !known {
		inserted, err := firstSignUp(tx, p, person, draft, letter, now)
		if err != nil || inserted {
			return err
		}
		if a, _, err = liveApplication(tx, p.ID, person.ID); err != nil { // somebody was quicker with the same address
			return err
		}
	}
	if a.State == Unconfirmed {
		return retold(tx, a, draft, letter, now)
	}
	return signUpAgain(tx, a, draft, letter, now)
}

// mayBeWritten says whether the address got no letter about a sign-up for a day.
func mayBeWritten(tx database.Tx, personID string, now time.Time) (bool, error) {
	last, err := lastSignupLetter(tx, personID)
	return last.IsZero() || !now.Before(last.Add(letterEvery)), err
}

// firstSignUp answers false when the person has an application by now.
func firstSignUp(tx database.Tx, p Programme, person identity.Person, draft ApplicationDraft, letter bool, now time.Time) (bool, error) {
	a := Application{
		ID: database.NewID(), ProgrammeID: p.ID, PersonID: person.ID, State: Unconfirmed,
		ExpiresAt: ptr(now.Add(PressWithin)), Revision: 1, CreatedAt: now, UpdatedAt: now,
	}
	draft.fill(&a)
	if letter {
		a.LetterAt = &now
	}
	inserted, err := insertApplication(tx, a)
	if err != nil || !inserted || !letter {
		return inserted, err
	}
	return true, signupLetter(tx, a, KindConfirmApplication, "", now)
}

// retold takes what is said once more before the press: it is nobody's word yet, so the newest words count. It lives no
// longer for that, so that no stranger keeps an address here by typing it every day.
func retold(tx database.Tx, a Application, draft ApplicationDraft, letter bool, now time.Time) error {
	draft.fill(&a)
	if over(a.ExpiresAt, now) {
		a.ExpiresAt = ptr(now.Add(PressWithin))
	}
	if letter {
		a.LetterAt = &now
	}
	if err := saveApplication(tx, &a, now); err != nil || !letter {
		return err
	}
	return signupLetter(tx, a, KindConfirmApplication, "", now)
}

// signUpAgain answers a form with the address of somebody whose word is known: it changes nothing, whoever sent it. A
// seat that is wished for goes into the letter, and the press asks for it.
func signUpAgain(tx database.Tx, a Application, draft ApplicationDraft, letter bool, now time.Time) error {
	if !letter {
		return nil
	}
	if err := markSignupLetter(tx, a.ID, now); err != nil {
		return err
	}
	if a.State == Waiting && draft.CircleID != "" {
		return signupLetter(tx, a, KindConfirmApplication, draft.CircleID, now)
	}
	return signupLetter(tx, a, KindAlreadySignedUp, "", now)
}

// signupLetter asks for one fixed letter, with the circle whose seat is wished for when that is all there is to confirm.
// The key keeps two that are asked for in one moment from both going out.
func signupLetter(tx database.Tx, a Application, kind, circleID string, now time.Time) error {
	return noteAt(tx, outbox.Notice{
		PersonID: a.PersonID, Kind: kind, Key: "signup/" + a.PersonID + "/" + wall.DateOf(now, time.UTC).String(),
		ProgrammeID: a.ProgrammeID, CircleID: circleID, SubjectID: a.ID,
	}, now, now.Add(PressWithin))
}

// Confirmation is what became of a sign-up by the press.
type Confirmation struct {
	Application Application
	// Seat is the seat that was asked for: held for 48 hours, or asked when it waits in line; nil when none was.
	Seat *Member
	// NoSeat is the code why the seat that was asked for was not given: no-shared-hour, seats-closed, circle-over.
	NoSeat string
	// Elsewhere are circles with open seats that fit, when NoSeat is no-shared-hour.
	Elsewhere []string
}

// ConfirmApplication makes a sign-up count: the press in the mailed link, within 72 hours. A seat that was asked for is
// asked for now; when it is not to be had the application waits all the same. Pressing twice changes nothing. It
// answers NotFound, and Conflict application-expired or application-withdrawn.
func (r *Registry) ConfirmApplication(ctx context.Context, actor identity.Actor, id string) (Confirmation, error) {
	now := r.clock.Now()
	return write(ctx, r.db, func(tx database.Tx) (Confirmation, error) {
		a, c, seats, err := lockApplication(tx, id)
		if err != nil {
			return Confirmation{}, err
		}
		if err := mayOnApplication(tx, actor, ConfirmApply, a); err != nil {
			return Confirmation{}, err
		}
		if err := a.confirm(now); err != nil {
			return Confirmation{}, err
		}
		if err := r.confirmed(tx, actor, &a, now); err != nil {
			return Confirmation{}, err
		}
		return r.seatWish(tx, actor, a, c, seats, now)
	})
}

// lockApplication locks the circle that an application asks for (nil: none), then the application: the order in which
// every use case locks.
func lockApplication(tx database.Tx, id string) (Application, *Circle, []Member, error) {
	a, err := one[Application](tx, id, false)
	if err != nil || a.CircleID == nil {
		if err == nil {
			a, err = one[Application](tx, id, true)
		}
		return a, nil, nil, err
	}
	c, seats, err := lockWithSeats(tx, *a.CircleID)
	if err != nil {
		return a, nil, nil, err
	}
	a, err = one[Application](tx, id, true)
	if a.CircleID == nil || *a.CircleID != c.ID {
		return a, nil, nil, err
	}
	return a, &c, seats, err
}

// confirm makes an unconfirmed application wait; one that waits or is placed stays as it is.
func (a *Application) confirm(now time.Time) error {
	switch {
	case a.State == Withdrawn:
		return conflict("application-withdrawn")
	case a.State != Unconfirmed:
		return nil
	case a.ExpiresAt != nil && !now.Before(*a.ExpiresAt):
		return conflict("application-expired")
	}
	a.State, a.ConfirmedAt, a.ExpiresAt = Waiting, &now, nil
	return nil
}

// confirmed saves a confirmation that is new, with what the person said of herself.
func (r *Registry) confirmed(tx database.Tx, actor identity.Actor, a *Application, now time.Time) error {
	if a.ConfirmedAt == nil || !a.ConfirmedAt.Equal(now) {
		return nil
	}
	if err := saveApplication(tx, a, now); err != nil {
		return err
	}
	_, err := identity.ConfirmIn(tx, now, a.PersonID, identity.Profile{
		Name: a.Name, LetterLanguage: a.LetterLanguage, Zone: a.Zone, Speaks: a.Speaks, Availability: a.Availability,
	})
	if err != nil {
		return err
	}
	return journal.Add(tx, journal.Entry{
		At: now, ActorID: actor.PersonID, ProgrammeID: a.ProgrammeID, SubjectID: a.ID, Action: "application-confirmed",
	})
}

// seatWish asks for the seat that the application names, if it names one.
func (r *Registry) seatWish(tx database.Tx, actor identity.Actor, a Application, c *Circle, seats []Member, now time.Time) (Confirmation, error) {
	done := Confirmation{Application: a}
	if c == nil || a.State != Waiting {
		return done, nil
	}
	if seat, has := openSeatOf(seats, a.PersonID); has {
		done.Seat = &seat
		return done, nil
	}
	err := r.seekable(tx, *c, a.Availability, a.Zone, now)
	if refused, is := fault.Of(err); is && refused.Kind == fault.Conflict {
		done.NoSeat = refused.Code
		done.Elsewhere, _ = refused.Args["circles"].([]string)
		return done, nil
	}
	if err != nil {
		return done, err
	}
	seat, err := r.ask(tx, actor, *c, seats, a, now)
	done.Seat = &seat
	return done, err
}

func openSeatOf(seats []Member, personID string) (Member, bool) {
	for _, m := range seats {
		if m.PersonID == personID && m.State.Open() {
			return m, true
		}
	}
	return Member{}, false
}

func ptr[T any](value T) *T { return &value }
