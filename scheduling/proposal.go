package scheduling

import (
	"context"
	"maps"
	"slices"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/wall"

	"kring/circles"
)

// Why a circle looks for another date.
const (
	WhyQuorum  = "quorum"   // too few can come
	WhyGoNoGo  = "go_no_go" // too few said yes a day ahead
	WhyCounter = "counter"  // a member proposed another moment
)

// DateProposal is the question to a circle which date takes the place of a session's.
type DateProposal struct {
	ID              string
	CircleID        string
	SessionID       string
	SessionStartsAt time.Time // the start that is in doubt
	Why             string
	MemberID        *string // who proposed it; nil when Kring did
	State           ProposalState
	ReplanID        *string // what was done
	OpenedAt        time.Time
	ClosesAt        time.Time
	ClosedAt        *time.Time
}

// TableName is the table of the circles' date proposals.
func (DateProposal) TableName() string { return "date_proposals" }

// ProposalState is what became of a proposal.
type ProposalState string

// The states of a proposal.
const (
	ProposalOpen      ProposalState = "open"
	ProposalMoved     ProposalState = "moved"
	ProposalSkipped   ProposalState = "skipped"
	ProposalStays     ProposalState = "stays"
	ProposalOvertaken ProposalState = "overtaken" // the session changed otherwise
)

// OptionKind is what an option means for the session.
type OptionKind string

// The kinds of options.
const (
	OptionMove OptionKind = "move" // another start
	OptionSkip OptionKind = "skip" // no session this week
	OptionStay OptionKind = "stay" // go ahead with those who can
)

// DateOption is one thing that can be voted for.
type DateOption struct {
	ID         string
	ProposalID string
	Place      int // from 1, the best first
	Kind       OptionKind
	StartsAt   *time.Time // of a move
}

// TableName is the options' table.
func (DateOption) TableName() string { return "date_options" }

// DateVote is a member's word on an option.
type DateVote struct {
	OptionID string
	MemberID string
	Suits    bool
	At       time.Time
}

// TableName is the votes' table.
func (DateVote) TableName() string { return "date_votes" }

// ProposalView is a proposal as the asking person sees it.
type ProposalView struct {
	DateProposal
	Zone     string
	Quorum   int
	Members  int
	Options  []OptionView
	MayVote  bool
	MayClose bool
	Minutes  int  // of a session
	Silence  bool // who says nothing to a moment agrees to it, where it lies in her stated hours
}

// OptionView is an option with what was voted. Fine are the members whom it suits by their word or, where silence counts,
// by their stated hours, which is for members alone; Yes and No those who said so.
type OptionView struct {
	DateOption
	Yes, No, Fine int
	ByName        []NamedVote // nil for who is not to see names
	Mine          *bool       // the asking member's own vote
}

// NamedVote is what one member said to an option; Suits nil: nothing yet.
type NamedVote struct {
	MemberName
	Suits *bool
}

// Wanted is the start that a member proposes: an instant, or a date and a time on the wall of the circle's zone. The zero
// one leaves it to Kring.
type Wanted struct {
	StartsAt time.Time
	On       wall.Date
	At       *wall.TimeOfDay // nil: the hour that the session has
}

// OptionVote is a member's word on one option.
type OptionVote struct {
	OptionID string
	Suits    bool
}

// ProposeDate opens a proposal about a session to come: with a start of one's own among the options, or, with a zero
// one, with the best that Kring finds. Where one is open already, the start is added to it. It answers Invalid for /date
// and /time, as a move does, and too-soon for a moment that leaves no time to vote; Conflict session-over, not-running,
// circle-over, no-time-to-vote (any member can move the session at once), no-moment (Kring finds none) and
// too-many-options.
func (cal *Calendar) ProposeDate(ctx context.Context, actor identity.Actor, sessionID string, wanted Wanted) (ProposalView, error) {
	var id string
	_, err := cal.onSession(ctx, sessionID, ask{actor: actor, action: circles.ProposeDate}, func(c *course, s *Session) error {
		c.focus = s.ID
		if err := c.notOver(*s); err != nil {
			return err
		}
		if !s.Coming(c.now) {
			return fault.New(fault.Conflict, "session-over")
		}
		m, _ := c.member(actor.PersonID)
		b, err := c.proposed(*s, m, wanted)
		if err == nil {
			id = b.ID
		}
		return err
	})
	if err != nil {
		return ProposalView{}, err
	}
	return cal.proposalAfter(ctx, actor, id)
}

// Vote says which options suit oneself; what is not named stays as it was. The vote ends once something suits everybody
// by their word. It answers Conflict proposal-closed, and Invalid: required, and not-an-option for /votes/<n>/option_id.
func (cal *Calendar) Vote(ctx context.Context, actor identity.Actor, proposalID string, votes []OptionVote) (ProposalView, error) {
	err := cal.onProposal(ctx, actor, circles.Vote, proposalID, func(c *course, b *ballot) error {
		if err := b.check(votes); err != nil {
			return err
		}
		m, _ := c.member(actor.PersonID)
		return c.vote(b, m, votes)
	})
	if err != nil {
		return ProposalView{}, err
	}
	return cal.proposalAfter(ctx, actor, proposalID)
}

// CloseProposal ends the vote early: with an option, or with the best (""). It is for who leads the session and for who
// proposed. It answers Forbidden not-yours-to-close, Conflict proposal-closed and no-quorum (too few agree to it), and
// Invalid not-an-option for /option_id.
func (cal *Calendar) CloseProposal(ctx context.Context, actor identity.Actor, proposalID, optionID string) (ProposalView, error) {
	err := cal.onProposal(ctx, actor, circles.CloseProposal, proposalID, func(c *course, b *ballot) error {
		m, _ := c.member(actor.PersonID)
		if !c.mayClose(b, m.ID) {
			return fault.New(fault.Forbidden, "not-yours-to-close")
		}
		if optionID == "" {
			return c.decide(b)
		}
		return c.closeWith(b, optionID)
	})
	if err != nil {
		return ProposalView{}, err
	}
	return cal.proposalAfter(ctx, actor, proposalID)
}

// onProposal is onCircle for a use case about an open proposal.
func (cal *Calendar) onProposal(ctx context.Context, actor identity.Actor, action circles.Action, id string, fn func(*course, *ballot) error) error {
	now := cal.clock.Now()
	a := ask{actor: actor, action: action}
	_, err := cal.write(ctx, a, func(tx database.Tx) (*course, error) {
		p, err := proposalByID(tx, id)
		if err != nil {
			return nil, err
		}
		c, err := cal.loadFor(tx, a, p.CircleID, now)
		if err != nil {
			return nil, err
		}
		b, err := c.ballotAbout(p.SessionID)
		if err != nil {
			return nil, err
		}
		if b == nil || b.ID != id || !b.ClosesAt.After(now) || c.overtaken(b) {
			return nil, fault.New(fault.Conflict, "proposal-closed")
		}
		c.focus = b.SessionID
		return c, fn(c, b)
	})
	return err
}

func (b *ballot) check(votes []OptionVote) error {
	var v fault.Violations
	if len(votes) == 0 {
		v.Add("/votes", "required")
	}
	for i, vote := range votes {
		if b.optionByID(vote.OptionID) == nil {
			v.Add(pointer("/votes", i)+"/option_id", "not-an-option")
		}
	}
	return v.Err()
}

func (b *ballot) optionByID(id string) *DateOption {
	for i := range b.options {
		if b.options[i].ID == id {
			return &b.options[i]
		}
	}
	return nil
}

func (c *course) vote(b *ballot, m circles.Member, votes []OptionVote) error {
	last := map[string]DateVote{}
	for _, vote := range votes {
		last[vote.OptionID] = DateVote{OptionID: vote.OptionID, MemberID: m.ID, Suits: vote.Suits, At: c.now}
		b.votes[vote.OptionID][m.ID] = vote.Suits
	}
	if err := saveVotes(c.tx, slices.Collect(maps.Values(last))); err != nil {
		return err
	}
	return c.agree(b)
}

// mayClose says whether the member may end the vote early: who leads the session, and who proposed.
func (c *course) mayClose(b *ballot, memberID string) bool {
	s := c.session(b.SessionID)
	return memberID != "" && (s != nil && s.hosts(memberID) || b.MemberID != nil && *b.MemberID == memberID)
}

func (c *course) closeWith(b *ballot, optionID string) error {
	if b.optionByID(optionID) == nil {
		var v fault.Violations
		v.Add("/option_id", "not-an-option")
		return v.Err()
	}
	v, err := c.stands(b)
	if err != nil {
		return err
	}
	for _, n := range v.counts {
		if n.option.ID == optionID && n.possible && n.fine >= c.quorum() {
			return c.carryOut(b, n.option)
		}
	}
	return fault.New(fault.Conflict, "no-quorum")
}
