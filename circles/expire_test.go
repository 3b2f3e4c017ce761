package circles

import (
	"sync"
	"testing"

	"kring/internal/database"
)

func TestOneBadRowStopsNoOther(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		bad, _ := w.waiting(w.application(""))
		good, _ := w.waiting(w.application(""))
		c, _ := w.circle(0)
		for _, a := range []Application{bad.Application, good.Application} {
			got(w.registry.Invite(w.ctx, w.facilitator, c.ID, Invitee{ApplicationID: a.ID}))(t)
		}
		w.write(func(tx database.Tx) error {
			return tx.Gorm().Exec("update applications set speaks = '{' where id = ?", bad.Application.ID).Error
		})
		w.clock.Advance(PressWithin)
		if done, _, err := w.registry.Expire(w.ctx, w.clock.Now()); err == nil || done.Seats != 1 {
			t.Errorf("%+v, %v", done, err)
		}
		for _, m := range w.seats(c.ID) {
			if broken := *m.ApplicationID == bad.Application.ID; (m.State == Expired) == broken {
				t.Errorf("the seat of %s is %s", m.PersonID, m.State)
			}
		}
	})
}

// Two processes find the same seat due; the first deletes it with its stranger.
func TestASeatThatIsGoneAlreadyIsNoMistake(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		w.write(func(tx database.Tx) error { return w.registry.dropSeat(tx, database.NewID(), w.clock.Now()) })
	})
}

// Somebody signs up anew in the moment in which the person behind an older sign-up is forgotten.
func TestSigningUpWhileTheOldSignUpLapses(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		other := got(w.registry.OpenProgramme(w.ctx, w.facilitator, w.draft()))(t)
		for range 15 {
			draft := w.application("")
			w.applied(draft)
			w.clock.Advance(PressWithin)
			var both sync.WaitGroup
			both.Go(func() {
				if _, _, err := w.registry.Expire(w.ctx, w.clock.Now()); err != nil {
					t.Error(err)
				}
			})
			both.Go(func() {
				if _, err := w.registry.Apply(w.ctx, other.ID, draft); err != nil {
					t.Error(err)
				}
			})
			both.Wait()
			w.byEmail(draft.Email)
		}
	})
}

func TestAnApplicationThatIsWithdrawnWhileItAsksKeepsNoSeat(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		c, _ := w.circle(0, func(d *CircleDraft) { d.Seats = 20 })
		for range 15 {
			signed, actor := w.waiting(w.application(""))
			var both sync.WaitGroup
			both.Go(func() { _, _ = w.registry.AskSeat(w.ctx, actor, c.ID) }) // refused when it comes second
			both.Go(func() {
				if err := w.registry.WithdrawApplication(w.ctx, actor, signed.Application.ID); err != nil {
					t.Error(err)
				}
			})
			both.Wait()
		}
		for _, m := range w.seats(c.ID) {
			if m.State.Open() {
				t.Errorf("a seat is %s", m.State)
			}
		}
	})
}
