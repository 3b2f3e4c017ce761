package outbox

import (
	"context"
	"slices"
	"time"

	"kring/internal/database"
)

// Plan makes letters of the notices whose hour has come. It answers how many letters, and when the
// next notice is due; zero: none waits.
func (p *Post) Plan(ctx context.Context, now time.Time) (letters int, next time.Time, err error) {
	now = database.Cut(now)
	for {
		waits, err := p.nextHold(ctx)
		if err != nil || waits == nil || waits.After(now) {
			return letters, earliest(time.Time{}, waits), err
		}
		made, err := p.planSome(ctx, now)
		if err != nil {
			return letters, now, err
		}
		if made == 0 { // another process holds them
			return letters, now, nil
		}
		letters += made
	}
}

func (p *Post) nextHold(ctx context.Context) (waits *time.Time, err error) {
	err = p.db.Read(ctx, func(tx database.Tx) (err error) {
		waits, err = nextHold(tx)
		return err
	})
	return waits, err
}

func (p *Post) planSome(ctx context.Context, now time.Time) (made int, err error) {
	err = p.db.Write(ctx, func(tx database.Tx) error {
		made = 0
		rows, err := waitingNotices(tx, now, batch)
		if err != nil || len(rows) == 0 {
			return err
		}
		letters, letterOf := p.letters(whole(rows), now)
		if err := insertLetters(tx, letters); err != nil {
			return err
		}
		made = len(letters)
		return putInLetters(tx, letterOf)
	})
	return made, err
}

// whole leaves the last person's notices for the next round when the batch may have cut them apart.
func whole(rows []noticeRow) []noticeRow {
	if len(rows) < batch {
		return rows
	}
	last := rows[len(rows)-1].PersonID
	for i := len(rows) - 1; i >= 0; i-- {
		if rows[i].PersonID != last {
			return rows[:i+1]
		}
	}
	return rows
}

// heap is what notices have in common that share a letter.
type heap struct{ person, programme, circle, merge string }

// letters sorts notices into letters, and answers the letter of each notice as well.
func (p *Post) letters(rows []noticeRow, now time.Time) ([]letterRow, map[string]string) {
	var letters []letterRow
	letterOf := make(map[string]string, len(rows))
	open := map[heap]int{}
	kinds := map[string][]string{}
	for _, row := range rows {
		kind := p.table[row.Kind]
		share := heap{row.PersonID, text(row.ProgrammeID), text(row.CircleID), kind.Merge}
		at, found := open[share]
		if !found || kind.Merge == "" {
			at = len(letters)
			open[share] = at
			letters = append(letters, p.letter(row, kind, now))
		}
		l := &letters[at]
		l.Urgent = l.Urgent || kind.Urgent
		l.DueAt = row.HoldUntil // they come in this order
		if !slices.Contains(kinds[l.ID], row.Kind) {
			kinds[l.ID] = append(kinds[l.ID], row.Kind)
		}
		letterOf[row.ID] = l.ID
	}
	for i := range letters {
		letters[i].Kinds = writeKinds(kinds[letters[i].ID])
	}
	return letters, letterOf
}

func (p *Post) letter(row noticeRow, kind Kind, now time.Time) letterRow {
	id := database.NewID()
	return letterRow{
		ID: id, PersonID: row.PersonID, ProgrammeID: row.ProgrammeID, CircleID: row.CircleID,
		List: kind.list(), State: Queued, MessageID: id + "@" + p.host, CreatedAt: now, UpdatedAt: now,
	}
}
