package api_test

import (
	"net/http"
	"slices"
	"testing"
)

func TestOnesOwnHoursOfRestAreKept(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		token := w.token(w.owner.PersonID)
		patch := func(body string) answer {
			return w.send(request{method: "PATCH", path: "/api/v1/me", token: token, body: body, crooked: true})
		}
		seen := w.send(request{method: "GET", path: "/api/v1/me", token: token}).status(http.StatusOK).json()
		if seen["quiet_hours"] != nil || seen["working_days"] != nil {
			t.Errorf("at first %v and %v", seen["quiet_hours"], seen["working_days"])
		}
		said := patch(`{"quiet_hours":{"from":"21:30","until":"08:00"},"working_days":["thu","mon"]}`).status(http.StatusOK).json()
		if hours := said["quiet_hours"].(map[string]any); hours["from"] != "21:30" || hours["until"] != "08:00" {
			t.Errorf("quiet hours %v", hours)
		}
		if days := said["working_days"].([]any); !slices.Equal(days, []any{"mon", "thu"}) {
			t.Errorf("working days %v", days)
		}
		if kept := patch(`{"zone":"Europe/London"}`).status(http.StatusOK).json(); kept["quiet_hours"] == nil || kept["working_days"] == nil {
			t.Errorf("forgotten by another change: %v", kept)
		}
		for body, want := range map[string][]string{
			`{"quiet_hours":{"from":"25:00"},"working_days":["mon","zondag"]}`:                {"/quiet_hours/from wrong-form", "/quiet_hours/until required", "/working_days/1 not-one-of"},
			`{"quiet_hours":{"from":"06:00","until":"23:00"},"working_days":["mon","mon"]}`:   {"/quiet_hours/until quiet-too-long", "/working_days/1 twice"},
			`{"quiet_hours":{"from":"22:00","until":"22:00","why":"sleep"},"working_days":5}`: {"/quiet_hours/why unknown-field", "/working_days not-a-list"},
			`{"quiet_hours":{"from":"22:00","until":"22:00"},"working_days":[]}`:              {"/quiet_hours/until same-time", "/working_days no-working-day"},
		} {
			if got := patch(body).status(http.StatusUnprocessableEntity).pointers(); !slices.Equal(got, want) {
				t.Errorf("%s: %q", body, got)
			}
		}
		if said := patch(`{"quiet_hours":null,"working_days":null}`).status(http.StatusOK).json(); said["quiet_hours"] != nil || said["working_days"] != nil {
			t.Errorf("back: %v", said)
		}
	})
}

func TestACircleSaysHowItAgreesOnDates(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		circle, token := "/api/v1/circles/"+c.circle.ID, w.token(c.actors[member].PersonID)
		seen := w.send(request{method: "GET", path: circle, token: token}).status(http.StatusOK).json()
		if seen["ask_everybody"] != false || seen["go_no_go"] != true {
			t.Errorf("at first %v and %v", seen["ask_everybody"], seen["go_no_go"])
		}
		said := w.send(request{
			method: "PATCH", path: circle, token: token, body: `{"ask_everybody":true,"go_no_go":false}`, headers: map[string]string{"If-Match": "*"},
		}).status(http.StatusOK).json()
		if said["ask_everybody"] != true || said["go_no_go"] != false {
			t.Errorf("afterwards %v and %v", said["ask_everybody"], said["go_no_go"])
		}
	})
}
