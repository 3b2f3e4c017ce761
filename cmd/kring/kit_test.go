package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alecthomas/kong"
)

// running is the program as it runs: in this process, or as a process of its own.
type running struct {
	t     *testing.T
	url   string
	token string // the owner's, when this run made one
	ended <-chan int
	stop  func() // as SIGTERM does
	errs  *output
}

// output keeps what a program writes and lets a test wait for a line.
type output struct {
	mu    sync.Mutex
	text  bytes.Buffer
	lines chan string
}

func newOutput() (*output, io.Writer) {
	o := &output{lines: make(chan string, 10_000)}
	reader, writer := io.Pipe()
	go func() {
		for lines := bufio.NewScanner(reader); lines.Scan(); {
			o.mu.Lock()
			o.text.WriteString(lines.Text() + "\n")
			o.mu.Unlock()
			o.lines <- lines.Text()
		}
		close(o.lines)
	}()
	return o, writer
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// after waits for a line with a mark in it and answers the word behind the mark.
func (o *output) after(mark string) (string, bool) {
	for line := range o.lines {
		if _, rest, found := strings.Cut(line, mark); found {
			word, _, _ := strings.Cut(rest, " ")
			return word, true
		}
	}
	return "", false
}

// lockedWriter lets several goroutines write to one buffer.
type lockedWriter struct {
	mu sync.Mutex
	to io.Writer
}

// Write writes.
func (w *lockedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.to.Write(p)
}

// settingsFor are those of a run on a database, with a free port.
func settingsFor(database string, more ...string) []string {
	return append([]string{
		"KRING_ADDR=127.0.0.1:0", "KRING_DATABASE_URL=" + database, "KRING_SECRET=" + secret, "KRING_OWNER_EMAIL=els@example.org",
	}, more...)
}

// serving runs `kring serve` in this process and waits until it listens. It is stopped when the test ends.
func serving(t *testing.T, env ...string) *running {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	errs, errsIn := newOutput()
	var out bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		code := run(ctx, []string{"serve"}, env, &out, errsIn)
		errsIn.(io.Closer).Close()
		ended <- code
		close(ended)
	}()
	r := &running{t: t, ended: ended, stop: stop, errs: errs}
	t.Cleanup(func() { stop(); <-ended })
	r.listens()
	r.token = tokenIn(out.String()) // was written before it listened
	return r
}

// listens waits until the program answers.
func (r *running) listens() {
	r.t.Helper()
	address, found := r.errs.after("msg=listening address=")
	if !found {
		r.t.Fatalf("the program ended before it listened:\n%s", r.errs)
	}
	r.url = "http://" + address
}

func tokenIn(out string) string {
	_, rest, _ := strings.Cut(out, "\n  krg_")
	token, _, found := strings.Cut(rest, "\n")
	if !found {
		return ""
	}
	return "krg_" + token
}

// ready waits for the first tick and answers what /readyz said then.
func (r *running) ready() readiness {
	r.t.Helper()
	for {
		var is readiness
		status, body := r.get("/readyz")
		if err := json.Unmarshal([]byte(body), &is); err != nil {
			r.t.Fatal(err)
		}
		if is.Ready && status == http.StatusOK {
			return is
		}
		if status != http.StatusServiceUnavailable || is.Parts["ticks"].State != "none yet" {
			r.t.Fatalf("not ready: %d %s", status, body)
		}
	}
}

// get asks and answers status and body.
func (r *running) get(path string) (int, string) { return r.ask(http.MethodGet, path, nil) }

// ask asks with the owner's token.
func (r *running) ask(method, path string, body any) (int, string) {
	r.t.Helper()
	var sent io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			r.t.Fatal(err)
		}
		sent = bytes.NewReader(raw)
	}
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, sent)
	if err != nil {
		r.t.Fatal(err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if r.token != "" {
		request.Header.Set("Authorization", "Bearer "+r.token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return response.StatusCode, string(answer)
}

// built builds the program once and answers where it is.
var built = sync.OnceValues(func() (string, error) {
	path := filepath.Join(workshop, "kring")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
})

// workshop is a folder that lives as long as the tests.
var workshop string

func TestMain(m *testing.M) {
	var err error
	if workshop, err = os.MkdirTemp("", "kring-test-"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(workshop)
	os.Exit(code)
}

// process starts the program as a process of its own and waits until it listens. It is killed when the test ends.
func process(t *testing.T, env ...string) (*running, *os.Process) {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(context.WithoutCancel(t.Context()), path, "serve")
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	errs, errsIn := newOutput()
	command.Env, command.Stdout, command.Stderr, command.Dir = env, out, errsIn, t.TempDir()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan int, 1)
	go func() {
		_ = command.Wait()
		errsIn.(io.Closer).Close()
		ended <- command.ProcessState.ExitCode()
		close(ended)
	}()
	r := &running{t: t, ended: ended, errs: errs, stop: func() { _ = command.Process.Signal(os.Interrupt) }}
	t.Cleanup(func() { _ = command.Process.Kill(); <-ended })
	r.listens()
	said, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	r.token = tokenIn(string(said))
	return r, command.Process
}

// sleep lets virtual time pass, in a bubble.
func sleep(d time.Duration) { time.Sleep(d) } //nolint:forbidigo // the bubble's time, nobody waits

// defaults are the settings of a command line.
func defaults(t *testing.T, args ...string) settings {
	t.Helper()
	var c commands
	parser, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Fatal(err)
	}
	return c.Settings
}
