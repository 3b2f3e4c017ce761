package scheduling

import (
	"context"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/page"

	"kring/circles"
)

// DateProposals are a circle's proposals, newest first, up to limit (0: 50) behind the cursor. It answers NotFound for who
// is neither member nor facilitator.
func (cal *Calendar) DateProposals(ctx context.Context, actor identity.Actor, circleID string, from page.Cursor, limit int) (page.Page[ProposalView], error) {
	limit = page.Limit(limit)
	return view(ctx, cal, actor, circles.SeeProposals, circleID, func(c *course, o circles.Object) (page.Page[ProposalView], error) {
		var out page.Page[ProposalView]
		found, err := proposalsPage(c.tx, circleID, from, limit)
		if err != nil {
			return out, err
		}
		ballots, err := c.ballotsOf(found)
		if err != nil {
			return out, err
		}
		views := make([]ProposalView, len(ballots))
		for i, b := range ballots {
			if views[i], err = c.proposalView(b, o); err != nil {
				return out, err
			}
		}
		return page.Cut(views, limit, func(v ProposalView) page.Cursor { return page.Cursor{ID: v.ID} }), nil
	})
}

// DateProposal is one proposal. It answers NotFound as DateProposals does.
func (cal *Calendar) DateProposal(ctx context.Context, actor identity.Actor, id string) (ProposalView, error) {
	locate := func(tx database.Tx) (string, error) {
		p, err := proposalByID(tx, id)
		return p.CircleID, err
	}
	return viewAt(ctx, cal, actor, circles.SeeProposals, locate, func(c *course, o circles.Object) (ProposalView, error) {
		p, err := proposalByID(c.tx, id)
		if err != nil {
			return ProposalView{}, err
		}
		ballots, err := c.ballotsOf([]DateProposal{p})
		if err != nil {
			return ProposalView{}, err
		}
		return c.proposalView(ballots[0], o)
	})
}

// proposalAfter is a proposal to who just did something about it: what a token lets one do, one is shown, also when it lets
// one read nothing else.
func (cal *Calendar) proposalAfter(ctx context.Context, actor identity.Actor, id string) (ProposalView, error) {
	actor.Scopes = []string{identity.ScopeAll}
	return cal.DateProposal(ctx, actor, id)
}

// ProposalAbout is the newest proposal about a session, and false when there is none. It answers NotFound as Session does.
func (cal *Calendar) ProposalAbout(ctx context.Context, actor identity.Actor, sessionID string) (v ProposalView, found bool, err error) {
	locate := func(tx database.Tx) (string, error) {
		s, err := sessionByID(tx, sessionID)
		return s.CircleID, err
	}
	v, err = viewAt(ctx, cal, actor, circles.SeeProposals, locate, func(c *course, o circles.Object) (ProposalView, error) {
		about, err := proposalsAbout(c.tx, sessionID)
		if err != nil || len(about) == 0 {
			return ProposalView{}, err
		}
		ballots, err := c.ballotsOf(about[len(about)-1:])
		if err != nil {
			return ProposalView{}, err
		}
		return c.proposalView(ballots[0], o)
	})
	return v, v.ID != "", err
}

// proposalView is a proposal as the actor sees it: by name to members, and only until votes are forgotten. Who is no member
// counts what was said alone: beside stated hours, how many silence stands for would tell who had not voted, or is away.
func (c *course) proposalView(b *ballot, o circles.Object) (ProposalView, error) {
	v := ProposalView{DateProposal: b.DateProposal, Zone: c.circle.Zone, Quorum: c.quorum(), Members: len(c.members), Minutes: c.set.Minutes}
	named := circles.May(c.actor, circles.SeeFits, o) == nil
	if !named {
		v.MemberID = nil
	}
	open := b.State == ProposalOpen && b.ClosesAt.After(c.now)
	v.MayVote = open && circles.May(c.actor, circles.Vote, o) == nil
	v.MayClose = open && circles.May(c.actor, circles.CloseProposal, o) == nil && c.mayClose(b, o.MemberID)
	stands, err := c.stands(b)
	if err != nil {
		return v, err
	}
	v.Minutes = minutesOf(*c.session(b.SessionID))
	v.Silence = open && named && !c.circle.AskEverybody && b.Why != WhyGoNoGo
	for _, n := range stands.counts {
		option, err := c.optionView(b, n, o.MemberID, named, open)
		if err != nil {
			return v, err
		}
		v.Options = append(v.Options, option)
	}
	return v, nil
}

// optionView is an option as the member, or who is none, sees it.
func (c *course) optionView(b *ballot, n count, memberID string, named, open bool) (OptionView, error) {
	option := OptionView{DateOption: n.option, Yes: n.yes, No: n.no, Fine: n.yes}
	if suits, said := b.votes[n.option.ID][memberID]; said && memberID != "" {
		option.Mine = &suits
	}
	if !named {
		return option, nil
	}
	if open {
		option.Fine = n.fine
	}
	var err error
	option.ByName, err = c.namedVotes(b, n.option)
	return option, err
}

func (c *course) namedVotes(b *ballot, o DateOption) ([]NamedVote, error) {
	people, err := c.people()
	if err != nil {
		return nil, err
	}
	out := []NamedVote{}
	for _, m := range c.members {
		vote := NamedVote{MemberName: MemberName{MemberID: m.ID, FirstName: identity.FirstName(people[m.PersonID])}}
		if suits, said := b.votes[o.ID][m.ID]; said {
			vote.Suits = &suits
		}
		out = append(out, vote)
	}
	return out, nil
}

// ProposalOf is the proposal that an option belongs to. It answers NotFound as DateProposal does.
func (cal *Calendar) ProposalOf(ctx context.Context, actor identity.Actor, optionID string) (ProposalView, error) {
	var id string
	err := cal.db.Read(ctx, func(tx database.Tx) error {
		o, err := optionByID(tx, optionID)
		id = o.ProposalID
		return err
	})
	if err != nil {
		return ProposalView{}, err
	}
	return cal.DateProposal(ctx, actor, id)
}

// Answer is what a member said about coming to a session; "" is nothing yet.
func (b Briefing) Answer(s Session, memberID string) Answer {
	return b.Word.about(s, memberID, b.Location)
}
