package scheduling

import (
	"fmt"
	"testing"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/testkit"
	"kring/internal/wall"
)

// BenchmarkPreviewReplan is a new slot over all thirteen sessions of a circle of five, who live in five zones, said when
// they can, and answered; on SQLite, with the row that keeps it.
func BenchmarkPreviewReplan(b *testing.B) {
	w, step := fullRun(b)
	for b.Loop() {
		if _, err := w.calendar.PreviewReplan(w.ctx, w.member0, w.circleID, step); err != nil {
			b.Fatal(err)
		}
	}
}

type benched struct {
	*world

	member0 identity.Actor
}

func fullRun(b *testing.B) (benched, Step) {
	b.Helper()
	w := newWorldBy(b, testkit.Open(b, testkit.SQLite(b)), clock.From(at(b, "2018-02-12T08:00:00Z")))
	s := tuesdays
	s.zones = fiveZones
	w.open(s)
	got(w.calendar.Begin(w.ctx, w.facilitator, w.circleID, 0, BeginDraft{}, false))(b)
	c := w.course()
	for i, m := range c.members {
		var hours wall.Availability
		for weekday := time.Monday; weekday <= time.Friday; weekday++ {
			hours = hours.With(weekday, 8*60, 20*60)
		}
		w.write(func(tx database.Tx) error {
			_, err := identity.PatchIn(tx, w.clock.Now(), m.PersonID, 0, identity.Patch{Availability: &hours})
			return err
		})
		for _, s := range c.sessions[:3] {
			got(w.calendar.Answer(w.ctx, identity.Actor{PersonID: m.PersonID}, s.ID, []Answer{Yes, No}[i%2]))(b)
		}
	}
	step := Step{Kind: StepNewSlot, Slot: &wall.Slot{Weekday: time.Thursday, At: wall.At(9, 0)}}
	r := got(w.calendar.PreviewReplan(w.ctx, w.member(0), w.circleID, step))(b)
	if n := len(r.Change.Changes()); n != 13 {
		b.Fatal(fmt.Sprint(n, " dates"))
	}
	return benched{world: w, member0: w.member(0)}, step
}
