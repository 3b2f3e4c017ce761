package letters

import (
	"kring/internal/mail"
	"kring/internal/outbox"
	"kring/internal/wall"

	"kring/circles"
)

var errNoDates = outbox.Void("no-dates")

// moved tells the new date beside the one that the person knew. It can stand in for the reminder, so it has what that
// would have said.
func moved(l *letter) error {
	s, err := l.session()
	if err != nil {
		return err
	}
	if !s.Coming(l.now) {
		return outbox.Lapse("session-begun")
	}
	l.titled("letter.moved.subject", "circle", l.b.Circle.Name, "date", l.day(s.StartsAt))
	l.paragraph("letter.moved.text", "by", l.by("session-moved", s.ID))
	var facts mail.Facts
	if told, ok := l.b.Told[s.ID]; ok && told.WasAt != nil && !told.WasAt.Equal(s.StartsAt) {
		facts = l.fact(facts, "letter.fact.was", l.moment(*told.WasAt), "")
	}
	facts = l.fact(facts, "letter.fact.now", l.moment(s.StartsAt), "")
	facts = l.place(facts)
	l.add(l.host(l.guideFact(facts), s))
	l.note("letter.moved.others")
	l.paragraph("letter.moved.ask")
	l.answers(s)
	return l.attachChange(s)
}

// calledOff tells that a session does not take place: cancelled late, or skipped beforehand.
func calledOff(l *letter) error {
	s, err := l.session()
	if err != nil {
		return err
	}
	kind := l.notice.Kind // cancelled or skipped, as the keys are named
	l.titled("letter."+kind+".subject", "circle", l.b.Circle.Name, "date", l.day(s.StartsAt))
	l.paragraph("letter."+kind+".text", "date", l.moment(s.StartsAt), "by", l.by("session-"+kind, s.ID))
	l.nextOne()
	return l.attachChange(s)
}

// nextOne says when the circle meets next.
func (l *letter) nextOne() {
	if coming := l.coming(); len(coming) > 0 {
		l.paragraph("letter.next", "date", l.moment(coming[0].StartsAt))
	}
}

// newSlot tells the new weekly hour with all dates: the old series ends in calendars and a new one begins.
func newSlot(l *letter) error {
	slot, ok := l.b.Circle.Slot()
	if !ok || l.b.Circle.State != circles.Running {
		return outbox.Void("not-running")
	}
	weekday := wall.WeekdayName(slot.Weekday, l.lang)
	l.titled("letter.new_slot.subject", "circle", l.b.Circle.Name, "weekday", weekday, "time", slot.At.String())
	l.paragraph("letter.new_slot.text", "by", l.by("slot-changed", ""))
	l.add(l.place(l.fact(nil, "letter.fact.slot", l.slot(), "")))
	l.allDates()
	l.note("letter.new_slot.calendar")
	if err := l.attachRun(false); err != nil {
		return err
	}
	return l.attachOld()
}

func (l *letter) allDates() {
	if coming := l.coming(); len(coming) > 0 {
		l.heading("letter.dates.title")
		l.add(l.dates(coming))
	}
}

// onBreak tells which weeks the circle keeps free, and what that makes of the dates.
func onBreak(l *letter) error {
	for _, b := range l.b.Breaks {
		if b.ID != l.notice.SubjectID {
			continue
		}
		from, until := dayWords(b.FromOn, l.lang), dayWords(b.UntilOn, l.lang)
		l.titled("letter.break.subject", "circle", l.b.Circle.Name, "from", from, "until", until)
		l.paragraph("letter.break.text", "from", from, "until", until, "by", l.by("break-added", b.ID))
		l.nextOne()
		l.allDates()
		l.note("letter.calendar-again")
		return l.attachRun(false)
	}
	return outbox.Void("break-gone")
}

// paused tells until when the circle rests.
func paused(l *letter) error {
	if l.b.Circle.State != circles.Paused {
		return outbox.Void("not-paused")
	}
	back := wall.LongDate(l.b.Circle.ReturnsOn, l.lang)
	l.titled("letter.paused.subject", "circle", l.b.Circle.Name, "date", dayWords(l.b.Circle.ReturnsOn, l.lang))
	l.paragraph("letter.paused.text", "date", back, "by", l.by("paused", ""))
	l.paragraph("letter.paused.quiet")
	l.allDates()
	l.note("letter.calendar-again")
	return l.attachRun(false)
}

// returnSoon reminds of the end of a pause.
func returnSoon(l *letter) error {
	if l.b.Circle.State != circles.Paused {
		return outbox.Void("not-paused")
	}
	l.titled("letter.return_soon.subject", "circle", l.b.Circle.Name)
	l.paragraph("letter.return_soon.text", "circle", l.b.Circle.Name, "date", wall.LongDate(l.b.Circle.ReturnsOn, l.lang))
	l.nextOne()
	l.add(l.guideFact(nil))
	l.allDates()
	return nil
}

// resumed tells the dates of a circle that goes on after a pause, or after it had fallen silent.
func resumed(l *letter) error {
	if l.b.Circle.State != circles.Running {
		return outbox.Void("not-running")
	}
	action := "resumed"
	if deed, found := l.dossier.Deed("revived", "", l.notice.HoldUntil); found && deed.At.Equal(l.notice.HoldUntil) {
		action = "revived"
	}
	l.titled("letter.resumed.subject", "circle", l.b.Circle.Name)
	l.paragraph("letter.resumed.text", "circle", l.b.Circle.Name, "by", l.by(action, ""))
	coming := l.coming()
	if len(coming) > 0 {
		facts := l.fact(nil, "letter.fact.next", l.moment(coming[0].StartsAt), "")
		l.add(l.host(l.guideFact(l.place(facts)), coming[0]))
	}
	l.allDates()
	l.note("letter.calendar-again")
	return l.attachRun(false)
}

// quorumLost tells that too few are expected, while something can still be done.
func quorumLost(l *letter) error {
	s, err := l.session()
	if err != nil {
		return err
	}
	expected := len(l.b.Expected(s))
	if !s.Coming(l.now) || expected >= l.b.Quorum || !l.takesPlace(s) {
		return outbox.Void("quorum-back")
	}
	l.titled("letter.quorum_lost.subject", "circle", l.b.Circle.Name, "date", l.day(s.StartsAt))
	l.paragraph("letter.quorum_lost.text", "date", l.moment(s.StartsAt), "count", expected, "quorum", l.b.Quorum)
	if absent := l.b.SaidNo(s); len(absent) > 0 {
		l.paragraph("letter.quorum_lost.cannot", "names", l.names(absent))
	}
	l.paragraph("letter.quorum_lost.choose")
	l.add(mail.Buttons{{Label: l.say("button.me.dates"), URL: l.link(circles.LinkMe, "", "")}})
	return nil
}

// hostChanged tells who leads a session now: the one who does, and the one who did.
func hostChanged(l *letter) error {
	s, err := l.session()
	if err != nil {
		return err
	}
	host, found := l.memberByID(s.HostID)
	if !s.Coming(l.now) || !found || host.ID != l.notice.SubjectID {
		return outbox.Void("host-changed-again")
	}
	key := "letter.host_changed"
	if l.leads(s) {
		key += ".you"
	}
	l.titled(key+".subject", append(l.nameUnless(l.leads(s), host), "circle", l.b.Circle.Name, "date", l.day(s.StartsAt))...)
	l.paragraph(key+".text", append(l.nameUnless(l.leads(s), host), "date", l.moment(s.StartsAt))...)
	if l.leads(s) {
		l.sessionFacts(s)
		l.guideWords()
		l.paragraph("letter.host_changed.you.cannot")
		l.add(mail.Buttons{l.button(LinkAnswer, s.ID, "no")})
	}
	return nil
}

func (l *letter) nameUnless(own bool, m circles.Member) []any {
	if own {
		return nil
	}
	return []any{"name", l.name(m)}
}
