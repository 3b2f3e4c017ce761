package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// What happens without a request is measured inside the rooms, by their own benchmarks, and read from what they print.

// figures are what benchmarks print: by name and unit ("ns/op", "letters/s").
type figures map[string]map[string]float64

// inside runs the benchmarks of a package that match a pattern, and answers their figures by the benchmark's name. It
// builds them once.
func (b *bench) inside(pkg, pattern, times string) (figures, error) {
	program := filepath.Join(b.dir, filepath.Base(pkg)+".test")
	if _, err := os.Stat(program); err != nil {
		build := exec.CommandContext(b.ctx, "go", "test", "-c", "-trimpath", "-o", program, pkg)
		if out, err := build.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%w\n%s", err, out)
		}
	}
	run := exec.CommandContext(b.ctx, program, "-test.run", "^$", "-test.bench", pattern, "-test.benchtime", times, "-test.timeout", "3m")
	run.Dir = pkg
	out, err := run.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	return readFigures(string(out)), nil
}

// readFigures reads lines such as "BenchmarkLetters/raw-2  4000  1234 ns/op  2000 letters/s".
func readFigures(out string) figures {
	found := figures{}
	for lines := bufio.NewScanner(strings.NewReader(out)); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) < 4 || !strings.HasPrefix(words[0], "Benchmark") {
			continue
		}
		name := words[0]
		if at := strings.LastIndex(name, "-"); at > 0 {
			name = name[:at]
		}
		found[name] = map[string]float64{}
		for i := 2; i+1 < len(words); i += 2 {
			if value, err := strconv.ParseFloat(words[i], 64); err == nil {
				found[name][words[i+1]] = value
			}
		}
	}
	return found
}

// letters measures letters from due to accepted, with 1 and 8 connections. The processor time counts the mail server
// in.
func (b *bench) letters() error {
	const perRound, rounds = "3000x", 3
	kinds := []struct{ name, pkg, pattern, benchmark string }{
		{"raw client, finished mail", "./internal/outbox", "^BenchmarkLetters$/^raw$", "BenchmarkLetters/raw/connections=%d"},
		{"outbox, a plain letter", "./internal/outbox", "^BenchmarkLetters$/^outbox$", "BenchmarkLetters/outbox/connections=%d"},
		{"whole program, reminders", "./cmd/kring", "^BenchmarkReminders$", "BenchmarkReminders/connections=%d"},
	}
	measured := map[string]map[string]series{}
	for range min(rounds, b.rounds) {
		for _, k := range kinds {
			found, err := b.inside(k.pkg, k.pattern, perRound)
			if err != nil {
				return err
			}
			collect(measured, found)
		}
	}
	t := newTable("letters/s", "1 connection", "8 connections", "share of raw at 8", "processor µs a letter at 8", "aim")
	at := func(i, n int) map[string]series { return measured[fmt.Sprintf(kinds[i].benchmark, n)] }
	const perSecond = "letters/s"
	for i, k := range kinds {
		one, eight, goal := at(i, 1)[perSecond], at(i, 8)[perSecond], ""
		if i == len(kinds)-1 {
			goal = aim(eight.median() >= 1500, ">= 1,500")
		}
		t.row(k.name, one.show(0), eight.show(0), eight.over(at(0, 8)[perSecond]).show(2), at(i, 8)["cpu-µs/letter"].show(0), goal)
	}
	t.print()
	return nil
}

// collect adds the figures of one round to those of the others.
func collect(to map[string]map[string]series, round figures) {
	for name, byUnit := range round {
		if to[name] == nil {
			to[name] = map[string]series{}
		}
		for unit, value := range byUnit {
			to[name][unit] = append(to[name][unit], value)
		}
	}
}

// health measures the look at 100,000 circles.
func (b *bench) health() error {
	found, err := b.inside("./scheduling/health", "^BenchmarkHealth$/^(proof|one_in_a_hundred_due|none_due)$", "5x")
	if err != nil {
		return err
	}
	t := newTable("100,000 circles", "ms", "processor ms", "aim")
	for _, pass := range []struct {
		name, benchmark string
		most            float64
	}{
		{"full pass: the nightly proof", "BenchmarkHealth/proof", 1000},
		{"review with 1 % due", "BenchmarkHealth/one_in_a_hundred_due", 50},
		{"review with none due", "BenchmarkHealth/none_due", 1},
	} {
		took, used := found[pass.benchmark]["ns/op"]/1e6, ""
		if ms := found[pass.benchmark]["cpu-ms/op"]; ms > 0 {
			used = fmt.Sprintf("%.0f", ms)
		}
		t.row(pass.name, fmt.Sprintf("%.1f", took), used, aim(took <= pass.most, fmt.Sprintf("<= %.0f ms", pass.most)))
	}
	t.print()
	return nil
}
