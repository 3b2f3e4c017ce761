package web

import (
	"net/http"
	"net/url"
	"strings"

	"kring/internal/fault"
	"kring/internal/page"
	"kring/internal/wall"
	"kring/scheduling"
)

// planProposal is a question to the circle which date takes the place of a session's.
type planProposal struct {
	ID, Title, Why, Closes string
	Options                []planOption
	MayVote, MayClose      bool
}

// planOption is one thing to vote for.
type planOption struct {
	ID, Label, Time string
	Count           string   // how many it suits
	Names           []string // whom it suits, whom not, and who said nothing
	Yes, No         bool     // what the reader said
}

// proposals are the open ones, of one session when it is given.
func (pl *planner) proposals(sessionID string) ([]planProposal, error) {
	found, err := pl.Calendar.DateProposals(pl.ctx(), pl.actor, pl.circle.ID, page.Cursor{}, mostProposals)
	var out []planProposal
	for _, one := range found.Items {
		if one.State == scheduling.ProposalOpen && (sessionID == "" || one.SessionID == sessionID) {
			out = append(out, pl.proposal(one))
		}
	}
	return out, err
}

func (pl *planner) proposal(one scheduling.ProposalView) planProposal {
	shown := planProposal{
		ID: one.ID, MayVote: one.MayVote, MayClose: one.MayClose,
		Title:  pl.say("web.plan.proposal", "date", pl.date(one.SessionStartsAt)),
		Why:    pl.say("web.plan.why." + one.Why),
		Closes: pl.say("web.plan.closes", "moment", pl.moment(one.ClosesAt, pl.p.Zone)),
	}
	for _, o := range one.Options {
		shown.Options = append(shown.Options, pl.planOption(o, one))
	}
	return shown
}

func (pl *planner) planOption(o scheduling.OptionView, of scheduling.ProposalView) planOption {
	one := planOption{ID: o.ID, Label: pl.say("web.plan.option." + string(o.Kind))}
	if o.Kind == scheduling.OptionMove && o.StartsAt != nil {
		one.Label, one.Time = pl.date(*o.StartsAt), pl.hours(*o.StartsAt, o.StartsAt.Add(minutes(of.Minutes)))
	}
	one.Count = pl.say("web.plan.suits", "count", o.Fine, "of", of.Members)
	if o.Mine != nil {
		one.Yes, one.No = *o.Mine, !*o.Mine
	}
	names := map[string][]string{}
	for _, n := range o.ByName {
		key := "silent"
		if n.Suits != nil && *n.Suits {
			key = "yes"
		} else if n.Suits != nil {
			key = "no"
		}
		names[key] = append(names[key], n.FirstName)
	}
	for _, key := range []string{"yes", "no", "silent"} {
		if len(names[key]) > 0 {
			one.Names = append(one.Names, pl.say("web.plan.voted."+key, "names", joined(names[key])))
		}
	}
	return one
}

func joined(names []string) string { return strings.Join(names, ", ") }

// vote takes one press about one option.
func (pl *planner) vote(sent url.Values) (below, did string, err error) {
	suits := sent.Get("suits")
	if suits != "yes" && suits != "no" {
		return "", "", fault.New(fault.Unreadable, "unreadable")
	}
	_, err = pl.Calendar.Vote(pl.ctx(), pl.actor, sent.Get("proposal"), []scheduling.OptionVote{{
		OptionID: sent.Get("option"), Suits: suits == "yes",
	}})
	return "", "voted", err
}

// propose asks the circle for another moment for one session: the one that was typed, or the best that Kring finds.
func (pl *planner) propose(sent url.Values) (below, did string, err error) {
	read, wanted := stepReader{sent: sent}, scheduling.Wanted{}
	if wanted.On = read.maybeDate("date"); !wanted.On.IsZero() {
		wanted.At = read.clock("time")
	}
	if err := read.broken.Err(); err != nil {
		return "", "", err
	}
	_, err = pl.Calendar.ProposeDate(pl.ctx(), pl.actor, sent.Get("session"), wanted)
	return "", "proposed", err
}

// datePage is one date, and what can be done about it.
type datePage struct {
	frame
	Wrong     string
	Session   planSession
	Steps     []stepForm
	Proposals []planProposal
	PlanURL   string
}

func (pl *planner) showDate() error {
	return pl.oneDate(http.StatusOK, "", stepTyped{planner: pl})
}

func (pl *planner) oneDate(status int, wrong string, t stepTyped) error {
	coming, err := pl.coming()
	if err != nil {
		return err
	}
	for _, s := range coming {
		if s.ID != pl.c.Param("session") {
			continue
		}
		shown := datePage{
			frame: pl.titled(wall.LongDate(wall.DateOf(s.StartsAt, pl.loc), pl.lang)), Wrong: wrong, Session: pl.planSession(s),
			PlanURL: pl.inLanguage(pl.base),
		}
		if shown.Proposals, err = pl.proposals(s.ID); err != nil {
			return err
		}
		shown.Steps = t.ofDate(s)
		return pl.show(status, "plandate", shown)
	}
	return fault.New(fault.NotFound, "session-not-coming")
}

// pressDate takes a step about the date of the page.
func (pl *planner) pressDate(sent url.Values) error {
	sent.Set("session", pl.c.Param("session"))
	return pl.press(sent, func(f *fault.Fault, typed stepTyped) error {
		return pl.oneDate(pl.statusOf(f), pl.refusal(f), typed)
	})
}
