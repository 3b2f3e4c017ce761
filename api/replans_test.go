package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"kring/internal/wall"
)

// looked asks what a step would do.
func (c *cast) looked(by string, step map[string]any) answer {
	c.t.Helper()
	return c.send(request{method: "POST", path: "/api/v1/circles/" + c.circle.ID + "/replans", token: c.bearer(by), body: step})
}

func (c *cast) commits(by, id string, body any, headers map[string]string) answer {
	c.t.Helper()
	return c.send(request{method: "POST", path: "/api/v1/replans/" + id + "/commit", token: c.bearer(by), body: body, headers: headers})
}

func (c *cast) undoes(by, id string, headers map[string]string) answer {
	c.t.Helper()
	return c.send(request{method: "POST", path: "/api/v1/replans/" + id + "/undo", token: c.bearer(by), headers: headers})
}

// startsOf are the starts of a change's dates that are there afterwards, by what became of them.
func startsOf(view map[string]any, when string) (starts []string) {
	for _, one := range view["sessions"].([]any) {
		if moment, is := one.(map[string]any)[when].(map[string]any); is {
			starts = append(starts, moment["starts_at"].(string))
		}
	}
	return starts
}

// planned are the starts of the circle's sessions to come.
func (c *cast) planned() (starts []string) {
	c.t.Helper()
	for _, one := range c.send(request{method: "GET", path: "/api/v1/circles/" + c.circle.ID + "/sessions", token: c.bearer(host)}).status(http.StatusOK).json()["items"].([]any) {
		if s := one.(map[string]any); s["state"] == "planned" {
			starts = append(starts, s["starts_at"].(string))
		}
	}
	return starts
}

// day is the date of a session, and so many days on.
func (c *cast) day(session, days int) string {
	return wall.DateOf(c.sessions[session].StartsAt, time.UTC).AddDays(days).String()
}

func TestAChangeIsLookedAtMadeAndTakenBack(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		was, before := c.planned(), c.before(member)
		seen := c.looked(member, map[string]any{"kind": "move_later", "session_id": c.sessions[1].ID, "date": c.day(1, 2), "time": "16:00"}).status(http.StatusCreated)
		unwritten(t, before, w.rows(), "replans")
		view := seen.json()
		if view["state"] != "preview" || view["committed_at"] != nil || !slices.Equal(startsOf(view, "before"), was) || len(startsOf(view, "after")) != len(was) {
			t.Errorf("preview: %v", view)
		}
		if view["letters"] != 4.0 || view["calendar_updates"] != 4.0 || view["circle"] == nil {
			t.Errorf("%v letters and %v calendars, circle %v", view["letters"], view["calendar_updates"], view["circle"])
		}
		if step := view["step"].(map[string]any); step["kind"] != "move_later" || step["time"] != "16:00" || step["session_id"] != c.sessions[1].ID {
			t.Errorf("step: %v", step)
		}
		if at := seen.Header().Get("Location"); at != "/api/v1/replans/"+view["id"].(string) {
			t.Errorf("it is at %s", at)
		}

		done := c.commits(member, view["id"].(string), nil, nil).status(http.StatusOK).json()
		if done["state"] != "committed" || done["committed_at"] == nil || !slices.Equal(startsOf(done, "after"), startsOf(view, "after")) {
			t.Errorf("committed: %v", done)
		}
		if now := c.planned(); !slices.Equal(now, startsOf(view, "after")) {
			t.Errorf("sessions are %v\nand not   %v", now, startsOf(view, "after"))
		}
		if got := c.commits(member, view["id"].(string), nil, nil).status(http.StatusConflict); got.text("code") != "already-committed" {
			t.Errorf("again: %s", got.Body)
		}

		undone := c.undoes(host, view["id"].(string), nil).status(http.StatusCreated).json()
		if undone["undoes"] != view["id"] || undone["state"] != "committed" || undone["step"].(map[string]any)["kind"] != "undo" {
			t.Errorf("undone: %v", undone)
		}
		if now := c.planned(); !slices.Equal(now, was) {
			t.Errorf("sessions are %v\nand were  %v", now, was)
		}
		if got := c.undoes(host, view["id"].(string), nil).status(http.StatusConflict); got.text("code") != "already-undone" {
			t.Errorf("again: %s", got.Body)
		}
		c.remembers(view["id"].(string), undone["id"].(string))
	})
}

// remembers reads what was changed and taken back, as a member and as a facilitator do.
func (c *cast) remembers(changed, undid string) {
	c.t.Helper()
	list := "/api/v1/circles/" + c.circle.ID + "/replans"
	for who, names := range map[string]bool{host: true, facilitator: false} {
		token := c.bearer(who)
		if ids := c.walk(list, token, "id", 1); !slices.Equal(ids, []string{undid, changed}) {
			c.t.Errorf("%s lists %v", who, ids)
		}
		got := c.send(request{method: "GET", path: "/api/v1/replans/" + changed, token: token}).status(http.StatusOK)
		by := got.json()["by"].(map[string]any)
		if got.text("state") != "undone" || by["actor"] != "member" || (by["first_name"] != nil) != names {
			c.t.Errorf("%s reads %s", who, got.Body)
		}
	}
}

func TestACommitThatComesTooLateShowsWhatWouldHappenNow(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		first := c.looked(member, map[string]any{"kind": "shift", "weeks": 1}).status(http.StatusCreated)
		second := c.looked(host, map[string]any{"kind": "new_slot", "weekday": "thu", "time": "16:00"}).status(http.StatusCreated)
		c.commits(host, second.text("id"), `{"tell":true}`, nil).status(http.StatusOK)

		keyed := map[string]string{"Idempotency-Key": "commit"}
		for _, headers := range []map[string]string{nil, keyed, keyed} { // a refusal leaves its key free
			before := c.planned()
			late := c.commits(member, first.text("id"), `{}`, headers).status(http.StatusConflict)
			if late.text("code") != "replan-moved-on" || !slices.Equal(before, c.planned()) {
				t.Errorf("late: %s", late.Body)
			}
			fresh := late.json()["preview"].(map[string]any)
			if fresh["id"] == first.text("id") || fresh["state"] != "preview" || !slices.Equal(startsOf(fresh, "before"), before) {
				t.Errorf("what would happen now: %v", fresh)
			}
			kept := w.send(request{method: "GET", path: "/api/v1/replans/" + fresh["id"].(string), token: c.bearer(member)}).status(http.StatusOK).json()
			if !slices.Equal(startsOf(kept, "after"), startsOf(fresh, "after")) {
				t.Errorf("kept is %v", kept)
			}
			if headers == nil {
				continue
			}
			c.commits(member, fresh["id"].(string), `{}`, keyed).status(http.StatusOK)
			if now := c.planned(); !slices.Equal(now, startsOf(fresh, "after")) {
				t.Errorf("sessions are %v\nand not   %v", now, startsOf(fresh, "after"))
			}
			again := c.commits(member, fresh["id"].(string), `{}`, keyed).status(http.StatusOK)
			if again.text("id") != fresh["id"] || again.text("state") != "committed" {
				t.Errorf("repeated: %s", again.Body)
			}
		}
	})
}

func TestAPreviewTellsMembersWhomADateSuitsAndFacilitatorsHowMany(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		w.send(request{
			method: "PUT", path: "/api/v1/sessions/" + c.sessions[2].ID + "/rsvp", token: c.bearer(member), body: `{"answer":"no"}`,
		}).status(http.StatusOK)
		step := map[string]any{"kind": "move", "session_id": c.sessions[2].ID, "date": c.day(2, 1)}
		for who, names := range map[string]bool{host: true, facilitatorMember: true, facilitator: false, owner: false} {
			got := c.looked(who, step).status(http.StatusCreated)
			i := slices.IndexFunc(got.json()["sessions"].([]any), func(one any) bool { return one.(map[string]any)["session_id"] == c.sessions[2].ID })
			moved := got.json()["sessions"].([]any)[i].(map[string]any)
			before := moved["suits_before"].(map[string]any)
			knows := 3.0
			if !names {
				knows = 4 // what somebody answered is no part of what facilitators are told
			}
			if before["of"] != 4.0 || before["count"] != knows || before["quorum"] != true || moved["suits_after"].(map[string]any)["of"] != 4.0 {
				t.Errorf("%s: %v", who, moved)
			}
			if strings.Contains(got.Body.String(), `"members"`) != names || strings.Contains(got.Body.String(), `"first_name"`) != names {
				t.Errorf("%s: %s", who, got.Body)
			}
		}
	})
}

func TestAPlainCommandCanBeTakenBack(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		was := c.planned()
		skip := func(query string) map[string]any {
			return w.send(request{
				method: "POST", path: "/api/v1/sessions/" + c.sessions[3].ID + "/skip" + query, token: c.bearer(member),
				headers: map[string]string{"If-Match": "*"},
			}).status(http.StatusOK).json()
		}
		before := c.before(member)
		if dry := skip("?dry_run=true"); dry["replan_id"] != nil || dry["calendar_updates"] != 4.0 {
			t.Errorf("dry run: %v and %v", dry["replan_id"], dry["calendar_updates"])
		}
		unwritten(t, before, w.rows())
		id, _ := skip("")["replan_id"].(string)
		c.undoes(member, id, nil).status(http.StatusCreated)
		if now := c.planned(); !slices.Equal(now, was) {
			t.Errorf("sessions are %v\nand were  %v", now, was)
		}
	})
}

func TestNobodyIsLeftUntoldWhoseCalendarChanges(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		seen := c.looked(member, map[string]any{"kind": "skip", "session_id": c.sessions[1].ID}).status(http.StatusCreated)
		before := c.before(member)
		if got := c.commits(member, seen.text("id"), `{"tell":false}`, nil).status(http.StatusUnprocessableEntity).pointers(); !slices.Equal(got, []string{"/tell calendar-changes"}) {
			t.Errorf("refused for %v", got)
		}
		unwritten(t, before, w.rows())
		kept := c.looked(member, map[string]any{"kind": "break", "from_on": c.day(12, 15), "until_on": c.day(12, 20)}).status(http.StatusCreated)
		if kept.json()["calendar_updates"] != 0.0 {
			t.Errorf("a break after the run changes calendars: %s", kept.Body)
		}
		if done := c.commits(member, kept.text("id"), `{"tell":false}`, nil).status(http.StatusOK); done.json()["letters"] != 0.0 {
			t.Errorf("letters: %s", done.Body)
		}
	})
}

func TestAPreviewCanBeCommittedForADay(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		gone, next := map[string]any{"kind": "skip", "session_id": c.sessions[1].ID}, map[string]any{"kind": "skip", "session_id": c.sessions[2].ID}
		old := c.looked(member, gone).status(http.StatusCreated).text("id")
		w.turn(23 * time.Hour)
		young := c.looked(member, next).status(http.StatusCreated).text("id")
		w.turn(time.Hour)
		if got := c.commits(member, old, nil, nil).status(http.StatusConflict); got.text("code") != "preview-gone" {
			t.Errorf("after a day: %s", got.Body)
		}
		c.commits(member, young, nil, nil).status(http.StatusOK)
		if got := c.undoes(member, old, nil); got.Code != http.StatusConflict || got.text("code") != "not-committed" {
			t.Errorf("undone without being made: %s", got.Body)
		}
	})
}

func TestWhatCannotBeDoneAnyMoreIsNotCommitted(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		seen := c.looked(member, map[string]any{"kind": "move", "session_id": c.sessions[1].ID, "date": c.day(1, 1)}).status(http.StatusCreated)
		skip := c.looked(host, map[string]any{"kind": "skip", "session_id": c.sessions[1].ID}).status(http.StatusCreated)
		c.commits(host, skip.text("id"), nil, nil).status(http.StatusOK)
		before := c.before(member)
		if got := c.commits(member, seen.text("id"), nil, nil).status(http.StatusConflict); got.text("code") != "session-over" || got.json()["preview"] != nil {
			t.Errorf("a session that does not take place: %s", got.Body)
		}
		unwritten(t, before, w.rows())
	})
}
