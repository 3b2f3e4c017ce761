package circles

import (
	"fmt"
	"slices"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/outbox"
	"kring/internal/wall"
)

// The kinds of notices that this room asks for. Scheduling composes KindJoinedLate, KindCameBack and KindPlaceChanged,
// which carry dates, and adds to KindLeft what takes them out of the calendar.
const (
	KindConfirmApplication = "confirm_application"
	KindAlreadySignedUp    = "already_signed_up"
	KindSeatOffered        = "seat_offered"
	KindSeatAccepted       = "seat_accepted"
	KindSeatAsked          = "seat_asked"
	KindSeatWaiting        = "seat_waiting"
	KindSeatDeclined       = "seat_declined"
	KindJoinProposed       = "join_proposed"
	KindJoinedLate         = "joined_late"
	KindLeft               = "left"
	KindCameBack           = "came_back"
	KindPlaceChanged       = "place_changed"
	KindCompleteProposed   = "complete_proposed"
	KindEndProposed        = "end_proposed"
	KindFacilitatorInvited = "facilitator_invited"
)

// keyOf makes the unique key of a notice: kind, what it is about, and the instant that makes it another one.
func keyOf(kind, subjectID string, at time.Time) string {
	return fmt.Sprintf("%s/%s/%d", kind, subjectID, at.Unix())
}

// note asks for a letter to somebody about a seat or a motion of a circle; useful until zero is always.
func note(tx database.Tx, c Circle, kind, personID, subjectID, key string, now, until time.Time) error {
	return noteAt(tx, outbox.Notice{
		PersonID: personID, Kind: kind, Key: key, ProgrammeID: c.ProgrammeID, CircleID: c.ID, SubjectID: subjectID,
	}, now, until)
}

// noteAt asks for a letter now.
func noteAt(tx database.Tx, n outbox.Notice, now, until time.Time) error {
	n.HoldUntil, n.UsefulUntil = now, until
	return outbox.NoteIn(tx, n)
}

// placeChanged tells the members of a circle that has begun where it meets now: their calendars name the place. What
// changes again before that is told once, and nobody is told in quiet hours.
func placeChanged(tx database.Tx, c Circle, seats []Member, now time.Time) error {
	waiting, err := outbox.ClaimUnsentIn(tx, c.ProgrammeID, c.ID, KindPlaceChanged)
	if err != nil {
		return err
	}
	members := MembersOf(seats)
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i] = m.PersonID
	}
	people, err := identity.FindManyIn(tx, ids)
	if err != nil {
		return err
	}
	for _, m := range members {
		if slices.ContainsFunc(waiting, func(u outbox.Unsent) bool { return u.PersonID == m.PersonID }) {
			continue
		}
		p := people[m.PersonID]
		loc, err := wall.LoadZone(p.Zone)
		if err != nil {
			return err
		}
		hold := p.Quiet().After(now.Add(secondThoughts), loc).UTC()
		key := keyOf(KindPlaceChanged, m.ID, now)
		if err := note(tx, c, KindPlaceChanged, m.PersonID, "", key, hold, time.Time{}); err != nil {
			return err
		}
	}
	return nil
}

// secondThoughts is how long a new place waits before it is told.
const secondThoughts = 10 * time.Minute

// tellMembers asks for a letter to every member.
func tellMembers(tx database.Tx, c Circle, seats []Member, kind, subjectID string, now, until time.Time) error {
	for _, m := range MembersOf(seats) {
		key := keyOf(kind, subjectID, until) + "/" + m.PersonID
		if err := note(tx, c, kind, m.PersonID, subjectID, key, now, until); err != nil {
			return err
		}
	}
	return nil
}
