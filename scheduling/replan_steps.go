package scheduling

import (
	"cmp"
	"slices"

	"kring/internal/fault"
	"kring/internal/wall"

	"kring/circles"
)

// replannedStep is a step that a use case did, with the row that keeps it.
type replannedStep struct {
	Replan

	done *outcome
	row  replanRow
}

// replan does a step within a use case and keeps it as a committed replan, whose id it answers: the plain commands and
// the proposals of circles end here. A step that changes nothing is not kept, and answers "".
func (c *course) replan(step Step) (string, error) {
	done, err := c.apply(step)
	if err != nil || done.nothing() && step.Kind != StepUndo {
		return "", err
	}
	r := Replan{ID: newID(), CircleID: c.circle.ID, Step: step, State: Committed, CreatedAt: c.now, CommittedAt: &c.now}
	if c.actor.Known() {
		r.ByID = &c.actor.PersonID
	}
	if step.Kind == StepUndo {
		r.UndoesID = &step.UndoesID
	}
	row, err := rowOf(r, done)
	if err != nil {
		return "", err
	}
	c.replans = append(c.replans, replannedStep{Replan: r, done: &done, row: row})
	return r.ID, insertReplan(c.tx, row)
}

// commit does the step of a preview, and only what it showed.
func (c *course) commit(row *replanRow, step Step, shown outcome) error {
	done, err := c.apply(step)
	if err != nil {
		return err
	}
	if !done.same(shown) {
		return errMovedOn
	}
	row.State, row.CommittedAt, row.ByID = Committed, &c.now, nil
	if c.actor.Known() {
		row.ByID = &c.actor.PersonID
	}
	r, _, err := row.read()
	c.replans = append(c.replans, replannedStep{Replan: r, done: &done, row: *row})
	return err
}

// apply does a step on the course and answers what it changed. It writes nothing.
func (c *course) apply(step Step) (outcome, error) {
	if err := step.check(); err != nil {
		return outcome{}, err
	}
	before := c.beforehand()
	if err := c.do(&step); err != nil {
		return outcome{}, err
	}
	if err := c.inOrder(); err != nil {
		return outcome{}, err
	}
	done := before.outcome(c)
	for _, id := range done.changed() {
		c.unsaid(id, "replanned")
	}
	c.replanned = append(c.replanned, done.changed()...)
	if !c.hush {
		c.tellOf = append(c.tellOf, done.changed()...)
	}
	return done, nil
}

// do does a step, which it fills in as it goes: the hour that a session has, the date of the next one.
func (c *course) do(step *Step) error {
	switch step.Kind {
	case StepMove, StepMoveLater:
		return c.stepMove(step)
	case StepSkip, StepCancel:
		return c.stepCallOff(step)
	case StepShift:
		return c.stepShift(step)
	case StepNewSlot:
		return c.stepNewSlot(step)
	case StepBreak:
		return c.stepBreak(step)
	case StepAdd:
		return c.stepAdd(step)
	}
	return c.stepUndo(step)
}

// The names that a step's fields have in the API.
const (
	fieldSession = "/session_id"
	fieldDate    = "/date"
	fieldTime    = "/time"
	fieldFrom    = "/from_on"
	fieldUntil   = "/until_on"
	fieldWeeks   = "/weeks"
	fieldCount   = "/count"
	fieldWeekday = "/weekday"
	fieldUndoes  = "/undoes_id"
)

// reads are the fields that each kind of step needs (true) or may have.
var reads = map[StepKind]map[string]bool{
	StepMove:      {fieldSession: true, fieldDate: true, fieldTime: false},
	StepMoveLater: {fieldSession: true, fieldDate: true, fieldTime: false},
	StepSkip:      {fieldSession: true},
	StepCancel:    {fieldSession: true},
	StepShift:     {fieldFrom: false, fieldWeeks: true},
	StepNewSlot:   {fieldFrom: false, fieldWeekday: true},
	StepBreak:     {fieldFrom: true, fieldUntil: true},
	StepAdd:       {fieldDate: false, fieldTime: false, fieldCount: false},
	StepUndo:      {fieldUndoes: true},
}

// check answers Invalid for a kind that is none, a field that is missing, and one that the kind does not read.
func (s Step) check() error {
	var v fault.Violations
	fields, known := reads[s.Kind]
	if !known {
		v.Add("/kind", "unknown-value")
		return v.Err()
	}
	for _, f := range []struct {
		pointer string
		filled  bool
	}{
		{fieldSession, s.SessionID != ""},
		{fieldDate, !s.On.IsZero()},
		{fieldTime, s.At != nil},
		{fieldFrom, !s.FromOn.IsZero()},
		{fieldUntil, !s.UntilOn.IsZero()},
		{fieldWeeks, s.Weeks != 0},
		{fieldCount, s.Count != 0},
		{fieldWeekday, s.Slot != nil},
		{fieldUndoes, s.UndoesID != ""},
	} {
		needed, read := fields[f.pointer]
		switch {
		case f.filled && !read:
			v.Add(f.pointer, "not-for-this-step")
		case needed && !f.filled:
			v.Add(f.pointer, "required")
		}
	}
	if s.At != nil && !s.At.Valid() {
		v.Add(fieldTime, "not-a-time")
	}
	return v.Err()
}

// sessionOf is the session that a step is about. It answers NotFound for one of another circle.
func (c *course) sessionOf(step *Step) (*Session, error) {
	s := c.session(step.SessionID)
	if s == nil {
		return nil, notFound()
	}
	c.focus = s.ID
	return s, c.notOver(*s)
}

// laidOutFrom is the date from which a step changes the run: its own, or that of the next session.
func (c *course) laidOutFrom(step *Step, v *fault.Violations) {
	switch today := c.today(); {
	case step.FromOn.IsZero():
		step.FromOn = today
		if next, ok := Next(c.sessions, c.now); ok {
			step.FromOn = next.On(c.loc)
		}
	case step.FromOn.Before(today):
		v.Add(fieldFrom, "in-the-past")
	case step.FromOn.Sub(today) > farthestStart:
		v.Add(fieldFrom, "too-far", fault.Args{"date": today.AddDays(farthestStart).String()})
	}
}

// stepShift lays the sessions from a date on out anew, so many weeks later: the first of them not after the last day on
// which a run could begin.
func (c *course) stepShift(step *Step) error {
	if err := c.running(); err != nil {
		return err
	}
	var v fault.Violations
	c.laidOutFrom(step, &v)
	if step.Weeks < 1 || step.Weeks > mostShift {
		v.Add(fieldWeeks, "not-between", fault.Args{"from": 1, "until": mostShift})
	}
	if err := v.Err(); err != nil {
		return err
	}
	first := slices.IndexFunc(c.sessions, func(s Session) bool { return s.Coming(c.now) && !s.On(c.loc).Before(step.FromOn) })
	if first < 0 {
		return fault.New(fault.Conflict, "no-sessions-left")
	}
	to := wall.DateOf(c.sessions[first].SlotStartsAt, c.loc).AddDays(7 * step.Weeks)
	if today := c.today(); to.Sub(today) > farthestStart { // a programme has no last day, and shifts add up
		v.Add(fieldWeeks, "weeks-too-far", fault.Args{"date": today.AddDays(farthestStart).String()})
		return v.Err()
	}
	if err := c.relayTo(step.FromOn, to); err != nil {
		return err
	}
	c.remindsAgain()
	c.note("dates-shifted", "", map[string]string{"from_on": step.FromOn.String()})
	return nil
}

// mostShift is how many weeks a run can be put off at once: as long as a pause may be.
const mostShift = circles.LongestPause / 7

// stepAdd adds sessions: one on a date of its own, or some at the end of the run.
func (c *course) stepAdd(step *Step) error {
	if err := c.running(); err != nil {
		return err
	}
	n := cmp.Or(step.Count, 1)
	var v fault.Violations
	switch {
	case n < 1:
		v.Add(fieldCount, "not-between", fault.Args{"from": 1, "until": mostSessions(c.set.Weeks)})
	case n > 1 && !step.On.IsZero():
		v.Add(fieldCount, "not-for-this-step")
	}
	if step.On.IsZero() && step.At != nil {
		v.Add(fieldDate, "required")
	}
	if err := v.Err(); err != nil {
		return err
	}
	if most := mostSessions(c.set.Weeks) - len(c.sessions); n > most {
		return fault.New(fault.Conflict, "enough-dates")
	}
	if err := c.addDates(step, n); err != nil {
		return err
	}
	c.remindsAgain()
	c.voids = append(c.voids, void{kinds: []string{NoticeFinishOrMore}, reason: "more-dates"})
	c.note("dates-added", "", nil)
	return nil
}

func (c *course) addDates(step *Step, n int) error {
	if step.On.IsZero() {
		return c.extend(n, nil)
	}
	if step.At == nil {
		slot, ok := c.circle.Slot()
		if !ok {
			return fault.New(fault.Conflict, "no-slot")
		}
		step.At = &slot.At
	}
	start, kind := wall.Instant(step.On, *step.At, c.loc)
	d := Dated{On: step.On, StartsAt: start, EndsAt: start.Add(c.length())}
	s := c.fresh(c.freshID(), d)
	c.sessions, c.focus = append(c.sessions, s), s.ID
	return c.checkMove(s, d, kind)
}
