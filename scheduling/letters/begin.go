package letters

import (
	"slices"
	"strconv"

	"kring/internal/mail"
	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling"
	"kring/scheduling/holidays"
)

// begin is the letter of a circle that has its dates: all of them, the calendar file, and how Kring works.
func begin(l *letter) error {
	coming := l.coming()
	if len(coming) == 0 {
		return gone(errNoDates)
	}
	first := coming[0]
	l.titled("letter.begin.subject", "circle", l.b.Circle.Name, "date", l.day(first.StartsAt))
	l.paragraph("letter.begin.hello", "circle", l.b.Circle.Name)
	l.paragraph("letter.begin.who", "names", l.names(l.b.Members), "sessions", len(coming))
	facts := l.fact(nil, "letter.fact.first", l.moment(first.StartsAt), "")
	facts = l.fact(facts, "letter.fact.slot", l.slot(), "")
	facts = l.place(facts)
	facts = l.host(facts, first)
	l.add(l.guideFact(facts))
	l.heading("letter.dates.title")
	l.add(l.dates(coming))
	l.leftOut(coming)
	l.note(l.answering("letter.calendar"))
	l.how()
	return l.attachRun(false)
}

// joinedLate is the begin letter of somebody who comes into a circle under way: the next date, and what was so far.
func joinedLate(l *letter) error {
	if !l.b.Circle.State.Begun() {
		return gone(errNoDates)
	}
	l.titled("letter.joined_late.subject", "circle", l.b.Circle.Name)
	l.paragraph("letter.joined_late.hello", "circle", l.b.Circle.Name)
	coming := l.coming()
	var facts mail.Facts
	if len(coming) > 0 {
		facts = l.fact(facts, "letter.fact.next", l.moment(coming[0].StartsAt), "")
		facts = l.fact(facts, "letter.fact.slot", l.slot(), "")
		facts = l.place(facts)
		facts = l.host(facts, coming[0])
	}
	l.add(append(l.guideFact(facts), mail.Fact{Label: l.say("letter.fact.members"), Value: l.names(l.others())}))
	l.soFar()
	if len(coming) > 0 {
		l.heading("letter.dates.title")
		l.add(l.dates(coming))
		l.note(l.answering("letter.calendar"))
	}
	l.how()
	return l.attachRun(true)
}

// how says in five lines how Kring works, and who can be asked.
func (l *letter) how() {
	l.heading("letter.begin.how")
	l.add(mail.List{
		l.say("letter.begin.how-1"), l.say("letter.begin.how-2"), l.say("letter.begin.how-3"),
		l.say("letter.begin.how-4"), l.say("letter.begin.how-5", "quorum", l.b.Quorum),
	})
	l.helper()
}

// others are the members beside the one who is written to.
func (l *letter) others() []circles.Member {
	return slices.DeleteFunc(slices.Clone(l.b.Members), func(m circles.Member) bool { return m.ID == l.me.ID })
}

// soFar links the guides of the weeks that the circle has behind it.
func (l *letter) soFar() {
	var links mail.Links
	for week := l.b.Set.FirstWeek; week < l.b.Circle.GuideWeek; week++ {
		if w, address, ok := l.guide(week); ok {
			links = append(links, mail.Link{Label: guideLine(w), URL: address})
		}
	}
	if len(links) == 0 {
		return
	}
	l.heading("letter.joined_late.so-far")
	l.paragraph("letter.joined_late.so-far-why")
	l.add(links)
}

// slot is the weekly hour on the wall of the circle; "" while none is agreed. Of a rhythm that is no number of weeks
// only the hour is said.
func (l *letter) slot() string {
	slot, ok := l.b.Circle.Slot()
	if !ok || l.b.Set.Interval%7 != 0 {
		return ""
	}
	weeks := l.b.Set.Interval / 7
	zone := wall.ZoneLabel(l.now, l.b.Location, l.lang)
	key := "letter.slot.weekly"
	if weeks > 1 {
		key = "letter.slot.every-weeks"
	}
	args := []any{"weekday", wall.WeekdayName(slot.Weekday, l.lang), "time", slot.At.String(), "zone", zone}
	if weeks > 1 {
		args = append(args, "weeks", weeks)
	}
	return l.say(key, args...)
}

// place adds where the circle meets.
func (l *letter) place(facts mail.Facts) mail.Facts {
	c := l.b.Circle
	facts = l.fact(facts, "letter.fact.venue", c.Venue, "")
	facts = l.fact(facts, "letter.fact.video", c.VideoLink, c.VideoLink)
	if c.Venue == "" && c.VideoLink == "" {
		facts = l.fact(facts, "letter.fact.venue", l.say("letter.place-open"), "")
	}
	return facts
}

// host adds who leads a session.
func (l *letter) host(facts mail.Facts, s scheduling.Session) mail.Facts {
	if l.leads(s) {
		return l.fact(facts, "letter.fact.host", l.say("letter.who.you-lead"), "")
	}
	if m, ok := l.memberByID(s.HostID); ok {
		return l.fact(facts, "letter.fact.host", l.name(m), "")
	}
	return facts
}

// guideFact adds the week that the circle is at, with its guide.
func (l *letter) guideFact(facts mail.Facts) mail.Facts {
	w, address, ok := l.guide(l.b.Circle.GuideWeek)
	if !ok {
		return facts
	}
	return l.fact(facts, "letter.fact.guide", guideLine(w), address)
}

// helper says who looks after the circle, and that an answer reaches that person.
func (l *letter) helper() {
	if p, known := l.lookingAfter(); known && p.ID != l.to.ID {
		l.note("letter.helper", "name", p.Name)
	}
}

// leftOut names the dates of the slot that the run leaves out between its first and last.
func (l *letter) leftOut(sessions []scheduling.Session) {
	var lines mail.List
	taken := map[wall.Date]bool{}
	for _, s := range sessions {
		taken[wall.DateOf(s.SlotStartsAt, l.b.Location)] = true
	}
	from := wall.DateOf(sessions[0].SlotStartsAt, l.b.Location)
	until := wall.DateOf(sessions[len(sessions)-1].SlotStartsAt, l.b.Location)
	for on := from; on.Before(until) && len(lines) < mostLeftOut; on = on.AddDays(l.b.Set.Interval) {
		if why := l.whyFree(on); why != "" && !taken[on] {
			lines = append(lines, wall.LongDate(on, l.lang)+": "+why)
		}
	}
	if len(lines) > 0 {
		l.heading("letter.left-out")
		l.add(lines)
	}
}

const mostLeftOut = 30

// whyFree says in a word why the circle leaves a date free; "" when it does not.
func (l *letter) whyFree(on wall.Date) string {
	if calendar, err := holidays.Load(l.b.Circle.Holidays); err == nil {
		if h, free := calendar.On(on); free {
			return h.Name.In(l.lang)
		}
	}
	for _, b := range l.dossier.Off.Breaks {
		switch {
		case !b.Holds(on):
		case b.Name != "":
			return b.Name
		default:
			return l.say("letter.free-week")
		}
	}
	return ""
}

// weekWord is the number of the week that the circle is at, as it stands in a subject.
func (l *letter) weekWord() string { return strconv.Itoa(l.b.Circle.GuideWeek) }
