package database_test

import (
	"os"
	"path/filepath"
	"testing"

	"kring/internal/database"
)

// The file holds names and addresses: nobody but who runs Kring reads it, whatever the umask.
func TestANewFileIsForItsOwnerAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kring.db")
	db, err := database.Open(t.Context(), database.Options{URL: database.FileURL(path)})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Write(t.Context(), func(tx database.Tx) error { return tx.Gorm().Exec("create table x (y text)").Error }); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", filepath.Base(path)+suffix, info.Mode())
		}
	}
}

// Whoever gave a file another mode, for a backup that another user takes, keeps it.
func TestTheModeOfAFileThatIsThereStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kring.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	db, err := database.Open(t.Context(), database.Options{URL: database.FileURL(path)})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}
