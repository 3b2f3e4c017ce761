package scheduling

import (
	"time"

	"kring/internal/database"

	"kring/scheduling/ical"
)

// Entry is a session as an entry of a calendar that stands alone, beside the series that letters send. Its title is the
// circle's name alone and nobody else's, and never holds the guide week, which shifts.
type Entry struct {
	ical.Event
	CircleID string
}

// EntriesOf says which entries are meant: those of one circle ("": of all), of sessions that ended after EndedAfter, and
// those skipped or called off as long as their date or the change is after CalledOffAfter. Domain ends their UIDs.
type EntriesOf struct {
	CircleID                   string
	EndedAfter, CalledOffAfter time.Time
	Domain                     string
}

// EntriesIn are the sessions of circles while a person was in them, by start. The door is told to who is in now.
func EntriesIn(tx database.Tx, personID string, of EntriesOf) ([]Entry, error) {
	own, err := ownSessions(tx, personID, of)
	entries := make([]Entry, len(own))
	for i, s := range own {
		entries[i] = s.entry(of.Domain)
	}
	return entries, err
}

// EntriesMarkIn is a word that changes whenever entries of a person do, other than by time passing. It costs one small
// statement: every change of a session is one of its circle.
func EntriesMarkIn(tx database.Tx, personID, circleID string) (string, error) {
	return entriesMark(tx, personID, circleID)
}

func (s ownSession) entry(domain string) Entry {
	changed := s.UpdatedAt
	if s.CircleUpdatedAt.After(changed) {
		changed = s.CircleUpdatedAt
	}
	e := Entry{CircleID: s.CircleID, Event: ical.Event{
		UID: s.ID + "@" + domain, Sequence: s.Sequence, Stamp: changed.Truncate(time.Second), StartAt: s.StartsAt,
		Length: s.EndsAt.Sub(s.StartsAt), Zone: s.Zone, Summary: s.Circle, Location: s.Venue, URL: s.VideoLink, Conference: s.VideoLink,
	}}
	if s.State == Skipped || s.State == Cancelled {
		e.Status = ical.Cancelled
	}
	return e
}
