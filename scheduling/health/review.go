package health

import (
	"context"
	"time"

	"kring/internal/database"
	"kring/internal/journal"
	"kring/internal/outbox"

	"kring/circles"
)

// batch bounds how many circles one transaction looks at, so that no other writer waits long.
const batch = 500

// Counts is what a review did.
type Counts struct {
	Looked  int // circles
	Raised  int // flags
	Changed int // flags whose verdict got worse or better
	Cleared int // flags
	Told    int // letters to those who look after a circle
}

func (c *Counts) add(o Counts) {
	c.Looked += o.Looked
	c.Raised += o.Raised
	c.Changed += o.Changed
	c.Cleared += o.Cleared
	c.Told += o.Told
}

// Review looks at every circle that is due, in bounded batches, and raises, changes or clears its flag. It answers what
// it did and when the next circle is due; zero when none is. Several processes may review at once: a circle's row
// decides who looks at it.
func (w *Watch) Review(ctx context.Context, now time.Time) (Counts, time.Time, error) {
	var total Counts
	for {
		done, due, err := w.reviewBatch(ctx, now)
		total.add(done)
		if err != nil {
			return total, time.Time{}, err
		}
		if due < batch {
			break
		}
	}
	var next time.Time
	err := w.db.Read(ctx, func(tx database.Tx) (err error) {
		next, err = nextDue(tx)
		return err
	})
	return total, next, err
}

func (w *Watch) reviewBatch(ctx context.Context, now time.Time) (Counts, int, error) {
	var r *review
	var due []dueRow
	err := w.db.Write(ctx, func(tx database.Tx) (err error) {
		if due, err = dueCircles(tx, now, batch); err != nil || len(due) == 0 {
			return err
		}
		r = &review{tx: tx, now: now, checks: make(map[string]time.Time, len(due))}
		return r.run(w, due)
	})
	if err != nil || r == nil {
		return Counts{}, 0, err
	}
	return r.counts, len(due), nil
}

// review is one batch in its transaction.
type review struct {
	tx     database.Tx
	now    time.Time
	checks map[string]time.Time // when to look at each circle again
	counts Counts
}

func (r *review) run(w *Watch, due []dueRow) error {
	var running, over []string
	for _, d := range due {
		r.checks[d.ID] = time.Time{}
		switch state := circles.State(d.State); {
		case state == circles.Running:
			running = append(running, d.ID)
		case state.Over():
			over = append(over, d.ID)
		}
	}
	if err := r.clearOver(over); err != nil {
		return err
	}
	if err := r.judge(w, running); err != nil {
		return err
	}
	return saveChecks(r.tx, r.checks)
}

func (r *review) judge(w *Watch, running []string) error {
	if len(running) == 0 {
		return nil
	}
	looks, err := looksOf(r.tx, running, r.now)
	if err != nil {
		return err
	}
	if err := looksAt(r.tx, w.guides, looks, r.now); err != nil {
		return err
	}
	for i := range looks {
		if err := r.settle(&looks[i]); err != nil {
			return err
		}
	}
	return nil
}

// settle makes the circle's flag say what Assess says.
func (r *review) settle(l *look) error {
	r.counts.Looked++
	verdict := Assess(l.signals, r.now)
	var err error
	switch {
	case l.flag == nil && verdict.Level == OnTrack:
	case l.flag == nil:
		err = r.raise(l, verdict)
	case verdict.Level == OnTrack:
		err = r.clear(l)
	case !verdict.Same(l.flag.verdict()):
		err = r.change(l, verdict)
	}
	if err == nil && l.flag != nil && l.flag.Tells(r.now) {
		err = r.tell(l)
	}
	r.checks[l.circleID] = l.next(r.now)
	return err
}

func (r *review) raise(l *look, v Verdict) error {
	c, err := circles.CircleIn(r.tx, l.circleID)
	if err != nil {
		return err
	}
	f := Flag{
		ID: database.NewID(), CircleID: c.ID, ProgrammeID: c.ProgrammeID, Verdict: v.Level, Reasons: v.Reasons,
		Step: v.Step, State: Open, RaisedAt: r.now, UpdatedAt: r.now,
	}
	raised, err := insertFlag(r.tx, f)
	if err != nil || !raised {
		return err
	}
	l.flag = &f
	r.counts.Raised++
	return record(r.tx, "", r.now, "flag-raised", f)
}

func (r *review) change(l *look, v Verdict) error {
	turned := l.flag.Verdict != v.Level
	l.flag.take(v, r.now)
	if err := saveFlag(r.tx, *l.flag); err != nil {
		return err
	}
	if err := r.forget(l, false); err != nil || !turned {
		return err
	}
	r.counts.Changed++
	if v.Level != Stalling {
		if err := voidTold(r.tx, *l.flag); err != nil {
			return err
		}
	}
	return record(r.tx, "", r.now, "flag-changed", *l.flag)
}

func (r *review) clear(l *look) error {
	if err := r.forget(l, true); err != nil {
		return err
	}
	r.counts.Cleared++
	return r.end(l.flag)
}

// forget lets reasons look only at what happened since the last held session began, which clears all but membership. A
// flag that is cleared by anything else ends all that was before.
func (r *review) forget(l *look, cleared bool) error {
	settled := l.signals.Past.settled()
	if settled == "" || settled.sinceHeld() != "" {
		if !cleared {
			return nil
		}
		return forgetUntil(r.tx, l.circleID, r.now)
	}
	at, err := lastHeld(r.tx, l.circleID)
	if err != nil || !at.After(l.since) {
		return err
	}
	return forgetUntil(r.tx, l.circleID, at)
}

// clearOver clears the flags of circles that are completed or ended.
func (r *review) clearOver(ids []string) error {
	flags, err := openFlags(r.tx, ids)
	for i := range flags {
		r.counts.Cleared++
		if err := r.end(&flags[i]); err != nil {
			return err
		}
	}
	return err
}

func (r *review) end(f *Flag) error {
	f.close(Cleared, r.now)
	return closeFlag(r.tx, *f, "", r.now, "flag-cleared")
}

// tell asks for a letter to whoever looks after the circle, at once; who had one within a day gets the next a day
// later, with all that stalled in between.
func (r *review) tell(l *look) error {
	person, err := r.lookingAfter(*l.flag)
	if err != nil || person == "" {
		return err
	}
	last, err := lastTold(r.tx, person)
	if err != nil {
		return err
	}
	at := nextLetter(last, r.now)
	l.flag.ToldTo, l.flag.ToldAt = &person, &at
	if err := saveFlag(r.tx, *l.flag); err != nil {
		return err
	}
	r.counts.Told++
	return outbox.NoteIn(r.tx, outbox.Notice{
		PersonID: person, Kind: NoticeStalling, Key: NoticeStalling + " " + l.flag.ID + " " + at.Format(time.RFC3339Nano),
		ProgrammeID: l.flag.ProgrammeID, SubjectID: l.flag.ID, HoldUntil: at,
	})
}

// nextLetter is when the next letter may go out when the last one goes, or went, at an instant (zero: never).
func nextLetter(last, now time.Time) time.Time {
	const aDay = 24 * time.Hour
	switch {
	case !last.Before(now):
		return last // it still waits, and takes this one along
	case last.IsZero() || !now.Before(last.Add(aDay)):
		return now
	}
	return last.Add(aDay)
}

// lookingAfter is who looks after the circle, or else who facilitates its programme for longest; "" for nobody.
func (r *review) lookingAfter(f Flag) (string, error) {
	c, err := circles.CircleIn(r.tx, f.CircleID)
	switch {
	case err != nil:
		return "", err
	case c.LookedAfterBy == nil:
		return firstFacilitator(r.tx, f.ProgrammeID)
	}
	return *c.LookedAfterBy, nil
}

// record writes a line of the journal about a flag.
func record(tx database.Tx, actorID string, now time.Time, action string, f Flag) error {
	details := map[string]string{"verdict": string(f.Verdict)}
	if len(f.Reasons) > 0 {
		details["reason"] = f.Reasons[0].Code
	}
	return journal.Add(tx, journal.Entry{
		At: now, ActorID: actorID, ProgrammeID: f.ProgrammeID, CircleID: f.CircleID, SubjectID: f.ID, Action: action,
		Details: details,
	})
}

// closeFlag saves a flag that is no longer open, and takes back what waits to be told about it.
func closeFlag(tx database.Tx, f Flag, actorID string, now time.Time, action string) error {
	if err := saveFlag(tx, f); err != nil {
		return err
	}
	if err := voidTold(tx, f); err != nil {
		return err
	}
	return record(tx, actorID, now, action, f)
}

func voidTold(tx database.Tx, f Flag) error {
	if f.ToldAt == nil {
		return nil
	}
	return outbox.VoidIn(tx, outbox.Where{PersonID: *f.ToldTo, SubjectID: f.ID, Kinds: []string{NoticeStalling}}, "no-longer-stalling")
}
