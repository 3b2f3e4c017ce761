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
// attendees' programs for an answer. Conference is where to join by voice and picture (RFC 7986, 5.11), an address.
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
	Conference   string
	Organizer    *Person
	Attendees    []Person
	Status       string
	AlarmMinutes int
	RSVP         bool
}

// Person is an organizer or an attendee: a name and a mail address. Status is what an attendee said: Accepted, Declined,
// Tentative, or "" for nothing yet.
type Person struct {
	Name    string
	Address string
	Status  string
}

// What an attendee can have said (PARTSTAT: RFC 5545, 3.2.12).
const (
	Accepted  = "ACCEPTED"
	Declined  = "DECLINED"
	Tentative = "TENTATIVE"
)

func (p Person) status() string {
	if p.Status == "" {
		return "NEEDS-ACTION"
	}
	return p.Status
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
func (e *Event) places(loc *time.Location) []place {
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

// layOut checks the event and lays its places out. It names everything because of which it cannot be written, and
// wraps ErrEvent.
func (e *Event) layOut() (laidOut, error) {
	faults := e.faults()
	laid := laidOut{Event: e}
	var err error
	if laid.loc, err = wall.LoadZone(e.Zone); err != nil {
		faults = append(faults, "no such zone")
	}
	if len(faults) == 0 {
		laid.places, faults = e.checkedPlaces(laid.loc)
	}
	if len(faults) > 0 {
		return laid, fmt.Errorf("event %.80q: %s: %w", e.UID, strings.Join(faults, ", "), ErrEvent)
	}
	return laid, nil
}

func (e *Event) faults() (faults []string) {
	fault := func(bad bool, what string) {
		if bad {
			faults = append(faults, what)
		}
	}
	fault(e.UID == "" || hasControl(e.UID), "no UID")
	fault(e.Sequence < 0, "SEQUENCE below 0")
	fault(e.Stamp.IsZero(), "no stamp")
	fault(!writable(e.StartAt), "no start")
	fault(e.Length <= 0 || e.Length%time.Second != 0, "no length")
	fault(e.AlarmMinutes < 0, "alarm after the start")
	fault(e.Status != "" && e.Status != Confirmed && e.Status != Cancelled, "unknown status")
	fault(e.RecurrenceID != nil && (e.Recurrence != nil || !writable(*e.RecurrenceID)), "override of nothing")
	fault(!isAddress(e.URL) || !isAddress(e.Conference), "no URL")
	fault(e.Organizer != nil && !e.Organizer.addressable(), "organizer without an address")
	for _, p := range e.Attendees {
		fault(!p.addressable(), "attendee without an address")
		fault(!slices.Contains([]string{"", Accepted, Declined, Tentative}, p.Status), "unknown answer")
	}
	return faults
}

// isAddress says whether a text is a web address that can stand in a line; "" is none.
func isAddress(s string) bool {
	if s == "" {
		return true
	}
	link, err := url.Parse(s)
	return err == nil && link.IsAbs() && !hasControl(s)
}

// writable says whether an instant is whole seconds in the years that a date may have.
func writable(t time.Time) bool {
	return t.Nanosecond() == 0 && t.Year() >= wall.FirstYear && t.Year() <= wall.LastYear
}

// checkedPlaces lays the event out and holds what is left out against it.
func (e *Event) checkedPlaces(loc *time.Location) (places []place, faults []string) {
	if e.Recurrence == nil {
		return e.places(loc), nil
	}
	r := *e.Recurrence
	if r.IntervalDays < 1 || r.IntervalDays > 366 {
		return nil, []string{"interval outside 1..366 days"}
	}
	if (r.Count > 0) == !r.Until.IsZero() || r.Count < 0 || r.Count >= maxOccurrences {
		return nil, []string{"a series needs either a count below 1000 or an end"}
	}
	places = e.places(loc)
	if len(places) == 0 || len(places) == maxOccurrences || !places[0].at.Equal(e.StartAt) {
		return nil, []string{"a series cannot start at this instant or is endless"}
	}
	for _, left := range r.Except {
		if !slices.ContainsFunc(places, func(p place) bool { return p.at.Equal(left) }) {
			faults = append(faults, "left out "+left.UTC().Format(time.RFC3339)+", which is not in the series")
		}
	}
	return places, faults
}

// addressable is not a check of the address, only that it can stand in a mailto: without ending it.
func (p Person) addressable() bool {
	return strings.Contains(p.Address, "@") && !hasControl(p.Address) && !strings.ContainsAny(p.Address, " <>\"\\")
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}
