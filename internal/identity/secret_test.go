package identity_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"kring/internal/identity"
)

func TestParseSecretsNamesEveryMistakeAndNoSecret(t *testing.T) {
	_, err := identity.ParseSecrets("short,," + newSecret + "," + newSecret)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"secret 1 has 5 characters", "secret 2 has 0 characters", "secret 4 stands there twice"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no mention of %q in %v", want, err)
		}
	}
	if strings.Contains(err.Error(), "short,") || strings.Contains(err.Error(), newSecret) {
		t.Errorf("a secret in %v", err)
	}
}

func TestSecretsPrintAsNothing(t *testing.T) {
	s := secrets(t, newSecret+","+oldSecret)
	if text := fmt.Sprintf("%v %+v %#v %s", s, s, s, s); strings.Contains(text, "secret of") {
		t.Error(text)
	}
}

// Twenty at once stand for processes that start together: they share nothing but the file.
func TestASecretIsMadeOnce(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "kring.db.secret")
	var wg sync.WaitGroup
	signed := make([]string, 20)
	person := somebody()
	for i := range signed {
		wg.Go(func() {
			s, err := identity.LoadSecret(path)
			if err != nil {
				t.Error(err)
				return
			}
			signed[i] = identity.NewLinks(s).Sign("me", "", person)
		})
	}
	wg.Wait()
	for _, other := range signed {
		if other != signed[0] {
			t.Fatal("two secrets were made")
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() != 65 {
		t.Errorf("%v, %v", info, err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 1 {
		t.Errorf("left in the folder: %v, %v", left, err)
	}
}

func TestASecretThatIsThereIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(newSecret+",\n"+oldSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := identity.LoadSecret(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := identity.NewLinks(s).Verify(links(t, oldSecret).Sign("me", "", somebody())); err != nil {
		t.Error(err)
	}
}

func TestASecretThatCannotBeUsedIsNotReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := identity.LoadSecret(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	if _, err := identity.LoadSecret(filepath.Join(path, "nowhere")); err == nil {
		t.Error("no error for a folder that does not exist")
	}
}
