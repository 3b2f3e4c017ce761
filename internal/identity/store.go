package identity

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/page"
	"kring/internal/wall"
)

// personRow is a row of people.
type personRow struct {
	ID              string
	Email           string
	Name            string
	LetterLanguage  string
	Zone            string
	Speaks          string
	Availability    wall.Availability
	Owner           bool
	LinkEpoch       int
	ConfirmedAt     *time.Time
	RemindersOff    bool
	ChangesOff      bool
	HourOff         bool
	QuietFrom       *int // minutes since 00:00
	QuietUntil      *int
	WorkingDays     wall.Weekdays
	FeedEpoch       int
	UndeliverableAt *time.Time
	ErasedAt        *time.Time
	NextCheckAt     *time.Time
	Revision        int
	CreatedAt       time.Time
	UpdatedAt       time.Time
}

// TableName is asked by gorm.
func (personRow) TableName() string { return "people" }

func (r personRow) person() (Person, error) {
	speaks, err := readList(r.Speaks)
	return Person{
		ID: r.ID, Email: r.Email, Name: r.Name, LetterLanguage: r.LetterLanguage, Zone: r.Zone, Speaks: speaks,
		Availability: r.Availability, Owner: r.Owner, LinkEpoch: r.LinkEpoch, ConfirmedAt: r.ConfirmedAt,
		RemindersOff: r.RemindersOff, ChangesOff: r.ChangesOff, HourOff: r.HourOff, QuietFrom: timeOfDay(r.QuietFrom),
		QuietUntil: timeOfDay(r.QuietUntil), WorkingDays: r.WorkingDays, FeedEpoch: r.FeedEpoch, UndeliverableAt: r.UndeliverableAt,
		ErasedAt: r.ErasedAt, Revision: r.Revision, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}, err
}

// timeOfDay and minutes are a time of day in a column of minutes, and the way back.
func timeOfDay(stored *int) *wall.TimeOfDay {
	if stored == nil {
		return nil
	}
	return new(wall.TimeOfDay(*stored))
}

func minutes(t *wall.TimeOfDay) *int {
	if t == nil {
		return nil
	}
	return new(int(*t))
}

func rowOf(p Person) personRow {
	return personRow{
		ID: p.ID, Email: p.Email, Name: p.Name, LetterLanguage: p.LetterLanguage, Zone: p.Zone, Speaks: writeList(p.Speaks),
		Availability: p.Availability, Owner: p.Owner, LinkEpoch: p.LinkEpoch, ConfirmedAt: p.ConfirmedAt,
		RemindersOff: p.RemindersOff, ChangesOff: p.ChangesOff, HourOff: p.HourOff, QuietFrom: minutes(p.QuietFrom),
		QuietUntil: minutes(p.QuietUntil), WorkingDays: p.WorkingDays, FeedEpoch: p.FeedEpoch, UndeliverableAt: p.UndeliverableAt,
		ErasedAt: p.ErasedAt, Revision: p.Revision, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt,
	}
}

// insertPerson says whether the row is new; an address that is taken changes nothing.
func insertPerson(tx database.Tx, p Person) (bool, error) {
	row := rowOf(p)
	check := p.CreatedAt.Add(CheckWithin)
	row.NextCheckAt = &check
	done := tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
	return done.RowsAffected > 0, wrap(done.Error, "insert person")
}

// updatePerson writes all columns but those that never change, and counts the revision on.
func updatePerson(tx database.Tx, p *Person, now time.Time) error {
	p.Revision, p.UpdatedAt = p.Revision+1, database.Cut(now)
	done := tx.Gorm().Table("people").Where("id = ?", p.ID).Updates(map[string]any{
		"name": p.Name, "letter_language": p.LetterLanguage, "zone": p.Zone, "speaks": writeList(p.Speaks),
		"availability": p.Availability, "owner": p.Owner, "link_epoch": p.LinkEpoch, "confirmed_at": p.ConfirmedAt,
		"reminders_off": p.RemindersOff, "changes_off": p.ChangesOff, "hour_off": p.HourOff,
		"quiet_from": minutes(p.QuietFrom), "quiet_until": minutes(p.QuietUntil), "working_days": p.WorkingDays, "feed_epoch": p.FeedEpoch,
		"undeliverable_at": p.UndeliverableAt, "revision": p.Revision, "updated_at": p.UpdatedAt,
	})
	return wrap(done.Error, "update person %s", p.ID)
}

func personByID(tx database.Tx, id string, lock bool) (Person, error) {
	if !database.IsID(id) {
		return Person{}, notFound()
	}
	query := tx.Gorm()
	if lock {
		query = query.Clauses(database.Lock(tx))
	}
	return onePerson(query.Where("id = ?", id))
}

func personByEmail(tx database.Tx, email string, keep bool) (Person, error) {
	query := tx.Gorm()
	if keep {
		query = query.Clauses(database.Keep(tx))
	}
	return onePerson(query.Where("email = ? and erased_at is null", email))
}

func owner(tx database.Tx) (Person, error) {
	return onePerson(tx.Gorm().Where("owner and erased_at is null").Order("id"))
}

func onePerson(query *gorm.DB) (Person, error) {
	var row personRow
	if err := query.Take(&row).Error; err != nil {
		return Person{}, absent(err, "read person")
	}
	return row.person()
}

// manyIDs bounds the arguments of one statement.
const manyIDs = 500

func peopleByID(tx database.Tx, ids []string) (map[string]Person, error) {
	people := make(map[string]Person, len(ids))
	for len(ids) > 0 {
		n := min(manyIDs, len(ids))
		var rows []personRow
		if err := tx.Gorm().Where("id in ?", ids[:n]).Find(&rows).Error; err != nil {
			return nil, wrap(err, "read people")
		}
		for _, row := range rows {
			p, err := row.person()
			if err != nil {
				return nil, err
			}
			people[p.ID] = p
		}
		ids = ids[n:]
	}
	return people, nil
}

func deleteUnconfirmed(tx database.Tx, id string) (bool, error) {
	done := tx.Gorm().Exec("delete from people where id = ? and confirmed_at is null and erased_at is null and not owner", id)
	return done.RowsAffected > 0, wrap(done.Error, "delete person %s", id)
}

// tokenRow is a row of tokens.
type tokenRow struct {
	ID         string
	PersonID   string
	Name       string
	Hash       string
	Scopes     string
	ExpiresAt  *time.Time
	LastUsedOn wall.Date
	RevokedAt  *time.Time
	CreatedAt  time.Time
}

// TableName is asked by gorm.
func (tokenRow) TableName() string { return "tokens" }

func (r tokenRow) token() (Token, error) {
	scopes, err := readList(r.Scopes)
	return Token{
		ID: r.ID, PersonID: r.PersonID, Name: r.Name, Scopes: scopes,
		ExpiresAt: r.ExpiresAt, LastUsedOn: r.LastUsedOn, CreatedAt: r.CreatedAt,
	}, err
}

func insertToken(tx database.Tx, t Token, hash string) error {
	row := tokenRow{
		ID: t.ID, PersonID: t.PersonID, Name: t.Name, Hash: hash, Scopes: writeList(t.Scopes),
		ExpiresAt: t.ExpiresAt, CreatedAt: t.CreatedAt,
	}
	return wrap(tx.Gorm().Create(&row).Error, "insert token")
}

// countTokens counts what is neither revoked nor expired.
func countTokens(tx database.Tx, personID string, machine time.Time) (int64, error) {
	var n int64
	err := tx.Gorm().Table("tokens").
		Where("person_id = ? and revoked_at is null and (expires_at is null or expires_at > ?)", personID, machine).
		Count(&n).Error
	return n, wrap(err, "count tokens")
}

func tokensOf(tx database.Tx, personID string, after page.Cursor, most int) ([]Token, error) {
	query := tx.Gorm().Where("person_id = ? and revoked_at is null", personID).Order("id desc").Limit(most)
	if !after.IsZero() {
		query = query.Where("id < ?", after.ID)
	}
	var rows []tokenRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, wrap(err, "list tokens")
	}
	tokens := make([]Token, 0, len(rows))
	for _, row := range rows {
		t, err := row.token()
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, t)
	}
	return tokens, nil
}

func tokensSince(tx database.Tx, personID string, since time.Time) ([]string, error) {
	var ids []string
	err := tx.Gorm().Table("tokens").Where("person_id = ? and revoked_at is null and created_at >= ?", personID, since).
		Order("id").Pluck("id", &ids).Error
	return ids, wrap(err, "list tokens")
}

// revokeToken says whether there was something to revoke.
func revokeToken(tx database.Tx, id, personID string, machine time.Time) (bool, error) {
	done := tx.Gorm().Exec("update tokens set revoked_at = ? where id = ? and person_id = ? and revoked_at is null",
		machine, id, personID)
	return done.RowsAffected > 0, wrap(done.Error, "revoke token %s", id)
}

// credential is what a request with a bearer token needs to know, read in one statement.
type credential struct {
	hash, scopes, personID string
	owner                  bool
	expiresAt              *time.Time
	lastUsedOn             wall.Date
}

func credentialOf(tx database.Tx, tokenID string) (credential, error) {
	var c credential
	err := tx.Gorm().Raw("select t.hash, t.scopes, t.person_id, p.owner, t.expires_at, t.last_used_on "+
		"from tokens t join people p on p.id = t.person_id "+
		"where t.id = ? and t.revoked_at is null and p.erased_at is null", tokenID).
		Row().Scan(&c.hash, &c.scopes, &c.personID, &c.owner, &c.expiresAt, &c.lastUsedOn)
	return c, absent(err, "read token")
}

func markUsed(tx database.Tx, ids []string, on wall.Date) error {
	return wrap(tx.Gorm().Exec("update tokens set last_used_on = ? where id in ? and (last_used_on is null or last_used_on < ?)",
		on, ids, on).Error, "mark tokens used")
}

// firstRunRow is the one row of first_run.
type firstRunRow struct {
	ID       int
	PersonID string
	At       time.Time
}

// TableName is asked by gorm.
func (firstRunRow) TableName() string { return "first_run" }

func hasFirstRun(tx database.Tx) (bool, error) {
	var n int64
	err := tx.Gorm().Table("first_run").Count(&n).Error
	return n > 0, wrap(err, "read first run")
}

// claimFirstRun says whether this transaction is the one that makes the owner.
func claimFirstRun(tx database.Tx, personID string, now time.Time) (bool, error) {
	done := tx.Gorm().Clauses(clause.OnConflict{DoNothing: true}).
		Create(&firstRunRow{ID: 1, PersonID: personID, At: database.Cut(now)})
	return done.RowsAffected > 0, wrap(done.Error, "claim first run")
}

func notFound() error { return fault.New(fault.NotFound, "not-found") }

// absent turns "no row" into the fault that says so.
func absent(err error, what string) error {
	if errors.Is(err, gorm.ErrRecordNotFound) || errors.Is(err, sql.ErrNoRows) {
		return notFound()
	}
	return wrap(err, what)
}

func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}

func writeList(list []string) string {
	if len(list) == 0 {
		return "[]"
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(text)
}

func readList(text string) ([]string, error) {
	list := []string{}
	err := json.Unmarshal([]byte(text), &list)
	return list, wrap(err, "read list")
}
