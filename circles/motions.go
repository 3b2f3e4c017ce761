package circles

import (
	"context"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/journal"
)

// Motions are the circle's motions, newest first.
func (r *Registry) Motions(ctx context.Context, actor identity.Actor, circleID string) ([]Motion, error) {
	return read(ctx, r.db, func(tx database.Tx) ([]Motion, error) {
		_, object, err := SeeIn(tx, actor, circleID)
		if err != nil {
			return nil, err
		}
		if err := May(actor, SeeMotions, object); err != nil {
			return nil, err
		}
		return motionsOf(tx, circleID, false)
	})
}

// Proposal is what a member proposes to the circle.
type Proposal struct {
	Kind     MotionKind // complete or end
	MemberID string     // who proposes it
	Reason   EndReason  // of an end
	Text     string     // of an end
}

// ProposeIn writes down that a member would complete or end the circle, and asks for the letters to the others. It is
// due after three days; at once when there is nobody else to object. The caller has locked the circle, asked the
// policy, and does the thing when the motion is due. It answers Conflict already-proposed, not-running and circle-over,
// and Invalid for a reason or text that will not do.
func ProposeIn(tx database.Tx, now time.Time, c Circle, p Proposal) (Motion, error) {
	if err := proposable(tx, c, &p); err != nil {
		return Motion{}, err
	}
	seats, err := seatsOf(tx, c.ID)
	if err != nil {
		return Motion{}, err
	}
	motion := Motion{
		ID: database.NewID(), CircleID: c.ID, Kind: p.Kind, MemberID: p.MemberID, Reason: p.Reason, Body: p.Text,
		DueAt: now.Add(ObjectWithin), State: MotionOpen, CreatedAt: now,
	}
	if len(MembersOf(seats)) < 2 {
		motion.DueAt = now
	}
	if err := insert(tx, &motion); err != nil {
		return motion, err
	}
	entry := journal.Entry{At: now, SubjectID: motion.ID, Action: "proposed-" + string(p.Kind)}
	if err := record(tx, entry, c, identity.Actor{}); err != nil {
		return motion, err
	}
	return motion, tellMembers(tx, c, others(seats, p.MemberID), kindOfMotion(p.Kind), motion.ID, now, motion.DueAt)
}

func proposable(tx database.Tx, c Circle, p *Proposal) error {
	if c.State.Over() {
		return conflict("circle-over")
	}
	if p.Kind == MotionComplete && c.State != Running {
		return conflict("not-running")
	}
	if p.Kind == MotionEnd {
		text, err := CheckEnd(p.Reason, p.Text)
		if err != nil {
			return err
		}
		p.Text = text
	}
	open, err := motionsOf(tx, c.ID, true)
	if err != nil {
		return err
	}
	for _, m := range open {
		if m.Kind != MotionJoin {
			return conflict("already-proposed")
		}
	}
	return nil
}

func others(seats []Member, memberID string) []Member {
	var rest []Member
	for _, m := range seats {
		if m.ID != memberID {
			rest = append(rest, m)
		}
	}
	return rest
}

// Object makes a motion fall: any member may, without a reason, until it is carried. Who did is not kept. It answers
// Conflict motion-closed.
func (r *Registry) Object(ctx context.Context, actor identity.Actor, motionID string) (Motion, error) {
	now := r.clock.Now()
	return write(ctx, r.db, func(tx database.Tx) (Motion, error) {
		motion, err := one[Motion](tx, motionID, false)
		if err != nil {
			return motion, err
		}
		c, seats, err := lockWithSeats(tx, motion.CircleID)
		if err != nil {
			return motion, err
		}
		object, err := objectOf(tx, actor, c, seats)
		if err != nil {
			return motion, err
		}
		if err := May(actor, ObjectTo, object); err != nil {
			return motion, err
		}
		return r.objectIn(tx, now, c, seats, motionID)
	})
}

func (r *Registry) objectIn(tx database.Tx, now time.Time, c Circle, seats []Member, motionID string) (Motion, error) {
	motion, err := one[Motion](tx, motionID, true)
	if err != nil {
		return motion, err
	}
	if motion.State == MotionObjected {
		return motion, nil
	}
	if motion.State == MotionCarried || over(&motion.DueAt, now) {
		return motion, conflict("motion-closed")
	}
	motion.State, motion.ClosedAt = MotionObjected, &now
	if err := saveMotion(tx, motion); err != nil {
		return motion, err
	}
	if err := voidAbout(tx, c, motion.ID, "objected"); err != nil {
		return motion, err
	}
	entry := journal.Entry{At: now, SubjectID: motion.ID, Action: "motion-fell"}
	if err := record(tx, entry, c, identity.Actor{}); err != nil {
		return motion, err
	}
	if motion.Kind == MotionJoin {
		return motion, r.turnAway(tx, c, seats, motion, now)
	}
	return motion, TouchIn(tx, c.ID, now)
}

// turnAway gives a newcomer whom the circle objects to a kind answer; the application waits again.
func (r *Registry) turnAway(tx database.Tx, c Circle, seats []Member, motion Motion, now time.Time) error {
	m, found := seatByID(seats, motion.MemberID)
	if !found || m.State != Accepted || m.In() {
		return nil
	}
	if err := r.closeSeat(tx, identity.Actor{}, c, seats, m, Declined, "seat-declined", now); err != nil {
		return err
	}
	return note(tx, c, KindSeatDeclined, m.PersonID, m.ID, keyOf(KindSeatDeclined, m.ID, now), now, time.Time{})
}

// DueMotionsIn are up to limit open motions of the kinds whose three days are over, earliest first; for each the caller
// locks the circle, reads the motion again with MotionIn, does the thing, and closes it with CarryIn.
func DueMotionsIn(tx database.Tx, now time.Time, limit int, kinds ...MotionKind) ([]Motion, error) {
	return dueMotions(tx, now, kinds, limit)
}

// NextMotionIn is when the next open motion of the kinds is due; zero when there is none.
func NextMotionIn(tx database.Tx, kinds ...MotionKind) (time.Time, error) {
	return nextMotion(tx, kinds)
}

// MotionIn reads a motion, locked. It answers NotFound.
func MotionIn(tx database.Tx, id string) (Motion, error) { return one[Motion](tx, id, true) }

// CarryIn closes a motion as carried. It answers Conflict motion-closed for one that is not open.
func CarryIn(tx database.Tx, now time.Time, motion Motion) (Motion, error) {
	if motion.State != MotionOpen {
		return motion, conflict("motion-closed")
	}
	motion.State, motion.ClosedAt = MotionCarried, &now
	return motion, saveMotion(tx, motion)
}

// carryJoin makes a newcomer a member when nobody objected.
func carryJoin(tx database.Tx, motionID string, now time.Time) error {
	motion, err := one[Motion](tx, motionID, false)
	if err != nil {
		return err
	}
	c, seats, err := lockWithSeats(tx, motion.CircleID)
	if err != nil {
		return err
	}
	if motion, err = MotionIn(tx, motionID); err != nil || motion.State != MotionOpen {
		return err
	}
	if _, err := CarryIn(tx, now, motion); err != nil {
		return err
	}
	m, found := seatByID(seats, motion.MemberID)
	if !found || m.State != Accepted || m.In() || !c.TakesPeople() {
		return nil
	}
	m.comeIn(now)
	if err := saveMember(tx, &m, now); err != nil {
		return err
	}
	if err := record(tx, journal.Entry{At: now, SubjectID: m.ID, Action: "joined"}, c, identity.Actor{}); err != nil {
		return err
	}
	return cameIn(tx, c, m, now)
}

// closeMotionsOf lets fall what a seat proposed or was proposed for.
func closeMotionsOf(tx database.Tx, circleID, memberID string, now time.Time) error {
	open, err := motionsOf(tx, circleID, true)
	if err != nil {
		return err
	}
	for _, motion := range open {
		if memberID != "" && motion.MemberID != memberID {
			continue
		}
		motion.State, motion.ClosedAt = MotionObjected, &now
		if err := saveMotion(tx, motion); err != nil {
			return err
		}
	}
	return nil
}

// kindOfMotion is the letter that tells members of a motion.
func kindOfMotion(kind MotionKind) string {
	switch kind {
	case MotionJoin:
		return KindJoinProposed
	case MotionComplete:
		return KindCompleteProposed
	}
	return KindEndProposed
}
