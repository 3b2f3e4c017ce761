package scheduling

import (
	"context"
	"slices"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/journal"
	"kring/internal/page"

	"kring/circles"
)

// deedsKept bounds how far back letters look for who did something.
const deedsKept = 60

// Dossier is a circle as the letters to all its members need it: a Briefing for everybody at once, so that five
// reminders of one session read the circle once.
type Dossier struct {
	Briefing  Briefing          // of nobody: see For
	Mark      Mark              // of the state that was read
	Seats     []circles.Member  // also closed ones; the newest thousand
	Off       OffDays           // what the run leaves free, with names
	Reminders []Reminder        // by due time
	Deeds     []journal.Entry   // newest first
	Done      []Done            // changes of dates, newest first
	told      map[string][]Told // by person
}

// Dossier reads a circle for letters. It answers NotFound for a circle that does not exist.
func (cal *Calendar) Dossier(ctx context.Context, circleID string) (*Dossier, error) {
	d := &Dossier{}
	err := cal.db.Snapshot(ctx, func(tx database.Tx) error {
		circle, err := circles.CircleIn(tx, circleID)
		if err != nil {
			return err
		}
		c, err := cal.read(tx, circle, cal.clock.Now())
		if err != nil {
			return err
		}
		return d.read(c)
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Unchanged says, for the price of one small read, whether a dossier still shows its circle as it is.
func (cal *Calendar) Unchanged(ctx context.Context, d *Dossier) (bool, error) {
	var mark Mark
	err := cal.db.Read(ctx, func(tx database.Tx) (err error) {
		mark, err = markOf(tx, d.Briefing.Circle.ID)
		return err
	})
	return err == nil && mark.same(d.Mark), err
}

func (d *Dossier) read(c *course) (err error) {
	d.Mark = Mark{Revision: c.circle.Revision}
	if c.circle.NextCheckAt != nil {
		d.Mark.NextCheckAt = *c.circle.NextCheckAt
	}
	if d.Seats, err = circles.SeatsIn(c.tx, c.circle.ID); err != nil {
		return err
	}
	deeds, err := journal.ListIn(c.tx, journal.OfCircle(c.circle.ID), page.Cursor{}, deedsKept)
	if err != nil {
		return err
	}
	d.Off, d.Reminders, d.Deeds = c.off, c.reminders, deeds.Items
	if c.persons, err = d.people(c); err != nil {
		return err
	}
	d.Briefing = Briefing{
		Now: c.now, Circle: c.circle, Programme: c.programme, Set: c.set, Location: c.loc, Members: c.members,
		People: c.persons, Sessions: c.sessions, Word: c.word, Breaks: c.breaks, Quorum: c.quorum(),
	}
	if err := d.readDone(c); err != nil {
		return err
	}
	return d.readTold(c)
}

// people are everybody whom a letter about the circle may name or answer to.
func (d *Dossier) people(c *course) (map[string]identity.Person, error) {
	var ids []string
	for _, m := range d.Seats {
		if m.InAt != nil {
			ids = append(ids, m.PersonID)
		}
	}
	if by := c.circle.LookedAfterBy; by != nil {
		ids = append(ids, *by)
	}
	return identity.FindManyIn(c.tx, ids)
}

func (d *Dossier) readTold(c *course) error {
	var persons, sessions []string
	for _, m := range d.Seats {
		if m.InAt != nil { // also who left: her calendar is put right once more
			persons = append(persons, m.PersonID)
		}
	}
	for _, s := range c.sessions {
		sessions = append(sessions, s.ID)
	}
	known, err := toldOf(c.tx, persons, sessions)
	d.told = map[string][]Told{}
	for _, t := range known {
		d.told[t.PersonID] = append(d.told[t.PersonID], t)
	}
	return err
}

// For is the briefing for a letter to one person.
func (d *Dossier) For(personID string) Briefing {
	b := d.Briefing
	b.Told = make(map[string]Told, len(d.told[personID]))
	for _, t := range d.told[personID] {
		b.Told[t.SessionID] = t
	}
	return b
}

// Deed is the newest entry of the journal for an action on a subject ("": any) up to an instant, and false when there
// is none.
func (d *Dossier) Deed(action, subjectID string, until time.Time) (journal.Entry, bool) {
	i := slices.IndexFunc(d.Deeds, func(e journal.Entry) bool {
		return e.Action == action && (subjectID == "" || e.SubjectID == subjectID) && !e.At.After(until)
	})
	if i < 0 {
		return journal.Entry{}, false
	}
	return d.Deeds[i], true
}

// RemindedAt is when the reminder of a session was queued, and false while it was not.
func (d *Dossier) RemindedAt(sessionID string) (time.Time, bool) {
	for _, r := range d.Reminders {
		if r.SessionID == sessionID && r.Kind == TwoDays && r.DoneAt != nil {
			return *r.DoneAt, true
		}
	}
	return time.Time{}, false
}

// SaidNo are the members who cannot come to a session, by answer or absence. Who was asked "still in?" is not among
// them: that is between Kring and that person.
func (b Briefing) SaidNo(s Session) []circles.Member {
	var out []circles.Member
	for _, m := range b.Members {
		if b.Word.about(s, m.ID, b.Location) == No {
			out = append(out, m)
		}
	}
	return out
}

// LastRemindedBefore is when the reminder before that of a session was queued; the run's begin when it is the first.
func (d *Dossier) LastRemindedBefore(s Session) time.Time {
	var last time.Time
	if at := d.Briefing.Circle.BegunAt; at != nil {
		last = *at
	}
	for _, other := range d.Briefing.Sessions {
		if at, done := d.RemindedAt(other.ID); done && other.StartsAt.Before(s.StartsAt) && at.After(last) {
			last = at
		}
	}
	return last
}

// donesKept bounds how far back letters look for what changed a date.
const donesKept = 40

// Done is a change of dates as it was made: who did it, and where each session stood before it.
type Done struct {
	Step   Step
	ByID   *string // nil: the circle agreed on it
	At     time.Time
	Breaks []CircleBreak // that it added
	before map[string]*place
}

// Stood is where a session stood before a change of dates.
type Stood struct {
	StartsAt time.Time
	PlaceAt  time.Time // its place in the series: where the weekly slot meant it to be
	State    State
	Series   int
}

// Stood answers where the session stood before: nil where there was none yet. It answers false when the change left the
// session as it was.
func (d Done) Stood(sessionID string) (*Stood, bool) {
	p, touched := d.before[sessionID]
	if p == nil {
		return nil, touched
	}
	return &Stood{StartsAt: p.StartsAt, PlaceAt: p.SlotStartsAt, State: p.State, Series: p.Series}, true
}

func (d *Dossier) readDone(c *course) error {
	made, err := replansOf(c.tx, c.circle.ID, page.Cursor{}, donesKept)
	if err != nil {
		return err
	}
	for _, row := range made {
		replan, did, err := row.read()
		if err != nil {
			return err
		}
		one := Done{Step: replan.Step, ByID: replan.ByID, Breaks: did.Breaks, before: map[string]*place{}}
		if replan.CommittedAt != nil {
			one.At = *replan.CommittedAt
		}
		for _, p := range did.touched() {
			one.before[p.ID] = p.Before
		}
		d.Done = append(d.Done, one)
	}
	return nil
}
