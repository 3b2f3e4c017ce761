package health

import (
	"slices"
	"time"
)

// The bounds of the rules, in sessions and members.
const (
	earlyWeeks    = 4 // until this guide week one missed session is enough
	fewestMembers = 3 // with fewer a circle stalls
	fullCircle    = 4 // with fewer, once there were more, it wobbles
)

// rule gives a reason or nothing. Of all rules about one matter only the first that applies speaks.
type rule struct {
	code   string
	level  Level
	matter matter
	step   Step
	when   func(s *Signals, now time.Time) bool
	args   func(s *Signals) map[string]int // what its sentence needs; nil: nothing
}

// matter is what a reason is about.
type matter uint8

const (
	holding    matter = iota // whether sessions are held
	recording                // whether anybody says how they went
	keeping                  // whether dates stay
	membership               // how many are in: the one matter that a held session does not clear
	coming                   // what lies ahead
)

// rules is the whole judgement, in the order of weight.
var rules = []rule{
	{"under_three", Stalling, membership, "find_members", underThree, members},
	{"no_future_session", Stalling, coming, "plan_or_finish", noFutureSession, nil},
	{"never_started", Stalling, holding, "start_anew", neverStarted, nil},
	{"two_not_held", Stalling, holding, "ask_how_on", twoNotHeld, nil},
	{"three_unrecorded", Stalling, recording, "ask_if_meeting", threeUnrecorded, nil},

	{"quorum_at_risk", Wobbling, coming, "settle_next", quorumAtRisk, expected},
	{"early_miss", Wobbling, holding, "secure_next", earlyMiss, guideWeek},
	{"few_held", Wobbling, holding, "new_slot", fewHeld, lastHeldOfFour},
	{"dates_shift", Wobbling, keeping, "new_slot", datesShift, nil},
	{"two_unrecorded", Wobbling, recording, "record", twoUnrecorded, nil},
	{"below_four", Wobbling, membership, "invite", belowFour, members},
}

// Assess judges a running circle at an instant: the worst reason is the verdict.
func Assess(s Signals, now time.Time) Verdict {
	s.settled = s.Past.settled()
	v := Verdict{Level: OnTrack}
	var said [coming + 1]bool
	for _, r := range rules {
		if !said[r.matter] && r.when(&s, now) {
			said[r.matter] = true
			v.add(r, r.argsOf(&s))
		}
	}
	if s.Unproven && s.Past.count(held) == 0 {
		v.keep(s.Open)
	}
	return v
}

func (r rule) argsOf(s *Signals) map[string]int {
	if r.args == nil {
		return nil
	}
	return r.args(s)
}

func (v *Verdict) add(r rule, args map[string]int) {
	if v.Reasons == nil {
		v.Level, v.Step = r.level, r.step
	}
	v.Reasons = append(v.Reasons, Reason{Code: r.code, Args: args})
}

// keep takes over what the open flag says about sessions, when nothing new is said: a new slot is a promise, and the
// first session held on it clears the flag.
func (v *Verdict) keep(open []Reason) {
	if v.Reasons != nil {
		return
	}
	for _, reason := range open {
		if r, known := ruleOf(reason.Code); known && r.matter < membership {
			v.add(r, reason.Args)
		}
	}
}

func ruleOf(code string) (rule, bool) {
	i := slices.IndexFunc(rules, func(r rule) bool { return r.code == code })
	if i < 0 {
		return rule{}, false
	}
	return rules[i], true
}

// underThree: fewer than three are in. Whoever dismissed it knows; it speaks again when somebody more leaves.
func underThree(s *Signals, _ time.Time) bool {
	news := s.Members < s.Most || s.FromBegin || s.says("under_three")
	return s.Members < fewestMembers && news
}

// noFutureSession: the guide is unfinished and no date is left. One that waits for its outcome is still a date: its
// answer may finish the run.
func noFutureSession(s *Signals, _ time.Time) bool {
	news := s.FromBegin || s.Past != "" || s.Ahead != "" || s.says("no_future_session")
	return s.Planned == 0 && s.GuideWeek <= s.LastWeek && news
}

// neverStarted: two intervals after its date the first session is not held, nor any other. The third session comes two
// intervals after the first, with breaks and pauses left out.
func neverStarted(s *Signals, _ time.Time) bool { return s.Held == 0 && len(s.Past) >= 3 }

func twoNotHeld(s *Signals, _ time.Time) bool {
	last := s.settled.sinceHeld().last(2)
	return len(last) == 2 && last.count(missed) > 0
}

func threeUnrecorded(s *Signals, _ time.Time) bool { return s.settled.last(3).count(unrecorded) == 3 }

// quorumAtRisk: within a day of the session fewer are expected than make it go ahead. Moved, called off, answered or voted
// on, it is agreed upon and the reason goes.
func quorumAtRisk(s *Signals, now time.Time) bool {
	return s.near(now) && s.Expected < s.Quorum && !s.Agreed
}

func earlyMiss(s *Signals, _ time.Time) bool {
	return s.GuideWeek <= earlyWeeks && s.settled.sinceHeld().count(missed) > 0
}

func fewHeld(s *Signals, _ time.Time) bool {
	last := s.settled.last(4)
	return len(last) == 4 && last.count(held) < 2 && s.settled.sinceHeld() != ""
}

// datesShift: two of the last three dates did not stay, and the last change is younger than the last held session,
// which would have cleared it.
func datesShift(s *Signals, _ time.Time) bool {
	if s.Past.shifted()+s.Ahead.shifted() < 2 {
		return false
	}
	recent := s.Past.dated() + s.Ahead.dated().untilUntouched()
	open := recent.sinceHeld()
	news := open.count(cancelled) > 0 || s.MovedSinceHeld && open.shifted() > 0
	return news && recent.last(3).shifted() >= 2
}

func twoUnrecorded(s *Signals, _ time.Time) bool { return s.settled.last(2).count(unrecorded) == 2 }

// belowFour: once per fall. Whoever dismissed it knows; it speaks again when the circle was full in between.
func belowFour(s *Signals, _ time.Time) bool {
	news := s.Most >= fullCircle || s.says("below_four")
	return s.Members < fullCircle && news
}

// What the sentences need.

func members(s *Signals) map[string]int { return map[string]int{"count": s.Members} }

func expected(s *Signals) map[string]int {
	return map[string]int{"count": s.Expected, "quorum": s.Quorum}
}

func guideWeek(s *Signals) map[string]int { return map[string]int{"week": s.GuideWeek} }

func lastHeldOfFour(s *Signals) map[string]int {
	return map[string]int{"count": s.settled.last(4).count(held)}
}
