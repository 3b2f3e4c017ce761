package scheduling

import (
	"context"
	"errors"
	"slices"
	"time"

	"kring/internal/database"
	"kring/internal/identity"

	"kring/circles"
)

// The kinds of notices that a mail of somebody brings about.
const (
	NoticeAnswerOutdated = "answer_outdated" // what a calendar program answered is about a date that is no longer
	NoticeNobodyReads    = "nobody_reads"    // somebody wrote to an address that only programs read
	NoticeOtherAddress   = "other_address"   // a calendar program answered by another address than the member's
)

// EntryAnswer is what a member's calendar program answered to an entry of ours (RFC 5546, 3.2.3). Instants are UTC.
type EntryAnswer struct {
	Place    *time.Time // which session: its RECURRENCE-ID; nil: the whole series
	Answer   Answer
	Sequence int       // of the entry that was answered
	StartsAt time.Time // when it begins, as the program knows it; zero: it did not say
	At       time.Time // when it was answered (DTSTAMP)
}

// MailedAnswers are the answers of one mail, about one series of a circle.
type MailedAnswers struct {
	Mail     string // its hash
	CircleID string
	Series   int
	Answers  []EntryAnswer
}

// Heard is what became of mailed answers.
type Heard struct {
	Repeated bool // the mail was dealt with before: nothing was done
	Recorded int  // sessions whose answer it is now
	Older    int  // sessions of which a newer answer stands
	Outdated int  // answers about a date that is no longer; the member is told, once
	Asked    bool // the member declined everything and is asked "still in?"
}

var errRepeated = errors.New("a mail that was dealt with before")

// AnswerEntries records what a member's calendar program answered. A session's answer counts unless the session has another
// date since, which the member is then told, or a newer answer stands, however that was given. Of a whole series a yes counts
// for every coming session that is not answered, a no asks the member alone whether she is still in, and unsure is a sign of
// life. It answers as Answer does when the actor may not; what is over is passed by.
func (cal *Calendar) AnswerEntries(ctx context.Context, actor identity.Actor, mailed MailedAnswers) (Heard, error) {
	now := cal.clock.Now()
	a := ask{actor: actor, action: circles.Answer}
	var heard Heard
	_, err := cal.write(ctx, a, func(tx database.Tx) (*course, error) {
		heard = Heard{}
		fresh, err := RememberMailIn(tx, mailed.Mail, now)
		if err != nil {
			return nil, err
		}
		if !fresh {
			return nil, errRepeated
		}
		c, err := cal.loadFor(tx, a, mailed.CircleID, now)
		if err != nil {
			return nil, err
		}
		before, err := circles.MembersIn(tx, mailed.CircleID) // as they are until this sign of life is saved
		if err != nil {
			return nil, err
		}
		m, _ := c.member(actor.PersonID)
		e := entries{course: c, member: m, series: mailed.Series, heard: &heard}
		for _, was := range before {
			e.asked = e.asked || was.ID == m.ID && was.StillInAskedAt != nil
		}
		return c, e.answer(mailed.Answers)
	})
	if errors.Is(err, errRepeated) {
		return Heard{Repeated: true}, nil
	}
	return heard, err
}

// entries is a mail's answers on their way into a course.
type entries struct {
	*course
	member circles.Member
	series int
	asked  bool // "still in?" was asked before, and not answered
	heard  *Heard
}

func (e entries) answer(answers []EntryAnswer) error {
	if e.circle.State.Over() {
		return nil
	}
	for _, one := range answers {
		if one.At.IsZero() || one.At.After(e.now) {
			one.At = e.now // a clock that is fast would overrule everything said after it
		}
		one.At = database.Cut(one.At)
		one.Sequence = max(0, min(one.Sequence, e.circle.Sequence)) // no entry of ours has another
		if err := e.one(one); err != nil {
			return err
		}
	}
	return nil
}

func (e entries) one(one EntryAnswer) error {
	coming := e.comingOf(e.series)
	switch {
	case one.Place == nil && len(coming) != 1:
		return e.whole(one, coming)
	case one.Place == nil:
		one.Place = &coming[0].SlotStartsAt // the series is this session
	}
	s := e.at(e.series, *one.Place)
	switch {
	case s == nil && one.Place.Before(e.now), s != nil && s.Over(e.now):
		return nil
	case s == nil:
		e.tellOutdated(e.nextAfter(*one.Place))
		return nil
	case s.State != Planned:
		e.tellOutdated(e.nextAfter(s.StartsAt))
		return nil
	case one.Sequence < s.Sequence && !one.StartsAt.Equal(s.StartsAt):
		e.tellOutdated(s)
		return nil
	}
	return e.record(*s, one)
}

// record keeps an answer unless a newer one stands.
func (e entries) record(s Session, one EntryAnswer) error {
	for _, said := range e.word.Said {
		if said.SessionID == s.ID && said.MemberID == e.member.ID && said.StartsAt.Equal(s.StartsAt) && said.newer(one) {
			e.heard.Older++
			return nil
		}
	}
	e.focus = s.ID
	e.heard.Recorded++
	return e.hear(s, Said{
		SessionID: s.ID, MemberID: e.member.ID, StartsAt: s.StartsAt, Answer: one.Answer, Sequence: one.Sequence, At: one.At,
	})
}

// newer says whether an answer was given after the other: of two to a calendar entry by SEQUENCE first (RFC 5546, 2.1.5).
func (said Said) newer(one EntryAnswer) bool {
	if said.Sequence != 0 && one.Sequence != 0 && said.Sequence != one.Sequence {
		return said.Sequence > one.Sequence
	}
	return said.At.After(one.At)
}

// whole is an answer to all of a series.
func (e entries) whole(one EntryAnswer, coming []*Session) error {
	if len(coming) == 0 {
		e.tellOutdated(e.nextAfter(e.now))
		return nil
	}
	if e.saidSince(one.At) {
		e.heard.Older++
		return nil
	}
	switch one.Answer {
	case Yes:
		for _, s := range coming {
			if e.word.about(*s, e.member.ID, e.loc) != "" || one.Sequence < s.Sequence {
				continue // answered, away, or moved since
			}
			if err := e.record(*s, one); err != nil {
				return err
			}
		}
	case No:
		e.askAlone(one.At)
	}
	return nil
}

// saidSince says whether the member answered anything after the instant: a mail that came late overrules nothing.
func (e entries) saidSince(at time.Time) bool {
	return slices.ContainsFunc(e.word.Said, func(said Said) bool { return said.MemberID == e.member.ID && said.At.After(at) })
}

// askAlone asks the member, and nobody else, whether she is still in; once, until she answers.
func (e entries) askAlone(at time.Time) {
	for i := range e.members {
		if e.members[i].ID == e.member.ID {
			e.members[i].StillInAskedAt = &e.now
		}
	}
	e.course.asked = append(e.course.asked, e.member.ID)
	e.heard.Asked = true
	if e.asked {
		return
	}
	e.posts = append(e.posts, post{
		kind: NoticeStillIn, personID: e.member.PersonID, subjectID: e.member.ID,
		key: key(NoticeStillIn, e.member.PersonID, e.member.ID, at), holdUntil: e.now,
	})
}

// tellOutdated tells the member that the answer is about a date that is no longer, and the date that there is; once for each
// start. Where there is none, there is nothing to tell.
func (e entries) tellOutdated(s *Session) {
	e.heard.Outdated++
	if s == nil {
		return
	}
	e.posts = append(e.posts, post{
		kind: NoticeAnswerOutdated, personID: e.member.PersonID, sessionID: s.ID,
		key: key(NoticeAnswerOutdated, e.member.PersonID, s.ID, s.StartsAt), holdUntil: e.now, usefulUntil: s.StartsAt,
	})
}

// at is the session that stands at a place of a series: where one was called off and another has its place since, that one.
func (c *course) at(series int, place time.Time) *Session {
	var found *Session
	for i := range c.sessions {
		s := &c.sessions[i]
		if s.Series == series && s.SlotStartsAt.Equal(place) && (found == nil || found.State != Planned) {
			found = s
		}
	}
	return found
}

// comingOf are the sessions of a series that lie ahead.
func (c *course) comingOf(series int) []*Session {
	var out []*Session
	for i := range c.sessions {
		if s := &c.sessions[i]; s.Series == series && s.Coming(c.now) {
			out = append(out, s)
		}
	}
	return out
}

// nextAfter is the first session to come that starts at an instant or later, else the next of all.
func (c *course) nextAfter(at time.Time) *Session {
	var next *Session
	for i := range c.sessions {
		s := &c.sessions[i]
		if !s.Coming(c.now) {
			continue
		}
		if !s.StartsAt.Before(at) {
			return s
		}
		if next == nil {
			next = s
		}
	}
	return next
}

// EntrySession is the session that stands at a place of a series, for a member of the circle. It answers NotFound.
func (cal *Calendar) EntrySession(ctx context.Context, actor identity.Actor, circleID string, series int, place *time.Time) (Session, error) {
	return view(ctx, cal, actor, circles.Answer, circleID, func(c *course, _ circles.Object) (Session, error) {
		coming := c.comingOf(series)
		switch {
		case place == nil && len(coming) == 1:
			return *coming[0], nil
		case place == nil:
			return Session{}, notFound()
		}
		if s := c.at(series, *place); s != nil {
			return *s, nil
		}
		return Session{}, notFound()
	})
}
