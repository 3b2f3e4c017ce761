package scheduling

import (
	"context"
	"time"

	"kring/internal/database"
)

// forgetAtOnce bounds one pass of Forget.
const forgetAtOnce = 500

// Forget makes answers of sessions that ended seven days ago into counts: the names are deleted. It answers when it
// next has something to do, as QueueDue does.
func (cal *Calendar) Forget(ctx context.Context, now time.Time) (Counts, time.Time, error) {
	var counts Counts
	err := cal.db.Write(ctx, func(tx database.Tx) error {
		counts = Counts{}
		due, err := dueForgets(tx, now, forgetAtOnce)
		if err != nil || len(due) == 0 {
			return err
		}
		counts.Forgotten = len(due)
		return forget(tx, due, now)
	})
	if err != nil {
		return Counts{}, now, err
	}
	var next time.Time
	err = cal.db.Read(ctx, func(tx database.Tx) (err error) {
		next, err = nextForget(tx)
		return err
	})
	return counts, next, err
}

func forget(tx database.Tx, due []Reminder, now time.Time) error {
	var ids []string
	for i := range due {
		due[i].DoneAt = &now
		ids = append(ids, due[i].SessionID)
	}
	counted, err := countAnswers(tx, ids)
	if err != nil {
		return err
	}
	bySession := map[string]Tally{}
	for _, n := range counted {
		c := bySession[n.SessionID]
		switch n.Answer {
		case Yes:
			c.Yes = n.N
		case No:
			c.No = n.N
		case Unsure:
			c.Unsure = n.N
		}
		bySession[n.SessionID] = c
	}
	for _, id := range ids {
		if err := saveCounts(tx, id, bySession[id]); err != nil {
			return err
		}
	}
	if err := deleteAnswers(tx, ids); err != nil {
		return err
	}
	return saveReminders(tx, due)
}
