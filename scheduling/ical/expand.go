package ical

import (
	"strings"
	"time"

	goical "github.com/emersion/go-ical"
	"github.com/teambition/rrule-go"
)

// start is one start of an event: as the file's zone writes it, and the instant.
type start struct {
	local time.Time
	at    time.Time
}

// widestOffset is more than any zone is away from UTC, to compare local times with instants on the safe side.
const widestOffset = 15 * time.Hour

// starts gives the event's starts that can matter in the window, each once.
func (in *reading) starts(e entry) []start {
	out := []start{{local: e.local, at: e.base.StartAt}}
	if !e.place.IsZero() {
		return out
	}
	length := e.base.EndAt.Sub(e.base.StartAt)
	span := span{from: in.window.From.Add(-length - widestOffset), until: in.window.Until.Add(widestOffset)}
	for _, prop := range e.event.Props.Values("RRULE") {
		locals, ok := in.expand(prop.Value, e.local, span, e.clock)
		if !ok {
			in.report.BadRules++
		}
		for _, local := range locals {
			out = append(out, start{local: local, at: e.clock(local)})
		}
	}
	out = append(out, in.listed(e.event.Props.Values("RDATE"))...)
	left := map[int64]bool{}
	leftDays := map[string]bool{}
	for _, prop := range e.event.Props.Values("EXDATE") {
		for _, s := range in.listed([]goical.Prop{prop}) {
			left[s.at.Unix()] = true
		}
		if prop.Params.Get("VALUE") == "DATE" {
			for _, day := range strings.Split(prop.Value, ",") {
				leftDays[strings.TrimSpace(day)] = true
			}
		}
	}
	var kept []start
	for _, s := range out {
		if !left[s.at.Unix()] && !leftDays[s.local.Format("20060102")] {
			kept = append(kept, s)
		}
		left[s.at.Unix()] = true // the next one at the same instant is the same one
	}
	return kept
}

// listed reads the comma-separated dates of RDATE or EXDATE; of a PERIOD the start counts.
func (in *reading) listed(props []goical.Prop) []start {
	var out []start
	for _, prop := range props {
		for item := range strings.SplitSeq(prop.Value, ",") {
			item, _, _ = strings.Cut(item, "/")
			single := goical.Prop{Name: prop.Name, Params: prop.Params, Value: item}
			if local, _, ok := moment(&single); ok {
				out = append(out, start{local: local, at: in.clock(&single)(local)})
			}
		}
	}
	return out
}

// maxSteps is how many starts a file's rules may be followed through, those before the window included.
const maxSteps = 200_000

// span is a stretch of local time, both ends included.
type span struct {
	from, until time.Time
}

// expand gives the rule's local starts in the span. It answers false for rules that are no RFC 5545, that repeat
// within a day, or that come after MaxRules.
func (in *reading) expand(text string, first time.Time, s span, c clock) ([]time.Time, bool) {
	option, last, ok := parseRule(text)
	if ok && last.before(s.from) {
		return nil, true // whoever has met for years has hundreds of these
	}
	if in.rules++; !ok || in.rules > MaxRules || in.steps > maxSteps {
		return nil, false
	}
	// The library looks for an occurrence until the year 9999, which for a rule that never has one (30 February) is
	// long. The calendar repeats every 400 years to the weekday, so the rule is laid out just before the end.
	option.Dtstart = far(s.skipTo(first, option))
	option.Until = far(s.until)
	return layOut(option, func(local time.Time) (keep, more bool) {
		in.steps++
		return !local.Before(s.from), in.steps <= maxSteps && !last.passed(local, c)
	})
}

// layOut gives the rule's local starts that are to be kept, in order, until there are no more. It answers false where
// the library panics: it looks beyond its tables for rules such as the tenth Monday of a month.
func layOut(option rrule.ROption, judge func(local time.Time) (keep, more bool)) (out []time.Time, ok bool) {
	defer func() {
		if recover() != nil {
			out, ok = nil, false
		}
	}()
	rule, err := rrule.NewRRule(option)
	if err != nil {
		return nil, false
	}
	next := rule.Iterator()
	for {
		t, found := next()
		if !found {
			return out, true
		}
		local := t.AddDate(-farYears, 0, 0)
		keep, more := judge(local)
		if !more {
			return out, true
		}
		if keep {
			out = append(out, local)
		}
	}
}

const farYears = 19 * 400

func far(t time.Time) time.Time { return t.AddDate(farYears, 0, 0) }

// skipTo moves the start of a rule without a count near the span, by whole intervals of days.
func (s span) skipTo(first time.Time, option rrule.ROption) time.Time {
	days := max(option.Interval, 1)
	if option.Freq == rrule.WEEKLY {
		days *= 7
	}
	if option.Count > 0 || option.Freq < rrule.WEEKLY {
		return first
	}
	intervals := int(s.from.Sub(first).Hours()/24)/days - 2
	return first.AddDate(0, 0, max(intervals, 0)*days)
}

// ruleEnd is a rule's UNTIL: an instant, a local time, or a whole local day.
type ruleEnd struct {
	at    time.Time
	local bool
}

func (end ruleEnd) passed(local time.Time, c clock) bool {
	switch {
	case end.at.IsZero():
		return false
	case end.local:
		return local.After(end.at)
	}
	return c(local).After(end.at)
}

// before says whether the rule has ended before a local time, wherever that is.
func (end ruleEnd) before(local time.Time) bool {
	return !end.at.IsZero() && end.at.Add(widestOffset).Before(local)
}

// parseRule reads an RRULE, its UNTIL apart: that one may be an instant, which the library would take for a local time.
func parseRule(text string) (rrule.ROption, ruleEnd, bool) {
	var end ruleEnd
	var parts []string
	for part := range strings.SplitSeq(strings.ToUpper(strings.TrimSpace(text)), ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "":
		case "DTSTART", "BYEASTER":
			return rrule.ROption{}, end, false
		case "UNTIL":
			at, allDay, ok := momentText(value)
			if !ok {
				return rrule.ROption{}, end, false
			}
			if allDay {
				at = at.Add(24*time.Hour - time.Second)
			}
			end = ruleEnd{at: at, local: !strings.HasSuffix(value, "Z")}
		default:
			parts = append(parts, name+"="+value)
		}
	}
	option, err := rrule.StrToROption(strings.Join(parts, ";"))
	if err != nil || !bounded(*option) {
		return rrule.ROption{}, end, false
	}
	return *option, end, true
}

// bounded refuses what would take long: steps within a day, many times a day, huge intervals, long lists.
func bounded(o rrule.ROption) bool {
	times := max(len(o.Byhour), 1) * max(len(o.Byminute), 1) * max(len(o.Bysecond), 1)
	lists := len(o.Bysetpos) + len(o.Bymonth) + len(o.Bymonthday) + len(o.Byyearday) + len(o.Byweekno) + len(o.Byweekday)
	return o.Freq <= rrule.DAILY && o.Interval >= 0 && o.Interval <= 1000 && o.Count >= 0 && times <= 24 && lists <= 100
}
