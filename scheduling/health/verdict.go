package health

import (
	"maps"
	"slices"

	"kring/internal/text"
)

// Level is how a circle is doing, never how a person does.
type Level string

// The levels, in the order in which they get worse.
const (
	OnTrack  Level = "on_track"
	Wobbling Level = "wobbling"
	Stalling Level = "stalling"
)

// Levels are all levels, best first.
func Levels() []Level { return []Level{OnTrack, Wobbling, Stalling} }

// Reason is one thing that makes a circle falter. Its sentence is "reason.<code>".
type Reason struct {
	Code string         `json:"code"`
	Args map[string]int `json:"args,omitempty"`
}

// Step is the one thing that would help most. Its sentence is "step.<code>"; "" when nothing needs doing.
type Step string

// Verdict is what Assess makes of a circle: the worst of its reasons, which come in the order of weight, and the step
// that answers the first of them.
type Verdict struct {
	Level   Level
	Reasons []Reason
	Step    Step
}

// Same says whether two verdicts say the same.
func (v Verdict) Same(other Verdict) bool {
	return v.Level == other.Level && v.Step == other.Step && slices.EqualFunc(v.Reasons, other.Reasons, Reason.same)
}

func (r Reason) same(other Reason) bool {
	return r.Code == other.Code && maps.Equal(r.Args, other.Args)
}

// Say is the reason as a sentence in a language.
func (r Reason) Say(catalog *text.Catalog, lang string) string {
	args := make(map[string]any, len(r.Args))
	for name, value := range r.Args {
		args[name] = value
	}
	return catalog.Say(lang, "reason."+r.Code, args)
}

// Say is the step as a sentence in a language, "" for no step.
func (s Step) Say(catalog *text.Catalog, lang string) string {
	if s == "" {
		return ""
	}
	return catalog.Say(lang, "step."+string(s), nil)
}
