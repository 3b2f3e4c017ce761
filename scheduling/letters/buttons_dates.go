package letters

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"kring/internal/fault"
	"kring/internal/mail"
	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling"
	"kring/scheduling/health"
)

// session reads the session that a link is about, with its circle's name.
func (p *press) session() (scheduling.SessionView, error) {
	s, err := p.calendar.Session(p.ctx, p.actor, p.link.RowID)
	if err != nil {
		return s, err
	}
	p.args["date"] = p.moment(s.StartsAt)
	_, err = p.circle(s.CircleID)
	return s, err
}

// Answer: I'm in, I can't.

func lookAnswer(p *press) (standing, error) {
	s, err := p.session()
	if err != nil {
		return standing{}, err
	}
	if s.State != scheduling.Planned || s.Over(p.now) {
		return over("over")
	}
	said := p.said(s)
	links, asked, err := p.otherDates(s)
	if said != scheduling.Yes && said != scheduling.No {
		stands := p.offers("text", "yes", "no")
		stands.links = links
		return stands, err
	}
	other := map[scheduling.Answer]string{scheduling.Yes: "no", scheduling.No: "yes"}[said]
	key := "did." + string(said)
	if asked && said == scheduling.No {
		key = "did.no.asked"
	}
	stands := p.offers(key, other)
	stands.done, stands.links = true, links
	return stands, err
}

// said is the person's own answer to a session so far.
func (p *press) said(s scheduling.SessionView) scheduling.Answer {
	c, err := p.circle(s.CircleID)
	if err != nil {
		return ""
	}
	for _, a := range s.ByName {
		if a.MemberID == c.Object.MemberID {
			return a.Answer
		}
	}
	return ""
}

func doAnswer(p *press, c Choice) (string, error) {
	if _, err := p.calendar.Answer(p.ctx, p.actor, p.link.RowID, scheduling.Answer(c.Value)); err != nil {
		return "", err
	}
	v, found, err := p.calendar.ProposalAbout(p.ctx, p.actor, p.link.RowID)
	if found && v.MayVote && c.Value == "no" {
		return "done.no.asked", err
	}
	return "done." + c.Value, err
}

// Outcome: held, missed, cancelled.

func lookOutcome(p *press) (standing, error) {
	s, err := p.session()
	if err != nil {
		return standing{}, err
	}
	switch {
	case s.State == scheduling.Skipped:
		return over("did.skipped")
	case p.now.Before(s.StartsAt):
		return over("early")
	case !p.now.Before(s.EndsAt.Add(scheduling.CorrectWithin)):
		return over("late")
	}
	choices := []string{"held", "missed", "cancelled"}
	if s.State == scheduling.Planned || s.State == scheduling.Unrecorded {
		return p.offers("text", choices...), nil
	}
	others := slices.DeleteFunc(choices, func(c string) bool { return c == string(s.State) })
	if s.State == scheduling.Held {
		others = []string{"cancelled"} // held beats missed
	}
	stands := p.offers("did."+string(s.State), others...)
	stands.done = true
	return stands, nil
}

func doOutcome(p *press, c Choice) (string, error) {
	_, err := p.calendar.RecordOutcome(p.ctx, p.actor, p.link.RowID, scheduling.State(c.Value))
	return "done." + c.Value, err
}

// Week: which week is the circle at?

// mostWeeks bounds how many weeks are offered as buttons; the API takes any number of the set.
const mostWeeks = 4

func lookWeek(p *press) (standing, error) {
	c, err := p.circle(p.link.RowID)
	if err != nil {
		return standing{}, err
	}
	p.args["week"] = c.GuideWeek
	if !c.State.Begun() {
		return over("text")
	}
	set, _ := p.guides.Set(c.GuideSet)
	stands := standing{text: "text"}
	for week := max(c.GuideWeek-1, set.FirstWeek); week <= set.LastWeek() && len(stands.options) < mostWeeks; week++ {
		label := p.texts.Say(p.lang, "button.week.week", map[string]any{"week": week})
		stands.options = append(stands.options, Option{Choice: strconv.Itoa(week), Label: label})
		if w, ok := set.Week(week, p.lang); ok {
			address := fmt.Sprintf("%s/guides/%s/%d?lang=%s", strings.TrimSuffix(p.public, "/"), set.Key, week, p.lang)
			stands.links = append(stands.links, mail.Link{Label: guideLine(w), URL: address})
		}
	}
	return stands, nil
}

func doWeek(p *press, c Choice) (string, error) {
	week, err := strconv.Atoi(c.Value)
	if c.Week != nil {
		week, err = *c.Week, nil
	}
	if err != nil {
		return "", err
	}
	p.args["week"] = week
	_, err = p.calendar.SetGuideWeek(p.ctx, p.actor, p.link.RowID, 0, week)
	return "done", err
}

// Still in: yes, or give the seat to somebody else.

func lookStillIn(p *press) (standing, error) {
	seat, err := p.ownSeat()
	if err != nil {
		return standing{}, err
	}
	if seat.State != circles.Accepted {
		return over("done.give_seat")
	}
	if p.asked(seat) {
		return p.offers("text", "yes", "give_seat"), nil
	}
	stands := p.offers("did.yes", "yes", "give_seat")
	stands.done = true
	return stands, nil
}

// asked says whether the question still waits for its answer.
func (p *press) asked(seat circles.Seat) bool {
	asked, err := p.isAsked(seat.ID)
	return err == nil && asked
}

func doStillIn(p *press, c Choice) (string, error) {
	seat, err := p.ownSeat()
	if err != nil {
		return "", err
	}
	if c.Value == "give_seat" {
		_, err = p.circles.Leave(p.ctx, p.actor, seat.ID)
	} else {
		_, err = p.calendar.StillIn(p.ctx, p.actor, seat.CircleID)
	}
	return "done." + c.Value, err
}

// Go on: go on, another hour, a pause, or stop.

const (
	newHour      = "new_hour"
	pauseWeeks   = 4 // that the page offers
	hoursOffered = 3
)

func lookGoOn(p *press) (standing, error) {
	c, err := p.circle(p.link.RowID)
	if err != nil {
		return standing{}, err
	}
	if c.State != circles.Running || c.RemindersStoppedAt == nil {
		return over("did")
	}
	stands := p.offers("text", "go_on")
	hours, err := p.hours(c)
	if err != nil {
		return standing{}, err
	}
	stands.options = append(stands.options, hours...)
	rest := p.offers("text", newHour, "pause", "stop").options
	loc, err := wall.LoadZone(c.Zone)
	if err != nil {
		return standing{}, err
	}
	rest[1].Date = wall.DateOf(p.now, loc).AddDays(7 * pauseWeeks)
	stands.options = append(stands.options, rest...)
	return stands, nil
}

// hours are the weekly hours that suit most members.
func (p *press) hours(c circles.CircleView) ([]Option, error) {
	found, err := p.calendar.Slots(p.ctx, p.actor, c.ID, wall.Date{}, hoursOffered+1)
	if err != nil {
		return nil, err
	}
	var options []Option
	for _, f := range found {
		present, _ := c.Slot()
		if f.Night || f.Slot == present || f.Suits < 2 || len(options) == hoursOffered {
			continue
		}
		options = append(options, Option{
			Choice: newHour + "-" + wall.WeekdayKey(f.Slot.Weekday) + "-" + f.Slot.At.String(),
			Label: p.texts.Say(p.lang, "button.go-on.new_hour-at", map[string]any{
				"weekday": wall.WeekdayName(f.Slot.Weekday, p.lang), "time": f.Slot.At.String(), "suits": f.Suits, "of": f.Of,
			}),
		})
	}
	return options, nil
}

func doGoOn(p *press, c Choice) (string, error) {
	id := p.link.RowID
	switch {
	case c.Value == "pause":
		p.args["date"] = wall.LongDate(c.ReturnsOn, p.lang)
		_, err := p.calendar.Pause(p.ctx, p.actor, id, 0, c.ReturnsOn, false)
		return "done.pause", err
	case c.Value == "stop":
		change, err := p.calendar.End(p.ctx, p.actor, id, 0, circles.EndOther, "", false)
		if err == nil && change.Circle.State.Over() {
			return "done.stopped", nil
		}
		return proposed("done.stop", err)
	case strings.HasPrefix(c.Value, newHour+"-"):
		slot, err := slotOf(strings.TrimPrefix(c.Value, newHour+"-"))
		if err == nil {
			_, err = p.calendar.NewSlot(p.ctx, p.actor, id, 0, scheduling.SlotChange{Slot: slot}, false)
		}
		return "done.new_hour-at", err
	}
	_, err := p.calendar.GoOn(p.ctx, p.actor, id)
	return "done." + c.Value, err
}

// proposed takes it as pressed twice when the same proposal lies before the circle already.
func proposed(key string, err error) (string, error) {
	if fault.HasCode(err, "already-proposed") {
		return again, nil
	}
	return key, err
}

// slotOf reads "tue-12:30".
func slotOf(key string) (wall.Slot, error) {
	day, clock, _ := strings.Cut(key, "-")
	weekday, err := wall.ParseWeekday(day)
	if err != nil {
		return wall.Slot{}, err
	}
	at, err := wall.ParseTimeOfDay(clock)
	return wall.Slot{Weekday: weekday, At: at}, err
}

// Finish: finished, or more dates.

func lookFinish(p *press) (standing, error) {
	c, err := p.circle(p.link.RowID)
	if err != nil {
		return standing{}, err
	}
	sessions, err := p.calendar.Sessions(p.ctx, p.actor, c.ID)
	if err != nil {
		return standing{}, err
	}
	planned := slices.ContainsFunc(sessions, func(s scheduling.SessionView) bool { return s.State == scheduling.Planned })
	if c.State != circles.Running || planned {
		return over("did")
	}
	return p.offers("text", "finished", "more"), nil
}

func doFinish(p *press, c Choice) (string, error) {
	if c.Value == "more" {
		_, err := p.calendar.MoreDates(p.ctx, p.actor, p.link.RowID, 0, 0, false)
		return "done.more", err
	}
	change, err := p.calendar.Complete(p.ctx, p.actor, p.link.RowID, 0, false)
	if err == nil && change.Circle.State.Over() {
		return "done.completed", nil
	}
	return proposed("done.finished", err)
}

// Fine: the circle is well, whatever it looks like.

func lookFine(p *press) (standing, error) {
	if _, err := p.circle(p.link.RowID); err != nil {
		return standing{}, err
	}
	h, err := p.watch.Health(p.ctx, p.actor, p.link.RowID)
	if err != nil {
		return standing{}, err
	}
	if h.Verdict == health.OnTrack || h.Flag != nil && h.Flag.Rests(p.now) {
		return over("did")
	}
	return p.offers("text", "fine"), nil
}

func doFine(p *press, _ Choice) (string, error) {
	_, err := p.watch.Fine(p.ctx, p.actor, p.link.RowID)
	if err == nil {
		_, err = p.calendar.StillIn(p.ctx, p.actor, p.link.RowID) // a sign of life, as every press
	}
	return "done", err
}

// Revive: a circle that fell silent begins again.

func lookRevive(p *press) (standing, error) {
	c, err := p.circle(p.link.RowID)
	if err != nil {
		return standing{}, err
	}
	switch {
	case c.State.Begun():
		return over("did")
	case c.State != circles.Ended || c.EndReason != circles.EndFellSilent || c.EndedAt == nil,
		!p.now.Before(c.EndedAt.Add(circles.ReviveWindow)):
		return over("late")
	}
	return p.offers("text", "revive"), nil
}

func doRevive(p *press, _ Choice) (string, error) {
	_, err := p.calendar.Resume(p.ctx, p.actor, p.link.RowID, 0, wall.Date{}, false)
	return "done", err
}
