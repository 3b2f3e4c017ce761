package letters

import (
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/mail"
	"kring/internal/outbox"

	"kring/scheduling"
	"kring/scheduling/health"
)

// reminding writes the letter that a reminder and the question about the circle share. Where the reminder's occasion
// is gone, the question goes alone; where both are gone, nothing does.
func reminding(l *letter) error {
	question, asks := l.of(scheduling.NoticeFlagAsked)
	if n, reminds := l.of(scheduling.NoticeReminderTwoDays); reminds {
		l.notice = n
		err := reminder(l)
		if err == nil || !asks {
			return err
		}
		l.notice, l.body.Blocks, l.files = question, nil, nil
	}
	asked, err := l.askAboutFlag()
	if err == nil && !asked {
		err = outbox.Void("flag-closed")
	}
	l.titled("letter.flag_asked.subject", "circle", l.b.Circle.Name)
	return err
}

// of is the notice of a kind among those that the letter tells.
func (l *letter) of(kind string) (outbox.Notice, bool) {
	for _, n := range l.notices {
		if n.Kind == kind {
			return n, true
		}
	}
	return outbox.Notice{}, false
}

// askAboutFlag puts the circle's open flag before its members: the reasons, the step that would help, and the button
// that says that all is well. It answers false when there is nothing to ask.
func (l *letter) askAboutFlag() (bool, error) {
	question, asks := l.of(scheduling.NoticeFlagAsked)
	if !asks {
		return false, nil
	}
	f, err := l.flag(question.SubjectID)
	if fault.IsKind(err, fault.NotFound) {
		return false, nil
	}
	if err != nil || f.State != health.Open || f.Rests(l.now) || l.unproven(f) {
		return false, err
	}
	l.heading("letter.flag_asked.title")
	l.paragraph("letter.flag_asked.text")
	l.add(l.reasons(f.Reasons))
	if f.Step != "" {
		l.paragraph("letter.flag_asked.step", "step", f.Step.Say(l.texts, l.lang))
	}
	l.add(mail.Buttons{l.button(LinkFine, l.b.Circle.ID, "fine")})
	l.note("letter.flag_asked.fine")
	return true, nil
}

// unproven says whether the circle agreed on a new slot since the flag last said something: whether that helps shows at
// the next session.
func (l *letter) unproven(f health.Flag) bool {
	since := l.b.Circle.ReasonsSince
	return since != nil && !f.UpdatedAt.After(*since)
}

func (l *letter) flag(id string) (f health.Flag, err error) {
	err = l.db.Read(l.ctx, func(tx database.Tx) error {
		f, err = health.FlagIn(tx, id)
		return err
	})
	return f, err
}

func (l *letter) reasons(reasons []health.Reason) mail.List {
	var lines mail.List
	for _, r := range reasons {
		lines = append(lines, r.Say(l.texts, l.lang))
	}
	return lines
}
