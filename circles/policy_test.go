package circles

import (
	"testing"

	"kring/internal/fault"
	"kring/internal/identity"
)

// whom are the people that the table below asks for, in the order of its columns.
var whom = []struct {
	name   string
	actor  identity.Actor
	object Object
}{
	{"nobody", identity.Actor{}, Object{}},
	{"another programme's facilitator", someone(), Object{}},
	{"a member of another circle", someone(), Object{}},
	{"an applicant", someone(), Object{Applicant: true}},
	{"whoever it is about", someone(), Object{Applicant: true, Self: true}},
	{"a member", someone(), Object{Member: true}},
	{"the host", someone(), Object{Member: true, Host: true}},
	{"a facilitator", someone(), Object{Facilitator: true}},
	{"a facilitator who is a member", someone(), Object{Facilitator: true, Member: true}},
	{"a partner", someone(), Object{Partner: true}},
	{"the owner", identity.Actor{PersonID: "p", Owner: true}, Object{}},
}

func someone() identity.Actor { return identity.Actor{PersonID: "p"} }

// expected has a letter for each of whom: y may, n sees it and may not, - not theirs to see, s has to sign in first.
var expected = map[Action]string{
	//                nobody
	//                 |another programme's facilitator
	//                 ||a member of another circle
	//                 |||an applicant
	//                 ||||whoever it is about
	//                 |||||a member
	//                 ||||||the host
	//                 |||||||a facilitator
	//                 ||||||||a facilitator who is a member
	//                 |||||||||a partner
	//                 ||||||||||the owner
	OpenProgramme:       "snnnnnnyyny",
	SeeSignup:           "-------yy-y",
	SeeProgramme:        "s--yyyyyy-y",
	ChangeProgramme:     "s------yy-y",
	SeeFacilitators:     "s------yy-y",
	InviteFacilitator:   "s------yy-y",
	RemoveFacilitator:   "s------yy-y",
	AcceptFacilitation:  "s---y--nn-n",
	DeclineFacilitation: "s---y--nn-n",
	SeeProgrammeJournal: "s------yy-y",
	ExportApplications:  "s------yy-y",
	Apply:               "yyyyyyyyyyy",
	ConfirmApply:        "s---y--nn-n",
	ListApplications:    "s------yy-y",
	SeeApplication:      "s---y--yy-y",
	ChangeApplication:   "s---y--yy-y",
	WithdrawApply:       "s---y--yy-y",
	SeeLetters:          "s------yy-y",
	SeeAllHealth:        "s------yy-y",
	OpenCircle:          "s------yy-y",
	SeeOpenSeats:        "-----yyyyyy",
	SeeCircle:           "s---yyyyyyy",
	ChangeCircle:        "s----yyyyny",
	FormCircle:          "s----nnyyny",
	SeeMembers:          "s----yyyyyy",
	SeeMember:           "s---yyyyyyy",
	Invite:              "s----yyyyny",
	AskSeat:             "s--yynnnnnn",
	AcceptSeat:          "s---ynnnnnn",
	DeclineSeat:         "s---ynnnnnn",
	DeclineAsked:        "s---nyyyyny",
	WithdrawSeat:        "s---nnnyyny",
	ChangeHosting:       "s----yynynn",
	Leave:               "s---ynnnnnn",
	SeeMotions:          "s----yyyyny",
	Propose:             "s----yynynn",
	ObjectTo:            "s----yynynn",
	Begin:               "s----nnyyny",
	End:                 "s----nnyyny",
	AskEnd:              "s----yyyyny",
	SeeJournal:          "s----yyyyyy",
	SeeSessions:         "s----yyyyyy",
	SeeAnswers:          "s----yynynn",
	Move:                "s----yyyyny",
	Skip:                "s----yyyyny",
	Cancel:              "s----yyyyny",
	ChangeSlot:          "s----yyyyny",
	SeeBreaks:           "s----yyyyyy",
	AddBreak:            "s----yyyyny",
	Pause:               "s----yyyyny",
	Resume:              "s----yyyyny",
	Answer:              "s----yynynn",
	RecordOutcome:       "s----yynynn",
	SetGuideWeek:        "s----yynynn",
	SwapHost:            "s----yynynn",
	SeeAbsences:         "s----yynynn",
	SetAbsences:         "s----yynynn",
	SeeSlots:            "s----yyyyny",
	SeeFits:             "s----yynynn",
	WriteMessage:        "s----yynynn",
	SeeHealth:           "s----yyyyyy",
	SayFine:             "s----yynynn",
	AcknowledgeFlag:     "s----nnyyny",
	SnoozeFlag:          "s----nnyyny",
	DismissFlag:         "s----nnyyny",
	Replan:              "s----yyyyny",
	SeeReplans:          "s----yyyyny",
	SeeProposals:        "s----yyyyyy",
	ProposeDate:         "s----yynynn",
	Vote:                "s----yynynn",
	CloseProposal:       "s----yynynn",
	SeeFeed:             "s----yynynn",
	RenewFeed:           "s----yynynn",
}

func TestWhoMayDoWhat(t *testing.T) {
	for _, action := range Actions() {
		row, written := expected[action]
		if !written {
			t.Errorf("%s is not in the table", action)
			continue
		}
		for i, who := range whom {
			object := who.object
			object.CircleState = Forming
			if answer := answerOf(May(who.actor, action, object)); answer != row[i:i+1] {
				t.Errorf("%s, %s: %s, want %s", who.name, action, answer, row[i:i+1])
			}
		}
	}
	if len(expected) != len(Actions()) {
		t.Error("the table has actions that do not exist")
	}
}

func answerOf(err error) string {
	switch {
	case err == nil:
		return "y"
	case fault.IsKind(err, fault.Forbidden):
		return "n"
	case fault.IsKind(err, fault.NotFound):
		return "-"
	case fault.IsKind(err, fault.Unauthenticated):
		return "s"
	}
	return "?"
}

func TestWhatShowsItselfIsSeenByEverybody(t *testing.T) {
	for _, action := range []Action{SeeSignup, SeeOpenSeats} {
		if err := May(identity.Actor{}, action, Object{Public: true}); err != nil {
			t.Errorf("%s: %v", action, err)
		}
	}
	if err := May(someone(), AskSeat, Object{Public: true}); !fault.IsKind(err, fault.Forbidden) {
		t.Errorf("an open seat is seen by who did not sign up: %v", err)
	}
	if err := May(someone(), Move, Object{Public: true}); !fault.IsKind(err, fault.NotFound) {
		t.Errorf("an open seat opens nothing else: %v", err)
	}
}

func TestAFacilitatorEndsAFormingOrAStallingCircleOnly(t *testing.T) {
	for name, test := range map[string]struct {
		state    State
		stalling bool
		may      bool
	}{
		"a forming circle":                {Forming, false, true},
		"a running circle that stalls":    {Running, true, true},
		"a paused circle that stalls":     {Paused, true, true},
		"a running circle that does well": {Running, false, false},
		"a paused circle that does well":  {Paused, false, false},
	} {
		err := May(someone(), End, Object{Facilitator: true, CircleState: test.state, Stalling: test.stalling})
		if test.may != (err == nil) || !test.may && !fault.HasCode(err, "not-stalling") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestATokenNeedsTheScopeAndALinkNeedsNone(t *testing.T) {
	object := Object{Member: true}
	token := identity.Actor{PersonID: "p", TokenID: "t", Scopes: []string{identity.ScopeCirclesRead}}
	if err := May(token, SeeCircle, object); err != nil {
		t.Error(err)
	}
	if err := May(token, Move, object); !fault.HasCode(err, "scope-missing") {
		t.Errorf("without the scope: %v", err)
	}
	if err := May(token, Move, Object{}); !fault.IsKind(err, fault.NotFound) {
		t.Errorf("what is not yours to see is not there, whatever the scope: %v", err)
	}
	token.Scopes = []string{identity.ScopeAll}
	if err := May(token, Move, object); err != nil {
		t.Error(err)
	}
	if err := May(identity.Actor{PersonID: "p", TokenID: "t"}, SeeCircle, object); !fault.HasCode(err, "scope-missing") {
		t.Errorf("a token without scopes: %v", err)
	}
	if err := May(someone(), Move, object); err != nil {
		t.Errorf("by a link: %v", err)
	}
}

func TestAMemberTokenCarriesNoOtherRights(t *testing.T) {
	actor := identity.Actor{PersonID: "p", Owner: true, MemberOnly: true}
	object := Object{Member: true, Facilitator: true}
	if err := May(actor, Begin, object); !fault.IsKind(err, fault.Forbidden) {
		t.Errorf("as facilitator: %v", err)
	}
	if err := May(actor, Answer, object); err != nil {
		t.Errorf("as member: %v", err)
	}
}

func TestAnUnknownActionIsNobodys(t *testing.T) {
	if err := May(identity.Actor{PersonID: "p", Owner: true}, "sell", Object{Member: true}); !fault.IsKind(err, fault.Forbidden) {
		t.Error(err)
	}
}
