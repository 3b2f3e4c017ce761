package guides

import (
	"slices"
	"strings"
)

// compare reports where a guide departs from the same week in the first
// language of the set. A circle may speak one language and its members read
// another, so the hour must be the same hour for all of them.
func compare(first, other Week, r *report) {
	in := first.Language
	r.must(first.PrepareMinutes == other.PrepareMinutes, "prepare_minutes is %d, in %q it is %d",
		other.PrepareMinutes, in, first.PrepareMinutes)
	r.must(slices.EqualFunc(first.Agenda, other.Agenda, sameBlock), "the agenda is not that of %q: keys or minutes differ", in)
	r.must(slices.Equal(sectionIDs(first.Sections), sectionIDs(other.Sections)), "the sections are not those of %q", in)
	here, _ := other.Section("exercises")
	there, _ := first.Section("exercises")
	r.must(slices.Equal(there.exercises, here.exercises), "the exercises are [%s], in %q they are [%s]",
		strings.Join(here.exercises, " "), in, strings.Join(there.exercises, " "))
}

func sameBlock(a, b AgendaItem) bool { return a.Key == b.Key && a.Minutes == b.Minutes }
