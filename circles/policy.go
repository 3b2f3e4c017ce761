package circles

import (
	"slices"

	"kring/internal/fault"
	"kring/internal/identity"
)

// Action is something that somebody may or may not do.
type Action string

// The actions on programmes and sign-ups.
const (
	OpenProgramme     Action = "open-programme"
	SeeSignup         Action = "see-signup" // what the sign-up page shows
	SeeProgramme      Action = "see-programme"
	ChangeProgramme   Action = "change-programme"
	SeeFacilitators   Action = "see-facilitators"
	InviteFacilitator Action = "invite-facilitator"
	RemoveFacilitator Action = "remove-facilitator"

	AcceptFacilitation  Action = "accept-facilitation"
	DeclineFacilitation Action = "decline-facilitation"
	SeeProgrammeJournal Action = "see-programme-journal"

	Apply              Action = "apply"
	ConfirmApply       Action = "confirm-application"
	ListApplications   Action = "list-applications"
	ExportApplications Action = "export-applications"
	SeeApplication     Action = "see-application"
	ChangeApplication  Action = "change-application"
	WithdrawApply      Action = "withdraw-application"
	SeeLetters         Action = "see-letters"
	SeeAllHealth       Action = "see-programme-health"
)

// The actions on circles and seats.
const (
	OpenCircle    Action = "open-circle"
	SeeOpenSeats  Action = "see-open-seats"
	SeeCircle     Action = "see-circle"
	ChangeCircle  Action = "change-circle" // name, place, links
	FormCircle    Action = "form-circle"   // slot, start, language, holidays, seats
	SeeMembers    Action = "see-members"
	SeeMember     Action = "see-member"
	Invite        Action = "invite"
	AskSeat       Action = "ask-seat"
	AcceptSeat    Action = "accept-seat"
	DeclineSeat   Action = "decline-seat"
	DeclineAsked  Action = "decline-asked"
	WithdrawSeat  Action = "withdraw-seat"
	ChangeHosting Action = "change-hosting"
	Leave         Action = "leave"
	SeeMotions    Action = "see-motions"
	Propose       Action = "propose" // completing or ending, done in three days unless a member objects
	ObjectTo      Action = "object"
	Begin         Action = "begin"
	End           Action = "end"     // at once
	AskEnd        Action = "ask-end" // the one or the other
	SeeJournal    Action = "see-journal"
)

// The actions on dates, answers and health: scheduling's.
const (
	SeeSessions     Action = "see-sessions"
	SeeAnswers      Action = "see-answers" // by name
	Move            Action = "move"
	Skip            Action = "skip"
	Cancel          Action = "cancel"
	ChangeSlot      Action = "change-slot"
	SeeBreaks       Action = "see-breaks"
	AddBreak        Action = "add-break"
	Pause           Action = "pause"
	Resume          Action = "resume"
	Answer          Action = "answer"
	RecordOutcome   Action = "record-outcome"
	SetGuideWeek    Action = "set-guide-week"
	SwapHost        Action = "swap-host"
	SeeAbsences     Action = "see-absences"
	SetAbsences     Action = "set-absences"
	SeeSlots        Action = "see-slots"
	SeeFits         Action = "see-fits" // which moment suits whom, by name
	WriteMessage    Action = "write-message"
	SeeHealth       Action = "see-health"
	SayFine         Action = "say-fine"
	AcknowledgeFlag Action = "acknowledge-flag"
	SnoozeFlag      Action = "snooze-flag"
	DismissFlag     Action = "dismiss-flag"

	Replan        Action = "replan" // every change of dates, and taking one back
	SeeReplans    Action = "see-replans"
	SeeProposals  Action = "see-date-proposals"
	ProposeDate   Action = "propose-date"
	Vote          Action = "vote"
	CloseProposal Action = "close-date-proposal" // early: its session's host, and who proposed it
	SeeFeed       Action = "see-feed"
	RenewFeed     Action = "renew-feed"
)

// Object is what an action is about, seen from the actor: the room that asks fills it from its rows.
type Object struct {
	ProgrammeID string
	Facilitator bool   // the actor facilitates the programme
	Partner     bool   // the actor facilitates another programme, through which somebody is in the circle
	Member      bool   // the actor is in the circle
	MemberID    string // the actor's seat, when Member
	Host        bool   // the actor leads the session
	Applicant   bool   // the actor signed up for the programme; of open seats for any
	Self        bool   // the application, the seat or the invitation is the actor's own
	Public      bool   // sign-up is open, or the circle's seats are
	Stalling    bool   // the circle carries a flag of that verdict
	CircleState State
}

// roles is a set of what an actor can be to an object.
type roles uint8

const (
	anybody roles = 1 << iota
	public        // the object shows itself to everybody
	applicant
	self
	member
	partner     // facilitates a programme through which somebody is in the circle
	facilitator // the owner of the installation as well, in every programme
)

// rule says who may do something, who sees that the object exists, and the scope that a token needs for it.
type rule struct {
	may, sees roles
	scope     string
}

// Who acts on a circle, and who sees it. A partner sees how it goes and changes nothing.
const (
	inCircle   = member | facilitator
	seesCircle = inCircle | partner
	seesSeat   = self | seesCircle
)

// rules is the whole policy: one line for each action.
func rules(action Action) (rule, bool) {
	r, known := table[action]
	return r, known
}

var table = map[Action]rule{
	OpenProgramme:     {facilitator, anybody, identity.ScopeProgrammesWrite},
	SeeSignup:         {public | facilitator, public, ""},
	SeeProgramme:      {facilitator | applicant | member, facilitator, identity.ScopeProgrammesRead},
	ChangeProgramme:   {facilitator, facilitator, identity.ScopeProgrammesWrite},
	SeeFacilitators:   {facilitator, facilitator, identity.ScopeProgrammesRead},
	InviteFacilitator: {facilitator, facilitator, identity.ScopeProgrammesWrite},
	RemoveFacilitator: {facilitator, facilitator, identity.ScopeProgrammesWrite},

	AcceptFacilitation:  {self, self | facilitator, identity.ScopeProgrammesWrite},
	DeclineFacilitation: {self, self | facilitator, identity.ScopeProgrammesWrite},
	SeeProgrammeJournal: {facilitator, facilitator, identity.ScopeProgrammesRead},

	Apply:              {anybody, anybody, ""},
	ConfirmApply:       {self, self | facilitator, ""},
	ListApplications:   {facilitator, facilitator, identity.ScopeMembersRead},
	ExportApplications: {facilitator, facilitator, identity.ScopeMembersRead},
	SeeApplication:     {self | facilitator, self | facilitator, identity.ScopeMembersRead},
	ChangeApplication:  {self | facilitator, self | facilitator, identity.ScopeMembersWrite},
	WithdrawApply:      {self | facilitator, self | facilitator, identity.ScopeMembersWrite},
	SeeLetters:         {facilitator, facilitator, identity.ScopeLettersRead},
	SeeAllHealth:       {facilitator, facilitator, identity.ScopeCirclesRead},

	OpenCircle:    {facilitator, facilitator, identity.ScopeCirclesWrite},
	SeeOpenSeats:  {public | seesCircle, public, ""},
	SeeCircle:     {seesSeat, seesCircle, identity.ScopeCirclesRead},
	ChangeCircle:  {inCircle, seesCircle, identity.ScopeCirclesWrite},
	FormCircle:    {facilitator, seesCircle, identity.ScopeCirclesWrite},
	SeeMembers:    {seesCircle, seesCircle, identity.ScopeCirclesRead},
	SeeMember:     {seesSeat, seesSeat, identity.ScopeCirclesRead},
	Invite:        {inCircle, seesCircle, identity.ScopeMembersWrite},
	AskSeat:       {applicant, seesCircle | public, identity.ScopeMembersWrite},
	AcceptSeat:    {self, seesSeat, identity.ScopeMembersWrite},
	DeclineSeat:   {self, seesSeat, identity.ScopeMembersWrite},
	DeclineAsked:  {inCircle, seesSeat, identity.ScopeMembersWrite},
	WithdrawSeat:  {facilitator, seesSeat, identity.ScopeMembersWrite},
	ChangeHosting: {member, seesCircle, identity.ScopeMembersWrite},
	Leave:         {self, seesSeat, identity.ScopeMembersWrite},
	SeeMotions:    {inCircle, seesCircle, identity.ScopeCirclesRead},
	Propose:       {member, seesCircle, identity.ScopeCirclesWrite},
	ObjectTo:      {member, seesCircle, identity.ScopeCirclesWrite},
	Begin:         {facilitator, seesCircle, identity.ScopeCirclesWrite},
	End:           {facilitator, seesCircle, identity.ScopeCirclesWrite},
	AskEnd:        {inCircle, seesCircle, identity.ScopeCirclesWrite},
	SeeJournal:    {seesCircle, seesCircle, identity.ScopeCirclesRead},

	SeeSessions:     {seesCircle, seesCircle, identity.ScopeSessionsRead},
	SeeAnswers:      {member, seesCircle, identity.ScopeSessionsRead},
	Move:            {inCircle, seesCircle, identity.ScopeSessionsWrite},
	Skip:            {inCircle, seesCircle, identity.ScopeSessionsWrite},
	Cancel:          {inCircle, seesCircle, identity.ScopeSessionsWrite},
	ChangeSlot:      {inCircle, seesCircle, identity.ScopeSessionsWrite},
	SeeBreaks:       {seesCircle, seesCircle, identity.ScopeSessionsRead},
	AddBreak:        {inCircle, seesCircle, identity.ScopeSessionsWrite},
	Pause:           {inCircle, seesCircle, identity.ScopeCirclesWrite},
	Resume:          {inCircle, seesCircle, identity.ScopeCirclesWrite},
	Answer:          {member, seesCircle, identity.ScopeSessionsWrite},
	RecordOutcome:   {member, seesCircle, identity.ScopeSessionsWrite},
	SetGuideWeek:    {member, seesCircle, identity.ScopeSessionsWrite},
	SwapHost:        {member, seesCircle, identity.ScopeSessionsWrite},
	SeeAbsences:     {member, seesCircle, identity.ScopeSessionsRead},
	SetAbsences:     {member, seesCircle, identity.ScopeSessionsWrite},
	SeeSlots:        {inCircle, seesCircle, identity.ScopeSessionsRead},
	SeeFits:         {member, seesCircle, identity.ScopeSessionsRead},
	WriteMessage:    {member, seesCircle, identity.ScopeCirclesWrite},
	SeeHealth:       {seesCircle, seesCircle, identity.ScopeCirclesRead},
	SayFine:         {member, seesCircle, identity.ScopeCirclesWrite},
	AcknowledgeFlag: {facilitator, seesCircle, identity.ScopeCirclesWrite},
	SnoozeFlag:      {facilitator, seesCircle, identity.ScopeCirclesWrite},
	DismissFlag:     {facilitator, seesCircle, identity.ScopeCirclesWrite},

	Replan:        {inCircle, seesCircle, identity.ScopeSessionsWrite},
	SeeReplans:    {inCircle, seesCircle, identity.ScopeSessionsRead},
	SeeProposals:  {seesCircle, seesCircle, identity.ScopeSessionsRead},
	ProposeDate:   {member, seesCircle, identity.ScopeSessionsWrite},
	Vote:          {member, seesCircle, identity.ScopeSessionsWrite},
	CloseProposal: {member, seesCircle, identity.ScopeSessionsWrite},
	SeeFeed:       {member, seesCircle, identity.ScopeSessionsRead},
	RenewFeed:     {member, seesCircle, identity.ScopeSessionsWrite},
}

// Actions are all actions of the policy, sorted.
func Actions() []Action {
	all := make([]Action, 0, len(table))
	for action := range table {
		all = append(all, action)
	}
	slices.Sort(all)
	return all
}

// May answers nil when the actor may do this to the object. Otherwise it answers Unauthenticated "sign-in-needed" for
// nobody, NotFound "not-found" for what is not the actor's to see, and Forbidden for what is seen but not to be done:
// "scope-missing" when the token lacks the scope, "not-stalling" when a facilitator would end a circle that is not,
// else "forbidden".
func May(actor identity.Actor, action Action, object Object) error {
	r, known := rules(action)
	if !known {
		return fault.New(fault.Forbidden, "forbidden")
	}
	has := rolesOf(actor, object)
	switch {
	case has&r.may&(anybody|public) != 0:
		return nil
	case !actor.Known() && r.may&public == 0:
		return fault.New(fault.Unauthenticated, "sign-in-needed")
	case has&(r.may|r.sees) == 0:
		return notFound()
	case has&r.may == 0:
		return fault.New(fault.Forbidden, "forbidden")
	case !inScope(actor, r.scope):
		return fault.New(fault.Forbidden, "scope-missing").With("scope", r.scope)
	case action == End && object.CircleState != Forming && !object.Stalling:
		return fault.New(fault.Forbidden, "not-stalling")
	}
	return nil
}

func notFound() error { return fault.New(fault.NotFound, "not-found") }

func rolesOf(actor identity.Actor, o Object) roles {
	has := anybody
	if o.Public {
		has |= public
	}
	if !actor.Known() {
		return has
	}
	for _, role := range []struct {
		is bool
		it roles
	}{
		{o.Applicant, applicant},
		{o.Self, self},
		{o.Member, member},
		{o.Partner && !actor.MemberOnly, partner},
		{(o.Facilitator || actor.Owner) && !actor.MemberOnly, facilitator},
	} {
		if role.is {
			has |= role.it
		}
	}
	return has
}

// inScope says whether the actor's credential reaches the scope. Who comes by a link of a letter has no scopes and
// needs none.
func inScope(actor identity.Actor, scope string) bool {
	limited := actor.TokenID != "" || len(actor.Scopes) > 0
	return !limited || scope == "" || slices.Contains(actor.Scopes, "*") || slices.Contains(actor.Scopes, scope)
}
