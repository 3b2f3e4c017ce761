package outbox

import (
	"context"
	"fmt"
	"time"

	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/mail"
)

// compose writes the mail of a letter, or answers how the letter ends without one.
func (r *round) compose(one parcel) (mail.Message, *outcome) {
	l, kind := one.letter, r.kindOf(one)
	late := tooLate(one.notices, r.now)
	if reason := unwelcome(one); reason != "" {
		o := l.lapsed(one.notices, nil, noticeLapsed, reason)
		return mail.Message{}, &o
	}
	useful := stillUseful(one.notices, r.now)
	if len(useful) == 0 {
		o := l.lapsed(nil, late, noticeLapsed, ReasonTooLate)
		return mail.Message{}, &o
	}
	if kind.Compose == nil {
		r.post.log.Error("nobody composes this kind of letter", "letter", l.ID, "kinds", l.Kinds)
		o := l.later(r.now, ReasonUnknownKind)
		return mail.Message{}, &o
	}
	message, err := guarded(r.ctx, kind.Compose, one.person, useful)
	if d, ok := asDropped(err); ok {
		o := l.lapsed(useful, late, d.notices, d.reason)
		return mail.Message{}, &o
	}
	if err != nil {
		r.post.log.Error("a letter could not be composed", "letter", l.ID, "kinds", l.Kinds, "error", err)
		o := l.later(r.now, ReasonComposing)
		return mail.Message{}, &o
	}
	return r.addressed(message, one), nil
}

// kindOf is the kind of the first notice: it composes for all that share the letter.
func (r *round) kindOf(one parcel) Kind {
	if len(one.notices) == 0 {
		return Kind{}
	}
	return r.post.table[one.notices[0].Kind]
}

// addressed fills in what is the outbox's to say, and whom the letter goes to when that is not said.
func (r *round) addressed(m mail.Message, one parcel) mail.Message {
	if m.To.Mailbox == "" {
		m.To = mail.Address{Name: one.person.Name, Mailbox: one.person.Email}
	}
	m.ID, m.Date, m.ReturnPath = one.letter.MessageID, r.now, r.post.back(one.person.ID)
	if m.Language == "" {
		m.Language = one.person.LetterLanguage
	}
	if one.letter.List != NoList {
		m.ListID = string(one.letter.List) + "." + r.post.host
	}
	return m
}

// unwelcome is why this person gets no such letter, or empty. An address that asked for silence gets none, urgent or not;
// one that bounced gets what somebody sits waiting for, which is how she proves that it takes mail again.
func unwelcome(one parcel) string {
	person, l := one.person, one.letter
	switch {
	case person.ID == "" || person.ErasedAt != nil:
		return ReasonErased
	case one.suppressed == identity.Silence:
		return ReasonSilence
	case l.List == Reminders && person.RemindersOff, l.List == Changes && person.ChangesOff:
		return ReasonUnsubscribed
	case (person.UndeliverableAt != nil || one.suppressed == identity.Bounced) && !l.Urgent:
		return ReasonUndeliverable
	default:
		return ""
	}
}

func stillUseful(notices []Notice, now time.Time) []Notice {
	var useful []Notice
	for _, n := range notices {
		if n.usefulAt(now) {
			useful = append(useful, n)
		}
	}
	return useful
}

func tooLate(notices []Notice, now time.Time) []settled {
	var late []settled
	for _, n := range notices {
		if !n.usefulAt(now) {
			late = append(late, settled{n.ID, noticeLapsed, ReasonTooLate})
		}
	}
	return late
}

// guarded turns a panic into an error: one letter that cannot be written must not hold up the others.
func guarded(ctx context.Context, compose Compose, person identity.Person, notices []Notice) (m mail.Message, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("panic: %v", fault)
		}
	}()
	return compose(ctx, person, notices)
}

func ignoreGone(err error) error {
	if fault.IsKind(err, fault.NotFound) {
		return nil
	}
	return err
}
