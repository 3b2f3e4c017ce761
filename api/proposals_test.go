package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// proposes opens a vote about the third session with a moment two days later, as the member.
func (c *cast) proposes() answer {
	c.t.Helper()
	return c.send(request{
		method: "POST", path: "/api/v1/sessions/" + c.sessions[2].ID + "/date-proposals", token: c.bearer(member),
		body: map[string]any{"date": c.day(2, 2), "time": "16:00"},
	})
}

func (c *cast) asks(by, method, path string, body any) answer {
	c.t.Helper()
	return c.send(request{method: method, path: "/api/v1" + path, token: c.bearer(by), body: body})
}

// options are those of a proposal, of a kind.
func options(view map[string]any, kind string) (found []map[string]any) {
	for _, one := range view["options"].([]any) {
		if o := one.(map[string]any); o["kind"] == kind {
			found = append(found, o)
		}
	}
	return found
}

func TestACircleVotesOnAnotherDate(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		opened := c.proposes().status(http.StatusCreated)
		view := opened.json()
		at := strings.TrimPrefix(opened.Header().Get("Location"), "/api/v1")
		if view["state"] != "open" || view["why"] != "counter" || at != "/date-proposals/"+view["id"].(string) || view["proposed_by"] == nil {
			t.Fatalf("opened: %s at %s", opened.Body, at)
		}
		if len(options(view, "skip")) != 1 || len(options(view, "stay")) != 1 {
			t.Errorf("options: %v", view["options"])
		}
		wanted := options(view, "move")[0]
		if wanted["mine"] != true || wanted["yes"] != 1.0 || wanted["to"].(map[string]any)["local"].(map[string]any)["date"] != c.day(2, 2) {
			t.Errorf("one's own moment: %v", wanted)
		}
		for _, who := range []string{host, facilitatorMember, guest} {
			view = c.asks(who, "PUT", at+"/votes", map[string]any{"votes": []any{map[string]any{"option_id": wanted["id"], "suits": true}}}).status(http.StatusOK).json()
		}
		if view["state"] != "moved" || view["closed_at"] == nil || view["replan_id"] == nil || view["may_vote"] != false {
			t.Errorf("all agree: %v", view)
		}
		session := c.asks(member, "GET", "/sessions/"+c.sessions[2].ID, nil).status(http.StatusOK).json()
		if session["local"].(map[string]any)["date"] != c.day(2, 2) {
			t.Errorf("the session is at %v", session["local"])
		}
		made := c.asks(facilitator, "GET", "/replans/"+view["replan_id"].(string), nil).status(http.StatusOK).json()
		if by := made["by"].(map[string]any); by["actor"] != "kring" || by["first_name"] != nil {
			t.Errorf("the circle agreed, and not %v", by)
		}
		if late := c.asks(host, "PUT", at+"/votes", map[string]any{"votes": []any{map[string]any{"option_id": wanted["id"], "suits": false}}}); late.Code != http.StatusConflict || late.text("code") != "proposal-closed" {
			t.Errorf("late: %s", late.Body)
		}
		if ids := c.walk("/api/v1/circles/"+c.circle.ID+"/date-proposals", c.bearer(host), "id", 1); !slices.Equal(ids, []string{view["id"].(string)}) {
			t.Errorf("list: %v", ids)
		}
	})
}

func TestVotesAreByNameForMembersOnly(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		view := c.proposes().status(http.StatusCreated).json()
		path := "/date-proposals/" + view["id"].(string)
		for who, names := range map[string]bool{host: true, facilitatorMember: true, facilitator: false, partner: false} {
			for _, read := range []string{path, "/circles/" + c.circle.ID + "/date-proposals"} {
				got := c.asks(who, "GET", read, nil).status(http.StatusOK)
				for _, name := range []string{`"by_name"`, `"proposed_by"`, `"first_name"`} {
					if strings.Contains(got.Body.String(), name) != names {
						t.Errorf("%s: %s in %s", who, name, got.Body)
					}
				}
			}
		}
	})
}

func TestAVoteIsClosedByWhoLeadsOrProposed(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		view := c.proposes().status(http.StatusCreated).json()
		path := "/date-proposals/" + view["id"].(string) + "/close"
		stay := map[string]any{"option_id": options(view, "stay")[0]["id"]}
		if view["may_close"] != true {
			t.Errorf("who proposed may close: %v", view)
		}
		for _, who := range []string{host, facilitatorMember, guest} {
			if s := c.sessions[2]; s.HostID != nil && *s.HostID == c.seats[who].ID {
				continue
			}
			if got := c.asks(who, "POST", path, stay).status(http.StatusForbidden); got.text("code") != "not-yours-to-close" {
				t.Errorf("%s: %s", who, got.Body)
			}
		}
		if closed := c.asks(member, "POST", path, stay).status(http.StatusOK).json(); closed["state"] != "stays" || closed["may_close"] != false {
			t.Errorf("closed: %v", closed)
		}
		if again := c.asks(member, "POST", path, nil).status(http.StatusConflict); again.text("code") != "proposal-closed" {
			t.Errorf("again: %s", again.Body)
		}
	})
}

func TestAWrongProposalOrVoteNamesEveryFaultAndChangesNothing(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		c := newCast(w)
		view := c.proposes().status(http.StatusCreated).json()
		path, session := "/date-proposals/"+view["id"].(string), "/sessions/"+c.sessions[3].ID+"/date-proposals"
		option := view["options"].([]any)[0].(map[string]any)["id"].(string)
		before := c.before(member)
		for name, in := range map[string]struct {
			method, path, body string
			found              []string
		}{
			"a date that is none":       {"POST", session, `{"date":"2027-02-30","time":"7","why":"ill"}`, []string{"/date not-a-date", "/time wrong-form", "/why unknown-field"}},
			"a date in the past":        {"POST", session, `{"date":"2020-01-01","time":"12:30"}`, []string{"/date in-the-past"}},
			"a time in a clock gap":     {"POST", session, `{"date":"` + c.nextGap().String() + `","time":"02:30"}`, []string{"/time clock-gap"}},
			"onto another session":      {"POST", session, `{"date":"` + c.day(4, 0) + `"}`, []string{"/time overlaps-session"}},
			"the date that it has":      {"POST", session, `{"date":"` + c.day(3, 0) + `"}`, []string{"/date same-start"}},
			"no votes":                  {"PUT", path + "/votes", `{"votes":[]}`, []string{"/votes too-few"}},
			"a vote for nothing":        {"PUT", path + "/votes", `{"votes":[{"option_id":"` + option + `","suits":true},{"option_id":"` + nobodyID + `","suits":true}]}`, []string{"/votes/1/option_id not-an-option"}},
			"votes that are none":       {"PUT", path + "/votes", `{"votes":[{"option_id":7,"suits":"yes"},{}]}`, []string{"/votes/0/option_id not-a-text", "/votes/0/suits not-true-or-false", "/votes/1/option_id required", "/votes/1/suits required"}},
			"closed with what is none":  {"POST", path + "/close", `{"option_id":"` + nobodyID + `"}`, []string{"/option_id not-an-option"}},
			"closed with what is no id": {"POST", path + "/close", `{"option_id":"best"}`, []string{"/option_id not-an-id"}},
		} {
			t.Run(name, func(t *testing.T) {
				said := map[string]bool{}
				for _, lang := range []string{"nl", "en"} {
					got := w.send(request{
						method: in.method, path: "/api/v1" + in.path + "?lang=" + lang, token: c.bearer(member), body: in.body, crooked: true,
					})
					got.t = t
					found := slices.Sorted(slices.Values(got.status(http.StatusUnprocessableEntity).pointers()))
					if want := slices.Sorted(slices.Values(in.found)); !slices.Equal(found, want) {
						t.Errorf("found %q\nwant  %q", found, want)
					}
					said[got.sentences()] = true
				}
				if len(said) != 2 {
					t.Errorf("the same words in both languages: %v", said)
				}
			})
		}
		unwritten(t, before, w.rows())
	})
}
