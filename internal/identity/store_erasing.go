package identity

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"kring/internal/database"
)

// The neutral words of a tombstone, where a column must say something.
const (
	noLanguage = "en"
	noZone     = "UTC"
)

// entomb makes a person's row a tombstone. That it was created is told from the erasure on, too.
func entomb(tx database.Tx, p Person, now time.Time) error {
	at := database.Cut(now)
	done := tx.Gorm().Table("people").Where("id = ?", p.ID).Updates(map[string]any{
		"email": "", "name": "", "letter_language": noLanguage, "zone": noZone, "speaks": "[]", "availability": "[]",
		"owner": false, "link_epoch": p.LinkEpoch + 1, "confirmed_at": nil, "reminders_off": false, "changes_off": false,
		"hour_off": false, "quiet_from": nil, "quiet_until": nil, "working_days": 0, "feed_epoch": p.FeedEpoch + 1,
		"undeliverable_at": nil, "erased_at": at, "next_check_at": nil, "revision": p.Revision + 1, "created_at": at, "updated_at": at,
	})
	return wrap(done.Error, "erase person %s", p.ID)
}

func deleteTokens(tx database.Tx, personID string) error {
	return wrap(tx.Gorm().Exec("delete from tokens where person_id = ?", personID).Error, "delete tokens")
}

// deleteKeys leaves the key of a request that is under way: it may be the very one that erases.
func deleteKeys(tx database.Tx, personID string) error {
	return wrap(tx.Gorm().Exec("delete from idempotency_keys where caller = ? and status <> 0", personID).Error,
		"delete idempotency keys")
}

// allTokensOf are the tokens of a person, revoked and expired ones too.
func allTokensOf(tx database.Tx, personID string) ([]tokenRow, error) {
	var rows []tokenRow
	return rows, wrap(tx.Gorm().Where("person_id = ?", personID).Order("id").Find(&rows).Error, "list all tokens")
}

// keepAlive says whether a person is there and not erased, and keeps it so until the transaction ends.
func keepAlive(tx database.Tx, personID string) (bool, error) {
	var found []string
	err := tx.Gorm().Table("people").Clauses(database.Keep(tx)).Where("id = ? and erased_at is null", personID).Pluck("id", &found).Error
	return len(found) > 0, wrap(err, "read person")
}

func dueChecks(tx database.Tx, now time.Time, limit int) ([]string, error) {
	var ids []string
	err := tx.Gorm().Table("people").Where("next_check_at is not null and next_check_at <= ?", now).
		Order("next_check_at, id").Limit(limit).Pluck("id", &ids).Error
	return ids, wrap(err, "read whom to look at")
}

func nextCheck(tx database.Tx) (time.Time, error) {
	var next []time.Time
	err := tx.Gorm().Table("people").Where("next_check_at is not null").Order("next_check_at").Limit(1).
		Pluck("next_check_at", &next).Error
	if err != nil || len(next) == 0 {
		return time.Time{}, wrap(err, "read whom to look at next")
	}
	return next[0], nil
}

// setChecks writes those of one instant together; all in one order, so that two processes do not wait for each other.
func setChecks(tx database.Tx, at map[string]time.Time) error {
	byInstant := map[int64][]string{}
	for _, id := range slices.Sorted(maps.Keys(at)) {
		instant := database.Cut(at[id]).UnixMicro()
		byInstant[instant] = append(byInstant[instant], id)
	}
	instants := slices.SortedFunc(maps.Keys(byInstant), func(a, b int64) int {
		return cmp.Compare(byInstant[a][0], byInstant[b][0])
	})
	for _, instant := range instants {
		for some := range slices.Chunk(byInstant[instant], manyIDs) {
			err := tx.Gorm().Exec("update people set next_check_at = ? where id in ? and erased_at is null",
				time.UnixMicro(instant).UTC(), some).Error
			if err != nil {
				return wrap(err, "note when to look again")
			}
		}
	}
	return nil
}
