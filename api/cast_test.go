package api_test

import (
	"context"
	"maps"
	"slices"
	"time"

	"kring/circles"
	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/wall"
	"kring/scheduling"
	"kring/scheduling/health"
	"kring/scheduling/letters"
)

// cast is a programme with a running circle and everybody who stands to it in another way.
type cast struct {
	*world
	programme, other  circles.ProgrammeView
	allied            circles.ProgrammeView // the partner's
	circle, elsewhere circles.CircleView
	seats             map[string]circles.Member // by person's first name
	application       circles.Applicant         // the applicant's own
	sessions          []scheduling.SessionView
	motion            circles.Motion
	actors            map[string]identity.Actor
	hostSession       scheduling.SessionView // led by the host
	tokenID, signInID string                 // the member's
	personID          string                 // of whom it goes in the path of a facilitator
	proof             string                 // what a letter to sign in with holds, for the member
	seatID            string                 // the member's, unless a row is about another
	flagID            string
	replanID          string // a preview, or a change that was made
	proposalID        string
	optionID          string // of the proposal
	link              string // to answer the session, for the member
	formingCircle     circles.CircleView
	bearers           map[string]string
}

// The people of a cast.
const (
	nobody            = "nobody"
	stranger          = "another programme's facilitator"
	otherMember       = "a member of another circle"
	applicant         = "an applicant"
	member            = "a member"
	host              = "the host"
	facilitator       = "a facilitator"
	facilitatorMember = "a facilitator who is a member"
	owner             = "the owner of the installation"
	partner           = "a facilitator through whose programme somebody came into the circle"
	invited           = "somebody asked to facilitate, who has not said yes"

	guest = "a member who came through the partner's programme"
)

var mornings = []wall.Hours{{Weekday: "tue", From: "08:00", Until: "18:00"}}

func newCast(w *world) *cast {
	w.t.Helper()
	c := &cast{world: w, seats: map[string]circles.Member{}, actors: map[string]identity.Actor{nobody: {}, owner: w.owner}, bearers: map[string]string{}}
	c.facilitators()
	c.applicants()
	people := map[string]string{member: "els@example.org", host: "hugo@example.org", facilitatorMember: "fien@example.org"}
	c.formingCircle = c.open(people)
	c.circle = c.running(people)
	c.seatID = c.seats[member].ID
	c.elsewhere = c.running(map[string]string{otherMember: "otto@example.org", "another": "an@example.org"})
	c.apply()
	c.letIn(guest, "gus@example.org")
	var err error
	c.sessions, err = c.calendar.Sessions(c.ctx(), c.actors[facilitator], c.circle.ID)
	must(w.t, err)
	c.leadBy(host)
	c.link = c.links.Sign(letters.LinkAnswer, c.hostSession.ID, c.person("els@example.org"))
	c.personID = c.actors[facilitatorMember].PersonID
	c.ways()
	return c
}

func (c *cast) ctx() context.Context { return c.t.Context() }

func (c *cast) facilitators() {
	var err error
	draft := circles.ProgrammeDraft{
		Name: "Pilot", Purpose: "To learn aloud", GuideSet: "wol", Language: "nl", Zone: "Europe/Brussels",
		Holidays: "be", SignupOpen: true,
	}
	c.programme, err = c.rooms.OpenProgramme(c.ctx(), c.owner, draft)
	must(c.t, err)
	c.other, err = c.rooms.OpenProgramme(c.ctx(), c.owner, draft)
	must(c.t, err)
	c.allied, err = c.rooms.OpenProgramme(c.ctx(), c.owner, draft)
	must(c.t, err)
	for _, one := range []struct{ who, email, programme string }{
		{facilitator, "fred@example.org", c.programme.ID}, {facilitatorMember, "fien@example.org", c.programme.ID},
		{stranger, "stan@example.org", c.other.ID}, {partner, "pien@example.org", c.allied.ID},
		{invited, "ines@example.org", c.programme.ID},
	} {
		person, err := c.rooms.InviteFacilitator(c.ctx(), c.owner, one.programme, circles.FacilitatorDraft{
			Name: one.email[:4] + " Maes", Email: one.email, LetterLanguage: "nl",
		})
		must(c.t, err)
		c.actors[one.who] = acting(person.PersonID)
		if one.who == invited {
			continue
		}
		_, err = c.rooms.AcceptFacilitation(c.ctx(), c.actors[one.who], one.programme)
		must(c.t, err)
	}
}

// letIn brings somebody who signed up for the allied programme into the circle.
func (c *cast) letIn(who, email string) {
	c.actors[who] = acting(c.signUp(c.allied.ID, email))
	found, err := c.rooms.Applications(c.ctx(), c.owner, c.allied.ID, "", pageOne, 10)
	must(c.t, err)
	_, err = c.rooms.ConfirmApplication(c.ctx(), c.actors[who], found.Items[0].ID)
	must(c.t, err)
	seat, err := c.rooms.AskSeat(c.ctx(), c.actors[who], c.circle.ID)
	must(c.t, err)
	c.seats[who], err = c.rooms.AcceptSeat(c.ctx(), c.actors[who], seat.ID)
	must(c.t, err)
}

// signUp sends the public form and answers whose it is.
func (c *cast) signUp(programmeID, email string) string {
	_, err := c.rooms.Apply(c.ctx(), programmeID, circles.ApplicationDraft{
		Name: email[:4] + " Peeters", Email: email, LetterLanguage: "en", Speaks: []string{"nl", "en"},
		Zone: "Europe/Brussels", Availability: mornings,
	})
	must(c.t, err)
	return c.person(email).ID
}

// ways are the member's ways in: a bearer token, and a browser.
func (c *cast) ways() {
	els := c.actors[member].PersonID
	of, err := c.tokens.Authenticate(c.ctx(), c.token(els))
	must(c.t, err)
	c.tokenID = of.TokenID
	in, err := c.signIn.Authenticate(c.withCookie(c.cookie(els)))
	must(c.t, err)
	c.signInID = in.SignInID
	c.proof = c.askedToSignIn("els@example.org").token
}

// applicants signs somebody up who waits.
func (c *cast) applicants() {
	c.actors[applicant] = acting(c.signUp(c.programme.ID, "ada@example.org"))
}

func (c *cast) apply() {
	found, err := c.rooms.Applications(c.ctx(), c.owner, c.programme.ID, "", pageOne, 10)
	must(c.t, err)
	for _, one := range found.Items {
		if one.PersonID == c.actors[applicant].PersonID {
			_, err := c.rooms.ConfirmApplication(c.ctx(), c.actors[applicant], one.ID)
			must(c.t, err)
			c.application, err = c.rooms.Application(c.ctx(), c.owner, one.ID)
			must(c.t, err)
		}
	}
}

// running opens a circle and begins it.
func (c *cast) running(people map[string]string) circles.CircleView {
	circle := c.open(people)
	_, err := c.calendar.Begin(c.ctx(), c.owner, circle.ID, 0, scheduling.BeginDraft{Insist: true}, false)
	must(c.t, err)
	circle, err = c.rooms.Circle(c.ctx(), c.owner, circle.ID)
	must(c.t, err)
	return circle
}

// open opens a circle and lets everybody in.
func (c *cast) open(people map[string]string) circles.CircleView {
	slot := wall.Slot{Weekday: time.Tuesday, At: wall.At(12, 30)}
	draft := circles.CircleDraft{
		ProgrammeID: c.programme.ID, Name: "Circle", Slot: &slot, Seats: 6, SeatsOpen: true,
		StartsOn: wall.DateOf(c.clock.Now(), time.UTC).AddDays(7),
	}
	for _, who := range slices.Sorted(maps.Keys(people)) { // in one order, so that two lives can be held beside each other
		email := people[who]
		draft.Members = append(draft.Members, circles.Invitee{Name: email[:4] + " Maes", Email: email, LetterLanguage: "nl"})
	}
	circle, err := c.rooms.OpenCircle(c.ctx(), c.owner, draft)
	must(c.t, err)
	seats, err := c.rooms.Members(c.ctx(), c.owner, circle.ID)
	must(c.t, err)
	for _, who := range slices.Sorted(maps.Keys(people)) {
		person := c.person(people[who])
		c.actors[who] = acting(person.ID)
		for _, seat := range seats {
			if seat.PersonID == person.ID {
				c.seats[who], err = c.rooms.AcceptSeat(c.ctx(), acting(person.ID), seat.ID)
				must(c.t, err)
			}
		}
	}
	return circle
}

// leadBy finds a session that somebody leads.
func (c *cast) leadBy(who string) {
	for _, s := range c.sessions {
		if s.HostID != nil && *s.HostID == c.seats[who].ID {
			c.hostSession = s
			return
		}
	}
	c.t.Fatalf("%s leads nothing", who)
}

// forming is for what is done before a circle begins.
func forming(c *cast, _ context.Context) { c.circle = c.formingCircle }

// asked lets the applicant ask for a seat, and makes it the one in the path.
func asked(c *cast, ctx context.Context) {
	seat, err := c.rooms.AskSeat(ctx, c.actors[applicant], c.circle.ID)
	must(c.t, err)
	c.seatID = seat.ID
}

// proposed leaves a motion open in the circle.
func proposed(c *cast, ctx context.Context) {
	change, err := c.calendar.Complete(ctx, c.actors[host], c.circle.ID, 0, false)
	must(c.t, err)
	c.motion = *change.Motion
}

// paused pauses the circle.
func paused(c *cast, ctx context.Context) {
	_, err := c.calendar.Pause(ctx, c.actors[host], c.circle.ID, 0, wall.DateOf(c.clock.Now(), time.UTC).AddDays(30), false)
	must(c.t, err)
}

// faltering raises a flag over the circle.
func faltering(c *cast, ctx context.Context) {
	c.flagID = database.NewID()
	now := c.clock.Now()
	flag := health.Flag{
		ID: c.flagID, CircleID: c.circle.ID, ProgrammeID: c.programme.ID, Verdict: health.Wobbling, State: health.Open,
		Reasons: health.Reasons{{Code: "dates_shift"}}, RaisedAt: now, UpdatedAt: now,
	}
	must(c.t, c.db.Write(ctx, func(tx database.Tx) error { return tx.Gorm().Create(&flag).Error }))
}

// aMove is a step that moves the session which the host leads.
func (c *cast) aMove() scheduling.Step {
	return scheduling.Step{Kind: scheduling.StepMove, SessionID: c.hostSession.ID, On: wall.DateOf(c.hostSession.StartsAt, time.UTC).AddDays(1)}
}

// previewed leaves a preview that the host made.
func previewed(c *cast, ctx context.Context) {
	replan, err := c.calendar.PreviewReplan(ctx, c.actors[host], c.circle.ID, c.aMove())
	must(c.t, err)
	c.replanID = replan.ID
}

// replanned leaves a change that the host made.
func replanned(c *cast, ctx context.Context) {
	previewed(c, ctx)
	_, err := c.calendar.CommitReplan(ctx, c.actors[host], c.replanID, true)
	must(c.t, err)
}

// voting leaves a question open which date takes the place of a session's.
func voting(c *cast, ctx context.Context) {
	p, err := c.calendar.ProposeDate(ctx, c.actors[host], c.hostSession.ID, scheduling.Wanted{})
	must(c.t, err)
	c.proposalID, c.optionID = p.ID, p.Options[0].ID
}

// subscribed lets everybody have a calendar elsewhere.
func subscribed(c *cast, ctx context.Context) {
	for _, who := range whom {
		if who != nobody {
			_, err := c.options.Busy.Name(ctx, c.actors[who], "https://calendar.example.org/"+c.actors[who].PersonID+".ics")
			must(c.t, err)
		}
	}
}

// asking lets the row be about the invitation that waits.
func asking(c *cast, _ context.Context) { c.personID = c.actors[invited].PersonID }
