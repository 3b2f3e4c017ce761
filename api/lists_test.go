package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// walk reads a list to its end, a page of n at a time, and answers a field of every item.
func (w *world) walk(path, token, field string, n int) []string {
	w.t.Helper()
	var all []string
	cursor := ""
	for range 50 {
		query := fmt.Sprintf("?limit=%d", n)
		if cursor != "" {
			query += "&cursor=" + cursor
		}
		got := w.send(request{method: "GET", path: path + query, token: token}).status(http.StatusOK).json()
		items := got["items"].([]any)
		if len(items) > n {
			w.t.Fatalf("%d items on a page of %d", len(items), n)
		}
		for _, item := range items {
			all = append(all, fmt.Sprint(item.(map[string]any)[field]))
		}
		if got["next"] == nil {
			return all
		}
		cursor = got["next"].(string)
	}
	w.t.Fatalf("%s has no end", path)
	return nil
}

func TestListsAreReadPageByPage(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		owner, fred := w.token(w.owner.PersonID), w.token(c.actors[facilitator].PersonID)
		for i := range 3 {
			c.open(map[string]string{fmt.Sprint("extra", i): fmt.Sprintf("xtra%d@example.org", i)})
		}
		programme := "/api/v1/programmes/" + c.programme.ID
		for name, list := range map[string]struct {
			path, token, field string
			many               int
		}{
			"circles":               {"/api/v1/circles", fred, "id", 6},
			"circles of the owner":  {"/api/v1/circles", owner, "id", 6},
			"circles of a member":   {"/api/v1/circles", w.token(c.actors[member].PersonID), "id", 2},
			"circles of a stranger": {"/api/v1/circles", w.token(c.actors[stranger].PersonID), "id", 0},
			"programmes":            {"/api/v1/programmes", owner, "id", 3},
			"programmes of a host":  {"/api/v1/programmes", w.token(c.actors[host].PersonID), "id", 0},
			"applications":          {programme + "/applications", fred, "id", 1},
			"open circles":          {programme + "/open-circles", "", "id", 6},
			"health":                {programme + "/health", fred, "circle_id", 6},
			"tokens":                {"/api/v1/tokens", fred, "id", 1},
			"journal":               {"/api/v1/circles/" + c.circle.ID + "/journal", fred, "id", -1},
		} {
			t.Run(name, func(t *testing.T) {
				whole, pages := w.walk(list.path, list.token, list.field, 200), w.walk(list.path, list.token, list.field, 2)
				if !slices.Equal(whole, pages) {
					t.Errorf("at once %v\nin pages %v", whole, pages)
				}
				if distinct := slices.Compact(slices.Sorted(slices.Values(whole))); len(distinct) != len(whole) {
					t.Errorf("twice in %v", whole)
				}
				if list.many >= 0 && len(whole) != list.many {
					t.Errorf("%d items, want %d", len(whole), list.many)
				}
			})
		}
		if one, two := w.walk(programme+"/letters", fred, "kinds", 1), w.walk(programme+"/letters", fred, "kinds", 200); !slices.Equal(one, two) || len(two) == 0 {
			t.Errorf("letters one by one %v\nat once %v", one, two)
		}
	})
}

func TestFiltersOfLists(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		token := w.token(c.actors[facilitator].PersonID)
		for query, many := range map[string]int{
			"?state=running": 2, "?state=forming": 1, "?state=ended": 0, "?programme_id=" + c.programme.ID: 3, "?programme_id=" + nobodyID: 0,
			"?programme_id=" + c.other.ID: 0, "?state=running&programme_id=" + c.programme.ID: 2,
		} {
			got := w.send(request{method: "GET", path: "/api/v1/circles" + query, token: token}).status(http.StatusOK).json()
			if items := got["items"].([]any); len(items) != many {
				t.Errorf("%s: %d items, want %d", query, len(items), many)
			}
		}
	})
}

func TestFacilitatorsSeeCountsAndMembersSeeNames(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		session := "/api/v1/sessions/" + c.hostSession.ID
		w.send(request{method: "PUT", path: session + "/rsvp", token: w.token(c.actors[member].PersonID), body: `{"answer":"no"}`}).status(http.StatusOK)
		for who, names := range map[string]bool{member: true, host: true, facilitatorMember: true, facilitator: false} {
			seen := w.send(request{method: "GET", path: session, token: w.token(c.actors[who].PersonID)}).status(http.StatusOK).json()
			if (seen["by_name"] != nil) != names {
				t.Errorf("%s: %v", who, seen["by_name"])
			}
			if seen["answers"].(map[string]any)["no"] != 1.0 {
				t.Errorf("%s: %v", who, seen["answers"])
			}
		}
		seat := "/api/v1/circles/" + c.circle.ID + "/members/" + c.seats[member].ID
		for who, address := range map[string]bool{member: true, host: false, facilitator: true} {
			seen := w.send(request{method: "GET", path: seat, token: w.token(c.actors[who].PersonID)}).status(http.StatusOK).json()
			if (seen["email"] != nil) != address {
				t.Errorf("%s: %v", who, seen)
			}
		}
		journal := w.send(request{method: "GET", path: "/api/v1/circles/" + c.circle.ID + "/journal", token: w.token(c.actors[facilitator].PersonID)}).status(http.StatusOK)
		if strings.Contains(journal.Body.String(), "answer") || strings.Contains(journal.Body.String(), c.actors[member].PersonID) {
			t.Errorf("the journal says who answered: %s", journal.Body)
		}
	})
}

func TestAStrangersAddressGetsOneLetterADay(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		apply := func(name string) answer {
			return w.send(request{method: "POST", path: "/api/v1/programmes/" + c.programme.ID + "/applications", body: map[string]any{
				"name": name, "email": "victim@example.org", "letter_language": "nl", "speaks": []string{"nl"}, "zone": "Europe/Brussels",
				"availability": []any{map[string]any{"weekday": "mon", "from": "09:00", "until": "12:00"}},
			}}).status(http.StatusAccepted)
		}
		before := w.count()["notices"]
		first := apply("Buy at spam.example").json()["message"]
		for range 5 {
			if apply("Buy more").json()["message"] != first {
				t.Error("the answer tells whether the address is known")
			}
		}
		if n := w.count()["notices"] - before; n != 1 {
			t.Errorf("%d letters", n)
		}
	})
}
