package scheduling

import (
	"context"
	"errors"
	"time"

	"kring/guides"
	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/journal"
	"kring/internal/wall"

	"kring/circles"
)

// Calendar is the use cases of a circle's dates, and the passes that let time act on them. It may be used from several
// goroutines.
type Calendar struct {
	db     *database.DB
	clock  *clock.Clock
	guides *guides.Library
}

// Options is what a Calendar is made of.
type Options struct {
	DB     *database.DB
	Clock  *clock.Clock
	Guides *guides.Library
}

// New makes a Calendar.
func New(o Options) *Calendar { return &Calendar{db: o.DB, clock: o.Clock, guides: o.Guides} }

// ask is who wants what, of which revision (0: whatever it is), and whether only to see what would happen.
type ask struct {
	actor    identity.Actor
	action   circles.Action
	revision int
	dryRun   bool
}

// errDryRun takes back everything that a dry run did: it runs the very code of the real one.
var errDryRun = errors.New("a dry run")

// onCircle locks a circle, asks the policy, runs the use case on it and saves what it changed. It answers NotFound,
// Forbidden and Unauthenticated as May does, Stale for another revision of the circle, and what the use case answers.
func (cal *Calendar) onCircle(ctx context.Context, circleID string, a ask, fn func(*course) error) (Change, error) {
	now := cal.clock.Now()
	return cal.write(ctx, a, func(tx database.Tx) (*course, error) {
		c, err := cal.loadFor(tx, a, circleID, now)
		if err != nil {
			return nil, err
		}
		if a.revision != 0 && a.revision != c.circle.Revision {
			return nil, fault.New(fault.Stale, "stale")
		}
		return c, fn(c)
	})
}

// onSession is onCircle for a use case about one session; the revision is the session's.
func (cal *Calendar) onSession(ctx context.Context, sessionID string, a ask, fn func(*course, *Session) error) (Change, error) {
	now := cal.clock.Now()
	return cal.write(ctx, a, func(tx database.Tx) (*course, error) {
		s, err := sessionByID(tx, sessionID)
		if err != nil {
			return nil, err
		}
		c, err := cal.loadFor(tx, a, s.CircleID, now)
		if err != nil {
			return nil, err
		}
		found := c.session(sessionID)
		if found == nil {
			return nil, notFound()
		}
		if a.revision != 0 && a.revision != found.Revision {
			return nil, fault.New(fault.Stale, "stale")
		}
		return c, fn(c, found)
	})
}

// write runs a use case in a transaction, saves, and answers what changed once it is durable.
func (cal *Calendar) write(ctx context.Context, a ask, fn func(database.Tx) (*course, error)) (Change, error) {
	var change Change
	err := cal.db.Write(ctx, func(tx database.Tx) error {
		c, err := fn(tx)
		if err != nil {
			return err
		}
		if err := c.save(); err != nil {
			return err
		}
		if change, err = c.change(); err != nil {
			return err
		}
		if c.answers != nil {
			if err := c.answers(); err != nil {
				return err
			}
		}
		if change.DryRun = a.dryRun; a.dryRun {
			return errDryRun
		}
		return nil
	})
	if err != nil && !errors.Is(err, errDryRun) {
		return Change{}, err
	}
	return change, nil
}

// loadFor locks and reads a circle and asks the policy. What a member does is a sign of life.
func (cal *Calendar) loadFor(tx database.Tx, a ask, circleID string, now time.Time) (*course, error) {
	c, err := cal.load(tx, a.actor, circleID, now)
	if err != nil {
		return nil, err
	}
	object, err := circles.ObjectIn(tx, a.actor, c.circle)
	if err != nil {
		return nil, err
	}
	if a.action == circles.End {
		if object.Stalling, err = isStalling(tx, circleID); err != nil {
			return nil, err
		}
	}
	if err := circles.May(a.actor, a.action, object); err != nil {
		return nil, err
	}
	c.actor = a.actor
	if m, in := c.member(a.actor.PersonID); in {
		c.alive(m.ID)
	}
	return c, nil
}

// load locks a circle and reads its course.
func (cal *Calendar) load(tx database.Tx, actor identity.Actor, circleID string, now time.Time) (*course, error) {
	circle, err := circles.LockIn(tx, circleID)
	if err != nil {
		return nil, err
	}
	c, err := cal.read(tx, circle, now)
	if err == nil {
		c.locked = true
	}
	return c, err
}

// read reads a circle's course, whether its row is locked or not.
func (cal *Calendar) read(tx database.Tx, circle circles.Circle, now time.Time) (*course, error) {
	c, err := cal.readDates(tx, circle, now)
	if err != nil {
		return nil, err
	}
	c.reminders, err = remindersOf(tx, circle.ID)
	return c, err
}

// readDates reads a course without what falls due about it: enough for who only wants to see what a step would do.
func (cal *Calendar) readDates(tx database.Tx, circle circles.Circle, now time.Time) (*course, error) {
	c := &course{tx: tx, now: now, circle: circle}
	var err error
	if c.loc, err = wall.LoadZone(circle.Zone); err != nil {
		return nil, err
	}
	set, known := cal.guides.Set(circle.GuideSet)
	if !known {
		return nil, fault.New(fault.Unavailable, "guide-set-gone").With("guide_set", circle.GuideSet)
	}
	c.set = set
	return c, c.readRows()
}

// journal writes a line about the circle: ids and codes, never what somebody answered or wrote.
func (c *course) journal(action, subjectID string, details map[string]string) error {
	return journal.Add(c.tx, journal.Entry{
		At: c.now, ActorID: c.actor.PersonID, ProgrammeID: c.circle.ProgrammeID, CircleID: c.circle.ID,
		SubjectID: subjectID, Action: action, Details: details,
	})
}

// deed is a line for the journal that a step asks for, and that is written when its outcome is saved.
type deed struct {
	action, subjectID string
	details           map[string]string
}

// note asks for a line in the journal, as journal writes it.
func (c *course) note(action, subjectID string, details map[string]string) {
	c.deeds = append(c.deeds, deed{action: action, subjectID: subjectID, details: details})
}

func (c *course) saveDeeds() error {
	for _, d := range c.deeds {
		if err := c.journal(d.action, d.subjectID, d.details); err != nil {
			return err
		}
	}
	return nil
}

// view runs a reading use case: one consistent view, the policy asked, nothing locked.
func view[T any](ctx context.Context, cal *Calendar, actor identity.Actor, action circles.Action, circleID string, fn func(*course, circles.Object) (T, error)) (T, error) {
	return viewAt(ctx, cal, actor, action, func(database.Tx) (string, error) { return circleID, nil }, fn)
}

func viewAt[T any](ctx context.Context, cal *Calendar, actor identity.Actor, action circles.Action, locate func(database.Tx) (string, error), fn func(*course, circles.Object) (T, error)) (T, error) {
	return viewBy(ctx, cal, actor, action, locate, cal.read, fn)
}

// viewBy is viewAt with a reading of its own.
func viewBy[T any](ctx context.Context, cal *Calendar, actor identity.Actor, action circles.Action, locate func(database.Tx) (string, error),
	read func(database.Tx, circles.Circle, time.Time) (*course, error), fn func(*course, circles.Object) (T, error),
) (T, error) {
	now := cal.clock.Now()
	var value T
	err := cal.db.Snapshot(ctx, func(tx database.Tx) error {
		circleID, err := locate(tx)
		if err != nil {
			return err
		}
		circle, object, err := circles.SeeIn(tx, actor, circleID)
		if err != nil {
			return err
		}
		if err := circles.May(actor, action, object); err != nil {
			return err
		}
		c, err := read(tx, circle, now)
		if err != nil {
			return err
		}
		c.actor = actor
		value, err = fn(c, object)
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return value, nil
}
