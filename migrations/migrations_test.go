package migrations_test

import (
	"context"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"kring/internal/database"
	"kring/internal/testkit"
	"kring/migrations"
)

func TestBothFoldersHaveTheSameNumbers(t *testing.T) {
	var names [2][]string
	for i, folder := range []string{"sqlite", "postgres"} {
		found, err := fs.Glob(os.DirFS("."), folder+"/*.sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range found {
			names[i] = append(names[i], path.Base(name))
		}
	}
	if !slices.Equal(names[0], names[1]) || len(names[0]) == 0 {
		t.Errorf("sqlite has %v, postgres has %v", names[0], names[1])
	}
}

// Every migration runs over tables that hold rows: an empty table survives nearly
// anything. No row may be lost on the way up, and the way down ends empty.
func TestUpDownUpOverFilledTables(t *testing.T) {
	testkit.Unmigrated(t, func(t *testing.T, url string) {
		db := testkit.Open(t, url)
		newest := migrations.Newest(db.Dialect())
		before := map[string]int{}
		for version := int64(1); version <= newest; version++ {
			if err := migrations.UpTo(t.Context(), db, version); err != nil {
				t.Fatal(err)
			}
			after := testkit.Counts(t, db)
			for table, rows := range before {
				if after[table] != rows {
					t.Errorf("migration %d: %s held %d rows, now %d", version, table, rows, after[table])
				}
			}
			before = testkit.Fill(t, db)
		}
		first := testkit.ReadSchema(t, db)
		for table, rows := range before {
			if rows == 0 {
				t.Errorf("%s was not filled", table)
			}
		}
		for version := newest - 1; version >= 0; version-- {
			if err := migrations.Down(t.Context(), db, version); err != nil {
				t.Fatalf("down to %d: %v", version, err)
			}
		}
		if left := slices.Sorted(maps.Keys(testkit.Counts(t, db))); len(left) > 0 {
			t.Errorf("down left %v", left)
		}
		if err := migrations.Up(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		same(t, "the schema before and after", first, testkit.ReadSchema(t, db))
	})
}

func TestVersionAndPendingTellHowFarADatabaseIs(t *testing.T) {
	testkit.Unmigrated(t, func(t *testing.T, url string) {
		db := testkit.Open(t, url)
		newest := migrations.Newest(db.Dialect())
		for _, version := range []int64{0, 1, newest} {
			if err := migrations.UpTo(t.Context(), db, version); err != nil {
				t.Fatal(err)
			}
			got, err := migrations.Version(t.Context(), db)
			if got != version || err != nil {
				t.Errorf("version %d instead of %d, %v", got, version, err)
			}
			pending, err := migrations.Pending(t.Context(), db)
			if pending != (version < newest) || err != nil {
				t.Errorf("at %d pending is %v, %v", version, pending, err)
			}
		}
	})
}

func TestADatabaseOfANewerProgramIsLeftAlone(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		err := db.Write(t.Context(), func(tx database.Tx) error {
			return tx.Gorm().Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, ?)", true).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := migrations.Up(t.Context(), db); err == nil {
			t.Error("an old program went to work on a newer database")
		}
	})
}

// migratesURL makes this test binary migrate a database and leave; see the next test.
const migratesURL = "KRING_TEST_MIGRATES"

func TestMain(m *testing.M) {
	if url := os.Getenv(migratesURL); url != "" {
		ctx := context.Background()
		db, err := database.Open(ctx, database.Options{URL: url})
		if err == nil {
			err = migrations.Up(ctx, db)
		}
		if err != nil {
			os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestSeveralProcessesThatStartAtOnceMigrateOnce(t *testing.T) {
	testkit.Unmigrated(t, func(t *testing.T, url string) {
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				process := exec.CommandContext(t.Context(), os.Args[0])
				process.Env = append(os.Environ(), migratesURL+"="+url)
				if said, err := process.CombinedOutput(); err != nil {
					t.Errorf("%v: %s", err, said)
				}
			})
		}
		all.Wait()
		db := testkit.Open(t, url)
		var times []int
		err := db.Read(t.Context(), func(tx database.Tx) error {
			return tx.Gorm().Raw("SELECT count(*) FROM goose_db_version GROUP BY version_id").Scan(&times).Error
		})
		if err != nil || len(times) != int(migrations.Newest(db.Dialect()))+1 || slices.Max(times) != 1 { // and goose's own 0
			t.Errorf("applied %v times, %v", times, err)
		}
	})
}

func TestRowsThatReferToNothingAreFoundOnSQLite(t *testing.T) {
	db := testkit.Open(t, testkit.SQLite(t))
	testkit.Fill(t, db)
	conn, err := db.OpenForMigration(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.ExecContext(t.Context(), "DELETE FROM people"); err != nil {
		t.Fatal("foreign keys are on while migrating: ", err)
	}
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	err = migrations.Down(t.Context(), db, migrations.Newest(db.Dialect()))
	if err == nil || !strings.Contains(err.Error(), "refers to nothing in people") {
		t.Errorf("got %v", err)
	}
}
