package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"kring/internal/database"
)

// Why an address is not to be written to. Silence is stronger: what asked for silence never becomes merely bounced, and
// no press lifts it.
const (
	// Bounced is an address that a mail server refused for good. A press of a mailed link lifts it: mail arrives there.
	Bounced = "bounced"
	// Silence is an address whose owner said: never write to me again. Only whoever runs the program lifts it.
	Silence = "silence"
)

// SuppressIn notes that an address, in whatever form it is written, is not to be written to, for the reason [Bounced] or
// [Silence]; another reason is a defect and an error. It keeps a salted hash and no address, so that the note outlives
// the person. An address noted already keeps its first instant. What is no address is nothing to note.
func SuppressIn(tx database.Tx, now time.Time, email, reason string) error {
	if reason != Bounced && reason != Silence {
		return fmt.Errorf("%.40q is no reason to suppress an address", reason)
	}
	normal, err := NormaliseEmail(email)
	if err != nil {
		return nil //nolint:nilerr // nobody can be written to at what is no address
	}
	salt, err := makeSalt(tx)
	if err != nil {
		return err
	}
	return suppress(tx, suppressionRow{Hash: addressHash(salt, normal), Reason: reason, CreatedAt: database.Cut(now)})
}

// SuppressedIn answers why an address, in whatever form it is written, is not to be written to: [Bounced], [Silence] or
// "" when nothing stands against it. It takes the same way, and so the same time, for every address.
func SuppressedIn(tx database.Tx, email string) (reason string, err error) {
	reasons, err := SuppressedAmongIn(tx, []string{email})
	return reasons[email], err
}

// SuppressedAmongIn is SuppressedIn for many addresses, with two statements for some hundred of them, and one where
// nothing was ever suppressed; those that nothing stands against are left out.
func SuppressedAmongIn(tx database.Tx, emails []string) (map[string]string, error) {
	salt, err := readSalt(tx)
	if err != nil || salt == "" {
		return nil, err
	}
	byHash := map[string][]string{}
	for _, email := range emails {
		normal, err := NormaliseEmail(email)
		if err != nil {
			normal = "" // no address: looked for like all others, and never found
		}
		hash := addressHash(salt, normal)
		byHash[hash] = append(byHash[hash], email)
	}
	rows, err := suppressionsOf(tx, byHash)
	if err != nil {
		return nil, err
	}
	reasons := make(map[string]string, len(rows))
	for _, row := range rows {
		for _, email := range byHash[row.Hash] {
			reasons[email] = row.Reason
		}
	}
	return reasons, nil
}

// UnsuppressIn lifts what stands against an address, silence too: for whoever runs the program, asked by whoever has the
// address. It says whether there was anything.
func UnsuppressIn(tx database.Tx, email string) (lifted bool, err error) {
	return lift(tx, email, Bounced, Silence)
}

// liftBouncedIn is what a press of a mailed link does.
func liftBouncedIn(tx database.Tx, email string) error {
	_, err := lift(tx, email, Bounced)
	return err
}

func lift(tx database.Tx, email string, reasons ...string) (bool, error) {
	normal, err := NormaliseEmail(email)
	if err != nil {
		return false, nil //nolint:nilerr // nothing stands against what is no address
	}
	salt, err := readSalt(tx)
	if err != nil {
		return false, err
	}
	return unsuppress(tx, addressHash(salt, normal), reasons)
}

// addressHash is SHA-256 over the salt of this database and a normalised address: whoever has a copy of the table cannot
// look addresses up in a list made elsewhere. Who has the database and guesses an address can tell; see docs/privacy.md.
func addressHash(salt, normal string) string {
	hash := sha256.Sum256([]byte(salt + normal)) // the salt's length never changes
	return hex.EncodeToString(hash[:])
}

// makeSalt answers the database's salt and makes it the first time; of several that do so at once one makes it.
func makeSalt(tx database.Tx) (string, error) {
	if salt, err := readSalt(tx); err != nil || salt != "" {
		return salt, err
	}
	var random [sha256.Size]byte
	rand.Read(random[:])
	if err := insertSalt(tx, hex.EncodeToString(random[:])); err != nil {
		return "", err
	}
	return readSalt(tx)
}
