package signin

import (
	"fmt"
	"sync/atomic"
	"testing"

	"kring/internal/testkit"
)

// A request with a cookie, as long as it is remembered and when it is not.
func BenchmarkAuthenticate(b *testing.B) {
	w := newWorld(b, testkit.Open(b, testkit.SQLite(b)), firstSecret)
	browser := w.browser()
	browser.start(w.somebody("An"))
	r := browser.request()
	for name, forget := range map[string]func(){"remembered": func() {}, "read": w.cache.Empty} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				forget()
				if actor, err := w.Authenticate(r); err != nil || !actor.Known() {
					b.Fatal(err)
				}
			}
		})
	}
}

// Requests for a sign-in letter, each for another address from another network, as many at once as there are processors.
// Every second of the first thousand addresses is known.
func BenchmarkAsk(b *testing.B) {
	w := newWorld(b, testkit.Open(b, testkit.SQLite(b)), firstSecret)
	const people = 500
	for i := range people {
		w.somebody(fmt.Sprintf("p%d", i))
	}
	var asked atomic.Int64
	b.ReportAllocs()
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := int(asked.Add(1))
			email := fmt.Sprintf("stranger%d@example.org", i)
			if i%2 == 0 && i < 2*people {
				email = fmt.Sprintf("p%d@example.org", i/2)
			}
			if _, err := w.Ask(b.Context(), email, fmt.Sprintf("network %d", i)); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}
