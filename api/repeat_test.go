package api_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"kring/api/contract"
)

func TestAKeyedRequestHappensOnce(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		token := w.token(w.owner.PersonID)
		open := func(key, name string) answer {
			return w.send(request{
				method: "POST", path: "/api/v1/programmes", token: token,
				body:    map[string]any{"name": name, "purpose": "To learn aloud"},
				headers: map[string]string{"Idempotency-Key": key},
			})
		}
		first := open("k1", "Pilot").status(http.StatusCreated)
		before := w.count()
		again := open("k1", "Pilot").status(http.StatusCreated)
		if first.Body.String() != again.Body.String() {
			t.Errorf("first %s\nagain %s", first.Body, again.Body)
		}
		for _, name := range []string{"ETag", "Location"} {
			if first.Header().Get(name) != again.Header().Get(name) || first.Header().Get(name) == "" {
				t.Errorf("%s: %q and %q", name, first.Header().Get(name), again.Header().Get(name))
			}
		}
		same(t, before, w.count())
		if got := open("k1", "Another").status(http.StatusUnprocessableEntity); got.text("code") != "idempotency-key-reused" {
			t.Errorf("another body: %s", got.Body)
		}
		if open("k2", "Pilot").status(http.StatusCreated).text("id") == first.text("id") {
			t.Error("another key made nothing")
		}
	})
}

func TestARepetitionShowsWhatWasMadeAsItIsNow(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		token := w.token(w.owner.PersonID)
		r := request{
			method: "POST", path: "/api/v1/programmes", token: token,
			body: map[string]any{"name": "Pilot", "purpose": "To learn aloud"}, headers: map[string]string{"Idempotency-Key": "k1"},
		}
		first := w.send(r).status(http.StatusCreated)
		w.send(request{
			method: "PATCH", path: first.Header().Get("Location"), token: token, body: `{"name":"Changed"}`,
			headers: map[string]string{"If-Match": first.Header().Get("ETag")},
		}).status(http.StatusOK)
		if again := w.send(r).status(http.StatusCreated); again.text("name") != "Changed" {
			t.Errorf("again %s", again.Body)
		}
	})
}

func TestARefusedRequestLeavesItsKeyFree(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		r := request{
			method: "POST", path: "/api/v1/programmes", token: w.token(w.owner.PersonID),
			body:    map[string]any{"name": "Pilot", "purpose": "To learn aloud", "guide_set": "none"},
			headers: map[string]string{"Idempotency-Key": "k1"},
		}
		before := w.count()
		w.send(r).status(http.StatusUnprocessableEntity)
		same(t, before, w.count())
		r.body = map[string]any{"name": "Pilot", "purpose": "To learn aloud"}
		w.send(r).status(http.StatusCreated)
	})
}

func TestASecretIsSaidOnce(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		r := request{
			method: "POST", path: "/api/v1/tokens", token: w.token(w.owner.PersonID),
			body:    map[string]any{"name": "script", "scopes": []string{"me"}, "days": 1},
			headers: map[string]string{"Idempotency-Key": "k1"},
		}
		first := w.send(r).status(http.StatusCreated)
		if !strings.HasPrefix(first.text("token"), "krg_") {
			t.Fatalf("no token in %s", first.Body)
		}
		w.send(request{method: "GET", path: "/api/v1/me", token: first.text("token")}).status(http.StatusOK)
		again := w.send(r).status(http.StatusCreated).json()
		if again["token"] != nil {
			t.Errorf("the secret was said twice")
		}
		if again["details"].(map[string]any)["id"] != first.json()["details"].(map[string]any)["id"] {
			t.Errorf("another token: %v", again)
		}
	})
}

func TestTheSameRequestTwiceAtOnceHappensOnce(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		token := w.token(w.owner.PersonID)
		before := w.count()["programmes"]
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				got := w.send(request{
					method: "POST", path: "/api/v1/programmes", token: token,
					body:    map[string]any{"name": "Pilot", "purpose": "To learn aloud"},
					headers: map[string]string{"Idempotency-Key": "k1"},
				})
				if got.Code != http.StatusCreated && got.Code != http.StatusConflict {
					t.Errorf("status %d: %s", got.Code, got.Body)
				}
				if got.Code == http.StatusConflict && got.Header().Get("Retry-After") == "" {
					t.Error("no word on when to try again")
				}
			})
		}
		all.Wait()
		if n := w.count()["programmes"] - before; n != 1 {
			t.Errorf("%d programmes", n)
		}
	})
}

func same(t *testing.T, before, after map[string]int) {
	t.Helper()
	for table, n := range after {
		if n != before[table] {
			t.Errorf("%s went from %d to %d rows", table, before[table], n)
		}
	}
}

// TestEveryKeyedRouteCanBeRepeated sends each POST that takes a key twice, as the first of the cast who may.
func TestEveryKeyedRouteCanBeRepeated(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		shared := newCast(w)
		by, tried := shared.credentials(), 0
		for i := range operations {
			o := &operations[i]
			if !slices.ContainsFunc(o.Parameters, func(p contract.Parameter) bool { return p.Name == "Idempotency-Key" }) {
				continue
			}
			tried++
			t.Run(o.ID, func(t *testing.T) {
				r := policy[o.ID]
				who := whom[slices.Index(strings.Fields(r.want), fmt.Sprint(o.Status))]
				shared.undone(t, func(ctx context.Context, c *cast) {
					sent := c.asking(ctx, by[who], o, r)
					sent.headers["Idempotency-Key"] = "again"
					first := c.sendOn(ctx, sent).status(o.Status)
					before := c.countOn(ctx)
					again := c.sendOn(ctx, sent).status(o.Status)
					same(t, before, c.countOn(ctx))
					if o.ID == "askSignIn" && first.Body.String() != again.Body.String() {
						t.Errorf("first %s\nagain %s", first.Body, again.Body)
					}
				})
			})
		}
		if tried < 20 {
			t.Errorf("only %d routes take a key", tried)
		}
	})
}
