package letters

import (
	"kring/internal/mail"
	"kring/internal/outbox"
	"kring/internal/wall"

	"kring/circles"
)

// completed closes a run warmly: a look back, thanks, and what next. It counts nothing and nobody.
func completed(l *letter) error {
	if l.b.Circle.State != circles.Completed {
		return outbox.Void("not-completed")
	}
	l.titled("letter.completed.subject", "circle", l.b.Circle.Name)
	l.body.Title = l.say("letter.completed.title")
	l.paragraph("letter.completed.back", "circle", l.b.Circle.Name, "date", wall.LongDate(l.firstDay(), l.lang))
	l.paragraph("letter.completed.thanks")
	l.heading("letter.completed.next")
	l.add(mail.List{l.say("letter.completed.next-1"), l.say("letter.completed.next-2"), l.say("letter.completed.next-3")})
	if p, known := l.lookingAfter(); known {
		l.paragraph("letter.completed.again", "name", p.Name)
	}
	l.paragraph("letter.completed.stays")
	return l.attachEnd()
}

func (l *letter) firstDay() wall.Date {
	if len(l.b.Sessions) > 0 {
		return l.on(l.b.Sessions[0].StartsAt)
	}
	return l.on(l.b.Circle.CreatedAt)
}

// ended is the last letter of a circle that stopped: the reason, and a text that names nobody. A circle that fell
// silent can be revived by one press.
func ended(l *letter) error {
	c := l.b.Circle
	if c.State != circles.Ended || c.EndedAt == nil {
		return outbox.Void("not-ended")
	}
	l.titled("letter.ended.subject", "circle", c.Name)
	silent := c.EndReason == circles.EndFellSilent
	if silent {
		l.paragraph("letter.ended.silent", "circle", c.Name)
	} else {
		l.paragraph("letter.ended.text", "circle", c.Name, "reason", l.say("end_reason."+string(c.EndReason)))
	}
	if c.EndText != "" {
		l.add(mail.Quote{Text: c.EndText})
	}
	l.paragraph("letter.ended.thanks")
	if silent {
		l.paragraph("letter.ended.revive", "date", wall.LongDate(l.on(c.EndedAt.Add(circles.ReviveWindow)), l.lang))
		l.add(mail.Buttons{l.button(LinkRevive, c.ID, "revive")})
	} else if p, known := l.lookingAfter(); known {
		l.paragraph("letter.ended.again", "name", p.Name)
	}
	return l.attachEnd()
}

// circleMessage carries what a member wrote, as plain text. An answer to the mail would reach whoever looks after the
// circle, and what is said in a circle stays there: so this letter has no address for answers.
func circleMessage(l *letter) error {
	message, err := l.calendar.Message(l.ctx, l.notice.SubjectID)
	if err != nil {
		return gone(err)
	}
	writer, found := l.memberByID(&message.MemberID)
	if !found {
		return outbox.Void("writer-left")
	}
	name := l.name(writer)
	l.titled("letter.circle_message.subject", "name", name, "circle", l.b.Circle.Name)
	l.paragraph("letter.circle_message.text", "name", name, "circle", l.b.Circle.Name)
	l.add(mail.Quote{Text: message.Body})
	l.note("letter.circle_message.back")
	l.add(mail.Buttons{{Label: l.say("button.me.write"), URL: l.link(circles.LinkMe, "", "")}})
	l.replyTo = &mail.Address{}
	return nil
}
