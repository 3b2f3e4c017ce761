package circles

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"kring/guides"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/text"
	"kring/internal/wall"
)

// choices are what a draft may choose from.
type choices struct {
	guides    *guides.Library
	calendars []string
}

// set answers the guide set, or adds a violation.
func (c choices) set(v *fault.Violations, pointer, key string) guides.Set {
	set, known := c.guides.Set(key)
	if !known {
		v.Add(pointer, "no-such-guide-set")
	}
	return set
}

func (c choices) calendar(v *fault.Violations, pointer, key string) {
	if !slices.Contains(c.calendars, key) {
		v.Add(pointer, "no-such-calendar")
	}
}

// ProgrammeDraft is what somebody says to open a programme. Quorum 0 takes that of the guide set.
type ProgrammeDraft struct {
	Name, Purpose      string
	GuideSet, Language string
	Zone, Holidays     string
	Quorum             int
	StartsOn           wall.Date
	SignupOpen         bool
	SignupClosesAt     *time.Time
	HourReminder       bool
	Breaks             []Break // Kind, Name, FromOn and UntilOn of each are read
	// How many months people's data stays, see Programme; 0 takes 12 and 6.
	KeepMonths, KeepUnplacedMonths int
}

// check cleans the draft and answers Invalid with everything that is wrong with it.
func (d *ProgrammeDraft) check(c choices) error {
	var v fault.Violations
	d.Name = identity.CheckName(&v, "/name", d.Name)
	d.Purpose = checkPurpose(&v, "/purpose", d.Purpose)
	set := c.set(&v, "/guide_set", d.GuideSet)
	identity.CheckSpoken(&v, "/language", d.Language)
	identity.CheckZone(&v, "/zone", d.Zone)
	c.calendar(&v, "/holidays", d.Holidays)
	if d.Quorum == 0 {
		d.Quorum = set.Quorum
	}
	if set.Key != "" {
		checkBetween(&v, "/quorum", d.Quorum, fewestMembers, set.MaxSize)
	}
	checkDate(&v, "/starts_on", d.StartsOn)
	d.SignupClosesAt = checkInstant(&v, "/signup_closes_at", d.SignupClosesAt)
	checkBreaks(&v, "/breaks", d.Breaks)
	d.KeepMonths = checkMonths(&v, "/keep_months", cmp.Or(d.KeepMonths, keepMonths))
	d.KeepUnplacedMonths = checkMonths(&v, "/keep_unplaced_months", cmp.Or(d.KeepUnplacedMonths, keepUnplacedMonths))
	return v.Err()
}

// checkInstant answers the instant as it is kept.
func checkInstant(v *fault.Violations, pointer string, at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	kept := database.Cut(*at)
	if kept.Year() < wall.FirstYear || kept.Year() > wall.LastYear {
		v.Add(pointer, "not-a-date")
	}
	return &kept
}

func checkBreaks(v *fault.Violations, pointer string, breaks []Break) {
	if len(breaks) > mostBreaks {
		v.Add(pointer, "too-many", fault.Args{"limit": mostBreaks})
		return
	}
	for i := range breaks {
		b, at := &breaks[i], pointerTo(pointer, i)
		if b.Kind != BreakWeeks && b.Kind != SchoolHoliday {
			v.Add(at+"/kind", "not-a-break-kind")
		}
		b.Name = identity.CheckLine(v, at+"/name", b.Name)
		checkSpan(v, at, b.FromOn, b.UntilOn)
	}
}

// checkSpan checks two dates, both included, at most a year apart.
func checkSpan(v *fault.Violations, pointer string, from, until wall.Date) {
	switch {
	case from.IsZero():
		v.Add(pointer+"/from_on", "required")
	case !from.Valid():
		v.Add(pointer+"/from_on", "not-a-date")
	case until.IsZero():
		v.Add(pointer+"/until_on", "required")
	case !until.Valid():
		v.Add(pointer+"/until_on", "not-a-date")
	case until.Before(from):
		v.Add(pointer+"/until_on", "before-from")
	case until.Sub(from) > 366:
		v.Add(pointer+"/until_on", "too-far", fault.Args{"date": from.AddDays(366).String()})
	}
}

// programme is the draft as a new programme.
func (d ProgrammeDraft) programme(id string, now time.Time) Programme {
	p := Programme{
		ID: id, Name: d.Name, Purpose: d.Purpose, GuideSet: d.GuideSet, Language: d.Language, Zone: d.Zone,
		Holidays: d.Holidays, Quorum: d.Quorum, StartsOn: d.StartsOn, SignupOpen: d.SignupOpen,
		SignupClosesAt: d.SignupClosesAt, HourReminder: d.HourReminder, State: Open,
		KeepMonths: d.KeepMonths, KeepUnplacedMonths: d.KeepUnplacedMonths,
		Revision: 1, CreatedAt: now, UpdatedAt: now,
	}
	p.noteSignup(now)
	return p
}

// ApplicationDraft is what somebody says to sign up for a programme.
type ApplicationDraft struct {
	Name, Email, LetterLanguage            string
	Speaks                                 []string
	Zone                                   string
	Availability                           []wall.Hours
	Team, Department, Location, Experience string
	CircleID                               string // the circle whose open seat is asked for; empty: none
	Network                                string // whose sign-ups are counted together; empty: not counted

	availability wall.Availability
}

// check cleans the draft and answers Invalid with everything that is wrong with it.
func (d *ApplicationDraft) check() error {
	var v fault.Violations
	d.Name = identity.CheckName(&v, "/name", d.Name)
	d.Email = identity.CheckEmail(&v, "/email", d.Email)
	identity.CheckLetterLanguage(&v, "/letter_language", d.LetterLanguage)
	if len(d.Speaks) == 0 {
		v.Add("/speaks", "required")
	}
	d.Speaks = identity.CheckSpeaks(&v, "/speaks", d.Speaks)
	identity.CheckZone(&v, "/zone", d.Zone)
	d.availability = identity.CheckHours(&v, "/availability", d.Availability)
	d.checkPlace(&v)
	if d.CircleID != "" && !database.IsID(d.CircleID) {
		v.Add("/circle_id", "not-an-id")
	}
	return v.Err()
}

func (d *ApplicationDraft) checkPlace(v *fault.Violations) {
	d.Team = identity.CheckLine(v, "/team", d.Team)
	d.Department = identity.CheckLine(v, "/department", d.Department)
	d.Location = identity.CheckLine(v, "/location", d.Location)
	d.Experience = identity.CheckLine(v, "/experience", d.Experience)
}

// fill writes what the draft says into an application.
func (d ApplicationDraft) fill(a *Application) {
	a.Name, a.LetterLanguage, a.Speaks, a.Zone = d.Name, d.LetterLanguage, d.Speaks, d.Zone
	a.Availability = d.availability
	a.Team, a.Department, a.Location, a.Experience = d.Team, d.Department, d.Location, d.Experience
	a.CircleID = optional(d.CircleID)
}

// Invitee is somebody to offer a seat: by address, or by the application that already stands in the programme.
type Invitee struct {
	Name, Email    string
	LetterLanguage string // empty: the circle's, or English when letters are not written in that
	Zone           string // empty: the circle's
	ApplicationID  string // when given, the other fields are not read
}

// check cleans the invitation to a circle that speaks a language in a zone.
func (i *Invitee) check(v *fault.Violations, pointer, language, zone string) {
	if i.ApplicationID != "" {
		if !database.IsID(i.ApplicationID) {
			v.Add(pointer+"/application_id", "not-an-id")
		}
		return
	}
	i.LetterLanguage, i.Zone = either(i.LetterLanguage, letterLanguage(language)), either(i.Zone, zone)
	i.Name = identity.CheckName(v, pointer+"/name", i.Name)
	i.Email = identity.CheckEmail(v, pointer+"/email", i.Email)
	identity.CheckLetterLanguage(v, pointer+"/letter_language", i.LetterLanguage)
	if i.Zone != zone { // the circle's is checked where it is written
		identity.CheckZone(v, pointer+"/zone", i.Zone)
	}
}

// letterLanguage is the language in which letters are written to people who speak this one.
func letterLanguage(spoken string) string {
	if base, _, _ := strings.Cut(spoken, "-"); text.Known(base) {
		return base
	}
	return text.English
}

// CircleDraft is what a facilitator says to open a circle. Language, Zone and Holidays are the programme's when left
// empty; Seats 0 is as many as the guide set's circles have at most.
type CircleDraft struct {
	ProgrammeID                string
	Name                       string
	Language, Zone, Holidays   string
	Slot                       *wall.Slot // its zone is the circle's, whatever it says
	StartsOn                   wall.Date  // zero: the programme's
	Venue, VideoLink, ChatLink string
	LookedAfterBy              string // a facilitator; empty: who opens it
	Seats                      int
	SeatsOpen                  bool
	Members                    []Invitee
}

// check cleans the draft, fills in the programme's defaults, and answers Invalid with everything that is wrong.
func (d *CircleDraft) check(c choices, p Programme) error {
	var v fault.Violations
	set, _ := c.guides.Set(p.GuideSet)
	d.defaults(p, set)
	d.Name = identity.CheckName(&v, "/name", d.Name)
	identity.CheckSpoken(&v, "/language", d.Language)
	identity.CheckZone(&v, "/zone", d.Zone)
	c.calendar(&v, "/holidays", d.Holidays)
	if d.Slot != nil {
		checkSlot(&v, "/slot", *d.Slot)
	}
	checkDate(&v, "/starts_on", d.StartsOn)
	d.Venue = checkText(&v, "/venue", d.Venue, mostVenue)
	d.VideoLink = CheckLink(&v, "/video_link", d.VideoLink)
	d.ChatLink = CheckLink(&v, "/chat_link", d.ChatLink)
	if d.LookedAfterBy != "" && !database.IsID(d.LookedAfterBy) {
		v.Add("/looked_after_by", "not-an-id")
	}
	checkBetween(&v, "/seats", d.Seats, fewestMembers, mostSeats)
	d.checkMembers(&v)
	return v.Err()
}

func (d *CircleDraft) defaults(p Programme, set guides.Set) {
	d.Language, d.Zone, d.Holidays = either(d.Language, p.Language), either(d.Zone, p.Zone), either(d.Holidays, p.Holidays)
	if d.StartsOn.IsZero() {
		d.StartsOn = p.StartsOn
	}
	if d.Seats == 0 {
		d.Seats = max(set.MaxSize, len(d.Members))
	}
}

func (d *CircleDraft) checkMembers(v *fault.Violations) {
	if len(d.Members) > mostMembers {
		v.Add("/members", "too-many", fault.Args{"limit": mostMembers})
		return
	}
	if len(d.Members) > d.Seats {
		v.Add("/members", "more-than-seats", fault.Args{"seats": d.Seats})
	}
	seen := map[string]bool{}
	for i := range d.Members {
		at := pointerTo("/members", i)
		d.Members[i].check(v, at, d.Language, d.Zone)
		who := d.Members[i].Email + d.Members[i].ApplicationID
		if who != "" && seen[who] {
			v.Add(at, "twice")
		}
		seen[who] = true
	}
}

// circle is the draft as a forming circle.
func (d CircleDraft) circle(id string, p Programme, set guides.Set, now time.Time) Circle {
	c := Circle{
		ID: id, ProgrammeID: p.ID, Name: d.Name, State: Forming, GuideSet: p.GuideSet, Language: d.Language,
		Zone: d.Zone, Holidays: d.Holidays, Quorum: p.Quorum, StartsOn: d.StartsOn, Venue: d.Venue,
		VideoLink: d.VideoLink, ChatLink: d.ChatLink, LookedAfterBy: optional(d.LookedAfterBy), Seats: d.Seats,
		SeatsOpen: d.SeatsOpen, GuideWeek: set.FirstWeek, Series: 1, NextCheckAt: &now,
		Revision: 1, CreatedAt: now, UpdatedAt: now,
	}
	if d.Slot != nil {
		c.SetSlot(wall.Slot{Weekday: d.Slot.Weekday, At: d.Slot.At, Zone: d.Zone})
	}
	return c
}

func either(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// optional is nil for the empty text: the column holds NULL.
func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func valueOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
