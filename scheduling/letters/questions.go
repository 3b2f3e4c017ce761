package letters

import (
	"kring/internal/mail"
	"kring/internal/outbox"
	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling"
)

// outcomeQuestion asks whoever led a session whether it went ahead.
func outcomeQuestion(l *letter) error {
	s, err := l.session()
	if err != nil {
		return err
	}
	if !s.Over(l.now) {
		return outbox.Void("session-changed")
	}
	l.titled("letter.outcome_question.subject", "circle", l.b.Circle.Name)
	key := "letter.outcome_question.text"
	if l.leads(s) {
		key = "letter.outcome_question.you-led"
	}
	l.paragraph(key, "date", l.moment(s.StartsAt))
	l.outcomes(s)
	l.note("letter.outcome_question.why")
	return nil
}

// stillIn asks one person alone, who gave no sign of life over three sessions, or whose calendar declined all of them.
func stillIn(l *letter) error {
	if l.me.StillInAskedAt == nil {
		return outbox.Void("answered")
	}
	l.titled("letter.still_in.subject", "circle", l.b.Circle.Name)
	if l.notice.SessionID == "" {
		l.paragraph("letter.still_in.declined", "circle", l.b.Circle.Name)
	} else {
		l.paragraph("letter.still_in.text")
	}
	l.paragraph("letter.still_in.ask", "circle", l.b.Circle.Name)
	l.add(mail.Buttons{l.button(LinkStillIn, l.me.ID, "yes"), l.button(LinkStillIn, l.me.ID, "give_seat")})
	l.note("letter.still_in.alone")
	return nil
}

// goOn asks all members of a circle that was not held three times in a row.
func goOn(l *letter) error {
	asked := l.b.Circle.GoOnAskedAt
	if l.b.Circle.RemindersStoppedAt == nil || asked == nil {
		return outbox.Void("answered")
	}
	until := asked.Add(scheduling.SilenceEnds)
	l.titled("letter.go_on.subject", "circle", l.b.Circle.Name)
	l.paragraph("letter.go_on.text", "circle", l.b.Circle.Name)
	l.paragraph("letter.go_on.ask")
	var buttons mail.Buttons
	for _, choice := range []string{"go_on", "new_hour", "pause", "stop"} {
		buttons = append(buttons, l.button(LinkGoOn, l.b.Circle.ID, choice))
	}
	l.add(buttons)
	l.note("letter.go_on.until", "date", wall.LongDate(l.on(until), l.lang))
	return nil
}

// finishOrMore asks all members of a run without a date to come.
func finishOrMore(l *letter) error {
	for _, s := range l.b.Sessions {
		if s.State == scheduling.Planned {
			return outbox.Void("has-dates")
		}
	}
	if l.b.Circle.State != circles.Running {
		return outbox.Void("not-running")
	}
	l.titled("letter.finish_or_more.subject", "circle", l.b.Circle.Name)
	l.paragraph("letter.finish_or_more.text", "circle", l.b.Circle.Name)
	l.add(l.guideFact(nil))
	l.add(mail.Buttons{l.button(LinkFinish, l.b.Circle.ID, "finished"), l.button(LinkFinish, l.b.Circle.ID, "more")})
	l.note("letter.finish_or_more.how")
	return nil
}
