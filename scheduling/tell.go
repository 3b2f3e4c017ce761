package scheduling

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"kring/internal/outbox"

	"kring/circles"
)

// post is one thing that one person is told.
type post struct {
	kind        string
	personID    string
	sessionID   string // the session it is about, if it is about one
	subjectID   string // a member, a break, a message
	key         string
	holdUntil   time.Time
	usefulUntil time.Time // zero: always
}

// void takes back what waits to be told.
type void struct {
	sessionID string   // "": of the whole circle
	personID  string   // "": to everybody
	kinds     []string // none: of any kind
	reason    string
}

// key makes a notice unique: person, what it is about, kind, and the instant that it names. Of a reminder that is the
// start, so a move back and a new link remind nobody twice; of a change it is when it was made.
func key(kind, personID, aboutID string, at time.Time) string {
	return personID + " " + aboutID + " " + kind + " " + strconv.FormatInt(at.UnixMicro(), 10)
}

// about tells members something about a session, once for each start of it.
func (c *course) about(kind string, s Session, to []circles.Member, usefulUntil time.Time) {
	c.aboutAt(kind, s, s.StartsAt, to, usefulUntil)
}

// aboutAt tells members something about a session, once for the instant.
func (c *course) aboutAt(kind string, s Session, at time.Time, to []circles.Member, usefulUntil time.Time) {
	for _, m := range to {
		c.posts = append(c.posts, post{
			kind: kind, personID: m.PersonID, sessionID: s.ID, key: key(kind, m.PersonID, s.ID, at),
			holdUntil: c.now, usefulUntil: usefulUntil,
		})
	}
}

// ofCircle tells members something about the circle; the instant makes it one occasion.
func (c *course) ofCircle(kind, subjectID string, at time.Time, to []circles.Member) {
	for _, m := range to {
		c.posts = append(c.posts, post{
			kind: kind, personID: m.PersonID, subjectID: subjectID, key: key(kind, m.PersonID, c.circle.ID, at), holdUntil: c.now,
		})
	}
}

// unsaid takes back what waits to be told about a session.
func (c *course) unsaid(sessionID, reason string, kinds ...string) {
	c.voids = append(c.voids, void{sessionID: sessionID, kinds: kinds, reason: reason})
}

// untold takes back what waits to be told about the circle's dates.
func (c *course) untold(reason string, more ...string) {
	c.voids = append(c.voids, void{kinds: append(dateKinds(), more...), reason: reason})
}

// dateKinds are the notices that speak of dates: a later one makes an earlier one wrong.
func dateKinds() []string {
	return []string{
		NoticeReminderTwoDays, NoticeReminderHour, NoticeMoved, NoticeNewSlot, NoticeBreak, NoticePaused, NoticeResumed,
		NoticeReturnSoon, NoticeQuorumLost, NoticeHostChanged,
	}
}

// without leaves one member out.
func without(members []circles.Member, id string) []circles.Member {
	var out []circles.Member
	for _, m := range members {
		if m.ID != id {
			out = append(out, m)
		}
	}
	return out
}

// tellNewDates notes that a member's letter of that hour names every date to come, also those added since the last one.
func (c *course) tellNewDates(m circles.Member, hour time.Time) {
	if c.tellTo == nil {
		c.tellTo = map[string]time.Time{}
	}
	c.tellTo[m.PersonID] = hour
}

// StillTrue says whether a notice about a session says what is so: the session is as it was when the notice was asked
// for. A letter that waited for its mail server tells nothing that a later one corrects.
func StillTrue(n outbox.Notice, s Session) bool {
	switch n.Kind {
	case NoticeReminderTwoDays, NoticeReminderHour, NoticeQuorumLost, NoticeHostChanged:
		return s.State == Planned && n.UsefulUntil.Equal(s.StartsAt)
	case NoticeMoved:
		return s.State == Planned && n.UsefulUntil.Equal(s.EndsAt)
	case NoticeSkipped:
		return s.State == Skipped
	case NoticeCancelled:
		return s.State == Cancelled
	case NoticeOutcomeQuestion:
		return s.State == Planned || s.State == Unrecorded
	}
	return true
}

func (c *course) saveVoids() error {
	for _, v := range c.voids {
		where := outbox.Where{CircleID: c.circle.ID, SessionID: v.sessionID, PersonID: v.personID, Kinds: v.kinds}
		if err := outbox.VoidIn(c.tx, where, v.reason); err != nil {
			return err
		}
	}
	return nil
}

func (c *course) savePosts() error {
	if len(c.posts) == 0 {
		return nil
	}
	seen := map[string]bool{}
	var notices []outbox.Notice
	for _, p := range c.posts {
		if seen[p.key] {
			continue
		}
		seen[p.key] = true
		notices = append(notices, outbox.Notice{
			PersonID: p.personID, Kind: p.kind, Key: p.key, ProgrammeID: c.circle.ProgrammeID, CircleID: c.circle.ID,
			SessionID: p.sessionID, SubjectID: p.subjectID, HoldUntil: p.holdUntil, UsefulUntil: p.usefulUntil,
		})
	}
	return outbox.NoteIn(c.tx, notices...)
}

// saveTold writes what each person now knows of each session, where that is news.
func (c *course) saveTold() error {
	fresh, err := c.news()
	if err != nil {
		return err
	}
	return saveTold(c.tx, fresh)
}

func (c *course) news() ([]Told, error) {
	wanted := c.toTell()
	if len(wanted) == 0 {
		return nil, nil
	}
	persons, sessions := map[string]bool{}, map[string]bool{}
	for w := range wanted {
		persons[w.personID], sessions[w.sessionID] = true, true
	}
	known, err := toldOf(c.tx, slices.Sorted(maps.Keys(persons)), slices.Sorted(maps.Keys(sessions)))
	if err != nil {
		return nil, err
	}
	was, heard := map[telling]Told{}, map[string]bool{}
	for _, t := range known {
		was[telling{t.PersonID, t.SessionID}], heard[t.PersonID] = t, true
	}
	var fresh []Told
	for _, m := range c.members {
		for _, s := range c.sessions {
			w := telling{m.PersonID, s.ID}
			old, knew := was[w]
			if !wanted[w] || knew && old.StartsAt.Equal(s.StartsAt) && old.State == s.State {
				continue
			}
			told := c.tells(m.PersonID, s, old, knew)
			if !heard[m.PersonID] && m.InAt != nil && !c.tellAll {
				told.At = *m.InAt // the letter that welcomed a newcomer named these dates
			}
			fresh = append(fresh, told)
		}
	}
	return fresh, nil
}

// telling is a person and a session that the person is told of.
type telling struct{ personID, sessionID string }

func (c *course) toTell() map[telling]bool {
	out := map[telling]bool{}
	for _, m := range c.members {
		for _, s := range c.sessions {
			_, existed := c.was(s.ID)
			_, written := c.tellTo[m.PersonID]
			all := (c.tellAll || written) && s.State == Planned
			gone := c.tellAll && existed && c.changedState(s)
			if all || gone || slices.Contains(c.tellOf, s.ID) {
				out[telling{m.PersonID, s.ID}] = true
			}
		}
	}
	return out
}

func (c *course) changedState(s Session) bool {
	was, _ := c.was(s.ID)
	return was.State != s.State
}

// unsentFor is how long a change may wait for its letter: a second one within it takes the place of the first.
const unsentFor = 5 * time.Minute

// tells is what the person knows from now on, and which start they knew before. Where two changes follow each other so
// fast that the letter about the first was never sent, that is the start before both.
func (c *course) tells(personID string, s Session, old Told, knew bool) Told {
	told := Told{PersonID: personID, SessionID: s.ID, StartsAt: s.StartsAt, Sequence: s.Sequence, State: s.State, At: c.now}
	if hour, ok := c.tellTo[personID]; ok {
		told.At = hour
	}
	switch {
	case !knew:
	case old.StartsAt.Equal(s.StartsAt) || c.now.Before(old.At.Add(unsentFor)) && old.WasAt != nil:
		told.WasAt = old.WasAt
	default:
		told.WasAt = &old.StartsAt
	}
	return told
}
