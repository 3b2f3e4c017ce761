package ical_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const (
	readersFolder  = "../../tools/ical-readers"
	installReaders = "apt-get install -y python3-icalendar khal nodejs npm && npm ci --prefix tools/ical-readers"
)

// reader is a calendar program that is not ours, see tools/ical-readers.
type reader struct {
	name       string
	command    []string
	needs      []string // exits without an error where the reader is installed
	noSequence bool     // the program does not tell it
}

func readers() []reader {
	return []reader{
		{name: "python3-icalendar", command: []string{"/usr/bin/python3", filepath.Join(readersFolder, "read.py")}, needs: []string{"/usr/bin/python3", "-c", "import icalendar, dateutil"}},
		{name: "khal", command: []string{filepath.Join(readersFolder, "read-khal")}, needs: []string{"khal", "--version"}, noSequence: true},
		{name: "ical.js", command: []string{"node", filepath.Join(readersFolder, "read.mjs")}, needs: []string{"node", "-e", "require('fs').statSync('" + readersFolder + "/node_modules/ical.js')"}},
	}
}

// Every program must see in our files what we mean: the same instants, states, sequences and titles.
func TestForeignProgramsReadOurFilesAsWeMeanThem(t *testing.T) {
	for _, r := range readers() {
		if out, err := exec.Command(r.needs[0], r.needs[1:]...).CombinedOutput(); err != nil {
			t.Errorf("%s is not installed (%v: %s); run: %s", r.name, err, out, installReaders)
			continue
		}
		for _, g := range goldens(t) {
			t.Run(r.name+"/"+g.name, func(t *testing.T) {
				t.Parallel()
				r.check(t, write(t, g), g.want)
			})
		}
	}
}

func (r reader) check(t *testing.T, file []byte, want string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "calendar.ics")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command(r.command[0], append(r.command[1:], path)...)
	var out, complaints strings.Builder
	command.Stdout, command.Stderr = &out, &complaints
	if err := command.Run(); err != nil {
		t.Fatalf("%v\n%s", err, complaints.String())
	}
	if r.noSequence {
		want = withoutSequence(want)
	}
	if got := out.String(); got != want {
		t.Errorf("%s reads\n%swant\n%s%s", r.name, got, want, complaints.String())
	}
}

func withoutSequence(lines string) string {
	var out strings.Builder
	for line := range strings.Lines(lines) {
		fields := strings.Split(line, "\t")
		fields[3] = "-"
		out.WriteString(strings.Join(fields, "\t"))
	}
	return out.String()
}
