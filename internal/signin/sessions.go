package signin

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/identity"
)

const (
	// CookieName is that of the cookie. Browsers keep __Host- to one host, TLS and the whole site (RFC 6265bis, 4.1.3.2).
	CookieName = "__Host-kring"

	signedInFor = 30 * 24 * time.Hour // machine time, used or not
	cookieSize  = 43                  // base64url of the 32 random bytes that scs takes
)

// The values that scs keeps of a sign-in.
const (
	valueSignIn = "sign_in" // the id of the row
	valuePerson = "person"
	valueDevice = "device"
)

// newSessions makes scs as we use it: without its middleware, without an idle timeout (a GET writes nothing), over a
// store of our own that sees hashes only. scs.New would start a goroutine that nobody ends.
func newSessions(db *database.DB, c *clock.Clock) *scs.SessionManager {
	return &scs.SessionManager{
		Lifetime: signedInFor, HashTokenInStore: true, Store: shelf{db, c}, Codec: codec{},
		Cookie: scs.SessionCookie{
			Name: CookieName, HttpOnly: true, Secure: true, SameSite: http.SameSiteLaxMode, Path: "/", Persist: true,
		},
	}
}

// codec writes what scs keeps as a JSON object of strings. Nothing in it can make a decoder do more than read strings.
type codec struct{}

// kept is what a row keeps of a sign-in for scs.
type kept struct {
	Until  time.Time         `json:"until"`
	Values map[string]string `json:"values"`
}

// Encode is asked by scs.
func (codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	k := kept{Until: database.Cut(deadline), Values: make(map[string]string, len(values))}
	for name, value := range values {
		text, ok := value.(string)
		if !ok {
			return nil, fmt.Errorf("sign-in: %s is no string", name)
		}
		k.Values[name] = text
	}
	return json.Marshal(k)
}

// Decode is asked by scs.
func (codec) Decode(raw []byte) (time.Time, map[string]any, error) {
	k, err := readKept(raw)
	values := make(map[string]any, len(k.Values))
	for name, value := range k.Values {
		values[name] = value
	}
	return k.Until, values, err
}

func readKept(raw []byte) (kept, error) {
	var k kept
	if err := json.Unmarshal(raw, &k); err != nil {
		return kept{}, fmt.Errorf("sign-in: unreadable: %w", err)
	}
	return k, nil
}

// shelf is where scs keeps sign-ins: the table sign_ins. What it is handed are hashes (HashTokenInStore).
type shelf struct {
	db    *database.DB
	clock *clock.Clock
}

// FindCtx is asked by scs: what is kept under a hash and has not expired.
func (s shelf) FindCtx(ctx context.Context, hash string) (data []byte, found bool, err error) {
	err = s.db.Read(ctx, func(tx database.Tx) error {
		row, ok, err := signInByHash(tx, hash)
		data, found = []byte(row.Data), ok && s.clock.Machine().Before(row.ExpiresAt)
		return err
	})
	return data, found && err == nil, err
}

// CommitCtx is asked by scs: somebody signs in. Who was erased in this very moment does not: Unauthenticated "signed-out".
func (s shelf) CommitCtx(ctx context.Context, hash string, data []byte, expiry time.Time) error {
	k, err := readKept(data)
	if err != nil {
		return err
	}
	row := signInRow{
		ID: k.Values[valueSignIn], TokenHash: hash, PersonID: k.Values[valuePerson], Data: string(data), Device: k.Values[valueDevice],
		CreatedAt: s.clock.Machine(), ExpiresAt: expiry,
	}
	return s.db.Write(ctx, func(tx database.Tx) error {
		if _, err := alive(identity.LockIn(tx, row.PersonID)); err != nil {
			return err
		}
		if err := insertSignIn(tx, row); err != nil {
			return err
		}
		return note(tx, s.clock.Now(), "signed-in", row.PersonID, row.ID)
	})
}

// DeleteCtx is asked by scs: somebody signs out.
func (s shelf) DeleteCtx(ctx context.Context, hash string) error {
	return s.db.Write(ctx, func(tx database.Tx) error {
		row, found, err := signInByHash(tx, hash)
		if err != nil || !found {
			return err
		}
		return end(tx, s.clock.Now(), row)
	})
}

// Find is FindCtx for callers of scs without a context, of which there are none.
func (s shelf) Find(hash string) ([]byte, bool, error) { return s.FindCtx(context.Background(), hash) }

// Commit is CommitCtx without a context.
func (s shelf) Commit(hash string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), hash, data, expiry)
}

// Delete is DeleteCtx without a context.
func (s shelf) Delete(hash string) error { return s.DeleteCtx(context.Background(), hash) }
