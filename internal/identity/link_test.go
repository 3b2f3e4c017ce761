package identity_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/testkit"
)

const (
	oldSecret = "the first secret of thirty-two characters"
	newSecret = "the second secret of thirty-two characters"
)

func secrets(t testing.TB, text string) identity.Secrets {
	t.Helper()
	s, err := identity.ParseSecrets(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func links(t testing.TB, text string) *identity.Links { return identity.NewLinks(secrets(t, text)) }

func somebody() identity.Person { return identity.Person{ID: database.NewID(), LinkEpoch: 300} }

func TestALinkSaysWhatWasSigned(t *testing.T) {
	l, person, row := links(t, newSecret), somebody(), database.NewID()
	until := time.Date(2026, 10, 25, 1, 30, 0, 999, time.UTC)
	for _, tt := range []struct {
		name, raw, purpose, rowID string
		expiresAt                 time.Time
	}{
		{"about a row", l.Sign("seat", row, person), "seat", row, time.Time{}},
		{"about the person alone", l.Sign("me", "", person), "me", "", time.Time{}},
		{"with an expiry, in seconds", l.SignUntil("confirm-application", row, person, until), "confirm-application", row, until.Truncate(time.Second)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := l.Verify(tt.raw)
			if err != nil || got.Purpose != tt.purpose || got.RowID != tt.rowID || got.PersonID != person.ID ||
				got.Epoch != 300 || !got.ExpiresAt.Equal(tt.expiresAt) || len(got.KeyID) != 4 {
				t.Errorf("got %+v, %v", got, err)
			}
			if len(tt.raw) > 110 || strings.Trim(tt.raw, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
				t.Errorf("%d characters: %s", len(tt.raw), tt.raw)
			}
		})
	}
}

func TestTheNewestSecretSignsAndAllAreAccepted(t *testing.T) {
	person := somebody()
	before, during, after := links(t, oldSecret), links(t, newSecret+" , "+oldSecret), links(t, newSecret)
	old, young := before.Sign("me", "", person), during.Sign("me", "", person)
	if _, err := during.Verify(old); err != nil {
		t.Errorf("the old link during the change: %v", err)
	}
	if _, err := after.Verify(young); err != nil {
		t.Errorf("the new link after it: %v", err)
	}
	if _, err := after.Verify(old); !fault.HasCode(err, "link-unknown") {
		t.Errorf("the old link after it: %v", err)
	}
}

func TestNoBitOfALinkMayChange(t *testing.T) {
	l := links(t, newSecret)
	raw := l.Sign("me", database.NewID(), somebody())
	signed, err := base64.RawURLEncoding.DecodeString(raw)
	if err != nil {
		t.Fatal(err)
	}
	for bit := range len(signed) * 8 {
		signed[bit/8] ^= 1 << (bit % 8)
		if _, err := l.Verify(base64.RawURLEncoding.EncodeToString(signed)); !fault.IsKind(err, fault.NotFound) {
			t.Fatalf("bit %d changed: %v", bit, err)
		}
		signed[bit/8] ^= 1 << (bit % 8)
	}
	for _, bad := range []string{"", "x", raw + "A", raw[1:], raw + "=", raw[:len(raw)-1], strings.Repeat("A", 10000), raw + "\n"} {
		if _, err := l.Verify(bad); !fault.HasCode(err, "link-unknown") {
			t.Errorf("%.20q: %v", bad, err)
		}
	}
}

func TestWhatIsSignedForOneUseIsVoidForAnother(t *testing.T) {
	s := secrets(t, newSecret)
	token, _ := identity.NewTokens(nil, machineClock(), s).MemberToken(somebody())
	if _, err := identity.NewLinks(s).Verify(strings.TrimPrefix(token, "krm_")); !fault.HasCode(err, "link-unknown") {
		t.Errorf("a member token as a link: %v", err)
	}
}

func TestALinkHoldsUntil(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		l, anke := links(t, newSecret), ensure(t, db, "anke@example.org")
		open := func(raw string, at time.Time) error {
			_, err := try(t, db, func(tx database.Tx) (identity.Person, error) {
				_, p, err := l.OpenIn(tx, at, raw)
				if err == nil && p.ID != anke.ID {
					t.Errorf("somebody else's link: %+v", p)
				}
				return p, err
			})
			return err
		}
		forever, dated := l.Sign("me", "", anke), l.SignUntil("me", "", anke, now.Add(72*time.Hour))
		if err := open(forever, now.AddDate(10, 0, 0)); err != nil {
			t.Errorf("without an expiry: %v", err)
		}
		if err := open(dated, now.Add(72*time.Hour-2*time.Second)); err != nil {
			t.Errorf("before its expiry: %v", err)
		}
		if err := open(dated, now.Add(72*time.Hour)); !fault.HasCode(err, "link-expired") {
			t.Errorf("at its expiry: %v", err)
		}
		raised := write(t, db, func(tx database.Tx) (identity.Person, error) { return identity.RaiseLinkEpochIn(tx, now, anke.ID) })
		if err := open(forever, now); !fault.HasCode(err, "link-expired") {
			t.Errorf("after the epoch was raised: %v", err)
		}
		if err := open(l.Sign("me", "", raised), now); err != nil {
			t.Errorf("of the new epoch: %v", err)
		}
		if err := open(l.Sign("me", "", somebody()), now); !fault.HasCode(err, "link-expired") {
			t.Errorf("of somebody who is gone: %v", err)
		}
	})
}

func TestSignPanicsOnWhatIsNoPurpose(t *testing.T) {
	l := links(t, newSecret)
	for _, purpose := range []string{"", "Seat", "a purpose", strings.Repeat("a", 25)} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q was signed", purpose)
				}
			}()
			l.Sign(purpose, "", somebody())
		}()
	}
}

func FuzzVerify(f *testing.F) {
	l := links(f, newSecret)
	f.Add(l.Sign("me", "", somebody()))
	f.Add(l.SignUntil("seat", database.NewID(), somebody(), now))
	f.Add("")
	f.Fuzz(func(t *testing.T, raw string) {
		link, err := l.Verify(raw)
		if err == nil && (link.PersonID == "" || link.Purpose == "") {
			t.Errorf("%q gives %+v", raw, link)
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	l := links(b, newSecret)
	raw := l.Sign("seat", database.NewID(), somebody())
	for b.Loop() {
		if _, err := l.Verify(raw); err != nil {
			b.Fatal(err)
		}
	}
}
