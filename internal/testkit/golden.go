package testkit

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write golden files anew instead of comparing with them")

// Golden compares got with testdata/<name> of the package under test. Run the
// test with -update to write the file; then read the difference before committing.
func Golden(t testing.TB, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", filepath.FromSlash(name))
	if *update {
		writeGolden(t, path, got)
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Errorf("%v (run the test with -update to write it)", err)
		return
	}
	if bytes.Equal(got, want) {
		return
	}
	line, was, is := firstDifference(want, got)
	t.Errorf("%s differs from line %d on (run with -update to accept):\n want %q\n got  %q", path, line, was, is)
}

func writeGolden(t testing.TB, path string, got []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, got, 0o644); err != nil {
		t.Fatal(err)
	}
}

func firstDifference(want, got []byte) (line int, was, is []byte) {
	a, b := bytes.Split(want, []byte("\n")), bytes.Split(got, []byte("\n"))
	for i := 0; i < len(a) || i < len(b); i++ {
		was, is = nil, nil
		if i < len(a) {
			was = a[i]
		}
		if i < len(b) {
			is = b[i]
		}
		if i >= len(a) || i >= len(b) || !bytes.Equal(was, is) {
			return i + 1, was, is
		}
	}
	return 0, nil, nil
}
