package identity

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// minSecret is how many characters a secret has at least.
const minSecret = 32

// Secrets are the keys that links and member tokens are signed with, the newest first: the first one signs, all are
// accepted. They print as nothing.
type Secrets struct{ keys []string }

// ParseSecrets reads one secret, or several with commas between them and the newest first. Each has at least 32
// characters. The error names every mistake, by position and never by content.
func ParseSecrets(text string) (Secrets, error) {
	var s Secrets
	var mistakes []error
	seen := map[string]bool{}
	for i, key := range strings.Split(text, ",") {
		key = strings.TrimSpace(key)
		switch {
		case len(key) < minSecret:
			mistakes = append(mistakes, fmt.Errorf("secret %d has %d characters, fewer than %d", i+1, len(key), minSecret))
		case seen[key]:
			mistakes = append(mistakes, fmt.Errorf("secret %d stands there twice", i+1))
		}
		seen[key] = true
		s.keys = append(s.keys, key)
	}
	if len(mistakes) > 0 {
		return Secrets{}, errors.Join(mistakes...)
	}
	return s, nil
}

// LoadSecret reads the secrets in a file and makes the file, with one new secret of 256 bits and mode 0600, when there
// is none. Of several processes that do so at once one makes it and all read the same: the file comes into being whole
// or not at all.
func LoadSecret(path string) (Secrets, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeSecret(path); err != nil {
			return Secrets{}, fmt.Errorf("make the secret %s: %w", path, err)
		}
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return Secrets{}, fmt.Errorf("read the secret: %w", err)
	}
	s, err := ParseSecrets(string(text))
	if err != nil {
		return Secrets{}, fmt.Errorf("secret in %s: %w", path, err)
	}
	return s, nil
}

// makeSecret writes a file of another name and links it to its own: a link never replaces what is there.
func makeSecret(path string) error {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // the link keeps the content
	var random [32]byte
	rand.Read(random[:])
	_, err = file.WriteString(hex.EncodeToString(random[:]) + "\n")
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	if err := os.Link(file.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes the new name outlive a power cut, as the content does: a secret lost means dead links in letters
// that are sent already.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// String keeps secrets out of logs.
func (s Secrets) String() string { return fmt.Sprintf("%d secrets", len(s.keys)) }

// GoString is String.
func (s Secrets) GoString() string { return s.String() }

// derive makes a key for one use out of each secret, so that what is signed for one use is void for another.
func (s Secrets) derive(use string) [][]byte {
	keys := make([][]byte, 0, len(s.keys))
	for _, secret := range s.keys {
		keys = append(keys, mac([]byte(secret), []byte(use)))
	}
	return keys
}

// mac is HMAC-SHA-256 (RFC 2104).
func mac(key, message []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(message)
	return h.Sum(nil)
}
