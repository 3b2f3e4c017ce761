package identity

import (
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/journal"
	"kring/internal/page"
	"kring/internal/wall"
)

// Export is what the person it is about is told of this room. Instants are UTC; those of tokens are machine time.
type Export struct {
	ID              string            `json:"id"`
	Email           string            `json:"email"`
	Name            string            `json:"name"`
	LetterLanguage  string            `json:"letter_language"`
	Zone            string            `json:"zone"`
	Speaks          []string          `json:"speaks"`
	Availability    wall.Availability `json:"availability"`
	Owner           bool              `json:"owner"`
	ConfirmedAt     *time.Time        `json:"confirmed_at"`
	RemindersOff    bool              `json:"reminders_off"`
	ChangesOff      bool              `json:"changes_off"`
	HourOff         bool              `json:"hour_off"`
	QuietHours      *QuietHours       `json:"quiet_hours"`
	WorkingDays     []string          `json:"working_days"`
	UndeliverableAt *time.Time        `json:"undeliverable_at"`
	CreatedAt       time.Time         `json:"created_at"`
	UpdatedAt       time.Time         `json:"updated_at"`
	// Suppressed is why the address is not written to: "bounced", "silence", or "" when nothing stands against it.
	Suppressed string          `json:"suppressed"`
	Tokens     []ExportedToken `json:"tokens"`
	Journal    []ExportedEntry `json:"journal"`
}

// ExportedToken is a bearer token, revoked ones too; what it opens with is not kept.
type ExportedToken struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Scopes     []string   `json:"scopes"`
	ExpiresAt  *time.Time `json:"expires_at"`
	LastUsedOn wall.Date  `json:"last_used_on"`
	RevokedAt  *time.Time `json:"revoked_at"`
	CreatedAt  time.Time  `json:"created_at"`
}

// ExportedEntry is a line of the journal that the person did something in, or that is about her. Actor is "self", "kring"
// or "other": who else it was is not told, here as little as where the journal is read.
type ExportedEntry struct {
	At          time.Time         `json:"at"`
	Action      string            `json:"action"`
	Actor       string            `json:"actor"`
	ProgrammeID string            `json:"programme_id,omitempty"`
	CircleID    string            `json:"circle_id,omitempty"`
	SubjectID   string            `json:"subject_id,omitempty"`
	Details     map[string]string `json:"details,omitempty"`
}

// Part is what this room keeps about people: the person, her bearer tokens, and what the journal says of her. Erased,
// her row is a tombstone and her tokens are gone; the journal stays, whose ids then point at nobody.
func (t *Tokens) Part() Part {
	return Part{Name: "person", ExportIn: exportPerson, EraseIn: erasePerson, Erased: t.Forget}
}

func exportPerson(tx database.Tx, personID string) (any, error) {
	p, err := FindIn(tx, personID)
	if err != nil {
		return nil, err
	}
	e := Export{
		ID: p.ID, Email: p.Email, Name: p.Name, LetterLanguage: p.LetterLanguage, Zone: p.Zone, Speaks: p.Speaks,
		Availability: p.Availability, Owner: p.Owner, ConfirmedAt: p.ConfirmedAt, RemindersOff: p.RemindersOff,
		ChangesOff: p.ChangesOff, HourOff: p.HourOff, QuietHours: p.saidQuiet(), WorkingDays: p.saidDays(),
		UndeliverableAt: p.UndeliverableAt, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt,
	}
	if e.Suppressed, err = SuppressedIn(tx, p.Email); err != nil {
		return nil, err
	}
	if e.Tokens, err = exportTokens(tx, personID); err != nil {
		return nil, err
	}
	e.Journal, err = exportJournal(tx, personID)
	return e, err
}

func exportTokens(tx database.Tx, personID string) ([]ExportedToken, error) {
	rows, err := allTokensOf(tx, personID)
	if err != nil {
		return nil, err
	}
	tokens := make([]ExportedToken, len(rows))
	for i, row := range rows {
		t, err := row.token()
		if err != nil {
			return nil, err
		}
		tokens[i] = ExportedToken{
			ID: t.ID, Name: t.Name, Scopes: t.Scopes, ExpiresAt: t.ExpiresAt, LastUsedOn: t.LastUsedOn,
			RevokedAt: row.RevokedAt, CreatedAt: t.CreatedAt,
		}
	}
	return tokens, nil
}

// exportJournal reads page by page what the journal has of a person, newest first.
func exportJournal(tx database.Tx, personID string) ([]ExportedEntry, error) {
	entries := []ExportedEntry{}
	var after page.Cursor
	for {
		found, err := journal.ListIn(tx, journal.OfPerson(personID), after, page.MaxLimit)
		if err != nil {
			return nil, err
		}
		for _, e := range found.Items {
			entries = append(entries, ExportedEntry{
				At: e.At, Action: e.Action, Actor: actorFor(personID, e.ActorID), ProgrammeID: e.ProgrammeID, CircleID: e.CircleID,
				SubjectID: e.SubjectID, Details: e.Details,
			})
		}
		if found.Next == "" {
			return entries, nil
		}
		if after, err = page.Parse(found.Next); err != nil {
			return nil, err
		}
	}
}

// actorFor says to a person who did something.
func actorFor(personID, actorID string) string {
	switch actorID {
	case "":
		return "kring"
	case personID:
		return "self"
	}
	return "other"
}

// erasePerson is the last step of an erasure: the row that all others point at.
func erasePerson(tx database.Tx, now time.Time, personID string) error {
	p, err := personByID(tx, personID, true)
	if err != nil || p.ErasedAt != nil {
		return err
	}
	if p.Owner {
		return fault.New(fault.Conflict, "last-owner")
	}
	if err := deleteTokens(tx, personID); err != nil {
		return err
	}
	if err := deleteKeys(tx, personID); err != nil {
		return err
	}
	return entomb(tx, p, now)
}
