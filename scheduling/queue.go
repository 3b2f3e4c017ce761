package scheduling

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"kring/internal/database"
	"kring/internal/identity"

	"kring/circles"
)

// How much one pass takes on.
const (
	circlesAtOnce = 200
	// circlesTogether are worked on side by side: each in a transaction of its own, as far as it knows, and on SQLite with
	// the commit, which is what takes long, in common.
	circlesTogether = 8
	motionsAtOnce   = 100
	// changedLately is how long after somebody came or left the circle's dates are looked at for what follows from it.
	changedLately = time.Hour
)

// Counts is what a pass did.
type Counts struct {
	Circles    int // about which something was due
	Notices    int // asked for
	Unrecorded int // sessions that became unrecorded
	Resumed    int // circles whose pause ended
	Completed  int // circles
	Ended      int // circles
	Forgotten  int // sessions whose answers lost their names
}

func (n *Counts) add(c Counts) {
	n.Circles += c.Circles
	n.Notices += c.Notices
	n.Unrecorded += c.Unrecorded
	n.Resumed += c.Resumed
	n.Completed += c.Completed
	n.Ended += c.Ended
	n.Forgotten += c.Forgotten
}

// QueueDue does what time alone brings about up to the instant: reminders and questions, sessions that stay without an
// answer, pauses that end, motions that nobody objected to, circles that stay silent; and it lets what changed among the
// members reach the dates: hosts who left or opted out are replaced, newcomers get their turns. It takes a bounded number of
// circles, each in a transaction of its own, and answers when it next has something to do (now when it did not finish,
// zero when nothing is planned). Rows decide what is done, so two processes at once do everything once, and what was
// missed while none ran is caught up with. What fails for one circle stops no other; the errors come back joined.
func (cal *Calendar) QueueDue(ctx context.Context, now time.Time) (Counts, time.Time, error) {
	var total Counts
	var failed []error
	for _, pass := range []func(context.Context, time.Time) (Counts, error){cal.carryMotions, cal.queueCircles} {
		counts, err := pass(ctx, now)
		total.add(counts)
		failed = append(failed, err)
		if ctx.Err() != nil {
			return total, now, errors.Join(append(failed, ctx.Err())...)
		}
	}
	next, err := cal.nextDue(ctx)
	return total, next, errors.Join(append(failed, err)...)
}

func (cal *Calendar) nextDue(ctx context.Context) (next time.Time, err error) {
	err = cal.db.Read(ctx, func(tx database.Tx) error {
		if next, err = nextDue(tx); err != nil {
			return err
		}
		motion, err := circles.NextMotionIn(tx, circles.MotionComplete, circles.MotionEnd)
		if !motion.IsZero() && (next.IsZero() || motion.Before(next)) {
			next = motion
		}
		return err
	})
	return next, err
}

func (cal *Calendar) queueCircles(ctx context.Context, now time.Time) (Counts, error) {
	var ids []string
	err := cal.db.Read(ctx, func(tx database.Tx) (err error) {
		if ids, err = dueCircles(tx, now, circlesAtOnce); err != nil {
			return err
		}
		changed, err := changedCircles(tx, now, now.Add(-changedLately), circlesAtOnce)
		for _, id := range changed {
			if !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
		return err
	})
	if err != nil {
		return Counts{}, err
	}
	var (
		mu     sync.Mutex
		total  Counts
		failed []error
		lanes  sync.WaitGroup
		next   = make(chan string)
	)
	for range min(circlesTogether, len(ids)) {
		lanes.Go(func() {
			for id := range next {
				counts, err := cal.queueCircle(ctx, id, now)
				mu.Lock()
				total.add(counts)
				if err != nil {
					failed = append(failed, fmt.Errorf("circle %s: %w", id, err))
				}
				mu.Unlock()
			}
		})
	}
	for _, id := range ids {
		if ctx.Err() != nil {
			break
		}
		next <- id
	}
	close(next)
	lanes.Wait()
	return total, errors.Join(failed...)
}

// queueCircle does everything that is due about one circle. What another process did meanwhile is no longer due once
// the circle's row is locked.
func (cal *Calendar) queueCircle(ctx context.Context, circleID string, now time.Time) (Counts, error) {
	var counts Counts
	err := cal.db.Write(ctx, func(tx database.Tx) error {
		counts = Counts{}
		c, err := cal.load(tx, identity.Actor{}, circleID, now)
		if err != nil {
			return err
		}
		c.counts = &counts
		if err := c.passTime(); err != nil {
			return err
		}
		if err := c.save(); err != nil {
			return err
		}
		if counts != (Counts{}) || len(c.posts) > 0 {
			counts.Circles, counts.Notices = 1, len(c.posts)
		}
		return nil
	})
	return counts, err
}

// passTime works off what is due about the circle, in the order in which it fell due.
func (c *course) passTime() error {
	if err := c.sayWhoIsMissed(); err != nil {
		return err
	}
	if err := c.passProposals(); err != nil {
		return err
	}
	dues, err := duesOf(c.tx, c.circle.ID)
	if err != nil {
		return err
	}
	for _, d := range dues {
		if d.DueAt.After(c.now) {
			continue
		}
		if err := c.dueNow(d); err != nil {
			return err
		}
	}
	for i := range c.reminders {
		r := &c.reminders[i]
		if r.DoneAt != nil || r.DueAt.After(c.now) || r.Kind == ForgetAnswers || c.redated(r.SessionID) {
			continue
		}
		r.DoneAt = &c.now
		c.worked = append(c.worked, *r)
		if err := c.remind(*r); err != nil {
			return err
		}
	}
	return nil
}

// redated says whether what this pass did gave the session another date, or took it away: its reminders are rewritten.
func (c *course) redated(sessionID string) bool {
	s := c.session(sessionID)
	was, existed := c.was(sessionID)
	return s == nil || !existed || !s.StartsAt.Equal(was.StartsAt) || s.State != was.State
}

// dueNow does what is due about the circle as a whole.
func (c *course) dueNow(d Due) error {
	c.due(d.Kind, time.Time{})
	switch d.Kind {
	case ReturnSoon:
		if c.circle.State == circles.Paused {
			c.tellAll, c.telling, c.tellingAt = true, NoticeReturnSoon, d.DueAt
		}
	case ResumeNow:
		if c.circle.State == circles.Paused {
			return c.returns()
		}
	case Silence:
		if c.circle.State.Begun() && c.circle.RemindersStoppedAt != nil {
			c.counts.Ended++
			return c.end(circles.EndFellSilent, "")
		}
	}
	return nil
}

// returns ends a pause on its date. The dates were laid out from there when it began, and the letters of the pause
// named them, so nobody is told again.
func (c *course) returns() error {
	pause := c.pause()
	var err error
	if c.circle, err = circles.ResumeIn(c.tx, c.actor, c.now, c.circle); err != nil {
		return err
	}
	c.off.Breaks = withoutSpan(c.off.Breaks, pause)
	c.due(ReturnSoon, time.Time{})
	c.touched = true
	c.counts.Resumed++
	return nil
}

// carryMotions does what was proposed three days ago and met no objection.
func (cal *Calendar) carryMotions(ctx context.Context, now time.Time) (Counts, error) {
	var due []circles.Motion
	err := cal.db.Read(ctx, func(tx database.Tx) (err error) {
		due, err = circles.DueMotionsIn(tx, now, motionsAtOnce, circles.MotionComplete, circles.MotionEnd)
		return err
	})
	var total Counts
	failed := []error{err}
	for _, motion := range due {
		counts, err := cal.carryMotion(ctx, motion, now)
		if err != nil {
			failed = append(failed, fmt.Errorf("motion %s: %w", motion.ID, err))
			continue
		}
		total.add(counts)
	}
	return total, errors.Join(failed...)
}

func (cal *Calendar) carryMotion(ctx context.Context, due circles.Motion, now time.Time) (Counts, error) {
	var counts Counts
	err := cal.db.Write(ctx, func(tx database.Tx) error {
		counts = Counts{}
		c, err := cal.load(tx, identity.Actor{}, due.CircleID, now)
		if err != nil {
			return err
		}
		motion, err := circles.MotionIn(tx, due.ID)
		if err != nil || motion.State != circles.MotionOpen {
			return err
		}
		if err := c.carry(motion); err != nil {
			return err
		}
		if err := c.save(); err != nil {
			return err
		}
		counts = Counts{Circles: 1, Notices: len(c.posts)}
		if motion.Kind == circles.MotionEnd {
			counts.Ended = 1
		} else {
			counts.Completed = 1
		}
		return nil
	})
	return counts, err
}
