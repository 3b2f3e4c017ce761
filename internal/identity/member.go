package identity

import (
	"context"
	"encoding/binary"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
)

const (
	memberUse    = "kring member token 1"
	memberPrefix = "krm_"
	memberFor    = time.Hour

	// MemberTokenID stands in Actor.TokenID for a member token, which has no row.
	MemberTokenID = "member"
)

// MemberToken answers a bearer token for an hour of machine time, for a page on which somebody acts as a member of her
// own circles. It has no row; it dies with the person's link epoch, as her links do.
func (t *Tokens) MemberToken(person Person) (raw string, expiresAt time.Time) {
	expiresAt = t.clock.Machine().Add(memberFor).Truncate(time.Second)
	message := idBytes(person.ID)
	message = binary.AppendUvarint(message, uint64(person.LinkEpoch))
	message = binary.AppendUvarint(message, uint64(expiresAt.Unix()))
	return memberPrefix + t.signer.sign(message), expiresAt
}

// authenticateMember reads the person each time, so that an epoch raised anywhere holds at once.
func (t *Tokens) authenticateMember(ctx context.Context, raw string) (Actor, error) {
	message, _, err := t.signer.open(raw)
	if err != nil || len(message) < uuidSize {
		return Actor{}, refused()
	}
	epoch, n := binary.Uvarint(message[uuidSize:])
	if n <= 0 {
		return Actor{}, refused()
	}
	seconds, m := binary.Uvarint(message[uuidSize+n:])
	if m <= 0 || len(message) != uuidSize+n+m || !t.clock.Machine().Before(time.Unix(int64(seconds), 0)) {
		return Actor{}, refused()
	}
	var p Person
	err = t.db.Read(ctx, func(tx database.Tx) (err error) {
		p, err = FindIn(tx, idText(message[:uuidSize]))
		return err
	})
	switch {
	case err == nil && p.LinkEpoch == int(epoch) && p.ErasedAt == nil:
		return Actor{PersonID: p.ID, Scopes: memberScopes(), TokenID: MemberTokenID, MemberOnly: true}, nil
	case err == nil || fault.IsKind(err, fault.NotFound):
		return Actor{}, refused()
	}
	return Actor{}, err
}
