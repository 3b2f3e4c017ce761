package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"kring/internal/fault"
	"kring/internal/wall"
	"kring/scheduling"
	"kring/scheduling/holidays"
)

// changePage is a change of dates: what it would do, or what it did.
type changePage struct {
	frame
	Said, Wrong string
	About       string // what was asked for, where the dates do not say it
	State       string // what it is: a preview, made by whom and when, taken back
	Rows        []changeRow
	Kept        []string // dates that stay
	Facts       []string
	Warnings    []string
	PlanURL     string
	MayCommit   bool
	MayBeQuiet  bool // nobody's calendar changes, so nobody has to be written to
	MayUndo     bool
}

// changeRow is what becomes of one date.
type changeRow struct {
	Label, Time, What string
	Was               string // the date before
	Suits             *suitsLine
	Suited            string // how many the date before suited
}

// suitsLine is how many a date suits, and whom not; never why.
type suitsLine struct {
	Count, Not string
	Short      bool // too few for a session
}

func (pl *planner) showChange() error {
	return pl.oneChange(http.StatusOK, pl.said("moved-on", "committed", "undone"), "")
}

// replan is the change of the address, when it is the circle's.
func (pl *planner) replan() (scheduling.Replan, error) {
	r, err := pl.Calendar.Replan(pl.ctx(), pl.actor, pl.c.Param("replan"))
	if err == nil && r.CircleID != pl.circle.ID {
		err = fault.New(fault.NotFound, "not-found")
	}
	return r, err
}

func (pl *planner) oneChange(status int, said, wrong string) error {
	r, err := pl.replan()
	if err != nil {
		return err
	}
	shown := changePage{
		frame: pl.titled(pl.say("web.plan.step." + string(r.Step.Kind))), Said: said, Wrong: wrong, PlanURL: pl.inLanguage(pl.base),
		About: pl.about(r.Step), Facts: pl.facts(r), MayCommit: r.State == scheduling.Previewed, MayUndo: r.State == scheduling.Committed,
	}
	shown.MayBeQuiet = shown.MayCommit && r.Change.CalendarUpdates == 0 && r.Change.Letters > 0
	if shown.State, err = pl.stateOf(r); err != nil {
		return err
	}
	for _, s := range r.Change.Sessions {
		if s.What != scheduling.Kept {
			shown.Rows = append(shown.Rows, pl.changeRow(s))
		} else if s.After != nil && s.After.EndsAt.After(pl.Clock.Now()) {
			shown.Kept = append(shown.Kept, pl.date(s.After.StartsAt))
		}
	}
	for _, w := range r.Change.Warnings {
		shown.Warnings = append(shown.Warnings, pl.Texts.Say(pl.lang, w.Key(), w.Args(pl.lang)))
	}
	return pl.show(status, "change", shown)
}

// about says what was asked for, where the dates that change do not say it.
func (pl *planner) about(step scheduling.Step) string {
	switch {
	case step.Kind == scheduling.StepBreak:
		return pl.say("web.plan.about.break", "dates", pl.stretch(step.FromOn, step.UntilOn))
	case step.Kind == scheduling.StepShift:
		return pl.say("web.plan.about.shift", "count", step.Weeks)
	case step.Kind == scheduling.StepNewSlot && step.Slot != nil:
		return pl.say("web.plan.about.new_slot", "weekday", wall.WeekdayName(step.Slot.Weekday, pl.lang), "time", step.Slot.At.String(),
			"zone", pl.zoneOf(pl.circle.Zone))
	}
	return ""
}

func (pl *planner) changeRow(s scheduling.SessionChange) changeRow {
	row := changeRow{What: pl.say("web.plan.what." + string(s.What)), Suits: pl.suits(s.SuitsAfter)}
	if s.SuitsBefore != nil {
		row.Suited = pl.say("web.plan.suited", "count", s.SuitsBefore.Count, "of", s.SuitsBefore.Of)
	}
	shown := s.After
	if shown == nil {
		shown = s.Before
	}
	row.Label, row.Time = pl.date(shown.StartsAt), pl.hours(shown.StartsAt, shown.EndsAt)
	if s.What == scheduling.MovedDate && s.Before != nil {
		row.Was = pl.say("web.plan.was", "date", pl.date(s.Before.StartsAt), "time", wall.TimeOfDayOf(s.Before.StartsAt, pl.loc).String())
	}
	return row
}

func (pl *planner) suits(s *scheduling.Suits) *suitsLine {
	if s == nil {
		return nil
	}
	return &suitsLine{Count: pl.say("web.plan.suits", "count", s.Count, "of", s.Of), Not: pl.not(s.ByName), Short: !s.Quorum}
}

// not names whom a moment does not suit; "" for nobody.
func (pl *planner) not(fits []scheduling.Fit) string {
	var names []string
	for _, f := range fits {
		if !f.Suits {
			names = append(names, f.FirstName)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return pl.say("web.plan.not", "names", joined(names))
}

// facts are what else a change means: the end of the run, dates left free, letters and calendars.
func (pl *planner) facts(r scheduling.Replan) []string {
	key := "web.plan.fact."
	if r.State != scheduling.Previewed {
		key = "web.plan.was-fact."
	}
	var out []string
	if !r.Change.EndsOn.IsZero() {
		out = append(out, pl.say(key+"ends", "date", wall.LongDate(r.Change.EndsOn, pl.lang)))
	}
	for _, f := range r.Change.Free {
		out = append(out, pl.freeDate(f))
	}
	if r.Change.Letters == 0 {
		out = append(out, pl.say(key+"silent"))
	} else {
		out = append(out, pl.say(key+"letters", "count", r.Change.Letters))
	}
	if r.Change.CalendarUpdates > 0 {
		out = append(out, pl.say(key+"calendars", "count", r.Change.CalendarUpdates))
	}
	return out
}

// freeDate says which date of the slot is left out, and why.
func (pl *planner) freeDate(f scheduling.Free) string {
	date := wall.LongDate(f.On, pl.lang)
	if f.Why == scheduling.OffHoliday {
		if calendar, err := holidays.Load(pl.circle.Holidays); err == nil {
			if day, is := calendar.On(f.On); is {
				return pl.say("web.plan.free.holiday", "date", date, "holiday", day.Name.In(pl.lang))
			}
		}
	}
	return pl.say("web.plan.free", "date", date)
}

// stateOf says what the change is: nothing yet, or made by somebody, when, and whether it was taken back.
func (pl *planner) stateOf(r scheduling.Replan) (string, error) {
	if r.State == scheduling.Previewed || r.CommittedAt == nil {
		return pl.say("web.plan.previewed"), nil
	}
	by, err := pl.nameOf(r.ByID)
	says := pl.say("web.plan.committed", "name", by, "moment", pl.moment(*r.CommittedAt, pl.p.Zone))
	if r.State == scheduling.Undone {
		says += " " + pl.say("web.plan.undone.sentence")
	}
	return says, err
}

// nameOf is who changed dates: a member by first name, anybody else by what she is.
func (pl *planner) nameOf(personID *string) (string, error) {
	switch {
	case personID == nil:
		return pl.say("web.plan.by.circle"), nil
	case *personID == pl.p.ID:
		return pl.say("web.plan.by.you"), nil
	}
	seats, err := pl.Circles.Members(pl.ctx(), pl.actor, pl.circle.ID)
	for _, s := range seats {
		if s.In() && s.PersonID == *personID {
			return s.FirstName, err
		}
	}
	return pl.say("web.plan.by.other"), err
}

// pressChange makes a change that was looked at, or takes one back.
func (pl *planner) pressChange(sent url.Values) error {
	r, err := pl.replan()
	if err != nil {
		return err
	}
	did := "committed"
	switch sent.Get("do") {
	case "commit":
		r, err = pl.Calendar.CommitReplan(pl.ctx(), pl.actor, r.ID, sent.Get("quiet") == "")
	case "undo":
		did = "undone"
		r, err = pl.Calendar.UndoReplan(pl.ctx(), pl.actor, r.ID)
	default:
		err = fault.New(fault.Unreadable, "unreadable")
	}
	var moved *scheduling.MovedOn
	if errors.As(err, &moved) {
		return pl.to("/changes/"+moved.Fresh.ID, "moved-on")
	}
	if fault.HasCode(err, "already-committed") || fault.HasCode(err, "already-undone") {
		return pl.again(did)
	}
	if f, refused := fault.Of(err); refused && slices.Contains([]fault.Kind{fault.Conflict, fault.Invalid}, f.Kind) {
		return pl.oneChange(pl.statusOf(f), "", pl.refusal(f))
	}
	if err != nil {
		return err
	}
	return pl.to("/changes/"+r.ID, did)
}

// again leads to a change on which somebody pressed twice. What was taken back meanwhile is not done: the page says what
// became of it.
func (pl *planner) again(did string) error {
	r, err := pl.replan()
	if err != nil {
		return err
	}
	if did == "committed" && r.State == scheduling.Undone {
		did = ""
	}
	return pl.to("/changes/"+r.ID, did)
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }
