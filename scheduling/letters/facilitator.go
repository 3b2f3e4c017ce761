package letters

import (
	"context"
	"slices"
	"strconv"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/mail"
	"kring/internal/outbox"
	"kring/internal/page"

	"kring/circles"
	"kring/scheduling/health"
)

// stalling tells whoever looks after circles which of them stall, why, and what would help: in the words that their
// members read as well.
func (l *Letters) stalling(ctx context.Context, person identity.Person, notices []outbox.Notice) (mail.Message, error) {
	m, err := l.blank(ctx, person, notices)
	if err != nil {
		return mail.Message{}, err
	}
	var names []string
	for _, n := range notices {
		c, f, err := m.stalled(n.SubjectID)
		if err != nil {
			return mail.Message{}, err
		}
		if c.ID == "" || slices.Contains(names, c.Name) {
			continue
		}
		names = append(names, c.Name)
		m.heading2(c.Name)
		m.add(m.reasons(f.Reasons))
		if f.Step != "" {
			m.paragraph("letter.stalling.step", "step", f.Step.Say(m.texts, m.lang))
		}
	}
	if len(names) == 0 {
		return mail.Message{}, outbox.Void("no-longer-stalling")
	}
	m.titled("letter.stalling.subject", "circles", m.list(names))
	m.body.Blocks = slices.Insert(m.body.Blocks, 0, mail.Block(mail.Paragraph(m.say("letter.stalling.text"))))
	m.paragraph("letter.stalling.can")
	m.note("letter.stalling.same-words")
	return m.message(outbox.NoList), nil
}

func (l *letter) heading2(text string) { l.add(mail.Heading(text)) }

// stalled is the circle of a flag that still stalls and that the person still looks after, as a facilitator or as the
// owner; the zero Circle otherwise.
func (l *letter) stalled(flagID string) (c circles.Circle, f health.Flag, err error) {
	err = l.db.Snapshot(l.ctx, func(tx database.Tx) error {
		if f, err = health.FlagIn(tx, flagID); err != nil {
			return err
		}
		if f.State != health.Open || f.Verdict != health.Stalling || f.AcknowledgedAt != nil || f.Rests(l.now) {
			return nil
		}
		found, err := circles.CircleIn(tx, f.CircleID)
		if err != nil {
			return err
		}
		object, err := circles.ObjectIn(tx, identity.Actor{PersonID: l.to.ID}, found)
		if err == nil && (object.Facilitator || l.to.Owner) && !found.State.Over() {
			c = found
		}
		return err
	})
	if fault.IsKind(err, fault.NotFound) {
		return circles.Circle{}, f, nil
	}
	return c, f, err
}

// groups are the parts of a weekly overview, in the order in which somebody is needed.
type group struct {
	key  string // of its heading
	says func(*letter, health.CircleHealth) string
	has  func(health.CircleHealth) bool
}

func groups() []group {
	running := func(c health.CircleHealth) bool { return c.State == circles.Running }
	return []group{
		{"stalling", (*letter).concern, func(c health.CircleHealth) bool { return running(c) && c.Verdict == health.Stalling }},
		{"wobbling", (*letter).concern, func(c health.CircleHealth) bool { return running(c) && c.Verdict == health.Wobbling }},
		{"silent", (*letter).course, func(c health.CircleHealth) bool { return running(c) && c.NothingRecorded }},
		{"on_track", (*letter).course, running},
		{"paused", (*letter).course, func(c health.CircleHealth) bool { return c.State == circles.Paused }},
		{"forming", (*letter).gathering, func(c health.CircleHealth) bool { return c.State == circles.Forming }},
	}
}

// weeklyOverview is the week of a programme: one line for each circle that is not over, the one that needs somebody
// most first, and the silent ones named. It counts circles, never people.
func (l *Letters) weeklyOverview(ctx context.Context, person identity.Person, notices []outbox.Notice) (mail.Message, error) {
	m, err := l.blank(ctx, person, notices)
	if err != nil {
		return mail.Message{}, err
	}
	programmeID := m.notice.ProgrammeID
	asker := identity.Actor{PersonID: person.ID}
	if _, err := l.watch.ProgrammeHealth(ctx, asker, programmeID, "", page.Cursor{}, 1); err != nil {
		if fault.IsKind(err, fault.Forbidden) {
			return mail.Message{}, outbox.Void("no-facilitator")
		}
		return mail.Message{}, gone(err)
	}
	o, err := l.watch.Overview(ctx, programmeID, m.now)
	if err != nil {
		return mail.Message{}, gone(err)
	}
	m.overview(o)
	return m.message(outbox.NoList), nil
}

func (l *letter) overview(o health.Overview) {
	l.titled("letter.weekly_overview.subject", "programme", o.Programme.Name)
	l.paragraph("letter.weekly_overview.text", "programme", o.Programme.Name)
	l.add(l.tally(o))
	left := o.Circles
	for _, g := range groups() {
		var facts mail.Facts
		var rest []health.CircleHealth
		for _, c := range left {
			if g.has(c) {
				facts = append(facts, mail.Fact{Label: c.Name, Value: g.says(l, c)})
			} else {
				rest = append(rest, c)
			}
		}
		if left = rest; len(facts) > 0 {
			l.heading("letter.weekly_overview." + g.key)
			l.add(facts)
		}
	}
	if o.More > 0 {
		l.paragraph("letter.weekly_overview.more", "count", o.More)
	}
	l.note("letter.stalling.same-words")
}

// tally is how many circles are where.
func (l *letter) tally(o health.Overview) mail.Facts {
	var facts mail.Facts
	count := func(key string, n int) {
		if n > 0 {
			facts = l.fact(facts, "letter.weekly_overview.count."+key, strconv.Itoa(n), "")
		}
	}
	count("running", o.States[circles.Running])
	count("stalling", o.Verdicts[health.Stalling])
	count("wobbling", o.Verdicts[health.Wobbling])
	count("silent", o.Silent)
	count("paused", o.States[circles.Paused])
	count("forming", o.States[circles.Forming])
	count("completed", o.States[circles.Completed])
	count("ended", o.States[circles.Ended])
	return facts
}

// concern is what worries about a circle, and the step that would help.
func (l *letter) concern(c health.CircleHealth) string {
	said := ""
	for _, r := range c.Reasons {
		said += r.Say(l.texts, l.lang) + " "
	}
	if c.Step != "" {
		said += l.say("letter.stalling.step", "step", c.Step.Say(l.texts, l.lang)) + " "
	}
	return said + l.course(c)
}

// course is where a circle is: its week and its next date.
func (l *letter) course(c health.CircleHealth) string {
	said := l.say("letter.weekly_overview.guide-done")
	if c.GuideWeek != nil {
		said = l.say("letter.weekly_overview.week", "week", *c.GuideWeek)
	}
	if c.NextAt == nil {
		return said + " " + l.say("letter.weekly_overview.no-next")
	}
	return said + " " + l.say("letter.weekly_overview.next", "date", l.moment(*c.NextAt))
}

// gathering is how far a forming circle is. A number of members is one of a circle, not of a person.
func (l *letter) gathering(c health.CircleHealth) string {
	return l.say("letter.weekly_overview.gathering", "count", c.Members)
}
