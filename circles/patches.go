package circles

import (
	"cmp"
	"time"

	"kring/guides"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/wall"
)

// ProgrammePatch changes what is not nil.
type ProgrammePatch struct {
	Name, Purpose, Language, Zone, Holidays *string
	Quorum                                  *int       // 0 takes that of the guide set
	StartsOn                                *wall.Date // the zero date takes it away
	SignupOpen                              *bool
	SignupClosesAt                          **time.Time // a nil inside takes it away
	HourReminder                            *bool
	State                                   *ProgrammeState
	KeepMonths, KeepUnplacedMonths          *int
	Breaks                                  *[]Break // replaces them all
}

// apply changes the programme, or answers Invalid with everything that is wrong.
func (patch *ProgrammePatch) apply(c choices, p *Programme, set guides.Set, now time.Time) error {
	var v fault.Violations
	takeClean(&p.Name, patch.Name, func(s string) string { return identity.CheckName(&v, "/name", s) })
	takeClean(&p.Purpose, patch.Purpose, func(s string) string { return checkPurpose(&v, "/purpose", s) })
	if take(&p.Language, patch.Language) {
		identity.CheckSpoken(&v, "/language", p.Language)
	}
	if take(&p.Zone, patch.Zone) {
		identity.CheckZone(&v, "/zone", p.Zone)
	}
	if take(&p.Holidays, patch.Holidays) {
		c.calendar(&v, "/holidays", p.Holidays)
	}
	if take(&p.Quorum, patch.Quorum) {
		p.Quorum = cmp.Or(p.Quorum, set.Quorum)
		checkBetween(&v, "/quorum", p.Quorum, fewestMembers, set.MaxSize)
	}
	if take(&p.StartsOn, patch.StartsOn) {
		checkDate(&v, "/starts_on", p.StartsOn)
	}
	if take(&p.SignupClosesAt, patch.SignupClosesAt) {
		p.SignupClosesAt = checkInstant(&v, "/signup_closes_at", p.SignupClosesAt)
	}
	take(&p.SignupOpen, patch.SignupOpen)
	take(&p.HourReminder, patch.HourReminder)
	if take(&p.State, patch.State) && p.State != Open && p.State != Closed {
		v.Add("/state", "not-a-state")
	}
	p.noteSignup(now)
	takeClean(&p.KeepMonths, patch.KeepMonths, func(n int) int { return checkMonths(&v, "/keep_months", n) })
	takeClean(&p.KeepUnplacedMonths, patch.KeepUnplacedMonths, func(n int) int { return checkMonths(&v, "/keep_unplaced_months", n) })
	if patch.Breaks != nil {
		checkBreaks(&v, "/breaks", *patch.Breaks)
	}
	return v.Err()
}

// ApplicationPatch changes what is not nil. The address cannot be changed: it is what was confirmed.
type ApplicationPatch struct {
	Name, LetterLanguage, Zone             *string
	Speaks                                 *[]string
	Availability                           *[]wall.Hours
	Team, Department, Location, Experience *string
}

func (patch *ApplicationPatch) apply(a *Application) error {
	var v fault.Violations
	takeClean(&a.Name, patch.Name, func(s string) string { return identity.CheckName(&v, "/name", s) })
	if take(&a.LetterLanguage, patch.LetterLanguage) {
		identity.CheckLetterLanguage(&v, "/letter_language", a.LetterLanguage)
	}
	if take(&a.Zone, patch.Zone) {
		identity.CheckZone(&v, "/zone", a.Zone)
	}
	if patch.Speaks != nil {
		a.Speaks = identity.CheckSpeaks(&v, "/speaks", *patch.Speaks)
	}
	if patch.Availability != nil {
		a.Availability = identity.CheckHours(&v, "/availability", *patch.Availability)
	}
	takeClean(&a.Team, patch.Team, func(s string) string { return identity.CheckLine(&v, "/team", s) })
	takeClean(&a.Department, patch.Department, func(s string) string { return identity.CheckLine(&v, "/department", s) })
	takeClean(&a.Location, patch.Location, func(s string) string { return identity.CheckLine(&v, "/location", s) })
	takeClean(&a.Experience, patch.Experience, func(s string) string { return identity.CheckLine(&v, "/experience", s) })
	return v.Err()
}

// tellPerson makes what a confirmed applicant says of herself hold for her: the hours that a circle's members share are
// those of people. What a facilitator corrects stays on the application.
func (patch *ApplicationPatch) tellPerson(tx database.Tx, actor identity.Actor, a Application, now time.Time) error {
	said := identity.Patch{Zone: patch.Zone, Speaks: patch.Speaks}
	if patch.Availability != nil {
		said.Availability = &a.Availability
	}
	silent := said.Zone == nil && said.Speaks == nil && said.Availability == nil
	if silent || a.State == Unconfirmed || a.PersonID != actor.PersonID {
		return nil
	}
	_, err := identity.PatchIn(tx, now, a.PersonID, 0, said)
	return err
}

// CirclePatch changes what is not nil. Name, place, links and how the circle agrees on dates are any member's; the rest
// is the facilitator's, slot and start and zone only while the circle forms.
type CirclePatch struct {
	Name, Venue, VideoLink, ChatLink *string
	AskEverybody                     *bool // silence is not taken for fine when another date is looked for
	GoNoGo                           *bool // those who have not answered are asked a day ahead

	Slot                     **wall.Slot // a nil inside takes it away; its zone is the circle's, whatever it says
	StartsOn                 *wall.Date  // the zero date takes it away
	Zone, Language, Holidays *string
	Seats                    *int
	SeatsOpen                *bool
	LookedAfterBy            **string // a nil inside takes it away
}

// forming says whether the patch changes what only a forming circle can have changed.
func (patch CirclePatch) forming() bool {
	return patch.Slot != nil || patch.StartsOn != nil || patch.Zone != nil
}

// facilitating says whether the patch changes what only a facilitator may.
func (patch CirclePatch) facilitating() bool {
	return patch.forming() || patch.Language != nil || patch.Holidays != nil || patch.Seats != nil ||
		patch.SeatsOpen != nil || patch.LookedAfterBy != nil
}

// apply changes the circle, of whose seats so many are taken, or answers Invalid with everything that is wrong.
func (patch *CirclePatch) apply(choose choices, c *Circle, taken int) error {
	var v fault.Violations
	takeClean(&c.Name, patch.Name, func(s string) string { return identity.CheckName(&v, "/name", s) })
	takeClean(&c.Venue, patch.Venue, func(s string) string { return checkText(&v, "/venue", s, mostVenue) })
	takeClean(&c.VideoLink, patch.VideoLink, func(s string) string { return CheckLink(&v, "/video_link", s) })
	takeClean(&c.ChatLink, patch.ChatLink, func(s string) string { return CheckLink(&v, "/chat_link", s) })
	take(&c.AskEverybody, patch.AskEverybody)
	if patch.GoNoGo != nil {
		c.GoNoGoOff = !*patch.GoNoGo
	}
	patch.applyDates(&v, c)
	if take(&c.Language, patch.Language) {
		identity.CheckSpoken(&v, "/language", c.Language)
	}
	if take(&c.Holidays, patch.Holidays) {
		choose.calendar(&v, "/holidays", c.Holidays)
	}
	if take(&c.Seats, patch.Seats) {
		checkBetween(&v, "/seats", c.Seats, max(fewestMembers, taken), mostSeats)
	}
	take(&c.SeatsOpen, patch.SeatsOpen)
	if take(&c.LookedAfterBy, patch.LookedAfterBy) && c.LookedAfterBy != nil && !database.IsID(*c.LookedAfterBy) {
		v.Add("/looked_after_by", "not-an-id")
	}
	return v.Err()
}

func (patch *CirclePatch) applyDates(v *fault.Violations, c *Circle) {
	if take(&c.Zone, patch.Zone) {
		identity.CheckZone(v, "/zone", c.Zone)
	}
	if take(&c.StartsOn, patch.StartsOn) {
		checkDate(v, "/starts_on", c.StartsOn)
	}
	switch {
	case patch.Slot == nil:
	case *patch.Slot == nil:
		c.ClearSlot()
	default:
		slot := **patch.Slot
		checkSlot(v, "/slot", slot)
		slot.Zone = c.Zone
		c.SetSlot(slot)
	}
}

// take writes a value that is given, and says whether it was.
func take[T any](to *T, given *T) bool {
	if given == nil {
		return false
	}
	*to = *given
	return true
}

// takeClean writes a value that is given, cleaned.
func takeClean[T any](to *T, given *T, clean func(T) T) {
	if given != nil {
		*to = clean(*given)
	}
}
