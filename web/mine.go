package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"kring/circles"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/page"
	"kring/internal/wall"
	"kring/scheduling"
)

// minePage is the dates of all circles of a person, with yes and no at each, and when she is away.
type minePage struct {
	frame
	Said    string // what the press before did
	Wrong   string // why it did nothing
	Circles []mineCircle
}

type mineCircle struct {
	ID, Name, State, Week, GuideURL string
	Members                         string
	Venue, VideoLink, ChatLink      string
	LeaveURL, PlanURL               string // the second once it has begun
	Sessions                        []mineSession
	Away                            []mineAway
	From, Until                     field
	Deeds                           []mineDeed
}

type mineSession struct {
	ID, Date, Time, Host, Says, PlanURL string
	Yes, No                             bool // said so
}

// mineAway is a stretch of dates; From and Until are as the form sends them back.
type mineAway struct{ From, Until, Label string }

// mostCircles bounds the page; nobody is in more at once.
const mostCircles = 20

// acting is the person behind a link, as a member of her circles and nothing more.
func acting(p identity.Person) identity.Actor {
	return identity.Actor{PersonID: p.ID, MemberOnly: true}
}

func (v *visit) showMine(p identity.Person) error {
	shown := minePage{}
	if v.c.QueryParam("did") == "write" {
		shown.Said = v.say("web.do.write.done")
	}
	return v.mine(p, http.StatusOK, shown, &typed{visit: v})
}

// mine answers the page, with what a press did or why it did nothing.
func (v *visit) mine(p identity.Person, status int, shown minePage, t *typed) error {
	shown.frame = v.personal(p, circles.LinkMe, "web.mine.title")
	found, err := v.Circles.Circles(v.ctx(), acting(p), "", "", page.Cursor{}, mostCircles)
	if err != nil {
		return err
	}
	for _, c := range found.Items {
		if c.State.Over() {
			continue
		}
		one, err := v.mineCircle(p, c, t)
		if err != nil {
			return err
		}
		shown.Circles = append(shown.Circles, one)
	}
	return v.show(status, "mine", shown)
}

func (v *visit) ctx() context.Context { return v.c.Request().Context() }

func (v *visit) mineCircle(p identity.Person, c circles.CircleView, t *typed) (mineCircle, error) {
	actor := acting(p)
	one := mineCircle{
		ID: c.ID, Name: c.Name, State: v.circleState(c), Venue: c.Venue, VideoLink: c.VideoLink, ChatLink: c.ChatLink,
		LeaveURL: v.inLanguage("/l/" + v.Links.Sign(circles.LinkLeave, c.Object.MemberID, p)),
		From:     t.field("away", c.ID, "from_on", "date", ""), Until: t.field("away", c.ID, "until_on", "date", ""),
	}
	one.Week, one.GuideURL = v.weekOf(c)
	seats, err := v.Circles.Members(v.ctx(), actor, c.ID)
	if err != nil {
		return one, err
	}
	one.Members = names(seats, p.ID)
	if !c.State.Begun() {
		one.Deeds = t.deeds(c)
		return one, nil
	}
	one.PlanURL = v.inLanguage(v.planPath(p, c.ID))
	if one.Sessions, err = v.mineSessions(p, c); err != nil {
		return one, err
	}
	one.Deeds = t.deeds(c)
	away, err := v.Calendar.Absences(v.ctx(), actor, c.ID)
	for _, a := range away {
		one.Away = append(one.Away, mineAway{
			From: a.FromOn.String(), Until: a.UntilOn.String(), Label: v.stretch(a.FromOn, a.UntilOn),
		})
	}
	return one, err
}

// names are the first names of the others who are in.
func names(seats []circles.Seat, without string) string {
	var out []string
	for _, s := range seats {
		if s.In() && s.PersonID != without {
			out = append(out, s.FirstName)
		}
	}
	return strings.Join(out, ", ")
}

func (v *visit) circleState(c circles.CircleView) string {
	switch c.State {
	case circles.Forming:
		return v.say("web.mine.forming")
	case circles.Paused:
		return v.say("web.mine.paused", "date", wall.LongDate(c.ReturnsOn, v.lang))
	}
	return ""
}

// weekOf says which week the circle is at, and where its guide stands.
func (v *visit) weekOf(c circles.CircleView) (says, address string) {
	set, known := v.Guides.Set(c.GuideSet)
	if !known || !c.State.Begun() || !set.HasWeek(c.GuideWeek) {
		return "", ""
	}
	week, spoken := set.Week(c.GuideWeek, v.lang)
	if !spoken {
		week, _ = set.Week(c.GuideWeek, set.Languages[0])
	}
	return v.say("web.mine.week", "week", c.GuideWeek, "title", week.Title), GuidePath(set.Key, c.GuideWeek, v.lang)
}

// mineSessions are the sessions that are not over, on the person's own wall.
func (v *visit) mineSessions(p identity.Person, c circles.CircleView) ([]mineSession, error) {
	found, err := v.Calendar.Sessions(v.ctx(), acting(p), c.ID)
	if err != nil {
		return nil, err
	}
	loc, err := wall.LoadZone(p.Zone)
	if err != nil {
		return nil, err
	}
	now := v.Clock.Now()
	var out []mineSession
	for _, s := range found {
		if s.State != scheduling.Planned || s.Over(now) {
			continue
		}
		one := v.mineSession(s, c.Object.MemberID, loc)
		one.PlanURL = v.inLanguage(v.planPath(p, c.ID) + "/dates/" + s.ID)
		out = append(out, one)
	}
	return out, nil
}

func (v *visit) mineSession(s scheduling.SessionView, memberID string, loc *time.Location) mineSession {
	one := mineSession{
		ID: s.ID, Date: wall.LongDate(wall.DateOf(s.StartsAt, loc), v.lang),
		Time: v.say("web.mine.time", "from", wall.TimeOfDayOf(s.StartsAt, loc).String(),
			"until", wall.TimeOfDayOf(s.EndsAt, loc).String(), "zone", wall.ZoneLabel(s.StartsAt, loc, v.lang)),
		Says: v.say("web.mine.silent"),
	}
	switch {
	case s.Host == nil:
	case s.Host.MemberID == memberID:
		one.Host = v.say("web.mine.host-you")
	default:
		one.Host = v.say("web.mine.host", "name", s.Host.FirstName)
	}
	for _, a := range s.ByName {
		if a.MemberID != memberID {
			continue
		}
		switch a.Answer {
		case scheduling.Yes:
			one.Yes, one.Says = true, v.say("web.mine.said-yes")
		case scheduling.No:
			one.No, one.Says = true, v.say("web.mine.said-no")
		case scheduling.Unsure:
			one.Says = v.say("web.mine.said-unsure")
		}
	}
	return one
}

// stretch is "from Monday 3 to Friday 7 July 2017", or one date.
func (v *visit) stretch(from, until wall.Date) string {
	if from == until {
		return wall.LongDate(from, v.lang)
	}
	return v.say("web.stretch", "from", wall.LongDate(from, v.lang), "until", wall.LongDate(until, v.lang))
}

// pressMine takes an answer to a session, a change of when one is away, or a deed for the whole circle.
func (v *visit) pressMine(p identity.Person, sent url.Values) error {
	said, err := v.doMine(p, sent)
	f, refused := fault.Of(err)
	switch {
	case err == nil && sent.Get("do") == "write": // a page that is loaded anew must not write again
		return v.c.Redirect(http.StatusSeeOther, v.c.Request().URL.EscapedPath()+"?did=write"+v.asked("&lang="))
	case err == nil:
		return v.mine(p, http.StatusOK, minePage{Said: said}, &typed{visit: v})
	case !refused || f.Kind == fault.NotFound:
		return err
	}
	shown := minePage{Wrong: v.sentence(f)}
	if len(f.Violations) > 0 {
		shown.Wrong = v.faultSentence(f.Violations[0])
	}
	return v.mine(p, v.statusOf(f), shown, &typed{visit: v, sent: sent, wrong: v.wrongBy(f)})
}

func (v *visit) doMine(p identity.Person, sent url.Values) (said string, err error) {
	actor := acting(p)
	switch sent.Get("do") {
	case "answer":
		answer := scheduling.Answer(sent.Get("answer"))
		_, err := v.Calendar.Answer(v.ctx(), actor, sent.Get("session"), answer)
		if err != nil {
			return "", err
		}
		if answer == scheduling.No {
			return v.say("web.mine.done-no"), nil
		}
		return v.say("web.mine.done-yes"), nil
	case "away":
		span, err := spanOf(sent)
		if err != nil {
			return "", err
		}
		err = v.changeAway(actor, sent.Get("circle"), func(spans []scheduling.Span) []scheduling.Span {
			return append(without(spans, span), span)
		})
		return v.say("web.mine.done-away", "dates", v.stretch(span.FromOn, span.UntilOn)), err
	case "back":
		span, err := spanOf(sent)
		if err != nil {
			return "", err
		}
		err = v.changeAway(actor, sent.Get("circle"), func(spans []scheduling.Span) []scheduling.Span {
			return without(spans, span)
		})
		return v.say("web.mine.done-back", "dates", v.stretch(span.FromOn, span.UntilOn)), err
	}
	if known, err := v.doDeed(actor, sent); known {
		if err != nil {
			return "", err
		}
		return v.say("web.do." + sent.Get("do") + ".done"), nil
	}
	return "", fault.New(fault.Unreadable, "unreadable")
}

func (v *visit) changeAway(actor identity.Actor, circleID string, change func([]scheduling.Span) []scheduling.Span) error {
	now, err := v.Calendar.Absences(v.ctx(), actor, circleID)
	if err != nil {
		return err
	}
	spans := make([]scheduling.Span, len(now))
	for i, a := range now {
		spans[i] = scheduling.Span{FromOn: a.FromOn, UntilOn: a.UntilOn}
	}
	_, err = v.Calendar.SetAbsences(v.ctx(), actor, circleID, change(spans))
	return err
}

func without(spans []scheduling.Span, gone scheduling.Span) []scheduling.Span {
	return slices.DeleteFunc(spans, func(s scheduling.Span) bool { return s.FromOn == gone.FromOn && s.UntilOn == gone.UntilOn })
}

// spanOf reads two dates of a form; a form that names one day may leave the second empty.
func spanOf(sent url.Values) (scheduling.Span, error) {
	var v fault.Violations
	from, until := sent.Get("from_on"), sent.Get("until_on")
	if until == "" {
		until = from
	}
	span := scheduling.Span{FromOn: dateIn(&v, "/from_on", from), UntilOn: dateIn(&v, "/until_on", until)}
	if v.Err() == nil && span.UntilOn.Before(span.FromOn) {
		v.Add("/until_on", "before-from")
	}
	return span, v.Err()
}

func dateIn(v *fault.Violations, pointer, text string) wall.Date {
	d, err := wall.ParseDate(strings.TrimSpace(text))
	if err != nil {
		v.Add(pointer, "not-a-date")
	}
	return d
}
