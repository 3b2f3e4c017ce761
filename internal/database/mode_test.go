package database_test

import (
	"bytes"
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

// Who is forgotten must not be found in the bytes of the file.
func TestWhatIsDeletedIsNotLeftInTheFile(t *testing.T) {
	const kept, gone, old = "kept@example.org", "gone@example.org", "old@example.org"
	path := filepath.Join(t.TempDir(), "kring.db")
	db, err := database.Open(t.Context(), database.Options{URL: database.FileURL(path)})
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"create table people (id integer primary key, email text not null, filler text not null)",
		"create index people_email on people (email)",
		"with recursive n(i) as (select 1 union all select i + 1 from n where i < 500) insert into people select i, '" + gone + "', hex(zeroblob(50)) from n",
		"update people set email = '" + old + "' where id = 250",
		"update people set email = '" + kept + "' where id = 250",
		"delete from people where id <> 250",
	} {
		if err := db.Write(t.Context(), func(tx database.Tx) error { return tx.Gorm().Exec(statement).Error }); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(file, []byte(kept)) || bytes.Contains(file, []byte(gone)) || bytes.Contains(file, []byte(old)) {
		t.Errorf("kept %v, deleted %v, overwritten %v", bytes.Contains(file, []byte(kept)), bytes.Contains(file, []byte(gone)), bytes.Contains(file, []byte(old)))
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
