package circles

import (
	"slices"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/journal"
	"kring/internal/wall"
)

// Export is what the person it is about is told of this room: her own rows, with the names of the circles and programmes
// that they speak of. What her circles wrote together is in it as far as she was a member; nobody else is. Instants are
// UTC.
type Export struct {
	Applications []ExportedApplication  `json:"applications"`
	Seats        []ExportedSeat         `json:"seats"`
	Motions      []ExportedMotion       `json:"motions"`
	Facilitates  []ExportedFacilitation `json:"facilitates"`
	AskedTo      []ExportedInvitation   `json:"asked_to_facilitate"`
}

// ExportedApplication is a sign-up.
type ExportedApplication struct {
	ID             string            `json:"id"`
	ProgrammeID    string            `json:"programme_id"`
	Programme      string            `json:"programme"`
	State          ApplicationState  `json:"state"`
	Name           string            `json:"name"`
	LetterLanguage string            `json:"letter_language"`
	Speaks         Languages         `json:"speaks"`
	Zone           string            `json:"zone"`
	Availability   wall.Availability `json:"availability"`
	Team           string            `json:"team"`
	Department     string            `json:"department"`
	Location       string            `json:"location"`
	Experience     string            `json:"experience"`
	CircleID       *string           `json:"circle_id"`
	ExpiresAt      *time.Time        `json:"expires_at"`
	LetterAt       *time.Time        `json:"letter_at"`
	ConfirmedAt    *time.Time        `json:"confirmed_at"`
	ForgottenAt    *time.Time        `json:"forgotten_at"`
	CreatedAt      time.Time         `json:"created_at"`
	UpdatedAt      time.Time         `json:"updated_at"`
}

// ExportedSeat is a seat, closed ones too.
type ExportedSeat struct {
	ID             string         `json:"id"`
	Circle         ExportedCircle `json:"circle"`
	ApplicationID  *string        `json:"application_id"`
	ProgrammeID    *string        `json:"programme_id"`
	State          SeatState      `json:"state"`
	OtherHour      bool           `json:"other_hour"`
	Hosts          bool           `json:"hosts"`
	HostTurn       int            `json:"host_turn"`
	ExpiresAt      *time.Time     `json:"expires_at"`
	AcceptedAt     *time.Time     `json:"accepted_at"`
	InAt           *time.Time     `json:"in_at"`
	LeftAt         *time.Time     `json:"left_at"`
	UndoUntil      *time.Time     `json:"undo_until"`
	LastSignAt     *time.Time     `json:"last_sign_at"`
	StillInAskedAt *time.Time     `json:"still_in_asked_at"`
	CreatedAt      time.Time      `json:"created_at"`
	UpdatedAt      time.Time      `json:"updated_at"`
}

// ExportedCircle is a circle as it stands beside a seat. Place, links and the text of its end are there for who was a
// member.
type ExportedCircle struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Programme string    `json:"programme"`
	State     State     `json:"state"`
	Zone      string    `json:"zone"`
	StartsOn  wall.Date `json:"starts_on"`
	Venue     string    `json:"venue,omitempty"`
	VideoLink string    `json:"video_link,omitempty"`
	ChatLink  string    `json:"chat_link,omitempty"`
	EndReason EndReason `json:"end_reason,omitempty"`
	EndText   string    `json:"end_text,omitempty"`
}

// ExportedMotion is what the person proposed to a circle, or by which she came into it.
type ExportedMotion struct {
	ID        string      `json:"id"`
	CircleID  string      `json:"circle_id"`
	Kind      MotionKind  `json:"kind"`
	Reason    EndReason   `json:"reason"`
	Body      string      `json:"body"`
	State     MotionState `json:"state"`
	CreatedAt time.Time   `json:"created_at"`
}

// ExportedFacilitation is a programme that the person facilitates.
type ExportedFacilitation struct {
	ProgrammeID string    `json:"programme_id"`
	Programme   string    `json:"programme"`
	CreatedAt   time.Time `json:"created_at"`
}

// ExportedInvitation is a programme that the person was asked to facilitate.
type ExportedInvitation struct {
	ProgrammeID string    `json:"programme_id"`
	Programme   string    `json:"programme"`
	ExpiresAt   time.Time `json:"expires_at"`
	LetterAt    time.Time `json:"letter_at"`
	CreatedAt   time.Time `json:"created_at"`
}

// Part is what this room keeps about people: sign-ups, seats, what they proposed and what they facilitate.
//
// When somebody is erased she leaves every circle that goes on, as Leave does, so that the next in line gets the seat and
// the others hear of it with their dates; of seats and sign-ups that stay for the counts nothing but ids, states and the
// instants of coming and going is left. Her programmes go to the other facilitators; of one that has none left the owner
// of the installation becomes facilitator.
func (r *Registry) Part() identity.Part {
	return identity.Part{Name: "circles", LockIn: lockOf, ExportIn: exportOf, EraseIn: r.erase}
}

// SeatsOfIn are all seats of a person, closed ones too, in the order in which they came to be.
func SeatsOfIn(tx database.Tx, personID string) ([]Member, error) { return seatsOfPerson(tx, personID) }

// lockOf keeps what is locked before people: programmes that she facilitates, circles that she has or had a seat in or
// looks after, her applications.
func lockOf(tx database.Tx, personID string) error {
	for _, lock := range []func(database.Tx, string) error{lockProgrammesOf, lockCirclesOf, lockApplicationsOf} {
		if err := lock(tx, personID); err != nil {
			return err
		}
	}
	return nil
}

func exportOf(tx database.Tx, personID string) (any, error) {
	r, err := readOwnRows(tx, personID)
	if err != nil {
		return nil, err
	}
	e := Export{
		Applications: []ExportedApplication{}, Seats: []ExportedSeat{}, Motions: []ExportedMotion{},
		Facilitates: []ExportedFacilitation{}, AskedTo: []ExportedInvitation{},
	}
	for _, a := range r.applications {
		e.Applications = append(e.Applications, ExportedApplication{
			ID: a.ID, ProgrammeID: a.ProgrammeID, Programme: r.programmes[a.ProgrammeID].Name, State: a.State, Name: a.Name,
			LetterLanguage: a.LetterLanguage, Speaks: a.Speaks, Zone: a.Zone, Availability: a.Availability, Team: a.Team,
			Department: a.Department, Location: a.Location, Experience: a.Experience, CircleID: a.CircleID,
			ExpiresAt: a.ExpiresAt, LetterAt: a.LetterAt, ConfirmedAt: a.ConfirmedAt, ForgottenAt: a.ForgottenAt,
			CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
		})
	}
	for _, m := range r.seats {
		e.Seats = append(e.Seats, r.exportSeat(m))
	}
	for _, m := range r.motions {
		e.Motions = append(e.Motions, ExportedMotion{
			ID: m.ID, CircleID: m.CircleID, Kind: m.Kind, Reason: m.Reason, Body: m.Body, State: m.State, CreatedAt: m.CreatedAt,
		})
	}
	for _, f := range r.facilitates {
		e.Facilitates = append(e.Facilitates, ExportedFacilitation{
			ProgrammeID: f.ProgrammeID, Programme: r.programmes[f.ProgrammeID].Name, CreatedAt: f.CreatedAt,
		})
	}
	for _, i := range r.askedTo {
		e.AskedTo = append(e.AskedTo, ExportedInvitation{
			ProgrammeID: i.ProgrammeID, Programme: r.programmes[i.ProgrammeID].Name, ExpiresAt: i.ExpiresAt,
			LetterAt: i.LetterAt, CreatedAt: i.CreatedAt,
		})
	}
	return e, nil
}

func (r ownRows) exportSeat(m Member) ExportedSeat {
	c := r.circles[m.CircleID]
	shown := ExportedCircle{
		ID: c.ID, Name: c.Name, Programme: r.programmes[c.ProgrammeID].Name, State: c.State, Zone: c.Zone, StartsOn: c.StartsOn,
	}
	if m.InAt != nil {
		shown.Venue, shown.VideoLink, shown.ChatLink = c.Venue, c.VideoLink, c.ChatLink
		shown.EndReason, shown.EndText = c.EndReason, c.EndText
	}
	return ExportedSeat{
		ID: m.ID, Circle: shown, ApplicationID: m.ApplicationID, ProgrammeID: m.ProgrammeID, State: m.State,
		OtherHour: m.OtherHour, Hosts: m.Hosts, HostTurn: m.HostTurn, ExpiresAt: m.ExpiresAt, AcceptedAt: m.AcceptedAt,
		InAt: m.InAt, LeftAt: m.LeftAt, UndoUntil: m.UndoUntil, LastSignAt: m.LastSignAt, StillInAskedAt: m.StillInAskedAt,
		CreatedAt: m.CreatedAt, UpdatedAt: m.UpdatedAt,
	}
}

// erase forgets a person in this room; lockOf has been called.
func (r *Registry) erase(tx database.Tx, now time.Time, personID string) error {
	seats, err := seatsOfPerson(tx, personID)
	if err != nil {
		return err
	}
	for _, m := range seats {
		if err := r.stepOut(tx, now, m); err != nil {
			return err
		}
	}
	if err := handProgrammesOn(tx, now, personID); err != nil {
		return err
	}
	if err := emptySeats(tx, personID, now); err != nil {
		return err
	}
	if err := emptyMotions(tx, seats); err != nil {
		return err
	}
	if err := deleteUnconfirmedOf(tx, personID); err != nil {
		return err
	}
	return emptyApplicationsOf(tx, personID, now)
}

// stepOut gives an open seat up, in a circle that goes on or that one press can still revive.
func (r *Registry) stepOut(tx database.Tx, now time.Time, m Member) error {
	if !m.State.Open() {
		return nil
	}
	c, seats, err := lockWithSeats(tx, m.CircleID)
	if err != nil {
		return err
	}
	revivable := c
	if c.State.Over() && revivable.Revive(now) != nil {
		return nil // it is history: she was in until the end
	}
	m, found := seatByID(seats, m.ID)
	if !found {
		return nil
	}
	actor := identity.Actor{PersonID: m.PersonID}
	if m.State == Accepted {
		_, err = r.leave(&seatCase{tx: tx, actor: actor, now: now, c: c, seats: seats, seat: m})
		return err
	}
	return r.closeSeat(tx, actor, c, seats, m, Declined, "seat-declined", now)
}

// handProgrammesOn gives the programmes that somebody facilitates to who else facilitates them, and takes back what she
// was asked to facilitate.
func handProgrammesOn(tx database.Tx, now time.Time, personID string) error {
	programmes, err := facilitationsOf(tx, personID)
	if err != nil {
		return err
	}
	for _, f := range programmes {
		if err := handProgrammeOn(tx, now, f.ProgrammeID, personID); err != nil {
			return err
		}
	}
	return deleteFacilitatorInvitationsOf(tx, personID)
}

// handProgrammeOn gives a programme to whoever facilitates it longest beside her, else to the owner of the installation.
func handProgrammeOn(tx database.Tx, now time.Time, programmeID, personID string) error {
	all, err := FacilitatorsIn(tx, programmeID)
	if err != nil {
		return err
	}
	others := slices.DeleteFunc(all, func(id string) bool { return id == personID })
	if len(others) == 0 {
		owner, err := takeOver(tx, now, programmeID)
		if err != nil {
			return err
		}
		others = []string{owner}
	}
	if _, err := deleteFacilitator(tx, programmeID, personID); err != nil {
		return err
	}
	if err := passOn(tx, programmeID, personID, others[0], now); err != nil {
		return err
	}
	return journal.Add(tx, journal.Entry{
		At: now, ProgrammeID: programmeID, SubjectID: personID, Action: "facilitator-removed",
	})
}

// takeOver makes the owner of the installation facilitator of a programme that nobody would facilitate any more.
func takeOver(tx database.Tx, now time.Time, programmeID string) (string, error) {
	owner, err := identity.OwnerIn(tx)
	if err != nil {
		return "", err
	}
	if _, err := insertFacilitator(tx, Facilitator{ProgrammeID: programmeID, PersonID: owner.ID, CreatedAt: now}); err != nil {
		return "", err
	}
	return owner.ID, journal.Add(tx, journal.Entry{
		At: now, ProgrammeID: programmeID, SubjectID: owner.ID, Action: "facilitator-added",
	})
}
