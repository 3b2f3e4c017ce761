package testkit

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"kring/internal/database"
)

// Schema is what a database looks like, told alike for both dialects. goose's own
// table is left out.
type Schema []Table

// Table is one table; all its lists but Key are sorted.
type Table struct {
	Name       string
	Columns    []Column
	Key        []string // the primary key's columns, in order
	Indexes    []Index
	References []Reference
}

// Column is one column. Class is what its type means on either dialect: text,
// integer, boolean, instant, real, bytes; anything else is the type itself.
type Column struct {
	Name, Class string
	NotNull     bool
}

// Index is one index; its Name is empty where the database made the name up
// (a UNIQUE written with the column). An expression reads "(expression)".
type Index struct {
	Name            string
	Columns         []string
	Unique, Partial bool
}

// Reference is one foreign key of one column.
type Reference struct{ Column, Table, Parent, OnDelete string }

// Table answers a table by name.
func (s Schema) Table(name string) (Table, bool) {
	for _, t := range s {
		if t.Name == name {
			return t, true
		}
	}
	return Table{}, false
}

// ReadSchema reads the schema of a database.
func ReadSchema(t testing.TB, db *database.DB) Schema {
	t.Helper()
	var schema Schema
	err := db.Snapshot(t.Context(), func(tx database.Tx) error {
		read := readSQLiteTable
		list := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\'`
		if tx.Postgres() {
			read = readPostgresTable
			list = `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`
		}
		var names []string
		if err := tx.Gorm().Raw(list).Scan(&names).Error; err != nil {
			return err
		}
		for _, name := range names {
			if name == "goose_db_version" {
				continue
			}
			table, err := read(tx, name)
			if err != nil {
				return err
			}
			schema = append(schema, table)
		}
		return nil
	})
	if err != nil {
		t.Fatalf("read the schema: %v", err)
	}
	schema.sort()
	return schema
}

func (s Schema) sort() {
	slices.SortFunc(s, func(a, b Table) int { return cmp.Compare(a.Name, b.Name) })
	for _, t := range s {
		slices.SortFunc(t.Columns, func(a, b Column) int { return cmp.Compare(a.Name, b.Name) })
		slices.SortFunc(t.References, func(a, b Reference) int { return cmp.Compare(a.Column+a.Table, b.Column+b.Table) })
		slices.SortFunc(t.Indexes, func(a, b Index) int {
			return cmp.Compare(a.Name+strings.Join(a.Columns, ","), b.Name+strings.Join(b.Columns, ","))
		})
	}
}

func classOf(columnType string) string {
	switch t := strings.ToLower(columnType); t {
	case "text", "uuid":
		return "text"
	case "integer", "int2", "int4", "int8", "bigint", "smallint":
		return "integer"
	case "boolean", "bool":
		return "boolean"
	case "datetime", "timestamptz":
		return "instant"
	case "real", "float8":
		return "real"
	case "blob", "bytea":
		return "bytes"
	default:
		return t
	}
}

type indexColumn struct {
	Index           string
	Col             string
	Made            bool
	Unique, Partial bool
}

// indexes gathers rows of (index, column), which come in the columns' order.
func indexes(rows []indexColumn) []Index {
	var list []Index
	last := ""
	for _, r := range rows {
		if r.Index != last || len(list) == 0 {
			last = r.Index
			i := Index{Name: r.Index, Unique: r.Unique, Partial: r.Partial}
			if r.Made {
				i.Name = ""
			}
			list = append(list, i)
		}
		i := &list[len(list)-1]
		i.Columns = append(i.Columns, r.Col)
	}
	return list
}

type columnRow struct {
	Name, Type string
	NotNull    bool
	Place      int // in the primary key, from 1; 0 outside
}

func (t *Table) take(rows []columnRow) {
	key := map[int]string{}
	for _, r := range rows {
		t.Columns = append(t.Columns, Column{Name: r.Name, Class: classOf(r.Type), NotNull: r.NotNull})
		if r.Place > 0 {
			key[r.Place] = r.Name
		}
	}
	for place := 1; place <= len(key); place++ {
		t.Key = append(t.Key, key[place])
	}
}
