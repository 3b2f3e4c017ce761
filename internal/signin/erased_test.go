package signin

import (
	"fmt"
	"net/http/httptest"
	"sync"
	"testing"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
)

// Whatever somebody does in the moment in which she is erased comes before it, and is erased too, or comes too late:
// nothing of hers hangs on the tombstone.
func TestNothingIsLeftOfWhoIsErasedMeanwhile(t *testing.T) {
	inWorlds(t, func(t *testing.T, w *world) {
		records := identity.NewRecords(w.db, w.clock, w.Part(), identity.NewTokens(w.db, w.clock, got(identity.ParseSecrets(firstSecret))(t)).Part())
		for i := range 20 {
			p := w.somebody(fmt.Sprintf("P%d", i))
			b := w.browser()
			b.start(p)
			actor := b.actor()
			var all sync.WaitGroup
			all.Go(func() { w.must(records.Erase(w.ctx, actor, false)) })
			all.Go(func() { tooLate(t, errorOf(w.ChangeAddress(w.ctx, actor, fmt.Sprintf("new%d@example.org", i)))) })
			all.Go(func() {
				tooLate(t, w.Start(w.ctx, httptest.NewRecorder(), w.browser().request(), p.ID))
			})
			all.Wait()
		}
		w.read(func(tx database.Tx) error {
			for _, table := range []string{"sign_ins", "address_changes"} {
				var n int64
				if err := tx.Gorm().Table(table).Count(&n).Error; err != nil || n > 0 {
					t.Errorf("%d rows of %s, %v", n, table, err)
				}
			}
			return nil
		})
	})
}

func errorOf[T any](_ T, err error) error { return err }

// tooLate takes a refusal of what is asked for somebody who is gone.
func tooLate(t *testing.T, err error) {
	t.Helper()
	if err != nil && !fault.IsKind(err, fault.NotFound) && !fault.IsKind(err, fault.Unauthenticated) {
		t.Error(err)
	}
}
