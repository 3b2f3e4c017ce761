package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// What happens without a request is measured inside the rooms, by their own benchmarks, and read from what they print.

// figures are what benchmarks print: by name and unit ("ns/op", "letters/s").
type figures map[string]map[string]float64

// inside runs benchmarks of a package and answers their figures by the benchmark's name.
func (b *bench) inside(pkg, pattern, times string) (figures, error) {
	command := exec.CommandContext(b.ctx, "go", "test", "-run", "^$", "-bench", pattern, "-benchtime", times, "-timeout", "3m", pkg)
	var out, errs bytes.Buffer
	command.Stdout, command.Stderr = &out, &errs
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("%w\n%s%s", err, &out, &errs)
	}
	return readFigures(out.String()), nil
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

// letters measures letters from due to accepted, with 1 and 8 connections.
func (b *bench) letters() error {
	const perRound, rounds = "4000x", 3
	kinds := []struct{ name, pkg, pattern, benchmark string }{
		{"raw client, finished mail", "./internal/outbox", "^BenchmarkLetters$/^raw$", "BenchmarkLetters/raw/connections=%d"},
		{"outbox, a plain letter", "./internal/outbox", "^BenchmarkLetters$/^outbox$", "BenchmarkLetters/outbox/connections=%d"},
		{"whole program, reminders", "./cmd/kring", "^BenchmarkReminders$", "BenchmarkReminders/connections=%d"},
	}
	perSecond := map[string]series{}
	for range min(rounds, b.rounds) {
		for _, k := range kinds {
			found, err := b.inside(k.pkg, k.pattern, perRound)
			if err != nil {
				return err
			}
			for _, n := range []int{1, 8} {
				name := fmt.Sprintf(k.benchmark, n)
				perSecond[name] = append(perSecond[name], found[name]["letters/s"])
			}
		}
	}
	t := newTable("letters/s", "1 connection", "8 connections", "share of raw at 8", "aim")
	raw := perSecond[fmt.Sprintf(kinds[0].benchmark, 8)]
	for i, k := range kinds {
		one, eight := perSecond[fmt.Sprintf(k.benchmark, 1)], perSecond[fmt.Sprintf(k.benchmark, 8)]
		goal := ""
		if i == len(kinds)-1 {
			goal = aim(eight.median() >= 1500, ">= 1,500")
		}
		t.row(k.name, one.show(0), eight.show(0), eight.over(raw).show(2), goal)
	}
	t.print()
	return nil
}

// health measures the look at 100,000 circles.
func (b *bench) health() error {
	found, err := b.inside("./scheduling/health", "^BenchmarkHealth$/^(proof|one_in_a_hundred_due|none_due)$", "5x")
	if err != nil {
		return err
	}
	t := newTable("100,000 circles", "ms", "aim")
	for _, pass := range []struct {
		name, benchmark string
		most            float64
	}{
		{"full pass: the nightly proof", "BenchmarkHealth/proof", 1000},
		{"review with 1 % due", "BenchmarkHealth/one_in_a_hundred_due", 50},
		{"review with none due", "BenchmarkHealth/none_due", 0},
	} {
		took := found[pass.benchmark]["ns/op"] / 1e6
		goal := ""
		if pass.most > 0 {
			goal = aim(took <= pass.most, fmt.Sprintf("<= %.0f ms", pass.most))
		}
		t.row(pass.name, fmt.Sprintf("%.1f", took), goal)
	}
	t.print()
	return nil
}
