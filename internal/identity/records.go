package identity

import (
	"context"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/journal"
)

// Part is what one room keeps about people: how to tell it to the person it is about, and how to forget it. Each of its
// functions may be nil where there is nothing to do.
type Part struct {
	// Name is the key of the part in the export, snake_case.
	Name string
	// ExportIn answers everything personal that the room keeps of the person, as what encoding/json writes. It reads in
	// one consistent view, changes nothing, and holds nothing of tx in what it answers.
	ExportIn func(tx database.Tx, personID string) (any, error)
	// LockIn keeps, until the transaction ends, the rows that the person's data hangs on and that are locked before
	// people everywhere: programmes, circles, applications, in this order and each by id.
	LockIn func(tx database.Tx, personID string) error
	// EraseIn deletes it, or empties it where the row must stay so that counts do. What is told to others because the
	// person goes (a seat that falls free) is asked for in the same transaction. Called again it changes nothing.
	EraseIn func(tx database.Tx, now time.Time, personID string) error
	// Erased is called after the commit in which somebody was erased: what this process remembers of people is void.
	Erased func()
}

// Records is all that Kring keeps about people, room by room. It may be used from several goroutines.
type Records struct {
	db    *database.DB
	clock *clock.Clock
	parts []Part
}

// NewRecords makes Records. Parts are erased in the order given: rooms that lock circles first, people last.
//
//	identity.NewRecords(db, clock,
//		calendar.Part(),   // scheduling: answers, absences, messages, what was told
//		registry.Part(),   // circles: seats are left, applications emptied, circles handed over
//		outbox.Part(),     // letters that wait are not sent; after circles, which ask for letters
//		signIn.Part(),     // sign-ins, changes of address, whom a provider knows
//		tokens.Part(),     // bearer tokens, and the person
//	)
func NewRecords(db *database.DB, c *clock.Clock, parts ...Part) *Records {
	return &Records{db: db, clock: c, parts: parts}
}

// Export answers everything that is kept about the actor, by part: the right of access and the right to take it along
// (GDPR, Regulation (EU) 2016/679, articles 15 and 20). It holds nobody else's data and no secrets. It answers
// Unauthenticated "sign-in-needed" for nobody, Forbidden "forbidden" for a member token, and NotFound "not-found" for who
// is erased.
func (r *Records) Export(ctx context.Context, actor Actor) (map[string]any, error) {
	if err := actor.Herself(); err != nil {
		return nil, err
	}
	var all map[string]any
	err := r.db.Snapshot(ctx, func(tx database.Tx) (err error) {
		all, err = r.ExportIn(tx, actor.PersonID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// ExportIn is Export on the word of whoever runs the program, in the caller's view. It answers NotFound "not-found" for
// who does not exist or is erased.
func (r *Records) ExportIn(tx database.Tx, personID string) (map[string]any, error) {
	if _, err := living(FindIn(tx, personID)); err != nil {
		return nil, err
	}
	all := make(map[string]any, len(r.parts))
	for _, part := range r.parts {
		if part.ExportIn == nil {
			continue
		}
		data, err := part.ExportIn(tx, personID)
		if err != nil {
			return nil, wrap(err, "export %s", part.Name)
		}
		all[part.Name] = data
	}
	return all, nil
}

// Erase forgets the actor, for good: the right to erasure (GDPR, article 17). What stays is a tombstone without a word
// about her, so that counts do. With silence her address is never written to again. It needs a sign-in itself (Forbidden
// "needs-sign-in"), and answers Conflict "last-owner" for the owner of the installation and NotFound "not-found" for who
// is erased already. Once it has answered, no credential of hers lets her in by this process.
func (r *Records) Erase(ctx context.Context, actor Actor, silence bool) error {
	if !actor.Known() {
		return fault.New(fault.Unauthenticated, "sign-in-needed")
	}
	if actor.SignInID == "" {
		return fault.New(fault.Forbidden, "needs-sign-in")
	}
	now := r.clock.Now()
	err := r.db.Write(ctx, func(tx database.Tx) error {
		p, err := r.LockIn(tx, actor.PersonID)
		if err != nil {
			return err
		}
		if silence {
			if err := SuppressIn(tx, now, p.Email, Silence); err != nil {
				return err
			}
		}
		return r.erase(tx, now, actor, p)
	})
	if err == nil {
		r.Erased()
	}
	return err
}

// LockIn keeps a person, and what is locked before people, until the transaction ends: whoever signs up, invites or is
// invited waits. It answers NotFound "not-found" for who does not exist or is erased.
func (r *Records) LockIn(tx database.Tx, personID string) (Person, error) {
	for _, part := range r.parts {
		if part.LockIn == nil {
			continue
		}
		if err := part.LockIn(tx, personID); err != nil {
			return Person{}, wrap(err, "lock %s", part.Name)
		}
	}
	return living(LockIn(tx, personID))
}

// EraseIn is Erase on the word of a rule (retention) or of whoever runs the program, inside a use case. The caller calls
// [Records.Erased] after the commit. It answers what Erase answers.
func (r *Records) EraseIn(tx database.Tx, now time.Time, personID string) error {
	p, err := r.LockIn(tx, personID)
	if err != nil {
		return err
	}
	return r.erase(tx, now, Actor{}, p)
}

func (r *Records) erase(tx database.Tx, now time.Time, actor Actor, p Person) error {
	if p.Owner {
		return fault.New(fault.Conflict, "last-owner")
	}
	for _, part := range r.parts {
		if part.EraseIn == nil {
			continue
		}
		if err := part.EraseIn(tx, now, p.ID); err != nil {
			return wrap(err, "erase %s", part.Name)
		}
	}
	return journal.Add(tx, journal.Entry{At: now, ActorID: actor.PersonID, SubjectID: p.ID, Action: "person-erased"})
}

// Erased makes what was erased hold at once in this process: call it after the commit of [Records.EraseIn].
func (r *Records) Erased() {
	for _, part := range r.parts {
		if part.Erased != nil {
			part.Erased()
		}
	}
}

// living turns somebody erased into nobody.
func living(p Person, err error) (Person, error) {
	if err == nil && p.ErasedAt != nil {
		err = notFound()
	}
	if err != nil {
		return Person{}, err
	}
	return p, nil
}
