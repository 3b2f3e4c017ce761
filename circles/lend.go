package circles

import (
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/journal"
	"kring/internal/wall"
)

// What this room lends to use cases of other rooms: each call works on the caller's tx. A write about a circle starts
// with LockIn; the calls that change a circle take it as LockIn answered it, check the transition, save, write the
// journal, wake the circle's health, and answer the circle as it is now.

// LockIn reads a circle and keeps its row until the transaction ends. It answers NotFound.
func LockIn(tx database.Tx, circleID string) (Circle, error) { return one[Circle](tx, circleID, true) }

// CircleIn reads a circle. It answers NotFound.
func CircleIn(tx database.Tx, circleID string) (Circle, error) {
	return one[Circle](tx, circleID, false)
}

// ProgrammeIn reads a programme and its breaks. It answers NotFound.
func ProgrammeIn(tx database.Tx, programmeID string) (Programme, []Break, error) {
	p, err := one[Programme](tx, programmeID, false)
	if err != nil {
		return p, nil, err
	}
	breaks, err := breaksOf(tx, programmeID)
	return p, breaks, err
}

// MembersIn are the circle's members, who are in, in the order in which their seats came to be. Newcomers to whom the
// circle may still object are not among them.
func MembersIn(tx database.Tx, circleID string) ([]Member, error) {
	seats, err := seatsOf(tx, circleID)
	return MembersOf(seats), err
}

// SeatsIn are the seats of the circle, also closed ones: the newest thousand, in the order in which they came to be.
func SeatsIn(tx database.Tx, circleID string) ([]Member, error) { return allSeatsOf(tx, circleID) }

// MemberIn reads one seat. It answers NotFound.
func MemberIn(tx database.Tx, memberID string) (Member, error) {
	return one[Member](tx, memberID, false)
}

// OursIn says which of the people belong to a programme: who signed up for it, came through it into a circle, or
// facilitates it. Their names are its facilitators' to see; those of others are not.
func OursIn(tx database.Tx, programmeID string, personIDs []string) (map[string]bool, error) {
	found, err := peopleOf(tx, programmeID, personIDs)
	ours := make(map[string]bool, len(found))
	for _, id := range found {
		ours[id] = true
	}
	return ours, err
}

// SeeIn reads a circle and what the actor is to it in one statement. It answers NotFound for a circle that does not
// exist; what the actor may see of it is for May to say.
func SeeIn(tx database.Tx, actor identity.Actor, circleID string) (Circle, Object, error) {
	seen, err := seeOne(tx, actor, circleID)
	return seen.Circle, seen.object(), err
}

// ObjectIn is what the actor is to a circle that is read already.
func ObjectIn(tx database.Tx, actor identity.Actor, c Circle) (Object, error) {
	seats, err := seatsOf(tx, c.ID)
	if err != nil {
		return Object{}, err
	}
	return objectOf(tx, actor, c, seats)
}

func objectOf(tx database.Tx, actor identity.Actor, c Circle, seats []Member) (Object, error) {
	is, err := facilitates(tx, c.ProgrammeID, actor.PersonID)
	object := Object{
		ProgrammeID: c.ProgrammeID, Facilitator: is, CircleState: c.State, Public: c.SeatsOpen && c.TakesPeople(),
	}
	if !actor.Known() {
		return object, err
	}
	guests := false
	for _, m := range MembersOf(seats) {
		guests = guests || m.Guest
		if m.PersonID == actor.PersonID {
			object.Member, object.MemberID = true, m.ID
		}
	}
	if err == nil && guests && !object.Facilitator && !object.Member {
		object.Partner, err = isPartner(tx, actor.PersonID, c.ID)
	}
	return object, err
}

// TouchIn makes health look at the circle now.
func TouchIn(tx database.Tx, circleID string, now time.Time) error {
	return touchCircle(tx, circleID, now)
}

// SaveIn writes the circle's columns at the revision it was read at, and counts the revision on. It does not touch
// next_check_at beyond what the circle says. It answers Stale.
func SaveIn(tx database.Tx, c *Circle, now time.Time) error { return saveCircle(tx, c, now) }

// change saves a circle that a transition changed, with its line in the journal.
func change(tx database.Tx, actor identity.Actor, now time.Time, c Circle, action string, details map[string]string) (Circle, error) {
	if !c.State.Over() {
		c.NextCheckAt = &now
	}
	if err := saveCircle(tx, &c, now); err != nil {
		return c, err
	}
	return c, record(tx, journal.Entry{At: now, SubjectID: c.ID, Action: action, Details: details}, c, actor)
}

// BeginIn sets a forming circle running: see Circle.Begin for its answers. needed is what its guide set asks for.
func BeginIn(tx database.Tx, actor identity.Actor, now time.Time, c Circle, needed int, insist bool) (Circle, error) {
	members, err := MembersIn(tx, c.ID)
	if err != nil {
		return c, err
	}
	if err := c.Begin(now, len(members), needed, insist); err != nil {
		return c, err
	}
	return change(tx, actor, now, c, "begun", nil)
}

// PauseIn pauses a running circle: see Circle.Pause.
func PauseIn(tx database.Tx, actor identity.Actor, now time.Time, c Circle, on, returnsOn wall.Date) (Circle, error) {
	if err := c.Pause(on, returnsOn); err != nil {
		return c, err
	}
	return change(tx, actor, now, c, "paused", map[string]string{"returns_on": returnsOn.String()})
}

// ResumeIn sets a paused circle running again: see Circle.Resume.
func ResumeIn(tx database.Tx, actor identity.Actor, now time.Time, c Circle) (Circle, error) {
	if err := c.Resume(); err != nil {
		return c, err
	}
	return change(tx, actor, now, c, "resumed", nil)
}

// CompleteIn ends a running circle well: see Circle.Complete. Its open seats and motions are closed.
func CompleteIn(tx database.Tx, actor identity.Actor, now time.Time, c Circle) (Circle, error) {
	if err := c.Complete(now); err != nil {
		return c, err
	}
	if err := closeCircle(tx, c, now); err != nil {
		return c, err
	}
	return change(tx, actor, now, c, "completed", nil)
}

// EndIn stops a circle: see Circle.End. Its open seats and motions are closed; who waited for one waits on.
func EndIn(tx database.Tx, actor identity.Actor, now time.Time, c Circle, reason EndReason, text string) (Circle, error) {
	if err := c.End(now, reason, text); err != nil {
		return c, err
	}
	if err := closeCircle(tx, c, now); err != nil {
		return c, err
	}
	return change(tx, actor, now, c, "ended", map[string]string{"reason": string(reason)})
}

// ReviveIn takes back the end of a circle that fell silent: see Circle.Revive.
func ReviveIn(tx database.Tx, actor identity.Actor, now time.Time, c Circle) (Circle, error) {
	if err := c.Revive(now); err != nil {
		return c, err
	}
	return change(tx, actor, now, c, "revived", nil)
}

// SignOfLifeIn notes that a member was heard of: what is asked of her alone is answered by it.
func SignOfLifeIn(tx database.Tx, memberID string, now time.Time) error {
	return noteSign(tx, memberID, now)
}

// AskedStillInIn notes that a member was asked whether she is still in.
func AskedStillInIn(tx database.Tx, memberID string, now time.Time) error {
	return noteAsked(tx, memberID, now)
}

// closeCircle closes what is still open in a circle that is over. Nobody gets a letter about it: the circle's last
// letter is scheduling's.
func closeCircle(tx database.Tx, c Circle, now time.Time) error {
	seats, err := seatsOf(tx, c.ID)
	if err != nil {
		return err
	}
	for _, m := range seats {
		if !m.State.Open() || m.In() {
			continue
		}
		m.close(Expired)
		if err := saveMember(tx, &m, now); err != nil {
			return err
		}
		if err := freeApplication(tx, m, now); err != nil {
			return err
		}
		if err := voidAbout(tx, c, m.ID, "circle-over"); err != nil {
			return err
		}
	}
	return closeMotionsOf(tx, c.ID, "", now)
}

// RaiseFeedEpochIn voids the address at which a member reads the circle's calendar; the other members' stay. It is no
// change of the circle or the seat, so their revisions stay.
func RaiseFeedEpochIn(tx database.Tx, memberID string) (Member, error) {
	if err := raiseFeedEpoch(tx, memberID); err != nil {
		return Member{}, err
	}
	return MemberIn(tx, memberID)
}
