package letters

import (
	"context"

	"kring/internal/identity"
	"kring/internal/mail"
	"kring/internal/outbox"

	"kring/scheduling"
)

// Letters that answer a mail. They go to a person's own address, whatever address the mail came from.

// answerOutdated tells whose calendar program answered for a date that is no longer which date there is, and asks about it.
func answerOutdated(l *letter) error {
	s, err := l.session()
	if err != nil {
		return err
	}
	if !s.Coming(l.now) || !l.notice.UsefulUntil.Equal(s.StartsAt) {
		return outbox.Void("session-changed")
	}
	l.titled("letter.answer_outdated.subject", "circle", l.b.Circle.Name)
	l.paragraph("letter.answer_outdated.text", "circle", l.b.Circle.Name)
	l.add(l.fact(nil, "letter.fact.when", l.moment(s.StartsAt), ""))
	l.paragraph("letter.answer_outdated.ask")
	l.answers(s)
	return nil
}

// nobodyReads tells somebody who wrote to an address of ours that only programs read it, and what to do instead.
func (l *Letters) nobodyReads(ctx context.Context, person identity.Person, notices []outbox.Notice) (mail.Message, error) {
	return l.toWriter(ctx, person, notices, scheduling.NoticeNobodyReads)
}

// otherAddress tells a member that an answer came from another address than the one that Kring knows: it did not count.
func (l *Letters) otherAddress(ctx context.Context, person identity.Person, notices []outbox.Notice) (mail.Message, error) {
	return l.toWriter(ctx, person, notices, scheduling.NoticeOtherAddress)
}

func (l *Letters) toWriter(ctx context.Context, person identity.Person, notices []outbox.Notice, kind string) (mail.Message, error) {
	m, err := l.blank(ctx, person, notices)
	if err != nil {
		return mail.Message{}, err
	}
	m.titled("letter." + kind + ".subject")
	m.paragraph("letter." + kind + ".text")
	m.paragraph("letter."+kind+".do", "email", person.Email)
	m.note("letter.once-a-month")
	return m.message(outbox.NoList), nil
}
