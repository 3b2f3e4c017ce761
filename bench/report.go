package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
)

// table prints rows in columns.
type table struct{ to *tabwriter.Writer }

func newTable(head ...string) table {
	t := table{tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', 0)}
	t.row(head...)
	return t
}

func (t table) row(cells ...string) { fmt.Fprintln(t.to, strings.Join(cells, "\t")) }

func (t table) print() { _ = t.to.Flush() }

// series is what the rounds gave for one figure.
type series []float64

// median answers the middle one.
func (s series) median() float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	return sorted[len(sorted)/2]
}

// show prints the median with the lowest and the highest.
func (s series) show(decimals int) string {
	if len(s) == 0 {
		return "-"
	}
	number := func(x float64) string { return fmt.Sprintf("%.*f", decimals, x) }
	return number(s.median()) + " (" + number(slices.Min(s)) + "-" + number(slices.Max(s)) + ")"
}

// over answers the ratios of two series, round by round.
func (s series) over(of series) series {
	ratios := make(series, min(len(s), len(of)))
	for i := range ratios {
		ratios[i] = s[i] / of[i]
	}
	return ratios
}

// aim says whether a figure meets what it should.
func aim(met bool, text string) string {
	if met {
		return text + " met"
	}
	return text + " MISSED"
}

// scaled is every value times a factor: of another unit.
func (s series) scaled(factor float64) series {
	out := make(series, len(s))
	for i, v := range s {
		out[i] = v * factor
	}
	return out
}

// short prints the median alone.
func (s series) short() string { return fmt.Sprintf("%.1f", s.median()) }
