package signin

import (
	"strings"
	"testing"

	"kring/internal/database"
	"kring/internal/identity"
)

func TestWhatALetterSaysIsItsOwn(t *testing.T) {
	w := newKeys(got(identity.ParseSecrets(firstSecret))(t))
	seen := map[string]bool{}
	codes := map[string]int{}
	for range 1000 {
		id := database.NewID()
		s := say(w[0], id)
		if len(s.token) != linkSize || len(s.code) != codeDigits || s != say(w[0], id) || seen[s.token] {
			t.Fatalf("%+v", s)
		}
		seen[s.token] = true
		codes[s.code]++
		if link, code := w.hashes(id); link == s.token || len(link) != 64 || len(code) != 64 {
			t.Fatalf("%s %s", link, code)
		}
	}
	if len(codes) < 950 {
		t.Errorf("%d codes in 1000 letters", len(codes))
	}
}

func FuzzReadCode(f *testing.F) {
	for _, typed := range []string{"123456", " 123 456\n", "123-456", "１２３４５６", "12345", "+12345", ""} {
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code, isCode := readCode(typed)
		if !isCode {
			return
		}
		if len(code) != codeDigits || strings.Trim(code, "0123456789") != "" {
			t.Errorf("%q is read as %q", typed, code)
		}
		if again, _ := readCode(code); again != code {
			t.Errorf("%q is read as %q", code, again)
		}
	})
}
