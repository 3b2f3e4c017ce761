package identity

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"time"

	"github.com/google/uuid"

	"kring/internal/database"
	"kring/internal/fault"
)

const (
	linkUse     = "kring link 1"
	maxPurpose  = 24 // bytes
	uuidSize    = 16
	linkBytes   = uuidSize * 2
	zeroSeconds = 0 // in the place of an expiry: none
)

// Links signs and verifies what a letter's buttons carry: which row a button is about, what for, and whose it is.
// Nothing is stored; a link dies with its expiry, with the link epoch of its person, or with the secret it was signed
// with. It may be used from several goroutines.
type Links struct {
	signer signer
	stable [][]byte // keys of [Links.Stable], newest first
}

// Link is what a verified token says. It is not yet known to be current: see [Link.Check].
type Link struct {
	// Purpose is what the link is for, a constant of the room that signed it.
	Purpose string
	// RowID is the row that the link is about, or "" when it is about the person alone.
	RowID    string
	PersonID string
	// Epoch is the person's link epoch when the link was signed.
	Epoch int
	// ExpiresAt is product time, whole seconds; zero when the link lives as long as its epoch.
	ExpiresAt time.Time
	// KeyID names the secret that signed it, in hexadecimal.
	KeyID string
}

// NewLinks makes Links that sign with the newest secret and accept all.
func NewLinks(s Secrets) *Links {
	return &Links{signer: newSigner(s, linkUse), stable: s.derive(stableUse)}
}

// Sign answers a token for a person about a row ("" for none), without an expiry: about 80 URL-safe characters. The
// purpose is a constant of up to 24 lower-case letters and hyphens. Ids come from our database: it panics on others.
func (l *Links) Sign(purpose, rowID string, person Person) string {
	return l.SignUntil(purpose, rowID, person, time.Time{})
}

// SignUntil is Sign with an expiry in product time, cut to seconds; a zero expiry is none.
func (l *Links) SignUntil(purpose, rowID string, person Person, expiresAt time.Time) string {
	if !isPurpose(purpose) {
		panic("identity: a link's purpose is 1 to 24 lower-case letters and hyphens")
	}
	message := append([]byte{byte(len(purpose))}, purpose...)
	message = append(message, idBytes(rowID)...)
	message = append(message, idBytes(person.ID)...)
	message = binary.AppendUvarint(message, uint64(person.LinkEpoch))
	if expiresAt.IsZero() {
		return l.signer.sign(binary.AppendUvarint(message, zeroSeconds))
	}
	return l.signer.sign(binary.AppendUvarint(message, uint64(expiresAt.Unix())))
}

// Verify answers what a token says when one of our keys signed it, else the fault NotFound with the code
// "link-unknown". Whether the link still holds is for [Link.Check], with the person read in the same breath;
// [Links.OpenIn] does both.
func (l *Links) Verify(raw string) (Link, error) {
	message, keyID, err := l.signer.open(raw)
	if err != nil {
		return Link{}, fault.New(fault.NotFound, "link-unknown").Because(err)
	}
	link, err := readLink(message)
	if err != nil {
		return Link{}, fault.New(fault.NotFound, "link-unknown").Because(err)
	}
	link.KeyID = hex.EncodeToString(keyID[:])
	return link, nil
}

// Check says whether the link still holds for its person at an instant of product time. It answers the fault NotFound
// with the code "link-expired" when it ran out, when the person's link epoch has moved on, or when the person was
// erased.
func (link Link) Check(person Person, now time.Time) error {
	expired := !link.ExpiresAt.IsZero() && !now.Before(link.ExpiresAt)
	if expired || link.PersonID != person.ID || link.Epoch != person.LinkEpoch || person.ErasedAt != nil {
		return fault.New(fault.NotFound, "link-expired")
	}
	return nil
}

// OpenIn verifies a token, reads its person and checks that the link still holds: the whole way of a pressed button. It
// answers the faults of Verify and Check; a person who is gone is a link that expired.
func (l *Links) OpenIn(tx database.Tx, now time.Time, raw string) (Link, Person, error) {
	link, err := l.Verify(raw)
	if err != nil {
		return Link{}, Person{}, err
	}
	person, err := FindIn(tx, link.PersonID)
	if err != nil && !fault.IsKind(err, fault.NotFound) {
		return Link{}, Person{}, err
	}
	if err := link.Check(person, now); err != nil {
		return Link{}, Person{}, err
	}
	return link, person, nil
}

var errLink = errors.New("signed by us, and no link")

func readLink(message []byte) (Link, error) {
	if len(message) == 0 || len(message) < 1+int(message[0])+linkBytes {
		return Link{}, errLink
	}
	purpose, rest := string(message[1:1+message[0]]), message[1+message[0]:]
	link := Link{Purpose: purpose, RowID: idText(rest[:uuidSize]), PersonID: idText(rest[uuidSize:linkBytes])}
	epoch, n := binary.Uvarint(rest[linkBytes:])
	if n <= 0 {
		return Link{}, errLink
	}
	seconds, m := binary.Uvarint(rest[linkBytes+n:])
	if m <= 0 || len(rest) != linkBytes+n+m || !isPurpose(purpose) {
		return Link{}, errLink
	}
	link.Epoch = int(epoch)
	if seconds != zeroSeconds {
		link.ExpiresAt = time.Unix(int64(seconds), 0).UTC()
	}
	return link, nil
}

func isPurpose(purpose string) bool {
	for _, r := range purpose {
		if r != '-' && (r < 'a' || r > 'z') {
			return false
		}
	}
	return purpose != "" && len(purpose) <= maxPurpose
}

func idBytes(id string) []byte {
	if id == "" {
		return make([]byte, uuidSize)
	}
	parsed := uuid.MustParse(id)
	return parsed[:]
}

func idText(raw []byte) string {
	id := uuid.UUID(raw)
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}
