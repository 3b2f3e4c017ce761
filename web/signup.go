package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"kring/circles"
	"kring/internal/fault"
	"kring/internal/wall"
)

// signupPage is the public page of a programme: why, what it costs, who sees what, and the form.
type signupPage struct {
	frame
	Programme   circles.SignupPage
	Costs       string
	Starts      string
	Closes      string
	Kept        keptLine
	Asked       *seatLine  // the circle that the link names
	SeatGone    bool       // it names one that seeks nobody
	Seats       []seatLine // circles that seek members
	FormOpen    bool
	CircleID    string
	Wrong       string      // why nothing was taken down, when it is no single field's fault
	Faults      []faultLine // every faulty field, to jump to
	Elsewhere   []seatLine  // circles whose hour fits
	Name, Email field
	Language    field
	Speaks      field
	Zone        field
	HoursWrong  string
	Hours       []hoursRow
	Optional    []field
}

// seatLine is a circle that seeks members, in a line.
type seatLine struct {
	Name, Says, URL string
}

// faultLine leads from the top of the form to a faulty field.
type faultLine struct{ URL, Label, Says string }

// appliedPage says what to do next.
type appliedPage struct {
	frame
	Until string
}

func (w *Web) showSignup(v *visit) error {
	shown, err := v.signup()
	if err != nil {
		return err
	}
	v.fill(&shown, url.Values{"language": {v.lang}, "zone": {shown.Programme.Zone}, "speaks": {v.lang}}, nil)
	return v.show(http.StatusOK, "signup", shown)
}

// signup reads the programme of the address and the circle that it names.
func (v *visit) signup() (signupPage, error) {
	circleID := v.c.Param("circle")
	found, err := v.Circles.SignupPage(v.ctx(), v.c.Param("programme"), circleID)
	if err != nil {
		return signupPage{}, err
	}
	shown := signupPage{
		frame: v.frame(found.Name), Programme: found, FormOpen: found.Open || found.Asked != nil,
		SeatGone: circleID != "" && found.Asked == nil,
	}
	shown.Wide, shown.Kept = true, v.kept(found.Programme)
	set, _ := v.Guides.Set(found.GuideSet)
	costs := "web.signup.costs"
	if set.Interval == 7 {
		costs = "web.signup.costs-weekly"
	}
	shown.Costs = v.say(costs, "weeks", set.Weeks, "minutes", set.Minutes)
	if !found.StartsOn.IsZero() {
		shown.Starts = v.say("web.signup.starts", "date", wall.LongDate(found.StartsOn, v.lang))
	}
	if found.Open && found.SignupClosesAt != nil {
		shown.Closes = v.say("web.signup.closes", "moment", v.moment(*found.SignupClosesAt, found.Zone))
	}
	for _, s := range found.Seats {
		shown.Seats = append(shown.Seats, v.seatLine(found.ID, s))
	}
	if found.Asked != nil {
		line := v.seatLine(found.ID, *found.Asked)
		shown.Asked, shown.CircleID = &line, found.Asked.ID
	}
	return shown, nil
}

// moment is a date and a time on the wall in a zone.
func (v *visit) moment(at time.Time, zone string) string {
	loc, err := wall.LoadZone(zone)
	if err != nil {
		loc = time.UTC
	}
	return v.say("web.moment", "date", wall.LongDate(wall.DateOf(at, loc), v.lang),
		"time", wall.TimeOfDayOf(at, loc).String(), "zone", wall.ZoneLabel(at, loc, v.lang))
}

func (v *visit) seatLine(programmeID string, s circles.OpenSeats) seatLine {
	parts := []string{v.say("web.seat.no-slot")}
	if slot, agreed := s.Slot(); agreed {
		parts[0] = v.say("web.seat.slot", "weekday", wall.WeekdayName(slot.Weekday, v.lang), "time", slot.At.String(),
			"zone", v.zoneOf(slot.Zone))
	}
	parts = append(parts, v.spoken(s.Language))
	if s.Free > 0 {
		parts = append(parts, v.say("web.seat.free", "count", s.Free))
	} else {
		parts = append(parts, v.say("web.seat.line"))
	}
	return seatLine{
		Name: s.Name, Says: strings.Join(parts, " · "), URL: v.inLanguage(SignupPath(programmeID, s.ID)),
	}
}

func (v *visit) zoneOf(zone string) string {
	loc, err := wall.LoadZone(zone)
	if err != nil {
		return zone
	}
	return v.zoneLabel(v.Clock.Now(), loc)
}

// spoken is the name of a language, or its code where we have no word for it.
func (v *visit) spoken(code string) string {
	if key := "web.spoken." + code; v.Texts.Has(key) {
		return v.say(key)
	}
	return code
}

func (w *Web) signUp(v *visit) error {
	shown, err := v.signup()
	if err != nil {
		return err
	}
	sent, err := v.form()
	if err != nil {
		return err
	}
	draft, rows := draftOf(sent)
	draft.CircleID, draft.Network = shown.CircleID, v.network()
	applied, err := v.Circles.Apply(v.ctx(), shown.Programme.ID, draft)
	f, refused := fault.Of(err)
	switch {
	case err == nil:
		page := appliedPage{frame: v.frame(v.say("web.applied.title")), Until: v.moment(applied.ExpiresAt, shown.Programme.Zone)}
		return v.show(http.StatusAccepted, "applied", page)
	case !refused || f.Kind == fault.NotFound:
		return err
	}
	v.fill(&shown, sent, inRows(f.Violations, rows))
	if f.Kind != fault.Invalid {
		v.retryAfter(f)
		shown.Wrong = v.sentence(f)
		shown.Elsewhere = shown.offered(v, f)
	}
	return v.show(v.statusOf(f), "signup", shown)
}

// offered are the circles that a refusal names because their hour fits.
func (p signupPage) offered(v *visit, f *fault.Fault) []seatLine {
	ids, _ := f.Args["circles"].([]string)
	var out []seatLine
	for _, id := range ids {
		for _, s := range p.Programme.Seats {
			if s.ID == id {
				out = append(out, v.seatLine(p.Programme.ID, s))
			}
		}
	}
	return out
}
