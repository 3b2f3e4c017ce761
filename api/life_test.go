package api_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"kring/internal/wall"
)

// TestAPilotTakesThreeCalls opens a programme and a circle, lets its members in, begins it, and lives its first weeks,
// all through the API.
func TestAPilotTakesThreeCalls(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		owner := w.token(w.owner.PersonID)
		programme := w.programme(owner, map[string]any{"holidays": "be"})
		monday := wall.DateOf(w.clock.Now(), time.UTC).AddDays(1).OnOrAfter(time.Monday)
		var members []any
		for i := range 4 {
			members = append(members, map[string]any{"name": fmt.Sprintf("Els%d Maes", i), "email": fmt.Sprintf("els%d@example.org", i)})
		}
		opened := w.send(request{method: "POST", path: "/api/v1/circles", token: owner, body: map[string]any{
			"programme_id": programme.text("id"), "name": "Pilot", "members": members, "starts_on": monday.String(),
			"slot": map[string]any{"weekday": "mon", "time": "12:30"},
		}}).status(http.StatusCreated)
		circle := opened.Header().Get("Location")

		tokens := w.acceptAll(circle, owner)
		seen := w.send(request{method: "GET", path: circle, token: owner}).status(http.StatusOK)
		begin := func(query string) answer {
			return w.send(request{
				method: "POST", path: circle + "/begin" + query, token: owner,
				headers: map[string]string{"If-Match": seen.Header().Get("ETag"), "Idempotency-Key": "begin"},
			})
		}
		before := w.count()
		if dry := begin("?dry_run=true").status(http.StatusOK).json(); len(dry["sessions"].([]any)) != 13 || dry["dry_run"] != true {
			t.Errorf("dry run: %v", dry)
		}
		same(t, before, w.count())
		run := begin("").status(http.StatusOK).json()
		if len(run["sessions"].([]any)) != 13 || run["circle"].(map[string]any)["state"] != "running" || run["letters"] != 4.0 {
			t.Errorf("run: %v", run)
		}
		again := begin("").status(http.StatusOK).json()
		if len(again["sessions"].([]any)) != 13 || again["letters"] != 0.0 {
			t.Errorf("again: %v", again)
		}
		w.liveOn(circle, tokens)
	})
}

// acceptAll takes every seat, each by its own person.
func (w *world) acceptAll(circle, owner string) []string {
	w.t.Helper()
	var tokens []string
	for _, one := range w.send(request{method: "GET", path: circle + "/members", token: owner}).status(http.StatusOK).json()["items"].([]any) {
		seat := one.(map[string]any)
		token := w.token(w.person(seat["email"].(string)).ID)
		accepted := w.send(request{method: "POST", path: circle + "/members/" + seat["id"].(string) + "/accept", token: token}).status(http.StatusOK)
		if accepted.text("state") != "accepted" {
			w.t.Errorf("accepted: %s", accepted.Body)
		}
		tokens = append(tokens, token)
	}
	return tokens
}

// liveOn moves a session, answers, records, writes, and leaves.
func (w *world) liveOn(circle string, tokens []string) {
	w.t.Helper()
	get := func(path string) map[string]any {
		return w.send(request{method: "GET", path: path, token: tokens[0]}).status(http.StatusOK).json()
	}
	sessions := get(circle + "/sessions")["items"].([]any)
	first := "/api/v1/sessions/" + sessions[0].(map[string]any)["id"].(string)
	etag := w.send(request{method: "GET", path: first, token: tokens[0]}).status(http.StatusOK).Header().Get("ETag")
	local := sessions[0].(map[string]any)["local"].(map[string]any)
	on, err := wall.ParseDate(local["date"].(string))
	must(w.t, err)
	moved := w.send(request{
		method: "POST", path: first + "/move", token: tokens[0], body: map[string]any{"date": on.AddDays(1).String(), "time": "16:00"},
		headers: map[string]string{"If-Match": etag},
	}).status(http.StatusOK).json()
	if change := moved["sessions"].([]any)[0].(map[string]any); change["change"] != "moved" {
		w.t.Errorf("moved: %v", change)
	}
	w.send(request{
		method: "POST", path: first + "/move", token: tokens[1], body: map[string]any{"date": on.AddDays(2).String(), "time": "16:00"},
		headers: map[string]string{"If-Match": etag},
	}).status(http.StatusPreconditionFailed)
	said := w.send(request{method: "PUT", path: first + "/rsvp", token: tokens[1], body: `{"answer":"no"}`}).status(http.StatusOK).json()
	if said["expected"] != 3.0 || said["answers"].(map[string]any)["no"] != 1.0 || said["by_name"] == nil {
		w.t.Errorf("said: %v", said)
	}
	w.send(request{method: "PUT", path: first + "/outcome", token: tokens[0], body: `{"outcome":"held"}`}).status(http.StatusConflict)
	w.send(request{method: "POST", path: circle + "/messages", token: tokens[0], body: `{"text":"See you there"}`}).status(http.StatusAccepted)
	for _, path := range []string{"/slots", "/journal", "/health", "/breaks", "/absences", "/motions"} {
		get(circle + path)
	}
	w.turn(time.Hour * 24 * time.Duration(on.Sub(wall.DateOf(w.clock.Now(), time.UTC))+2))
	held := w.send(request{method: "PUT", path: first + "/outcome", token: tokens[0], body: `{"outcome":"held"}`}).status(http.StatusOK).json()
	if held["state"] != "held" || held["guide_week"] != 0.0 {
		w.t.Errorf("held: %v", held)
	}
	if c := get(circle); c["guide_week"] != 1.0 || c["elapsed_weeks"] != 0.0 {
		w.t.Errorf("circle: %v", c)
	}
}

// turn moves the product's clock on.
func (w *world) turn(d time.Duration) { w.clock.Advance(d) }
