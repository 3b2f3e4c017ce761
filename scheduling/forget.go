package scheduling

import (
	"context"
	"time"

	"kring/internal/database"
	"kring/internal/wall"

	"kring/circles"
)

// forgetAtOnce bounds one pass of Forget.
const forgetAtOnce = 500

// Forget makes answers of sessions that ended seven days ago into counts: the names are deleted, and with them the
// absences that are over, which are answers given in advance, and what was voted about other dates for them. It answers when it next has something to do, as QueueDue
// does.
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

// bygone is a session whose answers lose their names, with the wall that its circle's absences are dates on.
type bygone struct {
	ID, CircleID, Zone string
	StartsAt, EndsAt   time.Time
}

func forget(tx database.Tx, due []Reminder, now time.Time) error {
	var ids, circleIDs []string
	for i := range due {
		due[i].DoneAt = &now
		ids, circleIDs = append(ids, due[i].SessionID), append(circleIDs, due[i].CircleID)
	}
	sessions, err := pastSessions(tx, ids)
	if err != nil {
		return err
	}
	word, err := wordAbout(tx, ids, circleIDs)
	if err != nil {
		return err
	}
	for _, s := range sessions {
		if err := s.forget(tx, word); err != nil {
			return err
		}
	}
	if err := deleteAnswers(tx, ids); err != nil {
		return err
	}
	if err := deleteVotes(tx, ids); err != nil {
		return err
	}
	return saveReminders(tx, due)
}

// forget keeps the counts. Who said no owed no sign of life at that session, and nobody knows any more who that was: so
// the silence of those members begins after it.
func (b bygone) forget(tx database.Tx, word Word) error {
	loc, err := wall.LoadZone(b.Zone)
	if err != nil {
		return err
	}
	s := Session{ID: b.ID, StartsAt: b.StartsAt}
	on := s.On(loc)
	var absent []string
	members, away := word.spoke(b)
	for _, m := range members {
		if word.about(s, m.ID, loc) == No {
			absent = append(absent, m.ID)
		}
	}
	t := word.Tally(s, members, loc)
	if err := addCounts(tx, b.ID, t); err != nil {
		return err
	}
	if err := circles.OwedNoSignIn(tx, absent, b.StartsAt); err != nil || !away {
		return err
	}
	return deleteAbsences(tx, b.CircleID, on)
}

// spoke are those who said something about a session or were away at some time, and whether anybody was.
func (w Word) spoke(b bygone) (members []circles.Member, away bool) {
	seen := map[string]bool{}
	add := func(id string) {
		if !seen[id] {
			seen[id] = true
			members = append(members, circles.Member{ID: id})
		}
	}
	for _, said := range w.Said {
		if said.SessionID == b.ID && said.StartsAt.Equal(b.StartsAt) {
			add(said.MemberID)
		}
	}
	for _, a := range w.Absences {
		if a.CircleID == b.CircleID {
			away = true
			add(a.MemberID)
		}
	}
	return members, away
}
