package web

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"kring/circles"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/page"
	"kring/internal/wall"
	"kring/scheduling"
)

// planner is somebody who plans the dates of a circle that she is in: signed in, or behind the link to her dates. She
// acts as its member and nothing more.
type planner struct {
	*visit
	p      identity.Person
	actor  identity.Actor
	circle circles.CircleView
	loc    *time.Location // where she is
	there  *time.Location // where the circle is
	base   string         // the address of the circle's planning page
}

const planBelow = "/circles/:circle/plan"

// planRoutes are the pages of planning, behind the link to somebody's dates and below /me alike.
func (w *Web) planRoutes() []route {
	var out []route
	for _, one := range []struct {
		below string
		get   func(*planner) error
		post  func(*planner, url.Values) error
	}{
		{"", (*planner).showPlan, (*planner).pressPlan},
		{"/dates/:session", (*planner).showDate, (*planner).pressDate},
		{"/changes/:replan", (*planner).showChange, (*planner).pressChange},
	} {
		get := func(v *visit, p identity.Person) error { return v.planning(p, one.get) }
		post := func(v *visit, p identity.Person, sent url.Values) error {
			return v.planning(p, func(pl *planner) error { return one.post(pl, sent) })
		}
		out = append(out,
			route{path: "/l/:token" + planBelow + one.below, get: w.behind(get), post: w.behindPress(post)},
			route{path: mePath + planBelow + one.below, get: w.own(get), post: w.ownPress(post), cookie: true},
		)
	}
	return out
}

// behind is a page of whom a letter's link to her dates is for.
func (w *Web) behind(reply func(*visit, identity.Person) error) answer {
	return func(v *visit) error {
		link, p, err := v.open()
		if err == nil && link.Purpose != circles.LinkMe {
			err = fault.New(fault.NotFound, "link-unknown")
		}
		if err != nil {
			return err
		}
		return reply(v, p)
	}
}

// behindPress is a form that was sent there.
func (w *Web) behindPress(do func(*visit, identity.Person, url.Values) error) answer {
	return w.behind(func(v *visit, p identity.Person) error {
		sent, err := v.form()
		if err != nil {
			return err
		}
		return do(v, p, sent)
	})
}

// planning opens the circle of the address for one of its members; for everybody else there is none.
func (v *visit) planning(p identity.Person, reply func(*planner) error) error {
	pl := &planner{visit: v, p: p, actor: acting(p), base: v.planPath(p, v.c.Param("circle"))}
	var err error
	if pl.circle, err = v.Circles.Circle(v.ctx(), pl.actor, v.c.Param("circle")); err != nil {
		return err
	}
	if !pl.circle.Object.Member {
		return fault.New(fault.NotFound, "not-found")
	}
	if pl.loc, err = wall.LoadZone(p.Zone); err != nil {
		return err
	}
	if pl.there, err = wall.LoadZone(pl.circle.Zone); err != nil {
		return err
	}
	return reply(pl)
}

// planPath is the planning page of a circle, for who is signed in or behind the link to her dates.
func (v *visit) planPath(p identity.Person, circleID string) string {
	if v.actor.Known() {
		return mePath + "/circles/" + circleID + "/plan"
	}
	return v.linkTo(circles.LinkMe, p) + "/circles/" + circleID + "/plan"
}

// to leads to a page of the circle's planning, which says what was done.
func (pl *planner) to(below, did string) error {
	if did == "" {
		return pl.redirect(pl.inLanguage(pl.base + below))
	}
	return pl.redirect(pl.base + below + "?did=" + did + pl.asked("&lang="))
}

// titled is the frame of a page of planning.
func (pl *planner) titled(title string) frame {
	f := pl.personal(pl.p, aside, "web.plan.title")
	f.Title = title
	return f
}

// planPage is a circle's dates to come, the questions that are open, and what can be done about all of them.
type planPage struct {
	frame
	Said, Wrong string
	Circle      string
	State       string // when the circle is not running
	DatesURL    string
	PlanURL     string // this page
	Proposals   []planProposal
	Sessions    []planSession
	Steps       []stepForm
	Changes     []changeLine
	Settings    planSettings
	Feed        feedLinks // her own of the circle; empty behind a letter's link
}

// planSession is a session to come.
type planSession struct {
	ID, Date, Time, URL string
	Expected            string // how many come, and who does not
	Short               bool   // too few
}

// planSettings are what a circle agreed on about its dates.
type planSettings struct {
	Revision       int
	Silence, GoAsk bool
}

// changeLine is a change of dates that was made.
type changeLine struct{ Label, When, URL string }

const (
	mostChanges   = 10 // on the page; the API has them all
	mostProposals = 50
)

func (pl *planner) showPlan() error {
	shown := planPage{Said: pl.said("voted", "closed", "proposed", "settled", "renewed")}
	return pl.plan(http.StatusOK, shown, stepTyped{planner: pl})
}

func (pl *planner) plan(status int, shown planPage, t stepTyped) error {
	shown.frame = pl.titled(pl.say("web.plan.title"))
	shown.Circle, shown.State = pl.circle.Name, pl.circleState(pl.circle)
	shown.PlanURL = pl.inLanguage(pl.base)
	shown.DatesURL = pl.inLanguage(pl.linkTo(circles.LinkMe, pl.p))
	shown.Settings = planSettings{Revision: pl.circle.Revision, Silence: !pl.circle.AskEverybody, GoAsk: !pl.circle.GoNoGoOff}
	var err error
	if !pl.circle.State.Begun() || pl.circle.State.Over() {
		return pl.show(status, "plan", shown)
	}
	coming, err := pl.coming()
	if err != nil {
		return err
	}
	for _, s := range coming {
		shown.Sessions = append(shown.Sessions, pl.planSession(s))
	}
	if shown.Proposals, err = pl.proposals(""); err != nil {
		return err
	}
	if shown.Steps, err = t.ofRun(coming); err != nil {
		return err
	}
	if shown.Changes, err = pl.changes(); err != nil {
		return err
	}
	if pl.visit.actor.Known() {
		feed, err := pl.Feeds.OfCircle(pl.ctx(), pl.visit.actor, pl.circle.ID)
		if err != nil {
			return err
		}
		shown.Feed = linksOf(feed)
	}
	return pl.show(status, "plan", shown)
}

// coming are the sessions that are planned and not over, by date.
func (pl *planner) coming() ([]scheduling.SessionView, error) {
	found, err := pl.Calendar.Sessions(pl.ctx(), pl.actor, pl.circle.ID)
	now := pl.Clock.Now()
	return slices.DeleteFunc(found, func(s scheduling.SessionView) bool {
		return s.State != scheduling.Planned || s.Over(now)
	}), err
}

func (pl *planner) planSession(s scheduling.SessionView) planSession {
	one := planSession{
		ID: s.ID, Date: pl.date(s.StartsAt), Time: pl.hours(s.StartsAt, s.EndsAt), Short: s.Expected < s.Quorum,
		Expected: pl.say("web.plan.expected", "count", s.Expected, "of", len(s.ByName)),
		URL:      pl.inLanguage(pl.base + "/dates/" + s.ID),
	}
	var not []string
	for _, a := range s.ByName {
		if a.Answer == scheduling.No {
			not = append(not, a.FirstName)
		}
	}
	if len(not) > 0 {
		one.Expected += " " + pl.say("web.plan.cannot", "names", joined(not))
	}
	return one
}

// date is the day of an instant where the reader is.
func (pl *planner) date(at time.Time) string { return wall.LongDate(wall.DateOf(at, pl.loc), pl.lang) }

// hours are when a session is, where the reader is; and beside it where the circle is, when the clock there shows
// something else.
func (pl *planner) hours(from, until time.Time) string {
	says := pl.say("web.mine.time", "from", wall.TimeOfDayOf(from, pl.loc).String(),
		"until", wall.TimeOfDayOf(until, pl.loc).String(), "zone", wall.ZoneLabel(from, pl.loc, pl.lang))
	if _, offset := from.In(pl.loc).Zone(); offset == offsetOf(from, pl.there) {
		return says
	}
	return says + " · " + pl.say("web.plan.there", "date", wall.ShortDate(wall.DateOf(from, pl.there), pl.lang),
		"time", wall.TimeOfDayOf(from, pl.there).String(), "zone", wall.ZoneLabel(from, pl.there, pl.lang))
}

func offsetOf(at time.Time, loc *time.Location) int {
	_, offset := at.In(loc).Zone()
	return offset
}

// changes are the latest changes of the circle's dates.
func (pl *planner) changes() ([]changeLine, error) {
	found, err := pl.Calendar.Replans(pl.ctx(), pl.actor, pl.circle.ID, page.Cursor{}, mostChanges)
	if err != nil {
		return nil, err
	}
	var out []changeLine
	for _, r := range found.Items {
		if r.CommittedAt == nil {
			continue
		}
		line := changeLine{
			Label: pl.say("web.plan.step." + string(r.Step.Kind)), When: pl.moment(*r.CommittedAt, pl.p.Zone),
			URL: pl.inLanguage(pl.base + "/changes/" + r.ID),
		}
		if r.State == scheduling.Undone {
			line.When += " · " + pl.say("web.plan.undone")
		}
		out = append(out, line)
	}
	return out, nil
}

// pressPlan takes a step for the whole run, which leads to its preview, or a vote, an early end of one, or what the
// circle agrees on.
func (pl *planner) pressPlan(sent url.Values) error {
	return pl.press(sent, func(f *fault.Fault, typed stepTyped) error {
		return pl.plan(pl.statusOf(f), planPage{Wrong: pl.refusal(f)}, typed)
	})
}

// press does what was sent and leads on, or shows the page again with what is wrong and what was typed.
func (pl *planner) press(sent url.Values, again func(*fault.Fault, stepTyped) error) error {
	below, did, err := pl.act(sent)
	if err == nil {
		return pl.to(below, did)
	}
	f, refused := fault.Of(err)
	if !refused || f.Kind == fault.NotFound {
		return err
	}
	return again(f, stepTyped{planner: pl, sent: sent, wrong: pl.wrongBy(f)})
}

// refusal is what a fault says at the top of a page.
func (pl *planner) refusal(f *fault.Fault) string {
	if len(f.Violations) > 0 {
		return pl.faultSentence(f.Violations[0])
	}
	return pl.sentence(f)
}

// act does what a form asks for, and says where that can be seen.
func (pl *planner) act(sent url.Values) (below, did string, err error) {
	switch sent.Get("do") {
	case "vote":
		return pl.vote(sent)
	case "close":
		_, err = pl.Calendar.CloseProposal(pl.ctx(), pl.actor, sent.Get("proposal"), sent.Get("option"))
		return "", "closed", err
	case "propose":
		return pl.propose(sent)
	case "settle":
		return pl.settle(sent)
	case "renew":
		return pl.renew()
	}
	step, err := stepOf(sent)
	if err != nil {
		return "", "", err
	}
	preview, err := pl.Calendar.PreviewReplan(pl.ctx(), pl.actor, pl.circle.ID, step)
	return "/changes/" + preview.ID, "", err
}

// renew gives the reader another address of the circle's calendar, when she is signed in: only then she is shown it.
func (pl *planner) renew() (below, did string, err error) {
	if !pl.visit.actor.Known() {
		return "", "", fault.New(fault.Forbidden, "needs-sign-in")
	}
	_, err = pl.Feeds.RenewOfCircle(pl.ctx(), pl.visit.actor, pl.circle.ID)
	return "", "renewed", err
}

// settle takes what the circle agrees on: what is not ticked is switched off.
func (pl *planner) settle(sent url.Values) (below, did string, err error) {
	revision, err := revisionIn(sent)
	if err != nil {
		return "", "", err
	}
	everybody, ask := sent.Get("silence") == "", sent.Get("go_ask") != ""
	_, err = pl.Circles.PatchCircle(pl.ctx(), pl.actor, pl.circle.ID, revision, circles.CirclePatch{AskEverybody: &everybody, GoNoGo: &ask})
	return "", "settled", err
}
