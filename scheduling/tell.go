package scheduling

import (
	"strconv"
	"time"

	"kring/internal/fault"
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
	patient     bool      // nobody sits waiting for it: it comes outside the reader's quiet hours
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
func (c *course) untold(reason string) {
	c.voids = append(c.voids, void{kinds: dateKinds(), reason: reason})
}

// tellsAll lets every member be told of all dates to come, by a letter that waits for its hour. It takes the place of
// what waits to be told of them.
func (c *course) tellsAll(kind, reason string, at time.Time) {
	c.tellAll, c.telling, c.tellingAt = true, kind, at
	c.untold(reason)
}

// dateKinds are the notices that speak of dates: a later one makes an earlier one wrong.
func dateKinds() []string { return append(reminding(), changeKinds()...) }

// reminding are those of them that ask for something to be done about a date that stays as it is.
func reminding() []string {
	return []string{NoticeReminderTwoDays, NoticeReminderHour, NoticeQuorumLost, NoticeHostChanged}
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
	case NoticeGoNoGo:
		return s.State == Planned && n.UsefulUntil.Equal(s.StartsAt.Add(-goNoGoEnds))
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
		hold, err := c.holdPost(p)
		if err != nil {
			return err
		}
		notices = append(notices, outbox.Notice{
			PersonID: p.personID, Kind: p.kind, Key: p.key, ProgrammeID: c.circle.ProgrammeID, CircleID: c.circle.ID,
			SessionID: p.sessionID, SubjectID: p.subjectID, HoldUntil: hold, UsefulUntil: p.usefulUntil,
		})
	}
	return outbox.NoteIn(c.tx, notices...)
}

// holdPost is when a post goes: a patient one not in the quiet hours of its person, unless it is of no use after them.
func (c *course) holdPost(p post) (time.Time, error) {
	if !p.patient {
		return p.holdUntil, nil
	}
	people, err := c.people()
	if err != nil {
		return time.Time{}, err
	}
	until := p.usefulUntil
	if until.IsZero() {
		until = c.now.AddDate(0, 0, 1) // no quiet hours last as long
	}
	return c.undisturbed(people[p.personID], until), nil
}

// patiently lets what is asked wait for the end of quiet hours.
func (c *course) patiently(ask func()) {
	before := len(c.posts)
	ask()
	for i := range c.posts[before:] {
		c.posts[before+i].patient = true
	}
}

// hold brings a letter that waits forward.
type hold struct {
	personID string
	until    time.Time
}

// tell asks for the letters about what changed of the dates, and notes what people know by them: one letter for each
// person, which what changes again meanwhile joins, and none where nothing is left of it. It answers Invalid
// calendar-changes for /tell where nobody is to be told and somebody's calendar changes.
func (c *course) tell() error {
	news, err := c.tidings()
	if err != nil {
		return err
	}
	for _, t := range news {
		if c.hush && t.updates {
			var v fault.Violations
			v.Add("/tell", "calendar-changes")
			return v.Err()
		}
		c.heard, c.never = append(c.heard, t.rows()...), append(c.never, t.never...)
		for _, row := range t.told {
			c.tells(row)
		}
		switch {
		case c.telling != "":
			c.posts = append(c.posts, post{
				kind: c.telling, personID: t.person, key: key(c.telling, t.person, c.circle.ID, c.tellingAt), holdUntil: t.hour,
			})
		case c.speaksOfChanges():
			c.tellChanges(t)
		}
	}
	return nil
}

// tells notes a session of which somebody is told something new.
func (c *course) tells(row Told) {
	if c.news == nil {
		c.news = map[string]bool{}
	}
	if !row.settled() {
		c.news[row.SessionID] = true
	}
}

// tellChanges asks for the letter of one person, or has it join the one that waits.
func (c *course) tellChanges(t tidings) {
	letter, waiting := c.known.waiting(t.person)
	switch {
	case waiting && !t.news:
		c.voids = append(c.voids, void{personID: t.person, kinds: []string{NoticeDatesChanged}, reason: "changed-back"})
	case waiting:
		c.joined++
		if t.hour.Before(letter.HoldUntil) {
			c.holds = append(c.holds, hold{personID: t.person, until: t.hour})
		}
	case t.news:
		c.posts = append(c.posts, post{
			kind: NoticeDatesChanged, personID: t.person, key: key(NoticeDatesChanged, t.person, c.circle.ID, c.now), holdUntil: t.hour,
		})
	}
}

func (c *course) saveTold() error {
	for _, h := range c.holds {
		where := outbox.Where{CircleID: c.circle.ID, PersonID: h.personID, Kinds: []string{NoticeDatesChanged}}
		if err := outbox.HoldIn(c.tx, where, h.until); err != nil {
			return err
		}
	}
	if err := deleteTold(c.tx, c.never); err != nil {
		return err
	}
	return saveTold(c.tx, c.heard)
}

func (c *course) changedState(s Session) bool {
	was, _ := c.was(s.ID)
	return was.State != s.State
}
