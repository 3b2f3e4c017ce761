package limit

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kring/internal/database"
	"kring/internal/fault"
	"kring/internal/identity"
	"kring/internal/testkit"
)

var (
	noon   = time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC)
	five   = Rule{Name: "letters", Most: 5, Within: time.Hour}
	newKey = strings.Repeat("n", 32)
	oldKey = strings.Repeat("o", 32)
)

func limits(t testing.TB, secrets string) *Limits {
	t.Helper()
	s, err := identity.ParseSecrets(secrets)
	if err != nil {
		t.Fatal(err)
	}
	return New(s, 2)
}

// taking takes once, in a transaction of its own.
func taking(ctx context.Context, db *database.DB, l *Limits, at time.Time, rule Rule, key string) error {
	return db.Write(ctx, func(tx database.Tx) error { return l.TakeIn(tx, at, rule, key) })
}

func took(t *testing.T, db *database.DB, l *Limits, at time.Time, key string) {
	t.Helper()
	if err := taking(t.Context(), db, l, at, five, key); err != nil {
		t.Fatalf("%s at %s: %v", key, at.Format(time.TimeOnly), err)
	}
}

// full answers how long a refusal says to wait.
func full(t *testing.T, err error) time.Duration {
	t.Helper()
	f, is := fault.Of(err)
	if !is || f.Kind != fault.TooMany || f.Code != "too-often" {
		t.Fatalf("want too-often, got %v", err)
	}
	return f.RetryAfter
}

func TestTheRowFitsTheTable(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) { testkit.Parity(t, db, "limits", windowRow{}) })
}

func TestAFullWindowSaysHowLongToWait(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		l := limits(t, newKey)
		for range 5 {
			took(t, db, l, noon.Add(50*time.Minute), "an@example.org")
		}
		took(t, db, l, noon.Add(50*time.Minute), "bo@example.org")
		refused := taking(t.Context(), db, l, noon.Add(55*time.Minute), five, "an@example.org")
		if wait := full(t, refused); wait != 17*time.Minute { // at 13:12 a fifth of the five no longer counts
			t.Errorf("wait %s", wait)
		}
		almost := noon.Add(72*time.Minute - time.Second)
		if wait := full(t, taking(t.Context(), db, l, almost, five, "an@example.org")); wait != time.Second {
			t.Errorf("a second before: wait %s", wait)
		}
		took(t, db, l, noon.Add(72*time.Minute), "an@example.org")
		full(t, taking(t.Context(), db, l, noon.Add(73*time.Minute), five, "an@example.org"))
	})
}

func TestWhatIsRefusedIsNotCounted(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		l := limits(t, newKey)
		for range 5 {
			took(t, db, l, noon, "an@example.org")
		}
		for range 20 {
			full(t, taking(t.Context(), db, l, noon, five, "an@example.org"))
		}
		rows := all(t, db)
		if len(rows) != 1 || rows[0].Taken != 5 {
			t.Errorf("%+v", rows)
		}
		if strings.Contains(rows[0].KeyHash, "an") || len(rows[0].KeyHash) != 2*hashSize {
			t.Errorf("kept by %s", rows[0].KeyHash)
		}
	})
}

func TestWhatIsGivenBackIsNotCounted(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		l := limits(t, newKey)
		for range 12 {
			err := db.Write(t.Context(), func(tx database.Tx) error {
				if err := l.TakeIn(tx, noon, five, "n"); err != nil {
					return err
				}
				return l.GiveBackIn(tx, noon, five, "n")
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Twenty at once, each in a transaction of its own: five get through.
func TestManyAtOnceNeverTakeMoreThanThereIs(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		l := limits(t, newKey)
		var through, refused atomic.Int64
		var takers sync.WaitGroup
		for range 20 {
			takers.Go(func() {
				switch err := taking(t.Context(), db, l, noon, five, "an@example.org"); {
				case err == nil:
					through.Add(1)
				case fault.HasCode(err, "too-often"):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		takers.Wait()
		if through.Load() != 5 || refused.Load() != 15 {
			t.Errorf("%d got through, %d were refused", through.Load(), refused.Load())
		}
	})
}

func TestRulesSecretsAndNetworksCountApart(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		l := limits(t, newKey+","+oldKey)
		for range 5 {
			took(t, db, l, noon, "an@example.org")
		}
		other := Rule{Name: "codes", Most: 1, Within: time.Hour}
		if err := taking(t.Context(), db, l, noon, other, "an@example.org"); err != nil {
			t.Errorf("another rule: %v", err)
		}
		full(t, taking(t.Context(), db, limits(t, newKey), noon, five, "an@example.org"))
		took(t, db, limits(t, oldKey), noon, "an@example.org") // a secret of its own begins anew
		network := func(l *Limits, network string) error {
			return db.Write(t.Context(), func(tx database.Tx) error { return l.TakeNetworkIn(tx, noon, "sign-in", network) })
		}
		for i, want := range []bool{true, true, false} {
			if err := network(l, "192.0.2.0/24"); (err == nil) != want {
				t.Errorf("%d of a network: %v", i+1, err)
			}
		}
		for range 3 {
			if err := network(l, ""); err != nil {
				t.Errorf("no network: %v", err)
			}
			if err := network(&Limits{key: l.key}, "192.0.2.0/24"); err != nil {
				t.Errorf("no number: %v", err)
			}
		}
	})
}

func TestARuleWithoutNumbersIsADefect(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		for _, rule := range []Rule{{}, {Name: "x", Within: time.Hour}, {Name: "x", Most: 1}, {Name: "x", Most: 1, Within: 25 * time.Hour}} {
			if err := taking(t.Context(), db, limits(t, newKey), noon, rule, "k"); err == nil {
				t.Errorf("%+v is a rule", rule)
			}
		}
	})
}

func TestSweep(t *testing.T) {
	testkit.Databases(t, func(t *testing.T, db *database.DB) {
		l := limits(t, newKey)
		took(t, db, l, noon.Add(-49*time.Hour), "old")
		took(t, db, l, noon.Add(-47*time.Hour), "needed")
		for _, want := range []int64{1, 0} {
			if n, err := Sweep(t.Context(), db, noon); n != want || err != nil {
				t.Errorf("swept %d, %v; want %d", n, err, want)
			}
		}
		if rows := all(t, db); len(rows) != 1 {
			t.Errorf("%+v", rows)
		}
	})
}

// However somebody comes back: who waits as long as he is told gets through, who comes a moment earlier does not.
func TestTheWaitIsTheShortestThatHelps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := Rule{
			Name: "r", Most: rapid.IntRange(1, 400).Draw(t, "most"),
			Within: time.Duration(rapid.IntRange(1, 86400).Draw(t, "seconds")) * time.Second,
		}
		before := rapid.IntRange(0, rule.Most).Draw(t, "before")
		now := rapid.IntRange(0, rule.Most).Draw(t, "now")
		into := time.Duration(rapid.Int64Range(0, rule.Within.Microseconds()-1).Draw(t, "into")) * time.Microsecond
		free := func(into time.Duration) bool {
			if into >= rule.Within {
				return rule.counting(now, into-rule.Within) < rule.Most
			}
			return rule.counting(before, into)+now < rule.Most
		}
		if free(into) {
			return
		}
		wait := rule.wait(before, now, into)
		if wait <= 0 || !free(into+wait) {
			t.Fatalf("after %s there is no room", wait)
		}
		if free(into + wait - time.Microsecond) {
			t.Fatalf("before %s there is room already", wait)
		}
	})
}

func TestNetwork(t *testing.T) {
	for ip, want := range map[string]string{
		"192.0.2.77":                "192.0.2.0/24",
		"::ffff:192.0.2.78":         "192.0.2.0/24",
		"::ffff:c000:24f":           "192.0.2.0/24",
		"192.0.3.1":                 "192.0.3.0/24",
		"2001:db8:1:ff01:2::1":      "2001:db8:1:ff00::/56",
		"2001:DB8:1:ffff::9":        "2001:db8:1:ff00::/56",
		"2001:db8:1:fe00::1":        "2001:db8:1:fe00::/56",
		"fe80::1%eth0":              "fe80::/56",
		"::1":                       "::/56",
		"":                          "unknown",
		"192.0.2.1:8080":            "unknown",
		"192.0.2.1, 198.51.100.1":   "unknown",
		"192.000.002.001":           "unknown",
		"0x7f000001":                "unknown",
		"an@example.org":            "unknown",
		strings.Repeat("1", 100000): "unknown",
	} {
		if got := Network(ip); got != want {
			t.Errorf("%.40q is in %s, want %s", ip, got, want)
		}
	}
}

func all(t *testing.T, db *database.DB) []windowRow {
	t.Helper()
	var rows []windowRow
	err := db.Read(t.Context(), func(tx database.Tx) error { return tx.Gorm().Order("window_at").Find(&rows).Error })
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
