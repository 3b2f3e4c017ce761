package main

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

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
