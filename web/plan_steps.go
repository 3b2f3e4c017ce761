package web

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"kring/circles"
	"kring/internal/fault"
	"kring/internal/wall"
	"kring/scheduling"
)

// stepForm is a change of dates as a form; what it leads to is a preview.
type stepForm struct {
	Do, Title, Hint, Button string
	Open                    bool // it was sent, in vain
	SessionID               string
	Fields                  []field
	Picks                   []slotPick // weekly hours to choose with one press
}

// slotPick is a weekly hour with whom it suits.
type slotPick struct {
	Weekday, At, Label string
	Not                string   // whom it does not suit on every date
	Reasons            []string // what speaks for it, and what against
}

// mostWeeks is how far dates can be put off at once; where it ends is scheduling's to say.
const mostWeeks = 12

// bestSlots is how many weekly hours the page offers.
const bestSlots = 5

// stepTyped fills the forms of steps, one of them with what was sent in vain.
type stepTyped struct {
	*planner
	sent  url.Values
	wrong map[string]string // by name of field; nil when nothing was sent in vain
}

func (t stepTyped) at(do string) bool { return t.wrong != nil && t.sent.Get("do") == do }

func (t stepTyped) field(do, name, kind, value string) field {
	f := field{ID: do + "-" + name, Name: name, Type: kind, Label: t.say("web.plan.field." + name), Value: value}
	if t.at(do) {
		f.Value, f.Wrong = t.sent.Get(name), t.wrong[name]
	}
	return f
}

func (t stepTyped) form(do string, fields ...field) stepForm {
	key := "web.plan.step." + do
	return stepForm{
		Do: do, Title: t.say(key), Hint: t.say(key+".hint", "zone", t.zoneOf(t.circle.Zone)), Button: t.say("web.plan.preview"),
		Open: t.at(do), Fields: fields,
	}
}

// ofRun are the steps that change more than one date.
func (t stepTyped) ofRun(coming []scheduling.SessionView) ([]stepForm, error) {
	if t.circle.State != circles.Running {
		return nil, nil
	}
	at := t.slotHour()
	slot := t.form("new_slot", t.weekday("new_slot"), t.field("new_slot", "time", "time", at), t.from("new_slot", coming))
	var err error
	if slot.Picks, err = t.picks(); err != nil {
		return nil, err
	}
	return []stepForm{
		slot,
		t.form("shift", t.weeks(), t.from("shift", coming)),
		t.form("break", t.field("break", "from_on", "date", ""), t.field("break", "until_on", "date", "")),
		t.form("add", t.field("add", "date", "date", ""), t.field("add", "time", "time", "")),
	}, nil
}

// slotHour is the hour at which the circle meets, "" while none is agreed.
func (t stepTyped) slotHour() string {
	if slot, agreed := t.circle.Slot(); agreed {
		return slot.At.String()
	}
	return ""
}

func (t stepTyped) weekday(do string) field {
	value := ""
	if slot, agreed := t.circle.Slot(); agreed {
		value = wall.WeekdayKey(slot.Weekday)
	}
	f := t.field(do, "weekday", "", value)
	for i := range 7 {
		day := time.Weekday((i + 1) % 7) // from Monday on
		key := wall.WeekdayKey(day)
		f.Choices = append(f.Choices, option{Value: key, Label: wall.WeekdayName(day, t.lang), Chosen: key == f.Value})
	}
	return f
}

func (t stepTyped) weeks() field {
	f := t.field("shift", "weeks", "", "1")
	for n := 1; n <= mostWeeks; n++ {
		value := strconv.Itoa(n)
		f.Choices = append(f.Choices, option{Value: value, Label: t.say("web.plan.weeks", "count", n), Chosen: value == f.Value})
	}
	return f
}

// from is the session from which on a step holds; its date is one on the circle's wall.
func (t stepTyped) from(do string, coming []scheduling.SessionView) field {
	f := t.field(do, "from_on", "", "")
	for _, s := range coming {
		on := wall.DateOf(s.StartsAt, t.there).String()
		f.Choices = append(f.Choices, option{Value: on, Label: t.date(s.StartsAt), Chosen: on == f.Value})
	}
	return f
}

// picks are the weekly hours that suit most, the best first.
func (t stepTyped) picks() ([]slotPick, error) {
	found, err := t.Calendar.Slots(t.ctx(), t.actor, t.circle.ID, wall.Date{}, bestSlots)
	var out []slotPick
	for _, s := range found {
		one := slotPick{
			Weekday: wall.WeekdayKey(s.Slot.Weekday), At: s.Slot.At.String(),
			Label: t.say("web.plan.slot", "weekday", wall.WeekdayName(s.Slot.Weekday, t.lang), "time", s.Slot.At.String()),
		}
		for _, r := range s.Reasons {
			one.Reasons = append(one.Reasons, t.Texts.Say(t.lang, r.Key(), r.Args))
		}
		var fits []scheduling.Fit
		for _, f := range s.ByName {
			fits = append(fits, f.Fit)
		}
		one.Not = t.not(fits)
		out = append(out, one)
	}
	return out, err
}

// ofDate are the steps that change one date, and what follows from it.
func (t stepTyped) ofDate(s scheduling.SessionView) []stepForm {
	on, at := wall.DateOf(s.StartsAt, t.there).String(), wall.TimeOfDayOf(s.StartsAt, t.there).String()
	which := t.field("move", "which", "radio", "one")
	for _, one := range []string{"one", "later"} {
		which.Choices = append(which.Choices, option{
			ID: "which-" + one, Value: one, Label: t.say("web.plan.which." + one), Chosen: one == which.Value,
		})
	}
	forms := []stepForm{
		t.form("move", t.field("move", "date", "date", on), t.field("move", "time", "time", at), which),
		t.form("propose", t.field("propose", "date", "date", ""), t.field("propose", "time", "time", at)),
		t.form("skip"),
		t.form("cancel"),
	}
	for i := range forms {
		forms[i].SessionID = s.ID
	}
	forms[1].Button = t.say("web.plan.step.propose.button")
	return forms
}

// stepOf reads a step out of a form, and what is wrong with it.
func stepOf(sent url.Values) (scheduling.Step, error) {
	read := stepReader{sent: sent}
	step := scheduling.Step{Kind: scheduling.StepKind(sent.Get("do"))}
	switch step.Kind {
	case scheduling.StepMove:
		step.SessionID, step.On, step.At = sent.Get("session"), read.date("date"), read.clock("time")
		if sent.Get("which") == "later" {
			step.Kind = scheduling.StepMoveLater
		}
	case scheduling.StepSkip, scheduling.StepCancel:
		step.SessionID = sent.Get("session")
	case scheduling.StepShift:
		step.FromOn, step.Weeks = read.maybeDate("from_on"), read.number("weeks")
	case scheduling.StepNewSlot:
		step.FromOn, step.Slot = read.maybeDate("from_on"), read.slot()
	case scheduling.StepBreak:
		step.FromOn, step.UntilOn = read.date("from_on"), read.date("until_on")
	case scheduling.StepAdd:
		if step.On = read.maybeDate("date"); sent.Get("time") != "" {
			step.At = read.clock("time")
		}
	default:
		return step, fault.New(fault.Unreadable, "unreadable")
	}
	return step, read.broken.Err()
}

// stepReader reads fields of a form and notes what is wrong.
type stepReader struct {
	sent   url.Values
	broken fault.Violations
}

func (r *stepReader) date(name string) wall.Date {
	return dateIn(&r.broken, "/"+name, r.sent.Get(name))
}

// maybeDate is a date that may be left out.
func (r *stepReader) maybeDate(name string) wall.Date {
	if strings.TrimSpace(r.sent.Get(name)) == "" {
		return wall.Date{}
	}
	return r.date(name)
}

func (r *stepReader) clock(name string) *wall.TimeOfDay {
	at, err := wall.ParseTimeOfDay(strings.TrimSpace(r.sent.Get(name)))
	if err != nil {
		r.broken.Add("/"+name, "not-a-time")
	}
	return &at
}

func (r *stepReader) number(name string) int {
	n, err := strconv.Atoi(r.sent.Get(name))
	if err != nil {
		r.broken.Add("/"+name, "not-between", fault.Args{"from": 1, "until": mostWeeks})
	}
	return n
}

func (r *stepReader) slot() *wall.Slot {
	day, err := wall.ParseWeekday(r.sent.Get("weekday"))
	if err != nil {
		r.broken.Add("/weekday", "not-a-weekday")
	}
	return &wall.Slot{Weekday: day, At: *r.clock("time")}
}

// revisionIn is the revision of the circle that a form was made from.
func revisionIn(sent url.Values) (int, error) {
	revision, err := strconv.Atoi(sent.Get("revision"))
	if err != nil || revision < 1 {
		return 0, fault.New(fault.Unreadable, "unreadable")
	}
	return revision, nil
}
