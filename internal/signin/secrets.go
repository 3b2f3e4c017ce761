package signin

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"kring/internal/identity"
)

const (
	keysUse    = "kring sign-in letters 1"
	linkBytes  = 20 // 160 bits
	codeDigits = 6
	codes      = 1_000_000
)

// linkSize is how many characters the token of a link has.
var linkSize = base64.RawURLEncoding.EncodedLen(linkBytes)

// keys make what a sign-in letter says out of the id of its request, so that the letter can be written anew at each try
// while the database keeps hashes. The newest comes first; a letter keeps to the key that it was asked for with.
type keys [][]byte

func newKeys(s identity.Secrets) keys { return s.Derive(keysUse) }

// said is what one letter says.
type said struct{ token, code string }

// say derives what the letter of a request says with a key.
func say(key []byte, requestID string) said {
	number := binary.BigEndian.Uint64(sum(key, "code", requestID)) % codes
	return said{
		token: base64.RawURLEncoding.EncodeToString(sum(key, "link", requestID)[:linkBytes]),
		code:  fmt.Sprintf("%0*d", codeDigits, number),
	}
}

// hashes are what the row of a new request keeps.
func (k keys) hashes(requestID string) (link, code string) {
	s := say(k[0], requestID)
	return hashLink(s.token), hashCode(k[0], requestID, s.code)
}

// letter answers what the letter of a request says; false when the secret that it was asked for with is gone.
func (k keys) letter(r request) (said, bool) {
	for _, key := range k {
		if s := say(key, r.ID); same(hashLink(s.token), r.LinkHash) {
			return s, true
		}
	}
	return said{}, false
}

// matches says whether a code is that of the request. It takes the same time for every code.
func (k keys) matches(r request, code string) bool {
	right := false
	for _, key := range k {
		right = same(hashCode(key, r.ID, code), r.CodeHash) || right
	}
	return right
}

// hashLink is enough for 160 random bits.
func hashLink(token string) string {
	hash := sha256.Sum256([]byte(token))
	return hex.EncodeToString(hash[:])
}

// hashCode is keyed: who has the database and no secret would try a million codes in a second.
func hashCode(key []byte, requestID, code string) string {
	return hex.EncodeToString(sum(key, "hash", requestID, code))
}

func sum(key []byte, parts ...string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(strings.Join(parts, "\x00")))
	return h.Sum(nil)
}

func same(a, b string) bool { return hmac.Equal([]byte(a), []byte(b)) }

// readCode answers the six digits that somebody typed, also with spaces or hyphens between them, and false for what
// cannot be a code. It looks at a few characters, however many there are.
func readCode(typed string) (string, bool) {
	const most = 2 * codeDigits
	typed = strings.TrimSpace(typed[:min(len(typed), most+1)])
	if len(typed) > most {
		return "", false
	}
	digits := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\u00a0' {
			return -1
		}
		return r
	}, typed)
	if len(digits) != codeDigits || strings.Trim(digits, "0123456789") != "" {
		return "", false
	}
	return digits, true
}
