package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// docs/security.md says of each attack by which test it is played. A test that was renamed or dropped would leave a
// promise without proof.
func TestEveryThreatHasItsTest(t *testing.T) {
	page, err := os.ReadFile(filepath.Join(root, "docs/security.md"))
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]string{}
	promised := regexp.MustCompile("`([a-z/]+): ((?:Test|Fuzz)[A-Za-z0-9]+)`").FindAllStringSubmatch(string(page), -1)
	if len(promised) < 40 {
		t.Errorf("only %d tests are named", len(promised))
	}
	for _, named := range promised {
		room, test := named[1], named[2]
		if _, read := sources[room]; !read {
			sources[room] = testsOf(t, room)
		}
		if !strings.Contains(sources[room], "\nfunc "+test+"(") {
			t.Errorf("%s has no %s", room, test)
		}
	}
}

// testsOf is everything in the test files of a room.
func testsOf(t *testing.T, room string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(room), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString("\n")
		all.Write(text)
	}
	return all.String()
}
