package ical_test

import (
	"testing"

	"kring/internal/testkit/icalreaders"
)

// Every program must see in our files what we mean: the same instants, states, sequences and titles.
func TestForeignProgramsReadOurFilesAsWeMeanThem(t *testing.T) {
	for _, r := range icalreaders.All(t) {
		for _, g := range goldens(t) {
			t.Run(r.Name+"/"+g.name, func(t *testing.T) {
				t.Parallel()
				if got, want := r.Read(t, write(t, g)), r.As(g.want); got != want {
					t.Errorf("%s reads\n%swant\n%s", r.Name, got, want)
				}
			})
		}
	}
}
