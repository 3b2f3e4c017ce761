package guides

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong with the content of a guide set.
type Problem struct {
	File    string // path below the root that was loaded
	Message string
}

// Problems is the error of Load: all that is wrong, in the order of the files.
type Problems []Problem

// Error lists one problem per line.
func (p Problems) Error() string {
	var out strings.Builder
	fmt.Fprintf(&out, "guide sets: %d problem(s)", len(p))
	for _, problem := range p {
		fmt.Fprintf(&out, "\n%s: %s", problem.File, problem.Message)
	}
	return out.String()
}

// report collects what is wrong with one file.
type report struct {
	file  string
	found Problems
}

func (r *report) add(format string, args ...any) {
	r.found = append(r.found, Problem{File: r.file, Message: fmt.Sprintf(format, args...)})
}

// must adds the problem unless ok.
func (r *report) must(ok bool, format string, args ...any) {
	if !ok {
		r.add(format, args...)
	}
}
