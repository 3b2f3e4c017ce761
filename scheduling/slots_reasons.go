package scheduling

import "kring/internal/wall"

// The codes of why something ranks as it does; each has a sentence under "ranking.<code>".
const (
	ReasonSuitsAll      = "suits-all"       // everybody who stated hours, on every date
	ReasonSuitsSome     = "suits-some"      // some of them
	ReasonOnDates       = "on-dates"        // on how many dates all of them can
	ReasonSilent        = "silent"          // how many stated no hours
	ReasonNight         = "night"           // for somebody it is between 22 and 7 h
	ReasonClockChange   = "clock-change"    // clocks that change apart move it for somebody
	ReasonHolidayOfSome = "holiday-of-some" // dates that are a holiday where some live
	ReasonLeftOut       = "left-out"        // dates of the slot that the run leaves out
	ReasonWarned        = "warned"          // dates that a warning is about
	ReasonClear         = "clear"           // neither of these two
)

// Reason is why something ranks as it does. It names nobody.
type Reason struct {
	Code string
	Args map[string]any // of its sentence, in any language
}

// Key is the reason's sentence in the catalogue.
func (r Reason) Key() string { return "ranking." + r.Code }

func counted(code string, n int) Reason { return Reason{Code: code, Args: map[string]any{"count": n}} }

// reasons says what speaks for the weekly hour and what against it.
func (s SlotCandidate) reasons(shifted bool) []Reason {
	var out []Reason
	if s.Everybody() {
		out = append(out, Reason{Code: ReasonSuitsAll})
	} else {
		out = append(out, Reason{Code: ReasonSuitsSome, Args: map[string]any{"suits": s.Suits, "of": s.Of}})
		out = append(out, Reason{Code: ReasonOnDates, Args: map[string]any{"count": s.Together, "dates": s.Dates}})
	}
	if s.Silent > 0 {
		out = append(out, counted(ReasonSilent, s.Silent))
	}
	if s.Night {
		out = append(out, Reason{Code: ReasonNight})
	}
	if shifted {
		out = append(out, Reason{Code: ReasonClockChange})
	}
	if n := datesWarned(s.Warnings, WarnHolidayOfSome); n > 0 {
		out = append(out, counted(ReasonHolidayOfSome, n))
	}
	if s.Left > 0 {
		out = append(out, counted(ReasonLeftOut, s.Left))
	}
	return out
}

// datesWarned counts the dates that warnings of a code for single days are about.
func datesWarned(warnings []Warning, code string) int {
	on := map[wall.Date]bool{}
	for _, w := range warnings {
		if w.Code == code {
			on[w.On] = true
		}
	}
	return len(on)
}
