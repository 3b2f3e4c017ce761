package circles

import (
	"slices"
	"strings"
	"testing"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/outbox"
	"kring/internal/page"
)

// between is a circle of one programme with people who came through it, through another programme, and through none.
type between struct {
	*world
	partner    identity.Actor // facilitates the other programme
	other      ProgrammeView
	circle     Circle
	own        Member // came through the circle's programme
	guest      Member // came through the other programme
	brought    Member // was brought along by a member
	newcomer   Member // asks for a seat, with the application to the other programme
	newcomerBy identity.Actor
}

func newBetween(t *testing.T, w *world) *between {
	t.Helper()
	b := &between{world: w, partner: w.somebody("Pia Partner", "pia@example.org")}
	owner := b.partner
	owner.Owner = true
	b.other = got(w.registry.OpenProgramme(w.ctx, owner, w.draft()))(t)
	c, seats := w.circle(1)
	b.circle, b.own = c, seats[0]
	b.guest = got(w.registry.AcceptSeat(w.ctx, b.elsewhere("Gerda Gast"), b.lastSeat().ID))(t)
	brought := got(w.registry.Invite(w.ctx, actorOf(b.own), c.ID, Invitee{Name: "Mia Mee", Email: "mia@example.org", LetterLanguage: "nl"}))(t)
	b.brought = got(w.registry.AcceptSeat(w.ctx, actorOf(brought), brought.ID))(t)
	b.newcomerBy = b.elsewhere("Nele Nieuw")
	b.newcomer = b.lastSeat()
	b.circle = w.see(c.ID)
	return b
}

// elsewhere signs somebody up for the other programme, who asks for a seat of the circle.
func (b *between) elsewhere(name string) identity.Actor {
	b.t.Helper()
	draft := b.application("")
	draft.Name = name
	got(b.registry.Apply(b.ctx, b.other.ID, draft))(b.t)
	actor := identity.Actor{PersonID: b.byEmail(draft.Email).ID}
	a := got(read(b.ctx, b.db, func(tx database.Tx) (Application, error) {
		a, _, err := liveApplication(tx, b.other.ID, actor.PersonID)
		return a, err
	}))(b.t)
	refused(b.registry.AskSeat(b.ctx, actor, b.circle.ID))(b.t, fault.Forbidden, "forbidden") // unconfirmed
	got(b.registry.ConfirmApplication(b.ctx, actor, a.ID))(b.t)
	got(b.registry.AskSeat(b.ctx, actor, b.circle.ID))(b.t)
	return actor
}

func (b *between) lastSeat() Member {
	seats := b.seats(b.circle.ID)
	return seats[len(seats)-1]
}

func inBetween(t *testing.T, fn func(t *testing.T, b *between)) {
	t.Helper()
	inWorlds(t, func(t *testing.T, w *world) { fn(t, newBetween(t, w)) })
}

func TestASeatSaysThroughWhichProgrammeSomebodyCame(t *testing.T) {
	inBetween(t, func(t *testing.T, b *between) {
		for name, seat := range map[string]struct {
			id, through string
			guest       bool
		}{
			"invited by a facilitator":      {b.own.ID, b.programme.ID, false},
			"asked from another programme":  {b.guest.ID, b.other.ID, true},
			"brought along by a member":     {b.brought.ID, "", false},
			"asks, and is not in by now":    {b.newcomer.ID, b.other.ID, true},
			"known to the programme anyhow": {b.known().ID, b.programme.ID, false},
		} {
			if m := b.seat(seat.id); valueOf(m.ProgrammeID) != seat.through || m.Guest != seat.guest {
				t.Errorf("%s: through %q, a guest: %v", name, valueOf(m.ProgrammeID), m.Guest)
			}
		}
		if a := b.applicationTo(b.other.ID, b.guest.PersonID); a.State != Placed {
			t.Errorf("the guest's application is %s", a.State)
		}
		if a := b.applicationTo(b.other.ID, b.newcomer.PersonID); a.State != Waiting {
			t.Errorf("the newcomer's application is %s", a.State)
		}
	})
}

// known is a seat to which a member invites somebody who signed up for the circle's programme herself.
func (b *between) known() Member {
	b.t.Helper()
	draft := b.application("")
	b.waiting(draft)
	return got(b.registry.Invite(b.ctx, actorOf(b.own), b.circle.ID, Invitee{Name: "Wie", Email: draft.Email, LetterLanguage: "nl"}))(b.t)
}

func (b *between) applicationTo(programmeID, personID string) Application {
	b.t.Helper()
	return got(read(b.ctx, b.db, func(tx database.Tx) (Application, error) {
		a, _, err := liveApplication(tx, programmeID, personID)
		return a, err
	}))(b.t)
}

func TestEachSeesHerOwnPeoplesDetailsAndOfOthersTheFirstName(t *testing.T) {
	inBetween(t, func(t *testing.T, b *between) {
		asMember := func(a identity.Actor) identity.Actor { a.MemberOnly = true; return a }
		owner := identity.Actor{PersonID: b.somebody("Olga Owner", "").PersonID, Owner: true}
		everybody := []Member{b.own, b.guest, b.brought, b.newcomer}
		for name, test := range map[string]struct {
			actor identity.Actor
			whole []Member
		}{
			"the circle's facilitator": {b.facilitator, []Member{b.own}},
			"the partner":              {b.partner, []Member{b.guest, b.newcomer}},
			"the owner":                {owner, everybody},
			"a member":                 {actorOf(b.own), []Member{b.own}},
			"the guest":                {actorOf(b.guest), []Member{b.guest}},
			"who was brought along":    {actorOf(b.brought), []Member{b.brought}},
			"who was brought along, by a letter's link": {asMember(actorOf(b.brought)), []Member{b.brought}},
		} {
			shown := got(b.registry.Members(b.ctx, test.actor, b.circle.ID))(t)
			if len(shown) != len(everybody) {
				t.Errorf("%s sees %d seats", name, len(shown))
			}
			for _, s := range shown {
				p := b.person(s.PersonID)
				whole := slices.ContainsFunc(test.whole, func(m Member) bool { return m.ID == s.ID })
				want := Seat{FirstName: identity.FirstName(p)}
				if whole {
					want.Name, want.Email = p.Name, p.Email
				}
				if s.FirstName != want.FirstName || s.Name != want.Name || s.Email != want.Email || s.Undeliverable || s.LastSignAt != nil {
					t.Errorf("%s sees of %s: %+v", name, p.Name, s)
				}
				if one := got(b.registry.Member(b.ctx, test.actor, s.ID))(t); one.Name != s.Name || one.Email != s.Email || one.FirstName != s.FirstName {
					t.Errorf("%s sees of %s alone: %+v", name, p.Name, one)
				}
			}
		}
		b.write(func(tx database.Tx) error { return identity.MarkUndeliverableIn(tx, b.clock.Now(), b.guest.PersonID) })
		if got(b.registry.Member(b.ctx, b.facilitator, b.guest.ID))(t).Undeliverable {
			t.Error("the circle's facilitator sees whether mail reaches a guest")
		}
		if !got(b.registry.Member(b.ctx, b.partner, b.guest.ID))(t).Undeliverable {
			t.Error("the partner does not see that no mail reaches her own")
		}
	})
}

func TestAPartnerSeesHowACircleGoesAndChangesNothing(t *testing.T) {
	inBetween(t, func(t *testing.T, b *between) {
		link := "https://meet.example.org/x"
		got(b.registry.PatchCircle(b.ctx, actorOf(b.own), b.circle.ID, 0, CirclePatch{VideoLink: &link, ChatLink: &link}))(t)
		view := got(b.registry.Circle(b.ctx, b.partner, b.circle.ID))(t)
		if !view.Object.Partner || view.Object.Facilitator || view.Object.Member || view.Name != b.circle.Name || view.VideoLink+view.ChatLink != "" {
			t.Errorf("%+v", view)
		}
		if seen := got(b.registry.Circle(b.ctx, b.facilitator, b.circle.ID))(t); seen.VideoLink != link || seen.Object.Partner {
			t.Errorf("%+v", seen)
		}
		before := b.see(b.circle.ID)
		name, seats, no := "Anders", 9, false
		for what, err := range map[string]error{
			"change":          errOf(b.registry.PatchCircle(b.ctx, b.partner, b.circle.ID, 0, CirclePatch{Name: &name})),
			"form":            errOf(b.registry.PatchCircle(b.ctx, b.partner, b.circle.ID, 0, CirclePatch{Seats: &seats})),
			"invite":          errOf(b.registry.Invite(b.ctx, b.partner, b.circle.ID, Invitee{Name: "An", Email: "an@example.org", LetterLanguage: "nl"})),
			"ask":             errOf(b.registry.AskSeat(b.ctx, b.partner, b.circle.ID)),
			"withdraw":        errOf(b.registry.WithdrawSeat(b.ctx, b.partner, b.newcomer.ID)),
			"decline":         errOf(b.registry.DeclineSeat(b.ctx, b.partner, b.newcomer.ID, false)),
			"accept":          errOf(b.registry.AcceptSeat(b.ctx, b.partner, b.newcomer.ID)),
			"leave":           errOf(b.registry.Leave(b.ctx, b.partner, b.guest.ID)),
			"undo leaving":    errOf(b.registry.UndoLeave(b.ctx, b.partner, b.guest.ID)),
			"opt out":         errOf(b.registry.PatchMember(b.ctx, b.partner, b.guest.ID, 0, MemberPatch{Hosts: &no})),
			"see the motions": errOf(b.registry.Motions(b.ctx, b.partner, b.circle.ID)),
		} {
			if !fault.IsKind(err, fault.Forbidden) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if after := b.see(b.circle.ID); after.Revision != before.Revision {
			t.Error("something changed")
		}
		object := got(read(b.ctx, b.db, func(tx database.Tx) (Object, error) { return ObjectIn(tx, b.partner, b.circle) }))(t)
		if object != view.Object {
			t.Errorf("read in two ways: %+v and %+v", object, view.Object)
		}
		for _, action := range Actions() {
			r, _ := rules(action)
			changes := r.sees&seesCircle != 0 && r.may&(anybody|public) == 0 && len(r.scope) > 6 && r.scope[len(r.scope)-6:] == ":write"
			if changes && May(b.partner, action, object) == nil {
				t.Errorf("a partner may %s", action)
			}
		}
	})
}

func errOf[T any](_ T, err error) error { return err }

func TestAPartnersListsHoldTheCirclesOfHerPeople(t *testing.T) {
	inBetween(t, func(t *testing.T, b *between) {
		listed := func(actor identity.Actor, programmeID string, state State) []string {
			t.Helper()
			var ids []string
			for _, c := range got(b.registry.Circles(b.ctx, actor, programmeID, state, page.Cursor{}, 0))(t).Items {
				ids = append(ids, c.ID)
				if c.VideoLink != "" && !c.Object.Facilitator {
					t.Error("a list opens the room")
				}
			}
			return ids
		}
		link := "https://meet.example.org/x"
		got(b.registry.PatchCircle(b.ctx, actorOf(b.own), b.circle.ID, 0, CirclePatch{VideoLink: &link}))(t)
		for _, programme := range []string{"", b.programme.ID} {
			if ids := listed(b.partner, programme, ""); !slices.Equal(ids, []string{b.circle.ID}) {
				t.Errorf("of programme %q: %v", programme, ids)
			}
		}
		if ids := slices.Concat(listed(b.partner, b.other.ID, ""), listed(b.partner, "", Running)); len(ids) > 0 {
			t.Errorf("too many: %v", ids)
		}
		memberOnly := b.partner
		memberOnly.MemberOnly = true
		if ids := listed(memberOnly, "", ""); len(ids) > 0 {
			t.Errorf("by a letter's link: %v", ids)
		}
		refused(b.registry.Circle(b.ctx, memberOnly, b.circle.ID))(t, fault.NotFound, "not-found")
		got(b.registry.Leave(b.ctx, actorOf(b.guest), b.guest.ID))(t)
		if ids := listed(b.partner, "", ""); len(ids) > 0 {
			t.Error("who left leads nobody here")
		}
		refused(b.registry.Circle(b.ctx, b.partner, b.circle.ID))(t, fault.NotFound, "not-found")
		refused(b.registry.Members(b.ctx, b.partner, b.circle.ID))(t, fault.NotFound, "not-found")
	})
}

func TestOpenSeatsAreOpenToOtherProgrammesOnlyWhileTheyAreOpen(t *testing.T) {
	inBetween(t, func(t *testing.T, b *between) {
		closed := false
		got(b.registry.PatchCircle(b.ctx, b.facilitator, b.circle.ID, 0, CirclePatch{SeatsOpen: &closed}))(t)
		draft := b.application("")
		got(b.registry.Apply(b.ctx, b.other.ID, draft))(t)
		actor := identity.Actor{PersonID: b.byEmail(draft.Email).ID}
		got(b.registry.ConfirmApplication(b.ctx, actor, b.applicationTo(b.other.ID, actor.PersonID).ID))(t)
		refused(b.registry.AskSeat(b.ctx, actor, b.circle.ID))(t, fault.NotFound, "not-found")
		refused(b.registry.AskSeat(b.ctx, actorOf(b.guest), database.NewID()))(t, fault.NotFound, "not-found")
		open := true
		got(b.registry.PatchCircle(b.ctx, b.facilitator, b.circle.ID, 0, CirclePatch{SeatsOpen: &open}))(t)
		got(b.registry.AskSeat(b.ctx, actor, b.circle.ID))(t)
		b.onlyInAnother(t)
	})
}

// onlyInAnother tries somebody who is placed by the other programme: she signed up nowhere with an application that waits.
func (b *between) onlyInAnother(t *testing.T) {
	t.Helper()
	second, _ := b.world.circle(0)
	refused(b.registry.AskSeat(b.ctx, actorOf(b.guest), second.ID))(t, fault.Forbidden, "forbidden")
}

func TestWhoStandsInLineFromAnotherProgrammeMovesUpAndComesBack(t *testing.T) {
	inBetween(t, func(t *testing.T, b *between) {
		three := 3
		got(b.registry.DeclineSeat(b.ctx, b.newcomerBy, b.newcomer.ID, false))(t)
		got(b.registry.PatchCircle(b.ctx, b.facilitator, b.circle.ID, 0, CirclePatch{Seats: &three}))(t)
		first, gone := b.elsewhere("Lina Lijn"), b.elsewhere("Wout Weg")
		seats := b.seats(b.circle.ID)
		line, last := seats[len(seats)-2], seats[len(seats)-1]
		if line.State != Asked || last.State != Asked {
			t.Fatalf("%s and %s in a full circle", line.State, last.State)
		}
		if err := b.registry.WithdrawApplication(b.ctx, gone, b.applicationTo(b.other.ID, gone.PersonID).ID); err != nil {
			t.Fatal(err)
		}
		got(b.registry.Leave(b.ctx, actorOf(b.guest), b.guest.ID))(t)
		if b.seat(line.ID).State != Held || b.seat(last.ID).State != Declined {
			t.Fatalf("%s and %s after a seat came free", b.seat(line.ID).State, b.seat(last.ID).State)
		}
		got(b.registry.DeclineSeat(b.ctx, first, line.ID, false))(t)
		if back := got(b.registry.UndoLeave(b.ctx, actorOf(b.guest), b.guest.ID))(t); !back.In() || !back.Guest {
			t.Errorf("back: %+v", back)
		}
		if a := b.applicationTo(b.other.ID, b.guest.PersonID); a.State != Placed {
			t.Errorf("her application is %s", a.State)
		}
	})
}

func TestSeatLettersNameTheProgrammeThatSomebodySignedUpFor(t *testing.T) {
	inBetween(t, func(t *testing.T, b *between) {
		name, three := "Programma van Pia", 3
		got(b.registry.PatchProgramme(b.ctx, b.partner, b.other.ID, 0, ProgrammePatch{Name: &name}))(t)
		got(b.registry.DeclineSeat(b.ctx, b.newcomerBy, b.newcomer.ID, false))(t)
		got(b.registry.PatchCircle(b.ctx, b.facilitator, b.circle.ID, 0, CirclePatch{Seats: &three}))(t)
		says := func(kind string) {
			t.Helper()
			told := b.told(kind)
			last := told[len(told)-1:]
			message := got(b.letters().Table()[kind].Compose(b.ctx, b.person(last[0].PersonID), last))(t)
			if said := strings.Join(strings.Fields(message.Body.Text()), " "); !strings.Contains(said, name) {
				t.Errorf("%s:\n%s", kind, said)
			}
		}
		b.elsewhere("Lina Lijn")
		says(KindSeatWaiting)
		got(b.registry.DeclineSeat(b.ctx, actorOf(b.own), b.lastSeat().ID, false))(t)
		says(KindSeatDeclined)
	})
}

func TestSeatLettersSayWhoSeesWhatOfWhom(t *testing.T) {
	inBetween(t, func(t *testing.T, b *between) {
		name := "Programma van Pia"
		got(b.registry.PatchProgramme(b.ctx, b.partner, b.other.ID, 0, ProgrammePatch{Name: &name}))(t)
		for _, one := range []struct {
			seat Member
			says string
		}{
			{b.own, "samenstelt in het programma Voorjaar"}, {b.guest, "samenstelt in het programma Programma van Pia"},
			{b.brought, "Je komt niet via een programma."},
		} {
			person := b.person(one.seat.PersonID)
			person.LetterLanguage = "nl"
			notice := outbox.Notice{Kind: KindSeatAccepted, PersonID: person.ID, SubjectID: one.seat.ID}
			message := got(b.letters().Table()[KindSeatAccepted].Compose(b.ctx, person, []outbox.Notice{notice}))(t)
			if said := strings.Join(strings.Fields(message.Body.Text()), " "); !strings.Contains(said, one.says) {
				t.Errorf("%s is told:\n%s", person.Name, said)
			}
		}
	})
}

func TestAProgrammesPeopleAreThoseWhoCameThroughIt(t *testing.T) {
	inBetween(t, func(t *testing.T, b *between) {
		all := []string{b.own.PersonID, b.guest.PersonID, b.brought.PersonID, b.newcomer.PersonID, b.facilitator.PersonID, b.partner.PersonID}
		of := func(programmeID string) map[string]bool {
			return got(read(b.ctx, b.db, func(tx database.Tx) (map[string]bool, error) { return OursIn(tx, programmeID, all) }))(t)
		}
		for programme, want := range map[string][]string{
			b.programme.ID: {b.own.PersonID, b.facilitator.PersonID},
			b.other.ID:     {b.guest.PersonID, b.newcomer.PersonID, b.partner.PersonID},
		} {
			if ours := of(programme); len(ours) != len(want) || slices.ContainsFunc(want, func(id string) bool { return !ours[id] }) {
				t.Errorf("%v, not %v", ours, want)
			}
		}
		none := got(read(b.ctx, b.db, func(tx database.Tx) (map[string]bool, error) { return OursIn(tx, b.other.ID, nil) }))(t)
		if len(none) > 0 {
			t.Error(none)
		}
	})
}
