package letters

import (
	"slices"
	"strconv"
	"strings"

	"kring/internal/fault"
	"kring/internal/mail"

	"kring/scheduling"
)

// The buttons about another date for a session.

// proposalButtons are what the purposes about other dates mean.
func proposalButtons() map[string]button {
	return map[string]button{
		LinkVote:    {look: lookVote, do: doVote},
		LinkPropose: {look: lookPropose, do: doPropose, only: "propose"},
	}
}

// Vote: which moments suit. The link is of one option, and its page shows all of them: "yes" and "no" are about that one,
// "2-yes" and "2-no" about the second.

const noneSuits = "none" // of the moments

func lookVote(p *press) (standing, error) {
	v, err := p.vote()
	if err != nil {
		return standing{}, err
	}
	if !v.MayVote {
		return over("closed." + string(v.State))
	}
	stands := standing{text: "text"}
	var yes, no []string
	moments := 0
	for _, o := range v.Options {
		label := optionLabel(p.sayWith, p.moment, o.DateOption)
		own := o.ID == p.link.RowID
		stands.done = stands.done || own && o.Mine != nil
		switch {
		case o.Mine == nil:
		case *o.Mine:
			yes = append(yes, label)
		default:
			no = append(no, label)
		}
		stands.options = append(stands.options, p.voteOptions(o, label, own)...)
		if o.Kind == scheduling.OptionMove && (o.Mine == nil || *o.Mine) {
			moments++
		}
	}
	if moments > 0 {
		stands.options = append(stands.options, p.offers("", noneSuits).options...)
	}
	if len(yes)+len(no) > 0 {
		stands.text = "text.said"
		p.args["yes"], p.args["no"] = p.listed(yes), p.listed(no)
	}
	return stands, nil
}

// vote reads the proposal that the link's option belongs to.
func (p *press) vote() (scheduling.ProposalView, error) {
	v, err := p.calendar.ProposalOf(p.ctx, p.actor, p.link.RowID)
	if err != nil {
		return v, err
	}
	p.args["date"], p.args["until"] = p.moment(v.SessionStartsAt), p.moment(v.ClosesAt)
	_, err = p.circle(v.CircleID)
	return v, err
}

// voteOptions offers what was not said yet.
func (p *press) voteOptions(o scheduling.OptionView, label string, own bool) []Option {
	prefix := strconv.Itoa(o.Place) + "-"
	if own {
		prefix = ""
	}
	yes := Option{Choice: prefix + "yes", Label: label}
	no := Option{Choice: prefix + "no", Label: p.sayWith("button.vote.not", "what", label)}
	switch {
	case o.Mine == nil && (own || o.Kind == scheduling.OptionMove):
		return []Option{yes, no}
	case o.Mine != nil && *o.Mine:
		return []Option{no}
	}
	return []Option{yes}
}

func (p *press) sayWith(key string, args ...any) string { return p.texts.Say(p.lang, key, named(args)) }

// listed are words one after the other; a dash for none.
func (p *press) listed(words []string) string {
	if len(words) == 0 {
		return "–"
	}
	return strings.Join(words, "; ")
}

func doVote(p *press, c Choice) (string, error) {
	v, err := p.vote()
	if err != nil {
		return "", err
	}
	place, word, others := strings.Cut(c.Value, "-")
	if !others {
		word = c.Value
	}
	var votes []scheduling.OptionVote
	for _, o := range v.Options {
		meant := !others && o.ID == p.link.RowID || others && strconv.Itoa(o.Place) == place
		if word == noneSuits {
			meant = o.Kind == scheduling.OptionMove
		}
		if meant {
			votes = append(votes, scheduling.OptionVote{OptionID: o.ID, Suits: word == "yes"})
		}
	}
	after, err := p.calendar.Vote(p.ctx, p.actor, v.ID, votes)
	switch {
	case fault.HasCode(err, "proposal-closed"):
		return "done.late", nil
	case err != nil:
		return "", err
	case after.State != scheduling.ProposalOpen:
		return "closed." + string(after.State), nil
	}
	return "done." + word, nil
}

// votedAlready says whether a choice about another option is no longer offered because it was made.
func votedAlready(s standing, choice string) bool {
	place, word, others := strings.Cut(choice, "-")
	if !others || word != "yes" && word != "no" {
		return false
	}
	return slices.ContainsFunc(s.options, func(o Option) bool { return strings.HasPrefix(o.Choice, place+"-") })
}

// Propose: another moment for a session.

func lookPropose(p *press) (standing, error) {
	s, err := p.session()
	if err != nil {
		return standing{}, err
	}
	if !s.Coming(p.now) {
		return over("over")
	}
	v, found, err := p.calendar.ProposalAbout(p.ctx, p.actor, s.ID)
	if err != nil {
		return standing{}, err
	}
	if found && v.MayVote {
		stands, _ := over("open")
		stands.links = p.voteLinks(v)
		return stands, nil
	}
	return p.offers("text", "propose"), nil
}

func doPropose(p *press, _ Choice) (string, error) {
	_, err := p.calendar.ProposeDate(p.ctx, p.actor, p.link.RowID, scheduling.Wanted{})
	for _, code := range []string{"no-time-to-vote", "no-moment"} {
		if fault.HasCode(err, code) {
			return "done." + code, nil
		}
	}
	return "done", err
}

// voteLinks leads to the page on which one votes.
func (p *press) voteLinks(v scheduling.ProposalView) []mail.Link {
	if len(v.Options) == 0 {
		return nil
	}
	return []mail.Link{{Label: p.sayWith("button.vote.open"), URL: p.linkTo(LinkVote, v.Options[0].ID)}}
}

func (p *press) linkTo(purpose, rowID string) string {
	return strings.TrimSuffix(p.public, "/") + "/l/" + p.links.Sign(purpose, rowID, p.person)
}

// otherDates leads from the page of an answer to the vote on another date, or to asking for one.
func (p *press) otherDates(s scheduling.SessionView) ([]mail.Link, bool, error) {
	v, found, err := p.calendar.ProposalAbout(p.ctx, p.actor, s.ID)
	switch {
	case err != nil || !s.Coming(p.now):
		return nil, false, err
	case found && v.MayVote:
		return p.voteLinks(v), true, nil
	}
	return []mail.Link{{Label: p.sayWith("button.propose.open"), URL: p.linkTo(LinkPropose, s.ID)}}, false, nil
}
