package letters

import (
	"slices"
	"time"

	"kring/internal/mail"
	"kring/internal/outbox"

	"kring/circles"
	"kring/scheduling"
)

// reminder is the letter two working days ahead: the week, the guide, place, who leads, who cannot come, the two
// buttons; and what waited for a letter: the open question about the last session, what changed in the circle, and the
// question about how it goes.
func reminder(l *letter) error {
	s, err := l.upcoming()
	if err != nil {
		return err
	}
	l.titled("letter.reminder_two_days.subject", "circle", l.b.Circle.Name, "week", l.weekWord(), "date", l.day(s.StartsAt))
	l.paragraph("letter.reminder_two_days."+l.opening(s), "circle", l.b.Circle.Name, "date", l.day(s.StartsAt))
	l.sessionFacts(s)
	l.guideWords()
	l.answers(s)
	l.lastOne(s)
	l.lines(s)
	if _, err := l.askAboutFlag(); err != nil {
		return err
	}
	if len(l.b.News(l.notice.HoldUntil)) > 0 {
		l.note(l.answering("letter.calendar-again"))
		return l.attachRun(false)
	}
	return nil
}

// opening is how the letter begins: for whom it is, and whether it is the first session.
func (l *letter) opening(s scheduling.Session) string {
	_, again := l.b.Previous(s)
	switch {
	case l.leads(s):
		return "you-lead"
	case again:
		return "hello"
	}
	return "first"
}

// upcoming is the session of a reminder: planned, ahead, and one that the person is expected at.
func (l *letter) upcoming() (scheduling.Session, error) {
	s, err := l.session()
	switch {
	case err != nil:
		return s, err
	case !s.Coming(l.now):
		return s, outbox.Lapse("session-begun")
	case !l.takesPlace(s):
		return s, outbox.Void("not-running")
	case l.b.Circle.RemindersStoppedAt != nil:
		return s, outbox.Void("reminders-stopped")
	case !l.b.Word.Comes(s, l.me, l.b.Location):
		return s, outbox.Void("not-expected")
	}
	return s, nil
}

// takesPlace says whether the circle meets on the session's date: it runs, or rests no longer by then.
func (l *letter) takesPlace(s scheduling.Session) bool {
	c := l.b.Circle
	return c.State == circles.Running || c.State == circles.Paused && !s.On(l.b.Location).Before(c.ReturnsOn)
}

// sessionFacts is the table of a session to come.
func (l *letter) sessionFacts(s scheduling.Session) {
	facts := l.fact(nil, "letter.fact.when", l.moment(s.StartsAt), "")
	facts = l.place(facts)
	facts = l.preparing(l.guideFact(facts))
	facts = l.host(facts, s)
	if absent := l.b.SaidNo(s); len(absent) > 0 {
		facts = l.fact(facts, "letter.fact.cannot", l.names(absent), "")
	}
	if chat := l.b.Circle.ChatLink; chat != "" {
		facts = l.fact(facts, "letter.fact.chat", chat, chat)
	}
	l.add(facts)
}

// preparing adds how long it takes to prepare the week.
func (l *letter) preparing(facts mail.Facts) mail.Facts {
	if w, _, ok := l.guide(l.b.Circle.GuideWeek); ok && w.PrepareMinutes > 0 {
		return l.fact(facts, "letter.fact.prepare", l.say("letter.minutes", "minutes", w.PrepareMinutes), "")
	}
	return facts
}

// guideWords says what the week is about.
func (l *letter) guideWords() {
	w, _, ok := l.guide(l.b.Circle.GuideWeek)
	if !ok {
		return
	}
	l.add(mail.Paragraph(w.Summary))
	if _, settles := w.Section("silence"); settles {
		l.paragraph("letter.reminder_two_days.agreements")
	}
}

// answers are the two buttons: I'm in, I can't.
func (l *letter) answers(s scheduling.Session) {
	l.add(mail.Buttons{l.button(LinkAnswer, s.ID, "yes"), l.button(LinkAnswer, s.ID, "no")})
}

// lastOne asks about the session before, while nobody said how it went, and which week the circle is at when that is not
// known.
func (l *letter) lastOne(s scheduling.Session) {
	if last, ok := l.b.Previous(s); ok && l.asksAbout(last) {
		l.heading("letter.last.title")
		l.paragraph("letter.last.text", "date", l.day(last.StartsAt))
		l.outcomes(last)
	}
	if l.weekUnknown(s) {
		l.whichWeek()
	}
}

// asksAbout says whether the person is asked how a session went. The host was asked at its end, and is asked once more
// when three days went by without an answer.
func (l *letter) asksAbout(last scheduling.Session) bool {
	waits := last.State == scheduling.Planned && !l.leads(last)
	return last.Over(l.now) && (waits || last.State == scheduling.Unrecorded)
}

// weekUnknown says whether a session stayed without an answer and nobody said the week since: the one before, or an
// earlier one whose three days ended only after its next reminder had gone out.
func (l *letter) weekUnknown(s scheduling.Session) bool {
	last, _ := l.b.Previous(s)
	since := l.dossier.LastRemindedBefore(s)
	return slices.ContainsFunc(l.b.Sessions, func(p scheduling.Session) bool {
		fresh := p.ID == last.ID || p.OutcomeAt != nil && p.OutcomeAt.After(since)
		return fresh && p.State == scheduling.Unrecorded && !p.WeekSettled && p.StartsAt.Before(s.StartsAt)
	})
}

func (l *letter) outcomes(s scheduling.Session) {
	l.add(mail.Buttons{
		l.button(LinkOutcome, s.ID, "held"), l.button(LinkOutcome, s.ID, "missed"), l.button(LinkOutcome, s.ID, "cancelled"),
	})
}

// whichWeek links the guide of the week that the circle is at and the one after it: nobody knows which it is.
func (l *letter) whichWeek() {
	l.heading("letter.week.title")
	l.paragraph("letter.week.text")
	var links mail.Links
	for _, week := range []int{l.b.Circle.GuideWeek, l.b.Circle.GuideWeek + 1} {
		if w, address, ok := l.guide(week); ok {
			links = append(links, mail.Link{Label: l.say("letter.week.guide", "week", guideLine(w)), URL: address})
		}
	}
	l.add(links, mail.Buttons{{Label: l.say("button.week.say"), URL: l.link(LinkWeek, l.b.Circle.ID, "")}})
}

// lines tells what needed no letter of its own: who came and left, who leads next, which dates were added.
func (l *letter) lines(s scheduling.Session) {
	lines := l.cameAndLeft(s)
	if next, ok := l.after(s); ok {
		if m, found := l.memberByID(next.HostID); found {
			key, args := "letter.line.next-host", []any{"date", l.day(next.StartsAt), "name", l.name(m)}
			if m.ID == l.me.ID {
				key, args = "letter.line.next-host-you", args[:2]
			}
			lines = append(lines, l.say(key, args...))
		}
	}
	for _, fresh := range l.b.News(l.notice.HoldUntil) {
		lines = append(lines, l.say("letter.line.added", "date", l.moment(fresh.StartsAt)))
	}
	if len(lines) > 0 {
		l.heading("letter.line.title")
		l.add(lines)
	}
}

// cameAndLeft names who came in and who left since the reminder before was queued, and before this one was.
func (l *letter) cameAndLeft(s scheduling.Session) mail.List {
	var lines mail.List
	since, until := l.dossier.LastRemindedBefore(s), l.notice.HoldUntil
	if at, ok := l.dossier.RemindedAt(s.ID); ok {
		until = at
	}
	fresh := func(at *time.Time) bool { return at != nil && at.After(since) && !at.After(until) }
	for _, m := range l.dossier.Seats {
		switch {
		case m.ID == l.me.ID || m.InAt == nil:
		case m.In() && fresh(m.InAt):
			lines = append(lines, l.say("letter.line.joined", "name", l.name(m)))
		case m.State == circles.Left && fresh(m.LeftAt) && !m.InAt.After(since):
			lines = append(lines, l.say("letter.line.left", "name", l.name(m)))
		}
	}
	return lines
}

// after is the planned session that follows one.
func (l *letter) after(s scheduling.Session) (scheduling.Session, bool) {
	i := slices.IndexFunc(l.b.Sessions, func(other scheduling.Session) bool {
		return other.State == scheduling.Planned && other.StartsAt.After(s.StartsAt)
	})
	if i < 0 {
		return scheduling.Session{}, false
	}
	return l.b.Sessions[i], true
}

// reminderHour is the short word one hour ahead.
func reminderHour(l *letter) error {
	s, err := l.upcoming()
	if err != nil {
		return err
	}
	if l.to.HourOff {
		return outbox.Void("hour-off")
	}
	l.titled("letter.reminder_hour.subject", "circle", l.b.Circle.Name, "time", l.clockTime(s.StartsAt))
	l.paragraph("letter.reminder_hour.hello", "circle", l.b.Circle.Name)
	facts := l.fact(nil, "letter.fact.when", l.moment(s.StartsAt), "")
	facts = l.place(facts)
	l.add(l.host(l.guideFact(facts), s))
	l.add(mail.Buttons{l.button(LinkAnswer, s.ID, "no")})
	return nil
}
