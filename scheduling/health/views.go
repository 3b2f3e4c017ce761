package health

import (
	"context"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/page"

	"kring/circles"
)

// CircleHealth is what members and facilitators see of how a circle is doing, in the same words. It holds nothing about
// a person.
type CircleHealth struct {
	CircleID, ProgrammeID, Name string
	State                       circles.State
	Zone                        string // IANA, of the circle's wall
	Revision                    int    // the circle's

	Verdict Level
	Reasons []Reason
	Step    Step
	Flag    *Flag // the open one

	GuideWeek  *int // the week the circle is at; nil once the last is held
	GuideWeeks int  // how many guides its set has
	Members    int
	Held       int // sessions
	LastHeldAt *time.Time
	NextAt     *time.Time // when the next planned session starts

	NothingRecorded bool // sessions went by, and nobody said how the last one went
	NextCheckAt     *time.Time
}

// Health is one circle's. It answers as May does.
func (w *Watch) Health(ctx context.Context, actor identity.Actor, circleID string) (CircleHealth, error) {
	now := w.clock.Now()
	var view CircleHealth
	err := w.db.Read(ctx, func(tx database.Tx) error {
		_, object, err := circles.SeeIn(tx, actor, circleID)
		if err != nil {
			return err
		}
		if err := circles.May(actor, circles.SeeHealth, object); err != nil {
			return err
		}
		view, err = w.viewOne(tx, circleID, now)
		return err
	})
	return view, err
}

// ProgrammeHealth lists a programme's circles, the youngest first; level "" is any, OnTrack all without an open flag.
// It answers as May does.
func (w *Watch) ProgrammeHealth(ctx context.Context, actor identity.Actor, programmeID string, level Level,
	after page.Cursor, limit int,
) (page.Page[CircleHealth], error) {
	now := w.clock.Now()
	var found page.Page[CircleHealth]
	err := w.db.Read(ctx, func(tx database.Tx) error {
		if err := maySeeAll(tx, actor, programmeID); err != nil {
			return err
		}
		ids, err := circlesOf(tx, programmeID, level, after.ID, limit+1)
		if err != nil {
			return err
		}
		part := page.Cut(ids, limit, func(id string) page.Cursor { return page.Cursor{ID: id} })
		found.Next = part.Next
		found.Items, err = w.views(tx, part.Items, now)
		return err
	})
	return found, err
}

func maySeeAll(tx database.Tx, actor identity.Actor, programmeID string) error {
	if _, _, err := circles.ProgrammeIn(tx, programmeID); err != nil {
		return err
	}
	facilitates, err := facilitates(tx, programmeID, actor.PersonID)
	if err != nil {
		return err
	}
	return circles.May(actor, circles.SeeAllHealth, circles.Object{ProgrammeID: programmeID, Facilitator: facilitates})
}

func (w *Watch) viewOne(tx database.Tx, circleID string, now time.Time) (CircleHealth, error) {
	views, err := w.views(tx, []string{circleID}, now)
	if err != nil || len(views) == 0 {
		return CircleHealth{}, err
	}
	return views[0], nil
}

// views are circles by id, in that order.
func (w *Watch) views(tx database.Tx, ids []string, now time.Time) ([]CircleHealth, error) {
	out := make([]CircleHealth, 0, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	sights, err := sightsOf(tx, ids, now)
	if err != nil {
		return nil, err
	}
	flags, err := openFlags(tx, ids)
	if err != nil {
		return nil, err
	}
	for _, f := range flags {
		sights[f.CircleID].flag = &f
	}
	for _, id := range ids {
		if s, found := sights[id]; found {
			out = append(out, w.view(*s))
		}
	}
	return out, nil
}

func (w *Watch) view(s sight) CircleHealth {
	v := s.CircleHealth
	v.Verdict, v.Reasons = OnTrack, []Reason{}
	if s.flag != nil {
		v.Verdict, v.Reasons, v.Step, v.Flag = s.flag.Verdict, s.flag.Reasons, s.flag.Step, s.flag
	}
	set, _ := w.guides.Set(s.guideSet)
	v.GuideWeeks = set.Weeks
	if set.HasWeek(s.guideWeek) {
		v.GuideWeek = &s.guideWeek
	}
	v.NothingRecorded = v.State == circles.Running && s.past.settled().last(1).count(unrecorded) == 1
	return v
}
