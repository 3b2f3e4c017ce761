package circles

import (
	"context"
	"time"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/journal"
)

// OpenCircle opens a forming circle in a programme and invites the members named; the seat of a facilitator who names
// herself is taken at once. It answers NotFound, Conflict programme-closed, seat-exists and application-not-waiting,
// and Invalid with everything that is wrong with the draft.
func (r *Registry) OpenCircle(ctx context.Context, actor identity.Actor, draft CircleDraft) (CircleView, error) {
	now := r.clock.Now()
	return write(ctx, r.db, func(tx database.Tx) (CircleView, error) {
		p, err := r.programmeFor(tx, actor, draft.ProgrammeID)
		if err != nil {
			return CircleView{}, err
		}
		c, err := r.newCircle(tx, actor, p, draft, now)
		if err != nil {
			return CircleView{}, err
		}
		if err := r.inviteAll(tx, actor, c, draft.Members, now); err != nil {
			return CircleView{}, err
		}
		seen, err := seeOne(tx, actor, c.ID)
		return seen.view(), err
	})
}

// programmeFor reads the programme that a new circle is for.
func (r *Registry) programmeFor(tx database.Tx, actor identity.Actor, id string) (Programme, error) {
	if !actor.Known() {
		return Programme{}, May(actor, OpenCircle, Object{})
	}
	p, err := one[Programme](tx, id, false)
	if err != nil {
		return p, invalidAt("/programme_id", "no-such-programme", err)
	}
	if err := mayOnProgramme(tx, actor, OpenCircle, id); err != nil {
		if fault.IsKind(err, fault.NotFound) {
			err = invalidAt("/programme_id", "no-such-programme", err)
		}
		return p, err
	}
	if p.State != Open {
		return p, conflict("programme-closed")
	}
	return p, nil
}

func (r *Registry) newCircle(tx database.Tx, actor identity.Actor, p Programme, draft CircleDraft, now time.Time) (Circle, error) {
	draft.LookedAfterBy = either(draft.LookedAfterBy, actor.PersonID)
	if err := draft.check(r.choose, p); err != nil {
		return Circle{}, err
	}
	if err := lookedAfter(tx, actor, p.ID, draft.LookedAfterBy); err != nil {
		return Circle{}, err
	}
	c := draft.circle(database.NewID(), p, r.set(p.GuideSet), now)
	if err := insert(tx, &c); err != nil {
		return c, err
	}
	return c, record(tx, journal.Entry{At: now, SubjectID: c.ID, Action: "circle-opened"}, c, actor)
}

// lookedAfter answers Invalid for somebody who does not facilitate the programme; an owner may look after any circle.
func lookedAfter(tx database.Tx, actor identity.Actor, programmeID, personID string) error {
	if actor.Owner && personID == actor.PersonID {
		return nil
	}
	is, err := facilitates(tx, programmeID, personID)
	if err != nil || is {
		return err
	}
	return invalidAt("/looked_after_by", "not-a-facilitator", nil)
}

// inviteAll offers a seat to each. Somebody named twice, by two forms of one address or by address and application, is
// a violation of the second.
func (r *Registry) inviteAll(tx database.Tx, actor identity.Actor, c Circle, members []Invitee, now time.Time) error {
	for i, who := range members {
		seats, err := seatsOf(tx, c.ID)
		if err != nil {
			return err
		}
		_, err = r.invite(tx, actor, c, seats, who, &c.ProgrammeID, now)
		if fault.HasCode(err, "seat-exists") {
			return invalidAt(pointerTo("/members", i), "twice", nil)
		}
		if err != nil {
			return below(pointerTo("/members", i), err)
		}
	}
	return nil
}

// below answers what is wrong with a part as wrong at its place in the whole.
func below(pointer string, err error) error {
	f, is := fault.Of(err)
	if !is || len(f.Violations) == 0 {
		return err
	}
	var v fault.Violations
	for _, one := range f.Violations {
		v.Add(pointer+one.Pointer, one.Code, one.Args)
	}
	return v.Err()
}

// PatchCircle changes a circle at the revision (0: whatever it is): name, place and links as any member may; slot,
// start, language, holidays, seats and who looks after it as facilitators may, the slot, the start and the zone only
// while it forms. It answers Forbidden, Stale, Conflict circle-over and not-forming, and Invalid with everything that is
// wrong.
func (r *Registry) PatchCircle(ctx context.Context, actor identity.Actor, id string, revision int, patch CirclePatch) (CircleView, error) {
	now := r.clock.Now()
	return write(ctx, r.db, func(tx database.Tx) (CircleView, error) {
		c, seats, err := lockWithSeats(tx, id)
		if err != nil {
			return CircleView{}, err
		}
		if err := mayPatch(tx, actor, c, seats, patch); err != nil {
			return CircleView{}, err
		}
		if err := checkRevision(revision, c.Revision); err != nil {
			return CircleView{}, err
		}
		was := c
		if err := patch.apply(r.choose, &c, c.Seats-FreeSeats(c, seats)); err != nil {
			return CircleView{}, err
		}
		if c.State.Begun() && (c.Venue != was.Venue || c.VideoLink != was.VideoLink) {
			c.Sequence += 2 // one for its letter, and one that stays above it
			if err := placeChanged(tx, c, seats, now); err != nil {
				return CircleView{}, err
			}
		}
		if patch.LookedAfterBy != nil && *patch.LookedAfterBy != nil {
			if err := lookedAfter(tx, actor, c.ProgrammeID, **patch.LookedAfterBy); err != nil {
				return CircleView{}, err
			}
		}
		if c, err = change(tx, actor, now, c, "circle-changed", nil); err != nil {
			return CircleView{}, err
		}
		if err := r.offerNext(tx, c, seats, now); err != nil {
			return CircleView{}, err
		}
		seen, err := seeOne(tx, actor, c.ID)
		return seen.view(), err
	})
}

func mayPatch(tx database.Tx, actor identity.Actor, c Circle, seats []Member, patch CirclePatch) error {
	object, err := objectOf(tx, actor, c, seats)
	if err != nil {
		return err
	}
	action := ChangeCircle
	if patch.facilitating() {
		action = FormCircle
	}
	if err := May(actor, action, object); err != nil {
		return err
	}
	switch {
	case c.State.Over():
		return conflict("circle-over")
	case patch.forming() && c.State != Forming:
		return conflict("not-forming")
	}
	return nil
}
