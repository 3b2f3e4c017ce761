package idempotency

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"kring/internal/clock"
	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/testkit"
)

var call = Call{Caller: "anke", Route: "POST /api/v1/circles", Key: "k-1", BodyHash: HashBody([]byte("{}"))}

// once claims and, unless it was a repetition, finishes.
func once(t *testing.T, db *database.DB, c Call, machine time.Time) (replay Replay, found bool, err error) {
	t.Helper()
	err = db.Write(t.Context(), func(tx database.Tx) error {
		replay, found, err = ClaimIn(tx, c, machine)
		if err != nil || found {
			return err
		}
		return FinishIn(tx, c, 201, "made")
	})
	return replay, found, err
}

func TestRepetition(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		machine := clock.System().Machine()
		if _, found, err := once(t, db, call, machine); found || err != nil {
			t.Fatalf("the first request: %v, %v", found, err)
		}
		replay, found, err := once(t, db, call, machine.Add(23*time.Hour))
		if !found || err != nil || replay != (Replay{Status: 201, SubjectID: "made"}) {
			t.Errorf("the same again: %+v, %v, %v", replay, found, err)
		}
		other := call
		other.BodyHash = HashBody([]byte("[]"))
		if _, _, err := once(t, db, other, machine); !fault.IsKind(err, fault.Invalid) || !fault.HasCode(err, "idempotency-key-reused") {
			t.Errorf("another body: %v", err)
		}
		other.Caller = "bert"
		if _, found, err := once(t, db, other, machine); found || err != nil {
			t.Errorf("somebody else's key: %v, %v", found, err)
		}
		if _, found, err := once(t, db, call, machine.Add(Kept)); found || err != nil {
			t.Errorf("after a day: %v, %v", found, err)
		}
		if _, found, err := once(t, db, call, machine.Add(Kept+time.Hour)); !found || err != nil {
			t.Errorf("the day counts anew: %v, %v", found, err)
		}
	})
}

func TestAFailedRequestLeavesItsKeyFree(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		machine, failed := clock.System().Machine(), errors.New("failed")
		err := db.Write(t.Context(), func(tx database.Tx) error {
			if _, _, err := ClaimIn(tx, call, machine); err != nil {
				return err
			}
			return failed
		})
		if !errors.Is(err, failed) {
			t.Fatal(err)
		}
		if _, found, err := once(t, db, call, machine); found || err != nil {
			t.Errorf("%v, %v", found, err)
		}
	})
}

func TestFinishNeedsAClaim(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		err := db.Write(t.Context(), func(tx database.Tx) error { return FinishIn(tx, call, 201, "") })
		if err == nil {
			t.Error("finished what was not begun")
		}
	})
}

// Twenty at once: one has the effect, the others are told what it came to, or to come back.
func TestTheSameRequestAtOnceHasOneEffect(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		machine := clock.System().Machine()
		var mu sync.Mutex
		effects, replays, inFlight := 0, 0, 0
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				_, found, err := once(t, db, call, machine)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case fault.HasCode(err, "idempotency-in-flight"):
					inFlight++
				case err != nil:
					t.Error(err)
				case found:
					replays++
				default:
					effects++
				}
			})
		}
		wg.Wait()
		if effects != 1 || effects+replays+inFlight != 20 {
			t.Errorf("%d effects, %d replays, %d in flight", effects, replays, inFlight)
		}
	})
}

// While the first is still in its transaction, Postgres tells the second at once.
func TestInFlightOnPostgres(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		if db.Dialect() == database.SQLite {
			return // writers queue: there is no second while the first is at it
		}
		machine, begun, end := clock.System().Machine(), make(chan struct{}), make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			err := db.Write(context.WithoutCancel(t.Context()), func(tx database.Tx) error {
				_, _, err := ClaimIn(tx, call, machine)
				close(begun)
				<-end
				return errors.Join(err, FinishIn(tx, call, 201, "made"))
			})
			if err != nil {
				t.Error(err)
			}
		})
		<-begun
		_, _, err := once(t, db, call, machine)
		if f, ok := fault.Of(err); !ok || f.Kind != fault.Conflict || f.Code != "idempotency-in-flight" || f.RetryAfter != time.Second {
			t.Errorf("got %v", err)
		}
		close(end)
		wg.Wait()
		if _, found, err := once(t, db, call, machine); !found || err != nil {
			t.Errorf("afterwards %v, %v", found, err)
		}
	})
}

func TestSweep(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		machine := clock.System().Machine()
		for key, at := range map[string]time.Time{"old": machine.Add(-Kept), "young": machine.Add(-Kept + time.Second)} {
			c := call
			c.Key = key
			if _, _, err := once(t, db, c, at); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := Sweep(t.Context(), db, machine); n != 1 || err != nil {
			t.Errorf("swept %d, %v", n, err)
		}
		if n, err := Sweep(t.Context(), db, machine); n != 0 || err != nil {
			t.Errorf("then swept %d, %v", n, err)
		}
	})
}

func TestCheckKey(t *testing.T) {
	for _, tt := range []struct {
		name, key string
		good      bool
	}{
		{"a UUID", "01932c07-3f9a-7c3e-8d5f-0a1b2c3d4e5f", true},
		{"two hundred characters", strings.Repeat("k", 200), true},
		{"nothing", "", false},
		{"one character too many", strings.Repeat("k", 201), false},
		{"a space", "a b", false},
		{"a line break", "a\nb", false},
		{"beyond ASCII", "é", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := CheckKey(tt.key); (err == nil) != tt.good || err != nil && !fault.HasCode(err, "idempotency-key-bad") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestRowIsItsTable(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) { testkit.Parity(t, db, "idempotency_keys", keyRow{}) })
}
