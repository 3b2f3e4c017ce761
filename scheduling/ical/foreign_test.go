package ical_test

import (
	"testing"

	"kring/internal/testkit/icalreaders"
)

// Every program must see in our files what we mean: the same instants, states, sequences and titles.
func TestForeignProgramsReadOurFilesAsWeMeanThem(t *testing.T) {
	all := goldens(t)
	files := make([][]byte, len(all))
	for i, g := range all {
		files[i] = write(t, g)
	}
	for _, r := range icalreaders.All(t) {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			for i, got := range r.ReadAll(t, files...) {
				if want := r.As(all[i].want); got != want {
					t.Errorf("%s: %s reads\n%swant\n%s", all[i].name, r.Name, got, want)
				}
			}
		})
	}
}
