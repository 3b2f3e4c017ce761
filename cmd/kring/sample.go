package main

import (
	"context"
	"strings"
	"time"

	"kring/circles"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/page"
	"kring/internal/wall"
	"kring/scheduling/holidays"
)

// sampleOwner owns the demo when nobody else is named.
const (
	sampleOwner     = "els@example.org"
	sampleOwnerName = "Els Maes"
)

// sampleHolidays is the calendar of the demo's circles.
const sampleHolidays = "be"

// sampleCircle is a circle of the demo: who is in it, and how they behave.
type sampleCircle struct {
	name      string
	character character
	language  string
	day       time.Weekday
	at        wall.TimeOfDay
	people    []samplePerson
}

// samplePerson is somebody of the demo; zone "" is Brussels.
type samplePerson struct{ name, language, zone string }

// dutch and english are people with mails in that language.
func dutch(names ...string) []samplePerson   { return people("nl", "", names) }
func english(names ...string) []samplePerson { return people("en", "", names) }
func people(language, zone string, names []string) (all []samplePerson) {
	for _, name := range names {
		all = append(all, samplePerson{name, language, zone})
	}
	return all
}

func together(groups ...[]samplePerson) (all []samplePerson) {
	for _, group := range groups {
		all = append(all, group...)
	}
	return all
}

// sampleProgramme is the circles of a demo that began on a date. The first four are those that Kring was made for: what
// they are known for has happened by the day on which the demo is first looked at.
func sampleProgramme(began wall.Date) []sampleCircle {
	const london, cologne = "Europe/London", "Europe/Berlin"
	steady := character{willing: 3}
	tuesday := nextSession(began, time.Tuesday)
	return []sampleCircle{
		{
			name: "The Tuesday five", language: "en", day: time.Tuesday, at: wall.At(12, 30),
			// the circle that stopped
			character: character{missed: []int{tuesday - 3, tuesday - 2, tuesday - 1}, no: map[int]int{tuesday - 3: 2}, silent: tuesday},
			people:    together(people("en", london, []string{"Alice Carter", "Brian Hughes", "Chloe Evans", "Daniel Moore"}), dutch("Wouter De Smet")),
		},
		{
			name: "Donderdagkring", language: "nl", day: time.Thursday, at: wall.At(16, 0),
			// the circle that flew
			character: character{willing: 4, no: map[int]int{4: 2}, late: map[int]time.Duration{2: 47 * time.Hour}},
			people:    together(people("en", cologne, []string{"Jonas Weber", "Lena Vogel"}), dutch("Griet Claes", "Hanne Maes", "Ivo Peeters")),
		},
		{
			name: "Het middaguur", language: "nl", day: time.Tuesday, at: wall.At(12, 0),
			// the circle that falters
			character: character{willing: 3, moved: map[int]int{tuesday - 2: 2, tuesday: 2}, noFrom: [2]int{tuesday - 2, 2}},
			people:    dutch("Bert Jacobs", "Celine Dubois", "Dries Wouters", "Eline Goossens", "Femke Bakker"),
		},
		{
			name: "Drie zoeken twee", language: "nl", day: time.Wednesday, at: wall.At(9, 0),
			// three colleagues, two open seats
			character: character{forms: true},
			people:    dutch("Karel Mertens", "Lotte Aerts", "Mieke Willems"),
		},
		{
			name: "Vroege vogels", language: "nl", day: time.Monday, at: wall.At(8, 30), character: steady,
			people: dutch("Nele Hermans", "Olivier Lambert", "Pieter Vos", "Rani Desmet", "Sofie Michiels"),
		},
		{
			name: "Vrijdag na de koffie", language: "nl", day: time.Friday, at: wall.At(10, 30),
			// the circle that says at the last moment whether it comes
			character: character{willing: 2, asked: 1, no: map[int]int{2: 1}},
			people:    together(dutch("Thijs de Boer", "Ursula Smets", "Veerle Martens"), english("Liam O'Brien", "Maya Patel")),
		},
		{
			name: "Tussen twee treinen", language: "nl", day: time.Thursday, at: wall.At(8, 0),
			// the circle that votes on another date
			character: character{willing: 3, doubted: map[int]int{sessionFrom(began, began.AddDays(demoPast+4), time.Thursday): 2}},
			people:    dutch("Wim Jansen", "Xander Segers", "Yasmina El Amrani", "Zoë Vermeulen"),
		},
		{
			name: "The long table", language: "en", day: time.Wednesday, at: wall.At(13, 0), character: steady,
			people: together(english("Grace Martin", "Henry Baker", "Isla Thomson"), dutch("Joris Pauwels", "Kaat Lemmens")),
		},
	}
}

// firstSession is when a circle of a demo that began on a date has its first session.
func firstSession(began wall.Date, day time.Weekday) wall.Date {
	return began.AddDays(5).OnOrAfter(day)
}

// nextSession is the number of the session that comes next on the day on which the demo is first looked at.
func nextSession(began wall.Date, day time.Weekday) int {
	return sessionFrom(began, began.AddDays(demoPast), day)
}

// sessionFrom is the number of the first session on a date or after it.
func sessionFrom(began, from wall.Date, day time.Weekday) int {
	free, err := holidays.Load(sampleHolidays)
	n := 1
	for on := firstSession(began, day); on.Before(from); on = on.AddDays(7) {
		if err != nil || !free.IsHoliday(on) {
			n++
		}
	}
	return n
}

// address is the made-up address of somebody in the demo.
func (p samplePerson) address() string {
	name := strings.NewReplacer(" ", ".", "'", "", "ë", "e").Replace(strings.ToLower(p.name))
	return name + "@example.org"
}

// rehearse opens the sample programme in the past and lets it live until today.
func (b *sandbox) rehearse(ctx context.Context, owner identity.Actor) error {
	if err := b.nameOwner(ctx, owner); err != nil {
		return err
	}
	programme, err := b.circles.OpenProgramme(ctx, owner, circles.ProgrammeDraft{
		Name: "Leren van elkaar", GuideSet: "wol", Language: "nl", Zone: b.config.zone, Holidays: sampleHolidays, SignupOpen: true, HourReminder: true,
		Purpose: "Collega's van verschillende diensten leren van elkaar, een uur per week, aan een doel dat ze zelf kiezen.",
	})
	if err != nil {
		return err
	}
	if err := b.cast.find(ctx); err != nil {
		return err
	}
	helper := circles.FacilitatorDraft{Name: "Tom Verbeke", Email: "tom.verbeke@example.org", LetterLanguage: "nl"}
	invited, err := b.circles.InviteFacilitator(ctx, owner, programme.ID, helper)
	if err == nil {
		_, err = b.circles.AcceptFacilitation(ctx, acting(invited.PersonID), programme.ID)
	}
	if err != nil {
		return err
	}
	var open circles.CircleView
	for _, one := range sampleProgramme(b.cast.began) {
		circle, err := b.openSample(ctx, owner, programme.ID, one)
		if err != nil {
			return err
		}
		if one.character.forms {
			open = circle
		}
	}
	b.jobs.Poke()
	if err := b.walk(ctx, b.clock.Machine(), true); err != nil {
		return err
	}
	if err := b.applySamples(ctx, owner, open); err != nil {
		return err
	}
	b.clock.Advance(-b.clock.Offset()) // what making it took
	return b.walk(ctx, b.clock.Now(), true)
}

// nameOwner gives the demo's own owner a whole name: letters say who looks after a circle.
func (b *sandbox) nameOwner(ctx context.Context, owner identity.Actor) error {
	if b.config.ownerEmail != sampleOwner {
		return nil
	}
	name := sampleOwnerName
	return b.db.Write(ctx, func(tx database.Tx) error {
		_, err := identity.PatchIn(tx, b.clock.Now(), owner.PersonID, 0, identity.Patch{Name: &name})
		return err
	})
}

// openSample opens one circle and invites its people, who already told their zone.
func (b *sandbox) openSample(ctx context.Context, owner identity.Actor, programmeID string, one sampleCircle) (circles.CircleView, error) {
	first := firstSession(b.cast.began, one.day)
	if one.character.forms {
		first = b.cast.began.AddDays(demoPast + 10).OnOrAfter(one.day)
	}
	draft := circles.CircleDraft{
		ProgrammeID: programmeID, Name: one.name, Language: one.language, StartsOn: first,
		Slot: &wall.Slot{Weekday: one.day, At: one.at, Zone: b.config.zone}, VideoLink: "https://meet.example.org/" + one.day.String(),
		SeatsOpen: one.character.forms,
	}
	for _, p := range one.people {
		draft.Members = append(draft.Members, circles.Invitee{Name: p.name, Email: p.address(), LetterLanguage: p.language})
	}
	circle, err := b.circles.OpenCircle(ctx, owner, draft)
	if err != nil {
		return circle, err
	}
	return circle, b.db.Write(ctx, func(tx database.Tx) error {
		for _, p := range one.people {
			if p.zone == "" {
				continue
			}
			known, err := identity.ByEmailIn(tx, p.address())
			if err == nil {
				_, err = identity.PatchIn(tx, b.clock.Now(), known.ID, 0, identity.Patch{Zone: &p.zone})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// applySamples signs three people up: one waits, one asks for an open seat, and one has yet to press the button.
func (b *sandbox) applySamples(ctx context.Context, owner identity.Actor, open circles.CircleView) error {
	morning := []wall.Hours{{Weekday: "mon", From: "08:30", Until: "12:00"}, {Weekday: "wed", From: "08:30", Until: "12:00"}, {Weekday: "thu", From: "13:00", Until: "17:00"}}
	for _, one := range []struct {
		samplePerson
		team, circleID string
		presses        bool
	}{
		{samplePerson{"Ann Sterckx", "nl", ""}, "Personeelsdienst", "", true},
		{samplePerson{"Peter Novak", "en", ""}, "Finance", open.ID, true},
		{samplePerson{"Ruth Van Damme", "nl", ""}, "Onthaal", "", false},
	} {
		draft := circles.ApplicationDraft{
			Name: one.name, Email: one.address(), LetterLanguage: one.language, Speaks: []string{"nl", "en"}, Zone: b.config.zone,
			Availability: morning, Team: one.team, CircleID: one.circleID,
		}
		if _, err := b.circles.Apply(ctx, open.ProgrammeID, draft); err != nil {
			return err
		}
		if !one.presses {
			continue
		}
		if err := b.pressSample(ctx, owner, open.ProgrammeID, one.address()); err != nil {
			return err
		}
	}
	return nil
}

// pressSample confirms somebody's sign-up, as the button in the letter does.
func (b *sandbox) pressSample(ctx context.Context, owner identity.Actor, programmeID, address string) error {
	waiting, err := b.circles.Applications(ctx, owner, programmeID, circles.Unconfirmed, page.Cursor{}, page.MaxLimit)
	if err != nil {
		return err
	}
	for _, a := range waiting.Items {
		if a.Email == address {
			_, err := b.circles.ConfirmApplication(ctx, acting(a.PersonID), a.ID)
			return err
		}
	}
	return nil
}
