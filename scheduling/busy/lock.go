package busy

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"net/url"

	"kring/internal/identity"
)

// lockUse names the keys that addresses are locked with; raise its number when the way of locking changes.
const lockUse = "kring calendar address 1"

// locks keep addresses of calendars from who reads the database alone: a copy of it opens nobody's calendar. One for
// each of our secrets, the newest first: that one locks, all open.
type locks []cipher.AEAD

func newLocks(s identity.Secrets) locks {
	var all locks
	for _, key := range s.Derive(lockUse) {
		all = append(all, sealer(key))
	}
	return all
}

// sealer is AES-256-GCM (NIST SP 800-38D).
func sealer(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // a derived key has 32 bytes
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // AES has blocks of 16 bytes
	}
	return aead
}

// lock locks an address for the row of a person; in another row it does not open.
func (l locks) lock(personID, address string) string {
	return base64.RawURLEncoding.EncodeToString(l[0].Seal(nil, nil, []byte(address), []byte(personID)))
}

// open answers the address in a row, and false when none of our secrets opens it.
func (l locks) open(row calendarRow) (string, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(row.Address)
	if err != nil {
		return "", false
	}
	for _, aead := range l {
		if address, err := aead.Open(nil, nil, raw, []byte(row.PersonID)); err == nil {
			return string(address), true
		}
	}
	return "", false
}

// host is where the calendar of a row lies, "" when its address is lost.
func (l locks) host(row calendarRow) string {
	address, _ := l.open(row)
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
