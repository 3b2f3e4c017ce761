package health

import (
	"cmp"
	"context"
	"slices"
	"time"

	"kring/internal/database"
	"kring/internal/outbox"
	"kring/internal/wall"

	"kring/circles"
)

// The hours of the weekly overview.
const (
	overviewDay  = time.Monday
	overviewHour = wall.TimeOfDay(8 * 60) // on the facilitator's wall
	overviewLate = 24 * time.Hour         // after it the week's overview is not begun any more
	overviewGood = 48 * time.Hour         // after it nobody wants it
	mostListed   = 200                    // circles that one overview names
)

// Overview is the week of a programme: every circle, the one that needs somebody most first, and how many are how.
type Overview struct {
	Programme circles.Programme
	Circles   []CircleHealth // at most 200
	More      int            // circles that are counted and not listed
	States    map[circles.State]int
	Verdicts  map[Level]int // of the circles that run
	Silent    int           // circles that run and of whose last session nobody said how it went
}

// Overview reads the week of a programme, for the letter of a facilitator. It answers NotFound.
func (w *Watch) Overview(ctx context.Context, programmeID string, now time.Time) (Overview, error) {
	var o Overview
	err := w.db.Read(ctx, func(tx database.Tx) error {
		programme, _, err := circles.ProgrammeIn(tx, programmeID)
		if err != nil {
			return err
		}
		o = Overview{Programme: programme, States: map[circles.State]int{}, Verdicts: map[Level]int{}}
		return w.survey(tx, &o, now)
	})
	return o, err
}

func (w *Watch) survey(tx database.Tx, o *Overview, now time.Time) error {
	before := ""
	for {
		ids, err := circlesOf(tx, o.Programme.ID, "", before, batch)
		if err != nil {
			return err
		}
		views, err := w.views(tx, ids, now)
		if err != nil {
			return err
		}
		o.take(views)
		if len(ids) < batch {
			return nil
		}
		before = ids[batch-1]
	}
}

// take counts circles, and keeps those that need somebody most.
func (o *Overview) take(views []CircleHealth) {
	for _, v := range views {
		o.States[v.State]++
		if v.State == circles.Running {
			o.Verdicts[v.Verdict]++
		}
		if v.NothingRecorded {
			o.Silent++
		}
	}
	o.Circles = append(o.Circles, views...)
	slices.SortStableFunc(o.Circles, func(a, b CircleHealth) int {
		return cmp.Or(cmp.Compare(urgency(a), urgency(b)), cmp.Compare(a.Name, b.Name))
	})
	if cut := len(o.Circles) - mostListed; cut > 0 {
		o.Circles, o.More = o.Circles[:mostListed], o.More+cut
	}
}

// urgency is where a circle stands in the overview; the lowest comes first.
func urgency(v CircleHealth) int {
	switch {
	case v.Verdict == Stalling:
		return 0
	case v.Verdict == Wobbling:
		return 1
	case v.NothingRecorded:
		return 2
	case v.State == circles.Running:
		return 3
	case !v.State.Over():
		return 4
	}
	return 5
}

// QueueOverviews asks for the weekly overview of each programme to each of its facilitators, on Monday at eight on the
// facilitator's wall, once. It answers how many, and when the next are due; zero when there is no facilitator.
func (w *Watch) QueueOverviews(ctx context.Context, now time.Time) (int, time.Time, error) {
	var zones []string
	err := w.db.Read(ctx, func(tx database.Tx) (err error) {
		zones, err = facilitatorZones(tx)
		return err
	})
	if err != nil {
		return 0, time.Time{}, err
	}
	queued, next := 0, time.Time{}
	for _, zone := range zones {
		loc, err := wall.LoadZone(zone)
		if err != nil {
			return queued, next, err
		}
		on, at, following := overviewDue(now, loc)
		next = earliestAfter(now, next, following)
		if now.Sub(at) >= overviewLate {
			continue
		}
		n, err := w.queueOverviews(ctx, zone, on, at, now)
		queued += n
		if err != nil {
			return queued, next, err
		}
	}
	return queued, next, nil
}

// overviewDue is the newest Monday whose hour has come in the zone, that instant, and the one a week later.
func overviewDue(now time.Time, loc *time.Location) (on wall.Date, at, following time.Time) {
	on = wall.DateOf(now, loc).AddDays(-6).OnOrAfter(overviewDay)
	if at, _ = wall.Instant(on, overviewHour, loc); at.After(now) {
		on = on.AddDays(-7)
		at, _ = wall.Instant(on, overviewHour, loc)
	}
	following, _ = wall.Instant(on.AddDays(7), overviewHour, loc)
	return on, at, following
}

func (w *Watch) queueOverviews(ctx context.Context, zone string, on wall.Date, at, now time.Time) (int, error) {
	queued := 0
	for {
		var readers []reader
		err := w.db.Write(ctx, func(tx database.Tx) (err error) {
			if readers, err = overviewReaders(tx, zone, on, at, batch); err != nil {
				return err
			}
			return outbox.NoteIn(tx, overviewNotices(readers, on, at, now)...)
		})
		if err != nil {
			return queued, err
		}
		queued += len(readers)
		if len(readers) < batch {
			return queued, nil
		}
	}
}

func overviewNotices(readers []reader, on wall.Date, at, now time.Time) []outbox.Notice {
	notices := make([]outbox.Notice, len(readers))
	for i, r := range readers {
		notices[i] = outbox.Notice{
			PersonID: r.PersonID, Kind: NoticeWeeklyOverview,
			Key:         NoticeWeeklyOverview + " " + r.ProgrammeID + " " + r.PersonID + " " + on.String(),
			ProgrammeID: r.ProgrammeID, SubjectID: r.ProgrammeID, HoldUntil: now, UsefulUntil: at.Add(overviewGood),
		}
	}
	return notices
}
