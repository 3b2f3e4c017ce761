package identity

import (
	"crypto/hmac"
	"encoding/base64"
	"errors"
)

const (
	keyIDSize = 2  // bytes; keys that share an id by chance are both tried
	macSize   = 16 // bytes of the HMAC that are kept: 128 bits
	maxSigned = 256
)

var errSigned = errors.New("not signed by one of our keys")

// signer signs short messages for one use. What it writes is base64url of key id, message and truncated HMAC over both.
type signer struct{ keys []signingKey }

type signingKey struct {
	id  [keyIDSize]byte
	key []byte
}

func newSigner(s Secrets, use string) signer {
	var out signer
	for _, key := range s.derive(use) {
		k := signingKey{key: key}
		copy(k.id[:], mac(key, []byte("key id")))
		out.keys = append(out.keys, k)
	}
	return out
}

// sign signs with the newest key.
func (s signer) sign(message []byte) string {
	k := s.keys[0]
	signed := append(k.id[:], message...)
	signed = append(signed, mac(k.key, signed)[:macSize]...)
	return base64.RawURLEncoding.EncodeToString(signed)
}

// open answers the message and the id of the key it was signed with. It compares in constant time and reads nothing of
// the message before. A message has one writing: the decoder's kindness to line breaks is not ours.
func (s signer) open(raw string) (message []byte, keyID [keyIDSize]byte, err error) {
	if len(raw) > maxSigned {
		return nil, keyID, errSigned
	}
	signed, err := base64.RawURLEncoding.Strict().DecodeString(raw)
	if err != nil || len(signed) < keyIDSize+macSize || len(raw) != base64.RawURLEncoding.EncodedLen(len(signed)) {
		return nil, keyID, errSigned
	}
	body, tag := signed[:len(signed)-macSize], signed[len(signed)-macSize:]
	for _, k := range s.keys {
		if [keyIDSize]byte(body) == k.id && hmac.Equal(tag, mac(k.key, body)[:macSize]) {
			return body[keyIDSize:], k.id, nil
		}
	}
	return nil, keyID, errSigned
}
