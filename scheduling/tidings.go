package scheduling

import (
	"maps"
	"slices"
	"time"

	"kring/internal/outbox"

	"kring/circles"
)

// knowledge is what the members were told of the circle's dates, and which letters about them nobody has yet.
type knowledge struct {
	told   []Told
	unsent map[string][]outbox.Unsent // by person
}

// knowledge is read once in a use case.
func (c *course) knowledge() (*knowledge, error) {
	if c.known != nil {
		return c.known, nil
	}
	persons, sessions := make([]string, len(c.members)), make([]string, 0, len(c.sessions))
	for i, m := range c.members {
		persons[i] = m.PersonID
	}
	for _, s := range c.before {
		sessions = append(sessions, s.ID)
	}
	known := knowledge{unsent: map[string][]outbox.Unsent{}}
	var err error
	if known.told, err = toldOf(c.tx, persons, sessions); err != nil {
		return nil, err
	}
	read := outbox.UnsentIn
	if c.locked {
		read = outbox.ClaimUnsentIn
	}
	unsent, err := read(c.tx, c.circle.ProgrammeID, c.circle.ID, changeKinds()...)
	for _, u := range unsent {
		known.unsent[u.PersonID] = append(known.unsent[u.PersonID], u)
	}
	c.known = &known
	return c.known, err
}

// changeKinds are the notices whose letters tell people of dates that changed.
func changeKinds() []string {
	return []string{NoticeDatesChanged, NoticePaused, NoticeResumed, NoticeReturnSoon}
}

// unsentAt says whether what a person is told at that hour is still to be told.
func (k *knowledge) unsentAt(personID string, hour time.Time) bool {
	return slices.ContainsFunc(k.unsent[personID], func(u outbox.Unsent) bool { return u.HoldUntil.Equal(hour) })
}

// waiting is the notice of changed dates that waits for a person.
func (k *knowledge) waiting(personID string) (outbox.Unsent, bool) {
	i := slices.IndexFunc(k.unsent[personID], func(u outbox.Unsent) bool { return u.Kind == NoticeDatesChanged && !u.InLetter })
	if i < 0 {
		return outbox.Unsent{}, false
	}
	return k.unsent[personID][i], true
}

// of is what one person was told, by session. Who was told nothing yet knows the dates that the letter of welcome named,
// which it answers with true.
func (k *knowledge) of(c *course, m circles.Member) (_ map[string]Told, welcomed bool) {
	out := map[string]Told{}
	for _, t := range k.told {
		if t.PersonID == m.PersonID {
			out[t.SessionID] = t
		}
	}
	if len(out) > 0 || m.InAt == nil {
		return out, false
	}
	for _, s := range c.before {
		if s.State == Planned && !s.CreatedAt.After(*m.InAt) {
			out[s.ID] = Told{PersonID: m.PersonID, SessionID: s.ID, StartsAt: s.StartsAt, Sequence: s.Sequence, State: s.State, At: *m.InAt}
		}
	}
	return out, true
}

// tidings is what one person is told of the circle's dates by a use case.
type tidings struct {
	person  string
	told    []Told    // rows to write
	never   []Told    // rows to delete: of a date that came and went before anybody was told
	welcome []Told    // rows of what a newcomer knows by the letter of welcome
	hour    time.Time // of the letter that tells it
	news    bool      // there is something to be told
	updates bool      // the person's calendar changes
	starts  []time.Time
}

// tidings works out what every member is told of the dates by what is done now: the difference between what they know
// and how it is. It writes nothing.
func (c *course) tidings() ([]tidings, error) {
	if !c.tellAll && len(c.replanned) == 0 && len(c.tellTo) == 0 {
		return nil, nil
	}
	known, err := c.knowledge()
	if err != nil {
		return nil, err
	}
	people, err := c.people()
	if err != nil {
		return nil, err
	}
	out := make([]tidings, len(c.members))
	for i, m := range c.members {
		how, err := mannersOf(people[m.PersonID])
		if err != nil {
			return nil, err
		}
		out[i] = c.tidingsFor(m, known, how)
	}
	return out, nil
}

func (c *course) tidingsFor(m circles.Member, known *knowledge, how manners) tidings {
	t := tidings{person: m.PersonID}
	knows, welcomed := known.of(c, m)
	if welcomed {
		t.welcome = slices.Collect(maps.Values(knows))
	}
	var waits []Told // told by the letter that waits, as it stands
	for _, s := range c.sessions {
		old, knew := knows[s.ID]
		pending := knew && known.unsentAt(m.PersonID, old.At)
		if knew && old.StartsAt.Equal(s.StartsAt) && old.State == s.State || !knew && s.State != Planned {
			if pending {
				waits = append(waits, old)
			}
			continue
		}
		t.sees(c, s, old, knew, pending)
		if c.learns(m, s, knew) {
			t.told = append(t.told, learnt(m.PersonID, s, old, knew, pending))
		} else if pending {
			waits = append(waits, old)
		}
	}
	t.updates = t.updates || c.loses(knows)
	c.setHour(&t, m, known, how, waits)
	return t
}

// rows are what the person knows from now on: each session once.
func (t *tidings) rows() []Told {
	welcome := slices.DeleteFunc(slices.Clone(t.welcome), func(w Told) bool {
		return slices.ContainsFunc(t.told, func(n Told) bool { return n.SessionID == w.SessionID })
	})
	return slices.Concat(welcome, t.told)
}

// sees notes what a changed session means for somebody's calendar, and how soon it is: it starts, or started for all that
// the person knows.
func (t *tidings) sees(c *course, s Session, old Told, knew, pending bool) {
	if !c.tellAll && !slices.Contains(c.replanned, s.ID) {
		return
	}
	_, existed := c.was(s.ID)
	t.updates = t.updates || knew || !existed
	t.starts = append(t.starts, s.StartsAt)
	if knew {
		t.starts = append(t.starts, old.StartsAt)
	}
	if pending && old.WasAt != nil {
		t.starts = append(t.starts, *old.WasAt)
	}
}

// loses says whether a session that somebody knew of is gone.
func (c *course) loses(knows map[string]Told) bool {
	for _, was := range c.before {
		if _, knew := knows[was.ID]; knew && c.session(was.ID) == nil {
			return true
		}
	}
	return false
}

// learns says whether a member is told now of a session that is not as they know it.
func (c *course) learns(m circles.Member, s Session, knew bool) bool {
	switch {
	case c.tellAll:
		_, existed := c.was(s.ID)
		return s.State == Planned || existed && c.changedState(s)
	case c.speaksOfChanges():
		return !knew || slices.Contains(c.replanned, s.ID)
	}
	_, reminded := c.tellTo[m.PersonID]
	return reminded && s.State == Planned
}

func (c *course) speaksOfChanges() bool { return len(c.replanned) > 0 && !c.hush }

// learnt is what somebody knows of a session once the letter is sent, and what they knew before it: where an earlier
// letter about it was never sent, what they knew before that one.
func learnt(personID string, s Session, old Told, knew, pending bool) Told {
	t := Told{PersonID: personID, SessionID: s.ID, StartsAt: s.StartsAt, Sequence: s.Sequence, State: s.State}
	switch {
	case !knew:
	case pending:
		t.WasAt, t.WasState = old.WasAt, old.WasState
	default:
		t.WasAt, t.WasState = &old.StartsAt, &old.State
	}
	return t
}

// settled says whether a person who is told of the session learns nothing: it is as they knew it.
func (t Told) settled() bool {
	return t.WasAt != nil && t.WasState != nil && t.WasAt.Equal(t.StartsAt) && *t.WasState == t.State
}

// setHour says when the letter goes, and which rows it tells: with the new ones those of a letter that it takes the place
// of, or goes together with.
func (c *course) setHour(t *tidings, m circles.Member, known *knowledge, how manners, waits []Told) {
	letter, waiting := known.waiting(m.PersonID)
	switch {
	case c.tellAll && c.telling == "":
		t.hour = c.now
	case c.tellAll, c.speaksOfChanges():
		t.hour = how.change(c.now, t.starts...)
		if waiting && letter.HoldUntil.Before(t.hour) {
			t.hour = letter.HoldUntil
		}
	default:
		t.hour = c.tellTo[m.PersonID]
	}
	replaces := c.tellAll && c.telling != NoticeReturnSoon
	joins := waiting && c.speaksOfChanges()
	for _, old := range waits {
		if replaces || joins && old.At.Equal(letter.HoldUntil) {
			t.told = append(t.told, old)
		}
	}
	t.weed(c.now)
}

// weed leaves to be told what the person does not know: not what is as it was, nor what came and went untold.
func (t *tidings) weed(now time.Time) {
	t.told = slices.DeleteFunc(t.told, func(row Told) bool {
		never := row.WasAt == nil && row.State != Planned
		if never {
			t.never = append(t.never, row)
		}
		return never
	})
	for i := range t.told {
		row := &t.told[i]
		row.At = t.hour
		if row.settled() {
			row.WasAt, row.WasState, row.At = &row.StartsAt, &row.State, now
			continue
		}
		t.news = true
	}
}
