package scheduling

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/page"
	"kring/internal/testkit"
	"kring/internal/wall"
)

func (w *world) foresee(step Step) Replan {
	w.t.Helper()
	return got(w.calendar.PreviewReplan(w.ctx, w.member(0), w.circleID, step))(w.t)
}

func (w *world) commit(r Replan) Replan {
	w.t.Helper()
	return got(w.calendar.CommitReplan(w.ctx, w.member(0), r.ID, true))(w.t)
}

func (w *world) undo(id string) Replan {
	w.t.Helper()
	return got(w.calendar.UndoReplan(w.ctx, w.member(0), id))(w.t)
}

// sends lets go of the letters whose hour has come, and answers to how many people one about changed dates went.
func (w *world) sends() int {
	w.t.Helper()
	n := 0
	for _, line := range w.notices() {
		if line.Kind == NoticeDatesChanged && line.State == "waiting" && !line.HoldUntil.After(w.clock.Now()) {
			n++
		}
	}
	w.write(func(tx database.Tx) error {
		return tx.Gorm().Exec("update notices set state = 'in_letter' where state = 'waiting' and hold_until <= ?", w.clock.Now()).Error
	})
	return n
}

// tells is what a member's letter of changed dates says, as "2018-03-06 12:30 -> 2018-03-08 12:30".
func (w *world) tells(n int) []string {
	w.t.Helper()
	b := got(w.calendar.Brief(w.ctx, w.circleID, w.member(n).PersonID))(w.t)
	var out []string
	for _, line := range w.notices() {
		if line.Kind != NoticeDatesChanged || line.PersonID != w.member(n).PersonID || line.State != "waiting" {
			continue
		}
		for _, d := range b.ChangedBy(line.HoldUntil) {
			was := "new"
			if d.WasAt != nil {
				was = d.WasAt.In(b.Location).Format("2006-01-02 15:04")
			}
			now := d.Session.StartsAt.In(b.Location).Format("2006-01-02 15:04")
			if d.Session.State != Planned {
				now = string(d.Session.State)
			}
			out = append(out, was+" -> "+now)
		}
	}
	return out
}

func changesOf(c Change) []string {
	var out []string
	for _, one := range c.Changes() {
		line := string(one.What)
		for _, d := range []*Dated{one.Before, one.After} {
			if d != nil {
				line += " " + d.StartsAt.Format("2006-01-02T15:04Z")
			}
		}
		out = append(out, line)
	}
	return out
}

func same(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n got %s\nwant %s", what, strings.Join(got, ", "), strings.Join(want, ", "))
	}
}

func clockAt(hour, minute int) *wall.TimeOfDay {
	at := wall.At(hour, minute)
	return &at
}

func TestAPreviewChangesNothing(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		before, revision := w.dates(), w.circle().Revision
		r := w.foresee(Step{Kind: StepMove, SessionID: w.on("2018-03-06").ID, On: day(t, "2018-03-08"), At: clockAt(14, 0)})
		same(t, "it shows", changesOf(r.Change), "moved 2018-03-06T11:30Z 2018-03-08T13:00Z")
		if r.State != Previewed || !r.Change.DryRun || r.Change.Letters != 5 || r.Change.CalendarUpdates != 5 || len(r.Change.Sessions) != 13 {
			t.Errorf("%+v", r)
		}
		if !slices.Equal(before, w.dates()) || w.circle().Revision != revision || w.told(NoticeDatesChanged) != 0 {
			t.Errorf("it changed %v", w.dates())
		}
		if listed := got(w.calendar.Replans(w.ctx, w.member(1), w.circleID, page.Cursor{}, 0))(t); len(listed.Items) != 0 {
			t.Errorf("a preview is listed: %+v", listed.Items)
		}
		shown := got(w.calendar.Replan(w.ctx, w.facilitator, r.ID))(t)
		same(t, "shown to a facilitator", changesOf(shown.Change), changesOf(r.Change)...)
		for i, one := range shown.Change.Sessions {
			mine := r.Change.Sessions[i]
			if one.SuitsBefore == nil || one.SuitsBefore.ByName != nil || len(mine.SuitsBefore.ByName) != 5 || mine.SuitsBefore.Of != 5 {
				t.Fatalf("a facilitator sees %+v, a member %+v", one.SuitsBefore, mine.SuitsBefore)
			}
		}
		refused(w.calendar.Replan(w.ctx, w.somebody("Vreemd", "Europe/Brussels"), r.ID))(t, "not-found")
	})
}

func TestACommitDoesWhatThePreviewShows(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		revision, sequence := w.circle().Revision, w.circle().Sequence
		r := w.foresee(Step{Kind: StepSkip, SessionID: w.on("2018-03-06").ID})
		added := r.Change.Sessions[len(r.Change.Sessions)-1].SessionID
		done := w.commit(r)
		same(t, "done", changesOf(done.Change), changesOf(r.Change)...)
		c := w.circle()
		if done.ID != r.ID || done.State != Committed || *done.ByID != w.member(0).PersonID || c.Revision != revision+1 || c.Sequence != sequence+1 {
			t.Errorf("%+v; revision %d, sequence %d", done, c.Revision, c.Sequence)
		}
		if s := w.on("2018-05-29"); s.ID != added || *s.ReplacesID != w.on("2018-03-06").ID {
			t.Errorf("another session was added: %+v", s)
		}
		refused(w.calendar.CommitReplan(w.ctx, w.member(1), r.ID, true))(t, "already-committed")
		listed := got(w.calendar.Replans(w.ctx, w.member(1), w.circleID, page.Cursor{}, 0))(t)
		if len(listed.Items) != 1 || listed.Items[0].ID != r.ID {
			t.Errorf("listed %+v", listed.Items)
		}
	})
}

func TestACommitAfterTheCircleMovedOn(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		r := w.foresee(Step{Kind: StepShift, FromOn: day(t, "2018-03-06"), Weeks: 1})
		got(w.calendar.Skip(w.ctx, w.member(1), w.on("2018-04-03").ID, 0, false))(t)
		before := w.dates()
		_, err := w.calendar.CommitReplan(w.ctx, w.member(0), r.ID, true)
		refused(0, err)(t, "replan-moved-on")
		var moved *MovedOn
		if !errors.As(err, &moved) || !slices.Equal(before, w.dates()) {
			t.Fatalf("%v; %v", err, w.dates())
		}
		done := w.commit(moved.Fresh)
		same(t, "the fresh one", changesOf(done.Change), changesOf(moved.Fresh.Change)...)
		gone := w.foresee(Step{Kind: StepSkip, SessionID: w.on("2018-03-13").ID})
		got(w.calendar.Cancel(w.ctx, w.member(0), w.on("2018-03-13").ID, 0, false))(t)
		refused(w.calendar.CommitReplan(w.ctx, w.member(0), gone.ID, true))(t, "session-over")
	})
}

func TestAPreviewIsKeptForADay(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		step := Step{Kind: StepSkip, SessionID: w.on("2018-03-06").ID}
		first := w.foresee(step)
		w.sleep("2018-02-13T08:00:00Z")
		refused(w.calendar.CommitReplan(w.ctx, w.member(0), first.ID, true))(t, "preview-gone")
		w.sleep("2018-02-13T08:00:01Z")
		second := w.foresee(step)
		refused(w.calendar.CommitReplan(w.ctx, w.member(0), first.ID, true))(t, "not-found")
		w.sleep("2018-02-14T07:59:00Z")
		w.commit(second)
	})
}

func TestEveryKindOfStep(t *testing.T) {
	at1400 := clockAt(14, 0)
	for name, c := range map[string]struct {
		step func(w *world) Step
		want []string
	}{
		"move": {func(w *world) Step {
			return Step{Kind: StepMove, SessionID: w.on("2018-02-27").ID, On: day(t, "2018-03-01")}
		}, []string{"moved 2018-02-27T11:30Z 2018-03-01T11:30Z"}},
		"move later": {func(w *world) Step {
			return Step{Kind: StepMoveLater, SessionID: w.on("2018-05-08").ID, On: day(t, "2018-05-10"), At: at1400}
		}, []string{"moved 2018-05-08T10:30Z 2018-05-10T12:00Z", "moved 2018-05-15T10:30Z 2018-05-17T12:00Z", "moved 2018-05-22T10:30Z 2018-05-24T12:00Z"}},
		"skip": {func(w *world) Step {
			return Step{Kind: StepSkip, SessionID: w.on("2018-05-15").ID}
		}, []string{"skipped 2018-05-15T10:30Z 2018-05-15T10:30Z", "added 2018-05-29T10:30Z"}},
		"skip the last": {func(w *world) Step {
			return Step{Kind: StepSkip, SessionID: w.on("2018-05-22").ID}
		}, []string{"skipped 2018-05-22T10:30Z 2018-05-22T10:30Z", "added 2018-05-29T10:30Z"}},
		"cancel": {func(w *world) Step {
			return Step{Kind: StepCancel, SessionID: w.on("2018-05-15").ID}
		}, []string{"cancelled 2018-05-15T10:30Z 2018-05-15T10:30Z", "added 2018-05-29T10:30Z"}},
		"shift, over a holiday": {func(*world) Step {
			return Step{Kind: StepShift, FromOn: day(t, "2018-04-24"), Weeks: 1}
		}, []string{
			"moved 2018-04-24T10:30Z 2018-05-08T10:30Z", "moved 2018-05-08T10:30Z 2018-05-15T10:30Z",
			"moved 2018-05-15T10:30Z 2018-05-22T10:30Z", "moved 2018-05-22T10:30Z 2018-05-29T10:30Z",
		}},
		"new slot": {func(*world) Step {
			return Step{Kind: StepNewSlot, FromOn: day(t, "2018-05-09"), Slot: &wall.Slot{Weekday: time.Thursday, At: wall.At(9, 0)}}
		}, []string{"moved 2018-05-15T10:30Z 2018-05-17T07:00Z", "moved 2018-05-22T10:30Z 2018-05-24T07:00Z"}},
		"break": {func(*world) Step {
			return Step{Kind: StepBreak, FromOn: day(t, "2018-05-14"), UntilOn: day(t, "2018-05-20")}
		}, []string{"moved 2018-05-15T10:30Z 2018-05-29T10:30Z"}},
		"add":     {func(*world) Step { return Step{Kind: StepAdd} }, []string{"added 2018-05-29T10:30Z"}},
		"add two": {func(*world) Step { return Step{Kind: StepAdd, Count: 2} }, []string{"added 2018-05-29T10:30Z", "added 2018-06-05T10:30Z"}},
		"add on a date": {func(*world) Step {
			return Step{Kind: StepAdd, On: day(t, "2018-03-01"), At: at1400}
		}, []string{"added 2018-03-01T13:00Z"}},
		"add on a date, at the slot's hour": {func(*world) Step {
			return Step{Kind: StepAdd, On: day(t, "2018-03-01")}
		}, []string{"added 2018-03-01T11:30Z"}},
	} {
		t.Run(name, func(t *testing.T) {
			lives(t, tuesdays, func(t *testing.T, w *world) {
				before := w.dates()
				r := w.foresee(c.step(w))
				same(t, "preview", changesOf(r.Change), c.want...)
				done := w.commit(r)
				same(t, "commit", changesOf(done.Change), c.want...)
				if r.Change.Letters != done.Change.Letters || done.Change.Letters != 5 || done.Change.CalendarUpdates != 5 || r.Change.EndsOn != done.Change.EndsOn {
					t.Errorf("preview %+v, commit %+v", r.Change, done.Change)
				}
				back := w.undo(done.ID)
				if !slices.Equal(w.dates(), before) || *back.UndoesID != done.ID || w.told(NoticeDatesChanged) != 0 || back.Change.Letters != 0 {
					t.Errorf("undone: %v, %d letters", w.dates(), w.told(NoticeDatesChanged))
				}
				refused(w.calendar.UndoReplan(w.ctx, w.member(1), done.ID))(t, "already-undone")
				w.undo(back.ID)
				if again := w.dates(); slices.Equal(again, before) || w.told(NoticeDatesChanged) != 5 {
					t.Errorf("done again: %v, %d letters", again, w.told(NoticeDatesChanged))
				}
			})
		})
	}
}

func TestPlainCommandsAreKeptAsReplans(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		who := w.member(2)
		ids := []string{
			got(w.calendar.Move(w.ctx, who, w.on("2018-03-06").ID, 0, day(t, "2018-03-07"), wall.At(9, 0), false))(t).ReplanID,
			got(w.calendar.Skip(w.ctx, who, w.on("2018-03-13").ID, 0, false))(t).ReplanID,
			got(w.calendar.Cancel(w.ctx, who, w.on("2018-03-20").ID, 0, false))(t).ReplanID,
			got(w.calendar.AddBreak(w.ctx, who, w.circleID, 0, day(t, "2018-04-02"), day(t, "2018-04-08"), false))(t).ReplanID,
			got(w.calendar.NewSlot(w.ctx, who, w.circleID, 0, SlotChange{Slot: wall.Slot{Weekday: time.Friday, At: wall.At(9, 0)}, FromOn: day(t, "2018-05-14")}, false))(t).ReplanID,
			got(w.calendar.MoreDates(w.ctx, who, w.circleID, 0, 2, false))(t).ReplanID,
		}
		dry := got(w.calendar.Skip(w.ctx, who, w.on("2018-03-27").ID, 0, true))(t)
		if !dry.DryRun || len(dry.Changes()) != 2 {
			t.Errorf("a dry run %+v", dry)
		}
		kinds := []StepKind{StepMove, StepSkip, StepCancel, StepBreak, StepNewSlot, StepAdd}
		first := got(w.calendar.Replans(w.ctx, w.facilitator, w.circleID, page.Cursor{}, 4))(t)
		rest := got(w.calendar.Replans(w.ctx, w.facilitator, w.circleID, got(page.Parse(first.Next))(t), 4))(t)
		all := slices.Concat(first.Items, rest.Items)
		slices.Reverse(all)
		if len(all) != len(ids) || rest.Next != "" {
			t.Fatalf("%d kept, want %d", len(all), len(ids))
		}
		for i, r := range all {
			if r.ID != ids[i] || r.Step.Kind != kinds[i] || r.State != Committed || *r.ByID != who.PersonID || r.Change.Letters != 5 {
				t.Errorf("%d: %+v", i, r)
			}
		}
	})
}

func TestBadSteps(t *testing.T) {
	s := tuesdays
	s.weekday, s.at = time.Sunday, wall.At(10, 0)
	lives(t, s, func(t *testing.T, w *world) {
		id, before := w.on("2018-03-18").ID, w.dates()
		on := func(date string) wall.Date { return day(t, date) }
		for name, c := range map[string]struct {
			step Step
			want string
		}{
			"no kind":                       {Step{}, "/kind unknown-value"},
			"an unknown kind":               {Step{Kind: "juggle"}, "/kind unknown-value"},
			"a move without a session":      {Step{Kind: StepMove, On: on("2018-03-20")}, "/session_id required"},
			"a move without a date":         {Step{Kind: StepMove, SessionID: id}, "/date required"},
			"a move of weeks":               {Step{Kind: StepMove, SessionID: id, On: on("2018-03-20"), Weeks: 2}, "/weeks not-for-this-step"},
			"a skip to a date":              {Step{Kind: StepSkip, SessionID: id, On: on("2018-03-20")}, "/date not-for-this-step"},
			"into the past":                 {Step{Kind: StepMove, SessionID: id, On: on("2018-02-11")}, "/date in-the-past"},
			"too far":                       {Step{Kind: StepMove, SessionID: id, On: on("2019-03-11")}, "/date too-far"},
			"onto another session":          {Step{Kind: StepMove, SessionID: id, On: on("2018-03-25"), At: clockAt(10, 30)}, "/time overlaps-session"},
			"into a clock gap":              {Step{Kind: StepMove, SessionID: id, On: on("2018-03-25"), At: clockAt(2, 30)}, "/time clock-gap"},
			"a later one into a clock gap":  {Step{Kind: StepMoveLater, SessionID: id, On: on("2018-03-18"), At: clockAt(2, 30)}, "/time clock-gap"},
			"no time of day":                {Step{Kind: StepMove, SessionID: id, On: on("2018-03-20"), At: clockAt(25, 0)}, "/time not-a-time"},
			"a shift of nothing":            {Step{Kind: StepShift}, "/weeks required"},
			"a shift back":                  {Step{Kind: StepShift, Weeks: -1}, "/weeks not-between"},
			"a shift of thirteen weeks":     {Step{Kind: StepShift, Weeks: 13}, "/weeks not-between"},
			"a shift from the past":         {Step{Kind: StepShift, Weeks: 1, FromOn: on("2018-02-11")}, "/from_on in-the-past"},
			"a slot without a slot":         {Step{Kind: StepNewSlot}, "/weekday required"},
			"a slot on no weekday":          {Step{Kind: StepNewSlot, Slot: &wall.Slot{Weekday: 8}}, "/weekday not-a-weekday"},
			"a break without an end":        {Step{Kind: StepBreak, FromOn: on("2018-03-05")}, "/until_on required"},
			"a break that ends before":      {Step{Kind: StepBreak, FromOn: on("2018-03-05"), UntilOn: on("2018-03-04")}, "/until_on before-from"},
			"a break of five weeks":         {Step{Kind: StepBreak, FromOn: on("2018-03-05"), UntilOn: on("2018-04-08")}, "/until_on break-too-long"},
			"an hour without a date":        {Step{Kind: StepAdd, At: clockAt(9, 0)}, "/date required"},
			"two on one date":               {Step{Kind: StepAdd, On: on("2018-03-01"), Count: 2}, "/count not-for-this-step"},
			"fewer than none":               {Step{Kind: StepAdd, Count: -1}, "/count not-between"},
			"one onto another":              {Step{Kind: StepAdd, On: on("2018-03-18")}, "/time overlaps-session"},
			"one into the past":             {Step{Kind: StepAdd, On: on("2018-02-01")}, "/date in-the-past"},
			"taking nothing back":           {Step{Kind: StepUndo}, "/undoes_id required"},
			"a later one onto what was not": {Step{Kind: StepMoveLater, SessionID: id, On: on("2019-02-10")}, "/date too-far"},
		} {
			_, err := w.calendar.PreviewReplan(w.ctx, w.member(0), w.circleID, c.step)
			if f, ok := fault.Of(err); !ok || len(f.Violations) == 0 || f.Violations[0].Pointer+" "+f.Violations[0].Code != c.want {
				t.Errorf("%s: want %q, got %v", name, c.want, err)
			}
		}
		preview := func(step Step) (Replan, error) {
			return w.calendar.PreviewReplan(w.ctx, w.member(0), w.circleID, step)
		}
		refused(preview(Step{Kind: StepSkip, SessionID: database.NewID()}))(t, "not-found")
		refused(preview(Step{Kind: StepUndo, UndoesID: database.NewID()}))(t, "not-found")
		refused(preview(Step{Kind: StepAdd, Count: 14}))(t, "enough-dates")
		refused(preview(Step{Kind: StepShift, Weeks: 1, FromOn: on("2018-12-01")}))(t, "no-sessions-left")
		got(w.calendar.AddBreak(w.ctx, w.member(0), w.circleID, 0, on("2018-06-01"), on("2018-06-10"), false))(t)
		refused(preview(Step{Kind: StepBreak, FromOn: on("2018-06-10"), UntilOn: on("2018-06-12")}))(t, "break-overlaps")
		refused(w.calendar.PreviewReplan(w.ctx, w.somebody("Vreemd", "Europe/Brussels"), w.circleID, Step{Kind: StepAdd}))(t, "not-found")
		if !slices.Equal(before, w.dates()) {
			t.Errorf("something was done: %v", w.dates())
		}
	})
}

// TestARunIsNotPutOffForEver shifts it again and again. A programme has no last day: what bounds a run is that it may begin a year
// ahead, and no shift puts its first session behind that.
func TestARunIsNotPutOffForEver(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		last := w.clock.Now().AddDate(0, 0, farthestStart)
		shift := func(weeks int) (Replan, error) {
			return w.calendar.PreviewReplan(w.ctx, w.member(0), w.circleID, Step{Kind: StepShift, Weeks: weeks})
		}
		for range 4 {
			got(w.calendar.CommitReplan(w.ctx, w.member(0), got(shift(12))(t).ID, true))(t)
		}
		before := w.dates()
		violates(shift(12))(t, "/weeks weeks-too-far")
		if !slices.Equal(before, w.dates()) {
			t.Errorf("something was done: %v", w.dates())
		}
		for err := error(nil); err == nil; {
			var r Replan
			if r, err = shift(1); err == nil {
				got(w.calendar.CommitReplan(w.ctx, w.member(0), r.ID, true))(t)
			}
		}
		next, _ := Next(w.course().sessions, w.clock.Now())
		if next.StartsAt.After(last) || next.StartsAt.Before(last.AddDate(0, 0, -8)) {
			t.Errorf("after all that can be, the next is at %s; a year ends at %s", next.StartsAt, last)
		}
	})
}

func TestASessionOfAnotherCircleIsNotFound(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		other, before := w.on("2018-03-06").ID, w.circleID
		own := got(w.calendar.Skip(w.ctx, w.member(0), w.on("2018-03-13").ID, 0, false))(t)
		s := tuesdays
		s.weekday = time.Friday
		w.open(s)
		got(w.calendar.Begin(w.ctx, w.facilitator, w.circleID, 0, BeginDraft{}, false))(t)
		if w.circleID == before {
			t.Fatal("no second circle")
		}
		for _, step := range []Step{{Kind: StepSkip, SessionID: other}, {Kind: StepUndo, UndoesID: own.ReplanID}} {
			refused(w.calendar.PreviewReplan(w.ctx, w.facilitator, w.circleID, step))(t, "not-found")
		}
	})
}

func TestABreakThatSwallowsTheRun(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		sessions := w.course().sessions
		last := sessions[len(sessions)-1]
		for _, s := range sessions[:len(sessions)-2] {
			w.until(s.EndsAt.Add(time.Minute).Format(time.RFC3339))
			got(w.calendar.RecordOutcome(w.ctx, w.member(0), s.ID, Held))(t)
		}
		from := wall.DateOf(sessions[len(sessions)-2].StartsAt, time.UTC)
		refused(w.calendar.AddBreak(w.ctx, w.member(0), w.circleID, 0, from, from.AddDays(27), false))(t, "break-swallows-run")
		on := wall.DateOf(last.StartsAt, time.UTC)
		got(w.calendar.AddBreak(w.ctx, w.member(0), w.circleID, 0, on, on.AddDays(6), false))(t)
		if moved := w.course().session(last.ID); !moved.StartsAt.After(last.StartsAt) {
			t.Errorf("the last one stays on %v", moved.StartsAt)
		}
	})
}

func TestABurstBecomesOneLetter(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		w.until("2018-03-05T09:00:00Z") // Monday; tomorrow is a session
		w.forgetNotices()
		session := w.on("2018-03-06")
		move := func(date string) Change {
			return got(w.calendar.Move(w.ctx, w.member(0), session.ID, 0, day(t, date), wall.At(12, 30), false))(t)
		}
		move("2018-03-07")
		w.sleep("2018-03-05T09:05:00Z")
		move("2018-03-08")
		w.sleep("2018-03-05T09:09:59Z")
		if n := w.sends(); n != 0 {
			t.Errorf("%d letters before ten minutes", n)
		}
		same(t, "the letter of who moved it", w.tells(0), "2018-03-06 12:30 -> 2018-03-08 12:30")
		same(t, "the letter of another", w.tells(3), "2018-03-06 12:30 -> 2018-03-08 12:30")
		w.sleep("2018-03-05T09:10:00Z")
		if n := w.sends(); n != 5 {
			t.Errorf("%d letters after ten minutes", n)
		}
		w.sleep("2018-03-05T09:11:00Z")
		move("2018-03-09")
		same(t, "the next letter", w.tells(1), "2018-03-08 12:30 -> 2018-03-09 12:30")
		if w.sends() != 0 { // Friday's session can wait until tomorrow, but for Thursday's that was
			t.Errorf("a letter at once")
		}
	})
}

func TestABurstThatComesToNothingTellsNobody(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		w.forgetNotices()
		session := w.on("2018-03-06")
		first := got(w.calendar.Move(w.ctx, w.member(0), session.ID, 0, day(t, "2018-03-08"), wall.At(12, 30), false))(t)
		other := got(w.calendar.Skip(w.ctx, w.member(0), w.on("2018-04-03").ID, 0, false))(t)
		back := got(w.calendar.Move(w.ctx, w.member(1), session.ID, 0, day(t, "2018-03-06"), wall.At(12, 30), false))(t)
		if first.Letters != 5 || other.Letters != 5 || back.Letters != 5 {
			t.Errorf("%d, %d, %d letters", first.Letters, other.Letters, back.Letters)
		}
		same(t, "the letter", w.tells(2), "2018-04-03 12:30 -> skipped", "new -> 2018-05-29 12:30")
		w.undo(other.ReplanID)
		if n := w.told(NoticeDatesChanged); n != 0 {
			t.Errorf("%d are told of nothing", n)
		}
		if len(w.course().sessions) != 13 {
			t.Errorf("%v", w.dates())
		}
	})
}

func TestWhatCanWaitGoesInTheMorning(t *testing.T) {
	s := tuesdays
	s.zones = []string{"Europe/Brussels", "Pacific/Auckland", "Asia/Kathmandu", "America/New_York"}
	lives(t, s, func(t *testing.T, w *world) {
		w.sleep("2018-02-16T15:00:00Z") // Friday
		w.forgetNotices()
		got(w.calendar.Move(w.ctx, w.member(0), w.on("2018-03-06").ID, 0, day(t, "2018-03-08"), wall.At(12, 30), false))(t)
		w.sleep("2018-02-18T22:00:00Z")
		got(w.calendar.Move(w.ctx, w.member(0), w.on("2018-03-13").ID, 0, day(t, "2018-03-15"), wall.At(12, 30), false))(t)
		want := map[string]string{
			w.member(0).PersonID: "2018-02-19T07:00:00Z", w.member(1).PersonID: "2018-02-18T19:00:00Z",
			w.member(2).PersonID: "2018-02-19T02:15:00Z", w.member(3).PersonID: "2018-02-19T13:00:00Z",
		}
		for _, line := range w.notices() {
			if got := line.HoldUntil.Format(time.RFC3339); line.Kind == NoticeDatesChanged && got != want[line.PersonID] {
				t.Errorf("%s is told at %s, want %s", line.PersonID, got, want[line.PersonID])
			}
		}
		if n := w.told(NoticeDatesChanged); n != 4 {
			t.Errorf("%d letters for two changes", n)
		}
		w.sleep("2018-02-19T06:30:00Z")
		if n := w.sends(); n != 2 {
			t.Errorf("%d letters before the morning in Brussels", n)
		}
		got(w.calendar.Cancel(w.ctx, w.member(0), w.on("2018-02-20").ID, 0, false))(t) // in Auckland that is the day after tomorrow
		w.sleep("2018-02-19T06:40:00Z")
		if n := w.sends(); n != 3 {
			t.Errorf("%d letters with what is urgent", n)
		}
		w.sleep("2018-02-19T19:00:00Z")
		if n := w.sends(); n != 1 {
			t.Errorf("%d letters in the morning of Auckland", n)
		}
	})
}

func TestAnUndoAfterTheLetterIsToldAndBeginsAnotherSeries(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		before, series, sequence := w.dates(), w.circle().Series, w.circle().Sequence
		slot := Step{Kind: StepNewSlot, FromOn: day(t, "2018-03-05"), Slot: &wall.Slot{Weekday: time.Thursday, At: wall.At(9, 0)}}
		first := w.commit(w.foresee(slot))
		if c := w.circle(); c.Series != series+1 || c.Sequence != sequence+1 {
			t.Errorf("series %d, sequence %d", c.Series, c.Sequence)
		}
		w.undo(first.ID)
		if c := w.course(); c.circle.Series != series || c.circle.Sequence != sequence+2 || c.sessions[12].Series != series || !slices.Equal(before, w.dates()) {
			t.Errorf("nobody was told: series %d, sequence %d, %v", c.circle.Series, c.circle.Sequence, w.dates())
		}
		second := w.commit(w.foresee(slot))
		w.sleep("2018-02-13T08:00:00Z")
		if n := w.sends(); n != 5 {
			t.Fatalf("%d letters", n)
		}
		undone := w.undo(second.ID)
		c := w.course()
		if c.circle.Series != series+2 || c.sessions[12].Series != series+2 || c.sessions[0].Series != series || !slices.Equal(before, w.dates()) {
			t.Errorf("all were told: series %d of the circle, %d of the last session, %v", c.circle.Series, c.sessions[12].Series, w.dates())
		}
		if got, _ := c.circle.Slot(); got.Weekday != time.Tuesday || undone.Change.Letters != 5 {
			t.Errorf("the slot is %v; %d letters", got, undone.Change.Letters)
		}
		if lines := w.tells(1); len(lines) != 11 || lines[0] != "2018-03-08 09:00 -> 2018-03-06 12:30" {
			t.Errorf("told %v", lines)
		}
	})
}

func TestAnAddedDateThatPeopleKnowIsCalledOffByAnUndo(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		skipped := got(w.calendar.Skip(w.ctx, w.member(0), w.on("2018-03-06").ID, 0, false))(t)
		w.sleep("2018-02-13T08:00:00Z")
		w.sends()
		w.undo(skipped.ReplanID)
		same(t, "the letter", w.tells(1), "2018-03-06 12:30 -> 2018-03-06 12:30", "2018-05-29 12:30 -> skipped")
		if w.on("2018-03-06").State != Planned || w.on("2018-05-29").State != Skipped {
			t.Errorf("%v", w.dates())
		}
		got(w.calendar.Skip(w.ctx, w.member(0), w.on("2018-03-13").ID, 0, false))(t)
		if n := len(w.course().sessions); n != 14 || w.on("2018-05-29").State != Planned {
			t.Errorf("the date is not taken again: %v", w.dates())
		}
	})
}

func TestAnAnswerComesBackWithItsDate(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		session := w.on("2018-03-06")
		got(w.calendar.Answer(w.ctx, w.member(1), session.ID, No))(t)
		moved := got(w.calendar.Move(w.ctx, w.member(0), session.ID, 0, day(t, "2018-03-08"), wall.At(12, 30), false))(t)
		c := w.course()
		if n := len(c.expected(*c.session(session.ID))); n != 5 {
			t.Errorf("%d are expected on the new date", n)
		}
		w.undo(moved.ReplanID)
		c = w.course()
		if n := len(c.expected(*c.session(session.ID))); n != 4 {
			t.Errorf("%d are expected on the old one", n)
		}
	})
}

func TestAnUndoThatCameTooLate(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		skip := got(w.calendar.Skip(w.ctx, w.member(0), w.on("2018-03-06").ID, 0, false))(t)
		shift := w.commit(w.foresee(Step{Kind: StepShift, FromOn: day(t, "2018-05-01"), Weeks: 1}))
		refused(w.calendar.UndoReplan(w.ctx, w.member(0), skip.ReplanID))(t, "replan-overtaken")
		slot := w.commit(w.foresee(Step{Kind: StepNewSlot, FromOn: day(t, "2018-05-01"), Slot: &wall.Slot{Weekday: time.Thursday, At: wall.At(9, 0)}}))
		again := w.commit(w.foresee(Step{Kind: StepNewSlot, FromOn: day(t, "2018-06-14"), Slot: &wall.Slot{Weekday: time.Friday, At: wall.At(9, 0)}}))
		refused(w.calendar.UndoReplan(w.ctx, w.member(0), slot.ID))(t, "replan-overtaken")
		for _, id := range []string{again.ID, slot.ID, shift.ID, skip.ReplanID} {
			w.undo(id)
		}
		if len(w.dates()) != 13 {
			t.Errorf("all taken back in turn: %v", w.dates())
		}
		preview := w.foresee(Step{Kind: StepAdd})
		refused(w.calendar.UndoReplan(w.ctx, w.member(0), preview.ID))(t, "not-committed")
		skip = got(w.calendar.Skip(w.ctx, w.member(0), w.on("2018-02-20").ID, 0, false))(t)
		w.until("2018-02-20T12:00:00Z")
		refused(w.calendar.UndoReplan(w.ctx, w.member(0), skip.ReplanID))(t, "replan-overtaken")
	})
}

func TestAnUndoLeavesWhatIsOver(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		slot := w.commit(w.foresee(Step{Kind: StepNewSlot, FromOn: day(t, "2018-02-27"), Slot: &wall.Slot{Weekday: time.Monday, At: wall.At(9, 0)}}))
		w.until("2018-03-05T09:30:00Z")
		w.record("2018-03-05", Held)
		w.undo(slot.ID)
		dates := w.dates()
		same(t, "the first dates", dates[1:4], "2018-03-05 held", "2018-03-06 planned", "2018-03-13 planned")
	})
}

func TestACommitThatTellsNobody(t *testing.T) {
	lives(t, tuesdays, func(t *testing.T, w *world) {
		quietly := func(step Step) (Replan, error) {
			return w.calendar.CommitReplan(w.ctx, w.member(0), w.foresee(step).ID, false)
		}
		violates(quietly(Step{Kind: StepSkip, SessionID: w.on("2018-03-06").ID}))(t, "/tell calendar-changes")
		if w.on("2018-03-06").State != Planned {
			t.Error("it was done all the same")
		}
		w.forgetNotices()
		done := got(quietly(Step{Kind: StepBreak, FromOn: day(t, "2018-03-07"), UntilOn: day(t, "2018-03-11")}))(t)
		if done.Change.Letters != 0 || done.Change.CalendarUpdates != 0 || len(w.notices()) != 0 {
			t.Errorf("%+v", done.Change)
		}
		w.until("2018-02-20T12:45:00Z")
		w.record("2018-02-20", Missed) // adds a date of which people hear with the next reminder
		w.forgetNotices()
		last := w.on("2018-05-29")
		got(quietly(Step{Kind: StepMove, SessionID: last.ID, On: day(t, "2018-05-30")}))(t)
		if n := w.told(NoticeDatesChanged); n != 0 {
			t.Errorf("%d are told", n)
		}
		b := got(w.calendar.Brief(w.ctx, w.circleID, w.member(1).PersonID))(t)
		if _, knows := b.Told[last.ID]; knows {
			t.Error("it counts as told")
		}
	})
}

func TestOfSeveralProcessesOneCommits(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		w := newWorldToday(t, db)
		got(w.calendar.Begin(w.ctx, w.facilitator, w.circleID, 0, BeginDraft{}, false))(t)
		r := w.foresee(Step{Kind: StepSkip, SessionID: w.course().sessions[2].ID})
		w.foresee(Step{Kind: StepAdd}) // the process that made the first preview is gone by now
		other := New(Options{DB: db, Clock: w.clock, Guides: w.calendar.guides})
		results := make([]error, 8)
		var group sync.WaitGroup
		for i := range results {
			calendar := []*Calendar{w.calendar, other}[i%2]
			group.Go(func() { _, results[i] = calendar.CommitReplan(w.ctx, w.facilitator, r.ID, true) })
		}
		group.Wait()
		done := 0
		for _, err := range results {
			if err == nil {
				done++
				continue
			}
			refused(0, err)(t, "already-committed")
		}
		if n := len(w.course().sessions); done != 1 || n != 14 {
			t.Errorf("%d commits, %d sessions", done, n)
		}
	})
}

func TestAPreviewWarns(t *testing.T) {
	s := tuesdays
	s.zones = []string{"Europe/Brussels", "Europe/Brussels", "Europe/Brussels"}
	lives(t, s, func(t *testing.T, w *world) {
		got(w.calendar.AddBreak(w.ctx, w.member(0), w.circleID, 0, day(t, "2018-04-03"), day(t, "2018-04-08"), false))(t)
		for _, n := range []int{0, 1} {
			got(w.calendar.SetAbsences(w.ctx, w.member(n), w.circleID, []Span{span(t, "2018-04-04", "2018-04-06")}))(t)
		}
		r := w.foresee(Step{Kind: StepMove, SessionID: w.on("2018-03-27").ID, On: day(t, "2018-04-05")})
		var codes []string
		for _, warning := range r.Change.Warnings {
			codes = append(codes, warning.Code)
		}
		same(t, "warnings", codes, WarnInBreak, WarnSomeAway, WarnTooFew)
		for _, one := range r.Change.Changes() {
			if one.SuitsBefore.Count != 3 || !one.SuitsBefore.Quorum || one.SuitsAfter.Count != 1 || one.SuitsAfter.Quorum {
				t.Errorf("it suits %+v before and %+v after", one.SuitsBefore, one.SuitsAfter)
			}
		}
		seen := got(w.calendar.Replan(w.ctx, w.facilitator, r.ID))(t) // she would learn who is away by asking about any date
		if warned := seen.Change.Warnings; len(warned) != 1 || warned[0].Code != WarnInBreak || seen.Change.Changes()[0].SuitsAfter.Count != 3 {
			t.Errorf("a facilitator sees %+v, and it suits %+v", warned, seen.Change.Changes()[0].SuitsAfter)
		}
		want := []Free{{On: day(t, "2018-04-03"), Why: OffBreak}, {On: day(t, "2018-05-01"), Why: OffHoliday}}
		if !slices.Equal(r.Change.Free, want) || r.Change.EndsOn != day(t, "2018-05-29") {
			t.Errorf("left out %v, ends on %v", r.Change.Free, r.Change.EndsOn)
		}
	})
}
