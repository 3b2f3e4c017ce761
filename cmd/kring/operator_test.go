package main

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"kring/circles"
	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/testkit"
)

// A facilitator who was added by her address gets in by a token that the operator hands her, and an owner who lost hers.
func TestTheOperatorIssuesATokenForSomebodyWhoIsThere(t *testing.T) {
	testkit.Unmigrated(t, func(t *testing.T, url string) {
		env := settingsFor(url)
		r := serving(t, env...)
		status, body := r.ask(http.MethodPost, "/api/v1/programmes", map[string]any{
			"name": "Pilot", "purpose": "Elkaar leren kennen.", "guide_set": "wol", "language": "nl", "zone": "Europe/Brussels",
		})
		var programme struct{ ID string }
		if err := json.Unmarshal([]byte(body), &programme); err != nil || status != http.StatusCreated {
			t.Fatalf("%d %s %v", status, body, err)
		}
		status, body = r.ask(http.MethodPost, "/api/v1/programmes/"+programme.ID+"/facilitators", map[string]any{
			"email": "fien@example.org", "name": "Fien",
		})
		if status != http.StatusCreated {
			t.Fatalf("%d %s", status, body)
		}
		facilitates(t, url, programme.ID, "fien@example.org")
		for _, address := range []string{"els@example.org", " Fien@Example.org"} {
			code, out, errs := kring(t, env, "token", "--email", address)
			r.token = tokenIn(out)
			if code != 0 || r.token == "" {
				t.Fatalf("exit code %d, %s%s", code, out, errs)
			}
			if status, body := r.get("/api/v1/programmes"); status != http.StatusOK || !strings.Contains(body, "Pilot") {
				t.Errorf("%s: %d %s", address, status, body)
			}
		}
		code, out, errs := kring(t, env, "token", "--email=fien@example.org", "--name=report", "--days=7", "--scopes=me,tokens:write")
		r.token = tokenIn(out)
		if code != 0 {
			t.Fatalf("exit code %d, %s", code, errs)
		}
		if status, _ := r.get("/api/v1/programmes"); status != http.StatusForbidden {
			t.Errorf("without the scope: %d", status)
		}
		if status, body := r.get("/api/v1/tokens"); status != http.StatusOK || !strings.Contains(body, `"report"`) || !strings.Contains(body, `"expires_at":"20`) {
			t.Errorf("%d %s", status, body)
		}
	})
}

// facilitates takes the invitation to facilitate a programme.
func facilitates(t *testing.T, url, programmeID, address string) {
	t.Helper()
	db := testkit.Open(t, url)
	var p identity.Person
	err := db.Read(t.Context(), func(tx database.Tx) (err error) {
		p, err = identity.ByEmailIn(tx, address)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	actor := identity.Actor{PersonID: p.ID, Scopes: identity.Scopes()}
	registry := circles.NewRegistry(circles.Options{DB: db, Clock: clock.System()})
	if _, err := registry.AcceptFacilitation(t.Context(), actor, programmeID); err != nil {
		t.Fatal(err)
	}
}

func TestTokensThatAreNotIssued(t *testing.T) {
	empty := t.TempDir() + "/kring.db"
	url := testkit.SQLite(t)
	serving(t, settingsFor(url)...)
	for name, c := range map[string]struct {
		url  string
		args []string
		code int
		want string
	}{
		"for nobody":                      {url, nil, 2, "--email"},
		"for somebody who is not there":   {url, []string{"--email=wim@example.org"}, 1, "nobody has the address wim@example.org"},
		"with a scope that is none":       {url, []string{"--email=els@example.org", "--scopes=all"}, 1, "unknown-scope"},
		"where there is no database":      {"file:" + empty, []string{"--email=els@example.org"}, 1, "no database"},
		"with settings that are mistaken": {"mysql://x", []string{"--email=els@example.org"}, 2, "KRING_DATABASE_URL"},
	} {
		t.Run(name, func(t *testing.T) {
			code, out, errs := kring(t, settingsFor(c.url), append([]string{"token"}, c.args...)...)
			if code != c.code || !strings.Contains(errs, c.want) || tokenIn(out) != "" {
				t.Errorf("exit code %d, %s%s", code, out, errs)
			}
		})
	}
	if _, err := os.Stat(empty); err == nil {
		t.Error("a database was made")
	}
}

func TestTheOperatorHandsTheInstallationOver(t *testing.T) {
	testkit.Unmigrated(t, func(t *testing.T, url string) {
		env := settingsFor(url)
		r := serving(t, env...)
		els := r.token
		db := testkit.Open(t, url)
		err := db.Write(t.Context(), func(tx database.Tx) error {
			for _, address := range []string{"an@example.org", "bea@example.org"} {
				p, err := identity.EnsureIn(tx, clock.System().Now(), identity.Person{Email: address, Name: "An", LetterLanguage: "nl", Zone: "Europe/Brussels"})
				if err == nil && p.Email == "an@example.org" {
					_, err = identity.ConfirmAddressIn(tx, clock.System().Now(), p.ID)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for address, want := range map[string]string{"wim@example.org": "nobody has the address wim@example.org", "bea@example.org": "never pressed a link"} {
			if code, out, errs := kring(t, env, "owner", "--email", address); code != 1 || !strings.Contains(errs, want) {
				t.Errorf("%s: exit code %d, %s%s", address, code, out, errs)
			}
		}
		for range 2 { // the second time nothing changes
			if code, out, errs := kring(t, env, "owner", "--email", "An@example.org"); code != 0 || !strings.Contains(out, "an@example.org") {
				t.Errorf("exit code %d, %s%s", code, out, errs)
			}
		}
		if n := journalled(t, db, "owner-changed"); n != 1 {
			t.Errorf("%d lines in the journal", n)
		}
		_, out, _ := kring(t, env, "token", "--email=an@example.org")
		again := serving(t, env...) // nothing is remembered of who was whose
		programme := map[string]any{"name": "Pilot", "purpose": "Elkaar leren kennen.", "guide_set": "wol", "language": "nl", "zone": "Europe/Brussels"}
		again.token = tokenIn(out)
		if status, body := again.ask(http.MethodPost, "/api/v1/programmes", programme); status != http.StatusCreated {
			t.Errorf("the new owner: %d %s", status, body)
		}
		again.token = els
		if status, body := again.ask(http.MethodPost, "/api/v1/programmes", programme); status != http.StatusForbidden {
			t.Errorf("the old one: %d %s", status, body)
		}
	})
}

// journalled counts the lines of the journal with an action.
func journalled(t *testing.T, db *database.DB, action string) (n int64) {
	t.Helper()
	err := db.Read(t.Context(), func(tx database.Tx) error {
		return tx.Gorm().Table("journal").Where("action = ?", action).Count(&n).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTheOperatorLetsKringWriteAgain(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		now := clock.System().Now()
		err := db.Write(t.Context(), func(tx database.Tx) error {
			p, err := identity.EnsureIn(tx, now, identity.Person{Email: "an@example.org", Name: "An", LetterLanguage: "nl", Zone: "Europe/Brussels"})
			if err != nil {
				return err
			}
			if err := identity.MarkUndeliverableIn(tx, now, p.ID); err != nil {
				return err
			}
			return identity.SuppressIn(tx, now, "bea@example.org", identity.Silence) // of nobody who is known
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct{ address, want string }{
			{"An@example.org", "An@example.org is written to again"}, {"an@example.org", "nothing kept letters from an@example.org"},
			{"bea@example.org", "bea@example.org is written to again"}, {"bea@example.org", "nothing"}, {"wim@example.org", "nothing"},
		} {
			if code, out, errs := kring(t, settingsFor(db.URL()), "unsuppress", "--email", c.address); code != 0 || !strings.HasPrefix(out, c.want) {
				t.Errorf("%s: exit code %d, %s%s", c.address, code, out, errs)
			}
		}
		if code, _, errs := kring(t, settingsFor(db.URL()), "unsuppress", "--email", "wim"); code != 1 || errs == "" {
			t.Errorf("what is no address: exit code %d, %s", code, errs)
		}
		err = db.Read(t.Context(), func(tx database.Tx) error {
			p, err := identity.ByEmailIn(tx, "an@example.org")
			if err == nil && p.UndeliverableAt != nil {
				t.Error("still undeliverable")
			}
			return err
		})
		if n := journalled(t, db, "address-released"); err != nil || n != 1 {
			t.Errorf("%d lines in the journal, %v", n, err)
		}
	})
}

func TestTheOperatorReleasesParkedLetters(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		now := database.Cut(clock.System().Now())
		for i := range 3 {
			state := []string{"parked", "parked", "refused"}[i]
			err := db.Write(t.Context(), func(tx database.Tx) error { return parkLetter(tx, state, now) })
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, want := range []string{"2 letters", "0 letters"} {
			code, out, errs := kring(t, settingsFor(db.URL()), "release-letters")
			if code != 0 || !strings.HasPrefix(out, want) {
				t.Errorf("exit code %d, %s%s", code, out, errs)
			}
		}
	})
}

// parkLetter writes a letter down as a pass that could not hand it over leaves it.
func parkLetter(tx database.Tx, state string, now time.Time) error {
	p, err := identity.EnsureIn(tx, now, identity.Person{
		Email: "an@example.org", Name: "An", LetterLanguage: "nl", Zone: "Europe/Brussels",
	})
	if err != nil {
		return err
	}
	return tx.Gorm().Exec(`insert into letters (id, person_id, kinds, list, urgent, state, reason, due_at, attempt, refusals,
		message_id, created_at, updated_at) values (?, ?, '[]', 'none', false, ?, 'sender 550', ?, 8, 8, ?, ?, ?)`,
		database.NewID(), p.ID, state, now, database.NewID(), now, now).Error
}
