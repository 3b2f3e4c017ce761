package circles

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/outbox"
	"kring/internal/testkit"
)

// records are those of the rooms up to this one.
func (w *world) records() *identity.Records {
	tokens := identity.NewTokens(w.db, w.clock, w.secrets())
	return identity.NewRecords(w.db, w.clock, w.registry.Part(), outbox.Part(), tokens.Part())
}

func (w *world) erase(actor identity.Actor) {
	w.t.Helper()
	actor.SignInID = database.NewID()
	if err := w.records().Erase(w.ctx, actor, false); err != nil {
		w.t.Fatalf("unexpected: %v", err)
	}
}

// states are how often an application of the programme is in which state.
func (w *world) states() map[ApplicationState]int {
	w.t.Helper()
	counts := map[ApplicationState]int{}
	for _, a := range w.allApplications() {
		counts[a.State]++
	}
	return counts
}

func (w *world) allApplications() []Application {
	w.t.Helper()
	return got(read(w.ctx, w.db, func(tx database.Tx) ([]Application, error) {
		return rows[Application](tx.Gorm().Order("id"))
	}))(w.t)
}

// waitingNotices are kinds and persons of what is still to be told.
func (w *world) waitingNotices(personID string) (kinds []string) {
	w.t.Helper()
	w.write(func(tx database.Tx) error {
		return tx.Gorm().Table("notices").Where("state = 'waiting' and person_id = ?", personID).Order("kind").Pluck("kind", &kinds).Error
	})
	return kinds
}

func TestWhoIsErasedLeavesHerCircleFirst(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(5)
		c = w.began(c, 4)
		anke := actorOf(seats[0])
		next, nextActor := w.waiting(w.application(c.ID))
		got(w.registry.AskSeat(w.ctx, nextActor, c.ID))(t)
		motion := got(write(w.ctx, w.db, func(tx database.Tx) (Motion, error) {
			locked, err := LockIn(tx, c.ID)
			if err != nil {
				return Motion{}, err
			}
			return ProposeIn(tx, w.clock.Now(), locked, Proposal{Kind: MotionEnd, MemberID: seats[0].ID, Reason: EndNoTime, Text: "Ik verhuis"})
		}))(t)
		w.erase(anke)

		m := w.seat(seats[0].ID)
		if m.State != Left || m.LeftAt == nil || m.InAt == nil || m.UndoUntil != nil || m.LastSignAt != nil || m.HostTurn != 0 {
			t.Errorf("her seat is %+v", m)
		}
		held := slices.IndexFunc(w.seats(c.ID), func(m Member) bool { return m.PersonID == nextActor.PersonID && m.State == Held })
		if held < 0 || next.Application.State != Waiting {
			t.Errorf("the next in line got nothing: %+v", w.seats(c.ID))
		}
		closed := got(read(w.ctx, w.db, func(tx database.Tx) (Motion, error) { return one[Motion](tx, motion.ID, false) }))(t)
		if closed.State == MotionOpen || closed.Body != "" || closed.Reason != "" {
			t.Errorf("her motion is %+v", closed)
		}
		if told := w.waitingNotices(anke.PersonID); len(told) != 0 {
			t.Errorf("she would be told of %v", told)
		}
		if told := w.waitingNotices(seats[1].PersonID); !slices.Contains(told, KindSeatAsked) {
			t.Errorf("another member is told of %v", told)
		}
		if now := w.see(c.ID); now.NextCheckAt == nil || now.NextCheckAt.After(w.clock.Now()) {
			t.Error("health does not look at the circle")
		}
		if p := w.person(anke.PersonID); p.ErasedAt == nil || p.Name != "" {
			t.Errorf("left is %+v", p)
		}
	})
}

func TestCountsOfSignUpsStayRight(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		_, waiting := w.waiting(w.application(""))
		_, unpressed := w.applied(w.application(""))
		withdrawnOne, withdrawn := w.waiting(w.application(""))
		if err := w.registry.WithdrawApplication(w.ctx, withdrawn, withdrawnOne.Application.ID); err != nil {
			t.Fatal(err)
		}
		placedOne, placed := w.waiting(w.application(""))
		c, _ := w.circle(3)
		m := got(w.registry.Invite(w.ctx, w.facilitator, c.ID, Invitee{ApplicationID: placedOne.Application.ID}))(t)
		got(w.registry.AcceptSeat(w.ctx, placed, m.ID))(t)
		c = w.began(c, 5)
		w.write(func(tx database.Tx) error {
			locked, err := LockIn(tx, c.ID)
			if err == nil {
				_, err = CompleteIn(tx, w.facilitator, w.clock.Now(), locked)
			}
			return err
		})
		before := w.states()
		for _, actor := range []identity.Actor{waiting, unpressed, withdrawn, placed} {
			w.erase(actor)
		}
		after := w.states()
		if after[Placed] != before[Placed] || after[Waiting] != 0 || after[Unconfirmed] != 0 ||
			after[Withdrawn] != before[Withdrawn]+before[Waiting] {
			t.Errorf("before %v, after %v", before, after)
		}
		for _, a := range w.allApplications() {
			if a.ForgottenAt == nil || a.Name+a.Team != "" || !a.Availability.IsZero() || len(a.Speaks) > 0 || a.ConfirmedAt != nil || a.LetterAt != nil {
				t.Errorf("left is %+v", a)
			}
		}
		if m := w.seat(m.ID); !m.In() {
			t.Errorf("she was in until the circle was completed: %+v", m)
		}
	})
}

func TestEverySeatThatWaitsIsGivenUp(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, _ := w.circle(3)
		c = w.began(c, 4)
		signed, stranger := w.waiting(w.application(""))
		joining := got(w.registry.Invite(w.ctx, w.facilitator, c.ID, Invitee{ApplicationID: signed.Application.ID}))(t)
		got(w.registry.AcceptSeat(w.ctx, stranger, joining.ID))(t) // past week 2: the circle may still object
		_, held := w.waiting(w.application(c.ID))
		_, asked := w.waiting(w.application(c.ID))
		for _, actor := range []identity.Actor{held, asked} {
			got(w.registry.AskSeat(w.ctx, actor, c.ID))(t)
		}
		for _, actor := range []identity.Actor{held, asked, stranger} {
			w.erase(actor)
		}
		for _, m := range w.seats(c.ID) {
			if m.State.Open() && !m.In() || m.ExpiresAt != nil {
				t.Errorf("a seat is %s until %v", m.State, m.ExpiresAt)
			}
		}
		motions := got(read(w.ctx, w.db, func(tx database.Tx) ([]Motion, error) { return motionsOf(tx, c.ID, true) }))(t)
		if len(motions) != 0 {
			t.Errorf("open motions: %+v", motions)
		}
		if done := w.later(30 * 24 * time.Hour); done.Joined != 0 {
			t.Errorf("%+v", done)
		}
	})
}

func TestHerProgrammesGoToAnotherOrToTheOwner(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		owner, other := w.somebody("Olga Owner", ""), w.somebody("Otto Other", "")
		w.write(func(tx database.Tx) error {
			return tx.Gorm().Exec("update people set owner = true where id = ?", owner.PersonID).Error
		})
		c, _ := w.circle(3)
		shared := got(w.registry.OpenProgramme(w.ctx, w.facilitator, w.draft()))(t)
		asked := w.somebody("Ada Asked", "")
		w.write(func(tx database.Tx) error {
			now := w.clock.Now()
			if _, err := insertFacilitator(tx, Facilitator{ProgrammeID: shared.ID, PersonID: other.PersonID, CreatedAt: now}); err != nil {
				return err
			}
			return putFacilitatorInvitation(tx, FacilitatorInvitation{
				ProgrammeID: shared.ID, PersonID: asked.PersonID, InvitedBy: &w.facilitator.PersonID, ExpiresAt: now.Add(time.Hour),
				LetterAt: now, CreatedAt: now,
			})
		})
		w.erase(w.facilitator)
		who := func(id string) []string {
			return got(read(w.ctx, w.db, func(tx database.Tx) ([]string, error) { return FacilitatorsIn(tx, id) }))(t)
		}
		if !slices.Equal(who(w.programme.ID), []string{owner.PersonID}) || !slices.Equal(who(shared.ID), []string{other.PersonID}) {
			t.Errorf("facilitators are %v and %v", who(w.programme.ID), who(shared.ID))
		}
		if by := valueOf(w.see(c.ID).LookedAfterBy); by != owner.PersonID {
			t.Errorf("looked after by %s", by)
		}
		i := got(read(w.ctx, w.db, func(tx database.Tx) ([]FacilitatorInvitation, error) {
			return facilitatorInvitationsOf(tx, shared.ID)
		}))(t)
		if len(i) != 1 || i[0].InvitedBy != nil {
			t.Errorf("invitations %+v", i)
		}
		w.erase(asked)
		var actions []string
		w.write(func(tx database.Tx) error {
			return tx.Gorm().Table("journal").Where("programme_id = ? and subject_id in ?", w.programme.ID,
				[]string{owner.PersonID, w.facilitator.PersonID}).Order("id").Pluck("action", &actions).Error
		})
		if !slices.Equal(actions, []string{"facilitator-added", "facilitator-removed"}) {
			t.Errorf("the journal says %v", actions)
		}
		if n := testkit.Counts(t, w.db)["facilitator_invitations"]; n != 0 {
			t.Errorf("%d invitations", n)
		}
	})
}

// A circle that fell silent can be revived for sixty days, and must not wake with a ghost in it.
func TestACircleThatCanBeRevivedIsLeftAsWell(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(4)
		c = w.began(c, 4)
		w.write(func(tx database.Tx) error {
			locked, err := LockIn(tx, c.ID)
			if err == nil {
				_, err = EndIn(tx, identity.Actor{}, w.clock.Now(), locked, EndFellSilent, "")
			}
			return err
		})
		w.erase(actorOf(seats[0]))
		w.clock.Advance(61 * 24 * time.Hour)
		w.erase(actorOf(seats[1]))
		if first, second := w.seat(seats[0].ID), w.seat(seats[1].ID); first.State != Left || !second.In() {
			t.Errorf("%s and %s", first.State, second.State)
		}
	})
}

func TestExportOfSignUpsAndSeats(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, seats := w.circle(2, func(d *CircleDraft) { d.Venue, d.VideoLink = "Zaal 4", "https://video.example.org/4" })
		draft := w.application("")
		draft.Team, draft.Department, draft.Location, draft.Experience = "Team blauw", "Verkoop", "Gent", "Een keer eerder"
		signed, anke := w.waiting(draft)
		m := got(w.registry.Invite(w.ctx, w.facilitator, c.ID, Invitee{ApplicationID: signed.Application.ID}))(t)
		told := func() string {
			out := got(read(w.ctx, w.db, func(tx database.Tx) (any, error) { return exportOf(tx, anke.PersonID) }))(t)
			text, err := json.Marshal(out)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		if early := told(); strings.Contains(early, "Zaal 4") || !strings.Contains(early, "De dinsdagen") {
			t.Errorf("who is only invited sees %s", early)
		}
		got(w.registry.AcceptSeat(w.ctx, anke, m.ID))(t)
		text := told()
		for _, want := range []string{"Team blauw", "Verkoop", "Gent", "Een keer eerder", "Voorjaar", "De dinsdagen", "Zaal 4", draft.Name, m.ID} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in %s", want, text)
			}
		}
		for _, m := range seats {
			if strings.Contains(text, m.PersonID) || strings.Contains(text, w.person(m.PersonID).Name) {
				t.Errorf("somebody else is in %s", text)
			}
		}
		facilitator := got(read(w.ctx, w.db, func(tx database.Tx) (any, error) { return exportOf(tx, w.facilitator.PersonID) }))(t)
		if f := facilitator.(Export).Facilitates; len(f) != 1 || f[0].Programme != "Voorjaar" {
			t.Errorf("she facilitates %+v", f)
		}
	})
}

// Erasing waits for who presses in the same moment, or the press comes too late; both orders end without a seat of hers.
func TestErasingWhileSheAcceptsASeat(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, _ := w.circle(0, func(d *CircleDraft) { d.Seats = 20 })
		other, _ := w.circle(0, func(d *CircleDraft) { d.Seats = 20 })
		for range 10 {
			signed, actor := w.waiting(w.application(""))
			m := got(w.registry.Invite(w.ctx, w.facilitator, c.ID, Invitee{ApplicationID: signed.Application.ID}))(t)
			email := w.person(actor.PersonID).Email
			var all sync.WaitGroup
			all.Go(func() { _, _ = w.registry.AcceptSeat(w.ctx, actor, m.ID) }) // refused when it comes second
			all.Go(func() {
				_, _ = w.registry.Invite(w.ctx, w.facilitator, other.ID, Invitee{Name: "Anke", Email: email, LetterLanguage: "nl"})
			})
			all.Go(func() {
				signedIn := identity.Actor{PersonID: actor.PersonID, SignInID: database.NewID()}
				if err := w.records().Erase(w.ctx, signedIn, false); err != nil {
					t.Error(err)
				}
			})
			all.Wait()
			for _, seat := range got(read(w.ctx, w.db, func(tx database.Tx) ([]Member, error) { return SeatsOfIn(tx, actor.PersonID) }))(t) {
				if seat.State.Open() {
					t.Errorf("a seat of somebody erased is %s", seat.State)
				}
			}
		}
	})
}
