package identity

import (
	"crypto/hmac"
	"encoding/base32"
	"encoding/binary"

	"github.com/google/uuid"
)

// Stable tokens are words that stand in addresses for years: the organiser of a calendar entry, the address of a feed.
// They are made anew from the row each time, so nothing secret is stored; who renews one raises the row's epoch. They
// are 52 characters of a-z and 2-7, so that they survive mail servers that fold the case and fit into the local part of a
// mail address (64 octets, RFC 5321, 4.5.3.1.1).

const stableUse = "kring stable 1"

var stableText = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Stable answers the token for a row and a purpose. Ids come from our database: it panics on others.
func (l *Links) Stable(purpose, rowID string, epoch int) string {
	return stableText.EncodeToString(append(idBytes(rowID), stableMAC(l.stable[0], purpose, rowID, epoch)...))
}

// StableID is the row that a token says it is for, and false for what is no token. It proves nothing: the row is read for
// its epoch, and then [Links.IsStable] decides.
func (l *Links) StableID(token string) (rowID string, ok bool) {
	raw, err := stableText.DecodeString(token)
	if err != nil || len(raw) != uuidSize+macSize {
		return "", false
	}
	return uuid.UUID(raw[:uuidSize]).String(), true
}

// IsStable says whether the token is the one of the row, by any of our secrets.
func (l *Links) IsStable(token, purpose, rowID string, epoch int) bool {
	raw, err := stableText.DecodeString(token)
	if err != nil || len(raw) != uuidSize+macSize || uuid.UUID(raw[:uuidSize]).String() != rowID {
		return false
	}
	for _, key := range l.stable {
		if hmac.Equal(raw[uuidSize:], stableMAC(key, purpose, rowID, epoch)) {
			return true
		}
	}
	return false
}

func stableMAC(key []byte, purpose, rowID string, epoch int) []byte {
	message := append([]byte{byte(len(purpose))}, purpose...)
	message = append(message, idBytes(rowID)...)
	return mac(key, binary.AppendUvarint(message, uint64(epoch)))[:macSize]
}
