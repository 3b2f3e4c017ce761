package scheduling

import (
	"context"
	"time"

	"kring/internal/identity"
	"kring/internal/page"
	"kring/internal/wall"
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
	Minutes  int // of a session
}

// OptionView is an option with what was voted. Fine are the members whom it suits by their word or, where silence counts,
// by their stated hours; Yes and No those who said so.
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

// DateProposals are a circle's proposals, newest first, up to limit (0: 50) behind the cursor.
func (cal *Calendar) DateProposals(_ context.Context, _ identity.Actor, _ string, _ page.Cursor, _ int) (page.Page[ProposalView], error) {
	return page.Page[ProposalView]{}, errSoon
}

// DateProposal is one proposal.
func (cal *Calendar) DateProposal(_ context.Context, _ identity.Actor, _ string) (ProposalView, error) {
	return ProposalView{}, errSoon
}

// Wanted is the start that a member proposes: an instant, or a date and a time on the wall of the circle's zone. The zero
// one leaves it to Kring.
type Wanted struct {
	StartsAt time.Time
	On       wall.Date
	At       *wall.TimeOfDay // nil: the hour that the session has
}

// ProposeDate opens a proposal about a session to come: with a start of one's own among the options, or, with a zero
// one, with the best that Kring finds. It answers Invalid for /date and /time, as a move does.
func (cal *Calendar) ProposeDate(_ context.Context, _ identity.Actor, _ string, _ Wanted) (ProposalView, error) {
	return ProposalView{}, errSoon
}

// OptionVote is a member's word on one option.
type OptionVote struct {
	OptionID string
	Suits    bool
}

// Vote says which options suit oneself; what is not named stays as it was. It answers Invalid not-an-option for
// /votes/<n>/option_id.
func (cal *Calendar) Vote(_ context.Context, _ identity.Actor, _ string, _ []OptionVote) (ProposalView, error) {
	return ProposalView{}, errSoon
}

// CloseProposal ends the vote early: with an option, or with the best (""). It answers Invalid not-an-option for
// /option_id.
func (cal *Calendar) CloseProposal(_ context.Context, _ identity.Actor, _, _ string) (ProposalView, error) {
	return ProposalView{}, errSoon
}
