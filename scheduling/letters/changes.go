package letters

import (
	"slices"

	"kring/internal/mail"
	"kring/internal/outbox"
	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling"
)

var errNoDates = outbox.Void("no-dates")

// section is a part of the letter of changes: it writes itself, or answers why there is nothing to tell.
type section struct {
	kind  string
	write func(*letter, *whatChanged) (nothing string)
}

// changes is the one letter about dates: that the circle rests or goes on, and what changed for this person since the
// letter before. What falls due together shares it, so that nobody gets two such letters in a morning.
func changes(l *letter) error {
	w := l.whatChanged()
	written, nothing := 0, "nothing-changed"
	for _, part := range []section{
		{scheduling.NoticePaused, paused},
		{scheduling.NoticeResumed, resumed},
		{scheduling.NoticeReturnSoon, returnSoon},
		{scheduling.NoticeDatesChanged, datesChanged},
		{circles.KindPlaceChanged, placeChanged},
	} {
		if !l.tells(part.kind) {
			continue
		}
		if why := part.write(l, w); why != "" {
			nothing = why
			continue
		}
		written++
	}
	if written == 0 {
		return outbox.Void(nothing)
	}
	return l.attachChanges(w)
}

// tells says whether one of the letter's notices is of a kind.
func (l *letter) tells(kind string) bool {
	return slices.ContainsFunc(l.notices, func(n outbox.Notice) bool { return n.Kind == kind })
}

// titledOnce writes the subject, unless a part before did.
func (l *letter) titledOnce(key string, args ...any) {
	if l.subject == "" {
		l.titled(key, append([]any{"circle", l.b.Circle.Name}, args...)...)
	}
}

// datesChanged says what changed: one change in a sentence with what belongs to it, more of them date by date.
func datesChanged(l *letter, w *whatChanged) string {
	known, breaks := w.known(), w.breaks(l.b.Breaks)
	switch {
	case w.count() == 0 && len(breaks) == 0:
		return "nothing-changed"
	case l.tells(scheduling.NoticePaused) || l.tells(scheduling.NoticeResumed): // its letter names all dates
		return ""
	case w.series > 0 && l.b.Circle.State == circles.Running:
		l.newSlot(w)
	case len(breaks) == 1:
		l.onBreak(w, breaks[0])
	case len(known) == 1 && len(w.moved) == 1 && len(w.added) == 0:
		return l.moved(w)
	case len(known) == 1 && len(w.skipped)+len(w.calledOff) == 1:
		l.calledOff(w, known[0])
	default:
		l.several(w)
	}
	return ""
}

// moved tells the new date beside the one that the person knew. It can stand in for the reminder, so it has what that
// would have said.
func (l *letter) moved(w *whatChanged) string {
	d := w.moved[0]
	s := d.Session
	if !s.Coming(l.now) {
		return "session-begun"
	}
	l.titledOnce("letter.dates_changed.moved.subject", "date", l.day(s.StartsAt))
	l.paragraph("letter.dates_changed.moved.text", "by", l.who(w, s.ID))
	facts := l.fact(nil, "letter.fact.was", l.moment(*d.WasAt), "")
	facts = l.fact(facts, "letter.fact.now", l.moment(s.StartsAt), "")
	facts = l.place(facts)
	l.add(l.host(l.guideFact(facts), s))
	l.note("letter.dates_changed.moved.others")
	l.paragraph("letter.dates_changed.moved.ask")
	l.answers(s)
	return ""
}

// calledOff tells that one session does not take place, called off late or skipped beforehand, and which date takes its
// place at the end.
func (l *letter) calledOff(w *whatChanged, d scheduling.ChangedDate) {
	key := "letter.dates_changed." + string(d.Session.State) // skipped or cancelled
	l.titledOnce(key+".subject", "date", l.day(*d.WasAt))
	l.paragraph(key+".text", "date", l.moment(*d.WasAt), "by", l.who(w, d.Session.ID))
	for _, a := range w.added {
		l.paragraph("letter.line.added", "date", l.moment(a.Session.StartsAt))
	}
	l.nextOne()
	l.againNote(w)
}

// nextOne says when the circle meets next.
func (l *letter) nextOne() {
	if coming := l.coming(); len(coming) > 0 {
		l.paragraph("letter.next", "date", l.moment(coming[0].StartsAt))
	}
}

// againNote says that the whole series comes once more, where it does.
func (l *letter) againNote(w *whatChanged) {
	if _, single := l.single(w); !single && w.count() > 0 {
		l.note(l.answering("letter.calendar-again"))
	}
}

// newSlot tells the new weekly hour with all dates: the old series ends in calendars and a new one begins.
func (l *letter) newSlot(w *whatChanged) {
	slot, _ := l.b.Circle.Slot()
	l.titledOnce("letter.dates_changed.slot.subject", "weekday", wall.WeekdayName(slot.Weekday, l.lang), "time", slot.At.String())
	l.paragraph("letter.dates_changed.slot.text", "by", l.who(w, ""))
	l.add(l.place(l.fact(nil, "letter.fact.slot", l.slot(), "")))
	off := whatChanged{skipped: w.skipped, calledOff: w.calledOff}
	if lines := l.changedLines(&off); len(lines) > 0 {
		l.add(lines)
	}
	l.allDates()
	l.note(l.answering("letter.dates_changed.slot.calendar"))
}

func (l *letter) allDates() {
	if coming := l.coming(); len(coming) > 0 {
		l.heading("letter.dates.title")
		l.add(l.dates(coming))
	}
}

// placeChanged tells where the circle meets now; what else changed has been told before it, with the place where that
// letter names it.
func placeChanged(l *letter, w *whatChanged) string {
	coming := l.coming()
	if len(coming) == 0 {
		return "no-dates"
	}
	l.titledOnce("letter.place_changed.subject")
	l.paragraph("letter.place_changed.text", "by", l.by("circle-changed"))
	l.add(l.place(l.fact(nil, "letter.fact.next", l.moment(coming[0].StartsAt), "")))
	if w.count() == 0 {
		l.note(l.answering("letter.calendar-again"))
	}
	return ""
}

// onBreak tells which weeks the circle keeps free, and where the sessions went that fell on them.
func (l *letter) onBreak(w *whatChanged, b scheduling.CircleBreak) {
	key, args := "letter.dates_changed.break", []any{"from", dayWords(b.FromOn, l.lang)}
	if b.UntilOn == b.FromOn {
		key += ".day"
	} else {
		args = append(args, "until", dayWords(b.UntilOn, l.lang))
	}
	l.titledOnce(key+".subject", args...)
	l.paragraph(key+".text", append(args, "by", l.who(w, ""))...)
	if lines := l.changedLines(w); len(lines) > 0 {
		l.add(lines)
	}
	l.nextOne()
	l.againNote(w)
}

// several tells changes date by date.
func (l *letter) several(w *whatChanged) {
	l.titledOnce("letter.dates_changed.several.subject")
	l.paragraph("letter.dates_changed.several.text", "circle", l.b.Circle.Name, "by", l.who(w, ""))
	l.add(l.changedLines(w))
	l.nextOne()
	l.againNote(w)
}

// paused tells until when the circle rests.
func paused(l *letter, _ *whatChanged) string {
	if l.b.Circle.State != circles.Paused {
		return "not-paused"
	}
	back := wall.LongDate(l.b.Circle.ReturnsOn, l.lang)
	l.titledOnce("letter.paused.subject", "date", dayWords(l.b.Circle.ReturnsOn, l.lang))
	l.paragraph("letter.paused.text", "date", back, "by", l.by("paused"))
	l.paragraph("letter.paused.quiet")
	l.allDates()
	l.note(l.answering("letter.calendar-again"))
	return ""
}

// returnSoon reminds of the end of a pause.
func returnSoon(l *letter, _ *whatChanged) string {
	if l.b.Circle.State != circles.Paused {
		return "not-paused"
	}
	if l.subject != "" { // the pause itself is told in this letter
		return ""
	}
	l.titledOnce("letter.return_soon.subject")
	l.paragraph("letter.return_soon.text", "circle", l.b.Circle.Name, "date", wall.LongDate(l.b.Circle.ReturnsOn, l.lang))
	l.nextOne()
	l.add(l.guideFact(nil))
	l.allDates()
	return ""
}

// resumed tells the dates of a circle that goes on after a pause, or after it had fallen silent.
func resumed(l *letter, _ *whatChanged) string {
	if l.b.Circle.State != circles.Running {
		return "not-running"
	}
	l.titledOnce("letter.resumed.subject")
	l.paragraph("letter.resumed.text", "circle", l.b.Circle.Name, "by", l.by("resumed", "revived"))
	coming := l.coming()
	if len(coming) > 0 {
		facts := l.fact(nil, "letter.fact.next", l.moment(coming[0].StartsAt), "")
		l.add(l.host(l.guideFact(l.place(facts)), coming[0]))
	}
	l.allDates()
	l.note(l.answering("letter.calendar-again"))
	return ""
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
