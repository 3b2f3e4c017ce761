package testkit

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"kring/internal/database"
)

// Rows that Fill puts into a table.
const fillRows = 2

// Fill puts generated rows into every table that is empty, parents before their
// children, every column filled where a rule allows it, and answers how many rows
// each table holds. It understands the checks that the migrations use: a list of
// words, a range that holds 1 and 2, and "only 1".
func Fill(t testing.TB, db *database.DB) map[string]int {
	t.Helper()
	f := filler{schema: ReadSchema(t, db), counts: map[string]int{}}
	err := db.Write(t.Context(), func(tx database.Tx) error {
		clear(f.counts)
		for _, table := range f.order() {
			if err := f.fill(tx, table); err != nil {
				return fmt.Errorf("fill %s: %w", table.Name, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return f.counts
}

// Counts answers how many rows each table holds.
func Counts(t testing.TB, db *database.DB) map[string]int {
	t.Helper()
	counts := map[string]int{}
	schema := ReadSchema(t, db)
	err := db.Snapshot(t.Context(), func(tx database.Tx) error {
		for _, table := range schema {
			n, err := count(tx, table.Name)
			if err != nil {
				return err
			}
			counts[table.Name] = n
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return counts
}

func count(tx database.Tx, table string) (int, error) {
	var n int64
	err := tx.Gorm().Table(table).Count(&n).Error
	return int(n), err
}

type filler struct {
	schema Schema
	counts map[string]int
}

// order puts parents before children; a cycle is broken where it may be null.
func (f *filler) order() []Table {
	var done []Table
	for len(done) < len(f.schema) {
		next := f.ready(done, true)
		if next == nil {
			next = f.ready(done, false)
		}
		if next == nil {
			panic("testkit: tables refer to each other in a circle, and no column of it may be null")
		}
		done = append(done, *next)
	}
	return done
}

func (f *filler) ready(done []Table, all bool) *Table {
	has := func(name string) bool {
		return slices.ContainsFunc(done, func(t Table) bool { return t.Name == name })
	}
	for _, table := range f.schema {
		waits := slices.ContainsFunc(table.References, func(r Reference) bool {
			return r.Table != table.Name && !has(r.Table) && (all || table.column(r.Column).NotNull)
		})
		if !waits && !has(table.Name) {
			return &table
		}
	}
	return nil
}

func (t Table) column(name string) Column {
	for _, c := range t.Columns {
		if c.Name == name {
			return c
		}
	}
	return Column{}
}

func (f *filler) fill(tx database.Tx, table Table) error {
	n, err := count(tx, table.Name)
	if err != nil {
		return err
	}
	rules, err := readChecks(tx, table.Name)
	if err != nil {
		return err
	}
	for row := 1; n == 0 && row <= fillRows && (row == 1 || !rules.single); row++ {
		values := map[string]any{}
		for _, column := range table.Columns {
			values[column.Name] = generate(column, rules, row)
		}
		for _, r := range table.References {
			if values[r.Column], err = parent(tx, r, row); err != nil {
				return err
			}
		}
		if err := tx.Gorm().Table(table.Name).Create(values).Error; err != nil {
			return err
		}
	}
	f.counts[table.Name], err = count(tx, table.Name)
	return err
}

// parent answers the value of the row-th parent, or nil while there is none.
func parent(tx database.Tx, r Reference, row int) (any, error) {
	var values []string
	err := tx.Gorm().Table(r.Table).Order(r.Parent).Limit(row).Pluck(r.Parent, &values).Error
	if err != nil || len(values) == 0 {
		return nil, err
	}
	return values[len(values)-1], nil
}

func generate(column Column, rules checks, row int) any {
	if words := rules.words[column.Name]; len(words) > 0 {
		return words[(row-1)%len(words)]
	}
	switch column.Class {
	case "integer":
		return row
	case "boolean":
		return row%2 == 0
	case "instant":
		return time.Date(2026, 3, 29, row, 0, 0, 1000, time.UTC)
	case "real":
		return float64(row) / 2
	case "bytes":
		return []byte{byte(row)}
	}
	if strings.HasSuffix(column.Name, "_on") {
		return fmt.Sprintf("2026-03-%02d", row)
	}
	return database.NewID() // passes for a text as well
}

type checks struct {
	words  map[string][]string // column -> the words it may hold
	single bool                // the table holds one row at most
}

var (
	wordRule   = regexp.MustCompile(`(?is)(\w+) in \(([^)]*)\)|\((\w+) = ANY \(ARRAY\[([^\]]*)\]`)
	singleRule = regexp.MustCompile(`(?is)check \(+id = 1\)`)
	word       = regexp.MustCompile(`'([^']*)'`)
)

func readChecks(tx database.Tx, table string) (checks, error) {
	query := `SELECT sql FROM sqlite_master WHERE name = ?`
	if tx.Postgres() {
		query = `SELECT coalesce(string_agg(pg_get_constraintdef(oid), E'\n'), '')
			FROM pg_constraint WHERE contype = 'c' AND conrelid = to_regclass(?)`
	}
	var text string
	err := tx.Gorm().Raw(query, table).Scan(&text).Error
	found := checks{words: map[string][]string{}, single: singleRule.MatchString(text)}
	for _, rule := range wordRule.FindAllStringSubmatch(text, -1) {
		column, list := rule[1]+rule[3], rule[2]+rule[4]
		for _, w := range word.FindAllStringSubmatch(list, -1) {
			found.words[column] = append(found.words[column], w[1])
		}
	}
	return found, err
}
