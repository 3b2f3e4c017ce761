package scheduling

import (
	"bytes"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/wall"

	"kring/circles"
	"kring/scheduling/ical"
)

// Export is what the person it is about is told of this room: her own answers, absences, votes, messages and sessions, and
// what she was told. Instants are UTC.
type Export struct {
	Answers  []ExportedAnswer   `json:"answers"`
	Absences []ExportedAbsence  `json:"absences"`
	Votes    []ExportedVote     `json:"votes"`
	Proposed []ExportedProposal `json:"proposed"`
	Messages []ExportedMessage  `json:"messages"`
	Told     []ExportedTold     `json:"told"`
	Sessions []ExportedSession  `json:"sessions"`
	// NobodyReadsAt is when she was last told that nobody reads the mails to an address of ours.
	NobodyReadsAt *time.Time `json:"nobody_reads_at"`
	// Calendar is the sessions once more, as one iCalendar file (RFC 5545) that a calendar program takes.
	Calendar string `json:"calendar"`
}

// ExportedAnswer is what she said about coming to a session at a start of it, as long as that is kept.
type ExportedAnswer struct {
	Circle    string    `json:"circle"`
	SessionID string    `json:"session_id"`
	StartsAt  time.Time `json:"starts_at"`
	Answer    Answer    `json:"answer"`
	At        time.Time `json:"at"`
}

// ExportedAbsence is a stretch of dates on which she is away, both ends included.
type ExportedAbsence struct {
	Circle  string    `json:"circle"`
	FromOn  wall.Date `json:"from_on"`
	UntilOn wall.Date `json:"until_on"`
}

// ExportedVote is what she said to another date for a session, to none that week, or to going ahead, as long as that is kept.
type ExportedVote struct {
	Circle          string     `json:"circle"`
	SessionID       string     `json:"session_id"`
	SessionStartsAt time.Time  `json:"session_starts_at"`
	Kind            OptionKind `json:"kind"`
	StartsAt        *time.Time `json:"starts_at"`
	Suits           bool       `json:"suits"`
	At              time.Time  `json:"at"`
}

// ExportedProposal is a vote on another date that she asked for.
type ExportedProposal struct {
	Circle          string        `json:"circle"`
	SessionID       string        `json:"session_id"`
	SessionStartsAt time.Time     `json:"session_starts_at"`
	State           ProposalState `json:"state"`
	OpenedAt        time.Time     `json:"opened_at"`
}

// ExportedMessage is what she wrote to a circle.
type ExportedMessage struct {
	Circle    string    `json:"circle"`
	ID        string    `json:"id"`
	Body      string    `json:"body"`
	CreatedAt time.Time `json:"created_at"`
}

// ExportedTold is the start of a session that she was last told.
type ExportedTold struct {
	Circle    string     `json:"circle"`
	SessionID string     `json:"session_id"`
	StartsAt  time.Time  `json:"starts_at"`
	WasAt     *time.Time `json:"was_at"`
	State     State      `json:"state"`
	WasState  *State     `json:"was_state"`
	At        time.Time  `json:"at"`
}

// ExportedSession is a session of a circle while she was a member of it. Local is its start on the circle's wall.
type ExportedSession struct {
	ID       string    `json:"id"`
	Circle   string    `json:"circle"`
	Local    string    `json:"local"`
	Zone     string    `json:"zone"`
	StartsAt time.Time `json:"starts_at"`
	EndsAt   time.Time `json:"ends_at"`
	State    State     `json:"state"`
	Leads    bool      `json:"leads"`
}

// Part is what this room keeps about people. Erased, their answers and absences, what they wrote and what they were told
// are gone. What somebody said about a session that is over and whose names are not forgotten yet stays as a count, as it
// would have a few days later.
func (cal *Calendar) Part() identity.Part {
	return identity.Part{Name: "dates", ExportIn: exportOf, EraseIn: eraseOf}
}

func exportOf(tx database.Tx, personID string) (any, error) {
	var e Export
	var err error
	if e.Answers, err = exportAnswers(tx, personID); err != nil {
		return nil, err
	}
	if e.Absences, err = exportAbsences(tx, personID); err != nil {
		return nil, err
	}
	if e.Votes, err = exportVotes(tx, personID); err != nil {
		return nil, err
	}
	if e.Proposed, err = exportProposed(tx, personID); err != nil {
		return nil, err
	}
	if e.Messages, err = exportMessages(tx, personID); err != nil {
		return nil, err
	}
	if e.Told, err = exportTold(tx, personID); err != nil {
		return nil, err
	}
	if e.NobodyReadsAt, err = courtesyOf(tx, personID); err != nil {
		return nil, err
	}
	own, err := ownSessions(tx, personID, EntriesOf{})
	if err != nil {
		return nil, err
	}
	if e.Sessions, err = exportSessions(own); err != nil {
		return nil, err
	}
	e.Calendar, err = exportCalendar(own)
	return e, err
}

func exportSessions(own []ownSession) ([]ExportedSession, error) {
	out := make([]ExportedSession, len(own))
	for i, s := range own {
		loc, err := wall.LoadZone(s.Zone)
		if err != nil {
			return nil, err
		}
		out[i] = ExportedSession{
			ID: s.ID, Circle: s.Circle, Local: s.StartsAt.In(loc).Format("2006-01-02 15:04"), Zone: s.Zone,
			StartsAt: s.StartsAt, EndsAt: s.EndsAt, State: s.State, Leads: s.Leads,
		}
	}
	return out, nil
}

// exportDomain ends the UIDs of entries in an export: beside those of a feed, a calendar program shows them once more.
const exportDomain = "kring"

// exportCalendar writes sessions as entries that stand alone.
func exportCalendar(own []ownSession) (string, error) {
	file := ical.Calendar{Method: ical.Publish, ProductID: "-//Kring//Kring//NL", Name: "Kring"}
	for _, s := range own {
		file.Events = append(file.Events, s.entry(exportDomain).Event)
	}
	var out bytes.Buffer
	err := ical.Write(&out, file)
	return out.String(), err
}

// eraseOf forgets a person in this room. Her circles are locked.
func eraseOf(tx database.Tx, now time.Time, personID string) error {
	if err := deleteCourtesy(tx, personID); err != nil {
		return err
	}
	seats, err := circles.SeatsOfIn(tx, personID)
	if err != nil || len(seats) == 0 {
		return err
	}
	if err := countBeforeForgetting(tx, now, seats); err != nil {
		return err
	}
	return deleteAllOf(tx, personID, seats)
}

// countBeforeForgetting makes counts of what the seats' person said about sessions that are over. Their rows of what
// forgets are locked: whoever is forgetting in this moment has counted her already, or will not find her.
func countBeforeForgetting(tx database.Tx, now time.Time, seats []circles.Member) error {
	sessions, err := uncounted(tx, now, seats)
	if err != nil || len(sessions) == 0 {
		return err
	}
	word, err := wordOfSeats(tx, seats)
	if err != nil {
		return err
	}
	for _, b := range sessions {
		loc, err := wall.LoadZone(b.Zone)
		if err != nil {
			return err
		}
		if t := word.tallyOf(b, seats, loc); t != (Tally{}) {
			if err := addCounts(tx, b.ID, t); err != nil {
				return err
			}
		}
	}
	return nil
}

// tallyOf is what the seats of one person said about a session of their circle: nothing, or one answer.
func (w Word) tallyOf(b bygone, seats []circles.Member, loc *time.Location) Tally {
	var own []circles.Member
	for _, m := range seats {
		if m.CircleID == b.CircleID {
			own = append(own, m)
		}
	}
	t := w.Tally(Session{ID: b.ID, StartsAt: b.StartsAt}, own, loc)
	t.Silent = 0
	return t
}
