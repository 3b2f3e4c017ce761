package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"kring/internal/database"
	"kring/internal/identity"
	"kring/internal/wall"
)

// codes are those of a candidate's reasons.
func codes(candidate map[string]any) []string {
	var out []string
	for _, r := range candidate["reasons"].([]any) {
		out = append(out, r.(map[string]any)["code"].(string))
	}
	return out
}

func TestTheBestWeeklyHourSaysWhy(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		lunch, err := wall.AvailabilityOf([]wall.Hours{{Weekday: "tue", From: "12:00", Until: "13:00"}})
		must(t, err)
		must(t, w.db.Write(t.Context(), func(tx database.Tx) error {
			_, err := identity.PatchIn(tx, w.clock.Now(), c.actors[member].PersonID, 0, identity.Patch{Availability: &lunch})
			return err
		}))
		slots := "/circles/" + c.circle.ID + "/slots"
		best := func(who, query string) map[string]any {
			t.Helper()
			return c.asks(who, "GET", slots+query, nil).status(http.StatusOK).json()["items"].([]any)[0].(map[string]any)
		}
		seen := best(member, "?lang=nl&limit=1")
		if slot := seen["slot"].(map[string]any); slot["weekday"] != "tue" || slot["time"] != "12:00" || seen["of"] != 2.0 || seen["dates"] != 13.0 {
			t.Errorf("the best: %v", seen)
		}
		if all := codes(seen); !slices.Contains(all, "suits-all") || !slices.Contains(all, "silent") || !strings.HasPrefix(seen["reason"].(string), "Past voor iedereen") {
			t.Errorf("because %v: %s", all, seen["reason"])
		}
		if named := seen["members"].([]any); len(named) != 2 || named[0].(map[string]any)["dates"] != 13.0 {
			t.Errorf("whom it suits: %v", named)
		}
		if seen := best(facilitator, ""); seen["members"] != nil || seen["suits"] != 2.0 {
			t.Errorf("a facilitator sees counts: %v", seen)
		}
		if later := best(member, "?from_on="+c.day(4, 0)); later["dates"] != 9.0 {
			t.Errorf("from the fifth session on: %v", later)
		}
		if past := c.asks(member, "GET", slots+"?from_on=2000-01-01", nil).status(http.StatusUnprocessableEntity).pointers(); !slices.Equal(past, []string{"?from_on in-the-past"}) {
			t.Errorf("from a day in the past: %v", past)
		}
	})
}

func TestFirstDatesAreRankedBeforeACircleBegins(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		starts := "/circles/" + c.formingCircle.ID + "/starts"
		found := c.asks(facilitator, "GET", starts+"?limit=5", nil).status(http.StatusOK).json()["items"].([]any)
		if len(found) != 5 {
			t.Fatalf("%d first dates", len(found))
		}
		before := 0.0
		for _, item := range found {
			s := item.(map[string]any)
			lost := s["left"].(float64) + s["warned"].(float64)
			if lost < before || s["reason"] == "" || len(codes(s)) == 0 {
				t.Errorf("%v", s)
			}
			before = lost
			preview := c.asks(facilitator, "GET", "/circles/"+c.formingCircle.ID+"/preview?starts_on="+s["starts_on"].(string), nil).status(http.StatusOK).json()
			if len(preview["free"].([]any)) != int(s["left"].(float64)) || len(preview["warnings"].([]any)) != len(s["warnings"].([]any)) {
				t.Errorf("from %v the run says %v", s["starts_on"], preview)
			}
		}
		begun := c.asks(member, "GET", "/circles/"+c.circle.ID+"/starts", nil).status(http.StatusConflict).json()
		if begun["code"] != "already-begun" {
			t.Errorf("begun: %v", begun)
		}
	})
}
