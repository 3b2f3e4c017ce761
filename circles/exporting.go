package circles

import (
	"time"

	"kring/internal/database"
	"kring/internal/wall"
)

// Export is what the person it is about is told of this room: her own rows, with the names of the circles and programmes
// that they speak of. What her circles wrote together is in it as far as she is in them, or was until they were over; nobody
// else is. Instants are UTC.
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

// ExportedCircle is a circle as it stands beside a seat. Place, links, and why it ended are there for who is in it, and for
// who was until it was over: to who left they would tell what came later.
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
	if m.In() {
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
