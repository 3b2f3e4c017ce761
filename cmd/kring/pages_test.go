package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// What README.md, docs/dates.md and docs/tour.md print is run here, block by block, as a new user would: the one after the
// other, against one demo.
func TestPagesRunAsPrinted(t *testing.T) {
	url := demoProcess(t)
	for _, page := range []string{"README.md", "docs/dates.md", "docs/tour.md"} {
		t.Run(page, func(t *testing.T) { runsAsPrinted(t, page, url) })
	}
}

const (
	// root is the top of the checkout, seen from here.
	root = "../.."
	// printedURL is where the pages find the demo.
	printedURL = "http://127.0.0.1:8080"
	// printedWithin bounds one page.
	printedWithin = 3 * time.Minute
)

// example is a block of a page that a shell runs, and what the page says that it prints; "" when it says nothing.
type example struct {
	line           int
	script, prints string
}

// runsAsPrinted types every shell block of a page into one shell. Each must go well; where a block of text follows, it
// must be what was printed, with ... for what differs each time.
func runsAsPrinted(t *testing.T, page, url string) {
	t.Helper()
	found := examples(t, page)
	const mark = "--- end of block "
	var script strings.Builder
	script.WriteString("set -eu\n")
	for i, e := range found {
		fmt.Fprintf(&script, "%s\necho; echo '%s%d'\n", strings.ReplaceAll(e.script, printedURL, url), mark, i)
	}
	ctx, cancel := context.WithTimeout(t.Context(), printedWithin)
	defer cancel()
	shell := exec.CommandContext(ctx, "sh")
	shell.Stdin, shell.Dir = strings.NewReader(script.String()), t.TempDir()
	out, err := shell.CombinedOutput()
	rest := strings.NewReplacer(url, printedURL, "\r", "").Replace(string(out))
	for i, e := range found {
		said, after, ended := strings.Cut(rest, "\n"+mark+strconv.Itoa(i)+"\n")
		if !ended {
			t.Fatalf("%s:%d fails (%v); it says:\n%s", page, e.line, err, said)
		}
		if rest = after; e.prints != "" && !asPrinted(e.prints).MatchString(strings.TrimSpace(said)) {
			t.Errorf("%s:%d does not print\n%s\nbut\n%s", page, e.line, e.prints, said)
		}
	}
}

// examples are the shell blocks of a page but those that only call make.
func examples(t *testing.T, page string) (all []example) {
	t.Helper()
	blocks := fenced(t, page)
	for i, b := range blocks {
		if b.language != "sh" || strings.HasPrefix(b.text, "make ") {
			continue
		}
		e := example{line: b.line, script: b.text}
		if i+1 < len(blocks) && blocks[i+1].language == "text" {
			e.prints = blocks[i+1].text
		}
		all = append(all, e)
	}
	if len(all) == 0 {
		t.Fatalf("%s holds nothing to run", page)
	}
	return all
}

// asPrinted makes a pattern of what a page says is printed.
func asPrinted(text string) *regexp.Regexp {
	pattern := regexp.QuoteMeta(strings.TrimSpace(text))
	return regexp.MustCompile(`(?s)^` + strings.ReplaceAll(pattern, `\.\.\.`, `.*?`) + `$`)
}

// block is what stands between two fences.
type block struct {
	language, text string
	line           int
}

func fenced(t *testing.T, page string) (all []block) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, page))
	if err != nil {
		t.Fatal(err)
	}
	inside := false
	for i, line := range strings.Split(string(raw), "\n") {
		language, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && inside:
			inside = false
		case fence:
			inside = true
			all = append(all, block{language: language, line: i + 1})
		case inside:
			all[len(all)-1].text += line + "\n"
		}
	}
	return all
}

// demoProcess starts `kring demo` on a free port, as a process of its own, and answers where it is.
func demoProcess(t *testing.T) (url string) {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	said, saidIn := newOutput()
	var errs bytes.Buffer
	command := exec.CommandContext(context.WithoutCancel(t.Context()), path, "demo")
	command.Env, command.Stdout, command.Stderr = []string{"KRING_ADDR=127.0.0.1:0"}, saidIn, &errs
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = command.Wait()
		saidIn.(io.Closer).Close()
		close(ended)
	}()
	t.Cleanup(func() { _ = command.Process.Signal(os.Interrupt); <-ended })
	url, found := said.after("Inbox   ")
	if !found {
		<-ended
		t.Fatalf("the demo ended before it said where it is:\n%s%s", said, &errs)
	}
	return strings.TrimSuffix(url, "/sandbox/inbox")
}
