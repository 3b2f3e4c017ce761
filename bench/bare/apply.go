package main

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

const rememberFor = 5 * time.Second

// remembered is whom a token stands for.
type remembered struct {
	personID string
	until    time.Time
}

// who recognises the bearer token of a request.
func (b *bare) who(r *http.Request) (personID string, ok bool) {
	raw, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	id, _, whole := strings.Cut(strings.TrimPrefix(raw, "krg_"), "_")
	if !bearer || !whole || len(id) != 32 {
		return "", false
	}
	hash, now := sha256.Sum256([]byte(raw)), time.Now()
	b.mu.RLock()
	known, found := b.tokens[hash]
	b.mu.RUnlock()
	if found && now.Before(known.until) {
		return known.personID, true
	}
	var stored string
	var owner bool
	var expires *time.Time
	id = id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
	err := b.store.token.QueryRowContext(r.Context(), id).Scan(&stored, &personID, &owner, &expires)
	if err != nil || subtle.ConstantTimeCompare([]byte(stored), []byte(hex.EncodeToString(hash[:]))) != 1 ||
		expires != nil && !now.Before(*expires) {
		return "", false
	}
	b.mu.Lock()
	b.tokens[hash] = remembered{personID, now.Add(rememberFor)}
	b.mu.Unlock()
	return personID, true
}

// draft is the body of a sign-up.
type draft struct {
	Name           string   `json:"name"`
	Email          string   `json:"email"`
	LetterLanguage string   `json:"letter_language"`
	Speaks         []string `json:"speaks"`
	Zone           string   `json:"zone"`
	Availability   []hours  `json:"availability"`
	Team           string   `json:"team"`
	Department     string   `json:"department"`
	Location       string   `json:"location"`
	Experience     string   `json:"experience"`
}

type hours struct {
	Weekday string `json:"weekday"`
	From    string `json:"from"`
	Until   string `json:"until"`
}

func (d *draft) sound() bool {
	address, err := mail.ParseAddress(d.Email)
	if err != nil || address.Name != "" || d.Name == "" || len(d.Speaks) == 0 {
		return false
	}
	if d.LetterLanguage != "nl" && d.LetterLanguage != "en" {
		return false
	}
	for _, h := range d.Availability {
		if len(h.From) != 5 || len(h.Until) != 5 || h.From >= h.Until || !slices.Contains(weekdays[:], h.Weekday) {
			return false
		}
	}
	slices.Sort(d.Speaks)
	d.Email = strings.ToLower(address.Address)
	return true
}

func (b *bare) apply(w http.ResponseWriter, r *http.Request) {
	if _, ok := b.who(r); !ok {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var d draft
	in := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	in.DisallowUnknownFields()
	if err := in.Decode(&d); err != nil || !d.sound() {
		w.WriteHeader(http.StatusUnprocessableEntity)
		return
	}
	if _, known := b.zones.Load(d.Zone); !known {
		loc, err := time.LoadLocation(d.Zone)
		if err != nil {
			w.WriteHeader(http.StatusUnprocessableEntity)
			return
		}
		b.zones.Store(d.Zone, loc)
	}
	now := time.Now().UTC().Truncate(time.Microsecond)
	until := now.Add(72 * time.Hour)
	err := b.store.signUp(context.WithoutCancel(r.Context()), r.PathValue("id"), &d, now, until)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		w.WriteHeader(http.StatusNotFound)
	case err != nil:
		w.WriteHeader(http.StatusInternalServerError)
	default:
		body := until.AppendFormat(append(make([]byte, 0, 256), `{"expires_at":"`...), time.RFC3339Nano)
		answer(w, http.StatusAccepted, append(body, `","message":"Thank you. If mail reaches this address, a letter is on its way. `+
			`Your sign-up counts once you press the link in it, within 72 hours."}`...))
	}
}

// signUp writes a sign-up in one transaction: the person, the application, and the notice that a letter comes of.
func (s *store) signUp(ctx context.Context, programmeID string, d *draft, now, until time.Time) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // nothing is left after a commit
	if err := s.takesSignUps(ctx, tx, programmeID); err != nil {
		return err
	}
	personID, err := s.ensure(ctx, tx, d, now)
	if err != nil {
		return err
	}
	var known string
	err = tx.StmtContext(ctx, s.application).QueryRowContext(ctx, programmeID, personID).Scan(&known)
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	var last time.Time
	err = tx.StmtContext(ctx, s.lastLetter).QueryRowContext(ctx, personID).Scan(&last)
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	speaks, err := json.Marshal(d.Speaks)
	if err != nil {
		return err
	}
	available, err := json.Marshal(d.Availability)
	if err != nil {
		return err
	}
	id := newID()
	_, err = tx.StmtContext(ctx, s.addApplication).ExecContext(ctx, id, programmeID, personID, d.Name, d.LetterLanguage, string(speaks),
		d.Zone, string(available), d.Team, d.Department, d.Location, d.Experience, until, now)
	if err != nil {
		return err
	}
	_, err = tx.StmtContext(ctx, s.addNotice).ExecContext(ctx, newID(), personID, "signup/"+personID+"/"+now.Format(time.DateOnly),
		programmeID, id, now, until)
	if err != nil {
		return err
	}
	return tx.Commit()
}

func (s *store) takesSignUps(ctx context.Context, tx *sql.Tx, programmeID string) error {
	var p struct {
		id, name, purpose, guideSet, language, zone, holidays string
		quorum                                                int
		startsOn                                              sql.NullString
		signupOpen                                            bool
		signupClosesAt                                        *time.Time
		hourReminder                                          bool
		state                                                 string
		revision                                              int
		createdAt, updatedAt                                  time.Time
		keepMonths, keepUnplacedMonths                        int
		signupEndedAt                                         *time.Time
	}
	err := tx.StmtContext(ctx, s.programme).QueryRowContext(ctx, programmeID).Scan(&p.id, &p.name, &p.purpose, &p.guideSet, &p.language,
		&p.zone, &p.holidays, &p.quorum, &p.startsOn, &p.signupOpen, &p.signupClosesAt, &p.hourReminder, &p.state, &p.revision,
		&p.createdAt, &p.updatedAt, &p.keepMonths, &p.keepUnplacedMonths, &p.signupEndedAt)
	if err == nil && (p.state != "open" || !p.signupOpen) {
		return errors.New("closed")
	}
	return err
}

func (s *store) ensure(ctx context.Context, tx *sql.Tx, d *draft, now time.Time) (id string, err error) {
	err = tx.StmtContext(ctx, s.person).QueryRowContext(ctx, d.Email).Scan(&id)
	if !errors.Is(err, sql.ErrNoRows) {
		return id, err
	}
	id = newID()
	_, err = tx.StmtContext(ctx, s.addPerson).ExecContext(ctx, id, d.Email, d.Name, d.LetterLanguage, d.Zone, now)
	return id, err
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }
