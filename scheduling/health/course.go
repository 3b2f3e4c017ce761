package health

import (
	"strings"
	"unicode"
)

// Course is how sessions went, in the order of their dates, one letter for each: the first of its state (held, missed,
// cancelled, skipped, unrecorded, planned). A session that was moved stands in upper case. A planned one of the past
// waits for its outcome.
type Course string

const (
	held       = 'h'
	missed     = 'm'
	cancelled  = 'c'
	skipped    = 's'
	unrecorded = 'u'
	planned    = 'p'
)

// state is the letter without the move.
func state(letter rune) rune { return unicode.ToLower(letter) }

// shifted says whether the session's date did not stay: moved, or called off late.
func shifted(letter rune) bool { return unicode.IsUpper(letter) || letter == cancelled }

// shifted is how many sessions did not keep their dates.
func (c Course) shifted() int {
	n := 0
	for _, letter := range c {
		if shifted(letter) {
			n++
		}
	}
	return n
}

// final says whether the letter stands for itself once all is known.
func final(letter rune) bool {
	return letter != skipped && letter != planned && !unicode.IsUpper(letter)
}

// count is how many sessions are of the state.
func (c Course) count(of rune) int {
	n := 0
	for _, letter := range c {
		if state(letter) == of {
			n++
		}
	}
	return n
}

// first is where the first session of the state stands; -1 when there is none.
func (c Course) first(of rune) int {
	return strings.IndexFunc(string(c), func(letter rune) bool { return state(letter) == of })
}

// settled is what the sessions count as once their outcome is known: one that waits is passed over, and so is a skip,
// which was agreed beforehand; the second skip in a row counts as missed.
func (c Course) settled() Course {
	if !strings.ContainsFunc(string(c), func(letter rune) bool { return !final(letter) }) {
		return c
	}
	out := make([]rune, 0, len(c))
	skips := 0
	for _, letter := range c {
		letter = state(letter)
		if letter != skipped {
			skips = 0
		} else if skips++; skips > 1 {
			letter = missed
		}
		if letter != skipped && letter != planned {
			out = append(out, letter)
		}
	}
	return Course(out)
}

// sinceHeld is the sessions after the last that was held.
func (c Course) sinceHeld() Course {
	for i := len(c) - 1; i >= 0; i-- {
		if state(rune(c[i])) == held {
			return c[i+1:]
		}
	}
	return c
}

// last is the last n sessions, or all when there are fewer.
func (c Course) last(n int) Course { return c[max(0, len(c)-n):] }

// untilUntouched is the sessions up to the first whose date stands as it was planned: what is moved further ahead is
// planning, no sign of wobbling.
func (c Course) untilUntouched() Course {
	for i, letter := range c {
		if !shifted(letter) {
			return c[:i]
		}
	}
	return c
}

// dated leaves out the skips: a week without a session has no date that could have moved.
func (c Course) dated() Course {
	out := make([]rune, 0, len(c))
	for _, letter := range c {
		if state(letter) != skipped {
			out = append(out, letter)
		}
	}
	return Course(out)
}
