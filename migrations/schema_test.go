package migrations_test

import (
	"reflect"
	"testing"

	"kring/internal/testkit"
)

func TestBothDatabasesEndInTheSameSchema(t *testing.T) {
	schemas := map[string]testkit.Schema{}
	testkit.URLs(t, func(t *testing.T, url string) {
		db := testkit.Open(t, url)
		schemas[string(db.Dialect())] = testkit.ReadSchema(t, db)
	})
	lite, pg := schemas["sqlite"], schemas["postgres"]
	if len(lite) == 0 {
		t.Fatal("no tables found")
	}
	for _, a := range lite {
		b, ok := pg.Table(a.Name)
		if !ok {
			t.Errorf("%s is missing on Postgres", a.Name)
			continue
		}
		same(t, a.Name+" columns", a.Columns, b.Columns)
		same(t, a.Name+" primary key", a.Key, b.Key)
		same(t, a.Name+" indexes", a.Indexes, b.Indexes)
		same(t, a.Name+" foreign keys", a.References, b.References)
	}
	for _, b := range pg {
		if _, ok := lite.Table(b.Name); !ok {
			t.Errorf("%s is missing on SQLite", b.Name)
		}
	}
}

func same(t *testing.T, what string, sqlite, postgres any) {
	t.Helper()
	if !reflect.DeepEqual(sqlite, postgres) {
		t.Errorf("%s differ:\n sqlite   %+v\n postgres %+v", what, sqlite, postgres)
	}
}
