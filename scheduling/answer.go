package scheduling

import (
	"context"
	"slices"

	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/wall"

	"kring/circles"
)

// Answer says for oneself whether one comes to a session, any time ahead. Where expected falls below the quorum by it,
// the circle is told at once; who was to lead and cannot is replaced by the next in turn. It answers Conflict
// session-over, and Invalid for an answer that is none.
func (cal *Calendar) Answer(ctx context.Context, actor identity.Actor, sessionID string, answer Answer) (Change, error) {
	a := ask{actor: actor, action: circles.Answer}
	return cal.onSession(ctx, sessionID, a, func(c *course, s *Session) error {
		c.focus = s.ID
		if !slices.Contains([]Answer{Yes, No, Unsure}, answer) {
			var v fault.Violations
			v.Add("/answer", "not-an-answer")
			return v.Err()
		}
		if s.State != Planned || s.Over(c.now) || c.circle.State.Over() {
			return fault.New(fault.Conflict, "session-over")
		}
		m, _ := c.member(actor.PersonID)
		return c.answer(*s, m, answer)
	})
}

func (c *course) answer(s Session, m circles.Member, answer Answer) error {
	return c.hear(s, Said{SessionID: s.ID, MemberID: m.ID, StartsAt: s.StartsAt, Answer: answer, At: c.now})
}

// hear keeps an answer to a session in place of an earlier one to the same start.
func (c *course) hear(s Session, said Said) error {
	before := len(c.expected(s))
	c.word.Said = slices.DeleteFunc(c.word.Said, func(old Said) bool {
		return old.SessionID == s.ID && old.MemberID == said.MemberID && old.StartsAt.Equal(s.StartsAt)
	})
	c.word.Said = append(c.word.Said, said)
	c.sayQuorumLost(s, before)
	return saveSaid(c.tx, said)
}

// tellHosts tells who leads a session now, and who did until now, once its reminder has gone out; before that the
// reminder itself says it.
func (c *course) tellHosts() {
	for _, s := range c.sessions {
		was, existed := c.was(s.ID)
		if !existed || !s.Coming(c.now) || equal(s.HostID, was.HostID) || c.tellAll || !c.reminded(s) {
			continue
		}
		for _, id := range []*string{was.HostID, s.HostID} {
			if id == nil {
				continue
			}
			if m, in := c.memberByID(*id); in && m.PersonID != c.swapper {
				c.aboutHost(s, m)
			}
		}
	}
}

func (c *course) aboutHost(s Session, m circles.Member) {
	host := ""
	if s.HostID != nil {
		host = *s.HostID
	}
	c.posts = append(c.posts, post{
		kind: NoticeHostChanged, personID: m.PersonID, sessionID: s.ID, subjectID: host,
		key: key(NoticeHostChanged, m.PersonID, s.ID+" "+host, c.now), holdUntil: c.now, usefulUntil: s.StartsAt,
	})
}

// reminded says whether the reminder of the session's present date has gone out.
func (c *course) reminded(s Session) bool {
	r := c.reminderOf(s, TwoDays)
	return r != nil && r.DoneAt != nil && !c.changedDate(s)
}

// reminderOf is the session's row of a kind, as it was read; nil when there is none.
func (c *course) reminderOf(s Session, kind ReminderKind) *Reminder {
	i := slices.IndexFunc(c.reminders, func(r Reminder) bool { return r.SessionID == s.ID && r.Kind == kind })
	if i < 0 {
		return nil
	}
	return &c.reminders[i]
}

// SwapHost names who leads a session. Whoever is named and leads a later session gives that one to the present host.
// It answers Conflict session-over, Stale, and Invalid not-a-member.
func (cal *Calendar) SwapHost(ctx context.Context, actor identity.Actor, sessionID string, revision int, memberID string) (Change, error) {
	a := ask{actor: actor, action: circles.SwapHost, revision: revision}
	return cal.onSession(ctx, sessionID, a, func(c *course, s *Session) error {
		c.focus, c.swapper = s.ID, actor.PersonID
		if !s.Coming(c.now) || c.circle.State.Over() {
			return fault.New(fault.Conflict, "session-over")
		}
		m, in := c.memberByID(memberID)
		if !in || !c.word.Comes(*s, m, c.loc) {
			var v fault.Violations
			v.Add("/host_id", "cannot-host")
			return v.Err()
		}
		if s.hosts(memberID) {
			return nil
		}
		c.swap(s, memberID)
		return c.journal("host-swapped", s.ID, nil)
	})
}

func (c *course) swap(s *Session, memberID string) {
	for i := range c.sessions {
		later := &c.sessions[i]
		if later.StartsAt.After(s.StartsAt) && later.Coming(c.now) && later.hosts(memberID) {
			later.HostID, later.HostSwapped = s.HostID, s.HostID != nil
			break
		}
	}
	s.HostID, s.HostSwapped = &memberID, true
}

// mostAbsences bounds a member's list.
const mostAbsences = 100

// Absences are one's own absences in the circle, by date.
func (cal *Calendar) Absences(ctx context.Context, actor identity.Actor, circleID string) ([]Absence, error) {
	return view(ctx, cal, actor, circles.SeeAbsences, circleID, func(c *course, o circles.Object) ([]Absence, error) {
		return c.absencesOf(o.MemberID), nil
	})
}

func (c *course) absencesOf(memberID string) []Absence {
	out := []Absence{}
	for _, a := range c.word.Absences {
		if a.MemberID == memberID {
			out = append(out, a)
		}
	}
	return out
}

// SetAbsences replaces one's own absences: answers given in advance. Earlier answers to sessions in them no longer
// hold. The circle is told at once where expected falls below the quorum. It answers Invalid with everything that is
// wrong with the list.
func (cal *Calendar) SetAbsences(ctx context.Context, actor identity.Actor, circleID string, spans []Span) ([]Absence, error) {
	var own []Absence
	_, err := cal.onCircle(ctx, circleID, ask{actor: actor, action: circles.SetAbsences}, func(c *course) error {
		if err := checkAbsences(spans); err != nil {
			return err
		}
		m, _ := c.member(actor.PersonID)
		var err error
		own, err = c.setAbsences(m, spans)
		return err
	})
	if err != nil {
		return nil, err
	}
	return own, nil
}

func checkAbsences(spans []Span) error {
	var v fault.Violations
	if len(spans) > mostAbsences {
		v.Add("/items", "too-many", fault.Args{"limit": mostAbsences})
		return v.Err()
	}
	for i, s := range spans {
		at := pointer("/items", i)
		switch {
		case !s.FromOn.Valid():
			v.Add(at+"/from_on", "required")
		case !s.UntilOn.Valid():
			v.Add(at+"/until_on", "required")
		case s.UntilOn.Before(s.FromOn):
			v.Add(at+"/until_on", "before-from")
		case s.UntilOn.Sub(s.FromOn) > farthestStart:
			v.Add(at+"/until_on", "too-far", fault.Args{"date": s.FromOn.AddDays(farthestStart).String()})
		}
	}
	return v.Err()
}

func (c *course) setAbsences(m circles.Member, spans []Span) ([]Absence, error) {
	expected := make([]int, len(c.sessions))
	for i, s := range c.sessions {
		expected[i] = len(c.expected(s))
	}
	fresh := []Absence{}
	for _, s := range spans {
		fresh = append(fresh, Absence{ID: newID(), CircleID: c.circle.ID, MemberID: m.ID, FromOn: s.FromOn, UntilOn: s.UntilOn})
	}
	others := slices.DeleteFunc(c.word.Absences, func(a Absence) bool { return a.MemberID == m.ID })
	c.word.Absences = append(others, fresh...)
	if err := deleteAnswersOf(c.tx, m.ID, c.overruled(m, spans)); err != nil {
		return nil, err
	}
	for i, s := range c.sessions {
		c.sayQuorumLost(s, expected[i])
	}
	return fresh, replaceAbsences(c.tx, m.ID, fresh)
}

// overruled takes back the member's answers to coming sessions that lie in the spans, and answers which they are of.
func (c *course) overruled(m circles.Member, spans []Span) []string {
	var ids []string
	for _, s := range c.sessions {
		in := slices.ContainsFunc(spans, func(span Span) bool { return span.Holds(wall.DateOf(s.StartsAt, c.loc)) })
		if s.Coming(c.now) && in {
			ids = append(ids, s.ID)
		}
	}
	c.word.Said = slices.DeleteFunc(c.word.Said, func(said Said) bool {
		return said.MemberID == m.ID && slices.Contains(ids, said.SessionID)
	})
	return ids
}

// StillIn answers the question "still in?" with yes: it is a sign of life, and the member is expected again. No is
// leaving the circle.
func (cal *Calendar) StillIn(ctx context.Context, actor identity.Actor, circleID string) (Change, error) {
	return cal.onCircle(ctx, circleID, ask{actor: actor, action: circles.Answer}, func(*course) error { return nil })
}
