package signin

import (
	"context"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/journal"
)

// pause is longer than a transaction may take (internal/database): whoever voids inside one that somebody else commits
// keeps the cache empty for so long.
const pause = 20 * time.Second

// Entry is one browser in which somebody is signed in.
type Entry struct {
	ID, Device           string
	CreatedAt, ExpiresAt time.Time // machine time
	Current              bool      // the one that asks
}

// List answers the actor's own sign-ins, newest first. A member token has none to see: Forbidden "forbidden".
func (s *SignIn) List(ctx context.Context, actor identity.Actor) ([]Entry, error) {
	if err := actor.Herself(); err != nil {
		return nil, err
	}
	var entries []Entry
	err := s.db.Read(ctx, func(tx database.Tx) error {
		rows, err := signInsOf(tx, actor.PersonID, s.clock.Machine())
		entries = make([]Entry, len(rows))
		for i, row := range rows {
			entries[i] = Entry{
				ID: row.ID, Device: row.Device, CreatedAt: row.CreatedAt, ExpiresAt: row.ExpiresAt, Current: row.ID == actor.SignInID,
			}
		}
		return err
	})
	return entries, err
}

// End ends one of the actor's own sign-ins, also the one that asks: NotFound "not-found" for what is none. A member
// token ends none: Forbidden "forbidden". In this process it is void once End has answered, in others five seconds later
// at most.
func (s *SignIn) End(ctx context.Context, actor identity.Actor, id string) error {
	if err := actor.Herself(); err != nil {
		return err
	}
	err := s.db.Write(ctx, func(tx database.Tx) error {
		row, found, err := signInByID(tx, id, actor.PersonID)
		if err == nil && !found {
			err = notFound()
		}
		if err != nil {
			return err
		}
		return end(tx, s.clock.Now(), row)
	})
	if err == nil {
		s.cache.Empty()
	}
	return err
}

// EndAllIn ends all sign-ins of a person but one; "" for all. In this process they are void as soon as the transaction
// commits, in others five seconds later at most.
func (s *SignIn) EndAllIn(tx database.Tx, personID, exceptID string) error {
	s.cache.EmptyUntil(s.clock.Machine().Add(pause))
	rows, err := signInsOf(tx, personID, time.Time{})
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.ID == exceptID {
			continue
		}
		if err := end(tx, s.clock.Now(), row); err != nil {
			return err
		}
	}
	return nil
}

// end deletes a sign-in, unless somebody else just did.
func end(tx database.Tx, now time.Time, row signInRow) error {
	ended, err := deleteSignIn(tx, row.ID)
	if err != nil || !ended {
		return err
	}
	return note(tx, now, "signed-out", row.PersonID, row.ID)
}

// note writes into the journal what a person did, with ids and codes alone.
func note(tx database.Tx, now time.Time, action, personID, subjectID string) error {
	return journal.Add(tx, journal.Entry{At: now, ActorID: personID, SubjectID: subjectID, Action: action})
}
