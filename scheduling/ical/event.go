package ical

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"kring/internal/wall"
)

// ErrEvent is wrapped by every refusal to write.
var ErrEvent = errors.New("cannot be written as a calendar event")

// The methods of a file (RFC 5546). A letter's MIME part names the same one.
const (
	Publish = "PUBLISH"
	Request = "REQUEST"
	Cancel  = "CANCEL"
)

// The states of an event. An empty Status is Confirmed, in a file with method Cancel it is Cancelled.
const (
	Confirmed = "CONFIRMED"
	Cancelled = "CANCELLED"
)

// Calendar is one file. Name and Refresh are for feeds: how a subscriber calls it and how often it should look again.
type Calendar struct {
	Method    string
	ProductID string
	Name      string
	Refresh   time.Duration
	Events    []Event
}

// Event is one VEVENT. StartAt is an instant; Zone is the IANA zone in which it stays at its wall time, and in which
// it is written. RecurrenceID, an instant as well, makes it an override: the event that stood at that place of the
// series of the same UID now is this one. AlarmMinutes before the start there is an alarm; 0 is none. RSVP asks the
// attendees' programs for an answer.
type Event struct {
	UID          string
	Sequence     int
	Stamp        time.Time
	StartAt      time.Time
	Length       time.Duration
	Zone         string
	Recurrence   *Weekly
	RecurrenceID *time.Time
	Summary      string
	Description  string
	Location     string
	URL          string
	Organizer    *Person
	Attendees    []Person
	Status       string
	AlarmMinutes int
	RSVP         bool
}

// Person is an organizer or an attendee: a name and a mail address.
type Person struct {
	Name    string
	Address string
}

// Weekly is the rule of a series: an occurrence every IntervalDays from the event's start, at the same wall time,
// either Count of them or all until Until (an instant, included); Except are the instants of those left out, which
// Count counts.
type Weekly struct {
	IntervalDays int
	Count        int
	Until        time.Time
	Except       []time.Time
}

// maxOccurrences is far above any run (13 guide weeks, at most as many more) and keeps a wrong Until from filling a file.
const maxOccurrences = 1000

// place is one occurrence of a series: where it is, and whether its wall time falls into a clock-change gap.
type place struct {
	at  time.Time
	gap bool
}

// places lays the rule out, those in Except included.
func (e Event) places(loc *time.Location) []place {
	if e.Recurrence == nil {
		return []place{{at: e.StartAt}}
	}
	r := *e.Recurrence
	first, at := wall.DateOf(e.StartAt, loc), wall.TimeOfDayOf(e.StartAt, loc)
	var out []place
	for i := 0; len(out) < maxOccurrences && (r.Count == 0 || i < r.Count); i++ {
		t, kind := wall.Instant(first.AddDays(i*r.IntervalDays), at, loc)
		if r.Count == 0 && t.After(r.Until) {
			break
		}
		out = append(out, place{at: t, gap: kind == wall.Gap})
	}
	return out
}

// check names everything because of which the event cannot be written. It wraps ErrEvent.
func (e Event) check() error {
	var faults []string
	fault := func(bad bool, what string) {
		if bad {
			faults = append(faults, what)
		}
	}
	_, zoneErr := wall.LoadZone(e.Zone)
	fault(zoneErr != nil, "no such zone")
	fault(e.UID == "" || hasControl(e.UID), "no UID")
	fault(e.Sequence < 0, "SEQUENCE below 0")
	fault(e.Stamp.IsZero(), "no stamp")
	fault(!writable(e.StartAt), "no start")
	fault(e.Length <= 0 || e.Length%time.Second != 0, "no length")
	fault(e.AlarmMinutes < 0, "alarm after the start")
	fault(e.Status != "" && e.Status != Confirmed && e.Status != Cancelled, "unknown status")
	fault(e.RecurrenceID != nil && (e.Recurrence != nil || !writable(*e.RecurrenceID)), "override of nothing")
	link, urlErr := url.Parse(e.URL)
	fault(e.URL != "" && (urlErr != nil || !link.IsAbs() || hasControl(e.URL)), "no URL")
	for _, p := range e.people() {
		fault(!p.addressable(), "person without an address")
	}
	if len(faults) == 0 && e.Recurrence != nil {
		faults = e.seriesFaults()
	}
	if len(faults) > 0 {
		return fmt.Errorf("event %.80q: %s: %w", e.UID, strings.Join(faults, ", "), ErrEvent)
	}
	return nil
}

// writable says whether an instant is whole seconds in the years that a date may have.
func writable(t time.Time) bool {
	return t.Nanosecond() == 0 && t.Year() >= wall.FirstYear && t.Year() <= wall.LastYear
}

func (e Event) seriesFaults() (faults []string) {
	r := *e.Recurrence
	if r.IntervalDays < 1 || r.IntervalDays > 366 {
		return []string{"interval outside 1..366 days"}
	}
	if (r.Count > 0) == !r.Until.IsZero() || r.Count < 0 || r.Count >= maxOccurrences {
		return []string{"a series needs either a count below 1000 or an end"}
	}
	loc, _ := wall.LoadZone(e.Zone)
	places := e.places(loc)
	if len(places) == 0 || len(places) == maxOccurrences || !places[0].at.Equal(e.StartAt) {
		return []string{"a series cannot start at this instant or is endless"}
	}
	for _, left := range r.Except {
		if !slices.ContainsFunc(places, func(p place) bool { return p.at.Equal(left) }) {
			faults = append(faults, "left out "+left.UTC().Format(time.RFC3339)+", which is not in the series")
		}
	}
	return faults
}

func (e Event) people() []Person {
	if e.Organizer == nil {
		return e.Attendees
	}
	return append([]Person{*e.Organizer}, e.Attendees...)
}

// addressable is not a check of the address, only that it can stand in a mailto: without ending it.
func (p Person) addressable() bool {
	return strings.Contains(p.Address, "@") && !hasControl(p.Address) && !strings.ContainsAny(p.Address, " <>\"\\")
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}
