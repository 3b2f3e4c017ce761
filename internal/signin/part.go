package signin

import (
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
)

// records is what this room tells somebody about herself.
type records struct {
	Browsers      []browserRecord  `json:"browsers"`
	AddressChange *changeRecord    `json:"address_change"`
	Providers     []providerRecord `json:"providers"`
}

type browserRecord struct {
	Device    string    `json:"device"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

type changeRecord struct {
	Email          string     `json:"email"`
	OldConfirmedAt *time.Time `json:"old_confirmed_at"`
	NewConfirmedAt *time.Time `json:"new_confirmed_at"`
	ExpiresAt      time.Time  `json:"expires_at"`
	CreatedAt      time.Time  `json:"created_at"`
}

type providerRecord struct {
	Issuer    string    `json:"issuer"`
	Subject   string    `json:"subject"`
	CreatedAt time.Time `json:"created_at"`
}

// Part is what this room keeps about people: where they are signed in, a change of address that waits, and as whom an
// organisation's provider knows them.
func (s *SignIn) Part() identity.Part {
	return identity.Part{Name: "sign_ins", ExportIn: exportIn, EraseIn: s.eraseIn}
}

func exportIn(tx database.Tx, personID string) (any, error) {
	out := records{Browsers: []browserRecord{}}
	rows, err := signInsOf(tx, personID, time.Time{})
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		out.Browsers = append(out.Browsers, browserRecord{Device: row.Device, CreatedAt: row.CreatedAt, ExpiresAt: row.ExpiresAt})
	}
	c, err := changeOf(tx, personID, false)
	switch {
	case err == nil:
		out.AddressChange = &changeRecord{
			Email: c.Email, OldConfirmedAt: c.OldConfirmedAt, NewConfirmedAt: c.NewConfirmedAt, ExpiresAt: c.ExpiresAt, CreatedAt: c.CreatedAt,
		}
	case !fault.IsKind(err, fault.NotFound):
		return nil, err
	}
	out.Providers, err = providersOf(tx, personID)
	return out, err
}

// eraseIn signs somebody out for good: it deletes all that could let her in again. The journal keeps the ids.
func (s *SignIn) eraseIn(tx database.Tx, _ time.Time, personID string) error {
	if err := s.EndAllIn(tx, personID, ""); err != nil {
		return err
	}
	return deleteOf(tx, personID)
}
