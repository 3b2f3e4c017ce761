package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// part is one chapter of the report.
type part struct {
	name string
	run  func(*bench) error
}

var parts = []part{
	{"requests", (*bench).requests},
	{"letters", (*bench).letters},
	{"health", (*bench).health},
	{"start", (*bench).start},
	{"flat", (*bench).flat},
	{"trust", (*bench).trust},
	{"feeds", (*bench).feeds},
	{"planning", (*bench).planning},
}

// bench is one run.
type bench struct {
	ctx         context.Context //nolint:containedctx // lives exactly as long as the run
	kring, bare string          // the two programs
	dir         string          // files of this run
	rounds      int
	each        time.Duration // how long a point is measured in one round
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop was called
	}
}

func run(ctx context.Context, args []string) error {
	b := &bench{ctx: ctx}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&b.kring, "kring", "bin/kring", "the program, as `make build` builds it")
	flags.StringVar(&b.bare, "bare", "bin/bare", "the program of bench/bare")
	flags.IntVar(&b.rounds, "rounds", 5, "how often every point is measured")
	flags.DurationVar(&b.each, "each", 1500*time.Millisecond, "how long a point is measured in one round")
	only := flags.String("only", "", "parts to run, with commas; none: all")
	if err := flags.Parse(args); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "kring-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b.dir = dir
	if b.kring, err = install(b.kring, filepath.Join(dir, "kring")); err != nil {
		return err
	}
	fmt.Printf("%s, %d cores, %d rounds; every figure is a median (lowest-highest)\n", runtime.Version(), runtime.NumCPU(), b.rounds)
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		fmt.Printf("load of the machine before: %s\n", strings.Fields(string(load))[0])
	}
	for _, p := range parts {
		if *only != "" && !strings.Contains(","+*only+",", ","+p.name+",") {
			continue
		}
		fmt.Printf("\n== %s\n\n", p.name)
		if err := errors.Join(p.run(b), ctx.Err()); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

// install copies a program and takes it out of the system's cache, so that it is read from the disk as after a boot. What
// a linker has just written lies there in so large pieces that all of it counts as the program's memory.
func install(path, to string) (string, error) {
	program, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	file, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o700) //nolint:gosec // a program is there to be run
	if err != nil {
		return "", err
	}
	_, err = file.Write(program)
	return to, errors.Join(err, file.Sync(), unix.Fadvise(int(file.Fd()), 0, 0, unix.FADV_DONTNEED), file.Close())
}
