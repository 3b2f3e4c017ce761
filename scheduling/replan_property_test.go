package scheduling

import (
	"cmp"
	"flag"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/page"
	"kring/internal/testkit"
	"kring/internal/wall"
)

// player plays random changes of dates on one circle, and holds them to what must always be so.
type player struct {
	*world

	rt       *rapid.T
	sequence int
	known    map[string]map[string]string // what each person's letters said of each session, by person
	done     []string                     // replans
}

// TestWhateverIsChangedAndTakenBack draws previews, commits, undos and hours in between. Each draw has a circle of its own.
func TestWhateverIsChangedAndTakenBack(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		w := newWorldBy(t, db, clock.From(at(t, "2018-02-12T08:00:00Z")))
		drawn(t, 20)
		rapid.Check(t, func(rt *rapid.T) {
			p := newPlayer(w, rt)
			for range rapid.IntRange(1, 6).Draw(rt, "length") {
				switch rapid.SampledFrom([]string{"step", "step", "step", "undo", "wait"}).Draw(rt, "act") {
				case "step":
					p.change()
				case "undo":
					p.takeBack()
				case "wait":
					p.wait(rapid.SampledFrom([]time.Duration{time.Minute, 11 * time.Minute, 20 * time.Hour, 4 * 24 * time.Hour}).Draw(rt, "wait"))
				}
				p.holds()
			}
			p.wait(5 * 24 * time.Hour)
			p.everybodyKnows()
		})
	})
}

// drawn lets rapid play fewer draws than it would: each of these is a life in a database. Who names -rapid.checks on the
// command line gets what is named.
func drawn(t *testing.T, n int) {
	t.Helper()
	checks := flag.Lookup("rapid.checks")
	if before := checks.Value.String(); before == checks.DefValue {
		must(t, checks.Value.Set(strconv.Itoa(n)))
		t.Cleanup(func() { must(t, checks.Value.Set(before)) })
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newPlayer(w *world, rt *rapid.T) *player {
	s := tuesdays
	s.zones = []string{"Europe/Brussels", "Pacific/Auckland"}
	today := wall.DateOf(w.clock.Now(), time.UTC)
	s.startsOn = today.AddDays(rapid.IntRange(1, 9).Draw(rt, "start")).String()
	w.open(s)
	got(w.calendar.Begin(w.ctx, w.facilitator, w.circleID, 0, BeginDraft{Insist: true}, false))(w.t)
	p := &player{world: w, rt: rt, known: map[string]map[string]string{}}
	for _, m := range w.course().members {
		p.known[m.PersonID] = map[string]string{}
		for _, s := range w.course().sessions {
			p.known[m.PersonID][s.ID] = stands(s.StartsAt, s.State)
		}
	}
	return p
}

func stands(start time.Time, state State) string {
	return start.UTC().Format(time.RFC3339) + " " + string(state)
}

// change previews a step that is drawn, and commits it.
func (p *player) change() {
	before, who := p.dates(), p.member(0)
	r, err := p.calendar.PreviewReplan(p.ctx, who, p.circleID, p.step())
	if !slices.Equal(before, p.dates()) {
		p.rt.Fatalf("a preview changed %v to %v", before, p.dates())
	}
	if err != nil {
		p.refused(err)
		return
	}
	done, err := p.calendar.CommitReplan(p.ctx, who, r.ID, true)
	if err != nil {
		p.rt.Fatalf("what was foreseen was refused: %v", err)
	}
	if a, b := changesOf(r.Change), changesOf(done.Change); !slices.Equal(a, b) || r.Change.Letters != done.Change.Letters || r.Change.EndsOn != done.Change.EndsOn {
		p.rt.Fatalf("foreseen %v, done %v", a, b)
	}
	p.holds()
	if rapid.Bool().Draw(p.rt, "back at once") {
		undone := got(p.calendar.UndoReplan(p.ctx, who, r.ID))(p.t)
		if !slices.Equal(before, p.dates()) {
			p.rt.Fatalf("%s taken back at once: %v, was %v", r.Step.Kind, p.dates(), before)
		}
		p.done = append(p.done, undone.ID)
		return
	}
	p.done = append(p.done, r.ID)
}

func (p *player) step() Step {
	rt, c := p.rt, p.course()
	session := c.sessions[rapid.IntRange(0, len(c.sessions)-1).Draw(rt, "session")]
	date := c.today().AddDays(rapid.IntRange(-1, 60).Draw(rt, "day"))
	at := wall.At(rapid.IntRange(6, 20).Draw(rt, "hour"), 30)
	switch kind := rapid.SampledFrom([]StepKind{
		StepMove, StepMoveLater, StepSkip, StepShift, StepNewSlot, StepBreak, StepAdd, StepCancel,
	}).Draw(rt, "kind"); kind {
	case StepMove, StepMoveLater:
		return Step{Kind: kind, SessionID: session.ID, On: session.On(c.loc).AddDays(rapid.IntRange(-5, 5).Draw(rt, "by")), At: &at}
	case StepSkip, StepCancel:
		return Step{Kind: kind, SessionID: session.ID}
	case StepShift:
		return Step{Kind: kind, FromOn: date, Weeks: rapid.IntRange(1, 3).Draw(rt, "weeks")}
	case StepNewSlot:
		return Step{Kind: kind, FromOn: date, Slot: &wall.Slot{Weekday: date.Weekday(), At: at}}
	case StepBreak:
		return Step{Kind: kind, FromOn: date, UntilOn: date.AddDays(rapid.IntRange(0, 20).Draw(rt, "days"))}
	}
	if rapid.Bool().Draw(rt, "at the end") {
		return Step{Kind: StepAdd, Count: rapid.IntRange(1, 2).Draw(rt, "count")}
	}
	return Step{Kind: StepAdd, On: date, At: &at}
}

func (p *player) takeBack() {
	if len(p.done) == 0 {
		return
	}
	id := rapid.SampledFrom(p.done).Draw(p.rt, "undo")
	r, err := p.calendar.UndoReplan(p.ctx, p.member(1), id)
	if err != nil {
		p.refused(err)
		return
	}
	p.done = append(p.done, r.ID)
}

// refused allows refusals, and nothing else that goes wrong.
func (p *player) refused(err error) {
	if _, ok := fault.Of(err); !ok {
		p.rt.Fatalf("not a refusal: %v", err)
	}
}

// wait lets time go on; what is due is sent, and says of each session what the person knew and what is so.
func (p *player) wait(d time.Duration) {
	p.clock.Advance(d)
	for _, line := range p.notices() {
		if line.Kind != NoticeDatesChanged || line.State != "waiting" || line.HoldUntil.After(p.clock.Now()) {
			continue
		}
		b := got(p.calendar.Brief(p.ctx, p.circleID, line.PersonID))(p.t)
		for _, change := range b.ChangedBy(line.HoldUntil) {
			knew := ""
			if change.WasAt != nil {
				knew = stands(*change.WasAt, change.WasState)
			}
			if said := p.known[line.PersonID][change.Session.ID]; said != knew {
				p.rt.Fatalf("a letter says that it was %q, and the person knows %q", knew, said)
			}
			p.known[line.PersonID][change.Session.ID] = stands(change.Session.StartsAt, change.Session.State)
		}
	}
	p.sends()
}

// holds is what must be so at any time.
func (p *player) holds() {
	c := p.course()
	if c.circle.Sequence < p.sequence {
		p.rt.Fatalf("SEQUENCE fell from %d to %d", p.sequence, c.circle.Sequence)
	}
	p.sequence = c.circle.Sequence
	var last Session
	for i, s := range c.sessions {
		switch {
		case s.Ordinal != i+1:
			p.rt.Fatalf("ordinals %v", p.dates())
		case s.Sequence > c.circle.Sequence || s.Series > c.circle.Series:
			p.rt.Fatalf("%+v is ahead of its circle", s)
		case s.State == Planned && s.StartsAt.Before(last.EndsAt):
			p.rt.Fatalf("two sessions at once: %v", p.dates())
		}
		if s.State == Planned {
			last = s
		}
	}
	p.lettersSaySomething()
	listed := got(p.calendar.Replans(p.ctx, p.member(0), p.circleID, page.Cursor{}, 0))(p.t)
	if !slices.IsSortedFunc(listed.Items, func(a, b Replan) int { return cmp.Or(b.CommittedAt.Compare(*a.CommittedAt), cmp.Compare(b.ID, a.ID)) }) {
		p.rt.Fatal("the list is out of order")
	}
}

// lettersSaySomething: a letter waits for somebody if and only if there is something to tell.
func (p *player) lettersSaySomething() {
	waits := map[string]int{}
	for _, line := range p.notices() {
		if line.Kind != NoticeDatesChanged || line.State != "waiting" {
			continue
		}
		waits[line.PersonID]++
		b := got(p.calendar.Brief(p.ctx, p.circleID, line.PersonID))(p.t)
		if len(b.ChangedBy(line.HoldUntil)) == 0 || waits[line.PersonID] > 1 {
			p.rt.Fatalf("%d letters that wait, about %v", waits[line.PersonID], b.ChangedBy(line.HoldUntil))
		}
	}
	for person, known := range p.known {
		if waits[person] == 0 && fmt.Sprint(known) != fmt.Sprint(p.isSo(known)) {
			p.rt.Fatalf("nobody tells %v, who knows %v", p.isSo(known), known)
		}
	}
}

// isSo is what somebody would know who is told everything: sessions to come that they know of, and those that are planned.
func (p *player) isSo(known map[string]string) map[string]string {
	out := map[string]string{}
	for _, s := range p.course().sessions {
		if _, knew := known[s.ID]; knew || s.State == Planned {
			out[s.ID] = stands(s.StartsAt, s.State)
		}
	}
	return out
}

func (p *player) everybodyKnows() {
	for person, known := range p.known {
		if fmt.Sprint(known) != fmt.Sprint(p.isSo(known)) {
			p.rt.Fatalf("%s knows %v, and it is %v", person, known, p.isSo(known))
		}
	}
}
