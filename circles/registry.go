package circles

import (
	"context"

	"kring/guides"
	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/journal"
	"kring/internal/limit"
)

// Registry is the use cases of programmes, sign-ups, circles and seats: what a person asks for. It may be used from
// several goroutines.
type Registry struct {
	db     *database.DB
	clock  *clock.Clock
	choose choices
	limits *limit.Limits
}

// Options is what a Registry is made of.
type Options struct {
	DB     *database.DB
	Clock  *clock.Clock
	Guides *guides.Library
	// Calendars are the keys of the holiday calendars that a programme and a circle may choose.
	Calendars []string
	// Limits counts public sign-ups by network; nil: nothing is counted.
	Limits *limit.Limits
}

// NewRegistry makes a Registry.
func NewRegistry(o Options) *Registry {
	return &Registry{
		db: o.DB, clock: o.Clock, choose: choices{guides: o.Guides, calendars: o.Calendars}, limits: o.Limits,
	}
}

// set is the guide set of a row: it was checked when written.
func (r *Registry) set(key string) guides.Set {
	set, _ := r.choose.guides.Set(key)
	return set
}

// checkRevision answers Stale when the caller speaks of another revision than the present one; 0 speaks of none.
func checkRevision(asked, present int) error {
	if asked != 0 && asked != present {
		return stale()
	}
	return nil
}

// record writes a line of the journal about a circle: ids and codes, never what somebody answered or wrote.
func record(tx database.Tx, e journal.Entry, c Circle, actor identity.Actor) error {
	e.ActorID, e.ProgrammeID, e.CircleID = actor.PersonID, c.ProgrammeID, c.ID
	return journal.Add(tx, e)
}

// programmeObject is the programme as the actor stands to it.
func programmeObject(tx database.Tx, actor identity.Actor, programmeID string) (Object, error) {
	is, err := facilitates(tx, programmeID, actor.PersonID)
	return Object{ProgrammeID: programmeID, Facilitator: is}, err
}

// mayOnProgramme answers nil when the actor may do this to the programme.
func mayOnProgramme(tx database.Tx, actor identity.Actor, action Action, programmeID string) error {
	object, err := programmeObject(tx, actor, programmeID)
	if err != nil {
		return err
	}
	return May(actor, action, object)
}

// read runs a reading use case and answers its value.
func read[T any](ctx context.Context, db *database.DB, fn func(tx database.Tx) (T, error)) (T, error) {
	return through(ctx, db.Read, fn)
}

// write runs a writing use case and answers its value, which leaves only after the commit.
func write[T any](ctx context.Context, db *database.DB, fn func(tx database.Tx) (T, error)) (T, error) {
	return through(ctx, db.Write, fn)
}

type door = func(context.Context, func(database.Tx) error) error

func through[T any](ctx context.Context, open door, fn func(tx database.Tx) (T, error)) (T, error) {
	var value T
	err := open(ctx, func(tx database.Tx) error {
		var err error
		value, err = fn(tx)
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return value, nil
}

func conflict(code string) *fault.Fault { return fault.New(fault.Conflict, code) }
