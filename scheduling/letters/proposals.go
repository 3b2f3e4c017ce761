package letters

import (
	"time"

	"kring/internal/identity"
	"kring/internal/mail"
	"kring/internal/outbox"

	"kring/scheduling"
)

// dateProposals asks which other dates suit the person: one letter for all votes that began in one moment, as when somebody
// is away for weeks.
func dateProposals(l *letter) error {
	var open []scheduling.ProposalView
	for _, n := range l.notices {
		v, err := l.proposal(n.SubjectID)
		if err != nil {
			return err
		}
		if v.MayVote {
			open = append(open, v)
		}
	}
	if len(open) == 0 {
		return outbox.Void("proposal-closed")
	}
	l.titled("letter.date_proposal.subject", "circle", l.b.Circle.Name, "date", l.day(open[0].SessionStartsAt))
	if len(open) > 1 {
		l.titled("letter.date_proposal.subject-many", "circle", l.b.Circle.Name, "count", len(open))
	}
	for _, v := range open {
		if len(open) > 1 {
			l.add(mail.Heading(l.moment(v.SessionStartsAt)))
		}
		l.askFor(v)
	}
	return nil
}

// proposal is a vote as the person sees it.
func (l *letter) proposal(id string) (scheduling.ProposalView, error) {
	v, err := l.calendar.DateProposal(l.ctx, identity.Actor{PersonID: l.to.ID, MemberOnly: true}, id)
	return v, gone(err)
}

func (l *letter) askFor(v scheduling.ProposalView) {
	s, _ := l.b.Session(v.SessionID)
	l.whyAsked(v, s)
	l.paragraph("letter.date_proposal.ask")
	var buttons mail.Buttons
	first := ""
	for _, o := range v.Options {
		b := l.button(LinkVote, o.ID, "yes")
		b.Label = optionLabel(l.say, l.moment, o.DateOption)
		buttons = append(buttons, b)
		if o.Kind == scheduling.OptionMove && first == "" {
			first = o.ID
		}
	}
	if first != "" {
		buttons = append(buttons, l.button(LinkVote, first, "none"))
	}
	l.add(buttons)
	silence := "counts"
	if !v.Silence {
		silence = "counts-not"
	}
	l.note("letter.date_proposal.silence." + silence)
	l.note("letter.date_proposal.until", "until", l.moment(v.ClosesAt), "date", l.day(v.SessionStartsAt))
}

// optionLabel is an option in the words of a button.
func optionLabel(say func(string, ...any) string, moment func(time.Time) string, o scheduling.DateOption) string {
	if o.Kind == scheduling.OptionMove {
		return say("button.vote.move", "moment", moment(*o.StartsAt))
	}
	return say("button.vote." + string(o.Kind))
}

// whyAsked says why the circle looks for another date.
func (l *letter) whyAsked(v scheduling.ProposalView, s scheduling.Session) {
	date := l.moment(v.SessionStartsAt)
	switch {
	case v.Why == scheduling.WhyGoNoGo:
		l.tooFew("letter.date_proposal.go_no_go", date, l.saidYes(s), v.Quorum)
	case v.Why == scheduling.WhyQuorum:
		l.tooFew("letter.date_proposal.quorum", date, len(l.b.Expected(s)), v.Quorum)
	case v.MemberID != nil && *v.MemberID == l.me.ID:
		l.paragraph("letter.date_proposal.counter-you", "date", date)
	default:
		l.paragraph("letter.date_proposal.counter", "date", date, "name", l.proposer(v))
	}
	if absent := l.b.SaidNo(s); len(absent) > 0 {
		l.paragraph("letter.quorum_lost.cannot", "names", l.names(absent))
	}
}

func (l *letter) tooFew(key, date string, count, quorum int) {
	if count == 0 {
		l.paragraph(key+"-nobody", "date", date, "quorum", quorum)
		return
	}
	l.paragraph(key, "date", date, "count", count, "quorum", quorum)
}

func (l *letter) saidYes(s scheduling.Session) int {
	return l.b.Word.Tally(s, l.b.Members, l.b.Location).Yes
}

func (l *letter) proposer(v scheduling.ProposalView) string {
	if m, in := l.memberByID(v.MemberID); in {
		return l.name(m)
	}
	return l.say("letter.somebody")
}

// proposalStays tells that the vote is over and the session stays.
func proposalStays(l *letter) error {
	v, err := l.proposal(l.notice.SubjectID)
	if err != nil {
		return err
	}
	s, found := l.b.Session(l.notice.SessionID)
	switch {
	case !found || s.State != scheduling.Planned || !s.StartsAt.Equal(v.SessionStartsAt):
		return outbox.Void("session-changed")
	case !s.Coming(l.now):
		return outbox.Lapse("session-begun")
	}
	l.titled("letter.proposal_stays.subject", "circle", l.b.Circle.Name, "date", l.day(s.StartsAt))
	key := "none"
	for _, o := range v.Options {
		if o.Kind == scheduling.OptionStay && o.Yes >= v.Quorum {
			key = "agreed"
		}
	}
	l.paragraph("letter.proposal_stays." + key)
	l.sessionFacts(s)
	l.answers(s)
	return nil
}

// goNoGo asks a day ahead who said nothing yet.
func goNoGo(l *letter) error {
	s, err := l.upcoming()
	if err != nil {
		return err
	}
	if l.said(s) != "" {
		return outbox.Void("answered")
	}
	l.titled("letter.go_no_go.subject", "circle", l.b.Circle.Name, "date", l.day(s.StartsAt))
	l.paragraph("letter.go_no_go.text")
	l.sessionFacts(s)
	l.answers(s)
	l.note("letter.go_no_go.why", "count", l.b.Quorum)
	return nil
}

// said is what the person answered to a session so far.
func (l *letter) said(s scheduling.Session) scheduling.Answer {
	return l.b.Answer(s, l.me.ID)
}
