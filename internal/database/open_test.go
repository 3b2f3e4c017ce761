package database_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/testkit"
)

func TestURLsSayWhichDatabase(t *testing.T) {
	for url, want := range map[string]database.Dialect{
		"file:kring.db":                    database.SQLite,
		"file:/var/lib/kring/kring.db":     database.SQLite,
		"file:///var/lib/kring/kring.db":   database.SQLite,
		"postgres://kring:secret@db/kring": database.Postgres,
		"postgresql:///kring?host=/run":    database.Postgres,
		"kring.db":                         "",
		"file:":                            "",
		"file:///":                         "",
		"file::memory:":                    "",
		"file:kring.db?mode=memory":        "",
		"mysql://kring:secret@db/kring":    "",
		"":                                 "",
	} {
		got, err := database.DialectOf(url)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", url, got, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error repeats the password", url)
		}
	}
}

func TestAPathSurvivesItsURL(t *testing.T) {
	for _, path := range []string{"kring.db", "/a/b.db", "/with space/50%.db", "/what?/c#.db", "./é.db"} {
		got, ok := database.FilePath(database.FileURL(path))
		if !ok || got != path {
			t.Errorf("%q became %q", path, got)
		}
	}
	if path, ok := database.FilePath("postgres://db/kring"); ok {
		t.Errorf("postgres has the path %q", path)
	}
	if path, _ := database.FilePath("file:///var/kring.db"); path != "/var/kring.db" {
		t.Errorf("got %q", path)
	}
}

func TestAFileWithAStrangeNameOpens(t *testing.T) {
	path := filepath.Join(t.TempDir(), "what? 50% #é.db")
	testkit.Open(t, database.FileURL(path))
	if _, err := os.Stat(path); err != nil {
		t.Error(err)
	}
}

func TestAPostgresThatIsNotThereIsReportedWithoutItsPassword(t *testing.T) {
	for _, url := range []string{
		"postgres://kring:hush@127.0.0.1:1/kring?connect_timeout=1",
		"postgres://kring:hush@127.0.0.1:port/kring",
	} {
		_, err := database.Open(t.Context(), database.Options{URL: url})
		if err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%v", err)
		}
	}
}

// opensURL makes this test binary open a database and leave; see the next test.
const opensURL = "KRING_TEST_OPENS"

func TestMain(m *testing.M) {
	if url := os.Getenv(opensURL); url != "" {
		db, err := database.Open(context.Background(), database.Options{URL: url})
		if err == nil {
			err = db.Close()
		}
		if err != nil {
			os.Stderr.WriteString(err.Error())
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestSeveralProcessesMayOpenANewFileAtOnce(t *testing.T) {
	url := database.FileURL(filepath.Join(t.TempDir(), "new.db"))
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			process := exec.CommandContext(t.Context(), os.Args[0])
			process.Env = append(os.Environ(), opensURL+"="+url)
			if said, err := process.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, said)
			}
		})
	}
	all.Wait()
}

func TestClosingLeavesOneFileBehind(t *testing.T) {
	dir := t.TempDir()
	db, err := database.Open(t.Context(), database.Options{URL: database.FileURL(filepath.Join(dir, "kring.db"))})
	if err != nil {
		t.Fatal(err)
	}
	counters(t, db, "a")
	total(t, db, "a")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestASnapshotSeesOneState(t *testing.T) {
	bothWithCounters(t, func(t *testing.T, db *database.DB) {
		read := func(tx database.Tx) (n int) {
			if err := tx.Gorm().Raw("SELECT total FROM counters WHERE name = 'a'").Scan(&n).Error; err != nil {
				t.Error(err)
			}
			return n
		}
		snapshot := func(within func(context.Context, func(database.Tx) error) error) (before, after int) {
			err := within(t.Context(), func(tx database.Tx) error {
				before = read(tx)
				write(t, db, func(tx *gorm.DB) error { return tx.Exec("UPDATE counters SET total = total + 1").Error })
				after = read(tx)
				return nil
			})
			if err != nil {
				t.Error(err)
			}
			return before, after
		}
		if before, after := snapshot(db.Snapshot); before != 0 || after != 0 {
			t.Errorf("a snapshot saw %d, then %d", before, after)
		}
		if before, after := snapshot(db.Read); before != 1 || after != 2 {
			t.Errorf("a read saw %d, then %d", before, after)
		}
	})
}

func TestReadingCannotChangeSQLite(t *testing.T) {
	db := sqliteWithCounters(t)
	for _, read := range []func(context.Context, func(database.Tx) error) error{db.Read, db.Snapshot} {
		if err := read(t.Context(), func(tx database.Tx) error { return add(tx, "a") }); err == nil {
			t.Error("a reader changed a row")
		}
	}
}

func TestADuplicateIsRecognisedOnBoth(t *testing.T) {
	bothWithCounters(t, func(t *testing.T, db *database.DB) {
		err := db.Write(t.Context(), func(tx database.Tx) error {
			return tx.Gorm().Exec("INSERT INTO counters (name, total) VALUES ('a', 1)").Error
		})
		if !errors.Is(err, gorm.ErrDuplicatedKey) {
			t.Errorf("%v", err)
		}
		if _, isFault := fault.Of(err); isFault {
			t.Error("the store decides what a duplicate means, not the database")
		}
	})
}

func TestIDsRiseAndAreRecognised(t *testing.T) {
	last := ""
	for range 1000 {
		id := database.NewID()
		if id <= last || !database.IsID(id) {
			t.Fatalf("%s after %s", id, last)
		}
		last = id
	}
	for _, text := range []string{"", "7", strings.ToUpper(last), "{" + last + "}", last + "0", "' OR 1=1"} {
		if database.IsID(text) {
			t.Errorf("%q passes for an id", text)
		}
	}
}
