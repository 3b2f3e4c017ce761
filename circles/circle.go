package circles

import (
	"time"

	"kring/internal/wall"
)

// State is where a circle is in its life; see doc.go for the drawing.
type State string

// The states of a circle.
const (
	Forming   State = "forming"
	Running   State = "running"
	Paused    State = "paused"
	Completed State = "completed"
	Ended     State = "ended"
)

// Over says whether nothing happens any more in a circle of this state.
func (s State) Over() bool { return s == Completed || s == Ended }

// Begun says whether a circle of this state has dates: it runs or is paused.
func (s State) Begun() bool { return s == Running || s == Paused }

// EndReason is why a circle ended. It never names a person.
type EndReason string

// The reasons for which circles end.
const (
	EndDates      EndReason = "dates"       // dates and holidays
	EndStayedAway EndReason = "stayed_away" // people stayed away
	EndGoals      EndReason = "goals"
	EndNoTime     EndReason = "no_time"
	EndNobodyHeld EndReason = "nobody_held_it" // nobody held it together
	EndWrongFit   EndReason = "wrong_fit"
	EndMerged     EndReason = "merged"
	EndFellSilent EndReason = "fell_silent"
	EndOther      EndReason = "other"
)

// EndReasons are all reasons, in the order in which a form offers them.
func EndReasons() []EndReason {
	return []EndReason{
		EndDates, EndStayedAway, EndGoals, EndNoTime, EndNobodyHeld, EndWrongFit, EndMerged, EndFellSilent, EndOther,
	}
}

// Circle is a circle as it is stored. Instants are UTC, dates are local to Zone.
type Circle struct {
	ID          string
	ProgrammeID string
	Name        string
	State       State
	GuideSet    string // key of the guide set
	Language    string // the spoken language, a tag such as "nl"
	Zone        string // IANA
	Holidays    string // key of the calendar whose holidays are skipped
	Quorum      int    // the programme's; see QuorumOf

	SlotWeekday *int // time.Weekday; nil while no slot is agreed
	SlotAt      *int // minutes since 00:00 on the wall of Zone; nil together with SlotWeekday
	StartsOn    wall.Date

	Venue, VideoLink, ChatLink string
	LookedAfterBy              *string // a facilitator's person id

	Seats     int  // how many the circle has, taken or free
	SeatsOpen bool // whether strangers may ask for a free one

	AskEverybody bool // silence is not taken for fine when another date is looked for
	GoNoGoOff    bool // nobody is asked a day ahead whether the session goes ahead

	GuideWeek int // the week the circle is at: the guide of its next session
	Series    int // which calendar series is in force; a new slot begins a new one
	Sequence  int // last SEQUENCE given to a calendar entry

	BegunAt             *time.Time
	PausedOn, ReturnsOn wall.Date // both zero unless paused
	CompletedAt         *time.Time
	EndedAt             *time.Time
	EndReason           EndReason
	EndText             string
	RemindersStoppedAt  *time.Time
	GoOnAskedAt         *time.Time
	ReasonsSince        *time.Time // health looks only at what happened after it
	NextCheckAt         *time.Time // when health looks next; nil: never

	Revision             int
	CreatedAt, UpdatedAt time.Time
}

// TableName is the circle's table.
func (Circle) TableName() string { return "circles" }

// Slot gives the weekly slot, and false while none is agreed.
func (c Circle) Slot() (wall.Slot, bool) {
	if c.SlotWeekday == nil || c.SlotAt == nil {
		return wall.Slot{}, false
	}
	return wall.Slot{Weekday: time.Weekday(*c.SlotWeekday), At: wall.TimeOfDay(*c.SlotAt), Zone: c.Zone}, true
}

// SetSlot agrees the weekly slot, with its zone.
func (c *Circle) SetSlot(s wall.Slot) {
	weekday, at := int(s.Weekday), int(s.At)
	c.SlotWeekday, c.SlotAt, c.Zone = &weekday, &at, s.Zone
}

// ClearSlot takes the weekly slot back.
func (c *Circle) ClearSlot() { c.SlotWeekday, c.SlotAt = nil, nil }
