// Package icalreaders reads calendar files with three programs that are not ours: python3-icalendar, khal and ical.js.
// Tests hold the files that Kring writes against them. It refuses to skip: a program that is missing fails the test with
// the line that installs it. Start with [All] and [Reader.ReadAll]; the programs themselves are in tools/ical-readers.
package icalreaders

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const install = "apt-get install -y python3-icalendar khal nodejs npm && npm ci --prefix tools/ical-readers"

// Reader is a calendar program that is not ours.
type Reader struct {
	Name       string
	command    []string
	needs      []string // exits without an error where the program is installed
	noSequence bool     // the program does not tell it
}

// All are the readers; those that are not installed fail the test and are left out.
func All(t testing.TB) []Reader {
	t.Helper()
	folder := filepath.Join(root(t), "tools", "ical-readers")
	var installed []Reader
	for _, r := range []Reader{
		{
			Name: "python3-icalendar", command: []string{"/usr/bin/python3", filepath.Join(folder, "read.py")},
			needs: []string{"/usr/bin/python3", "-c", "import icalendar, dateutil"},
		},
		{Name: "khal", command: []string{filepath.Join(folder, "read-khal")}, needs: []string{"khal", "--version"}, noSequence: true},
		{
			Name: "ical.js", command: []string{"node", filepath.Join(folder, "read.mjs")},
			needs: []string{"node", "-e", "require('fs').statSync('" + folder + "/node_modules/ical.js')"},
		},
	} {
		if out, err := exec.CommandContext(t.Context(), r.needs[0], r.needs[1:]...).CombinedOutput(); err != nil {
			t.Errorf("%s is not installed (%v: %s); run: %s", r.Name, err, out, install)
			continue
		}
		installed = append(installed, r)
	}
	return installed
}

// root is the folder of the module.
func root(t testing.TB) string {
	t.Helper()
	folder, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(folder, "go.mod")); missing == nil {
			return folder
		}
		if folder == filepath.Dir(folder) {
			t.Fatal("this is no folder of the module")
		}
		folder = filepath.Dir(folder)
	}
	t.Fatal(err)
	return ""
}

// Read answers what the program sees in a file: one line per occurrence, sorted, with tabs between start, end, status,
// sequence, UID and title; "-" where the program does not tell the sequence.
func (r Reader) Read(t testing.TB, file []byte) string {
	t.Helper()
	return r.ReadAll(t, file)[0]
}

// ReadAll answers it of many files, for the price of starting the program once.
func (r Reader) ReadAll(t testing.TB, files ...[]byte) []string {
	t.Helper()
	folder, args := t.TempDir(), r.command[1:len(r.command):len(r.command)]
	for i, file := range files {
		path := filepath.Join(folder, fmt.Sprintf("%d.ics", i))
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	command := exec.CommandContext(t.Context(), r.command[0], args...)
	var out, complaints strings.Builder
	command.Stdout, command.Stderr = &out, &complaints
	if err := command.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", r.Name, err, complaints.String())
	}
	read := strings.SplitAfter(out.String(), "\f\n")
	if len(read) != len(files)+1 {
		t.Fatalf("%s answers about %d of %d files", r.Name, len(read)-1, len(files))
	}
	for i := range files {
		read[i] = strings.TrimSuffix(read[i], "\f\n")
	}
	return read[:len(files)]
}

// As is what the program must answer where others answer lines: without the sequence when it does not tell it.
func (r Reader) As(lines string) string {
	if !r.noSequence {
		return lines
	}
	var out strings.Builder
	for line := range strings.Lines(lines) {
		fields := strings.Split(line, "\t")
		fields[3] = "-"
		out.WriteString(strings.Join(fields, "\t"))
	}
	return out.String()
}
